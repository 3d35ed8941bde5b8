"""Outcomes to files: one row an input, one text file a clean document, whole or not at all.

Rows have the fields of DESIGN.md section 6, always all of them, in one order. Nothing here decides anything.
"""

import csv
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Protocol

import msgspec

from pipeline.document import LABELS, Failure, Outcome, Removal, Scored, Status, Verdict
from pipeline.errors import MissingExtraError, UsageError

Row = dict[str, Any]
FIELDS = tuple(
    "id input sha256 bytes media_type encoding status reason detail title author date url site language "
    "text_file words removed scores verdict flagged unscored evidence duplicate_of seconds models".split()
)
_LIST_COLUMNS = ("removed", "scores", "evidence")  # written as JSON where a format has no lists
_NAME_BYTES = 255  # what common file systems allow in one part of a path
_LIKE_FILE = re.compile(r"\.txt~*\Z", re.IGNORECASE)
_LIKE_CUT = re.compile(r"~[0-9a-f]{16}~?\Z", re.IGNORECASE)


class Format(StrEnum):
    """How rows are written."""

    JSONL = "jsonl"
    PARQUET = "parquet"
    CSV = "csv"


def row(outcome: Outcome, models: str, *, text_file: str | None = None, duplicate_of: str | None = None) -> Row:
    """The row of an outcome; fields are always present and None where there is nothing to say."""
    told = _failed(outcome) if isinstance(outcome, Failure) else _scored(outcome)
    return {
        **told,
        "text_file": text_file,
        "duplicate_of": duplicate_of,
        "seconds": outcome.seconds,
        "models": models,
    }


def _empty() -> Row:
    """All fields in their order."""
    return dict.fromkeys(FIELDS)


def _failed(failure: Failure) -> Row:
    origin, metadata = failure.origin, failure.metadata
    return _empty() | {
        "id": origin.id,
        "input": printable(origin.input),
        "sha256": origin.sha256,
        "bytes": origin.size,
        "media_type": failure.media_type.value if failure.media_type else None,
        "encoding": failure.encoding,
        "status": failure.status.value,
        "reason": failure.reason.value,
        "detail": failure.detail,
        **_metadata(metadata),
        "removed": [_removal(item) for item in failure.removed],
        "flagged": False,
    }


def _scored(scored: Scored) -> Row:
    origin, document, verdict = scored.source.origin, scored.document, scored.verdict
    return _empty() | {
        "id": origin.id,
        "input": printable(origin.input),
        "sha256": origin.sha256,
        "bytes": origin.size,
        "media_type": scored.source.media_type.value,
        "encoding": scored.source.encoding,
        "status": Status.OK.value,
        **_metadata(document.metadata),
        "words": len(document.body.split()),
        "removed": [_removal(item) for item in document.removed],
        "scores": _scores(verdict),
        "verdict": verdict.label,
        "flagged": verdict.flagged,
        "unscored": verdict.unscored.value if verdict.unscored else None,
        "evidence": _evidence(verdict),
    }


def _metadata(metadata: Any) -> Row:
    return {name: getattr(metadata, name) for name in ("title", "author", "date", "url", "site", "language")}


def _removal(item: Removal) -> Row:
    return {"kind": item.kind.value, "text": item.text, "probability": item.probability, "line": item.line}


def _scores(verdict: Verdict) -> Row | None:
    """Scores rounded so that they still sum to 1: each takes at most what the ones before it left."""
    if verdict.scores is None:
        return None
    first = round(verdict.scores[0], 4)
    second = min(round(verdict.scores[1], 4), round(1 - first, 4))
    return dict(zip(LABELS, (first, second, round(max(1 - first - second, 0.0), 4)), strict=True))


def _evidence(verdict: Verdict) -> list[Row]:
    quotes = [{"type": "sentence", "text": quote.sentence, "effect": quote.effect} for quote in verdict.quotes]
    cues = [
        {
            "type": "cue",
            "name": cue.name,
            "value": cue.value,
            "typical": dict(zip(LABELS, cue.typical, strict=True)),
            "effect": cue.effect,
        }
        for cue in verdict.cues
    ]
    return [*quotes, *cues]


def printable(path: str) -> str:
    """A path as valid Unicode: bytes that are no UTF-8 as backslash escapes, so that every row is valid JSON."""
    return os.fsencode(path).decode("utf-8", errors="backslashreplace")


def text_name(identifier: str) -> str:
    """The text file of an id, relative to the output folder; parts too long for a file system are cut and hashed.

    A folder that ends in .txt gets a `~`, as it could stand where the text of a file without that suffix goes.

    >>> text_name("news/a.html")
    'text/news/a.html.txt'
    >>> text_name("a"), text_name("a.txt/b")
    ('text/a.txt', 'text/a.txt~/b.txt')
    """
    *folders, last = identifier.split("/")
    above = (_fitting(part, "~" if _LIKE_FILE.search(part) else "") for part in folders)
    return "/".join(["text", *above, _fitting(last, ".txt")])


