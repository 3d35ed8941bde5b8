"""Chooses the block model's thresholds on validation sites, by the figures that users feel (training only).

Pages, as they are and dumped as text: shingle F1 of what is left, mostly of articles, and F1 of snippets.
Articles: F1 of the words of their lines, as long as clean prose loses no more of its lines than the harm limit allows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from pipeline.chrome.cleaning import assemble
from pipeline.chrome.gold import BlockLabel
from pipeline.chrome.model import MANNERS, ChromeModel, LineChances, Thresholds, Titled
from pipeline.chrome.situations import DUMPS, LabelledText, Situation
from pipeline.chrome.told import as_lines
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
_DUMP_DROPS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99)
_PRECISIONS = (0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0)
# What one document can lose at most in the account of harm. A timeline of 28 dated headings among a thousand
# documents moved the limit from .45 to .9, as if 28 authors had been wronged.
_ONE_DOCUMENT = 5
_TEXT_DROPS = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995)
_NOTHING_GOES = dict.fromkeys((*MANNERS, "dump"), 2.0)
# Parts of the harm limit, for each of MANNERS. On validation articles bullets gained nothing at any limit (F1 within
# .0002) and were the author's own in clean prose; a cue's limit of .6 gained all that .4 does, with a third less harm.
_ALLOWED = (0.7, 0.01, 0.1)
# What the F1 of each kind of validation page counts where limits for pages and dumps are chosen. Articles alone are too
# few: two pages of one agency moved both limits, and all other pages and snippets lost by it. At twice these weights
# the others gain .03 where articles lose .002 on validation sites: articles come first.
_ARTICLES, _SNIPPETS, _OTHERS = 1.0, 0.25, 0.05
_ALIKE = 0.001  # of a goal: other draws of the 152 validation sites move the F1 of their 190 articles by .008
_CHUNK = 200  # texts a task
_ROUNDS = 2  # two limits depend on each other a little; the second round moved nothing further


def tune(
    model: ChromeModel,
    pages: Sequence[PreparedPage],
    texts: Sequence[LabelledText],
    prose: Sequence[LabelledText],
    harm_limit: float,
) -> Thresholds:
    """Thresholds for a fitted model; `pages` and `texts` come from validation sites, `prose` is all content."""
    titled = [Titled(text.blocks, text.title) for text in texts]
    start = replace(START, dump=_dump_limit(texts, _chances(model, titled)))
    model = replace(model, thresholds=start)  # the dump limit decides which trees read a text
    read = list(zip(texts, _chances(model, titled), strict=True))
    chrome = model.page_probabilities([Titled(page.blocks, page.title) for page in pages])
    dumps = [as_lines(page.blocks) for page in pages]
    lines = _chances(model, dumps)

    def of_pages(limits: Thresholds) -> float:
        return _goal(pages, _bodies(replace(model, thresholds=limits), pages, chrome))

    def of_dumps(limits: Thresholds) -> float:
        return _goal(pages, _dumped_bodies(replace(model, thresholds=limits), dumps, lines))

    found = _best(start, of_pages, page_drop=_PAGE_DROPS, page_precision=_PRECISIONS)
    found = _best(found, of_dumps, dump_drop=_DUMP_DROPS, dump_precision=_PRECISIONS)
    return _careful(replace(model, thresholds=found), read, prose, harm_limit)


def _chances(model: ChromeModel, texts: Sequence[Titled]) -> list[LineChances]:
    """What the model tells of the lines of texts, on all cores."""
    chunks = [texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK)]
    return [
        found for part in Parallel(n_jobs=-1)(delayed(model.text_chances)(chunk) for chunk in chunks) for found in part
    ]


def page_figures(
    model: ChromeModel, pages: Sequence[PreparedPage], chrome: Sequence[NDArray[np.float64]]
) -> Extraction:
    """Extraction figures of assembled pages against their gold text."""
    return _shingles(zip(pages, _bodies(model, pages, chrome), strict=True))


def _shingles(found: Iterable[tuple[PreparedPage, str]]) -> Extraction:
    """Figures of the texts of pages against their gold text."""
    return extraction(_overlap(body, page.content or "", page.gold_title) for page, body in found)


_overlap = lru_cache(maxsize=4096)(overlap)  # most pages come out the same at neighbouring limits


def _snippets(found: Iterable[tuple[PreparedPage, str]]) -> Extraction:
    """Figures of must-have and must-not-have strings in the texts of pages."""
    return snippets((body, page.wanted, page.unwanted) for page, body in found)


def _best(start: Thresholds, goal: Callable[[Thresholds], float], **rows: Sequence[float]) -> Thresholds:
    """The limits that make a goal large, each out of its row, one after the other."""
    chosen = start
    for _ in range(_ROUNDS):
        for name, values in rows.items():
            figures = [goal(replace(chosen, **{name: value})) for value in values]
            chosen = replace(chosen, **{name: values[_peak(figures)]})
    return chosen


def _peak(figures: Sequence[float]) -> int:
    """The middle one of the places whose figures, each taken together with its neighbours, are as good as the best.

    By itself a limit can win by one page that falls to its side, which is another one on another machine: limits were
    chosen there that moved the recall of pages which are no articles by .04. Over half of a row can be as good as its
    best: its end was chosen for .0003, and cost snippets of other sites .008.
    """
    padded = np.pad(figures, 1, mode="edge")
    smooth = (padded[:-2] + padded[1:-1] + padded[2:]) / 3
    good = np.flatnonzero(smooth >= smooth.max() - _ALIKE)
    return int(good[len(good) // 2])


def _goal(pages: Sequence[PreparedPage], bodies: Iterable[str]) -> float:
    """What limits are to make large: F1 of articles first, of snippets and of other pages after it."""
    found = list(zip(pages, bodies, strict=True))
    checked = [pair for pair in found if pair[0].content is None]
    articles = [pair for pair in found if pair[0].content is not None and pair[0].page_type in ("", "article")]
    others = [pair for pair in found if pair[0].content is not None and pair[0].page_type not in ("", "article")]
    parts = ((_ARTICLES, articles, _shingles), (_OTHERS, others, _shingles), (_SNIPPETS, checked, _snippets))
    return sum(weight * figures(part).f1 for weight, part, figures in parts if part)


def _bodies(model: ChromeModel, pages: Sequence[PreparedPage], chrome: Sequence[NDArray[np.float64]]) -> Iterator[str]:
    for page, probabilities in zip(pages, chrome, strict=True):
        titled = Titled(page.blocks, page.title)
        drops = model.page_drops(titled, probabilities)
        yield assemble(titled, probabilities, drops, Metadata(), frozenset()).body


def _dumped_bodies(model: ChromeModel, dumps: Sequence[Titled], lines: Sequence[LineChances]) -> Iterator[str]:
    """The lines that stay of pages that were dumped as text."""
    for dump, chances in zip(dumps, lines, strict=True):
        drops = model.text_drops(dump, chances)
        yield "\n".join(block.text for block, gone in zip(dump.blocks, drops, strict=True) if not gone)


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

    Of limits that cost the same lines the middle one is taken, as of goals that are alike: one bullet of 85,000 lines
    went at .8 and .85, and those of a list in an authored report lay between.

    Of lines with a cue what went was chrome that nobody had labelled, for the most part. Bare ones were headings,
    and of 19 bullets above .4 fifteen were items of the author's own list (a recall's batch numbers among them).
    """
    read = _chances(model, [Titled(text.blocks, text.title) for text in prose])
    lines = sum(len(found.chrome) for found in read)
    limits = {}
    for place, name in enumerate(MANNERS):
        allowed = harm_limit * _ALLOWED[place] * lines
        lost = [_lost(read, place, limit) for limit in _TEXT_DROPS]
        most = max((count for count in lost if count <= allowed), default=lost[-1])
        alike = [limit for limit, count in zip(_TEXT_DROPS, lost, strict=True) if count == most]
        limits[name] = alike[len(alike) // 2] if lines else getattr(START, name)
    return limits


def _lost(read: Sequence[LineChances], manner: int, limit: float) -> int:
    """Lines of one manner that go at a limit, no document counting for more than `_ONE_DOCUMENT`."""
    return sum(min(int(((found.manners == manner) & (found.chrome >= limit)).sum()), _ONE_DOCUMENT) for found in read)


def _dump_limit(texts: Sequence[LabelledText], read: Sequence[LineChances]) -> float:
    """The probability from which a text is a dump."""
    is_dump = np.array([text.situation in DUMPS for text in texts])
    return _separating(np.array([found.dump for found in read]), is_dump)


def _separating(chances: NDArray[np.float64], dumps: NDArray[np.bool_]) -> float:
    """The probability that tells dumps from other texts with the fewest mistakes, a spoilt article counting twice."""
    candidates = np.round(np.arange(0.3, 0.95, 0.05), 2)
    mistakes = [np.mean(chances[dumps] < each) + 2 * np.mean(chances[~dumps] >= each) for each in candidates]
    return float(candidates[_peak([-share for share in mistakes])])


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
