"""`winnow clean` from the outside: exit statuses, interruptions, lost workers, and refusals in one sentence."""

import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.write import Row

from .conftest import COMMAND, PATIENCE, REPORT, Call, environment, put, winnow

MANY = 2500  # texts: more than two workers finish before anybody can end them


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that takes a while."""
    folder = tmp_path_factory.mktemp("many")
    return put(folder, {f"{number}.txt": REPORT.replace("90", str(number)) for number in range(MANY)})


def rows_of(output: Path) -> list[Row]:
    return [json.loads(line) for line in (output / "results.jsonl").read_text().split("\n")[:-1]]


def record_of(output: Path) -> dict[str, Any]:
    return dict(json.loads((output / "run.json").read_text()))


def wait_until(happened: Callable[[], object]) -> None:
    """Wait for something that another process does."""
    limit = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < limit, "it never happened"
        time.sleep(0.02)


def children(process: int) -> list[int]:
    """Worker processes of a process."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            command = (path / "cmdline").read_bytes()
            if parent == process and b"pool.worker" in command:
                found.append(int(path.name))
    return found


def alive(group: int) -> bool:
    """Whether any process of a group still runs."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def started(*arguments: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """A run in a process group of its own, as a terminal would start it; nothing of it outlives the test."""
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdout, process.stderr):
            assert stream
            stream.close()


def texts(output: Path) -> list[Path]:
    return list((output / "text").glob("*.txt"))


# Done


@dataclass(frozen=True)
class Seen:
    """What a run in a terminal left and showed; standard output went elsewhere."""

    output: Path
    status: int
    out: str
    terminal: str


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """One run in a process of its own, with its standard error on a terminal."""
    folder = tmp_path_factory.mktemp("seen")
    put(folder, {"pages/a.txt": REPORT, "pages/b/short.txt": "The train runs again.", "pages/c.txt": " "})
    ours, theirs = pty.openpty()
    command = [*COMMAND, "clean", folder / "pages", "--output", folder / "cleaned"]
    environ = {**environment(), "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=environ) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # the end of a terminal
            while piece := os.read(ours, 4096):
                shown += piece
        out, _ = process.communicate(timeout=PATIENCE)
    os.close(ours)
    return Seen(folder / "cleaned", process.returncode, out.decode(), shown.decode())


def test_command_cleans_a_folder_and_says_what_it_did(seen: Seen):
    first, *_, last = seen.out.splitlines()
    assert seen.status == 0
    assert first.startswith("3 inputs: 2 ok, 1 rejected, 0 failed in ")
    assert last == f"written to {seen.output}"
    assert [item["id"] for item in rows_of(seen.output)] == ["a.txt", "c.txt", "b/short.txt"]


def test_terminal_gets_a_progress_bar_that_counts_to_the_end(seen: Seen):
    assert "3/3" in seen.terminal
    assert "Traceback" not in seen.terminal
    assert "Warning" not in seen.terminal


def test_failed_input_makes_the_status_one_and_the_rest_is_done(call: Call, pages: Path, output: Path):
    (pages / "gone.txt").symlink_to("nowhere")
    answer = call("clean", pages, "--output", output, "--jobs", 1)
    assert (answer.status, "1 unreadable" in answer.out) == (1, True)
    assert record_of(output)["counts"] == {"inputs": 4, "ok": 2, "rejected": 1, "failed": 1}


def test_quiet_prints_nothing(call: Call, pages: Path, output: Path):
    answer = call("clean", pages, "-o", output, "-q", "-j", 1)
    assert (answer.status, answer.out, answer.err) == (0, "", "")


@pytest.mark.parametrize("arguments", [["--glob", "*.pdf"], []], ids=["pattern", "empty folder"])
def test_run_without_a_file_says_why(call: Call, pages: Path, tmp_path: Path, output: Path, arguments: list[str]):
    (tmp_path / "empty").mkdir()
    answer = call("clean", pages if arguments else tmp_path / "empty", "--output", output, "--jobs", 1, *arguments)
    assert (answer.status, "no file was found" in answer.out) == (0, True)


def test_options_arrive_in_the_run(call: Call, pages: Path, output: Path):
    options = (
        "--jobs 1 --keep caption,byline --drop filler,unsure --max-bytes 5000 --glob *.txt --text none --format csv "
        "--time-limit 20 --memory-limit 1500 --field body --fresh"
    )
    assert call("clean", pages, "--output", output, *options.split()).status == 0
    assert record_of(output)["settings"] == {
        "jobs": 1,
        "keep": ["byline", "caption"],
        "drop": ["filler", "unsure"],
        "models": None,
        "text": "none",
        "format": "csv",
        "max_bytes": 5000,
        "glob": "*.txt",
        "time_limit": 20.0,
        "memory_limit": 1500,
        "field": "body",
        "backend": "loky",
        "scheduler": None,
        "dedup": "exact",
    }
    assert sorted(path.name for path in output.iterdir()) == [
        ".winnow",
        "report.html",
        "results.csv",
        "run.json",
        "sources.csv",
    ]


def test_input_with_a_leading_dash_can_be_named(
    call: Call, tmp_path: Path, output: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(put(tmp_path / "in", {"-o.txt": REPORT}))
    assert call("clean", "--jobs", 1, "--output", output, "--", "-o.txt").status == 0
    assert [item["id"] for item in rows_of(output)] == ["-o.txt"]


# Broken off


def test_interrupted_run_keeps_what_was_done_and_says_so(many: Path, output: Path):
    with started("clean", many, "--output", output, "--jobs", "2") as process:
        wait_until(lambda: texts(output))
        os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to all of them
        _, err = process.communicate(timeout=PATIENCE)
        wait_until(lambda: not alive(process.pid))
    record, rows = record_of(output), rows_of(output)
    assert (process.returncode, record["interrupted"]) == (130, True)
    assert 0 < len(rows) < MANY
    assert record["counts"] == {"inputs": len(rows), "ok": len(rows), "rejected": 0, "failed": 0}
    assert {item["text_file"] for item in rows} == {f"text/{path.name}" for path in texts(output)}
    assert err.decode() == "Interrupted: what was done is kept. Run the same command again to do the rest.\n"
    assert [path.name for path in output.rglob(".*")] == [".winnow"]


def test_lost_worker_costs_no_row(many: Path, output: Path):
    with started("clean", many, "--output", output, "--jobs", "2") as process:
        wait_until(lambda: texts(output))
        os.kill(children(process.pid)[0], signal.SIGKILL)
        _, err = process.communicate(timeout=PATIENCE)
    record, rows = record_of(output), rows_of(output)
    assert (process.returncode, err) == (0, b"")
    assert {item["id"] for item in rows} == {path.name for path in many.iterdir()}
    assert record["counts"] == {"inputs": MANY, "ok": MANY, "rejected": 0, "failed": 0}


def test_killed_run_can_be_run_again_into_the_same_output(many: Path, pages: Path, output: Path, call: Call):
    with started("clean", many, "--output", output, "--jobs", "1") as process:
        wait_until(lambda: texts(output))
        process.kill()
        process.wait()
    assert call("clean", pages, "--output", output, "--jobs", 1).status == 0
    assert {item["text_file"] for item in rows_of(output)} == {None, "text/a.txt.txt", "text/b/short.txt.txt"}
    assert [path.name for path in output.rglob(".*")] == [".winnow"]


def test_standard_input_is_cleaned_beside_files_and_is_not_done_again(pages: Path, output: Path):
    arguments = ["clean", pages / "b", "-", "--output", output, "--quiet"]
    assert winnow(*arguments, stdin=REPORT.encode()).status == 0
    first = rows_of(output)
    assert winnow(*arguments, stdin=REPORT.encode()).status == 0
    assert [(item["id"], item["input"], item["text_file"]) for item in first][1:] == [("-", "-", "text/-.txt")]
    assert rows_of(output) == first


# Refused


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--keep", "captions"], ["captions", "caption", "byline", "other"]),
        (["--keep", "caption,,by line"], ["by line"]),
        (["--scheduler", "tcp://quay.example:8786"], ["--scheduler", "--backend dask"]),
        (["--memory-limit", "100"], ["--memory-limit 100"]),
        (["--drop", "spam"], ["spam", "filler", "unsure", "unscored"]),
        (["--models", "absent"], ["absent"]),
        (["absent.html"], ["absent.html"]),
        (["https://quay.example/a.html"], ["https://quay.example/a.html"]),
        (["gopher://quay.example/pages"], ["gopher://quay.example/pages"]),
    ],
    ids=[
        "kind",
        "kinds",
        "scheduler",
        "memory",
        "verdict",
        "models",
        "input",
        "web address",
        "unknown address",
    ],
)
def test_wrong_value_is_refused_in_one_sentence_that_names_it(
    call: Call, pages: Path, output: Path, arguments: list[str], named: list[str]
):
    answer = call("clean", pages, "--output", output, *arguments)
    assert answer.status == 2
    assert all(name in answer.sentence for name in named)
    assert not output.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--format", "xml"],
        ["--text", "all"],
        ["--backend", "spark"],
        ["--jobs", "-1"],
        ["--jobs", "two"],
        ["--max-bytes", "0"],
        ["--time-limit", "soon"],
        ["--no-such-option"],
    ],
    ids=" ".join,
)
def test_value_of_another_kind_is_refused_by_the_parser(call: Call, pages: Path, output: Path, arguments: list[str]):
    answer = call("clean", pages, "--output", output, *arguments)
    assert (answer.status, answer.out, output.exists()) == (2, "", False)
    assert answer.err.splitlines()[-1].startswith("Error: ")
    assert arguments[0] in answer.err
    assert "Traceback" not in answer.err


def test_output_has_to_be_named(call: Call, pages: Path):
    answer = call("clean", pages)
    assert (answer.status, "--output" in answer.err) == (2, True)


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("pages", "inside the input"),
        ("pages/cleaned", "inside the input"),
        ("thesis", "no run of winnow wrote"),
        ("file", "is a file"),
        ("file/cleaned", "cannot be written"),
        ("/proc/cleaned", "cannot be written"),
        ("n" * 300, "cannot be written"),
    ],
    ids=["the input", "in the input", "folder of others", "file", "below a file", "not writable", "too long"],
)
def test_output_that_must_not_or_cannot_be_written_is_refused_in_one_sentence(
    call: Call, pages: Path, tmp_path: Path, place: str, why: str
):
    put(tmp_path, {"thesis/chapter.doc": "mine", "file": "x"})
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    answer = call("clean", pages, "--output", tmp_path / place, "--jobs", 1)
    assert answer.status == 2
    assert why in answer.sentence
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_refusal_shows_names_as_they_are(call: Call, tmp_path: Path):
    answer = call("clean", tmp_path / ":100:", "--output", tmp_path / "x")
    assert ":100:" in answer.sentence
