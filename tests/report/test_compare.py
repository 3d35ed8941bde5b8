"""Two runs of the same inputs: what flipped, which lines came back or went, and what is in one run only."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.report.compare import _paired, compare
from pipeline.report.rows import ResultRow
from pipeline.report.writing import write_comparison

from .conftest import made, removal, scored, write_rows


def two(tmp_path: Path, before: list[dict[str, object]], after: list[dict[str, object]]) -> tuple[Path, Path]:
    return write_rows(tmp_path / "before", before), write_rows(tmp_path / "after", after)


def test_flip_is_told_with_both_scores(tmp_path: Path):
    told = compare(*two(tmp_path, [made("a", **scored("filler", 0.9))], [made("a", **scored("unsure", 0.5))]))
    (flip,) = told.flips
    assert (flip.before, flip.after, flip.filler_before, flip.filler_after) == ("filler", "unsure", 0.9, 0.5)
    assert (told.flipped, told.outcomes["filler", "unsure"]) == (1, 1)


def test_failure_that_now_is_a_document_is_a_flip(tmp_path: Path):
    gone = {"id": "a", "status": "failed", "reason": "time-limit"}
    told = compare(*two(tmp_path, [gone], [made("a", **scored("filler", 0.9))]))
    assert [(flip.before, flip.after) for flip in told.flips] == [("time-limit", "filler")]
    assert told.edited == 0


def test_lines_that_came_back_and_lines_that_went_are_told(tmp_path: Path):
    first = made("a", removed=[removal("Share this", 2), removal("By Ines", 3)])
    second = made("a", removed=[removal("Share this", 2), removal("More news", 8)])
    told = compare(*two(tmp_path, [first], [second]))
    (edit,) = told.edits
    assert (edit.shown_gained, edit.shown_lost) == (("By Ines",), ("More news",))
    assert (told.gained, told.lost, told.edited) == (1, 1, 1)


def test_equal_runs_have_no_changes(run: Path):
    told = compare(run, run)
    assert (told.flipped, told.edited, told.only, told.inputs_changed) == (0, 0, (0, 0), 0)
    assert told.both == told.runs[0].inputs > 10


def test_lines_of_changed_inputs_are_not_compared(tmp_path: Path):
    first, second = made("a", sha256="1", removed=[removal("Share")]), made("a", sha256="2")
    told = compare(*two(tmp_path, [first], [second]))
    assert (told.inputs_changed, told.edited) == (1, 0)


def test_many_changes_are_counted_and_the_largest_are_shown(tmp_path: Path):
    before = [made(str(n), **scored("filler", 0.9)) for n in range(1000)]
    after = [made(str(n), **scored("unsure", n / 2000)) for n in range(1000)]
    told = compare(*two(tmp_path, before, after))
    assert (told.flipped, len(told.flips), told.flips[0].id) == (1000, 200, "0")


names = st.lists(st.integers(0, 30).map(str), unique=True)


@given(names, names)
def test_every_row_is_paired_once_whatever_came_and_went(first: list[str], second: list[str]):
    pairs = list(_paired([ResultRow(name, "ok") for name in first], [ResultRow(name, "failed") for name in second]))
    assert sorted(before.id for before, _ in pairs if before) == sorted(first)
    assert sorted(after.id for _, after in pairs if after) == sorted(second)
    assert all(before.id == after.id for before, after in pairs if before and after)
    assert sum(bool(before and after) for before, after in pairs) == len(set(first) & set(second))


def test_page_lies_in_the_second_folder_and_says_what_changed(tmp_path: Path):
    first, second = two(tmp_path, [made("a", **scored("filler", 0.9))], [made("a", **scored("unsure", 0.5))])
    page = write_comparison(first, second)
    assert page == second / "compare.html"
    assert "1</b> ended otherwise" in page.read_text()


def test_folder_that_is_no_run_is_refused(tmp_path: Path, run: Path):
    with pytest.raises(UsageError, match="holds no results"):
        compare(run, tmp_path)
