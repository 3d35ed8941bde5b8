"""`winnow score` prints rows, writes nothing, reads standard input, and tells failures by its exit status."""

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.write import Row

from .conftest import COMMAND, PATIENCE, REPORT, Call, environment, put, winnow

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


def lines(text: str) -> list[Row]:
    return [json.loads(line) for line in text.split("\n")[:-1]]


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """What this process reads as standard input."""
    stream = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream, encoding="utf-8"))
    return stream


def test_command_prints_verdicts_scores_and_evidence_and_writes_nothing(pages: Path, tmp_path: Path):
    before = names(tmp_path)
    answer = winnow("score", pages)
    shown = answer.out.splitlines()
    assert (answer.status, answer.err) == (0, "")
    assert [line.split()[-1] for line in shown if not line.startswith(" ")] == ["a.txt", "c.txt", "b/short.txt"]
    assert shown[0].count("0.") + shown[0].count("1.") == 3
    assert any(line.startswith("    ") and "typical" in line for line in shown)
    assert names(tmp_path) == before


def test_standard_input_takes_its_place_among_the_inputs(call: Call, stdin: io.BytesIO, pages: Path):
    stdin.write(REPORT.encode())
    stdin.seek(0)
    answer = call("score", pages / "c.txt", "-", pages / "a.txt", "--format", "jsonl")
    rows = lines(answer.out)
    assert (answer.status, answer.err) == (0, "")
    assert [item["id"] for item in rows] == ["c.txt", "-", "a.txt"]
    assert (rows[1]["scores"], rows[1]["bytes"]) == (rows[2]["scores"], len(REPORT.encode()))


def test_page_on_standard_input_is_read_as_a_page(call: Call, stdin: io.BytesIO):
    stdin.write(f"<!doctype html><html><body><article><p>{REPORT}</p></article></body></html>".encode())
    stdin.seek(0)
    (item,) = lines(call("score", "-", "--format", "jsonl").out)
    assert (item["id"], item["media_type"], item["status"]) == ("-", "text/html", "ok")


def test_empty_standard_input_is_rejected_and_that_is_no_failure(call: Call, stdin: io.BytesIO):
    answer = call("score", "-")
    assert (answer.status, stdin.tell()) == (0, 0)
    assert answer.out.startswith("empty")


