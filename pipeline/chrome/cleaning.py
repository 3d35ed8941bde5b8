"""From blocks and their probabilities to a clean document: title found, chrome removed and named, the rest kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.chrome.byline import author_of, date_of
from pipeline.chrome.model import ChromeModel, Titled, see_pages, see_texts
from pipeline.chrome.naming import Names
from pipeline.document import Block, ChromeKind, CleanDocument, Metadata, Removal
from pipeline.segment.text import numbered_blocks, text_blocks, written
from pipeline.segment.title import find_title, headline, title_copies

Keep = frozenset[ChromeKind]
_COPIES = 4  # a headline that stands more often is a refrain, such as the name of a speaker in a transcript


def clean_pages(
    model: ChromeModel, pages: Sequence[tuple[Sequence[Block], Metadata]], keep: Keep = frozenset()
) -> list[CleanDocument]:
    """Clean many pages with one predict; order and number of the pages are kept."""
    titled = [Titled(blocks, headline(blocks, metadata.title)) for blocks, metadata in pages]
    seen = see_pages(model.parts, titled)
    chrome = model.page_probabilities(titled, seen)
    found = zip(titled, model.page_removals(titled, chrome, seen), pages, strict=True)
    return [
        assemble(page, told.chrome, told.drops, metadata, keep, kinds=told.kinds) for page, told, (_, metadata) in found
    ]


def clean_texts(model: ChromeModel, texts: Sequence[str], keep: Keep = frozenset()) -> list[CleanDocument]:
    """Clean many texts, each until nothing more goes, so that cleaning a cleaned text changes nothing.

    What a line is depends on its neighbours, so a line can show as chrome once another is gone. Each further
    round sees the text as it would be written; a text is done when a round finds nothing to change.
    """
    numbered = [numbered_blocks(text) for text in texts]
    drafts = [_Draft([block for _, block in blocks]) for blocks in numbered]
    waiting = [draft for draft in drafts if draft.blocks]
    while waiting:
        titled = [Titled(draft.blocks, draft.title) for draft in waiting]
        seen = see_texts(model.parts, titled)
        chances = model.text_chances(titled, seen)
        drops = [model.text_drops(text, found) for text, found in zip(titled, chances, strict=True)]
        rounds = zip(waiting, titled, chances, drops, model.kinds(seen, drops), strict=True)
        for draft, text, found, gone, kinds in rounds:
            draft.revise(text, _Round(found.chrome, gone, kinds), keep)
        waiting = [draft for draft in waiting if not draft.settled]
    return [
        _numbered(draft.document, [number for number, _ in blocks])
        for draft, blocks in zip(drafts, numbered, strict=True)
    ]


def _numbered(document: CleanDocument, numbers: Sequence[int]) -> CleanDocument:
    """The document with removals under the line numbers of the text instead of their blocks' places.

    Places are what the rounds go by, since several blocks may share a line of the text.
    """
    removed = [replace(removal, line=numbers[removal.line - 1]) for removal in document.removed]
    return replace(document, removed=tuple(removed))


@dataclass(frozen=True, slots=True)
class _Round:
    """What one round found of a text's lines: the chance that each is chrome, whether it goes, and its kind if so."""

    chrome: NDArray[np.float64]
    drops: NDArray[np.bool_]
    kinds: Names


class _Draft:
    """One text on its way through the rounds: the lines that are left, under their first places."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self.settled = False
        self.document = CleanDocument(Metadata(), (), ())

    @property
    def title(self) -> str | None:
        """The first line, when it reads as a headline."""
        found = find_title(self.blocks)
        return found.text if found else None

    def revise(self, text: Titled, told: _Round, keep: Keep) -> None:
        """Take out what one round found; settled when the text is as it was before the round."""
        found = _first_title(self.blocks, told, keep)
        titled = Titled(text.blocks, found.text if found else None)
        before = self.document
        after = assemble(titled, told.chrome, told.drops, before.metadata, keep, kinds=told.kinds)
        removed = sorted((*before.removed, *after.removed), key=lambda removal: removal.line)
        self.document = CleanDocument(after.metadata, after.lines, tuple(removed))
        is_same = before.lines == after.lines and before.metadata.title == after.metadata.title
        written = [] if is_same else text_blocks(self.document.text)
        self.settled = is_same or _looks(written) == _looks(self.blocks)  # then a further round would find the same
        if self.settled:
            return
        gone = {removal.line for removal in after.removed}
        left = [block for block in self.blocks if block.line not in gone]
        if found:
            left.sort(key=lambda block: block.line != found.line)  # a text file begins with its title
        self.blocks = [new.at(old.line) for new, old in zip(written, left, strict=True)]


def _looks(blocks: Sequence[Block]) -> list[tuple[str, str, bool]]:
    """All that the model sees of lines."""
    return [(block.text, block.tag, block.gap) for block in blocks]


def _first_title(blocks: Sequence[Block], told: _Round, keep: Keep) -> Block | None:
    """The headline, unless what comes first is chrome that is to be kept: a title must not overtake it."""
    places = [place for place, drop in enumerate(told.drops) if not drop or told.kinds[place] in keep]
    return None if not places or told.drops[places[0]] else find_title([blocks[place] for place in places])


def assemble(
    page: Titled,
    chrome: NDArray[np.float64],
    drops: NDArray[np.bool_],
    metadata: Metadata,
    keep: Keep,
    *,
    kinds: Sequence[ChromeKind] | Names | None = None,
) -> CleanDocument:
    """Put a document together from what stays; headline copies go, kinds in `keep` stay.

    Args:
        kinds: of each block that goes; without them all are OTHER, which will do where only the lines are wanted.
    """
    names = [ChromeKind.OTHER] * len(page.blocks) if kinds is None else kinds
    lines: list[str] = []
    removed: list[Removal] = []
    told: list[Removal] = []
    copies = [False] * len(page.blocks)
    if page.title is not None:
        copies = title_copies((block.text for block in page.blocks), page.title)
    is_refrain = sum(copies) > _COPIES
    title_seen = False
    decided = zip(page.blocks, chrome.tolist(), drops.tolist(), copies, names, strict=True)
    for block, probability, drop, is_copy, name in decided:
        if is_copy and not title_seen:
            title_seen = True
            continue
        is_headline = is_copy and not is_refrain
        if not (drop or is_headline):
            lines.append(written(block))
            continue
        kind = ChromeKind.OTHER if is_headline else name
        told.append(Removal(kind, block.text, round(probability, 4), block.line))
        if kind in keep and not is_headline:
            lines.append(written(block))
        else:
            removed.append(told[-1])
    return CleanDocument(_told_by(told, metadata, page.title), tuple(lines), tuple(removed))


def _told_by(removed: Iterable[Removal], metadata: Metadata, title: str | None) -> Metadata:
    """Metadata with author and date from byline and timestamp lines where the page declares none."""
    author, date = metadata.author, metadata.date
    for removal in removed:
        if removal.kind in (ChromeKind.BYLINE, ChromeKind.TIMESTAMP):
            author = author or author_of(removal.text)
            date = date or date_of(removal.text)
    return Metadata(title, author, date, metadata.url, metadata.site, metadata.language)
