"""Containers of many documents: JSON lines, CSV, Parquet and WARC as a stream of records, broken ones included.

A record is known by its number in the container, from 1. Everything here is read as a stream; nothing is held whole.
"""

import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pipeline.errors import MissingExtraError
from pipeline.read import is_container

__all__ = ["Record", "is_container", "records"]
_FIELDS = ("html", "text", "content", "body")  # where a document is looked for when no name is given
_DATES = ("date", "published", "timestamp")


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its document as bytes, or the reason why it has none."""

    raw: bytes = b""
    suffix: str = ""
    url: str | None = None
    date: str | None = None
    broken: str | None = None
    too_large: bool = False


def records(path: Path, field: str | None, max_bytes: int) -> Iterator[Record]:
    """The records of a container in order; an end that is torn off is one more, broken.

    Args:
        field: name of the field or column with the document; by default the first of html, text, content, body.
        max_bytes: a longer record is not held in memory.

    Raises:
        MissingExtraError: the format needs a library that is not installed.
    """
    try:
        yield from _READERS[_kind(path)](path, field, max_bytes)
    except (OSError, EOFError, zlib.error) as error:
        yield Record(broken=f"The container ends or breaks here: {_why(error)}.")


def _kind(path: Path) -> str:
    name = path.name.lower().removesuffix(".gz")
    return name[name.rindex(".") :]


def _why(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).rstrip(".").lower()


def _opened(path: Path) -> IO[bytes]:
    if path.suffix.lower() == ".gz":
        return io.BufferedReader(gzip.open(path, "rb"))
    return path.open("rb")


def _lines(stream: IO[bytes], max_bytes: int) -> Iterator[bytes | None]:
    """Lines, None for one that is too long."""
    limit = max_bytes + max_bytes // 2 + 100_000  # escapes, and the other fields
    while line := stream.readline(limit):
        if line.endswith(b"\n") or len(line) < limit:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(limit)
        yield None


def _json_lines(path: Path, field: str | None, max_bytes: int) -> Iterator[Record]:
    with _opened(path) as stream:
        for line in _lines(stream, max_bytes):
            if line is None:
                yield Record(too_large=True)
            elif line.strip():
                yield _json_line(line, field)


def _json_line(line: bytes, field: str | None) -> Record:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Record(broken=f"The line is not JSON: {type(error).__name__}.")
    if not isinstance(fields, dict):
        return Record(broken=f"The line holds {type(fields).__name__}, not an object with fields.")
    return _from_fields(fields, field)


def _from_fields(fields: Mapping[str, Any], field: str | None) -> Record:
    name = field or next((name for name in _FIELDS if name in fields), None)
    if name is None or name not in fields:
        wanted = field or ", ".join(_FIELDS)
        return Record(broken=f"The record has no field {wanted}: --field names the one with the document.")
    content = fields[name]
    if not isinstance(content, str | bytes):
        return Record(broken=f"The field {name} holds {type(content).__name__}, not text.")
    raw = content if isinstance(content, bytes) else content.encode("utf-8", errors="replace")
    suffix = ".html" if name == "html" else ""
    return Record(raw, suffix, _string(fields, ("url",)), _string(fields, _DATES))


def _string(fields: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    found = (fields.get(name) for name in names)
    return next((value for value in found if isinstance(value, str) and value), None)


def _csv(path: Path, field: str | None, max_bytes: int) -> Iterator[Record]:
    csv.field_size_limit(min(2 * max_bytes + 100_000, sys.maxsize))
    with _opened(path) as stream, io.TextIOWrapper(stream, "utf-8-sig", "replace", newline="") as text:
        rows = csv.DictReader(text, strict=True)
        while True:
            try:
                row = next(rows, None)
            except csv.Error as error:
                yield Record(broken=f"The row cannot be read: {error}.")
                continue
            if row is None:
                return
            yield _csv_row(row, field)


def _csv_row(row: dict[str, Any], field: str | None) -> Record:
    if None in row or None in row.values():
        return Record(broken="The row has more or fewer columns than the first line names.")
    return _from_fields(row, field)


def _parquet(path: Path, field: str | None, _max_bytes: int) -> Iterator[Record]:
    try:
        import pyarrow as pa  # noqa: PLC0415 - optional ([parquet] extra)
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("Reading .parquet", "parquet") from error
    try:
        with pq.ParquetFile(path) as file:
            wanted = {field} if field else {*_FIELDS}
            columns = [name for name in file.schema_arrow.names if name in {*wanted, "url", *_DATES}]
            for batch in file.iter_batches(batch_size=100, columns=columns):
                yield from (_from_fields(row, field) for row in batch.to_pylist())
    except pa.ArrowException as error:
        yield Record(broken=f"The file cannot be read as Parquet: {str(error).splitlines()[0]}.")


def _warc(path: Path, _field: str | None, max_bytes: int) -> Iterator[Record]:
    try:
        from fastwarc.warc import ArchiveIterator, WarcRecordType  # noqa: PLC0415 - optional ([warc] extra)
    except ImportError as error:
        raise MissingExtraError("Reading .warc", "warc") from error
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response, auto_decode="all"):
            kind = (record.http_content_type or "").lower()
            if "html" not in kind:
                continue
            expected = record.content_length if not _encoded(record.http_headers) else 0
            raw = record.reader.read(max_bytes + 1)
            if len(raw) < min(expected, max_bytes + 1):
                yield Record(broken="The record ends early: the container is torn.")
                continue
            headers = record.headers
            yield Record(raw, ".html", headers.get("WARC-Target-URI"), headers.get("WARC-Date"))


def _encoded(headers: Any) -> bool:
    """Whether a body is longer or shorter than what it is unpacked to."""
    return any(headers.get(name) for name in ("Content-Encoding", "Transfer-Encoding"))


_READERS: dict[str, Callable[[Path, str | None, int], Iterator[Record]]] = {
    ".jsonl": _json_lines,
    ".csv": _csv,
    ".parquet": _parquet,
    ".warc": _warc,
}


def count(path: Path, field: str | None, max_bytes: int) -> int:
    """How many records there are."""
    with closing(records(path, field, max_bytes)) as found:  # type: ignore[type-var]  # a generator
        return sum(1 for _ in found)
