"""Rules of the document model that are chosen on out-of-fold scores: the `unsure` threshold, typical values."""

import numpy as np
from numpy.typing import NDArray

from pipeline.document import LABELS

_STEP = 0.005
_LEAST, _MOST = 0.4, 0.95


def choose_decide(
    scores: NDArray[np.float64],
    correct: NDArray[np.bool_],
    error: float,
    weights: NDArray[np.float64] | None = None,
) -> float:
    """The lowest top probability from which the decided documents are wrong at most `error` of the time.

    Args:
        scores: (n,) highest calibrated probability of each document, from models that never saw its publisher.
        correct: (n,) whether the likeliest label is right.
        error: largest share of the decided that may be wrong.
        weights: (n,) what each document counts, so that one big publisher does not choose for all; by default 1.
    """
    told = np.ones(len(scores)) if weights is None else weights
    for raw in np.arange(_LEAST, _MOST, _STEP):
        limit = round(float(raw), 3)  # before it is tried: what is tried is what is used
        decided = scores >= limit
        if decided.any() and np.average(~correct[decided], weights=told[decided]) <= error:
            return limit
    return _MOST


def typical_values(styles: NDArray[np.float64], labels: NDArray[np.str_]) -> list[list[float]]:
    """For each style measure its median in the texts of each label, in LABELS order."""
    medians = np.array([np.median(styles[labels == label.value], axis=0) for label in LABELS])
    return [[round(float(value), 4) for value in column] for column in medians.T]
