"""Precision against recall of each label, at evenly spaced recalls, for DVC's plots."""

import numpy as np
from sklearn.metrics import precision_recall_curve

from pipeline.document import LABELS
from pipeline.evaluation.verdicts import Judged

_POINTS = 51


def precision_recall_rows(judged: Judged) -> list[dict[str, float]]:
    """For each recall the best precision at which so much of a label is found; 0 for a label without documents."""
    grid = np.linspace(0, 1, _POINTS)
    columns = {}
    for place, label in enumerate(LABELS):
        truth = judged.table.label == label.value
        columns[label.value] = _best(truth, judged.scores[:, place], grid) if truth.any() else np.zeros(_POINTS)
    return [
        {"recall": round(float(recall), 2)} | {name: round(float(found[at]), 4) for name, found in columns.items()}
        for at, recall in enumerate(grid)
    ]


def _best(truth: np.ndarray, scores: np.ndarray, grid: np.ndarray) -> np.ndarray:
    precision, recall, _ = precision_recall_curve(truth, scores)
    return np.array([precision[recall >= least - 1e-9].max() for least in grid])
