"""Outcomes become rows and text files: all fields, safe names, whole files, and the same rows in every format."""

import csv
import hashlib
import io
import json
import os
import sys
from itertools import accumulate
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pipeline.document import (
    ChromeKind,
    CleanDocument,
    Cue,
    Failure,
    Label,
    MediaType,
    Metadata,
    Origin,
    Quote,
    Reason,
    Removal,
    Scored,
    Source,
    Unscored,
    Verdict,
)
from pipeline.errors import MissingExtraError, UsageError
from pipeline.write import (
    Format,
    Row,
    printable,
    results_writer,
    row,
    row_writer,
    text_name,
    write_file,
)

FIELDS = (
    "id input sha256 bytes media_type encoding status reason detail title author date url site language text_file "
    "words removed scores verdict flagged unscored evidence duplicate_of seconds models"
).split()
REJECTED = {Reason.EMPTY, Reason.TOO_LARGE, Reason.NOT_TEXT, Reason.NO_CONTENT, Reason.DUPLICATE}
NESTED = ("removed", "scores", "evidence")
AWKWARD = "a,b \"c\" 'd'; e\nf – “Ω” 東京 \u2028 \\n {}[]"
ORIGIN = Origin("news/a.html", "pages/news/a.html", "ab" * 32, 512)


def scored(identifier: str = ORIGIN.id, *, title: str | None = "Ferry runs again", **changes: Any) -> Scored:
    """Make a scored page with one removal and evidence; `changes` replace the verdict's fields."""
    document = CleanDocument(
        Metadata(title, "Ana Melo", "2026-03-04", "https://quay.example/a", "The Quay", "en"),
        ("The ferry left at noon.", "It came back at one."),
        (Removal(ChromeKind.SHARE, "Share this", 0.9876, 3),),
    )
    verdict: dict[str, Any] = {
        "label": "reporting",
        "scores": (0.81, 0.11, 0.08),
        "quotes": (Quote("The ferry left at noon.", 0.5),),
        "cues": (Cue("figures per 100 words", 2.5, (3.0, 1.0, 0.5), 0.25),),
    }
    origin = Origin(identifier, f"pages/{identifier}", "ab" * 32, 512)
    source = Source(origin, "<p>The ferry left at noon.", MediaType.HTML, "cp1252")
    return Scored(source, document, Verdict(**verdict | changes), 0.25)


def failure(reason: Reason = Reason.UNREADABLE, identifier: str = "b.txt") -> Failure:
    return Failure(Origin(identifier, identifier), "read", reason, "The file cannot be read: it is not there.")


# Rows


@pytest.mark.parametrize("outcome", [scored(), failure()], ids=["scored", "failure"])
def test_row_has_every_field_in_order(outcome: Scored | Failure):
    assert list(row(outcome, "models")) == FIELDS


def test_row_of_a_scored_document_tells_all_of_it():
    assert row(scored(), "f00d", text_file="text/a.txt", duplicate_of="z.txt") == {
        "id": "news/a.html",
        "input": "pages/news/a.html",
        "sha256": "ab" * 32,
        "bytes": 512,
        "media_type": "text/html",
        "encoding": "cp1252",
        "status": "ok",
        "reason": None,
        "detail": None,
        "title": "Ferry runs again",
        "author": "Ana Melo",
        "date": "2026-03-04",
        "url": "https://quay.example/a",
        "site": "The Quay",
        "language": "en",
        "text_file": "text/a.txt",
        "words": 10,
        "removed": [{"kind": "share", "text": "Share this", "probability": 0.9876, "line": 3}],
        "scores": {"reporting": 0.81, "analysis": 0.11, "filler": 0.08},
        "verdict": "reporting",
        "flagged": False,
        "unscored": None,
        "evidence": [
            {"type": "sentence", "text": "The ferry left at noon.", "effect": 0.5},
            {
                "type": "cue",
                "name": "figures per 100 words",
                "value": 2.5,
                "typical": {"reporting": 3.0, "analysis": 1.0, "filler": 0.5},
                "effect": 0.25,
            },
        ],
        "duplicate_of": "z.txt",
        "seconds": 0.25,
        "models": "f00d",
    }


