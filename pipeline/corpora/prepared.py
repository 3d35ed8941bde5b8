"""Prepared corpora on disk: labelled texts and labelled pages, one JSON line each, between the stages.

Knows the shape of data/prepared and data/clean; not how a document got its split or its labels.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

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
        baselines: what trafilatura makes of the page with the settings of `BASELINES`.
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
    return json.dumps(asdict(record), ensure_ascii=False).encode() + b"\n"


def read_texts(path: Path) -> Iterator[PreparedText]:
    """Read prepared texts in the order in which they were written."""
    for fields in _records(path):
        yield PreparedText(**{**fields, "label": Label(fields["label"]), "split": Split(fields["split"])})


def read_pages(path: Path) -> Iterator[PreparedPage]:
    """Read prepared pages in the order in which they were written."""
    for fields in _records(path):
        lists = {name: tuple(fields[name]) for name in ("wanted", "unwanted", "baselines", "labels", "cleaned_labels")}
        blocks = {name: tuple(_block(item) for item in fields[name]) for name in ("blocks", "cleaned")}
        yield PreparedPage(**{**fields, **lists, **blocks, "split": Split(fields["split"])})


def _block(fields: dict[str, Any]) -> Block:
    return Block(**{**fields, "ancestors": tuple(fields["ancestors"]), "path": tuple(fields["path"])})


def _records(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            yield from map(json.loads, file)
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path} cannot be read ({error}): run  dvc repro  to make it again.") from error
