"""Measures of a whole text that tell a page dumped as text from a text that somebody extracted.

A dump begins with the site's menus and ends with its footer; code, tables and price lists do not, however short
their lines are. So both ends are measured apart from the middle.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.blocks import DOCUMENT, TEXT_FEATURES
from pipeline.chrome.kinds import CUE_FEATURES

Matrix = NDArray[np.float32]

_END, _EDGE = 8, 3  # lines at either end that are averaged, and the very first and last of them
_SURE = 0.8  # wording score from which a line reads as chrome for sure
DUMP_FEATURES = (
    *DOCUMENT, "chrome", "chrome_by_words", "chrome_first", "chrome_last", "chrome_very_first", "chrome_very_last",
    "chrome_tenth", "chrome_median", "chrome_ninetieth", "cues", "cues_first", "cues_last", "sentences_first",
    "sentences_last", "all_words", *(f"share_{name}" for name in CUE_FEATURES), "surely_chrome", "title_case",
    "title_case_last",
)  # fmt: skip
_CUES = slice(len(TEXT_FEATURES), len(TEXT_FEATURES) + len(CUE_FEATURES))
_WHOLE = [TEXT_FEATURES.index(name) for name in DOCUMENT]


def dump_row(rows: Matrix) -> Matrix:
    """(len(DUMP_FEATURES),) measures of one text.

    Args:
        rows: what the line model sees of its lines, at least one: line features, then wording scores.
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
    return np.concatenate([rows[0, _WHOLE], measures]).astype(np.float32)
