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


def measured(
    texts: list[Block], scores: list[float] | None = None, talk: tuple[int, ...] = ()
) -> dict[str, list[float]]:
    told = np.array(scores or [0.0] * len(texts), dtype=np.float32)
    marks = np.isin(np.arange(len(texts)), talk)
    return {name: column.tolist() for name, column in zip(PASSAGES, passage_columns([texts], told, marks), strict=True)}


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


def test_marks_of_talk_are_counted_before_after_and_near():
    found = measured(lines("Comments", PROSE, "Reply", PROSE, *["Menu"] * 10), talk=(0, 2))
    assert found["since_talk"][:5] == pytest.approx(np.log1p([0, 1, 0, 1, 2]))
    assert found["until_talk"][:4] == pytest.approx(np.log1p([0, 1, 0, 1000]))
    assert found["before_talk"][:4] == pytest.approx(np.log1p([0, 1, 1, 2]))
    assert found["after_talk"][:4] == pytest.approx(np.log1p([1, 1, 0, 0]))
    assert found["talk_above~8"][:4] == [0, 1, 1, 2]
    assert found["talk_below~8"][:4] == [1, 1, 0, 0]
    assert [found["talk_above~8"][place] for place in (8, 10, 11)] == [2, 1, 0]
    assert found["talk_above~25"][11] == 2


def test_lines_that_read_as_chrome_are_marks():
    found = measured(lines("Menu", "Tides", "Share"), [2.5, 1.9, 4.0])
    assert found["chrome_above~8"] == [0, 1, 1]
    assert found["chrome_below~8"] == [1, 1, 0]


_TEXTS = st.lists(st.lists(st.sampled_from(("Menu", PROSE, "Share this", SENTENCES[2])), max_size=12), max_size=4)


def _scored(texts: list[Block]) -> tuple[np.ndarray, np.ndarray]:
    short = np.array([len(line.text) < len(PROSE) for line in texts], dtype=bool)
    return np.where(short, 2.3, 0.3).astype(np.float32), short


@settings(max_examples=60, deadline=None)
@given(_TEXTS)
def test_a_text_is_measured_the_same_beside_others(texts: list[list[str]]):
    documents = [lines(*text) for text in texts]
    apart = [passage_columns([each], *_scored(each)) for each in documents]
    together = passage_columns(documents, *_scored([line for each in documents for line in each]))
    assert np.isfinite(together).all()
    assert np.array_equal(together, np.hstack([np.zeros((len(PASSAGES), 0)), *apart]))
