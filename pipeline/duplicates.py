"""Tells which documents of a run are copies of an earlier one, from 16 bytes a document."""

from collections.abc import Iterable

import numpy as np

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
