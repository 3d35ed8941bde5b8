"""Probabilities of chrome, and the thresholds that turn them into decisions."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.chrome.kinds import cue_rows
from pipeline.chrome.model import (
    CHROME_FEATURES,
    LINE_FEATURES,
    PARTS,
    ChromeModel,
    LineChances,
    Thresholds,
    Titled,
    manners,
    scored,
    see_pages,
    see_texts,
    text_line_rows,
)
from pipeline.document import Block
from pipeline.segment.text import text_blocks
from tests.strategies import CHROME_LINES, SENTENCES, texts

THRESHOLDS = Thresholds(
    page_drop=0.6,
    page_precision=1.0,
    text_drop=0.9,
    bullet_drop=0.9,
    bare_drop=0.9,
    dump_drop=0.5,
    dump_precision=1.0,
    dump=0.4,
)
WINDOWS = 7  # a score, its four neighbours, and the means above and below


def lines(*texts: str) -> Titled:
    return Titled([Block(text=text, tag="p", line=place + 1) for place, text in enumerate(texts)], None)


def article(text: Titled, chances: Sequence[float]) -> LineChances:
    return LineChances(0.0, np.array(chances), manners(text, cue_rows(text.blocks).any(axis=1)))


def article_drops(model: ChromeModel, text: Titled, chances: Sequence[float]) -> list[bool]:
    return model.text_drops(text, article(text, chances)).tolist()


def decided() -> ChromeModel:
    """Thresholds alone: what is decided does not depend on how the probabilities came about."""
    return ChromeModel({}, THRESHOLDS)


@pytest.mark.parametrize(("probability", "goes"), [(0.59, False), (0.6, True)])
def test_a_block_of_a_page_goes_at_the_limit_whatever_else_there_is(
    probability: float,
    goes: bool,  # noqa: FBT001 - a case of the table
):
    assert decided().page_drops(lines("Rain"), np.array([probability])).tolist() == [goes]


def test_a_doubtful_block_stays_beside_a_short_text_and_goes_beside_a_long_one():
    doubtful = "rain " * 10
    short, long = lines("sun " * 5, doubtful), lines("sun " * 500, doubtful)
    assert [decided().page_drops(page, np.array([0.0, 0.55])).tolist() for page in (short, long)] == [
        [False, False],
        [False, True],
    ]


def test_more_weight_on_precision_never_keeps_more():
    page, chances = lines(*(f"word {'rain ' * place}" for place in range(1, 9))), np.linspace(0.05, 0.55, 8)
    kept = [
        (~replace(decided(), thresholds=replace(THRESHOLDS, page_precision=weight)).page_drops(page, chances)).sum()
        for weight in (0.5, 1.0, 2.0, 8.0)
    ]
    assert kept == sorted(kept, reverse=True)


def test_what_stays_is_what_is_likeliest_to_be_content():
    chances = np.array([0.5, 0.1, 0.3, 0.05, 0.58])
    drops = decided().page_drops(lines(*"abcde"), chances)
    assert chances[~drops].max() < min(chances[drops], default=1)


def test_lines_of_an_article_go_with_care_only():
    assert article_drops(decided(), lines(*"abcde"), [0.0, 0.0, 0.0, 0.89, 0.9]) == [False, False, False, False, True]


def test_a_line_without_a_cue_needs_more_certainty_than_one_with():
    careful = ChromeModel({}, replace(THRESHOLDS, text_drop=0.5, bare_drop=0.9))
    page = lines("Leave a Reply", "What the tide left", *"cdefg")
    assert article_drops(careful, page, [0.6, 0.6, *[0.0] * 5]) == [True, *[False] * 6]


def test_a_cue_in_the_headline_does_not_tell_against_it():
    careful = ChromeModel({}, replace(THRESHOLDS, text_drop=0.5, bare_drop=0.9))
    page = lines("Lib Dems take Marsh by 213 votes", "Leave a Reply", *"cd")
    headed = Titled(page.blocks, page.blocks[0].text)
    assert article_drops(careful, headed, [0.8, 0.8, 0.0, 0.0]) == [False, True, False, False]


def test_a_bullet_without_a_cue_has_a_limit_of_its_own():
    careful = ChromeModel({}, replace(THRESHOLDS, text_drop=0.5, bullet_drop=0.7, bare_drop=0.9))
    page = Titled(text_blocks("Rain fell.\n- Batch 7, best before August\n- Leave a Reply\nSun."), None)
    assert article_drops(careful, page, [0.0, 0.6, 0.15, 0.8]) == [False, False, False, False]
    assert article_drops(careful, page, [0.0, 0.7, 0.15, 0.8]) == [False, True, False, False]


def test_a_short_list_of_bullets_goes_as_one():
    page = Titled([*text_blocks("Rain fell.\n- One\n- Two\n- Three\nSun."), *lines(*"abcd").blocks], None)
    assert article_drops(decided(), page, [0.0, 0.3, 0.95, 0.2, 0.0, *[0.0] * 4]) == [
        False,
        True,
        True,
        True,
        *[False] * 5,
    ]


@pytest.mark.parametrize(
    ("marks", "chances"),
    [(("1.", "2.", "3."), (0.3, 0.95, 0.3)), (("-", "-", "-"), (0.3, 0.95, 0.1))],
    ids=["numbered", "one of them surely content"],
)
def test_a_short_list_that_is_no_list_of_teasers_is_decided_line_by_line(
    marks: tuple[str, ...], chances: tuple[float, ...]
):
    items = "\n".join(f"{mark} Rain" for mark in marks)
    page = Titled(text_blocks(f"Sun.\n{items}\nSun."), None)
    assert sum(article_drops(decided(), page, [0.0, *chances, 0.0])) == 1


def test_a_long_list_of_bullets_does_not():
    page = Titled(text_blocks("Rain fell.\n" + "\n".join(f"- Day {day}" for day in range(5))), None)
    assert sum(article_drops(decided(), page, [0.0, 0.3, 0.95, 0.3, 0.3, 0.3])) == 1


def test_lines_of_a_dump_go_readily():
    dump = replace(article(lines(*"abc"), [0.49, 0.5, 0.9]), dump=0.4)
    assert decided().text_drops(lines(*"abc"), dump).tolist() == [False, True, True]


def test_a_text_without_lines_is_no_dump(chrome: ChromeModel):
    assert chrome.text_chances([lines()])[0].dump == 0


def test_a_page_between_menu_and_footer_is_a_dump_and_its_text_alone_is_not(chrome: ChromeModel):
    menu = ["Home", "News", "Sport", "Weather", "Sign in", "Search", "Subscribe", "Menu"]
    footer = ["About us", "Contact", "Terms of use", "Privacy policy", "Cookies", "© 2024 The Herald"]
    page, text = chrome.text_chances([lines(*menu, *SENTENCES, *footer), lines(*SENTENCES)])
    assert page.dump > 0.5 > text.dump


def test_documents_without_blocks_lose_none():
    assert decided().page_drops(lines(), np.zeros(0)).shape == (0,)
    assert article_drops(decided(), lines(), []) == []


def test_the_committed_model_has_its_parts(chrome: ChromeModel):
    assert sorted(chrome.parts) == sorted(PARTS)


@settings(max_examples=30, deadline=None)
@given(st.lists(texts(), max_size=4))
def test_every_line_of_every_text_gets_a_probability(chrome: ChromeModel, batch: list[str]):
    documents = [Titled(text_blocks(text), None) for text in batch]
    found = [told.chrome for told in chrome.text_chances(documents)]
    assert [len(chances) for chances in found] == [len(document.blocks) for document in documents]
    assert all(((chances >= 0) & (chances <= 1)).all() for chances in found)


@pytest.mark.parametrize("counts", [(), (0,), (0, 0), (0, 3, 0), (1,)])
def test_empty_documents_among_others(chrome: ChromeModel, counts: tuple[int, ...]):
    documents = [lines(*SENTENCES[:count]) for count in counts]
    assert tuple(map(len, chrome.page_probabilities(documents))) == counts
    assert tuple(len(told.chrome) for told in chrome.text_chances(documents)) == counts


def test_rows_are_features_and_scores_with_those_of_the_neighbours(chrome: ChromeModel):
    documents = [lines(*SENTENCES), lines("Tides")]
    assert see_pages(chrome.parts, documents).rows.shape == (9, len(CHROME_FEATURES["page_blocks"]) + 2 * WINDOWS)
    assert see_texts(chrome.parts, documents).rows.shape == (9, len(LINE_FEATURES) + WINDOWS)


@settings(max_examples=40, deadline=None)
@given(texts())
def test_rows_of_lines_have_the_documented_width_and_are_finite(text: str):
    blocks = text_blocks(text)
    rows = text_line_rows([Titled(blocks, None)], np.zeros(len(blocks), dtype=np.float32))
    assert rows.shape == (len(blocks), len(LINE_FEATURES) + WINDOWS)
    assert np.isfinite(rows).all()


@pytest.mark.parametrize("count", [0, 1])
def test_rows_of_no_line_and_of_one(count: int):
    rows = text_line_rows([lines(*SENTENCES[:count])], np.zeros(count, dtype=np.float32))
    assert rows.shape == (count, len(LINE_FEATURES) + WINDOWS)


def test_neighbours_do_not_reach_into_the_next_document(chrome: ChromeModel):
    together = see_texts(chrome.parts, [lines(SENTENCES[0]), lines(CHROME_LINES[0])]).rows
    apart = [see_texts(chrome.parts, [lines(text)]).rows for text in (SENTENCES[0], CHROME_LINES[0])]
    np.testing.assert_array_equal(together, np.vstack(apart))


def test_equal_texts_have_equal_scores_whatever_stands_beside_them(chrome: ChromeModel):
    alone = scored(chrome.parts["wording"], ["leave a reply"])
    among = scored(chrome.parts["wording"], ["rain", "leave a reply", "sun", "leave a reply"])
    assert among[[1, 3]].tolist() == [alone[0]] * 2


def test_no_texts_have_no_scores(chrome: ChromeModel):
    assert scored(chrome.parts["wording"], []).shape == (0,)


def test_chrome_is_told_from_prose(chrome: ChromeModel):
    chances = chrome.text_chances([lines(*SENTENCES, *CHROME_LINES)])[0].chrome
    assert chances[: len(SENTENCES)].max() < 0.5
    assert np.median(chances[len(SENTENCES) :]) > 0.5
