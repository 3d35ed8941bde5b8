"""What a run works on: files as they are and slices of containers, cut into units of work, and opened one by one.

Cutting opens nothing. Opening is dangerous, as is counting what a container holds, and belongs into a worker process.
"""

import os
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import groupby
from pathlib import Path, PurePosixPath

from pipeline.compact import Packed
from pipeline.document import Failure, Origin, Reason
from pipeline.errors import UsageError
from pipeline.listing import apart, list_entries
from pipeline.read import STDIN, Entry, Raw, fetch, is_container, raw_of
from pipeline.records import Container, Reader, Record, count
from pipeline.remote import Given, RemoteFile, is_address, listed, local_path, why

Place = Entry | RemoteFile | Given
_LEAST = 8  # documents of a unit: fewer share too little


@dataclass(frozen=True, slots=True)
class Item:
    """One document before it is opened: a whole file, or the record of a container that has this number.

    Attributes:
        fault: why it cannot be opened, where that is known.
    """

    place: Place
    number: int = 0
    fault: str | None = None

    @property
    def id(self) -> str:
        """Its name in the results."""
        return f"{self.place.id}#{self.number}" if self.number else self.place.id

    @property
    def origin(self) -> Origin:
        """Where it comes from, as far as that is known before it is opened."""
        return Origin(self.id, _told(self.place))


@dataclass(frozen=True, slots=True)
class Slice:
    """A file that is one document, or so many records of a container from the one numbered `first`."""

    place: Place
    first: int = 0
    documents: int = 1
    fault: str | None = None

    @property
    def items(self) -> list[Item]:
        """Its documents."""
        if not self.first:
            return [Item(self.place, 0, self.fault)]
        return [Item(self.place, number) for number in range(self.first, self.first + self.documents)]

    def parted(self, documents: int) -> "tuple[Slice, Slice]":
        """So many of its documents, and the others."""
        rest = replace(self, first=self.first + documents, documents=self.documents - documents)
        return replace(self, documents=documents), rest


Unit = tuple[Slice, ...]
Totals = Mapping[str, int | str]
"""How many records each container holds, by its id, or why nobody knows."""
Begin = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """How documents are read.

    Attributes:
        field: of a container's records, the one with the document.
        folder: what relative paths are meant from, which need not be where the process that reads works.
        run: tells runs apart; what one has open is not read on by the next.
    """

    max_bytes: int
    field: str | None = None
    folder: str = ""
    run: str = ""


def list_places(inputs: Sequence[str], pattern: str, max_bytes: int) -> Packed[Place]:
    """Everything that the inputs name, in order, under names that are unique; standard input is read.

    Raises:
        UsageError: an input does not exist, or cannot be reached.
        MissingExtraError: an address needs a library that is not installed.
    """
    return Packed(apart(_places(inputs, pattern, max_bytes)))


def _places(inputs: Sequence[str], pattern: str, max_bytes: int) -> Iterator[Place]:
    for kind, names in groupby((local_path(name) for name in inputs), key=_kind):
        if kind == STDIN:
            yield _standard_input(max_bytes)
        elif kind:
            yield from (file for name in names for file in listed(name, pattern))
        else:
            yield from list_entries([Path(name) for name in names], pattern)


def _kind(name: str) -> str:
    """Groups neighbours: paths are listed together, so that what two of them reach is one input."""
    return STDIN if name == STDIN else "address" if is_address(name) else ""


def _standard_input(max_bytes: int) -> Given:
    if sys.stdin is None:
        raise UsageError(f"{STDIN} reads standard input, and there is none: name a file.")
    return Given(STDIN, STDIN, sys.stdin.buffer.read(max_bytes + 1))


def container(place: Place) -> Container | None:
    """What holds many documents, if a place does."""
    if isinstance(place, Entry):
        return place.path if is_container(place.path) and place.path.is_file() else None
    return place if is_container(Path(place.address)) else None


def counted(places: Sequence[Place], begin: Begin, reading: Reading) -> list[int | str]:
    """How many records each container holds; each is read through."""
    totals: list[int | str] = []
    for place in places:
        begin()
        found = container(_reached(place, reading))
        totals.append(count(found, reading.field, reading.max_bytes, begin) if found else 0)
    return totals


