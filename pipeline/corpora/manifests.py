"""The manifests, data/texts.csv and data/pages.csv, and what was read of their rows; it opens no corpus file.

Hashes, ids and upstream paths are checked here once, so that later steps can build file paths from them.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Protocol, TypeVar

from pipeline.document import ChromeKind, Label
from pipeline.errors import CorpusError


class GoldKind(StrEnum):
    """How the main text of a page is told."""

    TEXT = "text+snippets"
    SNIPPETS = "snippets"
    ANNOTATED = "annotated-html"


@dataclass(frozen=True, slots=True)
class TextRow:
    """One document with a quality label.

    Attributes:
        selector: where in the file the text is; empty for the whole file.
        words: white-space words upstream counted after clean-up; a check, not exact.
        sha256: of the raw file.
    """

    id: str
    corpus: str
    label: Label
    basis: str
    origin: str
    source: str
    repo: str
    commit: str
    path: str
    selector: str
    words: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PageRow:
    """One web page with gold main text; `html` and `gold` are paths in the upstream repository."""

    id: str
    corpus: str
    site: str
    lang: str
    page_type: str
    gold_kind: GoldKind
    repo: str
    commit: str
    html: str
    gold: str
    html_sha256: str
    gold_sha256: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A row of texts.csv that is not used, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader who did not see the label took a document for."""

    id: str
    label: Label
    sure: bool


@dataclass(frozen=True, slots=True)
class KindRow:
    """A removed block of a page whose kind a person has told.

    Attributes:
        block: its place among the page's blocks when it was labelled, from 0.
        text: first 16 hex digits of the sha256 of its text.
    """

    page: str
    block: int
    text: str
    kind: ChromeKind

    @property
    def id(self) -> str:
        """What no two rows share."""
        return f"{self.page}#{self.block}"


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A user's own document: its file below data/labelled, its label, and the site or author that it is split by."""

    file: str
    label: Label
    source: str

    @property
    def id(self) -> str:
        """What no two rows share."""
        return self.file


@dataclass(frozen=True, slots=True)
class CorpusRow:
    """A corpus: the licence that it states and how its labels or gold texts were got."""

    corpus: str
    licence: str
    labels: str

    @property
    def id(self) -> str:
        """What no two rows share."""
        return self.corpus


class _Row(Protocol):
    """What both kinds of row have."""

    @property
    def id(self) -> str: ...


Row = TypeVar("Row", bound=_Row)


def read_texts(path: Path) -> tuple[TextRow, ...]:
    """Read data/texts.csv.

    Raises:
        CorpusError: the file is missing, or a header, label, number, path, hash or id is wrong; names
            the line.
    """
    return tuple(_read(path, TextRow, _text_row))


def read_pages(path: Path) -> tuple[PageRow, ...]:
    """Read data/pages.csv.

    Raises:
        CorpusError: the file is missing, or a header, gold kind, path, hash or id is wrong; names the line.
    """
    return tuple(_read(path, PageRow, _page_row))


def read_exclusions(path: Path) -> tuple[Exclusion, ...]:
    """Read data/left_out.csv.

    Raises:
        CorpusError: the file is missing, or a header or id is wrong; names the line.
    """
    return tuple(_read(path, Exclusion, lambda cells: Exclusion(**cells)))


def read_readings(path: Path) -> tuple[Reading, ...]:
    """Read data/readings.csv.

    Raises:
        CorpusError: the file is missing, or a header, label or id is wrong; names the line.
    """
    return tuple(_read(path, Reading, _reading))


def read_kinds(path: Path) -> tuple[KindRow, ...]:
    """Read data/kinds.csv.

    Raises:
        CorpusError: the file is missing, or a header, kind, place, hash or id is wrong; names the line.
    """
    return tuple(_read(path, KindRow, _kind_row))


def read_labels(path: Path) -> tuple[LabelRow, ...]:
    """Read data/labelled/labels.csv.

    Raises:
        CorpusError: the file cannot be read, a header, label or path is wrong, a file is listed twice or a source is
            empty; names the line.
    """
    return tuple(_read(path, LabelRow, _label_row))


def read_corpora(path: Path) -> tuple[CorpusRow, ...]:
    """Read data/corpora.csv.

    Raises:
        CorpusError: the file is missing, a header is wrong or a corpus is named twice; names the line.
    """
    return tuple(_read(path, CorpusRow, lambda cells: CorpusRow(**cells)))


