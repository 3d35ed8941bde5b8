"""A document put back together: kept and removed lines in the order of the input, evidence sentences marked.

The removed blocks of a page carry their numbers, and its cleaned text the others in order, so that no page is read
again for it. Of a text the numbers are those of lines, blank ones among them: it is read again where it can still be
read and is what it was. Both the report and `winnow explain` show what is made here.
"""

import json
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from pipeline.document import Failure, MediaType, Source, Status
from pipeline.read import Entry, load
from pipeline.report.rows import Evidence, RemovedLine, ResultRow
from pipeline.segment.text import numbered_blocks
from pipeline.segment.title import is_title

_ELLIPSIS = "…"
_PATIENCE = 2.0  # seconds that the run took for a document; what took longer is not read a second time
_READ_AGAIN = 2_000_000  # bytes
_TEXT_CHARS = 200_000  # of a cleaned text that are read; one that is shorter has not been cut


class Order(StrEnum):
    """What the order of the lines was taken from."""

    INPUT = "input"
    TEXT = "text"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line; `effect` is the push toward the verdict in log-odds where it is evidence."""

    text: str
    effect: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `kind` and `probability` are those of what was removed."""

    spans: tuple[Span, ...]
    kind: str | None = None
    probability: float | None = None
    is_title: bool = False

    @property
    def text(self) -> str:
        """The whole line."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Account:
    """A document's lines in order.

    Attributes:
        order: INPUT where removed lines stand in place; else they come after the others.
    """

    lines: tuple[Line, ...]
    order: Order


def account_of_row(row: ResultRow, folder: Path, *, read_input: bool = True) -> Account:
    """The document of a row, from its input or else from the cleaned text in the run's folder."""
    page = None if is_read_again(row) else _account_of_page(row, folder)
    source = _input_of(row) if read_input and not page else None
    account = page or (account_of_source(row, source) if source else None)
    return account or _account_of_text(row, _text_of(row, folder))


def is_read_again(row: ResultRow) -> bool:
    """Whether only the input tells the order of the lines: of texts, and of pages whose text was not written."""
    return row.media_type != MediaType.HTML or (row.status != Status.REJECTED and not row.text_file)


def _account_of_page(row: ResultRow, folder: Path) -> Account | None:
    """None where the text is gone or was cut; of a page that was rejected, since it has none, all lines are removed."""
    text = _text_of(row, folder)
    kept = _kept_lines(row, text)
    if (not kept and row.status != Status.REJECTED) or len(text) >= _TEXT_CHARS:
        return None
    return Account(tuple(_marked(_interleaved(row, kept), row.evidence or ())), Order.INPUT)


def _account_of_text(row: ResultRow, text: str) -> Account:
    """The cleaned text, and after it what was removed."""
    gone = tuple(_removed(item) for item in row.removed or ())
    kept = _marked(_kept_lines(row, text), row.evidence or ())
    return Account((*kept, *gone), Order.TEXT if text else Order.NOTHING)


def _interleaved(row: ResultRow, kept: Sequence[Line]) -> list[Line]:
    """The lines of a page's text with the removed blocks at their numbers; what has none follows in order.

    A headline that came from the metadata is no block: it stands first where the numbers leave no room for it, else
    before all other text. So it does in 97 of 100 pages. Where a page ends with text that stays, blocks between the
    headline and the next text can be one line off.
    """
    gone = {item.line: _removed(item) for item in row.removed or ()}
    free = max(gone, default=0) - len(gone)  # places for others up to the last removed block
    headline = [line for line in kept[:1] if line.is_title]
    waiting = deque(kept[len(headline) :])
    lines = []
    if free > len(waiting) or not gone:
        waiting.extendleft(headline)
    else:
        lines += headline
    for number in range(1, len(gone) + len(waiting) + 1):
        if number in gone:
            lines.append(gone[number])
        elif waiting:
            lines.append(waiting.popleft())
    return [*lines, *waiting]


