"""Measures of a whole text that tell a page dumped as text from a text that somebody extracted.

A dump begins with the site's menus and ends with its footer; code, tables and price lists do not, however short
their lines are. So both ends are measured apart from the middle: a few lines of each, and what stands before the first
and after the last paragraph. Long articles hold few chrome lines among many, long menus come before short news; so
lines are counted too.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.blocks import DOCUMENT, TEXT_FEATURES
from pipeline.chrome.kinds import CUE_FEATURES
from pipeline.passages import PASSAGES

Matrix = NDArray[np.float32]
Column = NDArray[np.float32]

_END, _EDGE = 8, 3  # lines at either end that are averaged, and the very first and last of them
_SURE = 0.8  # wording score from which a line reads as chrome for sure
_SURE_ODDS = float(np.log(_SURE / (1 - _SURE)))
_BEYOND = 3.0  # log-odds from which it does beyond doubt, or as content below minus as much
_NOTHING = -9.0  # the mean score of no lines: below all that lines can have
DUMP_FEATURES = (
    *DOCUMENT, "chrome", "chrome_by_words", "chrome_first", "chrome_last", "chrome_very_first", "chrome_very_last",
    "chrome_tenth", "chrome_median", "chrome_ninetieth", "cues", "cues_first", "cues_last", "sentences_first",
    "sentences_last", "all_words", *(f"share_{name}" for name in CUE_FEATURES), "surely_chrome", "title_case",
    "title_case_last",
    "cue_lines", "sure_lines", "sure_words", "sure_share", "sure_run", "beyond_doubt", "content_beyond_doubt",
    "prose_lines", "prose_share", "prose_apart", "lines_before_prose", "lines_after_prose", "sure_before_prose",
    "sure_after_prose", "chrome_before_prose", "chrome_after_prose",
)  # fmt: skip
_CUES = slice(len(TEXT_FEATURES), len(TEXT_FEATURES) + len(CUE_FEATURES))
_SINCE_PROSE, _PROSE_SHARE = (PASSAGES.index(name) - len(PASSAGES) for name in ("since_prose", "prose_share"))
_WHOLE = [TEXT_FEATURES.index(name) for name in DOCUMENT]


def dump_row(rows: Matrix) -> Matrix:
    """(len(DUMP_FEATURES),) measures of one text.

    Args:
        rows: what the line model sees of its lines, at least one: line features, wording scores, what is around.
    """
    reads = 1 / (1 + np.exp(-rows[:, _CUES.stop]))
    has_cue = rows[:, _CUES].max(axis=1)
    ends, titles = (rows[:, TEXT_FEATURES.index(name)] for name in ("ends_sentence", "title_case"))
    words = np.maximum(np.expm1(rows[:, TEXT_FEATURES.index("words")]), 1)
    measures = [
        reads.mean(), (reads * words).sum() / words.sum(), reads[:_END].mean(), reads[-_END:].mean(),
        reads[:_EDGE].mean(), reads[-_EDGE:].mean(), *np.quantile(reads, (0.1, 0.5, 0.9)),
        has_cue.mean(), has_cue[:_END].mean(), has_cue[-_END:].mean(), ends[:_END].mean(), ends[-_END:].mean(),
        np.log1p(words.sum()), *rows[:, _CUES].mean(axis=0), (reads > _SURE).mean(), titles.mean(),
        titles[-_END:].mean(),
    ]  # fmt: skip
    counted = [*_counts(rows[:, _CUES.stop], words), *_around_prose(rows)]
    return np.concatenate([rows[0, _WHOLE], measures, [np.log1p(has_cue.sum())], counted]).astype(np.float32)


def _counts(scores: Column, words: Column) -> list[float]:
    """How many lines read as chrome, and for how long without a break."""
    is_sure = scores > _SURE_ODDS
    of_sure = (words * is_sure).sum()
    logs = np.log1p([is_sure.sum(), of_sure])
    beyond = np.log1p([(scores > _BEYOND).sum(), (scores < -_BEYOND).sum()])
    return [*logs, of_sure / words.sum(), np.log1p(_longest(is_sure)), *beyond]


def _around_prose(rows: Matrix) -> list[float]:
    """How much running text there is, and what stands before and after all of it: where there is none, every line."""
    scores, is_prose = rows[:, _CUES.stop], rows[:, _SINCE_PROSE] == 0
    places = np.flatnonzero(is_prose)
    ends = (scores[: places[0]], scores[places[-1] + 1 :]) if len(places) else (scores, scores)
    logs = [is_prose.sum(), _longest(~is_prose), *map(len, ends), *((end > _SURE_ODDS).sum() for end in ends)]
    lines, apart, *others = np.log1p(logs)
    return [lines, rows[0, _PROSE_SHARE], apart, *others, *(end.mean() if len(end) else _NOTHING for end in ends)]


def _longest(held: NDArray[np.bool_]) -> int:
    """The longest run of places that hold."""
    breaks = np.flatnonzero(~np.concatenate([[False], held, [False]]))
    return int(np.diff(breaks).max()) - 1
