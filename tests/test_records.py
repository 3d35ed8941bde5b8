"""Containers become one row a record: broken lines, torn ends and records without a document included."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.records import Record, decoded, pending
from pipeline.run import CleanSettings, clean_folder
from pipeline.write import TextOutput

from .test_run import ESSAY, PAGE, REPORT, rows_of, timeless

LIMIT = 100_000


def told(path: Path, field: str | None = None) -> list[Record]:
    return [decoded(found) for found in pending(path, field, LIMIT)]


def stored(path: Path, raw: bytes | str) -> Path:
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return path


def lines(*items: object) -> str:
    return "".join(f"{json.dumps(item)}\n" for item in items)


ROWS = [{"text": REPORT, "url": "https://quay.example/1", "date": "2026-01-02"}, {"text": ESSAY, "url": "", "date": ""}]


def as_csv(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def as_parquet(rows: list[dict[str, str]]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


MAKERS: dict[str, Callable[[list[dict[str, str]]], bytes]] = {
    "a.jsonl": lambda rows: lines(*rows).encode(),
    "a.JSONL.gz": lambda rows: gzip.compress(lines(*rows).encode()),
    "a.csv": as_csv,
    "a.csv.gz": lambda rows: gzip.compress(as_csv(rows)),
    "a.parquet": as_parquet,
}


@pytest.mark.parametrize("name", MAKERS)
def test_every_format_gives_the_same_records(tmp_path: Path, name: str):
    found = told(stored(tmp_path / name, MAKERS[name](ROWS)))
    assert [(item.raw.decode(), item.url, item.date) for item in found] == [
        (REPORT, "https://quay.example/1", "2026-01-02"),
        (ESSAY, None, None),
    ]


def test_field_is_chosen_by_name_and_else_html_comes_first(tmp_path: Path):
    path = stored(tmp_path / "a.jsonl", lines({"text": "t", "html": "<p>h", "story": "s"}))
    assert [(item.raw, item.suffix) for item in told(path)] == [(b"<p>h", ".html")]
    assert [(item.raw, item.suffix) for item in told(path, "story")] == [(b"s", "")]


def test_broken_lines_are_records_of_their_own(tmp_path: Path):
    raw = lines({"text": "a"}) + '{"text": \n[1]\n{"x": 1}\n{"text": 5}\n' + "[" * 100_000 + "\n" + lines({"text": "b"})
    found = told(stored(tmp_path / "a.jsonl", raw))
    assert [item.raw for item in found] == [b"a", b"", b"", b"", b"", b"", b"b"]
    assert all(bool(item.broken) != bool(item.raw) for item in found)


def test_line_beyond_the_limit_is_skipped_and_the_next_is_read(tmp_path: Path):
    found = told(stored(tmp_path / "a.jsonl", lines({"text": "x" * 10 * LIMIT}, {"text": "b"})))
    assert [(item.too_large, item.raw) for item in found] == [(True, b""), (False, b"b")]


def test_torn_end_of_a_compressed_container_is_a_broken_record(tmp_path: Path):
    raw = gzip.compress(lines(*({"text": f"{n} {REPORT}"} for n in range(99))).encode())
    found = told(stored(tmp_path / "a.jsonl.gz", raw[: len(raw) // 2]))
    assert found[-1].broken
    assert all(item.raw for item in found[:-1])


def test_csv_row_of_another_length_is_broken(tmp_path: Path):
    found = told(stored(tmp_path / "a.csv", "text,url\na,b\nonly\na,b,c\nz,y\n"))
    assert [(item.raw, bool(item.broken)) for item in found] == [(b"a", False), (b"", True), (b"", True), (b"z", False)]


@pytest.mark.parametrize("raw", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1", as_parquet(ROWS)[:-30]])
def test_parquet_that_cannot_be_read_is_one_broken_record(tmp_path: Path, raw: bytes):
    (found,) = told(stored(tmp_path / "a.parquet", raw))
    assert found.broken


def warc(*responses: tuple[str, bytes]) -> bytes:
    """A WARC of responses (content type, body), each compressed by itself, with a request before each."""
    out = b""
    for number, (kind, body) in enumerate(responses):
        http = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        for name, content in (("request", b"GET / HTTP/1.1\r\n\r\n"), ("response", http)):
            head = (
                f"WARC/1.0\r\nWARC-Type: {name}\r\nWARC-Target-URI: https://quay.example/{number}\r\n"
                f"WARC-Date: 2026-01-0{number + 1}T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
                f"Content-Type: application/http; msgtype={name}\r\nContent-Length: {len(content)}\r\n\r\n"
            )
            out += gzip.compress(head.encode() + content + b"\r\n\r\n")
    return out


def test_html_responses_of_a_warc_are_its_records_with_address_and_date(tmp_path: Path):
    pytest.importorskip("fastwarc", reason="the extra [warc] is not installed")
    raw = warc(("text/html", PAGE.encode()), ("image/png", b"png"), ("text/html; charset=utf-8", b"<p>b"))
    found = told(stored(tmp_path / "a.warc.gz", raw))
    assert [(item.raw, item.url, item.date) for item in found] == [
        (PAGE.encode(), "https://quay.example/0", "2026-01-01T00:00:00Z"),
        (b"<p>b", "https://quay.example/2", "2026-01-03T00:00:00Z"),
    ]


def test_torn_end_of_a_warc_is_a_broken_record(tmp_path: Path):
    pytest.importorskip("fastwarc", reason="the extra [warc] is not installed")
    raw = warc(("text/html", PAGE.encode()), ("text/html", PAGE.encode() * 9))
    found = told(stored(tmp_path / "a.warc.gz", raw[:-200]))
    assert found[0].raw == PAGE.encode()
    assert found[-1].broken


def test_warc_that_is_none_is_a_broken_record(tmp_path: Path):
    pytest.importorskip("fastwarc", reason="the extra [warc] is not installed")
    assert told(stored(tmp_path / "a.warc", b"no such thing\n" * 99))[-1].broken


def test_records_are_cleaned_like_files_and_texts_go_into_parts(tmp_path: Path):
    container = stored(tmp_path / "all.jsonl", lines({"html": PAGE, "url": "https://quay.example/f"}, *ROWS, 5))
    stored(tmp_path / "a.txt", REPORT)
    settings = CleanSettings(jobs=1, text=TextOutput.RECORDS, chunk=2)
    clean_folder([container, tmp_path / "a.txt"], tmp_path / "out", settings)
    rows = rows_of(tmp_path / "out")
    assert [item["id"] for item in rows] == [*(f"all.jsonl#{n}" for n in range(1, 5)), "a.txt"]
    assert [item["status"] for item in rows] == ["ok", "ok", "ok", "failed", "ok"]
    assert (rows[0]["url"], rows[1]["date"]) == ("https://quay.example/f", "2026-01-02")
    assert rows[4]["duplicate_of"] == "all.jsonl#1"
    assert {item["text_file"] for item in rows} == {"text/part-00000.jsonl", None}
    texts = [json.loads(line) for line in (tmp_path / "out/text/part-00000.jsonl").read_text().splitlines()]
    assert [item["id"] for item in texts] == ["all.jsonl#1", "all.jsonl#2", "all.jsonl#3", "a.txt"]
    clean_folder([container, tmp_path / "a.txt"], tmp_path / "out", settings)
    assert rows_of(tmp_path / "out") == rows


def test_file_with_the_name_of_a_record_is_told_apart(tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    stored(folder / "a.jsonl", lines(*ROWS))
    stored(folder / "a.jsonl#1", ESSAY * 2)
    clean_folder(folder, tmp_path / "out", CleanSettings(jobs=1))
    assert [item["id"] for item in rows_of(tmp_path / "out")] == ["a.jsonl#1", "a.jsonl#2", "a.jsonl#1~"]


def test_container_without_a_record_is_a_row(tmp_path: Path):
    clean_folder(stored(tmp_path / "a.jsonl", ""), tmp_path / "out", CleanSettings(jobs=1))
    assert [(item["id"], item["reason"]) for item in timeless(rows_of(tmp_path / "out"))] == [("a.jsonl", "empty")]


def test_output_without_room_is_one_sentence_and_the_next_run_goes_on(tmp_path: Path):
    import resource  # noqa: PLC0415
    import signal  # noqa: PLC0415

    inputs = stored(tmp_path / "a.jsonl", lines(*({"text": f"{n} {REPORT} {n}"} for n in range(60))))
    settings = CleanSettings(jobs=1, text=TextOutput.NONE, chunk=8)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))  # parts fit, results do not
    try:
        with pytest.raises(UsageError, match="cannot be written") as refusal:
            clean_folder(inputs, tmp_path / "out", settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert "\n" not in str(refusal.value)
    assert not (tmp_path / "out/results.jsonl").exists()
    assert not list((tmp_path / "out").rglob("*.part"))
    parts = {path.name for path in (tmp_path / "out/.winnow").glob("*.gz")}
    assert len(parts) == 8
    clean_folder(inputs, tmp_path / "out", settings)
    assert len(rows_of(tmp_path / "out")) == 60
    assert {path.name for path in (tmp_path / "out/.winnow").glob("*.gz")} == parts


STARTS = [b"", b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 9\r\n\r\n", b'{"text": "', b'text,url\n"', b"PAR1"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(suffix=st.sampled_from([*MAKERS, "a.warc", "a.warc.gz"]), start=st.sampled_from(STARTS), raw=st.binary())
def test_any_bytes_are_read_to_their_end_as_records(tmp_path: Path, suffix: str, start: bytes, raw: bytes):
    content = gzip.compress(start + raw) if suffix.endswith("gz") else start + raw
    for item in told(stored(tmp_path / suffix, content)):
        assert isinstance(item.raw, bytes)
        assert item.broken is None or item.broken.endswith(".")
