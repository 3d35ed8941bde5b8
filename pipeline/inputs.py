"""What a run works on: files as they are and slices of containers, cut into units of work.

It opens what is listed and decodes nothing; decoding is dangerous and belongs into a worker process.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice

from pipeline.document import Failure, Origin, Reason
from pipeline.read import Entry, Raw, fetch, is_container, raw_of
from pipeline.records import Record, count, records


@dataclass(frozen=True, slots=True)
class Slice:
    """A file that is one document, or so many records of a container from the one numbered `first`."""

    entry: Entry
    first: int = 0
    documents: int = 1

    @property
    def ids(self) -> list[str]:
        """The ids of its documents."""
        if not self.first:
            return [self.entry.id]
        return [f"{self.entry.id}#{number}" for number in range(self.first, self.first + self.documents)]


Unit = tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How documents are read.

    Attributes:
        field: of a container's records, the one with the document.
    """

    max_bytes: int
    field: str | None = None


def cut(entries: Sequence[Entry], reading: Reading, size: int) -> list[Unit]:
    """Units of at most `size` documents, in order. Containers are read through once to count their records."""
    units: list[Unit] = []
    held: list[Slice] = []
    room = size
    for piece in _slices(entries, reading, size):
        if piece.documents > room:
            units.append(tuple(held))
            held, room = [], size
        held.append(piece)
        room -= piece.documents
    return [*units, tuple(held)] if held else units


def _slices(entries: Sequence[Entry], reading: Reading, size: int) -> Iterator[Slice]:
    containers = {entry.id for entry in entries if _holds_many(entry)}
    for entry in entries:
        if entry.id in containers:
            total = count(entry.path, reading.field, reading.max_bytes)
            for first in range(1, total + 1, size):
                yield Slice(entry, first, min(size, total - first + 1))
            if not total:
                yield Slice(entry)
        else:
            yield Slice(_distinct(entry, containers))


def _holds_many(entry: Entry) -> bool:
    return is_container(entry.path) and entry.path.is_file()


def _distinct(entry: Entry, containers: set[str]) -> Entry:
    """The entry, renamed if its name is that of a container's record."""
    before, mark, number = entry.id.rpartition("#")
    return replace(entry, id=f"{entry.id}~") if mark and number.isdigit() and before in containers else entry


def opened(unit: Unit, reading: Reading) -> Iterator[Raw | Failure]:
    """The documents of a unit, one for each id, in order."""
    for piece in unit:
        if piece.first:
            yield from _of_container(piece, reading)
        elif _holds_many(piece.entry):
            detail = "The container holds no record."
            yield Failure(_origin(piece.entry, piece.entry.id), "read", Reason.EMPTY, detail)
        else:
            yield fetch(piece.entry, reading.max_bytes)


def _of_container(piece: Slice, reading: Reading) -> Iterator[Raw | Failure]:
    start = piece.first - 1
    with closing(records(piece.entry.path, reading.field, reading.max_bytes)) as stream:  # type: ignore[type-var]
        found = islice(stream, start, start + piece.documents)
        for name in piece.ids:
            origin = _origin(piece.entry, name)
            record = next(found, None)
            if record is None:
                detail = "The container was changed while it was read: run again."
                yield Failure(origin, "read", Reason.UNREADABLE, detail)
            else:
                yield _document(record, origin, reading.max_bytes)


def _document(record: Record, origin: Origin, max_bytes: int) -> Raw | Failure:
    if record.broken:
        return Failure(origin, "read", Reason.BROKEN_RECORD, record.broken)
    if record.too_large:
        detail = f"The record is larger than {max_bytes} bytes; --max-bytes raises the limit."
        return Failure(origin, "read", Reason.TOO_LARGE, detail)
    return raw_of(record.raw, origin, max_bytes, suffix=record.suffix, url=record.url, date=record.date)


def _origin(entry: Entry, name: str) -> Origin:
    return Origin(name, os.fsdecode(entry.path))
