"""A user's own labels in data/labelled: which files, under which label, of which source, and what is wrong with them.

Everything is checked before anything is trained: a wrong file is one sentence that says what to do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.corpora.choice import OWN
from pipeline.corpora.manifests import LabelRow, read_labels
from pipeline.corpora.pages import GoldPage
from pipeline.document import LABELS, Failure, Label, MediaType
from pipeline.errors import CorpusError
from pipeline.read import Entry, load

LISTED, PAGES = "labels.csv", "pages"
_SUFFIXES = frozenset({".txt", ".md", ".html", ".htm", ".xhtml"})
_FOLDERS = frozenset(LABELS)
_ABOVE_NAME = 2  # parts of SITE/NAME


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A labelled document as it was read.

    Attributes:
        content: text, or mark-up where `is_page`.
    """

    id: str
    label: Label
    source: str
    content: str
    is_page: bool


def read_own_files(folder: Path) -> tuple[OwnFile, ...]:
    """Read every labelled document of the folder, in the order of their paths; an absent folder holds none.

    Raises:
        CorpusError: a file has no label, two labels, no source or no text, or labels.csv names one that is not there.
    """
    listed = {row.file: row for row in read_labels(folder / LISTED)} if (folder / LISTED).exists() else {}
    names = [path.relative_to(folder).as_posix() for path in _files(folder) if not _is_page_gold(folder, path)]
    lost = sorted(set(listed) - set(names))
    if lost:
        raise CorpusError(f"{folder / LISTED} names {lost[0]}, which is not in {folder}: put it there or drop the row.")
    rows = [listed.get(name) or _by_folder(folder, name) for name in names]
    return tuple(_own_file(folder, row) for row in rows)


def _is_page_gold(folder: Path, path: Path) -> bool:
    return path.relative_to(folder).parts[0] == PAGES


def _files(folder: Path) -> Iterator[Path]:
    """Files that may be labels: not hidden, not the folder's own."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path not in (folder / LISTED, folder / "README.md"):
            yield path


def _by_folder(folder: Path, name: str) -> LabelRow:
    """Label and source of a file that is not listed, from the folders that it lies in."""
    label, *inner = name.split("/")
    if label not in _FOLDERS:
        raise CorpusError(
            f"{folder / name} has no label: move it to {', '.join(LABELS)} or list it in {folder / LISTED}."
        )
    if len(inner) < _ABOVE_NAME:
        raise CorpusError(
            f"{folder / name} has no source: move it to {folder / label}/SITE/ or list it with a source in "
            f"{folder / LISTED}; splits go by source."
        )
    return LabelRow(name, Label(label), inner[0])


def _own_file(folder: Path, row: LabelRow) -> OwnFile:
    top = row.file.partition("/")[0]
    if top in _FOLDERS and top != row.label:
        raise CorpusError(
            f"{folder / row.file} lies in {top} and is {row.label} in {folder / LISTED}: correct one of the two."
        )
    content, is_page = _content(folder / row.file)
    return OwnFile(f"{OWN}/{row.file}", row.label, row.source, content, is_page)


def _content(path: Path) -> tuple[str, bool]:
    """The decoded content of a file, and whether it is a page."""
    if path.suffix.lower() not in _SUFFIXES:
        raise CorpusError(f"{path} is no text or page: allowed are {', '.join(sorted(_SUFFIXES))}.")
    found = load(Entry(path.name, path))
    if isinstance(found, Failure):
        raise CorpusError(f"{path} cannot be trained on: {found.detail}")
    return found.content, found.media_type is MediaType.HTML


def read_own_pages(folder: Path) -> tuple[GoldPage, ...]:
    """Read every page of `folder/pages` with its wanted text; a page outside a sub-folder is a site of its own.

    Raises:
        CorpusError: a page lacks its text, a text its page, or one of them is empty or of another kind.
    """
    found = [path for path in _files(folder) if _is_page_gold(folder, path)]
    gold = {path.with_suffix("") for path in found if path.suffix == ".txt"}
    pages = {path.with_suffix(""): path for path in found if path.suffix != ".txt"}
    for stem in sorted(gold ^ set(pages)):
        lacks = f"{stem.name}.html" if stem in gold else f"{stem.name}.txt"
        raise CorpusError(f"{stem.parent} lacks {lacks}: a page and the text that is wanted of it go by one name.")
    return tuple(_own_page(folder, pages[stem]) for stem in sorted(pages))


def _own_page(folder: Path, path: Path) -> GoldPage:
    wanted, _ = _content(path.with_suffix(".txt"))
    _, is_page = _content(path)
    if not is_page:
        raise CorpusError(f"{path} is no web page: only pages have blocks to label.")
    name = path.relative_to(folder / PAGES).with_suffix("").as_posix()
    return GoldPage(
        id=f"{OWN}/{PAGES}/{name}",
        site=name.partition("/")[0],
        lang="en",
        page_type="article",
        corpus=OWN,
        html=path.read_bytes(),
        title="",
        content="\n".join(line for raw in wanted.splitlines() if (line := raw.strip())),
        ignored="",
        wanted=(),
        unwanted=(),
    )
