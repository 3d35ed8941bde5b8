"""Measures of the elements around blocks, of the blocks of the same style, and of the heading that they stand under.

Classes and tags say what an element is called; these say how much text and links is in it, and what the two linear
models make of it all. A teaser list, a sidebar and the body of an article differ in that whatever their site calls
them. The element in which they find most content is taken for the main one, which is what an extractor looks for.
What stands under "Related" or "References" is told by that heading alone.
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
_PARAGRAPH = 100  # characters from which a block reads as running text
_READ, _LINKED, _LONG = 80, 0.5, 300  # of a paragraph that speaks for its parents: characters, most links, most counted
_SURE = 8.0  # log-odds beyond which a score is as sure as can be
_OUTSIDE = -9.0  # the measures of an element that is not there: below all that one can have
_SCORES = ("wording", "markup")
_OF_ELEMENT = ("chars", "blocks", "link_density", "paragraphs", *_SCORES, "worth")
CONTAINERS = (
    *(f"{name}^{place}" for place in (*_LEVELS, "section") for name in _OF_ELEMENT),
    "above_main", "below_main", *(f"{name}^heading" for name in _SCORES), "since_heading",
    "in_main", "worth^path", "main_share", "since_main",
    "in_read", "read^path", "read^parent", "read_share",
    *(f"{name}^twins" for name in (*_SCORES, "share")), *(f"{name}^page" for name in (*_SCORES, "links")),
)  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(frozen=True, slots=True)
class _Pages:
    """Blocks of several pages, one after the other.

    Attributes:
        count: how many pages there are.
        owners: the number of each block's page.
        sizes: characters of each block.
        links: those of them that are in links.
        scores: (2, blocks) log-odds of the wording and the mark-up model, cut at `_SURE`.
    """

    blocks: Sequence[Block]
    count: int
    owners: Places
    sizes: Numbers
    links: Numbers
    scores: Numbers

    def sums(self, values: NDArray[np.generic]) -> Numbers:
        """(pages,) sums over the blocks of each page."""
        return np.asarray(np.bincount(self.owners, weights=values, minlength=self.count), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Paths:
    """The elements around each block of several pages, one entry for each pair of block and element.

    Attributes:
        elements: a number for the element of each entry, outermost first within a block.
        blocks: the block of each entry.
        starts: for each block the place of its first entry.
        lengths: for each block how many entries it has.
        pages: for each element the number of its page; 0 is no element.
    """

    elements: Places
    blocks: Places
    starts: Places
    lengths: Places
    pages: Places

    def sums(self, values: NDArray[np.generic]) -> Numbers:
        """(elements,) sums over the blocks that each element holds."""
        return np.asarray(
            np.bincount(self.elements, weights=values[self.blocks], minlength=len(self.pages)), dtype=np.float64
        )

    def highest(self, values: Numbers) -> Numbers:
        """(blocks,) the highest value of the elements around each block, `_OUTSIDE` where there are none."""
        found = np.full(len(self.lengths), _OUTSIDE)
        filled = np.flatnonzero(self.lengths)
        if len(filled):
            found[filled] = np.maximum.reduceat(values[self.elements], self.starts[filled])
        return found

    def best(self, values: Numbers, count: int) -> Places:
        """(pages,) the element with text of the highest value, the outermost of equal ones; 0 where a page has none."""
        found = np.zeros(max(count, 1), dtype=np.int64)
        order = np.lexsort((-np.arange(len(values)), values))  # of equal ones the outermost comes last
        order = order[np.bincount(self.elements, minlength=len(values))[order] > 0]
        found[self.pages[order]] = order
        return found

    def within(self, chosen: Places, owners: Places) -> NDArray[np.bool_]:
        """(blocks,) which blocks stand in the element that is chosen of their page."""
        hit = self.elements == chosen[owners[self.blocks]]
        return np.bincount(self.blocks, weights=hit, minlength=len(self.lengths)) > 0


def container_columns(pages: Sequence[Sequence[Block]], scores: NDArray[np.float32]) -> Columns:
    """(len(CONTAINERS), n): the innermost elements around each block, and the section of the page that it is in.

    A section is the outermost element around a block that does not hold the main element as well.

    Args:
        scores: (n, 2) log-odds of the wording and the mark-up model.
    """
    told = _told(pages, scores)
    paths = _paths(told)
    sizes, links = told.sizes, told.links
    sums = [paths.sums(values) for values in (sizes, np.ones(len(sizes)), links, sizes > _PARAGRAPH)]
    worth = paths.sums(-np.clip(told.scores.sum(axis=0), -_SURE, _SURE) * np.sqrt(sizes))
    main = paths.best(worth, told.count)
    worth = worth / np.maximum(np.abs(worth[main]), 1.0)[paths.pages]
    measured = np.vstack([_measured([*sums, *(paths.sums(part * sizes) for part in told.scores)]), worth])
    in_main = paths.within(main, told.owners)
    around = _around(main, in_main, told.owners, paths)
    places = [*(paths.lengths - level for level in _LEVELS), around]
    deepest = np.zeros(told.count, dtype=np.int64)
    np.maximum.at(deepest, told.owners, around)
    rows = [
        *(_at(place, measured, paths) for place in places),
        (around - deepest[told.owners], paths.lengths - around),
        _under_heading(told),
        (in_main, paths.highest(worth), _share(main, sums[0], told), _since(in_main, told)),
        _read(told, paths, sums),
        _twins(told),
        _page_means(told),
    ]
    return np.vstack([np.asarray(part, dtype=np.float32) for part in rows])


def _told(pages: Sequence[Sequence[Block]], scores: NDArray[np.float32]) -> _Pages:
    blocks = list(chain.from_iterable(pages))
    sizes = np.array([len(block.text) for block in blocks], dtype=np.float64)
    links = np.minimum(np.array([block.link_chars for block in blocks], dtype=np.float64), sizes)
    owners = np.repeat(np.arange(len(pages)), [len(page) for page in pages])
    return _Pages(blocks, len(pages), owners, sizes, links, np.clip(scores.astype(np.float64), -_SURE, _SURE).T)


def _paths(told: _Pages) -> _Paths:
    lengths = np.array([len(block.path) for block in told.blocks], dtype=np.int64)
    numbers = np.fromiter(chain.from_iterable(block.path for block in told.blocks), dtype=np.int64, count=lengths.sum())
    entries = np.repeat(np.arange(len(lengths)), lengths)
    used = np.zeros(told.count, dtype=np.int64)  # numbers that each page uses: they start at 1, page after page
    np.maximum.at(used, told.owners[entries], numbers)
    before = np.cumsum(used) - used
    pages = np.concatenate([[0], np.repeat(np.arange(told.count), used)])
    return _Paths(numbers + before[told.owners[entries]], entries, np.cumsum(lengths) - lengths, lengths, pages)


def _measured(sums: Sequence[Numbers]) -> Numbers:
    """(measures, elements), all of `_OF_ELEMENT` but the last."""
    sizes, counts, links, paragraphs, *shares = sums
    chars = np.maximum(sizes, 1.0)
    rows = [np.log1p(sizes), np.log1p(counts), links / chars, paragraphs / np.maximum(counts, 1.0)]
    return np.array([*rows, *(part / chars for part in shares)])


def _around(main: Places, in_main: NDArray[np.bool_], owners: Places, paths: _Paths) -> Places:
    """(n,): how many of the elements around each block hold the main element; they are its outermost ones."""
    holds = np.zeros(len(paths.pages), dtype=bool)
    inside = np.flatnonzero(in_main)
    firsts = inside[np.unique(owners[inside], return_index=True)[1]]
    for block in firsts.tolist():  # one a page: its path down to the main element
        path = paths.elements[paths.starts[block] : paths.starts[block] + paths.lengths[block]]
        holds[path[: int(np.flatnonzero(path == main[owners[block]])[0]) + 1]] = True
    return np.bincount(paths.blocks, weights=holds[paths.elements], minlength=len(paths.lengths)).astype(np.int64)


def _at(place: Places, measured: Numbers, paths: _Paths) -> Numbers:
    """(measures, n): those of the element at a place of each block's path, `_OUTSIDE` where there is none."""
    known = (place >= 0) & (place < paths.lengths)
    elements = paths.elements[np.where(known, paths.starts + place, 0)] if len(paths.elements) else place * 0
    return np.where(known, measured[:, elements], _OUTSIDE)


