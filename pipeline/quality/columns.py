"""The columns that the document model's regression reads of a text, and its calibrated answer, from fitted parts.

The parts are those of scikit-learn or those that `fitted` reads from a model file; evidence asks for the latter.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from pipeline.features import openings, unattributed
from pipeline.quality.windows import windowed


@dataclass(frozen=True, slots=True)
class View:
    """What word patterns of a masked text are read from.

    Attributes:
        seen: makes it out of a masked text.
        window: its words in a window. A text's columns are the mean of its windows': over whole texts, where more
            patterns each weigh less, 22 % of the long reports came out as analysis, over windows of 350 words 11 %
            (out of fold; 150 words did no better).
        longest: words of the longest pattern.
        most: patterns that are kept, the most frequent ones and all that are as frequent as the last of them.
    """

    seen: Callable[[str], str]
    window: int
    longest: int
    most: int


# Openings: some twenty sentences with four each, which is about 350 words of text.
VIEWS: Mapping[str, View] = {
    "words": View(lambda mask: mask, 350, 2, 40_000),
    "openings": View(openings, 80, 1, 10_000),
    "unattributed": View(unattributed, 350, 2, 15_000),
}
PARTS = (*VIEWS, "scaler", "linear", "calibrator")
_STYLE_LIMIT = 4.0  # standard deviations at which a measure is cut: a freak value must not decide alone


@dataclass(frozen=True, slots=True)
class Weights:
    """What the columns of the lesser views, and of the measures, count beside those of all words."""

    views: float
    style: float


@dataclass(frozen=True, slots=True)
class Reader:
    """What turns masked texts and their measures into columns: patterns of each of VIEWS, then measures.

    Attributes:
        vectorizers: one a view, in order.
    """

    vectorizers: Sequence[Any]
    scaler: Any
    weights: Weights

    @property
    def patterns(self) -> int:
        """How many columns are patterns; those of the measures follow them."""
        return sum(len(vectorizer.vocabulary_) for vectorizer in self.vectorizers)

    def rows(self, masks: Sequence[str], styles: NDArray[np.float64]) -> csr_matrix:
        """(n, patterns + measures) weighted columns that the logistic regression sees."""
        scales = [1.0] + [self.weights.views] * (len(VIEWS) - 1)
        views = [
            _averaged(view, masks, vectorizer) * scale
            for view, vectorizer, scale in zip(VIEWS.values(), self.vectorizers, scales, strict=True)
        ]
        measured = np.clip(self.scaler.transform(styles), -_STYLE_LIMIT, _STYLE_LIMIT)
        return hstack([*views, csr_matrix(measured * self.weights.style)], format="csr")

    def found(self, masks: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Every time that a known pattern is in a masked text: its column, and the text (parts that `fitted` read)."""
        columns, owners, start = [], [], 0
        for view, vectorizer in zip(VIEWS.values(), self.vectorizers, strict=True):
            places, texts = vectorizer.found(list(map(view.seen, masks)))
            columns.append(start + places)
            owners.append(texts)
            start += len(vectorizer.vocabulary_)
        return np.concatenate(columns), np.concatenate(owners)


def _averaged(view: View, masks: Sequence[str], vectorizer: Any) -> csr_matrix:
    """(n, patterns) mean rows of the windows of each text's view."""
    windows, means = windowed(list(map(view.seen, masks)), view.window)
    return means @ vectorizer.transform(windows)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Fitted parts at work."""

    reader: Reader
    linear: Any
    calibrator: Any

    @classmethod
    def of(cls, parts: Mapping[str, Any], weights: Weights) -> "Fitted":
        """Put parts together that have the names of PARTS."""
        reader = Reader([parts[view] for view in VIEWS], parts["scaler"], weights)
        return cls(reader, parts["linear"], parts["calibrator"])

    @property
    def classes_(self) -> NDArray[np.str_]:
        """Labels in sorted order; columns of `proba_of`."""
        return np.asarray(self.linear.classes_)

    def rows(self, masks: Sequence[str], styles: NDArray[np.float64]) -> csr_matrix:
        """(n, patterns + measures) weighted columns that the logistic regression sees."""
        return self.reader.rows(masks, styles)

    def proba_of(self, rows: csr_matrix) -> NDArray[np.float64]:
        """Calibrated probabilities of rows."""
        return np.asarray(self.calibrator.predict_proba(log_odds(self.linear, rows)))


def log_odds(linear: Any, rows: csr_matrix) -> NDArray[np.float64]:
    """(n, n_classes) centred log-probabilities: the form in which two and three classes are alike."""
    logs = linear.predict_log_proba(rows).clip(-20, 0)
    return np.asarray(logs - logs.mean(axis=1, keepdims=True))
