"""The rows of a run, read back one at a time from results.jsonl, .parquet or .csv.

Rows are typed here and nowhere else: what does not fit is refused with the file and the line that does not.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from pipeline.document import Status
from pipeline.errors import MissingExtraError, UsageError
from pipeline.write import Format, Row

_NESTED = ("removed", "scores", "evidence")  # JSON text in CSV, which has no lists
_LONGEST_VALUE = 2**31 - 1  # of a CSV; the reader's own limit of 128 kB is less than what a long page has removed
_GROUP = 500
_BUFFER = 1 << 20  # bytes; a row takes up to 100 kB


# Structs of msgspec and no dataclasses: a row of a real page holds 150 removed lines, and 100,000 rows are read in a
# third of the time that json.loads takes (docs/decisions/0011-report.md).
class RemovedLine(msgspec.Struct, frozen=True, gc=False):
    """One line that was taken out."""

    kind: str
    text: str
    probability: float
    line: int


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """One sentence (`text`) or one measure (`name`, `value`, `typical`) that moved the verdict by `effect` log-odds."""

    type: str
    effect: float
    text: str = ""
    name: str = ""
    value: float = 0.0
    typical: dict[str, float] = msgspec.field(default_factory=dict)


class ResultRow(msgspec.Struct, frozen=True, gc=False):
    """One input of a run: the fields of DESIGN.md section 6 that anybody looks at."""

    id: str
    status: str
    input: str = ""
    sha256: str | None = None
    bytes: int | None = None
    reason: str | None = None
    detail: str | None = None
    title: str | None = None
    author: str | None = None
    date: str | None = None
    url: str | None = None
    site: str | None = None
    language: str | None = None
    text_file: str | None = None
    words: int | None = None
    removed: list[RemovedLine] | None = None
    scores: dict[str, float] | None = None
    verdict: str | None = None
    flagged: bool | None = False
    unscored: str | None = None
    evidence: list[Evidence] | None = None
    duplicate_of: str | None = None
    seconds: float | None = None
    media_type: str | None = None

    @property
    def outcome(self) -> str:
        """What a reader files it under: the verdict, why there is none, or the reason that nothing was cleaned."""
        if self.status == Status.OK:
            return self.verdict or self.unscored or "unscored"
        return self.reason or self.status

    @property
    def removed_words(self) -> int:
        """Words of the removed lines."""
        return sum(item.text.count(" ") + 1 for item in self.removed or ())

    @property
    def chrome_share(self) -> float | None:
        """Removed words among all words of the document; None where there are none."""
        gone = self.removed_words
        whole = gone + (self.words or 0)
        return gone / whole if whole else None

    def score(self, label: str) -> float:
        """The probability of a label; 0 where nothing was scored."""
        return (self.scores or {}).get(label, 0.0)


class SourceName(msgspec.Struct, frozen=True, gc=False):
    """Where a document comes from: a `site` that it names or its address does, else the top `folder` of its id."""

    kind: str
    name: str


def source_of(row: ResultRow) -> SourceName:
    """The source that a row is counted under.

    >>> source_of(ResultRow("news/a.html", "ok", site="The Quay"))
    SourceName(kind='site', name='The Quay')
    >>> source_of(ResultRow("news/a.html", "ok")), source_of(ResultRow("a.html", "ok"))
    (SourceName(kind='folder', name='news'), SourceName(kind='folder', name='.'))
    """
    site = (row.site or "").strip() or _host(row.url)
    if site:
        return SourceName("site", site)
    folder, slash, _ = row.id.partition("/")
    return SourceName("folder", folder if slash else ".")


def _host(url: str | None) -> str:
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:  # what a page calls its address need not be one
        return ""


def row_of(told: Row) -> ResultRow:
    """A row that is in hand already."""
    return msgspec.convert(told, ResultRow)


def results_files(folder: Path) -> list[Path]:
    """The files that hold a run's rows, in order.

    Raises:
        UsageError: there is none.
    """
    whole = [folder / f"results.{form.value}" for form in Format]
    found = [path for path in whole if path.is_file()] or sorted(
        path for path in folder.glob("results/[!.]*") if path.suffix in _READERS and path.is_file()
    )
    if not found:
        raise UsageError(
            f"{str(folder)!r} holds no results.jsonl, .parquet or .csv: name a folder that `winnow clean` wrote."
        )
    return found


def read_rows(folder: Path) -> Iterator[ResultRow]:
    """Every row of a run, in order, never all at once.

    Raises:
        UsageError: there are no results, or they are not winnow's.
        MissingExtraError: parquet without pyarrow.
    """
    for path in results_files(folder):
        try:
            yield from _READERS[path.suffix](path)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UsageError(f"{str(path)!r} cannot be read ({reason}): run winnow clean again.") from error


def _json_rows(path: Path) -> Iterator[ResultRow]:
    decode = msgspec.json.Decoder(ResultRow).decode
    with path.open("rb", buffering=_BUFFER) as stream:
        for number, line in enumerate(stream, 1):
            try:
                yield decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                raise _not_a_row(path, number, error) from error


def _csv_rows(path: Path) -> Iterator[ResultRow]:
    csv.field_size_limit(_LONGEST_VALUE)
    with path.open(encoding="utf-8", newline="") as stream:
        yield from _flat_rows(path, csv.DictReader(stream))


def _parquet_rows(path: Path) -> Iterator[ResultRow]:
    try:
        import pyarrow as pa  # noqa: PLC0415 - optional ([parquet] extra)
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError(f"Reading {path.name}", "parquet") from error
    try:
        batches = pq.ParquetFile(path).iter_batches(batch_size=_GROUP)
        yield from _flat_rows(path, (row for batch in batches for row in batch.to_pylist()))
    except pa.ArrowException as error:
        raise _not_a_table(path, error) from error


def _flat_rows(path: Path, told: Iterator[Mapping[str, Any]]) -> Iterator[ResultRow]:
    """Rows whose nested values are JSON text; an empty value is none."""
    try:
        for number, row in enumerate(told, 1):
            try:
                yield msgspec.convert({name: _nested(name, row[name]) for name in row}, ResultRow, strict=False)
            except (msgspec.MsgspecError, TypeError, AttributeError) as error:
                raise _not_a_row(path, number, error) from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise _not_a_table(path, error) from error


def _nested(name: str, value: Any) -> Any:
    if value in ("", None):
        return None if name != "input" else ""
    if name not in _NESTED:
        return value
    return msgspec.json.decode(value) if isinstance(value, str) else _told(value)


def _told(value: Any) -> Any:
    """A nested value without the fields that it has only because a column of structs has them all."""
    if isinstance(value, list):
        return [_told(item) for item in value]
    return {name: part for name, part in value.items() if part is not None}


def _not_a_table(path: Path, error: Exception) -> UsageError:
    return UsageError(
        f"{str(path)!r} is not a table that winnow wrote ({str(error).rstrip('.')}): run winnow clean again."
    )


def _not_a_row(path: Path, number: int, error: Exception) -> UsageError:
    return UsageError(
        f"{str(path)!r} holds in row {number} no row of winnow's results ({error}): run winnow clean again."
    )


_READERS: Mapping[str, Callable[[Path], Iterator[ResultRow]]] = {
    ".jsonl": _json_rows,
    ".csv": _csv_rows,
    ".parquet": _parquet_rows,
}
