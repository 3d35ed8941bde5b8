"""Chooses the block model's thresholds on validation sites, by the figures that users feel (training only).

Pages: shingle F1 of the assembled text. Dumps: the same. Articles: the most chrome that can go while clean
prose loses no more of its lines than the harm limit allows.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.chrome.cleaning import assemble
from pipeline.chrome.gold import BlockLabel
from pipeline.chrome.model import ChromeModel, Thresholds, Titled, marked
from pipeline.chrome.situations import LabelledText, Situation
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import Metadata
from pipeline.measure import Extraction, extraction, overlap

START = Thresholds(page_drop=0.7, page_rescue=0.2, text_drop=0.5, bare_drop=0.9, dump_drop=0.5, dump_share=0.4)
_PAGE_DROPS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_PAGE_RESCUES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
_DUMP_DROPS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_TEXT_DROPS = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995)
_ROUNDS = 2  # drop and rescue depend on each other a little; the second round moved nothing further


def tune(
    model: ChromeModel,
    pages: Sequence[PreparedPage],
    texts: Sequence[LabelledText],
    prose: Sequence[LabelledText],
    harm_limit: float,
) -> Thresholds:
    """Thresholds for a fitted model; `pages` and `texts` come from validation sites, `prose` is all content."""
    articles = [page for page in pages if page.content is not None and page.page_type in ("", "article")]
    chrome = model.page_probabilities([Titled(page.blocks, page.title) for page in articles])
    chosen = START
    for _ in range(_ROUNDS):
        chosen = _best(model, articles, chrome, [replace(chosen, page_drop=value) for value in _PAGE_DROPS])
        chosen = _best(model, articles, chrome, [replace(chosen, page_rescue=value) for value in _PAGE_RESCUES])
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
    figures = [page_figures(replace(model, thresholds=each), pages, chrome).f1 for each in candidates]
    return candidates[int(np.argmax(figures))]


def _tune_texts(
    model: ChromeModel, texts: Sequence[LabelledText], prose: Sequence[LabelledText], harm_limit: float
) -> Thresholds:
    chrome = model.text_probabilities([Titled(text.blocks, text.title) for text in texts])
    shares = np.array([float(values.mean()) if len(values) else 0.0 for values in chrome])
    dumps = np.array([text.situation is Situation.DUMP for text in texts])
    dump_share = _separating(shares, dumps)
    rows = [(text, values) for text, values, share in zip(texts, chrome, shares, strict=True) if share >= dump_share]
    dump_drop = max(_DUMP_DROPS, key=lambda limit: _line_f1(rows, limit))
    text_drop, bare_drop = _careful(model, prose, harm_limit)
    return replace(
        model.thresholds, text_drop=text_drop, bare_drop=bare_drop, dump_drop=dump_drop, dump_share=dump_share
    )


def _careful(model: ChromeModel, prose: Sequence[LabelledText], harm_limit: float) -> tuple[float, float]:
    """For lines with and without a cue, the lowest limit at which clean prose loses no more than is allowed.

    Bare lines are allowed a tenth of what marked ones are: what goes of the latter was chrome that nobody had
    labelled for the most part, what goes of the former were headings.
    """
    chrome = model.text_probabilities([Titled(text.blocks, text.title) for text in prose])
    lines = np.concatenate([[], *chrome])
    cues = np.concatenate([np.zeros(0, dtype=bool), *(marked(text.blocks) for text in prose)])
    limits = []
    for chosen, allowed, start in ((cues, harm_limit, START.text_drop), (~cues, harm_limit / 10, START.bare_drop)):
        harm = [(lines[chosen] >= limit).sum() / max(len(lines), 1) for limit in _TEXT_DROPS]
        fitting = (limit for limit, share in zip(_TEXT_DROPS, harm, strict=True) if share <= allowed)
        limits.append(next(fitting, _TEXT_DROPS[-1]) if len(lines) else start)
    return limits[0], limits[1]


def _separating(shares: NDArray[np.float64], dumps: NDArray[np.bool_]) -> float:
    """The share that tells dumps from articles with the fewest mistakes."""
    candidates = np.round(np.arange(0.1, 0.8, 0.02), 2)
    mistakes = [np.mean(shares[dumps] < each) + 2 * np.mean(shares[~dumps] >= each) for each in candidates]
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
