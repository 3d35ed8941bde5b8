"""Measures of the running text around each line of a plain text: where an article stands in a page dumped as lines.

Plain text has no elements, so what `containers` tells of a page is told by distance here.
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
PASSAGES = (
    "since_prose", "until_prose", "prose_before", "prose_share",
    *(f"{name}~{reach}" for reach in _REACHES for name in (
        "prose_part", "prose_lines", "prose_above", "prose_below", "wording", "wording_above", "wording_below",
    )),
)  # fmt: skip


def passage_columns(texts: Sequence[Sequence[Block]], scores: NDArray[np.float32]) -> Columns:
    """(len(PASSAGES), n): running text before, after and around each line, and how the lines around it read.

    Args:
        scores: (n,) log-odds of the wording model.
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
    return np.array(columns, dtype=np.float32).reshape(len(PASSAGES), len(lines))


def _is_prose(text: str) -> bool:
    return len(text) >= _PROSE and text.rstrip("\"'”’»)]")[-1:] in (".", "!", "?", "…")


def _running(values: Numbers) -> Numbers:
    """(n + 1,): the sum of what comes before each place."""
    return np.concatenate([[0.0], np.cumsum(values)])


def _between(running: Numbers, first: Places, last: Places) -> Numbers:
    return np.asarray(running[last] - running[first])


def _distances(is_prose: NDArray[np.bool_], starts: Places, ends: Places) -> list[Numbers]:
    """Log lines since and until one of prose in the same text; the line itself counts."""
    order = np.arange(len(is_prose))
    last = np.maximum.accumulate(np.where(is_prose, order, -1))
    following = np.minimum.accumulate(np.where(is_prose, order, len(order))[::-1])[::-1]
    since, until = np.where(last < starts, _FAR, order - last), np.where(following >= ends, _FAR, following - order)
    return [np.log1p(np.minimum(since, _FAR)), np.log1p(np.minimum(until, _FAR))]


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
