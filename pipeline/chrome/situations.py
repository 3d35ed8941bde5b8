"""Training texts for the line model, in the three situations that users have (DESIGN.md section 2).

A labelled page becomes a whole-page dump, an article with a few chrome lines left in it, the article as
trafilatura cleaned it, and clean prose; authored texts and clean documents of the text corpora join them.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from pipeline.chrome.gold import BlockLabel
from pipeline.corpora.authored import AuthoredLine
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import Block
from pipeline.segment.text import text_blocks
from pipeline.segment.title import find_title


class Situation(StrEnum):
    """What somebody's text file holds."""

    DUMP = "dump"
    DIRTY = "dirty"
    CLEANED = "cleaned"
    CLEAN = "clean"
    AUTHORED = "authored"


@dataclass(frozen=True, slots=True)
class LabelledText:
    """Lines with one BlockLabel each; `group` is the site or document that folds go by."""

    group: str
    situation: Situation
    blocks: tuple[Block, ...]
    labels: tuple[int, ...]

    @property
    def title(self) -> str | None:
        """The headline that the segmenter would find."""
        found = find_title(self.blocks)
        return found.text if found else None


_NEAR = 6  # blocks from content within which left-over chrome lines are found in real extractions
_DIRT = (1, 8)  # chrome lines in a lightly dirty article, fewest and most
_DUMP_LINES = 600  # a dump is cut there: later lines are footers of the same kinds


def page_texts(page: PreparedPage, seed: int) -> Iterator[LabelledText]:
    """The four texts that one page with gold content gives; none where gold content is missing."""
    chance = random.Random(f"{seed}:{page.id}")  # noqa: S311 - sampling, not secrecy
    lines = _titled(page)
    content = [index for index, (_, label) in enumerate(lines) if label == BlockLabel.CONTENT]
    if len(content) < 3:  # noqa: PLR2004 - fewer lines make no article
        return
    kept = {index for index in range(len(lines)) if page.blocks[index].kept[0]}
    choices = {
        Situation.DUMP: range(min(len(lines), _DUMP_LINES)),
        Situation.DIRTY: sorted({*content, *_dirt(lines, content, chance)}),
        Situation.CLEANED: sorted(kept),
        Situation.CLEAN: content,
    }
    for situation, indexes in choices.items():
        yield _text(page.site, situation, [lines[index] for index in indexes], chance)


def authored_text(name: str, lines: Sequence[AuthoredLine]) -> LabelledText:
    """An authored text as the segmenter sees it."""
    pairs = [(replace(_line(line.text), gap=line.gap), int(line.is_chrome)) for line in lines]
    return LabelledText(
        name, Situation.AUTHORED, tuple(block for block, _ in pairs), tuple(label for _, label in pairs)
    )


def prose_text(group: str, text: str) -> LabelledText:
    """A document of the text corpora, all of it content."""
    blocks = tuple(text_blocks(text))
    return LabelledText(group, Situation.CLEAN, blocks, (int(BlockLabel.CONTENT),) * len(blocks))


def _titled(page: PreparedPage) -> list[tuple[Block, int]]:
    """The page's blocks as lines with their labels; the headline's first line is content in a text."""
    pairs: list[tuple[Block, int]] = []
    title = page.title
    for block, label in zip(page.blocks, page.labels, strict=True):
        if block.text == title:
            label, title = BlockLabel.CONTENT, None  # noqa: PLW2901 - the headline itself
        pairs.append((_line(block.text), label))
    return pairs


def _line(text: str) -> Block:
    """A block of plain text, with the structure that the segmenter sees in it."""
    found = text_blocks(text)
    return found[0] if len(found) == 1 else Block(text=text, tag="line", line=1)


def _dirt(lines: Sequence[tuple[Block, int]], content: Sequence[int], chance: random.Random) -> list[int]:
    """A few chrome lines from within and around the article, as extractions leave them."""
    places = np.array(content)
    near = [
        index
        for index, (_, label) in enumerate(lines)
        if label == BlockLabel.CHROME and np.abs(places - index).min() <= _NEAR
    ]
    return chance.sample(near, min(len(near), chance.randint(*_DIRT)))


def _text(group: str, situation: Situation, pairs: Sequence[tuple[Block, int]], chance: random.Random) -> LabelledText:
    """Number the lines and set blank lines between none, all or some of them, as extractors do."""
    share = chance.choice((0.0, 0.0, 1.0, 0.5))
    blocks = tuple(
        replace(block, line=number, gap=number > 1 and chance.random() < share)
        for number, (block, _) in enumerate(pairs, 1)
    )
    return LabelledText(group, situation, blocks, tuple(int(label) for _, label in pairs))


def count(texts: Iterable[LabelledText]) -> dict[str, int]:
    """Documents of each situation, for the manifest."""
    names = [text.situation.value for text in texts]
    return {name: names.count(name) for name in sorted(set(names))}
