"""The `unsure` threshold and the typical values by hand."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import LABELS
from pipeline.quality.tuning import choose_decide, typical_values
from tests.strategies import scored_documents


def decide(scores: list[float], coverage: float, weights: list[float] | None = None) -> float:
    return choose_decide(np.array(scores), coverage, None if weights is None else np.array(weights))


@pytest.mark.parametrize(
    ("scores", "coverage", "expected"),
    [
        pytest.param([0.5, 0.6, 0.9], 1.0, 0.5, id="all: the lowest score"),
        pytest.param([0.5, 0.6, 0.9], 0.6, 0.6, id="two of three"),
        pytest.param([0.5, 0.6, 0.9], 0.7, 0.5, id="two of three are too few"),
        pytest.param([0.9, 0.5, 0.6], 0.6, 0.6, id="in any order"),
        pytest.param([0.5, 0.6, 0.9], 0.0, 0.9, id="none: the highest score"),
        pytest.param([0.7, 0.7, 0.9], 0.5, 0.7, id="equal scores are decided together"),
        pytest.param([0.6, 0.8], 0.5, 0.8, id="exactly the share"),
        pytest.param([0.71239, 0.9], 1.0, 0.712, id="three digits"),
    ],
)
def test_limit_is_the_score_that_the_share_of_documents_reaches(scores: list[float], coverage: float, expected: float):
    assert decide(scores, coverage) == expected


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        pytest.param([1.0, 1.0, 1.0, 1.0], 0.7, id="equal"),
        pytest.param([1.0, 1.0, 1.0, 9.0], 0.9, id="the surest counts most"),
        pytest.param([9.0, 1.0, 1.0, 1.0], 0.5, id="the least sure counts most"),
        pytest.param([0.1, 0.1, 0.1, 0.1], 0.7, id="small"),
        pytest.param([1.0, 1.0, 1.0, 0.0], 0.7, id="one counts for nothing"),
    ],
)
def test_share_is_of_the_weight_not_of_the_number(weights: list[float], expected: float):
    assert decide([0.5, 0.7, 0.8, 0.9], 0.6, weights) == expected


def test_without_weights_every_document_counts_the_same():
    scores = [0.41, 0.93, 0.55, 0.78, 0.62]
    assert decide(scores, 0.7) == decide(scores, 0.7, [2.5] * 5)


ROUNDED = 0.0005 + 1e-9
"""How far a limit of three digits lies from the score that it was made from."""
TINY = 1e-9
"""How far sums of the same weights lie apart when they are added in another order."""


@given(scored_documents(), st.floats(0, 1))
def test_decided_weight_is_at_least_the_coverage(documents: list[tuple[float, float]], coverage: float):
    scores, weights = np.array(documents).T
    limit = choose_decide(scores, coverage, weights)
    assert weights[scores >= limit - ROUNDED].sum() >= (coverage - TINY) * weights.sum()


@given(scored_documents(), st.floats(0, 1))
def test_no_higher_limit_decides_as_much(documents: list[tuple[float, float]], coverage: float):
    scores, weights = np.array(documents).T
    limit = choose_decide(scores, coverage, weights)
    above = weights[scores > limit + ROUNDED]
    assert above.size == 0 or above.sum() <= (coverage + TINY) * weights.sum()


@given(scored_documents(), st.floats(0, 1), st.floats(0, 1))
def test_more_coverage_never_raises_the_limit(documents: list[tuple[float, float]], coverage: float, other: float):
    scores, weights = np.array(documents).T
    low, high = sorted((coverage, other))
    assert choose_decide(scores, high, weights) <= choose_decide(scores, low, weights)


def test_limit_goes_into_a_manifest():
    assert json.dumps(decide([0.5], 0.9)) == "0.5"


def test_typical_value_is_the_median_of_each_label_in_order():
    labels = np.array(["filler", "reporting", "analysis", "reporting", "reporting"])
    styles = np.array([[9.0, 0.1], [1.0, 0.2], [5.0, 0.3], [3.0, 0.4], [2.0, 0.66666]])
    assert [label.value for label in LABELS] == ["reporting", "analysis", "filler"]
    assert typical_values(styles, labels) == [[2.0, 5.0, 9.0], [0.4, 0.3, 0.1]]


def test_typical_values_go_into_a_manifest():
    rows = typical_values(np.array([[1.23456], [2.0], [3.0]]), np.array([label.value for label in LABELS]))
    assert json.loads(json.dumps(rows)) == [[1.2346, 2.0, 3.0]]