def _under_heading(told: _Pages) -> Numbers:
    """(3, n): both scores of the last heading at or above each block, and log blocks since; 0 and -9 where none is."""
    order = np.arange(len(told.blocks))
    is_heading = np.array([block.tag in _HEADINGS for block in told.blocks], dtype=bool)
    last = np.maximum.accumulate(np.where(is_heading, order, -1))
    known = (last >= 0) & (told.owners[last] == told.owners)
    since = np.where(known, np.log1p(order - last), _OUTSIDE)
    return np.vstack([np.where(known, told.scores[:, last], 0.0), since])


def _share(chosen: Places, sizes: Numbers, told: _Pages) -> Numbers:
    """(n,) the share of the page's text that is in the element chosen of it."""
    return (np.where(chosen > 0, sizes[chosen], 0.0) / np.maximum(told.sums(told.sizes), 1.0))[told.owners]


def _since(inside: NDArray[np.bool_], told: _Pages) -> Numbers:
    """(n,) log blocks behind the last block that is inside, below 0 those before the first; 0 where none is."""
    order = np.arange(len(inside))
    places = np.flatnonzero(inside)
    last, first = np.full(told.count, -1), np.full(told.count, -1)
    last[told.owners[places]] = places
    first[told.owners[places[::-1]]] = places[::-1]
    last, first = last[told.owners], first[told.owners]
    since = np.log1p(np.maximum(order - last, 0)) - np.log1p(np.maximum(first - order, 0))
    return np.where(last >= 0, since, 0.0)


