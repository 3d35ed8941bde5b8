"""Brings the files that the manifests name into the raw folder, each checked against its sha256.

It knows where archives live and what may be taken out of one; it does not know what the files mean.
"""

import hashlib
import os
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from urllib.parse import urlsplit
from urllib.request import url2pathname

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from pipeline.corpora.manifests import PageRow, TextRow
from pipeline.errors import CorpusError, MissingExtraError

MAX_FILE_BYTES = 100 * 2**20
"""No listed file is larger; the largest of 12,000 is 19 MB."""

MIRROR_ADVICE = "name a folder or URL that holds the archives in WINNOW_MIRROR"

Files = dict[str, str]
"""Upstream path -> sha256."""


@dataclass(frozen=True, slots=True)
class Archive:
    """One commit of one upstream repository."""

    repo: str
    commit: str

    def __str__(self) -> str:
        """Name the archive in a message."""
        return f"{self.repo} at commit {self.commit}"


def fetch(
    texts: Iterable[TextRow],
    pages: Iterable[PageRow],
    *,
    base: str,
    raw: Path,
    mirror: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Bring every listed file that is not there yet to `raw/OWNER/REPO/COMMIT/<path>`.

    Args:
        texts: rows of data/texts.csv.
        pages: rows of data/pages.csv.
        base: public address of the archives, or a folder or file URL in the layout of a mirror.
        raw: the folder to fill; files that are there with the right hash are kept.
        mirror: a folder or URL that replaces `base`.
        progress: one bar over the missing files is added to it; by default a bar on a terminal's stderr.

    Raises:
        CorpusError: an archive or file is missing, damaged, different or out of reach.
        MissingExtraError: pooch is not installed.
    """
    wanted = {
        archive: missing
        for archive, files in list_files(texts, pages).items()
        if (missing := _missing(_folder(raw, archive), files))
    }
    with progress or _terminal_bar() as bar:
        task = bar.add_task("fetch", total=sum(len(files) for files in wanted.values()))
        for archive, files in wanted.items():
            bar.update(task, description=archive.repo)
            for _ in _fetch_archive(archive, files, address(base, archive, mirror=mirror), raw):
                bar.advance(task)


def list_files(texts: Iterable[TextRow], pages: Iterable[PageRow]) -> dict[Archive, Files]:
    """Group the files of both manifests by archive, each file once.

    Raises:
        CorpusError: two rows give one file different hashes.
    """
    listed: dict[Archive, Files] = {}
    for row, path, sha256 in _named_files(texts, pages):
        files = listed.setdefault(Archive(row.repo, row.commit), {})
        if files.setdefault(path, sha256) != sha256:
            raise CorpusError(f"Row {row.id} gives {path} of {row.repo} another sha256 than an earlier row.")
    return listed


def _named_files(texts: Iterable[TextRow], pages: Iterable[PageRow]) -> Iterator[tuple[TextRow | PageRow, str, str]]:
    """Yield row, path and sha256 for every file that a row names."""
    for text in texts:
        yield text, text.path, text.sha256
    for page in pages:
        yield page, page.html, page.html_sha256
        yield page, page.gold, page.gold_sha256


def address(base: str, archive: Archive, *, mirror: str | None = None) -> str:
    """Compute where an archive is: GitHub's layout below an http base, the shorter one in a mirror.

    >>> address("https://github.com", Archive("someone/corpus", "c0ffee"))
    'https://github.com/someone/corpus/archive/c0ffee.tar.gz'
    >>> address("https://github.com", Archive("someone/corpus", "c0ffee"), mirror="/srv/mirror")
    '/srv/mirror/someone/corpus/c0ffee.tar.gz'
    """
    root = (mirror or base).rstrip("/")
    public = not mirror and _is_http(base)
    return f"{root}/{archive.repo}/{'archive/' if public else ''}{archive.commit}.tar.gz"


def _is_http(place: str) -> bool:
    """Tell a web address from a folder or file URL."""
    return urlsplit(place).scheme in {"http", "https"}


def _folder(raw: Path, archive: Archive) -> Path:
    """Name the folder of an archive's files."""
    return raw / archive.repo / archive.commit


def _missing(folder: Path, files: Mapping[str, str]) -> Files:
    """Find the files that are absent or have another hash."""
    return {path: sha256 for path, sha256 in files.items() if _sha256_of(folder / path) != sha256}


def _sha256_of(path: Path) -> str | None:
    """Hash a file; None when there is none."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _terminal_bar() -> Progress:
    """Make a bar that shows only on a terminal."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal)


def _fetch_archive(archive: Archive, files: Files, place: str, raw: Path) -> Iterator[str]:
    """Open the archive at `place` and store `files` out of it, yielding each stored path."""
    folder = _folder(raw, archive)
    with _opened(archive, place, raw) as file:
        for path, content in _members(archive, file, files):
            _check_hash(archive, path, content, files[path])
            _store(folder / path, content)
            yield path


@contextmanager
def _opened(archive: Archive, place: str, raw: Path) -> Iterator[IO[bytes]]:
    """Open an archive for reading; a downloaded one is deleted afterwards."""
    if not _is_http(place):
        with _open_local(archive, place) as file:
            yield file
        return
    raw.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=raw, prefix=".archive-") as folder:
        download = Path(folder) / "archive.tar.gz"
        _download(archive, place, download)
        with download.open("rb") as file:
            yield file


