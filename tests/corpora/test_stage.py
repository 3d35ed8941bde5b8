"""The fetch stage verifies what both manifests name and says so in one line."""

import csv
import shutil
from collections.abc import Callable
from dataclasses import astuple, fields
from pathlib import Path

import pytest

from pipeline.corpora.manifests import PageRow, TextRow
from pipeline.stages.fetch import main

from .conftest import COMMIT, REPO, pack, text_row

CONTENT = b"A heron stood."


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Work in a project with one row and a mirror whose archive holds the given bytes for it."""

    def make(content: bytes) -> None:
        shutil.copy(Path(__file__).parents[2] / "params.yaml", tmp_path)
        for name, kind, rows in (("texts", TextRow, [text_row("a.txt", CONTENT)]), ("pages", PageRow, [])):
            path = tmp_path / "data" / f"{name}.csv"
            path.parent.mkdir(exist_ok=True)
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([[item.name for item in fields(kind)], *map(astuple, rows)])
        archive = tmp_path / "mirror" / REPO / f"{COMMIT}.tar.gz"
        archive.parent.mkdir(parents=True)
        archive.write_bytes(pack({"a.txt": content}))
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("WINNOW_MIRROR", str(tmp_path / "mirror"))

    return make


def test_everything_is_there(project: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]):
    project(CONTENT)
    assert main() == 0
    assert capsys.readouterr().out == "fetch: 1 texts and 0 pages are in data/raw, verified.\n"
    assert (Path("data/raw") / REPO / COMMIT / "a.txt").read_bytes() == CONTENT


def test_what_is_wrong_is_one_line_on_stderr(project: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]):
    project(b"Something else.")
    assert main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"fetch: a.txt of {REPO} at commit {COMMIT} has sha256")
    assert said.err.count("\n") == 1
