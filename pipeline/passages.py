"""Measures of what stands around each line of a plain text: running text, chrome, and the marks of readers' comments.

Plain text has no elements, so what `containers` tells of a page is told by distance here: where an article stands in
a page dumped as lines, and which paragraphs stand between "Reply" and "2 hours ago".
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pipeline.document import Block

Columns = NDArray[np.float32]  # (measures, lines)
Numbers = NDArray[np.float64]
Places = NDArray[np.int64]

_PROSE = 80  # characters from which a line that ends a sentence is running text
_REACHES = (8, 25)  # lines to either side
_FAR = 1000  # lines; there is no telling a longer distance from a text without prose
_SURE = 8.0  # log-odds: a score beyond is as sure as can be
_LIKELY = 2.0  # log-odds from which a line is a mark of chrome
_MARKS = ("talk", "chrome")
PASSAGES = (
    "since_prose", "until_prose", "prose_before", "prose_share",
    *(f"{name}~{reach}" for reach in _REACHES for name in (
        "prose_part", "prose_lines", "prose_above", "prose_below", "wording", "wording_above", "wording_below",
    )),
    *(f"{name}_{mark}" for mark in _MARKS for name in ("since", "until", "before", "after")),
    *(f"{mark}_{side}~{reach}" for mark in _MARKS for reach in _REACHES for side in ("above", "below")),
)  # fmt: skip
MARKED = (
    "since", "until", "before", "after", *(f"{side}~{reach}" for reach in _REACHES for side in ("above", "below")),
)  # fmt: skip


def passage_columns(texts: Sequence[Sequence[Block]], scores: NDArray[np.float32], talk: NDArray[np.bool_]) -> Columns:
    """(len(PASSAGES), n): running text before, after and around each line, how the lines around it read, and marks.

    Args:
        scores: (n,) log-odds of the wording model.
        talk: (n,) which lines are those between which readers' comments stand.
    """
    lines = list(chain.from_iterable(texts))
    counts = np.array([len(text) for text in texts], dtype=np.int64)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    ends = np.repeat(np.cumsum(counts), counts)
    sizes = np.array([len(line.text) for line in lines], dtype=np.float64)
    prose = np.array([_is_prose(line.text) for line in lines], dtype=np.float64)
    # In 1024ths all sums are exact, so that a text is measured the same whatever stands before it.
    told = np.round(np.clip(scores.astype(np.float64), -_SURE, _SURE) * 1024) / 1024
    held = [_running(values) for values in (prose * sizes, prose, sizes, told * sizes)]
    order = np.arange(len(lines))
    whole = np.maximum(_between(held[0], starts, ends), 1.0)
    columns = [
        *_distances(prose > 0, starts, ends),
        _between(held[0], starts, order) / whole,
        _between(held[0], starts, ends) / np.maximum(_between(held[2], starts, ends), 1.0),
    ]
    for reach in _REACHES:
        columns += _around(held, whole, np.maximum(order - reach, starts), np.minimum(order + reach + 1, ends))
    marks = (talk, scores > _LIKELY)
    columns += [column for mark in marks for column in _apart(mark, starts, ends)]
    columns += [column for mark in marks for column in _near(mark, starts, ends)]
    return np.array(columns, dtype=np.float32).reshape(len(PASSAGES), len(lines))


def mark_columns(mark: NDArray[np.bool_], counts: Places) -> Columns:
    """(len(MARKED), n): marks since, until, before and after each line of its text, and within each reach of it.

    Args:
        counts: how many lines each text has.
    """
    starts, ends = np.repeat(np.cumsum(counts) - counts, counts), np.repeat(np.cumsum(counts), counts)
    return np.array([*_apart(mark, starts, ends), *_near(mark, starts, ends)], dtype=np.float32)


def _is_prose(text: str) -> bool:
    return len(text) >= _PROSE and text.rstrip("\"'”’»)]")[-1:] in (".", "!", "?", "…")


def _running(values: NDArray[np.generic]) -> Numbers:
    """(n + 1,): the sum of what comes before each place."""
    return np.concatenate([[0.0], np.cumsum(values)])


def _between(running: Numbers, first: Places, last: Places) -> Numbers:
    return np.asarray(running[last] - running[first])


def _distances(marks: NDArray[np.bool_], starts: Places, ends: Places) -> list[Numbers]:
    """Log lines since and until a mark in the same text; the line itself counts."""
    order = np.arange(len(marks))
    last = np.maximum.accumulate(np.where(marks, order, -1))
    following = np.minimum.accumulate(np.where(marks, order, len(order))[::-1])[::-1]
    since, until = np.where(last < starts, _FAR, order - last), np.where(following >= ends, _FAR, following - order)
    return [np.log1p(np.minimum(since, _FAR)), np.log1p(np.minimum(until, _FAR))]


def _apart(marks: NDArray[np.bool_], starts: Places, ends: Places) -> list[Numbers]:
    """Log lines since and until a mark, and how many there are before and after the line."""
    running, order = _running(marks), np.arange(len(marks))
    counts = (_between(running, starts, order), _between(running, order + 1, ends))
    return [*_distances(marks, starts, ends), *map(np.log1p, counts)]


def _near(marks: NDArray[np.bool_], starts: Places, ends: Places) -> list[Numbers]:
    """Marks within each reach above and below the line."""
    running, order = _running(marks), np.arange(len(marks))
    sides = [
        ((np.maximum(order - reach, starts), order), (order + 1, np.minimum(order + reach + 1, ends)))
        for reach in _REACHES
    ]
    return [_between(running, first, last) for pair in sides for first, last in pair]


def _around(held: Sequence[Numbers], whole: Numbers, first: Places, last: Places) -> list[Numbers]:
    """What stands between two places around each line: shares of the text's prose, and mean scores of characters."""
    chars, count, sizes, scores = held
    order = np.arange(len(first))
    return [
        _between(chars, first, last) / whole,
        _between(count, first, last) / (last - first),
        _between(chars, first, order) / whole,
        _between(chars, order, last) / whole,
        *(
            _between(scores, start, end) / np.maximum(_between(sizes, start, end), 1.0)
            for start, end in ((first, last), (first, order), (order, last))
        ),
    ]
