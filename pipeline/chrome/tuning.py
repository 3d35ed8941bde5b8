"""Chooses the block model's thresholds on validation sites, by the figures that users feel (training only).

Pages: shingle F1 of the assembled text, mostly of articles, and F1 of snippets. Dumps: F1 of the words of their lines.
Articles: F1 of the words of their lines, as long as clean prose loses no more of its lines than the harm limit allows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.chrome.cleaning import assemble
from pipeline.chrome.gold import BlockLabel
from pipeline.chrome.model import MANNERS, ChromeModel, LineChances, Thresholds, Titled
from pipeline.chrome.situations import DUMPS, LabelledText, Situation
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import Metadata
from pipeline.measure import Extraction, extraction, overlap, snippets

START = Thresholds(
    page_drop=0.75,
    page_precision=1.2,
    text_drop=0.5,
    bullet_drop=0.7,
    bare_drop=0.9,
    dump_drop=0.7,
    dump_precision=1.2,
    dump=0.6,
)
_PAGE_DROPS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85)
_DUMP_DROPS = (0.4, 0.5, 0.6, 0.7, 0.8)
_PRECISIONS = (0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0)
# What one document can lose at most in the account of harm. A timeline of 28 dated headings among a thousand
# documents moved the limit from .45 to .9, as if 28 authors had been wronged.
_ONE_DOCUMENT = 5
_TEXT_DROPS = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995)
_NOTHING_GOES = dict.fromkeys((*MANNERS, "dump"), 2.0)
# Parts of the harm limit, for each of MANNERS. On validation articles bullets gained nothing at any limit (F1 within
# .0002) and were the author's own in clean prose; a cue's limit of .6 gained all that .4 does, with a third less harm.
_ALLOWED = (0.7, 0.01, 0.1)
# What the F1 of each kind of validation page counts where limits for pages are chosen. Articles alone are too few:
# two pages of one agency moved both limits, and all other pages and snippets lost by it.
_ARTICLES, _SNIPPETS, _OTHERS = 1.0, 0.5, 0.1
_ROUNDS = 2  # the two limits for pages depend on each other a little; the second round moved nothing further


def tune(
    model: ChromeModel,
    pages: Sequence[PreparedPage],
    texts: Sequence[LabelledText],
    prose: Sequence[LabelledText],
    harm_limit: float,
) -> Thresholds:
    """Thresholds for a fitted model; `pages` and `texts` come from validation sites, `prose` is all content."""
    chrome = model.page_probabilities([Titled(page.blocks, page.title) for page in pages])
    chosen = START
    for _ in range(_ROUNDS):
        chosen = _best(model, pages, chrome, [replace(chosen, page_drop=value) for value in _PAGE_DROPS])
        chosen = _best(model, pages, chrome, [replace(chosen, page_precision=value) for value in _PRECISIONS])
    return _tune_texts(replace(model, thresholds=chosen), texts, prose, harm_limit)


def page_figures(
    model: ChromeModel, pages: Sequence[PreparedPage], chrome: Sequence[NDArray[np.float64]]
) -> Extraction:
    """Extraction figures of assembled pages against their gold text."""
    bodies = _bodies(model, pages, chrome)
    return extraction(
        _overlap(body, page.content or "", page.gold_title) for body, page in zip(bodies, pages, strict=True)
    )


_overlap = lru_cache(maxsize=4096)(overlap)  # most pages come out the same at neighbouring limits


def _best(
    model: ChromeModel,
    pages: Sequence[PreparedPage],
    chrome: Sequence[NDArray[np.float64]],
    candidates: Sequence[Thresholds],
) -> Thresholds:
    figures = [_goal(replace(model, thresholds=each), pages, chrome) for each in candidates]
    return candidates[int(np.argmax(figures))]


def _goal(model: ChromeModel, pages: Sequence[PreparedPage], chrome: Sequence[NDArray[np.float64]]) -> float:
    """What the limits for pages are to make large: F1 of articles first, of snippets and of other pages after it."""
    seen = list(zip(pages, chrome, strict=True))
    snippets = [pair for pair in seen if pair[0].content is None]
    articles = [pair for pair in seen if pair[0].content is not None and pair[0].page_type in ("", "article")]
    others = [pair for pair in seen if pair[0].content is not None and pair[0].page_type not in ("", "article")]
    parts = (
        (_ARTICLES, articles, page_figures),
        (_OTHERS, others, page_figures),
        (_SNIPPETS, snippets, _snippet_figures),
    )
    return sum(weight * figures(model, *zip(*part, strict=True)).f1 for weight, part, figures in parts if part)


def _snippet_figures(
    model: ChromeModel, pages: Sequence[PreparedPage], chrome: Sequence[NDArray[np.float64]]
) -> Extraction:
    """Figures of must-have and must-not-have strings in assembled pages."""
    bodies = _bodies(model, pages, chrome)
    return snippets((body, page.wanted, page.unwanted) for body, page in zip(bodies, pages, strict=True))


def _bodies(model: ChromeModel, pages: Sequence[PreparedPage], chrome: Sequence[NDArray[np.float64]]) -> Iterator[str]:
    for page, probabilities in zip(pages, chrome, strict=True):
        titled = Titled(page.blocks, page.title)
        drops = model.page_drops(titled, probabilities)
        yield assemble(titled, probabilities, drops, Metadata(), frozenset()).body


def _tune_texts(
    model: ChromeModel, texts: Sequence[LabelledText], prose: Sequence[LabelledText], harm_limit: float
) -> Thresholds:
    titled = [Titled(text.blocks, text.title) for text in texts]
    is_dump = np.array([text.situation in DUMPS for text in texts])
    dump = _separating(np.array([chances.dump for chances in model.text_chances(titled)]), is_dump)
    found = replace(model, thresholds=replace(model.thresholds, dump=dump))
    read = list(zip(texts, found.text_chances(titled), strict=True))
    rows = [(text, lines) for text, lines in read if text.situation is Situation.DUMP and lines.dump >= dump]
    candidates = [
        replace(found.thresholds, dump_drop=drop, dump_precision=precision)
        for drop in _DUMP_DROPS
        for precision in _PRECISIONS
    ]
    chosen = max(candidates, key=lambda limits: _line_f1(replace(found, thresholds=limits), rows))
    return _careful(replace(found, thresholds=chosen), read, prose, harm_limit)


def _careful(
    model: ChromeModel,
    read: Sequence[tuple[LabelledText, LineChances]],
    prose: Sequence[LabelledText],
    harm_limit: float,
) -> Thresholds:
    """For each manner of line the lowest limit at which prose loses no more than is allowed, and articles nothing.

    What goes of one manner must leave neither articles with a few chrome lines nor articles as an extractor left them
    worse than they were. Other pages are not asked: they lose a tenth of a point at limits that give articles half a
    point, and at limits that cost them nothing hardly a bullet or bare line goes anywhere.
    """
    situations = (Situation.DIRTY, Situation.CLEANED)
    rows = [[(text, found) for text, found in read if text.situation is each] for each in situations]
    untouched = replace(model.thresholds, **_NOTHING_GOES)
    inputs = [_line_f1(replace(model, thresholds=untouched), part) for part in rows]
    limits = _harmless(model, prose, harm_limit)
    for name, lowest in limits.items():
        fitting = [limit for limit in _TEXT_DROPS if limit >= lowest]
        alone = [replace(model, thresholds=replace(untouched, **{name: limit})) for limit in fitting]
        good = (limit for limit, each in zip(fitting, alone, strict=True) if _loses_nowhere(each, rows, inputs))
        limits[name] = next(good, fitting[-1])
    return replace(model.thresholds, **limits)


def _loses_nowhere(
    model: ChromeModel, rows: Sequence[Sequence[tuple[LabelledText, LineChances]]], inputs: Sequence[float]
) -> bool:
    """Whether the texts of every situation come out no worse than they went in."""
    return all(_line_f1(model, part) >= before for part, before in zip(rows, inputs, strict=True))


def _harmless(model: ChromeModel, prose: Sequence[LabelledText], harm_limit: float) -> dict[str, float]:
    """For each manner of line, the lowest limit at which clean prose loses no more than is allowed.

    Of lines with a cue what went was chrome that nobody had labelled, for the most part. Bare ones were headings,
    and of 19 bullets above .4 fifteen were items of the author's own list (a recall's batch numbers among them).
    """
    read = model.text_chances([Titled(text.blocks, text.title) for text in prose])
    lines = sum(len(found.chrome) for found in read)
    limits = {}
    for place, name in enumerate(MANNERS):
        allowed = harm_limit * _ALLOWED[place] * lines
        fitting = (limit for limit in _TEXT_DROPS if _lost(read, place, limit) <= allowed)
        limits[name] = next(fitting, _TEXT_DROPS[-1]) if lines else getattr(START, name)
    return limits


def _lost(read: Sequence[LineChances], manner: int, limit: float) -> int:
    """Lines of one manner that go at a limit, no document counting for more than `_ONE_DOCUMENT`."""
    return sum(min(int(((found.manners == manner) & (found.chrome >= limit)).sum()), _ONE_DOCUMENT) for found in read)


def _separating(chances: NDArray[np.float64], dumps: NDArray[np.bool_]) -> float:
    """The probability that tells dumps from other texts with the fewest mistakes, a spoilt article counting twice."""
    candidates = np.round(np.arange(0.3, 0.95, 0.05), 2)
    mistakes = [np.mean(chances[dumps] < each) + 2 * np.mean(chances[~dumps] >= each) for each in candidates]
    return float(candidates[int(np.argmin(mistakes))])


def _line_f1(model: ChromeModel, rows: Sequence[tuple[LabelledText, LineChances]]) -> float:
    """F1 of the words in the lines that stay, precision and recall averaged over texts."""
    return extraction(_line_overlap(model, text, chances) for text, chances in rows).f1


def _line_overlap(model: ChromeModel, text: LabelledText, chances: LineChances) -> tuple[float, float]:
    """Precision and recall of one text's words, lines without a label left out."""
    words = np.array([block.text.count(" ") + 1 for block in text.blocks])
    labels = np.array(text.labels)
    stays = ~model.text_drops(Titled(text.blocks, text.title), chances) & (labels != BlockLabel.UNKNOWN)
    content = labels == BlockLabel.CONTENT
    common = words[stays & content].sum()
    return common / max(words[stays].sum(), 1), common / max(words[content].sum(), 1)
