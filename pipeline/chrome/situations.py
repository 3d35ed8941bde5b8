"""Training texts for the line model, in the three situations that users have (DESIGN.md section 2).

A labelled page becomes a whole-page dump, an article with a few chrome lines left in it, the article as
trafilatura cleaned it, and clean prose; authored texts and clean documents of the text corpora join them.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b
from operator import attrgetter

import numpy as np

from pipeline.chrome.gold import BlockLabel
from pipeline.corpora.authored import AuthoredLine
from pipeline.corpora.prepared import PreparedPage, PreparedText
from pipeline.document import Block
from pipeline.segment.text import text_blocks, written
from pipeline.segment.title import find_title
from pipeline.settings import ChromeSettings


class Situation(StrEnum):
    """What somebody's text file holds."""

    DUMP = "dump"
    DIRTY = "dirty"
    CLEANED = "cleaned"
    CLEAN = "clean"
    AUTHORED = "authored"
    MIXED = "mixed"
    OTHER = "other"
    OTHER_DUMP = "other-dump"


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


DUMPS = frozenset({Situation.DUMP, Situation.OTHER_DUMP})
_NEAR = 6  # blocks from content within which left-over chrome lines are found in real extractions
_DIRT = (1, 8)  # chrome lines in a lightly dirty article, fewest and most
_MIXED_RUNS = (1, 4)  # runs of chrome lines of an authored text that are put into a clean one
_MIXED_HEADINGS = 4  # and headings, at most
WRITTEN = "authored"  # the corpus of our own documents: their headings are sure to be content
_WRITTEN_MIXED = 3  # times that each of them gets chrome put into it
_DUMP_LINES = 600  # a dump is cut there: later lines are footers of the same kinds


def training_texts(
    pages: Sequence[PreparedPage],
    authored: Mapping[str, Sequence[AuthoredLine]],
    documents: Sequence[PreparedText],
    settings: ChromeSettings,
) -> tuple[list[LabelledText], list[LabelledText]]:
    """The line model's training texts of all situations, and prose that it does not see, to do no harm to."""
    chosen = sorted(documents, key=lambda text: _lot(settings.seed, text.id))
    prose = [found for text in chosen if (found := prose_text(text.group, text.text)).blocks]
    written = [prose_text(text.group, text.text) for text in documents if text.corpus == WRITTEN]
    mixed = [*prose[settings.prose :][: settings.mixed], *written * _WRITTEN_MIXED]
    texts = [
        *article_texts(pages, settings.seed),
        *other_texts(pages, settings.seed),
        *(authored_text(name, lines) for name, lines in authored.items()),
        *(replace(text, situation=Situation.AUTHORED) for text in written),
        *prose[: settings.prose],
        *mixed_texts(mixed, authored, settings.seed),
    ]
    return texts, prose[settings.prose + settings.mixed :]


def _lot(seed: int, name: str) -> bytes:
    """A document's place in the draw, its own: new documents must not reshuffle those that were there."""
    return blake2b(f"{seed}:{name}".encode(), digest_size=8).digest()


def article_texts(pages: Sequence[PreparedPage], seed: int) -> list[LabelledText]:
    """Texts out of English articles."""
    articles = [page for page in pages if page.lang == "en" and page.page_type in ("", "article")]
    return [text for page in articles for text in page_texts(page, seed)]


def other_texts(pages: Sequence[PreparedPage], seed: int) -> list[LabelledText]:
    """Texts out of English pages that are no articles: what code and price lists look like without their site.

    Their dumps only teach what a dump is. Their lines would teach that short lines of a dump are content.
    """
    others = [page for page in pages if page.lang == "en" and page.page_type not in ("", "article")]
    return [
        replace(text, situation=Situation.OTHER_DUMP if text.situation in DUMPS else Situation.OTHER)
        for page in others
        for text in page_texts(page, seed)
    ]


