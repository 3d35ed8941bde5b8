"""Help answers at once, for every command, with an example."""

import os
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from pipeline.cli.commands import app

from .conftest import COMMAND, PATIENCE, environment, winnow

COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
HEAVY = {"sklearn", "scipy", "pandas", "trafilatura", "lxml", "joblib", "skops", "pyarrow", "yaml", "dvc"}


def test_commands_are_the_ones_that_these_tests_know():
    assert set(COMMANDS) >= {"clean", "score", "explain", "report", "models"}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_shows_how_to_use_it(command: str):
    done = CliRunner().invoke(app, [command, "--help"])
    assert done.exit_code == 0
    assert f"Example:  winnow {command}" in done.output
    assert all(option in done.output for option in ("--help", "--quiet", "--verbose"))


def test_help_names_every_command():
    done = CliRunner().invoke(app, ["--help"])
    assert done.exit_code == 0
    assert all(f"\n  {command} " in done.output for command in COMMANDS)


def test_help_fits_a_narrow_terminal_without_mark_up():
    done = CliRunner().invoke(app, ["clean", "--help"], env={"COLUMNS": "60"})
    assert max(map(len, done.output.splitlines())) <= 80
    assert "\x1b" not in done.output


@pytest.mark.parametrize("arguments", [["--help"], ["clean", "--help"]], ids=["top", "clean"])
def test_help_imports_nothing_heavy(arguments: list[str]):
    command = [sys.executable, "-X", "importtime", *COMMAND[1:], *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, env=environment())
    imported = {line.split("|")[-1].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert (done.returncode, "typer" in imported, imported & HEAVY) == (0, True, set())


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted as Linux tells them")
@pytest.mark.parametrize("asked", [None, "1", "2"])
def test_libraries_start_no_threads_that_nobody_asked_for(asked: str | None):
    tell = "import pipeline.cli, numpy, os; print(len(os.listdir('/proc/self/task')))"
    others = {name: value for name, value in environment().items() if not name.endswith("_NUM_THREADS")}
    wish = {"OPENBLAS_NUM_THREADS": asked} if asked else {}
    done = subprocess.run(
        [sys.executable, "-c", tell], capture_output=True, text=True, timeout=PATIENCE, check=True, env=others | wish
    )
    assert int(done.stdout) == min(int(asked or 1), os.cpu_count() or 1)


@pytest.mark.parametrize("arguments", [[], ["clean"], ["no-such-command"], ["clean", "--no-such-option"]], ids=" ".join)
def test_wrong_use_says_how_to_get_help(arguments: list[str]):
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    assert "--help" in done.output


def test_version_of_the_command_that_is_installed_nowhere_runs_as_a_module():
    answer = winnow("--help")
    assert (answer.status, answer.err) == (0, "")
    assert "Commands:" in answer.out
