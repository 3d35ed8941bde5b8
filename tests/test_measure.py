"""The figures of DESIGN.md section 10 against values computed by hand."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.measure import (
    Extraction,
    calibration_error,
    decided_accuracy,
    extraction,
    macro_f1,
    overlap,
    recalls,
    shingles,
    snippets,
    source_recall,
    tokens,
    without_headline,
)

LABELS = ("reporting", "analysis", "filler")
words = st.lists(st.sampled_from(["reed", "heron", "Tide", "12", "näher"]), max_size=12).map(" ".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Don't stop — NOW!", ["don", "t", "stop", "now"], id="punctuation and case"),
        pytest.param("3.5 m_2", ["3", "5", "m_2"], id="numbers and underscores"),
        pytest.param("Über Ærø", ["über", "ærø"], id="letters beyond ASCII"),
        pytest.param(" \n—", [], id="no word"),
    ],
)
def test_tokens(text: str, expected: list[str]):
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("given_words", "expected"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param("a b", {("a", "b"): 1}, id="shorter than a shingle"),
        pytest.param("a b c d", {tuple("abcd"): 1}, id="exactly one"),
        pytest.param("a a a a a a", {tuple("aaaa"): 3}, id="counted as often as they occur"),
        pytest.param("a b c d e", {tuple("abcd"): 1, tuple("bcde"): 1}, id="they overlap"),
    ],
)
def test_shingles(given_words: str, expected: dict[tuple[str, ...], int]):
    assert shingles(given_words.split()) == Counter(expected)


@pytest.mark.parametrize(
    ("found", "gold", "expected"),
    [
        pytest.param("a b c d e", "a b c d e f", (1.0, 2 / 3), id="part of it"),
        pytest.param("a b c d e f", "a b c d e", (2 / 3, 1.0), id="more than it"),
        pytest.param("a b c d x", "a b c d e f", (1 / 2, 1 / 3), id="both wrong"),
        pytest.param("a a a a", "a a a a a a", (1.0, 1 / 3), id="repeats count"),
        pytest.param("w x y z", "a b c d", (0.0, 0.0), id="nothing in common"),
        pytest.param("", "a b c d", (0.0, 0.0), id="nothing found"),
        pytest.param("a b c d", "", (0.0, 1.0), id="nothing to find"),
        pytest.param("", "", (1.0, 1.0), id="nothing on either side"),
        pytest.param("A, b; C. d", "a b c d", (1.0, 1.0), id="case and punctuation aside"),
    ],
)
def test_overlap_of_one_page(found: str, gold: str, expected: tuple[float, float]):
    assert overlap(found, gold) == pytest.approx(expected)


def test_headline_counts_for_neither_side():
    with_it, without = "Heron Seen!\na b c d e", "a b c d e"
    assert overlap(with_it, without, "heron seen") == (1.0, 1.0)
    assert overlap(without, with_it, "heron seen") == (1.0, 1.0)


@pytest.mark.parametrize("title", [pytest.param("", id="none"), pytest.param("—", id="no word in it")])
def test_without_a_headline_every_line_stays(title: str):
    assert without_headline("…\n\nA line.", title) == "…\n\nA line."


def test_only_whole_lines_are_headlines():
    assert without_headline("Heron seen\nA heron seen at dawn", "Heron seen") == "A heron seen at dawn"


def test_f1_is_of_the_averages_not_the_average_of_f1():
    figures = extraction([(1.0, 0.5), (0.5, 1.0), (0.0, 0.0)])
    assert figures == Extraction(precision=0.5, recall=0.5, f1=0.5, pages=3)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        pytest.param([], Extraction(0.0, 0.0, 0.0, 0), id="no page"),
        pytest.param([(0.0, 0.0)], Extraction(0.0, 0.0, 0.0, 1), id="nothing right"),
        pytest.param([(0.8, 0.4)], Extraction(0.8, 0.4, 0.64 / 1.2, 1), id="one page"),
    ],
)
def test_extraction_of_few_pages(pairs: list[tuple[float, float]], expected: Extraction):
    figures = extraction(iter(pairs))
    assert (figures.precision, figures.recall, figures.f1) == pytest.approx(
        (expected.precision, expected.recall, expected.f1)
    )
    assert figures.pages == expected.pages


@settings(max_examples=60)
@given(words, words)
def test_overlap_mirrors_itself(first: str, second: str):
    precision, recall = overlap(first, second)
    back = overlap(second, first)
    assert 0 <= precision <= 1
    assert 0 <= recall <= 1
    if first and second:
        assert back == (recall, precision)


@settings(max_examples=30)
@given(words)
def test_a_text_overlaps_itself_in_full(text: str):
    assert overlap(text, text) == (1.0, 1.0)


# reporting: 2 of 3 found, 1 false alarm; analysis: 1 of 2, 1 false alarm; filler: 0 of 1, 1 false alarm
TRUTH = ["reporting", "reporting", "reporting", "analysis", "analysis", "filler"]
GUESS = ["reporting", "reporting", "analysis", "analysis", "filler", "reporting"]


def test_macro_f1_by_hand():
    reporting, analysis, filler = 2 * 2 / (3 + 3), 2 * 1 / (2 + 2), 0.0
    assert macro_f1(TRUTH, GUESS, LABELS) == pytest.approx((reporting + analysis + filler) / 3)


def test_label_that_nobody_names_counts_as_nothing():
    assert macro_f1(["reporting"], ["reporting"], LABELS) == pytest.approx(1 / 3)


def test_macro_f1_refuses_lists_of_different_length():
    with pytest.raises(ValueError, match="shorter"):
        macro_f1(["reporting"], [], LABELS)


def test_recall_by_label():
    assert recalls(TRUTH, GUESS) == pytest.approx({"reporting": 2 / 3, "analysis": 1 / 2, "filler": 0.0})


def test_small_sources_weigh_like_big_ones():
    truth = ["reporting"] * 5 + ["filler"]
    guess = ["reporting"] * 4 + ["filler", "filler"]
    sources = ["big"] * 4 + ["small", "mill"]
    # reporting: big 1, small 0, so 0.5; filler: mill 1
    assert source_recall(truth, guess, sources) == pytest.approx((0.5 + 1.0) / 2)


def test_source_with_two_labels_counts_for_both():
    assert source_recall(["reporting", "filler"], ["reporting", "reporting"], ["one", "one"]) == pytest.approx(0.5)


def test_calibration_error_by_hand():
    scores = np.array([[0.95, 0.05, 0.0], [0.91, 0.09, 0.0], [0.4, 0.55, 0.05], [0.2, 0.2, 0.6]])
    truth = ["reporting", "analysis", "analysis", "reporting"]
    # bin 0.9: confidence .93, half right; bin 0.5: .55, right; bin 0.6: .6, wrong
    expected = 2 / 4 * abs(0.5 - 0.93) + 1 / 4 * abs(1 - 0.55) + 1 / 4 * abs(0 - 0.6)
    assert calibration_error(truth, scores, LABELS) == pytest.approx(expected)


def test_full_confidence_falls_into_the_last_bin():
    scores = np.array([[1.0, 0.0, 0.0], [0.96, 0.04, 0.0]])
    assert calibration_error(["filler", "reporting"], scores, LABELS) == pytest.approx(abs(0.5 - 0.98))


def test_calibration_error_goes_by_the_columns_that_are_named():
    scores = np.array([[0.9, 0.1], [0.8, 0.2]])
    assert calibration_error(["filler", "filler"], scores, ("filler", "analysis")) == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        pytest.param(["reporting", "unsure", "filler", "unsure"], (0.5, 0.5), id="half decided, half of it right"),
        pytest.param(["unsure"] * 4, (0.0, 0.0), id="nothing decided"),
        pytest.param(["reporting", "analysis", "analysis", "filler"], (1.0, 1.0), id="everything decided and right"),
    ],
)
def test_coverage_and_accuracy_among_the_decided(verdicts: list[str], expected: tuple[float, float]):
    truth = ["reporting", "analysis", "analysis", "filler"]
    assert decided_accuracy(truth, verdicts, "unsure") == expected


def test_nothing_to_decide():
    assert decided_accuracy([], [], "unsure") == (0.0, 0.0)


def test_snippets_are_counted_over_all_pages():
    found = snippets([("Rain  fell.\nShare", ("Rain fell.", "Sun"), ("Share", "Menu")), ("Sun", ("Sun",), ())])
    assert (found.precision, found.recall, found.pages) == (pytest.approx(2 / 3), pytest.approx(2 / 3), 2)
    assert found.f1 == pytest.approx(2 / 3)


def test_no_snippets_have_figures_of_nought():
    assert (snippets([]).f1, snippets([]).pages) == (0.0, 0)
