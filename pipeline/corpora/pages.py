"""Reads a web page with its gold main text: one small reader for each way the gold is told.

It hands out the page's bytes as they were published and the gold in upstream's own convention.
"""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from lxml import etree, html

from pipeline.corpora.manifests import GoldKind, PageRow
from pipeline.corpora.markup import lines
from pipeline.errors import CorpusError

MAX_HTML_BYTES = 50 * 2**20
"""Ten times the largest page of the corpora; a compressed page that unfolds to more is refused."""


@dataclass(frozen=True, slots=True)
class GoldPage:
    """A page and what its annotators say about it.

    Attributes:
        html: the original page, unpacked.
        title: empty where the gold does not tell it.
        content: the main text, one block a line; None where only snippets are known.
        ignored: text that is neither content nor chrome (captions and the like), one block a line.
        wanted: strings that the main text must hold.
        unwanted: strings that it must not hold.
    """

    id: str
    site: str
    lang: str
    page_type: str
    corpus: str
    html: bytes
    title: str
    content: str | None
    ignored: str
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Gold:
    """What a gold file tells about one page."""

    title: str = ""
    content: str | None = None
    ignored: str = ""
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


def read_page(row: PageRow, raw: Path) -> GoldPage:
    """Read the page and the gold of a row from the folder that `fetch` filled.

    Raises:
        CorpusError: a file is missing, too large or has another form than its gold kind; names row and file.
    """
    folder = raw / row.repo / row.commit
    page = _checked(row, folder / row.html, _read_html)
    gold = _checked(row, folder / row.gold, partial(_READERS[row.gold_kind], row))
    return GoldPage(
        id=row.id,
        site=row.site,
        lang=row.lang,
        page_type=row.page_type,
        corpus=row.corpus,
        html=page,
        title=gold.title,
        content=gold.content,
        ignored=gold.ignored,
        wanted=gold.wanted,
        unwanted=gold.unwanted,
    )


Read = TypeVar("Read")


def _checked(row: PageRow, path: Path, read: Callable[[Path], Read]) -> Read:
    """Read one file, turning what can go wrong into a CorpusError."""
    try:
        return read(path)
    except FileNotFoundError as error:
        raise CorpusError(f"{path} of page {row.id} is missing: run the fetch stage first.") from error
    except (OSError, EOFError, ValueError, LookupError, TypeError, zlib.error, etree.LxmlError) as error:
        raise CorpusError(
            f"{path} of page {row.id} cannot be read as {row.gold_kind} ({type(error).__name__}: {error})."
        ) from error


def _read_html(path: Path) -> bytes:
    """Read a page, unpacking `.gz` up to the limit."""
    with path.open("rb") as packed:
        file = gzip.GzipFile(fileobj=packed) if path.suffix == ".gz" else packed
        page = file.read(MAX_HTML_BYTES + 1)
    if len(page) > MAX_HTML_BYTES:
        raise ValueError(f"the page has more than {MAX_HTML_BYTES} bytes, which no page of the corpora has")
    return page


def _read_truth(_row: PageRow, path: Path) -> _Gold:
    """Read a JSON file with main text, title and snippets."""
    truth = json.loads(path.read_bytes())["ground_truth"]
    return _Gold(
        title=truth["title"],
        content=_stripped(truth["main_content"]),
        wanted=tuple(truth["with"]),
        unwanted=tuple(truth["without"]),
    )


def _stripped(text: str) -> str:
    """Drop empty lines."""
    return "\n".join(line for raw in text.split("\n") if (line := raw.strip()))


def _read_snippets(row: PageRow, path: Path) -> _Gold:
    """Find a page's snippets by its file name."""
    entry = _entries(path)[PurePosixPath(row.html).name]
    wanted, unwanted = tuple(entry["with"]), tuple(entry["without"])
    return _Gold(title=entry.get("title") or "", wanted=wanted, unwanted=unwanted)


@lru_cache(maxsize=1)
def _entries(path: Path) -> Mapping[str, Mapping[str, Any]]:
    """Read evaldata.json; kept, because hundreds of pages look into the same one."""
    return {entry["file"]: entry for entry in json.loads(path.read_bytes()).values()}


_MARK = re.compile(r"x-nc-sel(\d)")


def _read_annotated(_row: PageRow, path: Path) -> _Gold:
    """Read a copy of the page in which annotators put every text into a span of a class."""
    root = html.document_fromstring(path.read_bytes(), parser=html.HTMLParser(encoding="utf-8"))
    return _Gold(
        title=" ".join(_marked(root, "1")),
        content="\n".join(_marked(root, "12")),
        ignored="\n".join(_marked(root, "3")),
    )


def _marked(root: Any, marks: str) -> list[str]:
    """Collect the blocks of text under the given annotation marks, in document order."""
    return list(lines(root, marks={}, wanted=lambda element: _mark(element) in marks))


def _mark(element: Any) -> str:
    """Find the annotation that is nearest around a piece of text; `0` (chrome) when there is none."""
    for around in (element, *element.iterancestors()):
        if found := _MARK.search(around.get("class") or ""):
            return found[1]
    return "0"


_READERS: Mapping[GoldKind, Callable[[PageRow, Path], _Gold]] = {
    GoldKind.TEXT: _read_truth,
    GoldKind.SNIPPETS: _read_snippets,
    GoldKind.ANNOTATED: _read_annotated,
}
