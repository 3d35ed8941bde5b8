"""The columns that the document model's regression reads of a text, and its calibrated answer, from fitted parts.

The parts are those of scikit-learn or those that `fitted` reads from a model file: both have the methods asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from pipeline.quality.windows import windowed

PARTS = ("vectorizer", "scaler", "linear", "calibrator")
# Masked words of a window. A text's columns are the mean of its windows': over whole texts, where more patterns each
# weigh less, 22 % of the long reports came out as analysis, over windows 11 % (out of fold; 150 words did no better).
WINDOW = 350
_STYLE_LIMIT = 4.0  # standard deviations at which a measure is cut: a freak value must not decide alone


@dataclass(frozen=True, slots=True)
class Fitted:
    """Fitted parts, and what else their answer depends on."""

    vectorizer: Any
    scaler: Any
    linear: Any
    calibrator: Any
    style_weight: float

    @property
    def classes_(self) -> NDArray[np.str_]:
        """Labels in sorted order; columns of `proba_of`."""
        return np.asarray(self.linear.classes_)

    def rows(self, masks: Sequence[str], styles: NDArray[np.float64]) -> csr_matrix:
        """(n, patterns + measures) weighted columns that the logistic regression sees."""
        windows, means = windowed(masks, WINDOW)
        return columns(means @ self.vectorizer.transform(windows), self.scaler, styles, self.style_weight)

    def proba_of(self, rows: csr_matrix) -> NDArray[np.float64]:
        """Calibrated probabilities of rows."""
        return np.asarray(self.calibrator.predict_proba(log_odds(self.linear, rows)))


def columns(patterns: csr_matrix, scaler: Any, styles: NDArray[np.float64], weight: float) -> csr_matrix:
    """Columns of word patterns, then of the measures, scaled and weighted."""
    measured = np.clip(scaler.transform(styles), -_STYLE_LIMIT, _STYLE_LIMIT) * weight
    return hstack([patterns, csr_matrix(measured)], format="csr")


def log_odds(linear: Any, rows: csr_matrix) -> NDArray[np.float64]:
    """(n, n_classes) centred log-probabilities: the form in which two and three classes are alike."""
    logs = linear.predict_log_proba(rows).clip(-20, 0)
    return np.asarray(logs - logs.mean(axis=1, keepdims=True))
