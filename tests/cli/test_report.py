"""`winnow report` writes the page of a run again, or that of two runs; `winnow clean` leaves the first."""

from pathlib import Path

import pytest

from pipeline.write import Format

from .conftest import Call, winnow


@pytest.fixture
def cleaned(call: Call, pages: Path, output: Path) -> Path:
    call("clean", pages, "--output", output, "--jobs", 1, "--quiet")
    return output


def test_clean_leaves_a_report_and_its_sources(cleaned: Path):
    assert "3 inputs" in (cleaned / "report.html").read_text()
    assert (cleaned / "sources.csv").read_text().startswith("source,kind,inputs,")


def test_report_is_written_again_as_it_was(call: Call, cleaned: Path):
    before = (cleaned / "report.html").read_bytes()
    (cleaned / "report.html").unlink()
    answer = call("report", cleaned)
    assert (answer.status, answer.out) == (0, f"written to {cleaned / 'report.html'}\n")
    assert (cleaned / "report.html").read_bytes() == before


def test_two_runs_are_compared_in_the_second(call: Call, cleaned: Path, pages: Path, tmp_path: Path):
    (pages / "c.txt").write_text("Now it has words.")
    call("clean", pages, "--output", tmp_path / "later", "--jobs", 1, "--quiet")
    answer = call("report", cleaned, tmp_path / "later")
    assert (answer.status, answer.out) == (0, f"written to {tmp_path / 'later' / 'compare.html'}\n")
    page = (tmp_path / "later" / "compare.html").read_text()
    assert "3</b> documents in both: <b>1</b> ended otherwise" in page


def test_second_run_over_a_report_replaces_it(call: Call, cleaned: Path, pages: Path):
    (pages / "d.txt").write_text("A fourth one.")
    assert call("clean", pages, "--output", cleaned, "--jobs", 1).status == 0
    assert "4 inputs" in (cleaned / "report.html").read_text()


@pytest.mark.parametrize("form", Format)
def test_run_in_any_form_leaves_a_report(call: Call, pages: Path, output: Path, form: Format):
    answer = call("clean", pages, "--output", output, "--jobs", 1, "--format", form.value, "--quiet")
    assert (answer.status, answer.err) == (0, "")
    assert "3 inputs" in (output / "report.html").read_text()


def test_comparison_goes_when_its_run_is_replaced(call: Call, cleaned: Path, pages: Path):
    call("report", cleaned, cleaned)
    assert call("report", cleaned).status == 0
    assert (cleaned / "compare.html").exists()
    assert call("clean", pages, "--output", cleaned, "--jobs", 1).status == 0
    assert not (cleaned / "compare.html").exists()


def test_quiet_prints_nothing(call: Call, cleaned: Path):
    assert call("report", cleaned, "--quiet").out == ""


@pytest.mark.parametrize("name", ["absent", "."])
def test_folder_that_no_run_wrote_is_refused_in_one_sentence(call: Call, tmp_path: Path, name: str):
    answer = call("report", tmp_path / name)
    assert answer.status == 2
    assert "name a folder that `winnow clean` wrote" in answer.sentence


def test_broken_results_are_refused_with_file_and_row(call: Call, cleaned: Path):
    (cleaned / "results.jsonl").write_text("{\n")
    assert "results.jsonl' holds in row 1 no row" in call("report", cleaned).sentence


def test_folder_that_cannot_be_written_is_refused_in_one_sentence(cleaned: Path):
    (cleaned / "report.html").unlink()
    (cleaned / "report.html").mkdir()
    answer = winnow("report", cleaned)
    assert answer.status == 2
    assert "cannot be written" in answer.sentence
