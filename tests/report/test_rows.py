"""Rows come back as they were written, whatever form they are in, and what is no row is refused in one sentence."""

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.report.rows import SourceName, read_rows, results_files, row_of, source_of
from pipeline.run import CleanSettings, clean_folder
from pipeline.write import FIELDS, Format, results_writer

from .conftest import SAMPLES, made, removal, write_rows


def test_every_form_holds_the_same_rows(each_form: Path, tmp_path: Path):
    clean_folder(SAMPLES / "news", tmp_path / "lines", CleanSettings(jobs=1))
    told, expected = (
        [(row.id, row.words, row.removed, row.scores, row.evidence, row.flagged) for row in read_rows(folder)]
        for folder in (each_form, tmp_path / "lines")
    )
    assert told == expected
    assert len(told) == 5


def test_results_in_parts_are_read_in_the_order_of_their_names(tmp_path: Path):
    whole = write_rows(tmp_path, [made("a")]) / "results.jsonl"
    parts = tmp_path / "results"
    parts.mkdir()
    (parts / ".half.jsonl").write_text("{")
    for number, name in ((2, "b"), (1, "a"), (10, "c")):
        (parts / f"part-{number:05}.jsonl").write_text(whole.read_text().replace('"a"', f'"{name}"'))
    whole.unlink()
    assert [row.id for row in read_rows(tmp_path)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]\n",
        '{"id": 7, "status": "ok"}\n',
        '{"status": "ok"}\n',
        '{"id": "a", "status": "ok", "removed": "x"}\n',
        "\xff",
    ],
    ids=["cut", "list", "number", "no id", "text", "bytes"],
)
def test_what_is_no_row_is_refused_with_its_file_and_place(tmp_path: Path, content: str):
    write_rows(tmp_path, [made("a")])
    with (tmp_path / "results.jsonl").open("ab") as file:
        file.write(content.encode("latin-1"))
    with pytest.raises(UsageError, match=r"results\.jsonl' holds in row 2 no row"):
        list(read_rows(tmp_path))


def test_table_of_something_else_is_refused(tmp_path: Path):
    (tmp_path / "results.csv").write_text("name,price\nquay,3\n")
    with pytest.raises(UsageError, match="row 1 no row"):
        list(read_rows(tmp_path))


@pytest.mark.parametrize("size", [0, 4, 3000])
def test_torn_parquet_is_refused(tmp_path: Path, size: int):
    pytest.importorskip("pyarrow")
    with results_writer(tmp_path, Format.PARQUET) as write:
        for number in range(20):
            write(dict.fromkeys(FIELDS) | made(f"quay {number}", input="a"))
    results = tmp_path / "results.parquet"
    results.write_bytes(results.read_bytes()[:size])
    with pytest.raises(UsageError, match=r"results\.parquet' .*: run winnow clean again\.$"):
        list(read_rows(tmp_path))


def test_folder_without_results_is_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="name a folder that `winnow clean` wrote"):
        results_files(tmp_path)


def test_removed_text_longer_than_a_csv_reader_takes_is_read(tmp_path: Path):
    removed = [removal(f"Quay number {number} and its boats", number) for number in range(9000)]
    with results_writer(tmp_path, Format.CSV) as write:
        write(dict.fromkeys(FIELDS) | made("a", input="a", removed=removed))
    (row,) = read_rows(tmp_path)
    assert len(row.removed or ()) == 9000


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({"site": "The Quay", "url": "https://a.example/x"}, SourceName("site", "The Quay")),
        ({"site": " ", "url": "https://www.a.example:8080/x"}, SourceName("site", "a.example")),
        ({"url": "https://[broken"}, SourceName("folder", "news")),
        ({"url": "javascript:alert(1)"}, SourceName("folder", "news")),
        ({}, SourceName("folder", "news")),
    ],
    ids=["site", "host", "no address", "script", "folder"],
)
def test_source_is_the_site_or_else_the_top_folder(fields: dict[str, str], source: SourceName):
    assert source_of(row_of(made("news/local/a.html", **fields))) == source


def test_share_of_chrome_counts_words():
    row = row_of(made("a", words=6, removed=[removal("Share this"), removal("Follow us")]))
    assert (row.removed_words, row.chrome_share) == (4, 0.4)
    assert row_of(made("a", words=None)).chrome_share is None