def _read(told: _Pages, paths: _Paths, sums: Sequence[Numbers]) -> Numbers:
    """(4, n): where paragraphs stand together. Each speaks for its parent element, by half for the next one.

    A paragraph's say is 1, its commas, and a point for each hundred characters up to three (Arc90's Readability,
    2009); what is said for an element is lessened by the share of its text that is linked.
    """
    commas = np.array([block.text.count(",") for block in told.blocks], dtype=np.float64)
    is_read = (told.sizes >= _READ) & (told.links < _LINKED * told.sizes)
    say = np.where(is_read, 1 + commas + np.minimum(told.sizes, _LONG) / 100, 0.0)
    parent, next_one = _outwards(1, told, paths), _outwards(2, told, paths)
    value = _at_elements(say, parent, paths) + _at_elements(say / 2, next_one, paths)
    value *= 1 - sums[2] / np.maximum(sums[0], 1.0)
    value[0] = 0.0  # no element
    best = paths.best(value, told.count)
    best = np.where(value[best] > 0, best, 0)  # a page may have no paragraph
    value = value / np.maximum(value[best], 1e-9)[paths.pages]
    inside = paths.within(best, told.owners)
    return np.array([inside, paths.highest(value), value[parent], _share(best, sums[0], told)])


def _at_elements(values: Numbers, elements: Places, paths: _Paths) -> Numbers:
    """(elements,): the sum of the values of the blocks that an element is named for."""
    return np.asarray(np.bincount(elements, weights=values, minlength=len(paths.pages)), dtype=np.float64)


def _outwards(steps: int, told: _Pages, paths: _Paths) -> Places:
    """(n,): the element so many steps outwards from the one that holds each block; 0 where there is none."""
    levels = np.array(list(map(_inline_levels, told.blocks)), dtype=np.int64)
    place = paths.lengths - 1 - levels - steps
    known = place >= 0
    elements = np.zeros(len(place), dtype=np.int64)
    elements[known] = paths.elements[(paths.starts + place)[known]]
    return elements


def _inline_levels(block: Block) -> int:
    """How many inline elements stand between a block's text and the element that holds it."""
    return block.ancestors.index(block.tag) if block.tag in block.ancestors else len(block.ancestors)


def _twins(told: _Pages) -> Numbers:
    """(3, n): mean scores of the blocks of a page that have the same tag and names, and their share of its text."""
    numbers: dict[tuple[int, str, str], int] = {}
    keys = zip(told.owners.tolist(), told.blocks, strict=True)
    styles = np.array([numbers.setdefault((at, block.tag, block.names), len(numbers)) for at, block in keys], dtype=int)
    counts = np.bincount(styles)
    means = [np.bincount(styles, weights=part) / counts for part in told.scores]
    chars = np.bincount(styles, weights=told.sizes)[styles] / np.maximum(told.sums(told.sizes), 1.0)[told.owners]
    return np.vstack([*(mean[styles] for mean in means), chars])


def _page_means(told: _Pages) -> Numbers:
    """(3, n): mean scores of a page's text, and the share of it that is linked."""
    chars = np.maximum(told.sums(told.sizes), 1.0)
    sums = [*(told.sums(part * told.sizes) for part in told.scores), told.sums(told.links)]
    return np.array([(part / chars)[told.owners] for part in sums])