@pytest.mark.parametrize("reason", Reason)
def test_row_of_a_failure_says_what_the_reason_means(reason: Reason):
    told = row(failure(reason), "f00d")
    assert (told["status"], told["reason"]) == ("rejected" if reason in REJECTED else "failed", reason.value)
    assert told["detail"]


def test_row_of_a_failure_is_empty_where_there_is_nothing_to_say():
    told = row(failure(), "f00d")
    empty = [name for name in FIELDS if told[name] is None]
    assert (
        empty
        == (
            "sha256 bytes media_type encoding title author date url site language text_file words scores verdict "
            "unscored evidence duplicate_of"
        ).split()
    )
    assert (told["removed"], told["flagged"]) == ([], False)


def test_row_of_a_late_failure_keeps_what_was_known():
    removed = (Removal(ChromeKind.NOTICE, "We use cookies", 0.99, 1),)
    outcome = Failure(
        ORIGIN, "clean", Reason.NO_CONTENT, "Nothing is left.", MediaType.HTML, "utf-8", 0.5, Metadata("T"), removed
    )
    told = row(outcome, "f00d")
    assert (told["title"], told["encoding"], told["seconds"], len(told["removed"])) == ("T", "utf-8", 0.5, 1)


@pytest.mark.parametrize(
    ("label", "flagged"), [("filler", True), ("reporting", False), ("analysis", False), ("unsure", False)]
)
def test_only_filler_is_flagged(label: str, *, flagged: bool):
    assert row(scored(label=label), "f00d")["flagged"] is flagged


@pytest.mark.parametrize("why", Unscored)
def test_unscored_document_says_why_and_has_no_scores(why: Unscored):
    told = row(scored(label=None, scores=None, unscored=why, quotes=(), cues=()), "f00d")
    assert (told["status"], told["verdict"], told["scores"], told["unscored"], told["evidence"]) == (
        "ok",
        None,
        None,
        why.value,
        [],
    )


@settings(max_examples=60)
@example([25, 100_000])
@example([5, 100_000])
@given(st.lists(st.integers(0, 100_000), min_size=2, max_size=2).map(sorted))
def test_scores_sum_to_one_after_rounding(cuts: list[int]):
    first = cuts[0] / 100_000
    second = 1 - first if cuts[1] == 100_000 else (cuts[1] - cuts[0]) / 100_000
    exact = (first, second, max(1 - first - second, 0.0))
    told = row(scored(scores=exact), "f00d")["scores"]
    assert list(told) == list(Label)
    assert round(sum(told.values()), 9) == 1
    assert all(0 <= value <= 1 and abs(value - truth) < 2e-4 for value, truth in zip(told.values(), exact, strict=True))


def test_path_that_is_no_utf8_is_printable():
    assert printable(os.fsdecode(b"d/caf\xe9\n.txt")) == "d/caf\\xe9\n.txt"


# Names of text files


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("a.html", "text/a.html.txt"),
        ("news/2026/a.txt", "text/news/2026/a.txt.txt"),
        ("a.html.gz", "text/a.html.gz.txt"),
        ("pages.jsonl#7", "text/pages.jsonl#7.txt"),
        (".hidden", "text/.hidden.txt"),
        ("-o", "text/-o.txt"),
        ("two\nlines.txt", "text/two\nlines.txt.txt"),
        ("...", "text/....txt"),
        ("x" * 251, f"text/{'x' * 251}.txt"),
    ],
)
def test_text_file_bears_the_name_of_its_input(identifier: str, name: str):
    assert text_name(identifier) == name


