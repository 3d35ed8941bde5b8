"""Documents are opened one by one: containers are gone through once, and a record that does harm costs its row."""

import gzip
import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.compact import Packed
from pipeline.document import Failure
from pipeline.inputs import Item, Place, Reading, Sizes, cut, documents, list_places, opened
from pipeline.pool import Limits
from pipeline.read import MAX_BYTES, Entry
from pipeline.run import CleanSettings, clean_folder

from .test_run import ESSAY, REPORT, put, rows_of


def container(path: Path, count: int, word: str = "text") -> Entry:
    path.write_bytes(gzip.compress("".join(f'{{"text": "{word} {n}"}}\n' for n in range(1, count + 1)).encode()))
    return Entry(path.name, path)


def nothing() -> None:
    """Nobody watches."""


def texts(place: Place, numbers: range, run: str) -> list[str]:
    found = [opened(Item(place, number), Reading(MAX_BYTES, None, run), nothing) for number in numbers]
    return [item.detail if isinstance(item, Failure) else item.raw.decode() for item in found]


def test_container_is_not_opened_again_for_what_comes_after(tmp_path: Path):
    place = container(tmp_path / "a.jsonl.gz", 9)
    first = texts(place, range(1, 4), "one")
    place.path.unlink()
    assert first + texts(place, range(6, 10), "one") == [f"text {n}" for n in (1, 2, 3, 6, 7, 8, 9)]


def test_container_is_opened_again_for_what_lies_behind_and_by_the_next_run(tmp_path: Path):
    place = container(tmp_path / "a.jsonl.gz", 9)
    assert texts(place, range(5, 6), "one") + texts(place, range(2, 3), "one") == ["text 5", "text 2"]
    container(place.path, 9, "changed")
    assert texts(place, range(3, 4), "two") == ["changed 3"]


def test_record_that_is_gone_says_that_the_container_changed(tmp_path: Path):
    (told,) = texts(container(tmp_path / "a.jsonl.gz", 3), range(4, 5), "one")
    assert "changed while it was read" in told


def test_record_that_eats_the_memory_of_its_reader_costs_one_row(tmp_path: Path):
    bomb = '{"text": "x", "deep": [' + "[]," * 8_000_000 + "[]]}"
    lines = [json.dumps({"text": REPORT}), bomb, json.dumps({"text": ESSAY})]
    inputs = put(tmp_path / "in", {"a.jsonl": "\n".join(lines)})
    settings = CleanSettings(jobs=1, max_bytes=40_000_000, limits=Limits(30, 800))
    clean_folder(inputs, tmp_path / "out", settings)
    assert [(item["status"], item["reason"]) for item in rows_of(tmp_path / "out")] == [
        ("ok", None),
        ("failed", "memory-limit"),
        ("ok", None),
    ]


def test_container_that_cannot_be_counted_is_one_failed_row_and_others_are_done(tmp_path: Path):
    endless = gzip.compress(bytes(2_000_000_000), 1)  # one line, of which nobody sees the end in time
    inputs = put(tmp_path / "in", {"a.jsonl.gz": endless, "b.txt": REPORT})
    clean_folder(inputs, tmp_path / "out", CleanSettings(jobs=1, limits=Limits(0.5, 2000)))
    first, second = rows_of(tmp_path / "out")
    assert (first["id"], first["reason"], second["status"]) == ("a.jsonl.gz", "unreadable", "ok")
    assert "--time-limit" in first["detail"]


def test_standard_input_is_a_document_among_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    put(tmp_path, {"a.txt": REPORT, "b.txt": REPORT})
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ESSAY.encode())))
    places = list_places([str(tmp_path / "a.txt"), "-", str(tmp_path / "b.txt"), str(tmp_path / "a.txt")], "*", 10_000)
    assert [place.id for place in places] == ["a.txt", "-", "b.txt"]


def test_what_became_of_a_container_since_it_was_counted_takes_no_record_of_another(tmp_path: Path):
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        container(tmp_path / name, 3)
    places = list_places([str(tmp_path)], "*", MAX_BYTES)
    (tmp_path / "a.jsonl.gz").unlink()
    units = list(cut(places, {"a.jsonl.gz": 3, "b.jsonl.gz": 5}, Sizes(10)))
    assert [(piece.place.id, piece.documents) for unit in units for piece in unit] == [
        ("a.jsonl.gz", 3),
        ("b.jsonl.gz", 5),
    ]
    assert documents(places, {"a.jsonl.gz": 3, "b.jsonl.gz": 5}) == 8


@given(
    totals=st.lists(st.none() | st.integers(0, 40), max_size=30), most=st.integers(1, 20), processes=st.integers(0, 4)
)
def test_units_hold_every_document_once_and_in_order_and_none_too_many(
    totals: list[int | None], most: int, processes: int
):
    places = Packed(Entry(f"{number}.jsonl", Path("x")) for number in range(len(totals)))
    counted = {f"{number}.jsonl": total for number, total in enumerate(totals) if total is not None}
    units = list(cut(places, counted, Sizes(most, processes)))
    found = [(item.place.id, item.number) for unit in units for piece in unit for item in piece.items]
    assert found == [
        (place.id, number)
        for place in places
        for number in (range(1, counted[place.id] + 1) if counted.get(place.id) else [0])
    ]
    sizes = [sum(piece.documents for piece in unit) for unit in units]
    assert all(0 < size <= most for size in sizes)


def test_units_get_smaller_toward_the_end_so_that_processes_end_together():
    places = Packed(Entry(f"{number}.html", Path("x")) for number in range(200))
    sizes = [sum(piece.documents for piece in unit) for unit in cut(places, {}, Sizes(40, 2))]
    assert sizes == [40, 40, 30, 22, 17, 12, 9, 8, 8, 8, 6]


def test_names_that_differ_by_case_and_input_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    put(tmp_path, {"x/A.txt": REPORT, "y/a.txt": REPORT})
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    places = list_places([str(tmp_path / "x"), "-", str(tmp_path / "y")], "*", 10_000)
    assert [place.id for place in places] == ["A.txt", "-", "a~2.txt"]
