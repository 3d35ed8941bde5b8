"""Thresholds are chosen by what users feel: the text that is left, and prose that comes to no harm."""

from collections.abc import Callable
from dataclasses import asdict, replace

import numpy as np
import pytest

from pipeline.chrome.gold import BlockLabel
from pipeline.chrome.model import MANNERS, ChromeModel, LineChances, Thresholds, Titled
from pipeline.chrome.situations import LabelledText, Situation, page_texts, prose_text
from pipeline.chrome.tuning import START, _bodies, _goal, _harmless, _line_f1, _peak, _separating, page_figures, tune
from pipeline.corpora.prepared import PreparedPage
from tests.strategies import CHROME_LINES, SENTENCES

MakePage = Callable[..., PreparedPage]
CONTENT, CHROME = BlockLabel.CONTENT, BlockLabel.CHROME
ALL_KEPT = [*((line, CONTENT, True) for line in SENTENCES), *((line, CHROME, True) for line in CHROME_LINES)]


def text(situation: Situation, *lines: tuple[str, int]) -> LabelledText:
    blocks = prose_text("x", "\n".join(line for line, _ in lines)).blocks
    return LabelledText("x", situation, blocks, tuple(int(label) for _, label in lines))


def figures(page: PreparedPage, chances: list[float]) -> tuple[float, float]:
    found = page_figures(ChromeModel({}, START), [page], [np.array(chances)])
    return found.precision, found.recall


def test_figures_of_a_page_that_is_cut_right(make_page: MakePage):
    page = make_page(ALL_KEPT)
    assert figures(page, [0.0] * len(SENTENCES) + [1.0] * len(CHROME_LINES)) == (1, 1)


def test_figures_fall_with_chrome_that_stays_and_content_that_goes(make_page: MakePage):
    page = make_page(ALL_KEPT)
    precision, recall = figures(page, [1.0] + [0.0] * (len(ALL_KEPT) - 1))
    assert 0.5 < precision < 1
    assert 0.5 < recall < 1


def test_the_probability_that_tells_dumps_from_articles():
    shares, dumps = np.array([0.05, 0.1, 0.3, 0.8, 0.9]), np.array([False, False, False, True, True])
    assert 0.3 < _separating(shares, dumps) <= 0.8


def test_an_article_taken_for_a_dump_counts_twice():
    shares = np.array([0.4] * 10 + [0.4] * 6)
    dumps = np.array([True] * 10 + [False] * 6)
    assert _separating(shares, dumps) > 0.4


@pytest.mark.parametrize(
    ("figures", "place"),
    [
        pytest.param([0.1, 0.5, 0.9, 0.5, 0.1], 2, id="peak"),
        pytest.param([0.1, 0.91, 0.1, 0.8, 0.9, 0.8, 0.7], 4, id="one page makes a needle"),
        pytest.param([0.9, 0.8, 0.1, 0.1], 0, id="first"),
        pytest.param([0.5], 0, id="one"),
        pytest.param([0.0, 0.0, 0.0], 1, id="nothing to choose by"),
        pytest.param([0.1, 0.5, 0.8, 0.8003, 0.8005, 0.8006, 0.8007], 5, id="the middle of a plateau, not its end"),
    ],
)
def test_a_limit_is_judged_together_with_its_neighbours_and_all_that_are_as_good(figures: list[float], place: int):
    assert _peak(figures) == place


def test_line_figures_weigh_words():
    pair = text(Situation.DUMP, ("rain fell on the hills", CONTENT), ("Share", CHROME), ("Tides", BlockLabel.UNKNOWN))
    chances = LineChances(1.0, np.array([0.1, 0.6, 0.6]), np.zeros(3, dtype=int))
    strict, lenient, none = (
        ChromeModel({}, replace(START, dump_drop=limit, dump_precision=0.1)) for limit in (0.5, 0.95, 0.05)
    )
    assert _line_f1(strict, [(pair, chances)]) == 1
    assert _line_f1(lenient, [(pair, chances)]) == pytest.approx(2 * 5 / (6 + 5))
    assert _line_f1(none, [(pair, chances)]) == 0
    assert _line_f1(strict, []) == 0


@pytest.fixture
def pages(make_page: MakePage) -> list[PreparedPage]:
    return [make_page(ALL_KEPT, site=f"herald{site}.example") for site in range(3)]


