"""A document as a page shows it: clipped, its lines grouped, its links checked. No mark-up is made here."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from urllib.parse import quote, urlsplit

from pipeline.report.account import Account, Line, Order, text_path
from pipeline.report.rows import Evidence, ResultRow, SourceName, source_of

_KEPT_CHARS, _GONE_CHARS = 5_000, 2_500  # of a document; the whole of it is in its own file
_LINE_CHARS = 1_500
_RUN = 12  # removed lines of one kind that stand together
_STEERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # turn the direction of what follows
_SAFE_SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class Passage:
    """A line that was kept, or a run of lines that were removed under one kind; `more` of them found no room."""

    lines: tuple[Line, ...]
    kind: str | None
    more: int = 0

    @property
    def is_title(self) -> bool:
        """Whether it is the document's headline."""
        return self.lines[0].is_title

    @property
    def length(self) -> int:
        """Characters that it takes."""
        return sum(min(len(line.text), _LINE_CHARS) for line in self.lines)


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One document of a page.

    Attributes:
        place: its number on the page, from 1.
        href: relative address of the cleaned text.
        link: the document's own address, where it is one that a browser may follow.
        passages: its text, or what of it finds room.
        unmarked: evidence sentences that are not among the passages.
        left_out: lines that found no room.
    """

    place: int
    row: ResultRow
    source: SourceName
    href: str | None
    link: str | None
    order: Order
    passages: tuple[Passage, ...]
    unmarked: tuple[Evidence, ...]
    left_out: int

    @property
    def cues(self) -> tuple[Evidence, ...]:
        """The measures that moved the verdict."""
        return tuple(item for item in self.row.evidence or () if item.type == "cue")


def document_view(row: ResultRow, account: Account, *, place: int = 1, folder: Path | None = None) -> DocumentView:
    """The view of a document; with a folder it links to its cleaned text there."""
    whole = _passages(account.lines)
    shown = _clipped(whole) if folder else whole
    spans = (span for passage in shown for line in passage.lines for span in line.spans)
    marked = "".join(span.text for span in spans if span.effect is not None)
    sentences = [item for item in row.evidence or () if item.type == "sentence"]
    return DocumentView(
        place=place,
        row=row,
        source=source_of(row),
        href=_href(row, folder) if folder else None,
        link=_link(row.url),
        order=account.order,
        passages=tuple(shown),
        unmarked=tuple(item for item in sentences if item.text.removesuffix("…") not in marked),
        left_out=sum(len(passage.lines) for passage in whole[len(shown) :]),
    )


def _clipped(passages: Sequence[Passage]) -> list[Passage]:
    """The passages from the beginning that find room; runs of removed lines are cut, so that none takes all of it."""
    kept, gone = _KEPT_CHARS, _GONE_CHARS
    shown: list[Passage] = []
    for passage in passages:
        if kept <= 0:
            break
        if passage.kind is None:
            kept -= passage.length
            shown.append(passage)
        else:
            shown.append(_cut(passage, gone))
            gone -= shown[-1].length
    return shown


def _cut(run: Passage, room: int) -> Passage:
    """A run of removed lines without those that find no room."""
    lines = run.lines[:_RUN] if room > 0 else ()
    return replace(run, lines=lines, more=len(run.lines) - len(lines))


def _passages(lines: Iterable[Line]) -> list[Passage]:
    """Removed lines of one kind that stand together as one; every other line alone."""
    numbered = enumerate(lines)
    runs = groupby(numbered, key=lambda item: item[1].kind or item[0])
    return [Passage(tuple(line for _, line in run), kind if isinstance(kind, str) else None) for kind, run in runs]


def _href(row: ResultRow, folder: Path) -> str | None:
    return "./" + quote(row.text_file or "") if text_path(row, folder) else None


def _link(url: str | None) -> str | None:
    """The address, if it is one of the web's: anything else stays text."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in _SAFE_SCHEMES and parts.hostname else None


def shown(text: object, limit: int = _LINE_CHARS) -> str:
    r"""A text as it may stand on a page: clipped, and what would steer the reader's eye or screen written out.

    >>> shown("fdp.\u202etxt"), shown("a" * 9, 4), shown("tab\there\x1b")
    ('fdp.\\u202etxt', 'aaa…', 'tab here\\x1b')
    """
    told = str(text)
    cut = told if len(told) <= limit else told[: limit - 1] + "…"
    printed = cut if cut.isprintable() else "".join(map(_printed, cut))
    return _STEERING.sub(lambda mark: ascii(mark[0])[1:-1], printed)


def _printed(mark: str) -> str:
    if mark.isprintable() or unicodedata.category(mark) not in ("Cc", "Cs"):
        return mark
    return " " if mark in "\n\r\t" else ascii(mark)[1:-1]
