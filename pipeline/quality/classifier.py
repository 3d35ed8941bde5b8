"""QualityClassifier: texts in, calibrated probabilities out, in scikit-learn's conventions.

Word patterns of the masked text and style measures feed one logistic regression, whose log-odds a second,
three-by-three one calibrates on publishers that the first never saw. What is saved of it are these plain parts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from pipeline.features import first_words, masked, style_rows

PARTS = ("vectorizer", "scaler", "linear", "calibrator")
_STYLE_LIMIT = 4.0  # standard deviations at which a measure is cut: a freak value must not decide alone


class QualityClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Classify texts by register.

    Args:
        c: inverse regularisation of the logistic regression.
        min_df: documents that a word pattern must occur in.
        style_weight: scale of the style measures beside word patterns.
        folds: by group, for the out-of-fold scores that calibrate.
        max_words: only the first words of a text are read.
        random_state: seed of the folds.

    Attributes:
        classes_: labels in sorted order; columns of `predict_proba`.
        out_of_fold_: (n, n_classes) calibrated probabilities of the training texts, each from a model that
            never saw its group.
    """

    def __init__(
        self,
        *,
        c: float = 2.0,
        min_df: int = 3,
        style_weight: float = 0.1,
        folds: int = 5,
        max_words: int = 1500,
        random_state: int = 0,
    ) -> None:
        self.c = c
        self.min_df = min_df
        self.style_weight = style_weight
        self.folds = folds
        self.max_words = max_words
        self.random_state = random_state

    def fit(self, texts: Sequence[str], labels: Sequence[str], groups: Sequence[str] | None = None) -> Self:
        """Fit on texts with labels.

        Args:
            texts: n documents.
            labels: n labels.
            groups: n publishers; they keep folds apart and stop big ones from drowning small ones.
                By default every text is a group of its own.
        """
        masks, styles = self._views(texts)
        return self.fit_views(masks, styles, labels, groups)

    def fit_views(
        self,
        masks: Sequence[str],
        styles: NDArray[np.float64],
        labels: Sequence[str],
        groups: Sequence[str] | None = None,
    ) -> Self:
        """Fit on texts already rewritten by `features.masked` and measured by `features.style_rows`."""
        target = np.asarray(labels)
        if len(target) == 0:
            raise ValueError("QualityClassifier needs at least one text.")
        self.classes_ = np.unique(target)
        if len(self.classes_) < 2:  # noqa: PLR2004 - nothing to tell apart
            raise ValueError(f"QualityClassifier needs at least two classes, got only {self.classes_[0]!r}.")
        grouped = np.asarray([str(place) for place in range(len(target))] if groups is None else groups)
        odds = self._out_of_fold(masks, styles, target, grouped)
        weights = _weights(target, grouped)
        self.calibrator_ = LogisticRegression(C=1e3, max_iter=1000).fit(odds, target, sample_weight=weights)
        self.out_of_fold_ = self.calibrator_.predict_proba(odds)
        self.vectorizer_, self.scaler_, self.linear_ = self._fit_parts(masks, styles, target, grouped)
        return self

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(n, n_classes) calibrated probabilities; rows sum to 1."""
        check_is_fitted(self)
        return self.proba_of(self.rows(*self._views(texts)))

    def predict(self, texts: Sequence[str]) -> NDArray[np.str_]:
        """The likeliest label of each text."""
        return np.asarray(self.classes_[self.predict_proba(texts).argmax(axis=1)])

    def rows(self, masks: Sequence[str], styles: NDArray[np.float64]) -> csr_matrix:
        """(n, patterns + measures) weighted columns that the logistic regression sees."""
        return self._columns(self.vectorizer_, self.scaler_, masks, styles)

    def proba_of(self, rows: csr_matrix) -> NDArray[np.float64]:
        """Calibrated probabilities of rows."""
        return np.asarray(self.calibrator_.predict_proba(_odds(self.linear_, rows)))

    def parts(self) -> dict[str, Any]:
        """The fitted scikit-learn parts by name: all that is saved."""
        return {name: getattr(self, f"{name}_") for name in PARTS}

    @classmethod
    def from_parts(cls, parts: Mapping[str, Any], **settings: Any) -> Self:
        """Put a fitted classifier together from saved parts and the settings it was made with."""
        model = cls(**settings)
        for name in PARTS:
            setattr(model, f"{name}_", parts[name])
        model.classes_ = parts["linear"].classes_
        return model

    def _views(self, texts: Sequence[str]) -> tuple[list[str], NDArray[np.float64]]:
        read = [first_words(text, self.max_words) for text in texts]
        return [masked(text) for text in read], style_rows(read)

    def _fit_parts(
        self,
        masks: Sequence[str],
        styles: NDArray[np.float64],
        target: NDArray[np.str_],
        groups: NDArray[np.str_],
    ) -> tuple[TfidfVectorizer, StandardScaler, LogisticRegression]:
        vectorizer = TfidfVectorizer(
            ngram_range=(1, 3), token_pattern=r"\S+", lowercase=False, sublinear_tf=True,
            min_df=min(self.min_df, len(masks)), max_features=60_000, dtype=np.float32,
        ).fit(masks)  # fmt: skip
        scaler = StandardScaler().fit(styles)
        linear = LogisticRegression(C=self.c, max_iter=300, tol=1e-3)
        rows = self._columns(vectorizer, scaler, masks, styles)
        return vectorizer, scaler, linear.fit(rows, target, sample_weight=_weights(target, groups))

    def _columns(
        self,
        vectorizer: TfidfVectorizer,
        scaler: StandardScaler,
        masks: Sequence[str],
        styles: NDArray[np.float64],
    ) -> csr_matrix:
        measured = np.clip(scaler.transform(styles), -_STYLE_LIMIT, _STYLE_LIMIT) * self.style_weight
        return hstack([vectorizer.transform(masks), csr_matrix(measured)], format="csr")

    def _out_of_fold(
        self,
        masks: Sequence[str],
        styles: NDArray[np.float64],
        target: NDArray[np.str_],
        groups: NDArray[np.str_],
    ) -> NDArray[np.float64]:
        """(n, n_classes) log-odds, each from a model that never saw the text's group."""
        odds = np.zeros((len(target), len(self.classes_)))
        for train, held_out in self._folds(target, groups):
            parts = self._fit_parts([masks[i] for i in train], styles[train], target[train], groups[train])
            rows = self._columns(parts[0], parts[1], [masks[i] for i in held_out], styles[held_out])
            known = [list(self.classes_).index(label) for label in parts[2].classes_]
            odds[np.ix_(held_out, known)] = _odds(parts[2], rows)
        return odds

    def _folds(self, target: NDArray[np.str_], groups: NDArray[np.str_]) -> list[tuple[Any, Any]]:
        """Folds by group; as many as there are groups of the rarest label, at least two."""
        most = min(len(set(groups[target == label])) for label in self.classes_)
        splitter = StratifiedGroupKFold(max(2, min(self.folds, most)), shuffle=True, random_state=self.random_state)
        return list(splitter.split(groups, target, groups))


def _odds(linear: LogisticRegression, rows: csr_matrix) -> NDArray[np.float64]:
    """(n, n_classes) centred log-probabilities: the form in which two and three classes are alike."""
    logs = linear.predict_log_proba(rows).clip(-20, 0)
    return np.asarray(logs - logs.mean(axis=1, keepdims=True))


def _weights(target: NDArray[np.str_], groups: NDArray[np.str_]) -> NDArray[np.float64]:
    """Each label weighs the same; within it a group weighs the root of its size, so that big ones do not drown it."""
    sizes = Counter(zip(target, groups, strict=True))
    weights = np.array([sizes[pair] ** -0.5 for pair in zip(target, groups, strict=True)])
    for label in np.unique(target):
        weights[target == label] *= len(target) / len(np.unique(target)) / weights[target == label].sum()
    return weights