@pytest.fixture
def texts(pages: list[PreparedPage]) -> list[LabelledText]:
    return [text for page in pages for text in page_texts(page, seed=7)]


def harm(model: ChromeModel, prose: list[LabelledText]) -> float:
    chances = model.text_chances([Titled(text.blocks, text.title) for text in prose])
    lines = np.concatenate([found.chrome for found in chances])
    manner = np.concatenate([found.manners for found in chances])
    limits = np.array([getattr(model.thresholds, name) for name in MANNERS])[manner]
    return float((lines >= limits).mean())


def test_tuning_finds_thresholds_at_least_as_good_as_those_it_starts_from(
    chrome: ChromeModel, pages: list[PreparedPage], texts: list[LabelledText]
):
    prose = [prose_text("y", "\n\n".join(SENTENCES))]
    tuned = tune(chrome, pages, texts, prose, 0.0005)
    chances = chrome.page_probabilities([Titled(page.blocks, page.title) for page in pages])
    before, after = (
        page_figures(replace(chrome, thresholds=thresholds), pages, chances).f1 for thresholds in (START, tuned)
    )
    assert after >= before


@pytest.mark.parametrize("limit", [0.0, 0.0005, 0.5])
def test_prose_loses_no_more_than_the_harm_limit(
    chrome: ChromeModel, pages: list[PreparedPage], texts: list[LabelledText], limit: float
):
    prose = [prose_text("y", "\n\n".join([*SENTENCES, *CHROME_LINES[:2]]))]
    tuned = tune(chrome, pages, texts, prose, limit)
    assert harm(replace(chrome, thresholds=tuned), prose) <= limit


def test_a_larger_harm_limit_never_means_more_care(
    chrome: ChromeModel, pages: list[PreparedPage], texts: list[LabelledText]
):
    prose = [prose_text("y", "\n\n".join([*SENTENCES, *CHROME_LINES]))]
    drops = [tune(chrome, pages, texts, prose, limit).text_drop for limit in (0.0, 0.2, 0.9)]
    assert drops == sorted(drops, reverse=True)


def test_pages_with_neither_gold_text_nor_snippets_choose_nothing(
    chrome: ChromeModel, pages: list[PreparedPage], texts: list[LabelledText]
):
    prose = [prose_text("y", "\n\n".join(SENTENCES))]
    others = [replace(pages[0], content=None, wanted=(), unwanted=())]
    assert tune(chrome, [*pages, *others], texts, prose, 0.1) == tune(chrome, pages, texts, prose, 0.1)


def test_snippets_are_heeded_where_gold_text_does_not_decide(make_page: MakePage):
    page = replace(make_page(ALL_KEPT), content=None, wanted=tuple(SENTENCES), unwanted=tuple(CHROME_LINES))
    chances = [np.array([0.0] * len(SENTENCES) + [0.6] * len(CHROME_LINES))]
    eager, shy = (replace(START, page_drop=limit, page_precision=0.1) for limit in (0.5, 0.7))
    goals = [_goal([page], _bodies(ChromeModel({}, limits), [page], chances)) for limits in (eager, shy)]
    assert goals[0] > goals[1]


def test_limits_are_probabilities(chrome: ChromeModel, pages: list[PreparedPage], texts: list[LabelledText]):
    tuned: Thresholds = tune(chrome, pages, texts, [prose_text("y", SENTENCES[0])], 0.1)
    limits = [value for name, value in asdict(tuned).items() if "precision" not in name]
    assert all(0 < limit < 1 for limit in limits)
    assert min(tuned.page_precision, tuned.dump_precision) > 0


def test_of_limits_that_cost_prose_the_same_lines_the_middle_one_is_taken(monkeypatch: pytest.MonkeyPatch):
    prose = prose_text("y", "\n\n".join(SENTENCES))
    lines = len(prose.blocks)
    found = LineChances(0.0, np.array([0.87] + [0.1] * (lines - 1)), np.full(lines, MANNERS.index("bullet_drop")))
    monkeypatch.setattr("pipeline.chrome.tuning._chances", lambda *_: [found])
    limits = [_harmless(ChromeModel({}, START), [prose], share)["bullet_drop"] for share in (0.0, 99.0)]
    assert limits == [0.97, 0.65]
