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
