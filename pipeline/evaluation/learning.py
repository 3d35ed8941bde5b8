"""The learning curve: how good the document model is when it has seen fewer sources, on the same held-out documents."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from pipeline.corpora.splits import fraction
from pipeline.corpora.table import FeatureTable
from pipeline.document import LABELS
from pipeline.evaluation.verdicts import Judged, judge_table
from pipeline.measure import macro_f1, source_recall
from pipeline.quality.classifier import QualityClassifier
from pipeline.quality.model import QualityModel

_FOLDS = 2  # enough to calibrate: only the likeliest label is asked
_FEWEST = 2  # sources of a label, without which nothing can be calibrated

Row = dict[str, int | float]


def learning_rows(
    model: QualityModel,
    train: FeatureTable,
    held_out: FeatureTable,
    *,
    classifier: Mapping[str, Any],
    shares: Sequence[float],
    seed: int,
) -> list[Row]:
    """Figures by number of training sources: of each share of every label's sources, then of the model itself.

    Args:
        train: what the model was trained on.
        held_out: what it is measured on; without rows there is no curve.
        classifier: settings that it was trained with.
    """
    if not len(held_out):
        return []
    settings = {**classifier, "folds": _FOLDS}
    parts = (train.where(chosen) for chosen in _nested(train, sorted(shares, reverse=True), seed))  # longest first
    rows = Parallel(n_jobs=-1)(delayed(_point)(model, part, held_out, settings) for part in parts)
    return [*reversed(list(rows)), _row(model, train, held_out)]


def _point(model: QualityModel, part: FeatureTable, held_out: FeatureTable, settings: dict[str, Any]) -> Row:
    return _row(_refitted(model, part, settings), part, held_out)


def _nested(train: FeatureTable, shares: Sequence[float], seed: int) -> Iterator[NDArray[np.bool_]]:
    """Rows of the first sources of every label, in an order of their own; each choice holds the one before."""
    for share in shares:
        chosen = np.zeros(len(train), dtype=bool)
        for label in LABELS:
            groups = sorted(set(train.group[train.label == label]), key=lambda name: fraction(str(name), seed))
            some = groups[: max(_FEWEST, ceil(share * len(groups)))]
            chosen |= (train.label == label) & np.isin(train.group, some)
        yield chosen


def _refitted(model: QualityModel, part: FeatureTable, settings: dict[str, Any]) -> QualityModel:
    classifier = QualityClassifier(**settings)
    classifier.fit_views(list(part.masks), part.styles, list(part.label), groups=list(part.group))
    return QualityModel(classifier.fitted(), model.rules)


def _row(model: QualityModel, part: FeatureTable, held_out: FeatureTable) -> Row:
    judged: Judged = judge_table(model, held_out)
    truth, guess = list(held_out.label), list(judged.guesses)
    return {
        "sources": len(set(part.group)),
        "documents": len(part),
        "macro_f1": round(macro_f1(truth, guess, LABELS), 4),
        "source_recall": round(source_recall(truth, guess, list(held_out.source)), 4),
    }
