"""The manifests are read as checked rows, and what is wrong is named with its line."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import astuple, fields
from pathlib import Path

import pytest

from pipeline.corpora.manifests import GoldKind, PageRow, TextRow, read_pages, read_texts
from pipeline.document import Label
from pipeline.errors import CorpusError

from .conftest import page_row, text_row

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write rows with some cells replaced in the last one."""

    def manifest(*rows: TextRow | PageRow, **cells: str) -> Path:
        header = [item.name for item in fields(rows[0])]
        lines: list[Mapping[str, object]] = [dict(zip(header, astuple(row), strict=True)) for row in rows]
        path = tmp_path / "manifest.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header)
            writer.writeheader()
            writer.writerows([*lines[:-1], {**lines[-1], **cells}])
        return path

    return manifest


def test_text_rows_survive_the_trip(write: Write):
    rows = (text_row("a.txt"), text_row("b.txt", selector="row[3].some column, spaced"))
    assert read_texts(write(*rows)) == rows


def test_page_rows_survive_the_trip(write: Write):
    rows = (page_row("a.html.gz", "a.json", GoldKind.TEXT),)
    assert read_pages(write(*rows)) == rows


def test_label_and_words_have_their_types(write: Write):
    row = read_texts(write(text_row()))[0]
    assert row.label is Label.REPORTING
    assert row.words == 3


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        pytest.param({"label": "gossip"}, r"line 3: label is 'gossip', allowed are reporting", id="label"),
        pytest.param({"words": "many"}, r"line 3: words is 'many'", id="words"),
        pytest.param({"id": "a.txt"}, r"line 3: the id 'a.txt' is already used", id="duplicate"),
        pytest.param({"repo": "../.."}, r"line 3: repo is", id="repo"),
        pytest.param({"commit": "main"}, r"line 3: commit is 'main'", id="commit"),
        pytest.param({"sha256": "ABC"}, r"line 3: sha256 is 'ABC'", id="hash"),
        pytest.param({"path": "../../etc/passwd"}, r"line 3: path is", id="climbs out"),
        pytest.param({"path": "/etc/passwd"}, r"line 3: path is", id="absolute"),
        pytest.param({"path": ""}, r"line 3: path is ''", id="empty"),
    ],
)
def test_wrong_cell_is_named_with_file_and_line(write: Write, cells: dict[str, str], message: str):
    path = write(text_row("a.txt"), text_row("b.txt"), **cells)
    with pytest.raises(CorpusError, match=message) as caught:
        read_texts(path)
    assert str(path) in str(caught.value)


def test_unknown_gold_kind_is_refused(write: Write):
    path = write(page_row("a.html", "a.json", GoldKind.TEXT), gold_kind="guess")
    with pytest.raises(CorpusError, match="gold_kind is 'guess', allowed are text"):
        read_pages(path)


def test_header_must_be_exact(write: Write):
    path = write(page_row("a.html", "a.json", GoldKind.TEXT))
    with pytest.raises(CorpusError, match="line 1: the header is"):
        read_texts(path)


def test_short_row_is_refused(write: Write):
    path = write(text_row())
    with path.open("a", encoding="utf-8") as file:
        file.write("lonely,bbc2004\n")
    with pytest.raises(CorpusError, match="line 3: the row needs 12 cells"):
        read_texts(path)


def test_missing_manifest_is_one_sentence(tmp_path: Path):
    with pytest.raises(CorpusError, match=r"texts\.csv cannot be read"):
        read_texts(tmp_path / "texts.csv")
