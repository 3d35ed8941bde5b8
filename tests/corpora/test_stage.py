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
ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Work in a project with one row and a mirror whose archive holds the given bytes for it."""

    def make(content: bytes) -> None:
        shutil.copy(ROOT / "params.yaml", tmp_path)
        (tmp_path / "data").mkdir()
        shutil.copy(ROOT / "data" / "corpora.csv", tmp_path / "data")
        for name, kind, rows in (("texts", TextRow, [text_row("a.txt", CONTENT)]), ("pages", PageRow, [])):
            path = tmp_path / "data" / f"{name}.csv"
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
    assert capsys.readouterr().out == "fetch: 1 texts and 0 pages are in data/raw, verified; all corpora.\n"
    assert (Path("data/raw") / REPO / COMMIT / "a.txt").read_bytes() == CONTENT


def test_what_is_wrong_is_one_line_on_stderr(project: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]):
    project(b"Something else.")
    assert main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"fetch: a.txt of {REPO} at commit {COMMIT} has sha256")
    assert said.err.count("\n") == 1


def choose(corpora: str) -> None:
    params = Path("params.yaml")
    told = params.read_text(encoding="utf-8")
    assert "corpora: [all]" in told
    params.write_text(told.replace("corpora: [all]", f"corpora: [{corpora}]"), encoding="utf-8")


@pytest.mark.parametrize(
    ("corpora", "said"),
    [
        pytest.param(
            "authored", "0 texts and 0 pages are in data/raw, verified; only authored and own labels", id="own"
        ),
        pytest.param(
            "bbc2004, wcxb", "1 texts and 0 pages are in data/raw, verified; only bbc2004, wcxb and", id="some"
        ),
        pytest.param("", "0 texts and 0 pages are in data/raw, verified; only own labels", id="none"),
    ],
)
def test_only_chosen_corpora_are_fetched(
    project: Callable[[bytes], None], capsys: pytest.CaptureFixture[str], corpora: str, said: str
):
    project(CONTENT)
    choose(corpora)
    assert main() == 0
    assert said in capsys.readouterr().out
    assert Path("data/raw").is_dir()


def test_unknown_corpus_is_refused(project: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]):
    project(CONTENT)
    choose("bbc2004, bbc2005")
    assert main() == 1
    assert capsys.readouterr().err.startswith(
        "fetch: fetch.corpora in params.yaml names bbc2005: allowed are all and abp,"
    )
