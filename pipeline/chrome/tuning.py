"""Chooses the block model's thresholds on validation sites, by the figures that users feel (training only).

Pages: shingle F1 of the assembled text, mostly of articles. Dumps: the same of their lines. Articles: the most
chrome that can go while clean prose loses no more of its lines than the harm limit allows.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.chrome.cleaning import assemble
from pipeline.chrome.gold import BlockLabel
from pipeline.chrome.model import ChromeModel, Thresholds, Titled, marked
from pipeline.chrome.situations import DUMPS, LabelledText, Situation
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import Metadata
from pipeline.measure import Extraction, extraction, overlap

START = Thresholds(page_drop=0.7, page_rescue=0.2, text_drop=0.5, bare_drop=0.9, dump_drop=0.5, dump=0.6)
_PAGE_DROPS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_PAGE_RESCUES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
_DUMP_DROPS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_TEXT_DROPS = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995)
_OTHERS = 0.05  # share of the pages that are no articles in what decides the limits for pages
_ROUNDS = 2  # drop and rescue depend on each other a little; the second round moved nothing further


def tune(
    model: ChromeModel,
    pages: Sequence[PreparedPage],
    texts: Sequence[LabelledText],
    prose: Sequence[LabelledText],
    harm_limit: float,
) -> Thresholds:
    """Thresholds for a fitted model; `pages` and `texts` come from validation sites, `prose` is all content."""
    judged = [page for page in pages if page.content is not None]
    chrome = model.page_probabilities([Titled(page.blocks, page.title) for page in judged])
    chosen = START
    for _ in range(_ROUNDS):
        chosen = _best(model, judged, chrome, [replace(chosen, page_drop=value) for value in _PAGE_DROPS])
        chosen = _best(model, judged, chrome, [replace(chosen, page_rescue=value) for value in _PAGE_RESCUES])
    return _tune_texts(replace(model, thresholds=chosen), texts, prose, harm_limit)


def page_figures(
    model: ChromeModel, pages: Sequence[PreparedPage], chrome: Sequence[NDArray[np.float64]]
) -> Extraction:
    """Extraction figures of assembled pages against their gold text."""
    pairs = []
    for page, probabilities in zip(pages, chrome, strict=True):
        titled = Titled(page.blocks, page.title)
        drops = model.page_drops(titled, probabilities)
        document = assemble(titled, probabilities, drops, Metadata(), frozenset())
        pairs.append(overlap(document.body, page.content or "", page.gold_title))
    return extraction(pairs)


def _best(
    model: ChromeModel,
    pages: Sequence[PreparedPage],
    chrome: Sequence[NDArray[np.float64]],
    candidates: Sequence[Thresholds],
) -> Thresholds:
    figures = [_goal(replace(model, thresholds=each), pages, chrome) for each in candidates]
    return candidates[int(np.argmax(figures))]


def _goal(model: ChromeModel, pages: Sequence[PreparedPage], chrome: Sequence[NDArray[np.float64]]) -> float:
    """F1 of articles and, so that what suits them does not ruin the rest, a little of that of other pages."""
    seen = list(zip(pages, chrome, strict=True))
    articles = [pair for pair in seen if pair[0].page_type in ("", "article")]
    others = [pair for pair in seen if pair[0].page_type not in ("", "article")]
    f1 = [page_figures(model, *zip(*part, strict=True)).f1 if part else 0.0 for part in (articles, others)]
    return (1 - _OTHERS) * f1[0] + _OTHERS * f1[1]


def _tune_texts(
    model: ChromeModel, texts: Sequence[LabelledText], prose: Sequence[LabelledText], harm_limit: float
) -> Thresholds:
    chances = model.text_chances([Titled(text.blocks, text.title) for text in texts])
    is_dump = np.array([text.situation in DUMPS for text in texts])
    dump = _separating(np.array([found.dump for found in chances]), is_dump)
    found = replace(model, thresholds=replace(model.thresholds, dump=dump))
    dumps = [text for text in texts if text.situation is Situation.DUMP]
    read = found.text_chances([Titled(text.blocks, text.title) for text in dumps])
    rows = [(text, lines.chrome) for text, lines in zip(dumps, read, strict=True) if lines.dump >= dump]
    dump_drop = max(_DUMP_DROPS, key=lambda limit: _line_f1(rows, limit))
    text_drop, bare_drop = _careful(found, prose, harm_limit)
    return replace(found.thresholds, text_drop=text_drop, bare_drop=bare_drop, dump_drop=dump_drop)


def _careful(model: ChromeModel, prose: Sequence[LabelledText], harm_limit: float) -> tuple[float, float]:
    """For lines with and without a cue, the lowest limit at which clean prose loses no more than is allowed.

    Bare lines are allowed a tenth of what marked ones are: what goes of the latter was chrome that nobody had
    labelled for the most part, what goes of the former were headings.
    """
    chances = model.text_chances([Titled(text.blocks, text.title) for text in prose])
    lines = np.concatenate([[], *(found.chrome for found in chances)])
    cues = np.concatenate([np.zeros(0, dtype=bool), *(marked(text.blocks) for text in prose)])
    limits = []
    for chosen, allowed, start in ((cues, harm_limit, START.text_drop), (~cues, harm_limit / 10, START.bare_drop)):
        harm = [(lines[chosen] >= limit).sum() / max(len(lines), 1) for limit in _TEXT_DROPS]
        fitting = (limit for limit, share in zip(_TEXT_DROPS, harm, strict=True) if share <= allowed)
        limits.append(next(fitting, _TEXT_DROPS[-1]) if len(lines) else start)
    return limits[0], limits[1]


def _separating(chances: NDArray[np.float64], dumps: NDArray[np.bool_]) -> float:
    """The probability that tells dumps from other texts with the fewest mistakes, a spoilt article counting twice."""
    candidates = np.round(np.arange(0.3, 0.95, 0.05), 2)
    mistakes = [np.mean(chances[dumps] < each) + 2 * np.mean(chances[~dumps] >= each) for each in candidates]
    return float(candidates[int(np.argmin(mistakes))])


def _line_f1(rows: Sequence[tuple[LabelledText, NDArray[np.float64]]], limit: float) -> float:
    """Word-weighted F1 of the lines that stay against the content lines."""
    kept_words = kept_content = content = 0.0
    for text, values in rows:
        for block, label, value in zip(text.blocks, text.labels, values, strict=True):
            if label == BlockLabel.UNKNOWN:
                continue
            words = block.text.count(" ") + 1
            content += words * (label == BlockLabel.CONTENT)
            kept_words += words * (value < limit)
            kept_content += words * (value < limit) * (label == BlockLabel.CONTENT)
    return 2 * kept_content / max(kept_words + content, 1)
