"""Rules of the document model that are chosen on out-of-fold scores: the `unsure` threshold, typical values."""

import numpy as np
from numpy.typing import NDArray

from pipeline.document import LABELS


def choose_decide(scores: NDArray[np.float64], coverage: float, weights: NDArray[np.float64] | None = None) -> float:
    """The top probability that a share of the documents reaches: those below it are `unsure`.

    Args:
        scores: (n,) highest calibrated probability of each document, from models that never saw its publisher.
        coverage: share of the documents that is to be decided.
        weights: (n,) what each document counts, so that one big publisher does not choose for all; by default 1.
    """
    told = np.ones(len(scores)) if weights is None else weights
    order = np.argsort(-scores, kind="stable")
    reached = np.cumsum(told[order]) / told.sum()
    place = min(int(np.searchsorted(reached, coverage)), len(scores) - 1)
    return round(float(scores[order[place]]), 3)


def typical_values(styles: NDArray[np.float64], labels: NDArray[np.str_]) -> list[list[float]]:
    """For each style measure its median in the texts of each label, in LABELS order."""
    medians = np.array([np.median(styles[labels == label.value], axis=0) for label in LABELS])
    return [[round(float(value), 4) for value in column] for column in medians.T]
