"""Verdicts on held-out publishers: ours beside a plain TF-IDF and logistic regression, fitted on the same documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from pipeline.corpora.manifests import Reading
from pipeline.corpora.prepared import PreparedText
from pipeline.corpora.table import FeatureTable
from pipeline.document import LABELS, UNSURE, Label
from pipeline.measure import calibration_error, decided_accuracy, macro_f1, recalls, source_recall
from pipeline.quality.model import QualityModel

Figures = dict[str, Any]
AUTHORED = "authored"
_LENGTH_BORDERS = (300, 800)
_LENGTHS = ("under 300", "300 to 800", "over 800")


@dataclass(frozen=True, slots=True)
class Judged:
    """Held-out documents with (n, 3) scores in LABELS order."""

    table: FeatureTable
    scores: NDArray[np.float64]

    @property
    def guesses(self) -> NDArray[np.str_]:
        """The likeliest label of each."""
        return np.array([LABELS[place].value for place in self.scores.argmax(axis=1)])

    def where(self, chosen: NDArray[np.bool_]) -> "Judged":
        """The documents that a mask chooses."""
        return Judged(self.table.where(chosen), self.scores[chosen])


def judge_table(model: QualityModel, table: FeatureTable) -> Judged:
    """Score the rows of a feature table."""
    classifier = model.classifier
    order = [list(classifier.classes_).index(label) for label in LABELS]
    return Judged(table, classifier.proba_of(classifier.rows(list(table.masks), table.styles))[:, order])


def judge_plain(train: Sequence[PreparedText], held_out: Sequence[PreparedText], table: FeatureTable) -> Judged:
    """The baseline: word TF-IDF and logistic regression, scikit-learn's defaults but for iterations."""
    plain = make_pipeline(TfidfVectorizer(sublinear_tf=True, min_df=2), LogisticRegression(max_iter=1000))
    plain.fit([text.text for text in train], [text.label.value for text in train])
    scores = plain.predict_proba([text.text for text in held_out])
    return Judged(table, scores[:, [list(plain.classes_).index(label) for label in LABELS]])


def verdict_figures(
    ours: Judged, plain: Judged, decide: float, readings: Mapping[str, Reading], *, bootstrap: int, seed: int
) -> Figures:
    """All verdict figures: the corpora, what a reader was sure of, the authored triplets apart, and slices."""
    corpora = ours.table.corpus != AUTHORED
    sure = np.array([name in readings and readings[name].sure for name in ours.table.id], dtype=bool)
    return {
        "winnow": _figures(ours.where(corpora), bootstrap, seed) | _abstention(ours.where(corpora), decide),
        "plain TF-IDF": _figures(plain.where(corpora), bootstrap, seed),
        "reader": _reader(ours.table, readings),
        "where the reader is sure: winnow": _figures(ours.where(sure), bootstrap, seed),
        "where the reader is sure: plain TF-IDF": _figures(plain.where(sure), bootstrap, seed),
        "authored triplets: winnow": _recalls(ours.where(~corpora)),
        "authored triplets: plain TF-IDF": _recalls(plain.where(~corpora)),
        "slices": _slices(ours.where(corpora)),
    }


def _figures(judged: Judged, bootstrap: int, seed: int) -> Figures:
    truth, guess = list(judged.table.label), list(judged.guesses)
    low, high = _interval(judged, bootstrap, seed)
    precision = recalls(guess, truth)  # lacks a label that is never called
    called = [found == Label.FILLER for label, found in zip(truth, guess, strict=True) if label == Label.REPORTING]
    return {
        "documents": len(truth),
        "sources": len(set(judged.table.source)),
        "macro_f1": round(macro_f1(truth, guess, LABELS), 4),
        "macro_f1_95": [low, high],
        "recall": {name: round(value, 4) for name, value in recalls(truth, guess).items()},
        "precision": {label.value: round(precision.get(label.value, 0.0), 4) for label in sorted(LABELS)},
        "source_recall": round(source_recall(truth, guess, list(judged.table.source)), 4),
        "calibration_error": round(calibration_error(truth, judged.scores, LABELS), 4),
        "reporting_called_filler": round(float(np.mean(called)), 4) if called else 0.0,
    }


