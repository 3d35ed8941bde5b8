"""Names the kinds of removed blocks: a linear model reads words and mark-up, small networks what is around them.

It never decides whether a block is chrome. Pages and texts share the linear model, which has learned from blocks
with and without their mark-up; each has networks of its own.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.blocks import (
    DOCUMENT,
    DOM,
    PAGE_FEATURES,
    PLACE,
    SHAPE,
    TEXT_FEATURES,
    with_neighbours,
)
from pipeline.chrome.kinds import CUE_FEATURES
from pipeline.chrome.letters import lettered
from pipeline.chrome.seen import Hashed, Seen
from pipeline.containers import CONTAINERS
from pipeline.document import ChromeKind

Matrix = NDArray[np.float32]
Names = NDArray[np.object_]  # of ChromeKind
Sources = Sequence[tuple[Any, NDArray[np.intp]]]  # sparse rows of distinct texts, and the row of each block

KINDS = tuple(ChromeKind)
# What a block stands in and where the main element is: macro F1 of kinds .792 without, .801 with (680 blocks).
_AROUND = (
    "in_main", "worth^path", "main_share", "since_main", "above_main", "since_heading",
    *(f"{name}^section" for name in ("worth", "chars", "link_density", "wording", "markup")),
    *(f"{name}^heading" for name in ("wording", "markup")),
)  # fmt: skip
KIND_FEATURES: Mapping[str, Sequence[str]] = {
    "page_kinds": (*SHAPE, *PLACE, *DOCUMENT, *DOM, *_AROUND),
    "line_kinds": (*SHAPE, *PLACE, *DOCUMENT, *CUE_FEATURES),
}
KIND_PARTS = ("kind_words", *KIND_FEATURES)
_COLUMNS = {"page_kinds": (*PAGE_FEATURES, *CONTAINERS), "line_kinds": (*TEXT_FEATURES, *CUE_FEATURES)}
_PLACES = {part: [_COLUMNS[part].index(name) for name in names] for part, names in KIND_FEATURES.items()}
_LEAST = 1e-4  # a chance below it is as good as none
_NEAREST = 2  # elements whose names are read
_NAMES_READ = 80  # characters of names: beyond them stand those of the elements around


def kinds_of(parts: Mapping[str, Any], seen: Seen, wanted: NDArray[np.bool_]) -> Names:
    """A kind for each wanted block of a chunk, OTHER for the rest, which nobody asks for."""
    names = np.full(len(wanted), ChromeKind.OTHER, dtype=object)
    if wanted.any():
        around = context(seen, kind_chances(parts["kind_words"], sources(seen)))
        rows = np.hstack([measures(seen)[wanted], around[wanted]])
        names[wanted] = [KINDS[place] for place in parts[head(seen)].predict(rows).tolist()]
    return names


def head(seen: Seen) -> str:
    """The part that names the blocks: pages have mark-up, texts have none."""
    return "line_kinds" if seen.marks is None else "page_kinds"


def sources(seen: Seen) -> Sources:
    """What the linear model reads, in the order of its weights: words and letters, and those of the mark-up."""
    texts = [(seen.words.rows, seen.words.places), (lettered(seen.words.texts), seen.words.places)]
    if seen.marks is None:
        return texts
    return [*texts, (seen.marks.rows, seen.marks.places), (lettered(_named(seen.marks)), seen.marks.places)]


def _named(marks: Hashed) -> list[str]:
    """Tag and nearest names out of the mark-up around blocks (`blocks.surroundings`)."""
    return list(map(_style, marks.texts))


def _style(around: str) -> str:
    tags, *names = around.split("\n", _NEAREST + 1)
    told = " ".join([near for line in names[:_NEAREST] if (near := _nearest(line))])
    return f"{tags.partition(' ')[0]} {told[:_NAMES_READ]}"


@lru_cache(maxsize=4096)  # a site has a few hundred of them
def _nearest(names: str) -> str:
    """The names in a line of mark-up, where they are those of the block's own element or of the next."""
    return " ".join([mark[1:] for mark in names.split() if mark[0] in "01"])


def kind_chances(linear: Any, read: Sources) -> Matrix:
    """(blocks, kinds) chances of each kind, by what a block says and, where it has any, by the mark-up around it."""
    weights = linear.coef_.T
    start, scores = 0, linear.intercept_
    for rows, places in read:
        end = start + rows.shape[1]
        scores = scores + (rows @ weights[start:end])[places]
        start = end
    scores = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(scores / scores.sum(axis=1, keepdims=True), dtype=np.float32)


def measures(seen: Seen) -> Matrix:
    """(blocks, measures) of the features that name kinds."""
    return seen.rows[:, _PLACES[head(seen)]]


def context(seen: Seen, chances: Matrix) -> Matrix:
    """The chances of each block and of its neighbours, their logarithms, and their mean over blocks of its style."""
    known = np.log(np.maximum(chances, _LEAST))
    near = with_neighbours(chances, seen.counts)
    return np.hstack([near, known] if seen.marks is None else [near, known, _twins(seen, chances)])


def _twins(seen: Seen, chances: Matrix) -> Matrix:
    """Mean chances of the blocks of a document that have the same mark-up around them."""
    owners = np.repeat(np.arange(len(seen.counts)), seen.counts)
    styles = owners * len(seen.marks.texts) + seen.marks.places if seen.marks else owners
    _, mine, sizes = np.unique(styles, return_inverse=True, return_counts=True)
    sums = [np.bincount(mine, weights=column, minlength=len(sizes)) for column in chances.T]
    means: Matrix = (np.stack(sums, axis=1) / sizes[:, None]).astype(np.float32)
    return means[mine]