def _fitting(part: str, suffix: str) -> str:
    """The part with its suffix; also a part that looks cut gets a digest, so that it differs from one that is."""
    if len((part + suffix).encode()) <= _NAME_BYTES and not _LIKE_CUT.search(part):
        return part + suffix
    digest = hashlib.sha256(part.encode()).hexdigest()[:16]
    head = part.encode()[: _NAME_BYTES - len(digest) - len(suffix) - 1].decode(errors="ignore")
    return f"{head}~{digest}{suffix}"


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file, text as UTF-8, beside its place, then put it there whole.

    Raises:
        UsageError: the place cannot be written; names it and the reason.
    """
    raw = content.encode("utf-8") if isinstance(content, str) else content
    digest = hashlib.sha256(path.name.encode(errors="surrogateescape")).hexdigest()[:16]
    beside = path.with_name(f".{digest}.part")  # the name itself may be as long as any can be
    try:
        _put(beside, raw)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise unwritable(path, error) from error


def _put(path: Path, raw: bytes) -> None:
    """Write a file; its folder is made where it is missing: to ask before each file costs as much as to write it."""
    try:
        path.write_bytes(raw)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)


def unwritable(path: Path, error: OSError) -> UsageError:
    """One sentence for an output that cannot be written."""
    reason = (error.strerror or str(error)).lower()
    return UsageError(
        f"{printable(os.fspath(path))} cannot be written ({reason}): make room or choose another --output."
    )


class TextOutput(StrEnum):
    """Where clean texts go."""

    FILES = "files"
    RECORDS = "records"
    NONE = "none"


class RowWriter(Protocol):
    """Takes rows one at a time; what is nested in them may be JSON already (`msgspec.Raw`)."""

    def __call__(self, item: Row) -> None:
        """Write one row."""


@contextmanager
def row_writer(stream: IO[str], form: Format) -> Iterator[RowWriter]:
    """A writer of JSON lines or CSV to a text stream; rows are never held together."""
    if form is Format.CSV:
        # With another line end than RFC 4180's, a carriage return in a value is not quoted and splits its row.
        writer = csv.DictWriter(stream, fieldnames=FIELDS, lineterminator="\r\n")
        writer.writeheader()
        yield lambda item: writer.writerow(_flat(item))
    else:
        yield lambda item: _put_line(stream, item)


def _put_line(stream: IO[str], item: Row) -> None:
    line = msgspec.json.format(msgspec.json.encode(item), indent=0)  # as json writes it, in a tenth of the time
    stream.write(f"{line.decode()}\n")


@contextmanager
def results_writer(folder: Path, form: Format) -> Iterator[RowWriter]:
    """A writer of results.<form> in a folder; the file appears when the block ends, also when it is interrupted.

    Raises:
        MissingExtraError: parquet without pyarrow.
        UsageError: the folder cannot be written.
    """
    with _replacing(folder / f"results.{form.value}") as part, _PARTS[form](part) as write:
        yield write


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its place when the block ends, also when the user ends it (Ctrl-C)."""
    part = path.with_name(f".{path.name}.part")
    try:
        try:
            yield part
        except KeyboardInterrupt:
            part.replace(path)
            raise
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        part.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error


@contextmanager
def _text_part(path: Path, form: Format) -> Iterator[RowWriter]:
    with path.open("w", encoding="utf-8", newline="\n") as stream, row_writer(stream, form) as write:
        yield write


@contextmanager
def _parquet_part(path: Path) -> Iterator[RowWriter]:
    """Rows in row groups of `_GROUP`, in typed columns: lists of structs where rows are nested."""
    check_format(Format.PARQUET)
    import pyarrow as pa  # noqa: PLC0415 - optional ([parquet] extra)
    import pyarrow.parquet as pq  # noqa: PLC0415

    schema = _schema()
    held: list[Row] = []

    def flush() -> None:
        writer.write_table(pa.Table.from_pylist(held, schema=schema))
        held.clear()

    def write(item: Row) -> None:
        held.append({name: _decoded(value) for name, value in item.items()})
        if len(held) == _GROUP:
            flush()

    with pq.ParquetWriter(path, schema) as writer:
        try:
            yield write
        finally:
            flush()


def _schema() -> Any:
    """The type of every column."""
    import pyarrow as pa  # noqa: PLC0415 - optional ([parquet] extra)

    text, number = pa.string(), pa.float64()
    labels = pa.struct([(label.value, number) for label in LABELS])
    removal = pa.struct([("kind", text), ("text", text), ("probability", number), ("line", pa.int64())])
    evidence = pa.struct(
        [("type", text), ("text", text), ("name", text), ("value", number), ("typical", labels), ("effect", number)]
    )
    typed = {"bytes": pa.int64(), "words": pa.int64(), "seconds": number, "flagged": pa.bool_()}
    nested = {"removed": pa.list_(removal), "scores": labels, "evidence": pa.list_(evidence)}
    return pa.schema([(name, (typed | nested).get(name, text)) for name in FIELDS])


def check_format(form: Format) -> None:
    """Refuse a format whose library is not installed, before any work is done.

    Raises:
        MissingExtraError: parquet without pyarrow.
    """
    if form is not Format.PARQUET:
        return
    try:
        import pyarrow.parquet  # noqa: F401, PLC0415 - optional ([parquet] extra)
    except ImportError as error:
        raise MissingExtraError("--format parquet", "parquet") from error


_GROUP = 1000  # rows held, of about 10 kB each
_PARTS: dict[Format, Callable[[Path], Any]] = {
    Format.JSONL: lambda path: _text_part(path, Format.JSONL),
    Format.CSV: lambda path: _text_part(path, Format.CSV),
    Format.PARQUET: _parquet_part,
}


def _flat(item: Row) -> Row:
    """Nested values as JSON text."""
    return {
        name: json.dumps(_decoded(value), ensure_ascii=False) if name in _LIST_COLUMNS and value is not None else value
        for name, value in item.items()
    }


def _decoded(value: Any) -> Any:
    return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value