def _reader(table: FeatureTable, readings: Mapping[str, Reading]) -> Figures:
    """How far a reader who did not see the labels agrees with them: what a model can hope for."""
    read = [(readings[name], label) for name, label in zip(table.id, table.label, strict=True) if name in readings]
    right = [reading.label == label for reading, label in read]
    sure = [reading.label == label for reading, label in read if reading.sure]
    return {
        "documents": len(read),
        "agrees": round(float(np.mean(right)), 4) if right else 0.0,
        "sure": len(sure),
        "agrees_where_sure": round(float(np.mean(sure)), 4) if sure else 0.0,
    }


def _interval(judged: Judged, bootstrap: int, seed: int) -> tuple[float, float]:
    """95 % interval of macro F1, resampling documents; zeros when there is none."""
    if not len(judged.table):
        return 0.0, 0.0
    chance = np.random.default_rng(seed)
    truth, guess = judged.table.label, judged.guesses
    values = []
    for _ in range(bootstrap):
        drawn = chance.integers(0, len(truth), len(truth))
        values.append(macro_f1(list(truth[drawn]), list(guess[drawn]), LABELS))
    low, high = np.percentile(values, [2.5, 97.5])
    return round(float(low), 4), round(float(high), 4)


def _abstention(judged: Judged, decide: float) -> Figures:
    top = judged.scores.max(axis=1)
    verdicts = [guess if score >= decide else UNSURE for guess, score in zip(judged.guesses, top, strict=True)]
    coverage, accuracy = decided_accuracy(list(judged.table.label), verdicts, UNSURE)
    return {"coverage": round(coverage, 4), "decided_right": round(accuracy, 4)}


def _recalls(judged: Judged) -> Figures:
    truth, guess = list(judged.table.label), list(judged.guesses)
    return {
        "documents": len(truth),
        "recall": {name: round(value, 4) for name, value in recalls(truth, guess).items()},
    }


def _slices(judged: Judged) -> Figures:
    """Recall by label within origin, length and the ground that labels rest on."""
    kinds = {
        "basis": np.array([basis or "of the corpus" for basis in judged.table.basis]),
        "origin": np.array([origin.partition(":")[0] for origin in judged.table.origin]),
        "words": np.array(_LENGTHS)[np.digitize(judged.table.words, _LENGTH_BORDERS)],
    }
    return {
        f"{name} {value}": _recalls(judged.where(values == value))
        for name, values in kinds.items()
        for value in sorted(set(values))
    }


def confusion_rows(judged: Judged) -> list[dict[str, str]]:
    """One row a document for DVC's confusion plot."""
    return [
        {"label": str(label), "verdict": str(guess)}
        for label, guess in zip(judged.table.label, judged.guesses, strict=True)
    ]


def source_rows(judged: Judged) -> list[dict[str, str | int | float]]:
    """Recall of each source and label, smallest first."""
    rows: list[dict[str, str | int | float]] = []
    for source in sorted(set(judged.table.source)):
        mine = judged.where(judged.table.source == source)
        for label in sorted(set(mine.table.label)):
            hits = mine.guesses[mine.table.label == label] == label
            rows.append(
                {
                    "source": str(source),
                    "label": str(label),
                    "documents": len(hits),
                    "recall": round(float(hits.mean()), 4),
                }
            )
    return sorted(rows, key=lambda item: (item["recall"], str(item["source"])))


def calibration_rows(judged: Judged, bins: int = 10) -> list[dict[str, float]]:
    """Confidence against accuracy of the likeliest label, in equal-width bins."""
    top = judged.scores.max(axis=1)
    right = judged.guesses == judged.table.label
    place = np.minimum((top * bins).astype(int), bins - 1)
    return [
        {
            "confidence": round(float(top[place == index].mean()), 4),
            "accuracy": round(float(right[place == index].mean()), 4),
            "documents": int((place == index).sum()),
        }
        for index in np.unique(place)
    ]