def page_texts(page: PreparedPage, seed: int) -> Iterator[LabelledText]:
    """The four texts that one page with a gold text gives; none where it is missing or next to nothing."""
    if page.content is None:
        return
    chance = random.Random(f"{seed}:{page.id}")  # noqa: S311 - sampling, not secrecy
    bare, lines = (_titled(page.blocks, page.labels, page.title, line) for line in (attrgetter("text"), written))
    content = [index for index, (_, label) in enumerate(lines) if label == BlockLabel.CONTENT]
    if len(content) < 3:  # noqa: PLR2004 - fewer lines make no article
        return
    choices = {
        Situation.DUMP: range(min(len(lines), _DUMP_LINES)),
        Situation.DIRTY: sorted({*content, *_dirt(lines, content, chance)}),
        Situation.CLEAN: content,
    }
    for situation, indexes in choices.items():
        told = bare if situation is Situation.DUMP else lines  # who copies a page's text gets no bullets
        yield _text(page.site, situation, [told[index] for index in indexes], chance)
    yield _text(page.site, Situation.CLEANED, _titled(page.cleaned, page.cleaned_labels, page.title, written), chance)


def authored_text(name: str, lines: Sequence[AuthoredLine]) -> LabelledText:
    """An authored text as the segmenter sees it."""
    pairs = [
        (replace(_line(line.text), line=number, gap=line.gap), int(line.is_chrome))
        for number, line in enumerate(lines, 1)
    ]
    return LabelledText(
        name, Situation.AUTHORED, tuple(block for block, _ in pairs), tuple(label for _, label in pairs)
    )


def mixed_texts(
    prose: Sequence[LabelledText], authored: Mapping[str, Sequence[AuthoredLine]], seed: int
) -> Iterator[LabelledText]:
    """Each prose document with chrome and headings of one authored text in it, about where they stood in theirs.

    Real prose around known dirt: without it the line model has seen articles almost only without chrome, and
    asks for more certainty than a single line can give. Headings go in as content, so that a short line between
    paragraphs is not chrome for that alone. The group is the authored text's, whose wording is then as unseen
    as it should be.
    """
    dirty = {name: lines for name, lines in authored.items() if any(line.is_chrome for line in lines)}
    names = sorted(dirty)
    for number, document in enumerate(prose):
        chance = random.Random(f"{seed}:{number}")  # noqa: S311 - sampling, not secrecy
        name = chance.choice(names)
        yield _mixed(document, name, dirty[name], chance)


def _mixed(document: LabelledText, name: str, lines: Sequence[AuthoredLine], chance: random.Random) -> LabelledText:
    runs = _runs(lines)
    headings = [[place] for place, line in enumerate(lines) if line.mark == "heading"]
    chosen = chance.sample(runs, min(len(runs), chance.randint(*_MIXED_RUNS)))
    chosen += chance.sample(headings, min(len(headings), chance.randint(0, _MIXED_HEADINGS)))
    pairs = [(place / len(document.blocks), block, 0) for place, block in enumerate(document.blocks)]
    for run in chosen:
        start = (run[0] + 0.5) / len(lines)
        pairs += [(start, _line(lines[place].text), int(lines[place].is_chrome)) for place in run]
    ordered = [(block, label) for _, block, label in sorted(pairs, key=lambda item: item[0])]
    return _text(name, Situation.MIXED, ordered, chance)


def _runs(lines: Sequence[AuthoredLine]) -> list[list[int]]:
    """Places of chrome lines, those that stand together in one list: teasers come in threes."""
    runs: list[list[int]] = []
    for place, line in enumerate(lines):
        if line.is_chrome and runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        elif line.is_chrome:
            runs.append([place])
    return runs


def prose_text(group: str, text: str) -> LabelledText:
    """A document of the text corpora, all of it content."""
    blocks = tuple(text_blocks(text))
    return LabelledText(group, Situation.CLEAN, blocks, (int(BlockLabel.CONTENT),) * len(blocks))


def _titled(
    blocks: Sequence[Block], labels: Sequence[int], title: str | None, line: Callable[[Block], str]
) -> list[tuple[Block, int]]:
    """A page's blocks as lines with their labels; the headline's first line is content in a text."""
    pairs: list[tuple[Block, int]] = []
    for block, label in zip(blocks, labels, strict=True):
        if block.text == title:
            label, title = BlockLabel.CONTENT, None  # noqa: PLW2901 - the headline itself
        pairs.append((_line(line(block)), label))
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
