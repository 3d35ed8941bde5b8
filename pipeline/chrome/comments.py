"""Measures that tell readers' comments on a page: elements that are named for them, and marks of talk around a block.

A long comment is a paragraph like any other. What tells it is what it stands in and that it stands between "Reply",
"2 hours ago" and "Ilse says:".
"""

import re
from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pipeline.document import NAMES_END, Block
from pipeline.passages import MARKED, mark_columns

Columns = NDArray[np.float32]  # (measures, blocks)

_NAMES = re.compile(r"\b(?:comment\w*|disqus\w*|replies|responses|discussion)\b")
_ASKED = ("comment", "disqus", "replies", "responses", "discussion")  # one stands in all that _NAMES matches
_NOWHERE = 9  # a level beyond all that a block carries names of
COMMENTS = (
    "in_comments", "comments_level", "comments_before", "comments_share", "talk", *(f"talk_{name}" for name in MARKED),
)  # fmt: skip


def comment_columns(pages: Sequence[Sequence[Block]], talk: NDArray[np.bool_]) -> Columns:
    """(len(COMMENTS), n): elements named for comments around each block and in its page, and marks of talk.

    Args:
        talk: (n,) which blocks are those between which readers' comments stand.
    """
    blocks = list(chain.from_iterable(pages))
    counts = np.array([len(page) for page in pages], dtype=np.int64)
    owners = np.repeat(np.arange(len(pages)), counts)
    names = [block.names for block in blocks]
    found = {each: _level(each) for each in set(names)}  # blocks of one list have the same names around them
    levels = np.array([found[each] for each in names], dtype=np.float64)
    inside = levels < _NOWHERE
    running = np.cumsum(inside)
    totals = np.bincount(owners, weights=inside, minlength=len(pages))
    before = running - (np.cumsum(totals) - totals)[owners]
    named = [inside, levels, np.log1p(before), (totals / np.maximum(counts, 1))[owners], talk]
    return np.vstack([np.array(named, dtype=np.float32), mark_columns(talk, counts)])


def _level(names: str) -> int:
    """How far out the innermost element that is named for comments stands; few pages have one, so words come first."""
    for word in _ASKED:
        if word in names:
            levels = enumerate(names.split(NAMES_END))
            return next((level for level, name in levels if _NAMES.search(name)), _NOWHERE)
    return _NOWHERE
