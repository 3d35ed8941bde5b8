"""From blocks and their probabilities to a clean document: title found, chrome removed and named, the rest kept."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.chrome.byline import author_of, date_of
from pipeline.chrome.kinds import kind_of
from pipeline.chrome.model import ChromeModel, Titled
from pipeline.document import Block, ChromeKind, CleanDocument, Metadata, Removal
from pipeline.segment.text import find_title, text_blocks

Keep = frozenset[ChromeKind]
_TITLE_ENDS = (" | ", " - ", " – ", " — ", " : ", ": ", " · ", " « ", " » ")
_TITLE_WORDS = 3  # a headline that is cut out of the page's title has at least as many


def clean_pages(
    model: ChromeModel, pages: Sequence[tuple[Sequence[Block], Metadata]], keep: Keep = frozenset()
) -> list[CleanDocument]:
    """Clean many pages with one predict; order and number of the pages are kept."""
    titled = [Titled(blocks, headline(blocks, metadata.title)) for blocks, metadata in pages]
    chrome = model.page_probabilities(titled)
    return [
        assemble(page, probabilities, model.page_drops(page, probabilities), metadata, keep)
        for page, probabilities, (_, metadata) in zip(titled, chrome, pages, strict=True)
    ]


def clean_texts(model: ChromeModel, texts: Sequence[str], keep: Keep = frozenset()) -> list[CleanDocument]:
    """Clean many texts, each until nothing more goes, so that cleaning a cleaned text changes nothing.

    What a line is depends on its neighbours, so a line can show as chrome once another is gone. Each further
    round sees the text as it would be written; a text is done when a round finds nothing to change.
    """
    drafts = [_Draft(text_blocks(text)) for text in texts]
    waiting = [draft for draft in drafts if draft.blocks]
    while waiting:
        titled = [Titled(draft.blocks, draft.title) for draft in waiting]
        for draft, text, chrome in zip(waiting, titled, model.text_probabilities(titled), strict=True):
            draft.revise(text, chrome, model.text_drops(text, chrome), keep)
        waiting = [draft for draft in waiting if not draft.settled]
    return [draft.document for draft in drafts]


class _Draft:
    """One text on its way through the rounds: the lines that are left, under their first line numbers."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self.settled = False
        self.document = CleanDocument(Metadata(), (), ())

    @property
    def title(self) -> str | None:
        """The first line, when it reads as a headline."""
        found = find_title(self.blocks)
        return found.text if found else None

    def revise(self, text: Titled, chrome: NDArray[np.float64], drops: NDArray[np.bool_], keep: Keep) -> None:
        """Take out what one round found; settled when the text is as it was before the round."""
        found = find_title([block for block, drop in zip(self.blocks, drops, strict=True) if not drop])
        titled = Titled(text.blocks, found.text if found else None)
        before = self.document
        after = assemble(titled, chrome, drops, before.metadata, keep)
        removed = sorted((*before.removed, *after.removed), key=lambda removal: removal.line)
        self.document = CleanDocument(after.metadata, after.lines, tuple(removed))
        self.settled = before.lines == after.lines and before.metadata.title == after.metadata.title
        gone = {removal.line for removal in after.removed}
        numbers = [block.line for block in self.blocks if block.line not in gone]
        written = text_blocks(self.document.text)
        self.blocks = [replace(block, line=line) for block, line in zip(written, numbers, strict=True)]


def assemble(
    page: Titled, chrome: NDArray[np.float64], drops: NDArray[np.bool_], metadata: Metadata, keep: Keep
) -> CleanDocument:
    """Put a document together from what stays; headline copies go, kinds in `keep` stay."""
    lines, removed = [], []
    title_seen = False
    for block, probability, drop in zip(page.blocks, chrome, drops, strict=True):
        is_title = page.title is not None and _same(block.text, page.title)
        if is_title and not title_seen:
            title_seen = True
            continue
        if not (drop or is_title):
            lines.append(block.text)
            continue
        kind = ChromeKind.OTHER if is_title else kind_of(block)
        if kind in keep and not is_title:
            lines.append(block.text)
        else:
            removed.append(Removal(kind, block.text, round(float(probability), 4), block.line))
    return CleanDocument(_told_by(removed, metadata, page.title), tuple(lines), tuple(removed))


def headline(blocks: Iterable[Block], title: str | None) -> str | None:
    """The headline as the page shows it: the heading that its declared title names, else that title itself."""
    if not title:
        return None
    named = {_fold(title), *(_fold(part) for end in _TITLE_ENDS for part in _pieces(title, end))}
    headings = [block for block in blocks if block.tag in ("h1", "h2", "h3") or block.tag == "line"]
    return next((block.text for block in headings if _fold(block.text) in named), title)


def _pieces(title: str, end: str) -> list[str]:
    """The title without its last part, and its last part, where a separator cuts the site's name off."""
    if end not in title:
        return []
    pieces = [title.rpartition(end)[0], title.partition(end)[0], title.partition(end)[2]]
    return [piece for piece in pieces if len(piece.split()) >= _TITLE_WORDS]


def _told_by(removed: Iterable[Removal], metadata: Metadata, title: str | None) -> Metadata:
    """Metadata with author and date from byline and timestamp lines where the page declares none."""
    author, date = metadata.author, metadata.date
    for removal in removed:
        if removal.kind in (ChromeKind.BYLINE, ChromeKind.TIMESTAMP):
            author = author or author_of(removal.text)
            date = date or date_of(removal.text)
    return Metadata(title, author, date, metadata.url, metadata.site, metadata.language)


def _same(text: str, title: str) -> bool:
    return text == title or _fold(text) == _fold(title)


def _fold(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
