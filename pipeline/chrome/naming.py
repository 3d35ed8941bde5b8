"""Names the kinds of removed blocks: a linear model reads words and mark-up, a small network what is around them.

It never decides whether a block is chrome. Pages and texts share the linear model, which has learned from blocks
with and without their mark-up; each has a network of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.blocks import (
    DOCUMENT,
    DOM,
    DOM_DOCUMENT,
    PAGE_FEATURES,
    PLACE,
    SHAPE,
    TEXT_FEATURES,
    with_neighbours,
)
from pipeline.chrome.kinds import CUE_FEATURES
from pipeline.chrome.seen import Hashed, Seen
from pipeline.document import ChromeKind

Matrix = NDArray[np.float32]
Names = NDArray[np.object_]  # of ChromeKind

KINDS = tuple(ChromeKind)
KIND_FEATURES: Mapping[str, Sequence[str]] = {
    "page_kinds": (*SHAPE, *PLACE, *DOCUMENT, *DOM, *DOM_DOCUMENT),
    "line_kinds": (*SHAPE, *PLACE, *DOCUMENT, *CUE_FEATURES),
}
KIND_PARTS = ("kind_words", *KIND_FEATURES)
_COLUMNS = {"page_kinds": PAGE_FEATURES, "line_kinds": (*TEXT_FEATURES, *CUE_FEATURES)}
_PLACES = {part: [_COLUMNS[part].index(name) for name in names] for part, names in KIND_FEATURES.items()}
_LEAST = 1e-4  # a chance below it is as good as none


def kinds_of(parts: Mapping[str, Any], seen: Seen, wanted: NDArray[np.bool_]) -> Names:
    """A kind for each wanted block of a chunk, OTHER for the rest, which nobody asks for."""
    names = np.full(len(wanted), ChromeKind.OTHER, dtype=object)
    if wanted.any():
        rows = kind_rows(seen, kind_chances(parts["kind_words"], seen.words, seen.marks), wanted)
        names[wanted] = [KINDS[place] for place in parts[head(seen)].predict(rows).tolist()]
    return names


def head(seen: Seen) -> str:
    """The part that names the blocks: pages have mark-up, texts have none."""
    return "line_kinds" if seen.marks is None else "page_kinds"


def kind_chances(linear: Any, words: Hashed, marks: Hashed | None) -> Matrix:
    """(blocks, kinds) chances by the words of each block and, where there is any, the mark-up around it."""
    weights = linear.coef_.T
    width = words.rows.shape[1]
    scores = (words.rows @ weights[:width])[words.places] + linear.intercept_
    if marks is not None:
        scores += (marks.rows @ weights[width:])[marks.places]
    scores = np.exp(scores - scores.max(axis=1, keepdims=True, initial=0.0))
    return np.asarray(scores / scores.sum(axis=1, keepdims=True), dtype=np.float32)


def kind_rows(seen: Seen, chances: Matrix, wanted: NDArray[np.bool_]) -> Matrix:
    """Rows of the wanted blocks: measures, chances of each kind for the block and its neighbours, their logarithms."""
    near = with_neighbours(chances, seen.counts)[wanted]
    known = np.log(np.maximum(chances[wanted], _LEAST))
    return np.hstack([seen.rows[wanted][:, _PLACES[head(seen)]], near, known]).astype(np.float32, copy=False)
