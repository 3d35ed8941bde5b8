"""Does structure decide? Verdicts on the same texts with their headings, without them, and with made-up ones."""

from collections.abc import Sequence
from operator import ne
from typing import Any

import numpy as np

from pipeline.corpora.prepared import PreparedText
from pipeline.document import LABELS
from pipeline.evaluation.evidence import judged
from pipeline.features import without_headings
from pipeline.measure import macro_f1
from pipeline.quality.model import QualityModel

Figures = dict[str, Any]
_HEADED, _LISTED = 4, 3  # every so many lines get a heading, become a list item
_HEADING_WORDS = 6


def structure_figures(model: QualityModel, texts: Sequence[PreparedText]) -> Figures:
    """Macro F1 and changed labels: of texts with headings when these go, of the others when some are put in."""
    headed = [text for text in texts if without_headings(text.text) != text.text]
    plain = [text for text in texts if without_headings(text.text) == text.text]
    return {
        "headings taken away": _both_ways(model, headed, [without_headings(text.text) for text in headed]),
        "headings and lists put in": _both_ways(model, plain, [structured(text.text) for text in plain]),
    }


def structured(text: str) -> str:
    r"""The text with headings out of the first words of some lines, and with some lines as list items.

    >>> structured("The bridge over the old canal shut on Monday.")
    '## The bridge over the old canal\nThe bridge over the old canal shut on Monday.'
    """
    lines = []
    for place, line in enumerate(text.split("\n")):
        if place % _HEADED == 0:
            lines.append("## " + " ".join(line.split()[:_HEADING_WORDS]))
        lines.append(f"- {line}" if place % _LISTED == _LISTED - 1 else line)
    return "\n".join(lines)


def _both_ways(model: QualityModel, texts: Sequence[PreparedText], changed: Sequence[str]) -> Figures:
    before, after = (_labels(model, bodies) for bodies in ([text.text for text in texts], changed))
    truth = [text.label.value for text in texts]
    return {
        "documents": len(texts),
        "macro_f1": round(macro_f1(truth, before, LABELS), 4),
        "macro_f1_changed": round(macro_f1(truth, after, LABELS), 4),
        "labels_changed": round(sum(map(ne, before, after)) / max(len(texts), 1), 4),
    }


def _labels(model: QualityModel, texts: Sequence[str]) -> list[str]:
    """The likeliest label of each text."""
    scores = [verdict.scores or (0.0, 0.0, 0.0) for verdict in judged(model, texts)]
    return [LABELS[int(np.argmax(row))].value for row in scores]