def _read(path: Path, kind: type[Row], build: Callable[[dict[str, str]], Row]) -> Iterator[Row]:
    """Yield one row object for each line, refusing a second row with the same id."""
    seen: set[str] = set()
    for line, cells in _lines(path, [item.name for item in fields(kind)]):  # type: ignore[arg-type]
        try:
            row = build(cells)
        except ValueError as error:
            raise CorpusError(f"{path}, line {line}: {error}.") from error
        if row.id in seen:
            raise CorpusError(f"{path}, line {line}: the id {row.id!r} is already used by an earlier row.")
        seen.add(row.id)
        yield row


def _lines(path: Path, header: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and cells of each row of a CSV file that must have exactly `header`."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames != header:
                raise CorpusError(f"{path}, line 1: the header is {reader.fieldnames}, it must be {header}.")
            for cells in reader:
                if None in cells or None in cells.values():
                    raise CorpusError(f"{path}, line {reader.line_num}: the row needs {len(header)} cells.")
                yield reader.line_num, cells
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CorpusError(f"{path} cannot be read as a CSV file in UTF-8: {error}.") from error


def _text_row(cells: dict[str, str]) -> TextRow:
    """Check and convert one row of texts.csv."""
    _check_upstream(cells, paths=("path",), hashes=("sha256",))
    label = _member(Label, cells.pop("label"), name="label")
    words = _number(cells.pop("words"), "words")
    return TextRow(label=label, words=words, **cells)


def _page_row(cells: dict[str, str]) -> PageRow:
    """Check and convert one row of pages.csv."""
    _check_upstream(cells, paths=("html", "gold"), hashes=("html_sha256", "gold_sha256"))
    gold_kind = _member(GoldKind, cells.pop("gold_kind"), name="gold_kind")
    return PageRow(gold_kind=gold_kind, **cells)


def _kind_row(cells: dict[str, str]) -> KindRow:
    """Check and convert one row of kinds.csv."""
    _check_pattern(_HASH16, cells, "text")
    return KindRow(
        cells["page"], _number(cells["block"], "block"), cells["text"], _member(ChromeKind, cells["kind"], name="kind")
    )


def _label_row(cells: dict[str, str]) -> LabelRow:
    """Check and convert one row of labels.csv."""
    _check_path(cells, "file", inside="data/labelled")
    if not cells["source"].strip():
        raise ValueError(f"{cells['file']} has no source, it must name the site or author that the document is of")
    return LabelRow(cells["file"], _member(Label, cells["label"], name="label"), cells["source"].strip())


def _reading(cells: dict[str, str]) -> Reading:
    """Check and convert one row of readings.csv."""
    if cells["sure"] not in ("yes", "no"):
        raise ValueError(f"sure is {cells['sure']!r}, allowed are yes and no")
    return Reading(cells["id"], _member(Label, cells["label"], name="label"), cells["sure"] == "yes")


Member = TypeVar("Member", bound=StrEnum)


def _member(kind: type[Member], value: str, *, name: str) -> Member:
    """Find the enum member of a cell."""
    try:
        return kind(value)
    except ValueError as error:
        raise ValueError(f"{name} is {value!r}, allowed are {', '.join(kind)}") from error


def _number(value: str, name: str) -> int:
    """Read a count."""
    if not value.isdecimal():
        raise ValueError(f"{name} is {value!r}, it must be a whole number")
    return int(value)


_REPO = re.compile(r"\w[\w.-]*/\w[\w.-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HASH16 = re.compile(r"[0-9a-f]{16}")


def _check_upstream(cells: dict[str, str], *, paths: tuple[str, ...], hashes: tuple[str, ...]) -> None:
    """Refuse cells that could lead out of the raw folder or never match a file."""
    _check_pattern(_REPO, cells, "repo")
    _check_pattern(_COMMIT, cells, "commit")
    for name in hashes:
        _check_pattern(_SHA256, cells, name)
    for name in paths:
        _check_path(cells, name, inside="the repository")


def _check_path(cells: dict[str, str], name: str, *, inside: str) -> None:
    """Refuse a path that is not plain, such as one that climbs out."""
    path = PurePosixPath(cells[name])
    if not path.parts or path.is_absolute() or ".." in path.parts or str(path) != cells[name]:
        raise ValueError(f"{name} is {cells[name]!r}, it must be a plain path inside {inside}")


def _check_pattern(pattern: re.Pattern[str], cells: dict[str, str], name: str) -> None:
    """Refuse a cell that does not have the form of its column."""
    if not pattern.fullmatch(cells[name]):
        raise ValueError(f"{name} is {cells[name]!r}, it must match {pattern.pattern}")