@pytest.mark.parametrize("letter", ["x", "é", "東", "😀"])
def test_part_too_long_for_a_file_system_is_cut_and_stays_apart(letter: str):
    same = letter * (250 // len(letter.encode()))
    names = [text_name(f"{same}{end}") for end in ("aaaaaa", "bbbbbb")]
    assert len(set(names)) == 2
    assert all(len(name.removeprefix("text/").encode()) <= 255 for name in names)
    assert all(name.startswith(f"text/{letter * 20}") for name in names)


def test_long_folder_is_cut_the_same_for_all_its_files():
    folder = "d" * 300
    assert Path(text_name(f"{folder}/a")).parent == Path(text_name(f"{folder}/b")).parent


PARTS = st.one_of(
    st.sampled_from(
        ["a", "A", "a.txt", "a.txt.txt", "a.txt~", "~", "a~2", "...", ".a", " ", "x" * 252, "x" * 255, "é" * 127, "東"]
    ),
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=90),
).filter(lambda part: part not in {".", ".."} and len(part.encode()) <= 255)
IDS = st.lists(PARTS, min_size=1, max_size=3).map("/".join)


@settings(max_examples=60)
@given(IDS)
def test_text_file_never_leaves_its_folder_and_fits_a_file_system(identifier: str):
    name = text_name(identifier)
    first, *others = name.split("/")
    assert (first, len(others)) == ("text", identifier.count("/") + 1)
    assert all(part not in {"", ".", ".."} and len(part.encode()) <= 255 for part in others)
    assert "\0" not in name


def relatives(identifier: str) -> SearchStrategy[str]:
    """Ids that a careless naming scheme would store in the same place as `identifier`, or below it."""
    shown = text_name(identifier).removeprefix("text/")
    return st.sampled_from(
        [shown, shown.removesuffix(".txt"), f"{shown}/a", f"{identifier}.txt", f"{identifier}.txt/a"]
    )


def occupied(identifier: str) -> set[str]:
    """The path of an id's file and of every folder above it, as a file system sees them that ignores case."""
    return {path.casefold() for path in accumulate(identifier.split("/"), lambda above, part: f"{above}/{part}")}


@settings(max_examples=60)
@given(IDS.flatmap(lambda first: st.tuples(st.just(first), st.one_of(IDS, relatives(first)))))
def test_two_inputs_never_share_a_text_file_nor_stand_in_each_others_way(pair: tuple[str, str]):
    first, second = pair
    assume(all(len(part.encode()) <= 255 for part in second.split("/")))
    assume(first.casefold() not in occupied(second) and second.casefold() not in occupied(first))
    names = text_name(first), text_name(second)
    assert names[0].casefold() not in occupied(names[1])
    assert names[1].casefold() not in occupied(names[0])


def test_file_and_folder_that_differ_by_txt_can_both_be_written(tmp_path: Path):
    names = [text_name("a"), text_name("a.txt/b")]
    for name in names:
        write_file(tmp_path / name, name)
    assert [(tmp_path / name).read_text() for name in names] == names


def test_name_made_to_look_like_a_cut_one_stays_apart():
    long = "x" * 255
    forged = text_name(long).removeprefix("text/").removesuffix(".txt")
    assert text_name(forged) != text_name(long)


# Files


def test_file_is_utf8_with_line_feeds(tmp_path: Path):
    write_file(tmp_path / "deep/er/a.txt", f"{AWKWARD}\r\nend\n")
    assert (tmp_path / "deep/er/a.txt").read_bytes() == f"{AWKWARD}\r\nend\n".encode()


def test_file_replaces_an_older_one_and_leaves_nothing_beside_it(tmp_path: Path):
    for content in ("old, and longer", "new"):
        write_file(tmp_path / "a.txt", content)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "new"}


