"""The figures of DESIGN.md section 10: extraction F1, macro F1, source-averaged recall, calibration error.

Pure functions over texts and arrays; nothing here knows how a prediction came about.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_TOKEN = re.compile(r"\w+")
SHINGLE = 4


@dataclass(frozen=True, slots=True)
class Extraction:
    """Precision and recall averaged over `pages` pages, and F1 of the two averages; all in 0..1."""

    precision: float
    recall: float
    f1: float
    pages: int


def tokens(text: str) -> list[str]:
    r"""Lower-case `\w+` tokens in order.

    >>> tokens("Ships left port, 12 of them.")
    ['ships', 'left', 'port', '12', 'of', 'them']
    """
    return _TOKEN.findall(text.lower())


def shingles(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    """Multiset of 4-grams; a text shorter than four tokens is one shingle of its own."""
    if 0 < len(words) < SHINGLE:
        return Counter([tuple(words)])
    return Counter(zip(*(words[start:] for start in range(SHINGLE)), strict=False))


def without_headline(text: str, title: str) -> str:
    """Drop the lines that are the headline, so that its presence counts for neither side."""
    headline = tokens(title)
    return "\n".join(line for line in text.splitlines() if tokens(line) != headline) if headline else text


def overlap(found: str, gold: str, title: str = "") -> tuple[float, float]:
    """Precision and recall of one page over multiset 4-gram shingles, headline lines removed from both."""
    have = shingles(tokens(without_headline(found, title)))
    want = shingles(tokens(without_headline(gold, title)))
    common = (have & want).total()
    precision = common / have.total() if have else float(not want)
    recall = common / want.total() if want else 1.0
    return precision, recall


def extraction(pairs: Iterable[tuple[float, float]]) -> Extraction:
    """Average the `overlap` of many pages."""
    rows = np.array(list(pairs), dtype=float).reshape(-1, 2)
    if not len(rows):
        return Extraction(0.0, 0.0, 0.0, 0)
    precision, recall = (float(value) for value in rows.mean(axis=0))
    total = precision + recall
    return Extraction(precision, recall, 2 * precision * recall / total if total else 0.0, len(rows))


def snippets(texts: Iterable[tuple[str, Sequence[str], Sequence[str]]]) -> Extraction:
    """Figures of must-have and must-not-have strings, counted over all pages as trafilatura's own evaluation does.

    Args:
        texts: what was found on each page, the strings that it must hold and those that it must not.
    """
    hits = misses = alarms = pages = 0
    for pages, (text, wanted, unwanted) in enumerate(texts, 1):  # noqa: B007 - the last count is the answer
        flat = " ".join(text.split())
        found = sum(" ".join(snippet.split()) in flat for snippet in wanted)
        hits += found
        misses += len(wanted) - found
        alarms += sum(" ".join(snippet.split()) in flat for snippet in unwanted)
    precision, recall = hits / max(hits + alarms, 1), hits / max(hits + misses, 1)
    total = precision + recall
    return Extraction(precision, recall, 2 * precision * recall / total if total else 0.0, pages)


def macro_f1(truth: Sequence[str], guess: Sequence[str], labels: Sequence[str]) -> float:
    """Mean of the labels' F1 scores; a label that neither side has counts as 0."""
    return float(np.mean([_f1(truth, guess, label) for label in labels]))


def _f1(truth: Sequence[str], guess: Sequence[str], label: str) -> float:
    hits = sum(t == g == label for t, g in zip(truth, guess, strict=True))
    size = sum(t == label for t in truth) + sum(g == label for g in guess)
    return 2 * hits / size if size else 0.0


def recalls(truth: Sequence[str], guess: Sequence[str]) -> dict[str, float]:
    """Share of each label's documents that were called by it."""
    return {
        label: float(np.mean([g == label for t, g in zip(truth, guess, strict=True) if t == label]))
        for label in sorted(set(truth))
    }


def source_recall(truth: Sequence[str], guess: Sequence[str], sources: Sequence[str]) -> float:
    """Recall averaged over the sources of a label, then over labels: big publishers do not drown small ones."""
    hits: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for label, found, source in zip(truth, guess, sources, strict=True):
        hits[label][source].append(found == label)
    of_labels = [np.mean([np.mean(rows) for rows in by.values()]) for by in hits.values()]
    return float(np.mean(of_labels)) if of_labels else 0.0


def calibration_error(
    truth: Sequence[str], scores: NDArray[np.float64], labels: Sequence[str], bins: int = 10
) -> float:
    """Expected calibration error of the top score: mean gap between confidence and accuracy over equal-width bins.

    Args:
        truth: n labels.
        scores: (n, len(labels)) probabilities.
    """
    top = scores.argmax(axis=1)
    confidence = scores[np.arange(len(scores)), top]
    correct = np.array([labels[column] == label for column, label in zip(top, truth, strict=True)], dtype=float)
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        (place == index).mean() * abs(correct[place == index].mean() - confidence[place == index].mean())
        for index in np.unique(place)
    ]
    return float(sum(gaps))


def decided_accuracy(truth: Sequence[str], verdicts: Sequence[str], unsure: str) -> tuple[float, float]:
    """Coverage (share of documents decided) and accuracy among the decided."""
    decided = [(t, v) for t, v in zip(truth, verdicts, strict=True) if v != unsure]
    coverage = len(decided) / len(truth) if truth else 0.0
    return coverage, float(np.mean([t == v for t, v in decided])) if decided else 0.0