def account_of_source(row: ResultRow, source: Source) -> Account | None:
    """The document in the order of its source; None when the removed lines do not stand where the row says."""
    waiting: Counter[tuple[int, str]] = Counter((item.line, item.text) for item in row.removed or ())
    told = {(item.line, item.text): item for item in row.removed or ()}
    lines: list[Line] = []
    title = row.title or ""
    for place in _places(source):
        if waiting[place]:
            waiting[place] -= 1
            lines.append(_removed(told[place]))
            continue
        is_headline = bool(title) and is_title(place[1], title)
        title = "" if is_headline else title
        lines.append(Line((Span(place[1]),), is_title=is_headline))
    if waiting.total():
        return None
    return Account(tuple(_marked(lines, row.evidence or ())), Order.INPUT)


def _places(source: Source) -> Iterator[tuple[int, str]]:
    """Every line of a text or block of a page under the number that removals go by."""
    if source.media_type is MediaType.TEXT:
        yield from ((number, block.text) for number, block in numbered_blocks(source.content))
        return
    from pipeline.score import segment  # noqa: PLC0415 - late: two seconds for what many reports do without

    page = segment(source)
    if not isinstance(page, Failure):
        yield from ((block.line, block.text) for block in page.blocks or ())


def _removed(item: RemovedLine) -> Line:
    return Line((Span(item.text),), item.kind, item.probability)


def _input_of(row: ResultRow) -> Source | None:
    """The input, if it is still what it was and was no trouble in the run."""
    is_easy = (row.seconds or 0) <= _PATIENCE and (row.bytes or 0) <= _READ_AGAIN
    path = Path(row.input)
    if not (row.sha256 and row.input and is_easy) or row.status == "failed" or not _is_file(path):
        return None
    source = load(Entry(row.id, path), _READ_AGAIN)
    return source if isinstance(source, Source) and source.origin.sha256 == row.sha256 else None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def text_path(row: ResultRow, folder: Path) -> Path | None:
    """The cleaned text of a row, if it is there and in the folder; rows can be edited by anybody."""
    path = _stored(row, folder)
    return path if path and path.suffix == ".txt" else None


def _stored(row: ResultRow, folder: Path) -> Path | None:
    """The file with the cleaned text of a row, which may hold those of others too."""
    if not row.text_file:
        return None
    path = folder / row.text_file
    return path if _is_file(path) and path.resolve().is_relative_to(folder.resolve()) else None


def _text_of(row: ResultRow, folder: Path) -> str:
    path = _stored(row, folder)
    if path is None:
        return ""
    if path.suffix == ".jsonl":
        return _text_among(path, row.id)
    with path.open(encoding="utf-8", errors="replace", newline="") as stream:
        return stream.read(_TEXT_CHARS)


def _text_among(path: Path, identifier: str) -> str:
    """A text out of a part with many; lines of others are passed over without decoding them."""
    beginning = f'{{"id": {json.dumps(identifier, ensure_ascii=False)}, '.encode()
    with path.open("rb") as stream:
        line = next((line for line in stream if line.startswith(beginning)), b"{}")
    try:
        told = json.loads(line)
        return "\n\n".join(filter(None, (told.get("title"), told.get("text"))))[:_TEXT_CHARS]
    except (ValueError, TypeError, AttributeError):  # anybody can edit it
        return ""


def _kept_lines(row: ResultRow, text: str) -> list[Line]:
    lines = [Line((Span(line),)) for line in text.splitlines() if line.strip()]
    if lines and row.title and is_title(lines[0].text, row.title):
        lines[0] = replace(lines[0], is_title=True)
    return lines


def _marked(lines: Sequence[Line], evidence: Sequence[Evidence]) -> list[Line]:
    """The lines with the sentences of the evidence as spans of their own; each is marked once."""
    quotes = {item.text.removesuffix(_ELLIPSIS): item.effect for item in evidence if item.type == "sentence"}
    marked = []
    for line in lines:
        found = {} if line.kind or line.is_title else {quote: quotes[quote] for quote in quotes if quote in line.text}
        for quote in found:
            del quotes[quote]
        marked.append(replace(line, spans=tuple(_cut(line.text, found))) if found else line)
    return marked


def _cut(text: str, quotes: Mapping[str, float]) -> Iterator[Span]:
    """The text cut at quotes, the longest of those that begin at one place first."""
    begin = 0
    while found := [(place, -len(quote), quote) for quote in quotes if (place := text.find(quote, begin)) >= 0]:
        place, _, quote = min(found)
        if place > begin:
            yield Span(text[begin:place])
        yield Span(quote, quotes[quote])
        begin = place + len(quote)
    if begin < len(text):
        yield Span(text[begin:])
