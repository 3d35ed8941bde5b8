"""What tells a page dumped as text from a text that somebody extracted."""

import numpy as np
import pytest
from hypothesis import given, settings

from pipeline.chrome.dumps import DUMP_FEATURES, dump_row
from pipeline.chrome.model import Titled, text_line_rows
from pipeline.segment.text import text_blocks
from tests.strategies import CHROME_LINES, SENTENCES, texts


def measured(text: str, scores: list[float] | None = None) -> dict[str, float]:
    blocks = text_blocks(text)
    reads = np.array(scores or [0.0] * len(blocks), dtype=np.float32)
    rows = text_line_rows([Titled(blocks, None)], reads)
    return dict(zip(DUMP_FEATURES, dump_row(rows).tolist(), strict=True))


@settings(max_examples=30, deadline=None)
@given(texts().filter(text_blocks))
def test_a_text_has_one_finite_measure_for_each_name(text: str):
    assert np.isfinite(list(measured(text).values())).all()
    assert len(measured(text)) == len(set(DUMP_FEATURES))


def test_both_ends_are_measured_apart():
    found = measured("\n".join(f"Line {place}" for place in range(20)), [9.0] * 3 + [-9.0] * 17)
    assert found["chrome_very_first"] == pytest.approx(1, abs=0.01)
    assert found["chrome_very_last"] == pytest.approx(0, abs=0.01)
    assert found["chrome"] == pytest.approx(0.15, abs=0.01)


def test_cues_are_counted_by_the_line():
    assert measured("\n".join(SENTENCES))["cues"] < measured("\n".join(CHROME_LINES))["cues"]


PROSE = f"{SENTENCES[0]} {SENTENCES[1]}"


def test_lines_that_surely_are_chrome_are_counted_where_they_stand():
    found = measured(f"Menu\nTides\n{PROSE}\nShare\n{PROSE}\nHome", [9, 9, -9, 9, -9, -9])
    assert found["sure_lines"] == found["beyond_doubt"] == pytest.approx(np.log1p(3))
    assert found["content_beyond_doubt"] == pytest.approx(np.log1p(3))
    assert found["sure_words"] == pytest.approx(np.log1p(3), abs=1e-5)
    assert found["sure_run"] == pytest.approx(np.log1p(2))
    assert [found["sure_before_prose"], found["sure_after_prose"]] == pytest.approx([np.log1p(2), 0])


def test_what_stands_before_and_after_running_text_is_measured():
    found = measured(f"Menu\nTides\n{PROSE}\nShare\n{PROSE}\nHome", [9, 5, -9, 9, -9, -9])
    assert found["prose_lines"] == found["lines_before_prose"] == found["prose_apart"] == pytest.approx(np.log1p(2))
    assert found["lines_after_prose"] == pytest.approx(np.log1p(1))
    assert [found["chrome_before_prose"], found["chrome_after_prose"]] == [7, -9]


def test_a_text_without_running_text_stands_before_and_after_it_whole():
    found = measured("Menu\nTides\nHome", [1, 2, 3])
    assert found["chrome_before_prose"] == found["chrome_after_prose"] == 2
    assert found["lines_before_prose"] == found["lines_after_prose"] == pytest.approx(np.log1p(3))
