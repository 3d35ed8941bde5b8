"""Verdicts on held-out publishers: ours beside a plain TF-IDF and logistic regression, fitted on the same documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from pipeline.corpora.choice import AUTHORED, OWN
from pipeline.corpora.manifests import Reading
from pipeline.corpora.prepared import PreparedText
from pipeline.corpora.table import FeatureTable
from pipeline.document import LABELS, UNSURE, Label
from pipeline.measure import calibration_error, decided_accuracy, macro_f1, recalls, source_recall
from pipeline.quality.model import QualityModel

Figures = dict[str, Any]
_LENGTH_BORDERS = (300, 800)
_TOPIC_DOCUMENTS = 30
_SHOWN = 25  # sources in a plot
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

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> "Judged":
        """The documents that a mask or their places choose."""
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
    corpora = ~apart(ours.table)
    authored, own = (ours.table.corpus == name for name in (AUTHORED, OWN))
    sure = np.array([name in readings and readings[name].sure for name in ours.table.id], dtype=bool)
    return {
        "winnow": _figures(ours.where(corpora), bootstrap, seed) | _abstention(ours.where(corpora), decide),
        "plain TF-IDF": _figures(plain.where(corpora), bootstrap, seed),
        "reader": _reader(ours.table, readings),
        "where the reader is sure: winnow": _figures(ours.where(sure), bootstrap, seed)
        | _abstention(ours.where(sure), decide),
        "where the reader is sure: plain TF-IDF": _figures(plain.where(sure), bootstrap, seed),
        "authored triplets: winnow": _recalls(ours.where(authored)),
        "authored triplets: plain TF-IDF": _recalls(plain.where(authored)),
        **({"own labels: winnow": _recalls(ours.where(own))} if own.any() else {}),
        "slices": _slices(ours.where(corpora)),
        "authored topics": _topics(ours.where(authored)),
    }


def apart(table: FeatureTable) -> NDArray[np.bool_]:
    """(n,) which documents have figures of their own: authored and own ones, where there are any beside them.

    So the main figures of two trainings on the public corpora are about the same documents, whatever own labels joined.
    """
    aside = np.isin(table.corpus, (AUTHORED, OWN))
    return np.zeros(len(table), dtype=bool) if aside.all() else aside


def _figures(judged: Judged, bootstrap: int, seed: int) -> Figures:
    truth, guess = list(judged.table.label), list(judged.guesses)
    precision = recalls(guess, truth)  # lacks a label that is never called
    return {
        "documents": len(truth),
        "sources": len(set(judged.table.source)),
        "macro_f1": round(macro_f1(truth, guess, LABELS), 4),
        "recall": {name: round(value, 4) for name, value in recalls(truth, guess).items()},
        "precision": {label.value: round(precision.get(label.value, 0.0), 4) for label in sorted(LABELS)},
        "source_recall": round(source_recall(truth, guess, list(judged.table.source)), 4),
        "calibration_error": round(calibration_error(truth, judged.scores, LABELS), 4),
        "reporting_called_filler": round(_called_filler(truth, guess), 4),
    } | _intervals(judged, bootstrap, seed)


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


def _intervals(judged: Judged, bootstrap: int, seed: int) -> Figures:
    """95 % intervals of the figures that claims rest on, resampling documents; zeros when there is none."""
    if not len(judged.table):
        return {f"{name}_95": [0.0, 0.0] for name in _STATISTICS}
    chance = np.random.default_rng(seed)
    draws = (judged.where(chance.integers(0, len(judged.table), len(judged.table))) for _ in range(bootstrap))
    values = np.array([_statistics(drawn) for drawn in draws])
    bounds = np.percentile(values, [2.5, 97.5], axis=0).T
    return {
        f"{name}_95": [round(float(end), 4) for end in ends] for name, ends in zip(_STATISTICS, bounds, strict=True)
    }


_STATISTICS = ("macro_f1", "source_recall", "calibration_error", "reporting_called_filler")


def _statistics(judged: Judged) -> tuple[float, float, float, float]:
    """The values of `_STATISTICS`."""
    truth, guess = list(judged.table.label), list(judged.guesses)
    return (
        macro_f1(truth, guess, LABELS),
        source_recall(truth, guess, list(judged.table.source)),
        calibration_error(truth, judged.scores, LABELS),
        _called_filler(truth, guess),
    )


def _called_filler(truth: Sequence[str], guess: Sequence[str]) -> float:
    """Share of the reporting that is called filler: the error that costs a user good documents."""
    called = [found == Label.FILLER for label, found in zip(truth, guess, strict=True) if label == Label.REPORTING]
    return float(np.mean(called)) if called else 0.0


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
    """Recall by label within origin, length, topic and the ground that labels rest on."""
    kinds = {
        "topic": _frequent(judged.table.topic),
        "basis": np.array([basis or "of the corpus" for basis in judged.table.basis]),
        "origin": np.array([origin.partition(":")[0] for origin in judged.table.origin]),
        "words": np.array(_LENGTHS)[np.digitize(judged.table.words, _LENGTH_BORDERS)],
    }
    return {
        f"{name} {value}": _recalls(judged.where(values == value))
        for name, values in kinds.items()
        for value in sorted(set(values) - {""})
    }


def _frequent(topics: NDArray[np.str_]) -> NDArray[np.str_]:
    """Topics of which there are enough documents to say something; the others are empty."""
    known, counts = np.unique(topics, return_counts=True)
    return np.where(np.isin(topics, known[counts >= _TOPIC_DOCUMENTS]), topics, "")


def worst_rows(judged: Judged, count: int = 10) -> list[dict[str, str | float]]:
    """The documents of each kind of error on which the model was surest, by id, for whoever works on it next."""
    top = judged.scores.max(axis=1)
    wrong = [place for place in np.argsort(-top, kind="stable") if judged.guesses[place] != judged.table.label[place]]
    rows: list[dict[str, str | float]] = []
    for label, guess in product(LABELS, LABELS):
        mine = [at for at in wrong if (judged.table.label[at], judged.guesses[at]) == (label.value, guess.value)]
        rows += [
            {
                "label": label.value,
                "verdict": guess.value,
                "id": str(judged.table.id[at]),
                "source": str(judged.table.source[at]),
                "score": round(float(top[at]), 4),
            }
            for at in mine[:count]
        ]
    return rows


def _topics(judged: Judged) -> Figures:
    """Recall by label within each topic of the authored triplets."""
    topics = sorted(set(judged.table.topic))
    return {str(topic): _recalls(judged.where(judged.table.topic == topic)) for topic in topics}


def plots(judged: Judged) -> dict[str, Sequence[Mapping[str, Any]]]:
    """The rows of every plot of the verdicts, by the name of its file."""
    return {
        "confusion": confusion_rows(judged),
        "calibration": calibration_rows(judged),
        "sources": source_rows(judged),
        "weakest": weakest_rows(judged),
        "worst": worst_rows(judged),
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


def weakest_rows(judged: Judged) -> list[dict[str, str | float]]:
    """The sources and labels of the smallest recall, as many as a plot can show one below the other."""
    return [
        {"source": f"{row['source']}: {row['label']}, {row['documents']}", "recall": row["recall"]}
        for row in source_rows(judged)[:_SHOWN]
    ]


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