@pytest.mark.parametrize("name", ["x" * 251 + ".txt", "é" * 125 + ".txt"], ids=["ASCII", "two bytes a letter"])
def test_file_with_the_longest_name_is_written(tmp_path: Path, name: str):
    write_file(tmp_path / name, "x")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_file_that_breaks_off_leaves_the_old_one_and_nothing_else(tmp_path: Path):
    write_file(tmp_path / "a.txt", "old")
    with pytest.raises(UnicodeEncodeError):
        write_file(tmp_path / "a.txt", "new \ud800")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "old"}


@pytest.mark.parametrize("place", ["taken", "file/a.txt", "n" * 300], ids=["a folder", "below a file", "too long"])
def test_place_that_cannot_be_written_is_named_in_one_sentence(tmp_path: Path, place: str):
    (tmp_path / "taken").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot be written") as refusal:
        write_file(tmp_path / place, "x")
    assert str(tmp_path / place) in str(refusal.value)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "taken"]


# Results


def _told(evidence: list[Row] | None) -> list[Row] | None:
    """Evidence without the fields of a struct that another type of evidence has."""
    return evidence and [{name: value for name, value in piece.items() if value is not None} for piece in evidence]


def read_rows(path: Path) -> list[Row]:
    """Rows of results in any format, with nested values and types as JSON lines have them."""
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    if path.suffix == ".parquet":
        return [item | {"evidence": _told(item["evidence"])} for item in pq.read_table(path).to_pylist()]
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [{name: value or None for name, value in item.items()} for item in csv.DictReader(stream)]
    types = {"bytes": int, "words": int, "seconds": float, "flagged": "True".__eq__}
    rows = [{name: types.get(name, str)(value) if value else None for name, value in item.items()} for item in rows]
    nested = [{name: json.loads(item[name]) if item[name] else None for name in NESTED} for item in rows]
    return [item | parsed for item, parsed in zip(rows, nested, strict=True)]


def some_rows() -> list[Row]:
    outcomes = [
        scored(AWKWARD, title=AWKWARD),
        failure(identifier="b.txt"),
        scored("c", label=None, scores=None, unscored=Unscored.LANGUAGE, quotes=(), cues=()),
        scored("d", label="filler", title="=1+1"),
        failure(Reason.EMPTY, "car\rriage.txt"),
        failure(Reason.WORKER_LOST, "-"),
    ]
    return [row(outcome, "f00d", text_file=f"text/{place}") for place, outcome in enumerate(outcomes)]


def written(folder: Path, form: Format, rows: list[Row]) -> Path:
    with results_writer(folder, form) as write:
        for item in rows:
            write(item)
    return folder / f"results.{form.value}"


def break_off(folder: Path, form: Format, error: BaseException) -> None:
    with results_writer(folder, form) as write:
        write(some_rows()[0])
        raise error


@pytest.mark.parametrize("form", Format)
def test_every_format_holds_the_same_rows(tmp_path: Path, form: Format):
    assert read_rows(written(tmp_path, form, some_rows())) == some_rows()


@pytest.mark.parametrize("form", Format)
def test_results_without_a_row_still_have_every_column(tmp_path: Path, form: Format):
    path = written(tmp_path, form, [])
    columns = {
        Format.JSONL: lambda: FIELDS,  # no line, no names
        Format.CSV: lambda: path.read_text().strip().split(","),
        Format.PARQUET: lambda: pq.read_schema(path).names,
    }[form]()
    assert (columns, read_rows(path)) == (FIELDS, [])


@pytest.mark.parametrize("form", Format)
def test_more_rows_than_are_held_at_once_are_all_written(tmp_path: Path, form: Format):
    rows = [row(failure(identifier=f"{number}.txt"), "f00d") for number in range(2001)]
    assert [item["id"] for item in read_rows(written(tmp_path, form, rows))] == [item["id"] for item in rows]


def test_json_lines_are_one_line_a_row_for_readers_that_split_at_line_feeds(tmp_path: Path):
    lines = written(tmp_path, Format.JSONL, some_rows()).read_bytes().split(b"\n")
    assert [json.loads(line)["id"] for line in lines[:-1]] == [item["id"] for item in some_rows()]


