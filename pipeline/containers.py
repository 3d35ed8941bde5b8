"""Measures of the elements around blocks, and of the heading that they stand under.

Classes and tags say what an element is called; these say how much text, links and kept text is in it. A teaser list, a
sidebar and the body of an article differ in that whatever their site calls them. What stands under "Related" or
"References" is told by that heading alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pipeline.document import Block

Columns = NDArray[np.float32]  # (measures, blocks)
Numbers = NDArray[np.float64]
Places = NDArray[np.int64]

_LEVELS = (1, 2, 3, 4, 5)  # elements outwards from the block's own; a sixth and seventh gained nothing
_MAIN = 0.8  # share of the kept text from which an element is around the main text
_PARAGRAPH = 100  # characters from which a block reads as running text
_OUTSIDE = -1.0  # the measures of an element that is not there
_SCORES = ("wording", "markup")
_OF_ELEMENT = (
    "chars", "blocks", "link_density", "paragraphs", "kept_share", *_SCORES, "kept_part",
)  # fmt: skip
CONTAINERS = (
    *(f"{name}^{place}" for place in (*_LEVELS, "section") for name in _OF_ELEMENT),
    "above_main", "below_main", *(f"{name}^heading" for name in _SCORES), "since_heading",
)  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(frozen=True, slots=True)
class _Paths:
    """The elements around each block of several pages, one entry for each pair of block and element.

    Attributes:
        elements: a number for the element of each entry, outermost first within a block.
        blocks: the block of each entry.
        starts: for each block the place of its first entry.
        lengths: for each block how many entries it has.
        count: how many numbers of elements there are.
    """

    elements: Places
    blocks: Places
    starts: Places
    lengths: Places
    count: int


def container_columns(pages: Sequence[Sequence[Block]], scores: NDArray[np.float32]) -> Columns:
    """(len(CONTAINERS), n): the innermost elements around each block, and the section of the page that it is in.

    A section is the outermost element around a block that does not hold the main text as well.

    Args:
        scores: (n, 2) log-odds of the wording and the mark-up model.
    """
    blocks = list(chain.from_iterable(pages))
    counts = np.array([len(page) for page in pages], dtype=np.int64)
    owners = np.repeat(np.arange(len(pages)), counts)
    paths = _paths(blocks, owners, len(pages))
    sizes = np.array([len(block.text) for block in blocks], dtype=np.float64)
    links = np.minimum(np.array([block.link_chars for block in blocks], dtype=np.float64), sizes)
    kept = np.array([block.kept for block in blocks], dtype=np.float64) * sizes
    kept_totals = np.maximum(np.bincount(owners, weights=kept, minlength=len(pages)), 1.0)[owners]
    told = np.clip(scores, -8, 8).T * sizes  # a score beyond is as sure as can be
    sums = [_sums(values, paths) for values in (sizes, np.ones(len(blocks)), links, sizes > _PARAGRAPH, kept, *told)]
    measured = _measured(sums)
    around = _around_main(sums[4], kept_totals, paths)
    places = [*(paths.lengths - level for level in _LEVELS), around]
    columns = [_at(place, measured, sums[4], kept_totals, paths) for place in places]
    deepest = np.zeros(len(pages), dtype=np.int64)
    np.maximum.at(deepest, owners, around)
    depths = (around - deepest[owners], paths.lengths - around)
    return np.vstack([*columns, *depths, _under_heading(blocks, owners, scores)]).astype(np.float32)


def _paths(blocks: Sequence[Block], owners: Places, pages: int) -> _Paths:
    lengths = np.array([len(block.path) for block in blocks], dtype=np.int64)
    elements = np.fromiter(chain.from_iterable(block.path for block in blocks), dtype=np.int64, count=lengths.sum())
    entries = np.repeat(np.arange(len(blocks)), lengths)
    used = np.zeros(pages, dtype=np.int64)  # numbers that each page uses: they start at 1, page after page
    np.maximum.at(used, owners[entries], elements)
    before = np.cumsum(used) - used
    return _Paths(
        elements + before[owners[entries]], entries, np.cumsum(lengths) - lengths, lengths, int(used.sum()) + 1
    )


def _sums(values: NDArray[np.generic], paths: _Paths) -> Numbers:
    """(elements,): the sum over the blocks that each element holds."""
    return np.asarray(
        np.bincount(paths.elements, weights=values[paths.blocks], minlength=paths.count), dtype=np.float64
    )


def _measured(sums: Sequence[Numbers]) -> Numbers:
    """(measures, elements), all of `_OF_ELEMENT` but the last."""
    sizes, counts, links, paragraphs, *shares = sums
    chars = np.maximum(sizes, 1.0)
    rows = [np.log1p(sizes), np.log1p(counts), links / chars, paragraphs / np.maximum(counts, 1.0)]
    return np.array([*rows, *(part / chars for part in shares)])


def _around_main(kept: Numbers, totals: Numbers, paths: _Paths) -> Places:
    """(n,): how many of the elements around each block hold the main text; they are its outermost ones."""
    is_main = kept[paths.elements] > _MAIN * totals[paths.blocks]
    return np.bincount(paths.blocks, weights=is_main, minlength=len(paths.lengths)).astype(np.int64)


def _under_heading(blocks: Sequence[Block], owners: Places, scores: NDArray[np.float32]) -> Numbers:
    """(3, n): both scores of the last heading at or above each block, and log blocks since; 0 and -1 where none is."""
    order = np.arange(len(blocks))
    is_heading = np.array([block.tag in _HEADINGS for block in blocks], dtype=bool)
    last = np.maximum.accumulate(np.where(is_heading, order, -1))
    known = (last >= 0) & (owners[last] == owners)
    since = np.where(known, np.log1p(order - last), _OUTSIDE)
    return np.vstack([np.where(known, scores.T[:, last], 0.0), since])


def _at(place: Places, measured: Numbers, kept: Numbers, totals: Numbers, paths: _Paths) -> Numbers:
    """(measures, n): those of the element at a place of each block's path, `_OUTSIDE` where there is none."""
    known = (place >= 0) & (place < paths.lengths)
    elements = paths.elements[np.where(known, paths.starts + place, 0)] if len(paths.elements) else place * 0
    columns = np.vstack([measured[:, elements], kept[elements] / totals])
    return np.where(known, columns, _OUTSIDE)