def documents(places: Sized, totals: Totals) -> int:
    """How many rows there will be; a container that holds no record, or cannot be read, has one of its own."""
    return len(places) + sum(max(total, 1) - 1 for total in totals.values() if isinstance(total, int))


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many documents a unit of work has.

    Attributes:
        most: that a unit has.
        processes: among which what is left is divided, so that none works long on the last unit while others have
            nothing left (guided self-scheduling, Polychronopoulos and Kuck 1987); 0 where all units have the most.
    """

    most: int
    processes: int = 0

    def of(self, left: int) -> int:
        """Documents of the next unit where so many are left."""
        return min(self.most, max(_LEAST, left // (2 * self.processes))) if self.processes else self.most


def cut(places: Packed[Place], totals: Totals, sizes: Sizes) -> Iterator[Unit]:
    """Units of documents, in order.

    What is no container by `totals` is taken as a document, whatever has become of it since.
    """
    left = documents(places, totals)
    held: list[Slice] = []
    room = sizes.of(left)
    for piece in _slices(places, totals):
        rest = piece
        while rest.documents >= room:
            part, rest = rest.parted(room)
            yield (*held, part)
            left -= part.documents + sum(piece.documents for piece in held)
            held, room = [], sizes.of(left)
        if rest.documents:
            held.append(rest)
            room -= rest.documents
    if held:
        yield tuple(held)


def _slices(places: Iterable[Place], totals: Totals) -> Iterator[Slice]:
    for place in places:
        total = totals.get(place.id)
        if total is None:
            yield Slice(_distinct(place, totals))
        elif not isinstance(total, int) or not total:
            yield Slice(place, fault=total if isinstance(total, str) else None)
        else:
            yield Slice(place, 1, total)


def _distinct(place: Place, containers: Totals) -> Place:
    """The place, renamed if its name is that of a container's record."""
    before, mark, number = place.id.rpartition("#")
    return replace(place, id=f"{place.id}~") if mark and number.isdigit() and before in containers else place


def opened(item: Item, reading: Reading, begin: Begin) -> Raw | Failure:
    """The bytes of a document, or why there are none; `begin` is called now and then on the way to a record."""
    if item.fault:
        return Failure(item.origin, "read", Reason.UNREADABLE, item.fault)
    if item.number:
        return _of_container(item, reading, begin)
    place = _reached(item.place, reading)
    if container(place):
        return Failure(item.origin, "read", Reason.EMPTY, "The container holds no record.")
    found = _fetched(place, reading.max_bytes)
    return replace(found, origin=replace(found.origin, input=item.origin.input))


def _reached(place: Place, reading: Reading) -> Place:
    return replace(place, path=Path(reading.folder, place.path)) if isinstance(place, Entry) else place


def identify(item: Item, reading: Reading) -> Raw | Failure:
    """The document without its bytes, for one that must not be decoded."""
    found = opened(item, reading, lambda: None)
    return found if isinstance(found, Failure) else replace(found, raw=b"")


def state_of(item: Raw | Failure) -> str | None:
    """What a document must still be for its row to hold; None for one that could not be read."""
    if isinstance(item, Failure):
        return None
    if not (item.url or item.date):
        return item.origin.sha256
    return blake2b(repr((item.origin.sha256, item.url, item.date)).encode(), digest_size=16).hexdigest()


def _fetched(place: Place, max_bytes: int) -> Raw | Failure:
    if isinstance(place, Entry):
        return fetch(place, max_bytes)
    origin = Origin(place.id, place.address)
    try:
        raw = place.contents(max_bytes)
    except (OSError, EOFError, zlib.error) as error:
        return Failure(origin, "read", Reason.UNREADABLE, f"The file cannot be read: {why(error)}.")
    name = PurePosixPath(place.address.lower().removesuffix(".gz"))
    return raw_of(raw, origin, max_bytes, suffix=name.suffix)


_readers: dict[tuple[Place, Reading], Reader] = {}  # of this process: the container that it is in, at most one


def _of_container(item: Item, reading: Reading, begin: Begin) -> Raw | Failure:
    reader = _reader(item, reading)
    record = reader.record(item.number, begin) if reader else None
    if record is None:
        detail = "The container was changed while it was read: run again."
        return Failure(item.origin, "read", Reason.UNREADABLE, detail)
    return _document(record, item.origin, reading.max_bytes)


def _reader(item: Item, reading: Reading) -> Reader | None:
    """The container, where it was left if that is not behind the record that is wanted."""
    key = item.place, reading
    known = _readers.get(key)
    if known and known.next <= item.number:
        return known
    _readers.clear()
    found = container(_reached(item.place, reading))
    if found:
        _readers[key] = Reader(found, reading.field, reading.max_bytes)
    return _readers.get(key)


def _document(record: Record, origin: Origin, max_bytes: int) -> Raw | Failure:
    if record.broken:
        return Failure(origin, "read", Reason.BROKEN_RECORD, record.broken)
    if record.too_large:
        detail = f"The record is larger than {max_bytes} bytes; --max-bytes raises the limit."
        return Failure(origin, "read", Reason.TOO_LARGE, detail)
    return raw_of(record.raw, origin, max_bytes, suffix=record.suffix, url=record.url, date=record.date)


def _told(place: Place) -> str:
    """What a place is called to a user."""
    if isinstance(place, Entry):
        return os.fsdecode(place.path)
    return place.address