def test_csv_reads_into_pandas_row_by_row(tmp_path: Path):
    frame = pd.read_csv(written(tmp_path, Format.CSV, some_rows()))
    assert list(frame["status"]) == [item["status"] for item in some_rows()]


def test_parquet_keeps_numbers_as_numbers(tmp_path: Path):
    frame = pq.read_table(written(tmp_path, Format.PARQUET, some_rows())).to_pandas()
    assert (frame["bytes"].sum(), frame["seconds"].sum(), bool(frame["flagged"].any())) == (3 * 512, 0.75, True)


def test_parquet_is_typed_for_pandas_duckdb_and_polars(tmp_path: Path):
    path = written(tmp_path, Format.PARQUET, some_rows())
    rows = some_rows()
    kinds = [[removal["kind"] for removal in item["removed"]] for item in rows]
    filler = [item["scores"] and item["scores"]["filler"] for item in rows]
    told = duckdb.read_parquet(str(path)).project("[r.kind for r in removed], scores.filler").fetchall()
    frame, table = pl.read_parquet(path), pd.read_parquet(path)
    assert told == list(zip(kinds, filler, strict=True))
    assert [[r["kind"] for r in removed] for removed in frame["removed"].to_list()] == kinds
    assert frame["scores"].struct.field("filler").to_list() == filler
    assert [[r["kind"] for r in removed] for removed in table["removed"]] == kinds
    assert [scores and scores["filler"] for scores in table["scores"]] == filler


@pytest.mark.parametrize("form", Format)
def test_results_are_not_there_before_they_are_whole(tmp_path: Path, form: Format):
    with results_writer(tmp_path, form) as write:
        write(some_rows()[0])
        during = (tmp_path / f"results.{form.value}").exists()
    assert (during, [path.name for path in tmp_path.iterdir()]) == (False, [f"results.{form.value}"])


@pytest.mark.parametrize("form", Format)
def test_interrupted_results_keep_the_rows_that_were_done(tmp_path: Path, form: Format):
    with pytest.raises(KeyboardInterrupt):
        break_off(tmp_path, form, KeyboardInterrupt())
    assert read_rows(tmp_path / f"results.{form.value}") == some_rows()[:1]


@pytest.mark.parametrize("form", Format)
def test_results_that_break_off_leave_the_old_ones_and_nothing_else(tmp_path: Path, form: Format):
    written(tmp_path, form, some_rows())
    with pytest.raises(RuntimeError):
        break_off(tmp_path, form, RuntimeError())
    assert [path.name for path in tmp_path.iterdir()] == [f"results.{form.value}"]
    assert read_rows(tmp_path / f"results.{form.value}") == some_rows()


@pytest.mark.parametrize("form", Format)
def test_results_are_kept_when_they_are_written_while_an_error_is_handled(tmp_path: Path, form: Format):
    try:
        {}["absent"]
    except LookupError:
        path = written(tmp_path, form, some_rows())
    assert path.exists()


@pytest.mark.parametrize("form", Format)
def test_results_in_a_folder_that_is_not_there_are_refused_in_one_sentence(tmp_path: Path, form: Format):
    with pytest.raises(UsageError, match="cannot be written") as refusal:
        written(tmp_path / "absent", form, [])
    assert "\n" not in str(refusal.value)


def test_parquet_without_its_extra_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"prosewinnow\[parquet\]"):
        written(tmp_path, Format.PARQUET, [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", [Format.JSONL, Format.CSV])
def test_rows_go_to_a_stream_as_they_come(form: Format):
    stream = io.StringIO(newline="")
    with row_writer(stream, form) as write:
        write(some_rows()[0])
        early = stream.getvalue()
    assert json.dumps("Ana Melo").strip('"') in early


# Names


def test_digest_in_a_cut_name_is_of_the_whole_part():
    part = "y" * 400
    assert hashlib.sha256(part.encode()).hexdigest()[:16] in text_name(part)
