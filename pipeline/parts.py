"""What a run has done so far, part by part, so that the next one goes on from there.

A part holds the rows of one unit of work. It appears whole or not at all, says under which settings and models it was
made, and stays after the run: an unchanged document is taken from it. It is winnow's own and may be deleted.
"""

import gzip
import io
import json
import re
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import msgspec

from pipeline.compact import Digests
from pipeline.stores import STATE, Store
from pipeline.told import Told

_PART = re.compile(r"\d+-\d+\.gz")
_TOLD = msgspec.json.Decoder(Told)
_TORN = (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, msgspec.DecodeError)


@dataclass(frozen=True, slots=True)
class Head:
    """The first line of a part; its lists have an item a document, in order."""

    made: str
    ids: Sequence[str]
    states: Sequence[str | None]
    letters: Sequence[str | None]
    sketches: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a document's row lies: the name of a part and the number of the row in it."""

    part: str
    number: int


@dataclass(slots=True)
class Parts:
    """The parts in a store."""

    store: Store
    made: str
    _names: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _ids: Digests = field(default_factory=Digests)

    def names(self) -> list[str]:
        """Names of all parts, the oldest run's first."""
        found = (name.removeprefix(f"{STATE}/") for name in self.store.names(STATE))
        return sorted(name for name in found if _PART.fullmatch(name))

    def index(self) -> int:
        """Note where every document's row lies; the number of the next run."""
        runs = [0]
        names = self.names()
        for name, raw in zip(names, self._read(names), strict=True):
            runs.append(int(name.partition("-")[0]))
            with suppress(*_TORN):
                head = _head(raw)
                if head.made == self.made:
                    self._note(name, head.ids)
        return max(runs) + 1

    def _note(self, name: str, ids: Sequence[str]) -> None:
        self._names.append(name)
        self._starts.append(len(self._ids))
        for identifier in ids:
            self._ids.add(identifier)

    def find(self, identifier: str) -> Spot | None:
        """Where the newest row of a document lies."""
        place = self._ids.last(identifier)
        if place is None:
            return None
        part = bisect_right(self._starts, place) - 1
        return Spot(self._names[part], place - self._starts[part])

    def heads(self, names: Sequence[str]) -> Iterator[Head]:
        """What parts say of themselves."""
        yield from map(_head, self._read(names))

    def items(self, names: Sequence[str]) -> Iterator[tuple[str | None, Told]]:
        """The state of each document of the parts and what was told of it."""
        for raw in self._read(names):
            yield from _items(raw)

    def read(self, name: str) -> list[tuple[str | None, Told]]:
        """All items of a part; none where it is damaged, so that its documents are done again."""
        try:
            return list(self.items([name]))
        except _TORN:
            return []

    def _read(self, names: Sequence[str]) -> Iterator[bytes]:
        for raw in self.store.read([f"{STATE}/{name}" for name in names]):
            yield raw or b""

    def write(self, name: str, told: Sequence[Told], states: Sequence[str | None]) -> None:
        """Write a part, whole or not at all.

        Raises:
            UsageError: it cannot be written.
        """
        head = Head(
            self.made,
            [item.row["id"] for item in told],
            states,
            [item.letters for item in told],
            [item.sketch for item in told],
        )
        lines = msgspec.json.Encoder().encode_lines([head, *told])
        raw = gzip.compress(lines, 1, mtime=0)
        self.store.write(f"{STATE}/{name}", raw)

    def keep(self, names: Iterable[str]) -> None:
        """Remove all other parts, and what a killed run left."""
        wanted = {f"{STATE}/{name}" for name in names}
        found = self.store.names(STATE)
        self.store.remove(name for name in found if name not in wanted and name.endswith((".gz", ".part")))


def _head(raw: bytes) -> Head:
    with gzip.open(io.BytesIO(raw)) as stream:
        return Head(**msgspec.json.decode(stream.readline()))


def _items(raw: bytes) -> Iterator[tuple[str | None, Told]]:
    lines = io.BytesIO(gzip.decompress(raw))  # whole, which costs two thirds of line by line
    head = Head(**msgspec.json.decode(lines.readline()))
    for state, line in zip(head.states, lines, strict=True):
        yield state, _TOLD.decode(line)


def digest(told: Mapping[str, Any]) -> str:
    """Sixteen hex digits of settings."""
    return blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=8).hexdigest()
