"""Is the evidence what decided? Takes the quoted sentences away, and others of like length, and scores again."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from pipeline.corpora.prepared import PreparedText
from pipeline.document import CleanDocument, Metadata, Verdict
from pipeline.features import sentences
from pipeline.quality.model import QualityModel, shortened

Figures = dict[str, float | int | list[float]]


def evidence_figures(model: QualityModel, texts: Sequence[PreparedText], *, documents: int, seed: int) -> Figures:
    """How far the likeliest label's score falls without the quoted sentences, and without random ones.

    Args:
        texts: held-out texts, of which `documents` are drawn.
    """
    chance = np.random.default_rng(seed)
    drawn = [texts[place].text for place in chance.permutation(len(texts))[:documents]]
    verdicts = judged(model, drawn)
    quoted = [_quoted(text, verdict) for text, verdict in zip(drawn, verdicts, strict=True)]
    others = [_random(text, parts, chance) for text, parts in zip(drawn, quoted, strict=True)]
    without = [
        judged(model, [_without(*pair) for pair in zip(drawn, parts, strict=True)]) for parts in (quoted, others)
    ]
    falls = np.array([[_fall(*pair) for pair in zip(verdicts, after, strict=True)] for after in without])
    ahead = chance.choice(falls[0] - falls[1], (1000, len(drawn))).mean(axis=1)
    return {
        "documents": len(drawn),
        "fall_without_quoted": round(float(falls[0].mean()), 4),
        "fall_without_random": round(float(falls[1].mean()), 4),
        "difference_95": [round(float(end), 4) for end in np.percentile(ahead, [2.5, 97.5])],
    }


def judged(model: QualityModel, texts: Sequence[str]) -> list[Verdict]:
    """Verdicts of English texts of any length."""
    anyhow = replace(model, rules=replace(model.rules, min_words=0))
    return anyhow.judge([CleanDocument(Metadata(language="en"), tuple(text.split("\n")), ()) for text in texts])


def _quoted(text: str, verdict: Verdict) -> list[str]:
    told = {quote.sentence for quote in verdict.quotes}
    return [part for part in dict.fromkeys(sentences(text)) if shortened(part) in told]


def _random(text: str, quoted: Sequence[str], chance: Generator) -> list[str]:
    """Other sentences in random order until they hold as many words as the quoted ones."""
    wanted = sum(len(part.split()) for part in quoted)
    others = [part for part in dict.fromkeys(sentences(text)) if part not in quoted]
    chosen: list[str] = []
    for place in chance.permutation(len(others)):
        if sum(len(part.split()) for part in chosen) >= wanted:
            break
        chosen.append(others[place])
    return chosen


def _without(text: str, parts: Sequence[str]) -> str:
    for part in parts:
        text = text.replace(part, " ")
    return text


def _fall(before: Verdict, after: Verdict) -> float:
    """How much of the score of the label that was likeliest is gone."""
    if before.scores is None or after.scores is None:
        return 0.0
    top = int(np.argmax(before.scores))
    return before.scores[top] - after.scores[top]