def test_closed_standard_input_is_refused_in_one_sentence(call: Call, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", None)  # what Python makes of  winnow score - <&-
    answer = call("score", "-")
    assert answer.status == 2
    assert answer.sentence


def test_csv_and_json_lines_hold_the_same_rows(call: Call, pages: Path):
    rows = lines(call("score", pages, "--format", "jsonl").out)
    table = list(csv.DictReader(io.StringIO(call("score", pages, "--format", "csv").out, newline="")))
    assert [item["id"] for item in table] == [item["id"] for item in rows]
    assert [json.loads(item["scores"] or "null") for item in table] == [item["scores"] for item in rows]
    assert list(table[0]) == list(rows[0])


def test_failed_input_is_shown_and_makes_the_status_one(call: Call, pages: Path):
    (pages / "gone.txt").symlink_to("nowhere")
    answer = call("score", pages)
    assert (answer.status, answer.err) == (1, "")
    assert "unreadable" in answer.out
    assert "The file cannot be read" in answer.out


def test_field_of_records_is_chosen_by_name(call: Call, tmp_path: Path):
    put(tmp_path, {"a.jsonl": json.dumps({"text": "Menu", "story": REPORT}) + "\n"})
    (row,) = lines(call("score", tmp_path, "--field", "story", "--format", "jsonl").out)
    assert (row["id"], row["verdict"]) == ("a.jsonl#1", "reporting")


def test_sorted_rows_begin_with_the_likeliest_filler(call: Call):
    rows = lines(call("score", SAMPLES, "--sort", "--format", "jsonl").out)
    scores = [item["scores"]["filler"] for item in rows if item["scores"]]
    assert scores == sorted(scores, reverse=True)
    assert [item["scores"] is None for item in rows] == sorted(item["scores"] is None for item in rows)
    assert scores[0] - scores[-1] > 0.8


def test_terminal_gets_bars_titles_and_the_strongest_reason(call: Call):
    (row,) = lines(call("score", SAMPLES / "news" / "harbour-strike.html", "--format", "jsonl").out)
    strongest = max(row["evidence"], key=lambda piece: piece["effect"])
    answer = winnow("score", SAMPLES / "news" / "harbour-strike.html", FORCE_COLOR="1", COLUMNS="100")
    bare = re.sub(r"\x1b\[[0-9;]*m", "", answer.out)
    heading, first, *rest = bare.splitlines()
    assert heading.split()[:4] == ["verdict", "reporting", "analysis", "filler"]
    assert re.match(r"reporting +█+ 1\.00 +\.00 +\.00  Crane operators' strike", first)
    assert max(map(len, bare.splitlines())) <= 100
    assert (strongest.get("name") or strongest["text"][:30]) in " ".join(" ".join(rest).split())


def test_terminal_shows_reasons_whole(tmp_path: Path):
    put(tmp_path, {"a.jsonl": "quay\n"})
    answer = winnow("score", tmp_path, FORCE_COLOR="1", TERM="xterm-256color", COLUMNS="70")
    assert "broken-record" in answer.out


def test_quiet_leaves_one_line_a_document(call: Call, pages: Path):
    assert len(call("score", pages, "--quiet").out.splitlines()) == 3


@pytest.mark.parametrize("name", [":100:.txt", "[red]a.txt", "[bold]", "a b\\.txt", "[bold", "100%.txt"])
def test_name_is_shown_as_it_is(call: Call, tmp_path: Path, name: str):
    put(tmp_path, {name: "x"})
    answer = call("score", tmp_path / name)
    assert answer.status == 0
    assert answer.out.splitlines()[0].endswith(f"  {name}")


@pytest.mark.parametrize("name", ["a\x1b[2J\x07b.txt", "two\nlines.txt", "car\rriage.txt"], ids=["escape", "LF", "CR"])
def test_name_cannot_command_the_terminal(call: Call, tmp_path: Path, name: str):
    put(tmp_path, {name: "x"})
    (line,) = call("score", tmp_path, "--quiet").out.split("\n")[:-1]
    assert line.isprintable()


def test_long_name_stays_on_one_line_where_there_is_no_terminal(call: Call, tmp_path: Path):
    put(tmp_path, {f"{'folder/' * 30}a.txt": "x"})
    assert call("score", tmp_path, "--quiet").out.splitlines()[0].endswith("/a.txt")


def test_missing_input_is_refused_before_anything_is_printed(call: Call, pages: Path):
    answer = call("score", pages / "a.txt", pages / "absent.txt", "--format", "csv")
    assert answer.status == 2
    assert "absent.txt" in answer.sentence


@pytest.mark.parametrize(
    "arguments",
    [["--keep", "captions"], ["--models", "absent"], ["--glob", "*.txt", "https://quay.example/a"]],
    ids=" ".join,
)
def test_wrong_use_is_refused_in_one_sentence(call: Call, pages: Path, arguments: list[str]):
    answer = call("score", pages, *arguments)
    assert answer.status == 2
    assert answer.sentence


def test_text_given_for_a_name_is_refused_in_one_sentence(call: Call):
    answer = call("score", REPORT.replace("\n", " "))
    assert answer.status == 2
    assert "Traceback" not in answer.err
    assert answer.err.startswith("winnow: ")


@pytest.mark.parametrize("form", ["table", "jsonl", "csv"])
def test_output_that_knows_no_unicode_still_gets_every_row(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
):
    folder = put(tmp_path / "in", {"Ünï – 東京.txt": f"“Nobody was hurt” – 東京\n{REPORT}", "z.txt": "x"})
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="ascii", write_through=True))
    answer = call("score", folder, "--format", form)
    assert (answer.status, answer.err) == (0, "")
    assert all(name in shown.getvalue() for name in (b".txt", b"z.txt"))


def test_reader_that_leaves_is_no_error(tmp_path: Path):
    folder = put(tmp_path / "in", {f"{number}.txt": REPORT.replace("90", str(number)) for number in range(40)})
    command = [*COMMAND, "score", folder, "--format", "jsonl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        assert process.stdout
        process.stdout.close()
        assert process.stderr
        told = process.stderr.read().decode()
        assert (process.wait(PATIENCE), told) == (0, "")
