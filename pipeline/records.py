"""Containers of many documents: JSON lines, CSV, Parquet and WARC as a stream of records, broken ones included.

A record is known by its number in the container, from 1. Everything here is read as a stream; nothing is held whole.
Finding a record and decoding it are two steps, so that one that does harm when it is decoded can be passed over.
"""

import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from pipeline.errors import MissingExtraError
from pipeline.remote import Given, RemoteFile, as_oserror, why

Container = Path | RemoteFile | Given
_FIELDS = ("html", "text", "content", "body")  # where a document is looked for when no name is given
_DATES = ("date", "published", "timestamp")
_LOOK = 100  # records that are passed over between two signs of life


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its document as bytes, or the reason why it has none."""

    raw: bytes = b""
    suffix: str = ""
    url: str | None = None
    date: str | None = None
    broken: str | None = None
    too_large: bool = False


Pending = Callable[[], Record]
"""A record that is found and not decoded; it has to be called before the next one is looked for."""
_BROKEN = (OSError, EOFError, zlib.error)


def pending(container: Container, field: str | None, max_bytes: int) -> Iterator[Pending]:
    """The records of a container in order; an end that is torn off is one more, broken.

    Args:
        field: name of the field or column with the document; by default the first of html, text, content, body.
        max_bytes: a longer record is not held in memory.

    Raises:
        MissingExtraError: the format needs a library that is not installed.
    """
    try:
        with as_oserror():
            yield from _READERS[_kind(container)](container, field, max_bytes)
    except _BROKEN as error:
        yield partial(_torn, why(error))


def decoded(found: Pending) -> Record:
    """The record itself."""
    try:
        with as_oserror():
            return found()
    except _BROKEN as error:
        return _torn(why(error))


def _torn(reason: str) -> Record:
    return Record(broken=f"The container ends or breaks here: {reason}.")


class Reader:
    """A container that goes on being read where it was left, so that its slices cost one way through it and not many.

    Args:
        begin: called now and then while records are passed over.
    """

    def __init__(self, container: Container, field: str | None, max_bytes: int) -> None:
        self._found = pending(container, field, max_bytes)
        self.next = 1

    def record(self, number: int, begin: Callable[[], None]) -> Record | None:
        """The record of a number that is not behind; None where the container has fewer."""
        found: Pending | None = None
        while self.next <= number:
            found = next(self._found, None)
            if found is None:
                return None
            if self.next % _LOOK == 0:
                begin()
            self.next += 1
        return decoded(found) if found else None


def count(container: Container, field: str | None, max_bytes: int, begin: Callable[[], None]) -> int:
    """How many records there are; `begin` is called now and then."""
    total = 0
    for total, _ in enumerate(pending(container, field, max_bytes), 1):
        if total % _LOOK == 0:
            begin()
    return total


def _kind(container: Container) -> str:
    name = _name(container).removesuffix(".gz")
    return name[name.rindex(".") :]


def _name(container: Container) -> str:
    return (container.name if isinstance(container, Path) else container.address).lower()


def _bytes(container: Container) -> IO[bytes]:
    return container.open("rb") if isinstance(container, Path) else container.open()


@contextmanager
def _opened(container: Container) -> Iterator[IO[bytes]]:
    with _bytes(container) as stream:
        if _name(container).endswith(".gz"):
            with io.BufferedReader(gzip.GzipFile(fileobj=stream)) as unpacked:
                yield unpacked
        else:
            yield stream


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


def _json_lines(container: Container, field: str | None, max_bytes: int) -> Iterator[Pending]:
    with _opened(container) as stream:
        for line in _lines(stream, max_bytes):
            if line is None:
                yield partial(Record, too_large=True)
            elif line.strip():
                yield partial(_json_line, line, field)


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


def _csv(container: Container, field: str | None, max_bytes: int) -> Iterator[Pending]:
    csv.field_size_limit(min(2 * max_bytes + 100_000, sys.maxsize))
    with _opened(container) as stream, io.TextIOWrapper(stream, "utf-8-sig", "replace", newline="") as text:
        rows = csv.DictReader(text, strict=True)
        while True:
            try:
                row = next(rows, None)
            except csv.Error as error:
                yield partial(Record, broken=f"The row cannot be read: {error}.")
                continue
            if row is None:
                return
            yield partial(_csv_row, row, field)


def _csv_row(row: dict[str, Any], field: str | None) -> Record:
    if None in row or None in row.values():
        return Record(broken="The row has more or fewer columns than the first line names.")
    return _from_fields(row, field)


def _parquet(container: Container, field: str | None, _max_bytes: int) -> Iterator[Pending]:
    try:
        import pyarrow as pa  # noqa: PLC0415 - optional ([parquet] extra)
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("Reading .parquet", "parquet") from error
    try:
        with _bytes(container) as stream, pq.ParquetFile(stream) as file:
            wanted = {field} if field else {*_FIELDS}
            columns = [name for name in file.schema_arrow.names if name in {*wanted, "url", *_DATES}]
            for batch in file.iter_batches(batch_size=100, columns=columns):
                yield from (partial(_from_fields, row, field) for row in batch.to_pylist())
    except pa.ArrowException as error:
        yield partial(Record, broken=f"The file cannot be read as Parquet: {str(error).splitlines()[0]}.")


def _warc(container: Container, _field: str | None, max_bytes: int) -> Iterator[Pending]:
    try:
        from fastwarc.warc import ArchiveIterator, WarcRecordType  # noqa: PLC0415 - optional ([warc] extra)
    except ImportError as error:
        raise MissingExtraError("Reading .warc", "warc") from error
    with _bytes(container) as stream:
        for response in ArchiveIterator(stream, record_types=WarcRecordType.response, auto_decode="all"):
            if "html" in (response.http_content_type or "").lower():
                yield partial(_warc_record, response, max_bytes)


def _warc_record(response: Any, max_bytes: int) -> Record:
    expected = response.content_length if not _encoded(response.http_headers) else 0
    raw = response.reader.read(max_bytes + 1)
    if len(raw) < min(expected, max_bytes + 1):
        return Record(broken="The record ends early: the container is torn.")
    return Record(raw, ".html", response.headers.get("WARC-Target-URI"), response.headers.get("WARC-Date"))


def _encoded(headers: Any) -> bool:
    """Whether a body is longer or shorter than what it is unpacked to."""
    return any(headers.get(name) for name in ("Content-Encoding", "Transfer-Encoding"))


_READERS: dict[str, Callable[[Container, str | None, int], Iterator[Pending]]] = {
    ".jsonl": _json_lines,
    ".csv": _csv,
    ".parquet": _parquet,
    ".warc": _warc,
}
