"""QualityClassifier: texts in, calibrated probabilities out, in scikit-learn's conventions.

Word patterns of the masked text in three views, averaged over windows, and style measures feed one logistic regression,
whose log-odds a second, three-by-three one calibrates on publishers that the first never saw. What is saved of it are
these plain parts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler
from sklearn.utils import assert_all_finite
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from pipeline.features import first_words, masked, style_rows
from pipeline.quality.columns import PARTS, VIEWS, Fitted, Reader, View, Weights, log_odds
from pipeline.quality.windows import windowed

_LABELS = 2  # at least: with one there is nothing to tell apart
_READING: Mapping[str, Any] = {
    "token_pattern": r"\S+", "lowercase": False, "binary": True, "dtype": np.float32,
}  # fmt: skip


class QualityClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Classify texts by register.

    Args:
        c: inverse regularisation of the logistic regression.
        min_df: windows that a word pattern must occur in.
        view_weight: scale of each of the lesser views (openings, sentences that name no source) beside all words.
        style_weight: scale of the style measures beside word patterns.
        folds: by group, for the out-of-fold scores that calibrate.
        max_words: only the first words of a text are read.
        random_state: seed of the folds.
        n_jobs: processes that fit the folds; -1 for one a core, by default one.

    Attributes:
        classes_: labels in sorted order; columns of `predict_proba`.
        out_of_fold_: (n, n_classes) calibrated probabilities of the training texts, each from a model that
            never saw its group.
    """

    def __init__(  # noqa: PLR0913 - as scikit-learn has it: every setting is a parameter
        self,
        *,
        c: float = 3.0,
        min_df: int = 8,
        view_weight: float = 0.5,
        style_weight: float = 0.015,
        folds: int = 5,
        max_words: int = 1500,
        random_state: int = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.c = c
        self.min_df = min_df
        self.view_weight = view_weight
        self.style_weight = style_weight
        self.folds = folds
        self.max_words = max_words
        self.random_state = random_state
        self.n_jobs = n_jobs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = True, False
        return tags

    def fit(
        self,
        texts: Sequence[str],
        labels: Sequence[str],
        groups: Sequence[str] | None = None,
        sample_weight: Sequence[float] | None = None,
    ) -> Self:
        """Fit on texts with labels.

        Args:
            texts: n documents.
            labels: n labels.
            groups: n publishers; they keep folds apart and stop big ones from drowning small ones.
                By default every text is a group of its own.
            sample_weight: n factors on what a text counts within its label; by default all 1.
        """
        masks, styles = self._views(texts)
        return self.fit_views(masks, styles, labels, groups=groups, sample_weight=sample_weight)

    def fit_views(
        self,
        masks: Sequence[str],
        styles: NDArray[np.float64],
        labels: Sequence[str],
        *,
        groups: Sequence[str] | None = None,
        sample_weight: Sequence[float] | None = None,
    ) -> Self:
        """Fit on texts already rewritten by `features.masked` and measured by `features.style_rows`."""
        target = _checked_labels(labels)
        check_consistent_length(masks, styles, target, groups, sample_weight)
        self.classes_ = np.unique(target)
        grouped = np.asarray([str(place) for place in range(len(target))] if groups is None else groups)
        by_group = group_weights(target, grouped)
        weights = by_group * (1.0 if sample_weight is None else np.asarray(sample_weight))
        odds = self._out_of_fold(masks, styles, target, grouped, weights)
        # Calibrated for a publisher drawn at random, whatever emphasis documents were learned with: held-out publishers
        # gave an error of .008, where big ones weigh more, generators of one kind of text among them, .034.
        self.calibrator_ = LogisticRegression(C=1e3, max_iter=1000).fit(odds, target, sample_weight=by_group**2)
        self.out_of_fold_ = self.calibrator_.predict_proba(odds)
        reader, self.linear_ = self._fit_parts(masks, styles, target, weights)
        for view, vectorizer in zip(VIEWS, reader.vectorizers, strict=True):
            setattr(self, f"{view}_", vectorizer)
        self.scaler_ = reader.scaler
        return self

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(n, n_classes) calibrated probabilities; rows sum to 1."""
        check_is_fitted(self)
        return self.proba_of(self.rows(*self._views(texts)))

    def predict(self, texts: Sequence[str]) -> NDArray[np.str_]:
        """The likeliest label of each text."""
        places = self.predict_proba(texts).argmax(axis=1)
        return np.asarray(self.classes_[places])

    def rows(self, masks: Sequence[str], styles: NDArray[np.float64]) -> csr_matrix:
        """(n, patterns + measures) weighted columns that the logistic regression sees."""
        return self.fitted().rows(masks, styles)

    def proba_of(self, rows: csr_matrix) -> NDArray[np.float64]:
        """Calibrated probabilities of rows."""
        return self.fitted().proba_of(rows)

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

    def fitted(self) -> Fitted:
        """The parts at work."""
        return Fitted.of(self.parts(), self._weights)

    @property
    def _weights(self) -> Weights:
        return Weights(self.view_weight, self.style_weight)

    def _views(self, texts: Sequence[str]) -> tuple[list[str], NDArray[np.float64]]:
        if isinstance(texts, str):
            raise ValueError("QualityClassifier takes a sequence of texts, got one string: put it into a list.")  # noqa: TRY004 - as scikit-learn's vectorizers
        read = [first_words(text, self.max_words) for text in texts]
        return [masked(text) for text in read], style_rows(read)

    def _fit_parts(
        self,
        masks: Sequence[str],
        styles: NDArray[np.float64],
        target: NDArray[np.str_],
        weights: NDArray[np.float64],
    ) -> tuple[Reader, LogisticRegression]:
        vectorizers = [_vectorizer(view, masks, self.min_df) for view in VIEWS.values()]
        reader = Reader(vectorizers, StandardScaler().fit(styles), self._weights)
        # With tol 1e-3 lbfgs stops so early that the scores of one text moved by .3 between equal settings.
        linear = LogisticRegression(C=self.c, max_iter=2000, tol=1e-4)
        return reader, linear.fit(reader.rows(masks, styles), target, sample_weight=_balanced(target, weights))

    def _out_of_fold(
        self,
        masks: Sequence[str],
        styles: NDArray[np.float64],
        target: NDArray[np.str_],
        groups: NDArray[np.str_],
        weights: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """(n, n_classes) log-odds, each from a model that never saw the text's group."""
        folds = self._folds(target, groups)
        if any(len(np.unique(target[train])) < _LABELS for train, _ in folds):
            raise ValueError("QualityClassifier needs labels that occur in more than one group each to calibrate.")
        found = Parallel(n_jobs=self.n_jobs)(
            delayed(self._fold_odds)(
                [masks[i] for i in train], styles[train], target[train], weights[train],
                [masks[i] for i in held_out], styles[held_out],
            )
            for train, held_out in folds
        )  # fmt: skip
        odds = np.zeros((len(target), len(self.classes_)))
        for (_, held_out), (known, part) in zip(folds, found, strict=True):
            odds[np.ix_(held_out, known)] = part
        return odds

    def _fold_odds(
        self,
        masks: Sequence[str],
        styles: NDArray[np.float64],
        target: NDArray[np.str_],
        weights: NDArray[np.float64],
        other_masks: Sequence[str],
        other_styles: NDArray[np.float64],
    ) -> tuple[list[int], NDArray[np.float64]]:
        """Fit on some texts; the columns of the labels among them, and log-odds of these for other texts."""
        reader, linear = self._fit_parts(masks, styles, target, weights)
        odds = log_odds(linear, reader.rows(other_masks, other_styles))
        return [list(self.classes_).index(label) for label in linear.classes_], odds

    def _folds(self, target: NDArray[np.str_], groups: NDArray[np.str_]) -> list[tuple[Any, Any]]:
        """Folds by group; as many as there are groups of the rarest label, at least two."""
        most = min(len(set(groups[target == label])) for label in self.classes_)
        splitter = StratifiedGroupKFold(max(2, min(self.folds, most)), shuffle=True, random_state=self.random_state)
        return list(splitter.split(groups, target, groups))


def _checked_labels(labels: Sequence[str]) -> NDArray[np.str_]:
    """The labels as an array, after scikit-learn's own checks of a target."""
    target = column_or_1d(np.asarray(labels), warn=True)
    if len(target) == 0:
        raise ValueError("QualityClassifier needs at least one text.")
    assert_all_finite(target)
    check_classification_targets(target)
    if len(np.unique(target)) < _LABELS:
        raise ValueError(f"QualityClassifier needs at least two labels, got one class only: {str(target[0])!r}.")
    return np.asarray(target)


def group_weights(target: NDArray[np.str_], groups: NDArray[np.str_]) -> NDArray[np.float64]:
    """A publisher weighs the root of its size within a label, so that big ones do not drown small ones."""
    sizes = Counter(zip(target, groups, strict=True))
    return np.array([sizes[pair] ** -0.5 for pair in zip(target, groups, strict=True)])


def _vectorizer(view: View, masks: Sequence[str], least: int) -> TfidfVectorizer:
    """The patterns of a view that stand in at least `least` windows, weighted by how rare they are."""
    seen = list(map(view.seen, masks))
    windows, _ = windowed(seen if any(seen) else masks, view.window)  # a few texts may all name sources throughout
    reading = {**_READING, "ngram_range": (1, view.longest)}
    vectorizer = TfidfVectorizer(**reading, min_df=_frequent(windows, reading, least, view.most)).fit(windows)
    # skops would store each NumPy number as a file of its own.
    vectorizer.vocabulary_ = {pattern: int(place) for pattern, place in vectorizer.vocabulary_.items()}
    return vectorizer


def _frequent(windows: Sequence[str], reading: Mapping[str, Any], least: int, most: int) -> int:
    """How many windows the last of the `most` most frequent patterns stands in; at least `least`, where any does.

    `max_features` cuts through patterns that are equally frequent, in an order that hangs on the processor: another
    one took other patterns, and the calibration error came out as .012 for .008.
    """
    found = np.sort(np.bincount(CountVectorizer(**reading).fit_transform(windows).indices))
    return int(min(max(least, found[-most] if len(found) > most else 1), found[-1]))


def _balanced(target: NDArray[np.str_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights scaled so that every label weighs the same."""
    scaled = weights.copy()
    for label in np.unique(target):
        scaled[target == label] *= len(target) / len(np.unique(target)) / weights[target == label].sum()
    return scaled
