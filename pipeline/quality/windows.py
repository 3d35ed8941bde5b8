"""Windows of masked texts: pieces of like length, so that how long a text is does not decide."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix


def windowed(masks: Sequence[str], words: int) -> tuple[list[str], csr_matrix]:
    """Cut texts into windows, and make the matrix that averages rows of windows into rows of texts.

    Args:
        masks: n masked texts.
        words: length of a window; a text is cut into equal parts that come nearest to it.

    Returns:
        The m windows, text by text, and (n, m) weights: each row has the same weight on each window of its text.
    """
    cuts = [_cut(mask, words) for mask in masks]
    sizes = np.array([len(cut) for cut in cuts], dtype=np.int64)
    count = int(sizes.sum())
    weights = np.repeat(1 / np.maximum(sizes, 1), sizes).astype(np.float32)
    starts = np.concatenate(([0], np.cumsum(sizes)))
    means = csr_matrix((weights, np.arange(count), starts), shape=(len(masks), count))
    return [window for cut in cuts for window in cut], means


def _cut(mask: str, words: int) -> list[str]:
    """One text's windows, without its line ends; a text without words is one empty window."""
    told = mask.split()
    parts = max(1, round(len(told) / words))
    borders = [len(told) * part // parts for part in range(parts + 1)]
    return [" ".join(told[start:end]) for start, end in pairwise(borders)]
