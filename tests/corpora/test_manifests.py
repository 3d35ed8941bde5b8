"""The manifests are read as checked rows, and what is wrong is named with its line."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import astuple, fields
from pathlib import Path

import pytest

from pipeline.corpora.manifests import (
    Exclusion,
    GoldKind,
    KindRow,
    PageRow,
    Reading,
    TextRow,
    read_exclusions,
    read_kinds,
    read_pages,
    read_readings,
    read_texts,
)
from pipeline.document import ChromeKind, Label
from pipeline.errors import CorpusError

from .conftest import page_row, text_row

Write = Callable[..., Path]
DATA = Path(__file__).parents[2] / "data"


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


# --- what was read of the rows ------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Callable[..., Path]:
    """Write the lines of a small table."""

    def lines(*told: str) -> Path:
        path = tmp_path / "told.csv"
        path.write_text("".join(f"{line}\n" for line in told), encoding="utf-8")
        return path

    return lines


LEFT_OUT, READINGS, KINDS = "id,reason", "id,label,sure", "page,block,text,kind"
HASH = "0123456789abcdef"


def test_rows_left_out_are_read_with_their_reasons(store: Write):
    path = store(LEFT_OUT, "abp-1,read otherwise", 'abp-2,"a list, not a text"')
    assert read_exclusions(path) == (Exclusion("abp-1", "read otherwise"), Exclusion("abp-2", "a list, not a text"))


def test_readings_have_their_types(store: Write):
    path = store(READINGS, "abp-1,reporting,yes", "abp-2,filler,no")
    assert read_readings(path) == (
        Reading("abp-1", Label.REPORTING, sure=True),
        Reading("abp-2", Label.FILLER, sure=False),
    )
    assert read_readings(path)[0].label is Label.REPORTING


def test_kinds_have_their_types(store: Write):
    row = read_kinds(store(KINDS, f"wcxb-1,12,{HASH},comment-form"))[0]
    assert row == KindRow("wcxb-1", 12, HASH, ChromeKind.COMMENT_FORM)
    assert row.kind is ChromeKind.COMMENT_FORM


def test_blocks_of_a_page_and_a_place_on_two_pages_are_told_apart(store: Write):
    path = store(KINDS, f"wcxb-1,3,{HASH},other", f"wcxb-1,4,{HASH},other", f"wcxb-2,3,{HASH},other")
    assert [row.id for row in read_kinds(path)] == ["wcxb-1#3", "wcxb-1#4", "wcxb-2#3"]


@pytest.mark.parametrize(
    ("read", "header"),
    [
        pytest.param(read_exclusions, LEFT_OUT, id="left out"),
        pytest.param(read_readings, READINGS, id="readings"),
        pytest.param(read_kinds, KINDS, id="kinds"),
    ],
)
def test_table_without_rows_is_empty(store: Write, read: Callable[[Path], tuple[object, ...]], header: str):
    assert read(store(header)) == ()


@pytest.mark.parametrize(
    ("read", "lines", "message"),
    [
        pytest.param(read_exclusions, [LEFT_OUT, "a,x", "a,y"], "line 3: the id 'a' is already used", id="id twice"),
        pytest.param(read_exclusions, [LEFT_OUT, "a,x,y"], "line 2: the row needs 2 cells", id="comma in a reason"),
        pytest.param(read_exclusions, [LEFT_OUT, "a"], "line 2: the row needs 2 cells", id="no reason"),
        pytest.param(read_exclusions, ["id,why", "a,x"], "line 1: the header is", id="other header"),
        pytest.param(
            read_readings,
            [READINGS, "a,filler,no", "b,gossip,no"],
            "line 3: label is 'gossip', allowed are reporting",
            id="label",
        ),
        pytest.param(
            read_readings, [READINGS, "a,filler,True"], "line 2: sure is 'True', allowed are yes and no", id="truth"
        ),
        pytest.param(read_readings, [READINGS, "a,filler,"], "line 2: sure is '', allowed are yes", id="unsaid"),
        pytest.param(
            read_readings,
            [READINGS, "a,filler,no", "a,filler,yes"],
            "line 3: the id 'a' is already used",
            id="read twice",
        ),
        pytest.param(read_readings, [LEFT_OUT, "a,x"], "line 1: the header is", id="header of another table"),
        pytest.param(
            read_kinds,
            [KINDS, f"p,1,{HASH},menu"],
            "line 2: kind is 'menu', allowed are navigation",
            id="kind",
        ),
        pytest.param(
            read_kinds, [KINDS, f"p,-1,{HASH},other"], "line 2: block is '-1', it must be a whole number", id="below 0"
        ),
        pytest.param(
            read_kinds, [KINDS, f"p,x,{HASH},other"], "line 2: block is 'x', it must be a whole number", id="no number"
        ),
        pytest.param(read_kinds, [KINDS, "p,1,0123,other"], "line 2: text is '0123', it must match", id="short hash"),
        pytest.param(
            read_kinds, [KINDS, f"p,1,{HASH.upper()},other"], f"line 2: text is '{HASH.upper()}'", id="capital hash"
        ),
        pytest.param(
            read_kinds,
            [KINDS, f"p,1,{HASH},other", f"p,1,{HASH[::-1]},share"],
            "line 3: the id 'p#1' is already used",
            id="block twice",
        ),
        pytest.param(
            read_kinds,
            [KINDS, f"p,1,{HASH},other", f"p,01,{HASH},other"],
            "line 3: the id 'p#1' is already used",
            id="block twice in other digits",
        ),
        pytest.param(read_kinds, [KINDS, f"p,1,{HASH}"], "line 2: the row needs 4 cells", id="short row"),
    ],
)
def test_malformed_row_is_named_with_file_and_line(
    store: Write, read: Callable[[Path], tuple[object, ...]], lines: list[str], message: str
):
    path = store(*lines)
    with pytest.raises(CorpusError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}, {message}")


@pytest.mark.parametrize("read", [read_exclusions, read_readings, read_kinds])
def test_missing_table_is_one_sentence(tmp_path: Path, read: Callable[[Path], tuple[object, ...]]):
    with pytest.raises(CorpusError, match=r"told\.csv cannot be read") as caught:
        read(tmp_path / "told.csv")
    assert "\n" not in str(caught.value)


# --- the committed tables: a wrong id would be passed over in silence ---------------------------------------


@pytest.fixture(scope="module")
def texts() -> dict[str, TextRow]:
    return {row.id: row for row in read_texts(DATA / "texts.csv")}


def test_every_row_left_out_is_a_row_of_the_manifest(texts: dict[str, TextRow]):
    rows = read_exclusions(DATA / "left_out.csv")
    assert [row.id for row in rows if row.id not in texts] == []
    assert [row.id for row in rows if not row.reason] == []
    assert rows


def test_every_reading_is_of_a_row_that_is_used(texts: dict[str, TextRow]):
    left_out = {row.id for row in read_exclusions(DATA / "left_out.csv")}
    readings = read_readings(DATA / "readings.csv")
    assert [row.id for row in readings if row.id not in texts or row.id in left_out] == []
    assert readings


def test_every_labelled_block_is_of_a_page_of_the_manifest():
    pages = {row.id for row in read_pages(DATA / "pages.csv")}
    rows = read_kinds(DATA / "kinds.csv")
    assert {row.page for row in rows} <= pages
    assert {row.kind for row in rows} == set(ChromeKind)
