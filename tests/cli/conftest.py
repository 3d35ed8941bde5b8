"""The command as users start it: in a process of its own, or in this one where only the answer counts."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import pipeline
from pipeline.cli import main

COMMAND = (sys.executable, "-m", "pipeline.cli")
PATIENCE = 120  # seconds; far beyond what any of these takes
REPORT = """\
The night train from Harrow to Selby was stopped for four hours on Monday after a landslip, the railway said.
About 90 passengers spent the night at Calder station, where volunteers brought blankets, according to the mayor.
Engineers cleared 300 tons of mud by 5.15 a.m., spokesman Piet Laren told reporters at the scene.
“Nobody was hurt and the track is sound,” he said.
The line carries 26 trains a day, and normal service was expected on Wednesday, the railway said in a statement.
The regional council approved 1.2 million pounds last October to drain the slope, records show.
"""


@dataclass(frozen=True)
class Answer:
    """What a command left: exit status, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one sentence of a refusal; fails when there is more or less than that."""
        assert "Traceback" not in self.err
        assert self.out == ""
        (line,) = self.err.splitlines()
        assert line.startswith("winnow: ")
        assert line.endswith(".")
        return line


def environment() -> dict[str, str]:
    """This environment, with the package that is under test first."""
    paths = [str(Path(pipeline.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def winnow(*arguments: str | Path, stdin: bytes = b"", **changes: str) -> Answer:
    """Run the command in a process of its own; `changes` go into its environment."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        input=stdin,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        env={**environment(), **changes},
    )
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


Call = Callable[..., Answer]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """The command in this process: the same parser, functions and exit statuses."""

    def answer(*arguments: str | Path) -> Answer:
        monkeypatch.setattr(sys, "argv", ["winnow", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return Answer(int(ended.value.code or 0), out, err)

    return answer


def put(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files under their relative paths."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder with a report, a short text in a folder below, and an empty file."""
    files = {"a.txt": REPORT, "b/short.txt": "The train runs again.", "c.txt": " "}
    return put(tmp_path / "pages", files)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "cleaned"