def _open_local(archive: Archive, place: str) -> IO[bytes]:
    """Open an archive of a mirror that is a folder or file URL."""
    parts = urlsplit(place)
    path = Path(url2pathname(parts.path) if parts.scheme == "file" else place)
    try:
        return path.open("rb")
    except OSError as error:
        raise _absent(archive, place) from error


def _download(archive: Archive, place: str, target: Path) -> None:
    """Download one archive."""
    try:
        import pooch  # noqa: PLC0415 - only training needs it ([train] extra)
        import requests  # noqa: PLC0415 - comes with pooch
    except ImportError as error:
        raise MissingExtraError("Fetching training data", "train") from error
    try:
        # pooch.retrieve logs the hash of every file without a known one; its downloader is quiet.
        pooch.HTTPDownloader(chunk_size=2**16)(url=place, output_file=str(target), pooch=None)
    except requests.HTTPError as error:
        status = 0 if error.response is None else error.response.status_code
        raise _refused(archive, place, status) from error
    except requests.RequestException as error:
        raise CorpusError(
            f"{place} cannot be reached ({type(error).__name__}): check the network and run again, or {MIRROR_ADVICE}."
        ) from error


def _refused(archive: Archive, place: str, status: int) -> CorpusError:
    """Say what an HTTP error means for the archive."""
    if status in {404, 410}:
        return _absent(archive, place)
    return CorpusError(
        f"{place} answered with HTTP status {status}: run again later (what is there is kept), or {MIRROR_ADVICE}."
    )


def _absent(archive: Archive, place: str) -> CorpusError:
    """Say that an archive does not exist."""
    return CorpusError(
        f"There is no archive of {archive} at {place}: check the row's repo and commit, or {MIRROR_ADVICE}."
    )


def _members(archive: Archive, file: IO[bytes], files: Files) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each wanted file, reading the archive once from front to back.

    Nothing is unpacked: a member is read only when its path below the archive's top folder is wanted and it
    is a regular file, so links, devices and names that climb out are passed over.
    """
    left = set(files)
    try:
        with tarfile.open(fileobj=file, mode="r|gz") as tar:
            for member in tar:
                path = member.name.partition("/")[2]
                if path in left and member.isreg():
                    yield path, _content(archive, tar, member)
                    left.remove(path)
                if not left:
                    return
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise CorpusError(
            f"The archive of {archive} is damaged ({error}): run again to fetch it anew, or {MIRROR_ADVICE}."
        ) from error
    raise CorpusError(
        f"The archive of {archive} lacks {min(left)} as a regular file ({len(left)} missing in all): "
        "check the row's path, or fetch from the public address."
    )


def _content(archive: Archive, tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """Read one regular member of a sane size."""
    if member.size > MAX_FILE_BYTES:
        raise CorpusError(
            f"{member.name} in the archive of {archive} has {member.size} bytes, more than {MAX_FILE_BYTES} "
            "are never read: the archive is not the one the manifest was made from."
        )
    file = tar.extractfile(member)
    return file.read() if file else b""


def _check_hash(archive: Archive, path: str, content: bytes, expected: str) -> None:
    """Refuse content that is not what the manifest was made from."""
    actual = hashlib.sha256(content).hexdigest()
    if actual != expected:
        raise CorpusError(
            f"{path} of {archive} has sha256 {actual[:12]}..., expected {expected[:12]}...: upstream changed "
            "or the download was damaged; run again, and if it stays so correct or drop the manifest's row."
        )


def _store(target: Path, content: bytes) -> None:
    """Write beside the target, then put it in place whole."""
    part = target.with_name(f".part-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CorpusError(f"{target} cannot be written ({error.strerror}): make room or check rights.") from error
