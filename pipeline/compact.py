"""Long sequences and sets of names in few bytes, so that the memory of a run hardly grows with its documents."""

import pickle
import zlib
from collections.abc import Iterable, Iterator, Sized
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_Item = TypeVar("_Item")
_BLOCK = 1000  # items that are packed together


class Packed(Sized, Iterable[_Item], Generic[_Item]):
    """Items that are held pickled and compressed; to go through them again unpacks a block at a time.

    >>> names = Packed(f"pages/{number}.html" for number in range(5000))
    >>> len(names), next(iter(names))
    (5000, 'pages/0.html')
    """

    def __init__(self, items: Iterable[_Item]) -> None:
        self._blocks: list[bytes] = []
        self._size = 0
        rest = iter(items)
        while block := list(islice(rest, _BLOCK)):
            self._blocks.append(zlib.compress(pickle.dumps(block), 1))
            self._size += len(block)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[_Item]:
        for block in self._blocks:
            yield from pickle.loads(zlib.decompress(block))  # noqa: S301 - packed above, in this process


class Digests:
    """Names in the order in which they came, by 8 bytes each, and 16 more once somebody asks.

    A name may be taken for another one: in a million names once in 10^13 questions.

    >>> seen = Digests(["a", "b", "a"])
    >>> seen.last("a"), seen.last("c"), "b" in seen
    (2, None, True)
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._told = bytearray()
        self._sorted: tuple[NDArray[np.uint64], NDArray[np.intp]] | None = None
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Put a name in."""
        self._told += _digest(name)
        self._sorted = None

    def last(self, name: str) -> int | None:
        """How many names had come before this one came for the last time; None where it never did."""
        if self._sorted is None:
            told = np.frombuffer(bytes(self._told), np.uint64)
            order = np.argsort(told, kind="stable")
            self._sorted = told[order], order
        values, places = self._sorted
        wanted = np.frombuffer(_digest(name), np.uint64)[0]
        at = int(np.searchsorted(values, wanted, side="right")) - 1
        return int(places[at]) if at >= 0 and values[at] == wanted else None

    def __contains__(self, name: object) -> bool:
        return self.last(str(name)) is not None

    def __len__(self) -> int:
        return len(self._told) // 8


def _digest(name: str) -> bytes:
    return blake2b(name.encode(errors="surrogateescape"), digest_size=8).digest()
