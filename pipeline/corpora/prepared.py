"""Prepared corpora on disk: labelled texts and labelled pages, one JSON line each, between the stages.

Knows the shape of data/prepared and data/clean; not how a document got its split or its labels.
"""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import msgspec

from pipeline.document import Block, Label
from pipeline.errors import CorpusError

BASELINES = ("default", "recall")  # trafilatura's own settings that winnow is measured beside


class Split(StrEnum):
    """What a site's or publisher's documents are used for."""

    TRAIN = "train"
    VALID = "valid"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class PreparedText:
    """A labelled document, leaks stripped; `group` is the publisher that splits and folds go by."""

    id: str
    corpus: str
    label: Label
    basis: str
    origin: str
    source: str
    group: str
    split: Split
    title: str
    text: str
    topic: str = ""


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """A page cut into blocks, with one gold label a block (`chrome.gold.BlockLabel`).

    Attributes:
        title: the headline as the page shows it.
        content: gold main text; None where the corpus has snippets only.
        baselines: what trafilatura makes of the page with the settings of `BASELINES`; only with the first of them
            where the page is not held out.
        cleaned: the lines of the first baseline, as somebody has them who used trafilatura.
        cleaned_labels: their labels.
    """

    id: str
    corpus: str
    site: str
    lang: str
    page_type: str
    split: Split
    title: str | None
    gold_title: str
    content: str | None
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]
    baselines: tuple[str, ...]
    blocks: tuple[Block, ...]
    labels: tuple[int, ...]
    cleaned: tuple[Block, ...]
    cleaned_labels: tuple[int, ...]


_Record = TypeVar("_Record", PreparedText, PreparedPage)


def write_lines(path: Path, records: Iterable[PreparedText | PreparedPage]) -> None:
    """Write records as gzipped JSON lines without a time stamp, so that equal data give equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
        for record in records:
            file.write(_line(record))


def packed(record: PreparedPage) -> bytes:
    """A record as a gzip member of its own, which cores can make side by side and `write_packed` puts together."""
    return gzip.compress(_line(record), 6, mtime=0)


def write_packed(path: Path, members: Iterable[bytes]) -> None:
    """Write records that are already packed; together they are one gzip file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.writelines(members)


def _line(record: PreparedText | PreparedPage) -> bytes:
    return msgspec.json.encode(record) + b"\n"


def read_texts(path: Path) -> Iterator[PreparedText]:
    """Read prepared texts in the order in which they were written."""
    return _records(path, PreparedText)


def read_pages(path: Path) -> Iterator[PreparedPage]:
    """Read prepared pages in the order in which they were written."""
    return _records(path, PreparedPage)


def _records(path: Path, form: type[_Record]) -> Iterator[_Record]:
    """The lines of a file as records; dataclasses are filled in C, which takes a fifth of the time of doing it here."""
    decoder = msgspec.json.Decoder(form)
    try:
        with gzip.open(path) as file:
            yield from map(decoder.decode, file)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise CorpusError(f"{path} cannot be read ({error}): run  dvc repro  to make it again.") from error
