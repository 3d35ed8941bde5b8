"""The document model at run time: verdicts with evidence for clean documents, many with one predict."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from pipeline.document import LABELS, UNSURE, CleanDocument, Cue, Quote, Unscored, Verdict
from pipeline.features import STYLE, first_words, masked, sentences, style_rows
from pipeline.quality.columns import Fitted

_QUOTES = 3
_CUES = 3
_QUOTED_WORDS = 6  # a shorter sentence convinces nobody
_QUOTED_CHARS = 300
_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Rules:
    """What turns probabilities into verdicts; from the model's manifest.

    Attributes:
        decide: a verdict is `unsure` when the highest probability is below it.
        min_words: shorter documents are not scored.
        max_words: only so many words of a document are read.
        typical: for each style measure its median in training texts of each label, in LABELS order.
    """

    decide: float
    min_words: int
    max_words: int
    typical: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class QualityModel:
    """A fitted classifier with its rules."""

    classifier: Fitted
    rules: Rules

    def judge(self, documents: Sequence[CleanDocument]) -> list[Verdict]:
        """One verdict a document, in order; `metadata.language` must hold the detected language."""
        verdicts = [_unscored(document, self.rules.min_words) for document in documents]
        scored = [place for place, verdict in enumerate(verdicts) if verdict is None]
        texts = [first_words(documents[place].body, self.rules.max_words) for place in scored]
        for place, verdict in zip(scored, self._verdicts(texts), strict=True):
            verdicts[place] = verdict
        return [verdict for verdict in verdicts if verdict is not None]

    def _verdicts(self, texts: Sequence[str]) -> list[Verdict]:
        if not texts:
            return []
        styles = style_rows(texts)
        rows = self.classifier.rows([masked(text) for text in texts], styles)
        order = [list(self.classifier.classes_).index(label) for label in LABELS]
        scores = self.classifier.proba_of(rows)[:, order]
        weights = _contrasts(self.classifier.linear.coef_[order])
        return [
            self._verdict(text, rows[place], styles[place], scores[place], weights) for place, text in enumerate(texts)
        ]

    def _verdict(
        self,
        text: str,
        row: csr_matrix,
        style: NDArray[np.float64],
        scores: NDArray[np.float64],
        weights: NDArray[np.float64],
    ) -> Verdict:
        top = int(scores.argmax())
        label = LABELS[top].value if scores[top] >= self.rules.decide else UNSURE
        triple = (float(scores[0]), float(scores[1]), float(scores[2]))
        patterns = self.classifier.reader.patterns
        return Verdict(
            label,
            triple,
            quotes=self._quotes(text, row, weights[top, :patterns]),
            cues=self._cues(row, style, weights[top, patterns:]),
        )

    def _quotes(self, text: str, row: csr_matrix, weights: NDArray[np.float64]) -> tuple[Quote, ...]:
        """The sentences whose word patterns pushed hardest toward the label, hardest first.

        A pattern's contribution to the document is shared among the sentences by how often each has it.
        """
        parts = [part for part in dict.fromkeys(sentences(text)) if part.count(" ") + 1 >= _QUOTED_WORDS]
        if not parts:
            return ()
        columns, owners = self.classifier.reader.found([masked(part) for part in parts])
        values = np.zeros(len(weights))
        values[row.indices[row.indices < len(weights)]] = row.data[row.indices < len(weights)]
        shares = weights[columns] * values[columns] / np.bincount(columns)[columns]
        effects = np.bincount(owners, weights=shares, minlength=len(parts))
        best = [place for place in np.argsort(-effects, kind="stable")[:_QUOTES] if effects[place] > 0]
        return tuple(Quote(shortened(parts[place]), round(float(effects[place]), 4)) for place in best)

    def _cues(self, row: csr_matrix, style: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[Cue, ...]:
        """The style measures that pushed hardest toward the label, hardest first."""
        measured = row.indices >= row.shape[1] - len(STYLE)
        effects = np.zeros(len(STYLE))
        effects[row.indices[measured] - (row.shape[1] - len(STYLE))] = row.data[measured]
        effects *= weights
        best = [place for place in np.argsort(-effects, kind="stable")[:_CUES] if effects[place] > 0]
        return tuple(
            Cue(
                STYLE[place],
                round(float(style[place]), 3),
                self.rules.typical[place],
                round(float(effects[place]), 4),
            )
            for place in best
        )


def _unscored(document: CleanDocument, min_words: int) -> Verdict | None:
    if document.metadata.language not in (None, _LANGUAGE):  # first: not every language has spaces to count by
        return Verdict(None, unscored=Unscored.LANGUAGE)
    if len(document.body.split()) < min_words:
        return Verdict(None, unscored=Unscored.TOO_SHORT)
    if document.metadata.language is None:
        return Verdict(None, unscored=Unscored.LANGUAGE)
    return None


def _contrasts(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """(labels, columns) push toward each label against the mean of the others."""
    labels = len(weights)
    return np.asarray(weights - (weights.sum(axis=0) - weights) / (labels - 1))


def shortened(sentence: str) -> str:
    """A sentence as evidence quotes it: the beginning of a long one."""
    return sentence if len(sentence) <= _QUOTED_CHARS else sentence[: _QUOTED_CHARS - 1].rstrip() + "…"
