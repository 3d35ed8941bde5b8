"""Running text around lines, counted by hand on small texts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.document import Block
from pipeline.passages import PASSAGES, passage_columns
from tests.strategies import SENTENCES

PROSE = f"{SENTENCES[0]} {SENTENCES[1]}"


def lines(*texts: str) -> list[Block]:
    return [Block(text, "line", number) for number, text in enumerate(texts, 1)]


def measured(texts: list[Block], scores: list[float] | None = None) -> dict[str, list[float]]:
    told = np.array(scores or [0.0] * len(texts), dtype=np.float32)
    return {name: column.tolist() for name, column in zip(PASSAGES, passage_columns([texts], told), strict=True)}


def test_distances_to_prose():
    found = measured(lines("Menu", PROSE, "Share", "Tides"))
    assert found["until_prose"][:2] == pytest.approx([np.log1p(1), 0])
    assert found["since_prose"][1:] == pytest.approx([0, np.log1p(1), np.log1p(2)])
    assert found["since_prose"][0] == found["until_prose"][2] == pytest.approx(np.log1p(1000))


def test_shares_of_the_prose_before_above_and_below():
    found = measured(lines("Menu", PROSE, PROSE, "Share"))
    assert found["prose_before"] == pytest.approx([0, 0, 0.5, 1])
    assert found["prose_above~8"] == pytest.approx([0, 0, 0.5, 1])
    assert found["prose_below~8"] == pytest.approx([1, 1, 0.5, 0])
    assert found["prose_part~8"] == pytest.approx([1] * 4)
    assert found["prose_lines~8"] == pytest.approx([0.5] * 4)


def test_only_long_lines_that_end_a_sentence_are_prose():
    assert measured(lines("Rain fell.", "x" * 200))["prose_share"] == [0, 0]


def test_what_stands_further_off_does_not_count():
    found = measured(lines(PROSE, *["Menu"] * 20))
    assert [found["prose_part~8"][place] for place in (8, 9)] == [1, 0]
    assert found["prose_part~25"][20] == 1


def test_scores_are_averaged_by_characters():
    found = measured(lines("xxx", "x"), [4.0, 0.0])
    assert found["wording~8"] == pytest.approx([3, 3])
    assert found["wording_above~8"] == pytest.approx([0, 4])
    assert found["wording_below~8"] == pytest.approx([3, 0])


_TEXTS = st.lists(st.lists(st.sampled_from(("Menu", PROSE, "Share this", SENTENCES[2])), max_size=12), max_size=4)


@settings(max_examples=60, deadline=None)
@given(_TEXTS)
def test_a_text_is_measured_the_same_beside_others(texts: list[list[str]]):
    documents = [lines(*text) for text in texts]
    together = passage_columns(documents, np.full(sum(map(len, texts)), 0.3, dtype=np.float32))
    apart = [passage_columns([each], np.full(len(each), 0.3, dtype=np.float32)) for each in documents]
    assert np.isfinite(together).all()
    assert np.array_equal(together, np.hstack([np.zeros((len(PASSAGES), 0)), *apart]))
