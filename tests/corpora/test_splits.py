"""Whole publishers are held out, as many as the share allows, and never one that is to stay in training."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.corpora.prepared import Split
from pipeline.corpora.splits import split_publishers
from tests.strategies import published

Labels = list[tuple[str, str]]
EVEN = [(f"post{number}.example", "reporting") for number in range(20)]


def held_out(labels: Labels, *, share: float = 0.5, seed: int = 1, trained: tuple[str, ...] = ()) -> set[str]:
    splits = split_publishers(labels, seed=seed, test_share=share, trained=trained)
    return {name for name, split in splits.items() if split is Split.TEST}


@given(published(), st.floats(0, 1), st.sets(st.sampled_from([f"post{number}.example" for number in range(8)])))
def test_every_publisher_has_a_split_and_those_of_training_are_in_it(labels: Labels, share: float, trained: set[str]):
    splits = split_publishers(labels, seed=3, test_share=share, trained=trained)
    assert set(splits) == {name for name, _ in labels}
    assert {splits[name] for name in trained & set(splits)} <= {Split.TRAIN}


@given(published(), st.floats(0, 1))
def test_no_label_has_more_than_a_tenth_over_its_share_held_out(labels: Labels, share: float):
    out = held_out(labels, share=share)
    totals, tested = Counter(label for _, label in labels), Counter(label for name, label in labels if name in out)
    assert [label for label in totals if tested[label] > 1.1 * share * totals[label] + 1e-9] == []


@given(published(), st.randoms(use_true_random=False))
def test_order_of_the_documents_does_not_matter(labels: Labels, chance: Random):
    shuffled = list(labels)
    chance.shuffle(shuffled)
    assert held_out(shuffled) == held_out(labels)


@pytest.mark.parametrize("name", sorted(held_out(EVEN)))
def test_publisher_that_would_be_held_out_stays_in_training_when_told(name: str):
    assert name not in held_out(EVEN, trained=(name,))


def test_another_publisher_takes_the_place_of_one_that_stays_in_training():
    before = held_out(EVEN)
    after = held_out(EVEN, trained=(min(before),))
    assert len(after) == len(before) == 10
    assert before - after == {min(before)}


def test_publishers_that_are_in_training_anyway_change_nothing():
    trained = tuple({name for name, _ in EVEN} - held_out(EVEN))
    assert held_out(EVEN, trained=trained) == held_out(EVEN)


def test_unknown_publisher_changes_nothing():
    assert held_out(EVEN, trained=("heron.example",)) == held_out(EVEN)


def test_share_is_of_all_documents_those_that_stay_in_training_too():
    large = [("large.example", "reporting")] * 20
    assert len(held_out(EVEN + large, share=0.25, trained=("large.example",))) == 10
