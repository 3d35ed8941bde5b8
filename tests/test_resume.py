"""A run that was killed, or that finds its inputs changed, goes on: nothing lost, doubled or done twice."""

import fcntl
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.run import CleanSettings, clean_folder
from pipeline.write import Format, TextOutput

from .test_run import ESSAY, REPORT, Row, few, named, output, put, rows_of, texts_of, timeless  # noqa: F401 - fixtures

KILLS = 20


def seconds(output: Path) -> dict[str, float]:  # noqa: F811
    """What every document took when it was done; the clock gives each run other figures."""
    return {item["id"]: item["seconds"] for item in rows_of(output)}


def written(output: Path) -> list[int]:  # noqa: F811
    """When each text was written: what is done again is written again, however alike it comes out."""
    return [(output / "text" / name).stat().st_mtime_ns for name in ("a.txt.txt", "b/c.txt.txt")]


def clean(inputs: Path, output: Path, **changes: object) -> None:  # noqa: F811
    clean_folder(inputs, output, CleanSettings(**{"jobs": 1, **changes}))  # type: ignore[arg-type]


def test_unchanged_inputs_are_not_done_again(few: Path, output: Path):  # noqa: F811
    clean(few, output)
    first, before = rows_of(output), written(output)
    clean(few, output)
    assert (rows_of(output), written(output)) == (first, before)


def test_changed_new_and_removed_inputs_are_picked_up(few: Path, output: Path):  # noqa: F811
    put(few, {"kept.txt": ESSAY * 2})
    clean(few, output)
    before = {item["id"]: item for item in rows_of(output)}
    put(few, {"a.txt": ESSAY.replace("nine", "six"), "0.txt": REPORT})
    (few / "b/c.txt").unlink()
    clean(few, output)
    after = {item["id"]: item for item in rows_of(output)}
    assert list(after) == ["0.txt", "a.txt", "d.txt", "kept.txt"]
    assert after["kept.txt"] == before["kept.txt"]
    assert after["a.txt"]["sha256"] != before["a.txt"]["sha256"]
    assert texts_of(output) == named(list(after.values()))


@pytest.mark.parametrize("changes", [{"fresh": True}, {"keep": frozenset({"caption"})}, {"max_bytes": 10_000}], ids=str)
def test_fresh_and_other_settings_start_over(few: Path, output: Path, changes: dict[str, object]):  # noqa: F811
    clean(few, output)
    before = written(output)
    clean(few, output, **changes)
    assert all(now > then for now, then in zip(written(output), before, strict=True))


def test_another_format_is_made_of_what_is_done(few: Path, output: Path):  # noqa: F811
    clean(few, output, form=Format.CSV)
    clean(few, output)
    before = seconds(output)
    clean(few, output, form=Format.CSV)
    clean(few, output)
    assert seconds(output) == before


def test_text_that_somebody_removed_is_made_again(few: Path, output: Path):  # noqa: F811
    clean(few, output)
    (output / "text/a.txt.txt").unlink()
    clean(few, output)
    assert texts_of(output) == named(rows_of(output))


def test_torn_part_costs_its_documents_and_nothing_else(few: Path, output: Path):  # noqa: F811
    clean(few, output)
    whole = timeless(rows_of(output))
    for part in (output / ".winnow").glob("*.gz"):
        part.write_bytes(part.read_bytes()[:40])
    clean(few, output)
    assert timeless(rows_of(output)) == whole


def test_copy_of_a_document_of_an_earlier_run_is_noted(few: Path, output: Path):  # noqa: F811
    clean(few, output)
    put(few, {"z.txt": REPORT})
    clean(few, output)
    assert {item["id"]: item["duplicate_of"] for item in rows_of(output)}["z.txt"] == "a.txt"


def test_two_runs_into_one_output_are_refused(few: Path, output: Path):  # noqa: F811
    clean(few, output)
    with (output / ".winnow/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="Another run"):
            clean(few, output)


def command(inputs: Path, output: Path) -> subprocess.Popen[bytes]:  # noqa: F811
    arguments = ["clean", inputs, "--output", output, "--jobs", "2", "--text", TextOutput.FILES.value]
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[1],
        start_new_session=True,
    )


def duration(inputs: Path, output: Path) -> float:  # noqa: F811
    """Seconds that the command takes: moments to kill it are drawn from them, so that they meet it on any machine."""
    begun = time.monotonic()
    assert command(inputs, output).wait(120) == 0
    return time.monotonic() - begun


def whole_files(output: Path) -> bool:  # noqa: F811
    """Whether every file under its own name ends as it should."""
    texts = [path.read_text(encoding="utf-8") for path in output.rglob("text/**/*.txt")]
    record = output / "run.json"
    return all(text.endswith("\n") for text in texts) and (not record.exists() or bool(json.loads(record.read_text())))


def test_run_killed_at_twenty_random_moments_ends_as_if_never_killed(tmp_path: Path):
    texts = {
        f"{number:04}.txt": (REPORT, ESSAY)[number % 2].replace("nine", str(number // 4)).replace("112", str(number))
        for number in range(1500)
    }
    inputs, output = put(tmp_path / "in", texts), tmp_path / "out"  # noqa: F811
    whole, nothing_left = duration(inputs, tmp_path / "whole"), duration(inputs, tmp_path / "whole")
    expected = timeless(rows_of(tmp_path / "whole"))
    chance, killed, parts = random.Random(7), 0, 0  # noqa: S311
    for _ in range(5 * KILLS):
        process = command(inputs, output)
        try:
            process.wait(chance.uniform(nothing_left / 2, nothing_left + (whole - nothing_left) / 4))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
        assert whole_files(output)
        before, parts = parts, len(list((output / ".winnow").glob("*.gz")))
        assert parts or not before  # what was done stays done
        if killed == KILLS:
            break
        if process.returncode == 0:  # everything is done: begin anew, so that the next kill meets work
            shutil.rmtree(output)
            parts = 0
    assert killed == KILLS
    assert command(inputs, output).wait(120) == 0
    rows: list[Row] = timeless(rows_of(output))
    assert (rows, texts_of(output)) == (expected, named(rows))
