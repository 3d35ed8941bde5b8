"""Tells which documents of a run are copies of an earlier one: exact ones from 16 bytes a document, near ones from 256.

Near copies are found by MinHash: documents whose sketches agree in one of sixteen bands are compared, and are copies
when half of their runs of four words are the same. Measured in docs/scaling.md.
"""

import base64
import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pipeline.backend import Dedup
from pipeline.errors import MissingExtraError

_SIZE = 64  # numbers of a sketch
_BAND = 4  # of them make a band: copies that share half of their runs meet with probability 0.64, of 0.7 with 0.99
_ALIKE = 0.5
_RUN = 4  # words
_COMPARED = 100_000  # pairs at a time
_WORD = re.compile(r"\w+")
_DIGEST = np.dtype([("high", "u8"), ("low", "u8")])


def firsts(letters: Iterable[str | None]) -> dict[int, int]:
    """For each document that repeats an earlier one: its place, and that of the first of its kind.

    Args:
        letters: hex digests of 16 bytes in input order, None for documents without text. About 60 bytes a document
            are held while they are compared.

    >>> firsts(["0" * 32, None, "1" * 32, "0" * 32])
    {3: 0}
    """
    held, places = bytearray(), []
    for place, digest in enumerate(letters):
        if digest is not None:
            held += bytes.fromhex(digest)
            places.append(place)
    where = np.array(places, dtype=np.int64)
    _, first, kinds = np.unique(np.frombuffer(held, _DIGEST), return_index=True, return_inverse=True)
    earliest = where[first][kinds] if len(where) else where
    return {int(place): int(origin) for place, origin in zip(where, earliest, strict=True) if place != origin}


def check_dedup(dedup: Dedup) -> None:
    """Refuse near copies where their library is not installed.

    Raises:
        MissingExtraError: datasketch is not there.
    """
    if dedup is Dedup.NEAR:
        _minhash()


def _minhash() -> type:
    try:
        from datasketch import MinHash  # noqa: PLC0415 - optional ([near] extra)
    except ImportError as error:
        raise MissingExtraError("--dedup near", "near") from error
    found: type = MinHash
    return found


def sketch(body: str) -> str | None:
    """A text's MinHash as text; None for one that is too short to be told from others."""
    words = _WORD.findall(body.casefold())
    runs = {" ".join(words[place : place + _RUN]).encode() for place in range(len(words) - _RUN + 1)}
    if not runs:
        return None
    found = _minhash()(num_perm=_SIZE, seed=1)
    found.update_batch(list(runs))
    return base64.b85encode(found.hashvalues.astype("<u4").tobytes()).decode()


def nearly(sketches: Iterable[str | None]) -> dict[int, int]:
    """For each document that is nearly an earlier one: its place, and that of the earliest found.

    All sketches are held, 256 bytes each, and one band of them at a time is sorted.
    """
    held, places = bytearray(), []
    for place, told in enumerate(sketches):
        if told is not None:
            held += base64.b85decode(told)
            places.append(place)
    if not places:
        return {}
    table = np.frombuffer(held, "<u4").reshape(-1, _SIZE)
    earliest = np.arange(len(table))
    for start in range(0, _SIZE, _BAND):
        _meet(table, np.ascontiguousarray(table[:, start : start + _BAND]), earliest)
    where = np.array(places, dtype=np.int64)
    return {int(where[copy]): int(where[earliest[copy]]) for copy in np.flatnonzero(earliest < np.arange(len(table)))}


def _meet(table: NDArray[np.uint32], band: NDArray[np.uint32], earliest: NDArray[np.int64]) -> None:
    """Note in `earliest`, for those that agree in a band with an earlier one and are alike, the earliest such."""
    keys = band.view(_DIGEST).ravel()
    _, first, kinds = np.unique(keys, return_index=True, return_inverse=True)
    candidates = first[kinds]
    copies = np.flatnonzero(candidates < earliest)
    for start in range(0, len(copies), _COMPARED):
        some = copies[start : start + _COMPARED]
        alike = (table[some] == table[candidates[some]]).mean(axis=1) >= _ALIKE
        earliest[some[alike]] = candidates[some[alike]]
