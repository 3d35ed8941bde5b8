"""The `unsure` threshold and the typical values by hand."""

import json

import numpy as np
import pytest

from pipeline.document import LABELS
from pipeline.quality.tuning import choose_decide, typical_values


def decide(scores: list[float], correct: list[bool], error: float) -> float:
    return choose_decide(np.array(scores), np.array(correct), error)


@pytest.mark.parametrize(
    ("scores", "correct", "error", "expected"),
    [
        pytest.param([0.5, 0.6, 0.9], [True, True, True], 0.0, 0.4, id="nothing wrong: the lowest there is"),
        pytest.param([0.5, 0.6, 0.9], [False, True, True], 0.0, 0.505, id="just above the only mistake"),
        pytest.param([0.5, 0.6, 0.9], [False, True, True], 0.4, 0.4, id="one mistake in three is allowed"),
        pytest.param([0.5, 0.6, 0.9], [False, False, True], 0.4, 0.605, id="two in three are not, nor one in two"),
        pytest.param([0.5, 0.8], [True, False], 0.0, 0.95, id="the surest is wrong: hardly anything is decided"),
        pytest.param([0.3, 0.2], [False, False], 0.5, 0.95, id="nobody is sure"),
    ],
)
def test_lowest_threshold_that_keeps_the_error(scores: list[float], correct: list[bool], error: float, expected: float):
    assert decide(scores, correct, error) == expected


def test_decided_documents_are_wrong_no_more_often_than_allowed():
    chance = np.random.default_rng(3)
    scores = chance.uniform(1 / 3, 1, 2000)
    correct = chance.random(2000) < scores
    limit = decide(list(scores), list(correct), 0.1)
    decided = scores >= limit
    assert 0.4 < limit < 0.95
    assert (~correct[decided]).mean() <= 0.1
    assert (~correct[scores >= limit - 0.005]).mean() > 0.1


def test_threshold_goes_into_a_manifest():
    assert json.dumps(decide([0.5], [True], 0.1)) == "0.4"


def test_typical_value_is_the_median_of_each_label_in_order():
    labels = np.array(["filler", "reporting", "analysis", "reporting", "reporting"])
    styles = np.array([[9.0, 0.1], [1.0, 0.2], [5.0, 0.3], [3.0, 0.4], [2.0, 0.66666]])
    assert [label.value for label in LABELS] == ["reporting", "analysis", "filler"]
    assert typical_values(styles, labels) == [[2.0, 5.0, 9.0], [0.4, 0.3, 0.1]]


def test_typical_values_go_into_a_manifest():
    rows = typical_values(np.array([[1.23456], [2.0], [3.0]]), np.array([label.value for label in LABELS]))
    assert json.loads(json.dumps(rows)) == [[1.2346, 2.0, 3.0]]
