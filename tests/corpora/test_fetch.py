"""Files arrive whole and verified from a folder, a file URL, a web mirror and the public layout."""

import io
import tarfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import pipeline.corpora.fetch as room
from pipeline.corpora.fetch import Archive, address, fetch, list_files
from pipeline.corpora.manifests import GoldKind
from pipeline.errors import CorpusError

from .conftest import COMMIT, REPO, pack, page_row, sha256, text_row

A, B = b"A heron stood in the reeds.", b"The reeds did not mind."
ARCHIVE = Archive(REPO, COMMIT)
ROWS = (text_row("docs/a.txt", A), text_row("docs/b.txt", B))
PUBLIC = "https://github.com"


@dataclass
class Site:
    """A web server on this machine that serves archives by path and can be told to refuse."""

    archives: Mapping[str, bytes]
    status: int = 200
    cut: int = 0
    asked: list[str] = field(default_factory=list)
    base: str = ""


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve the two files at the public layout and at the layout of a mirror."""
    archive = pack({"docs/a.txt": A, "docs/b.txt": B})
    served = Site({f"/{REPO}/{layout}{COMMIT}.tar.gz": archive for layout in ("archive/", "")})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            body = served.archives.get(self.path, b"")
            self.send_response(served.status if body else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) - served.cut])

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A folder in the layout of a mirror."""
    folder = tmp_path / "mirror"
    fill(folder, pack({"docs/a.txt": A, "docs/b.txt": B}))
    return folder


def fill(mirror: Path, archive: bytes) -> None:
    target = mirror / REPO / f"{COMMIT}.tar.gz"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(archive)


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


WHOLE = {f"{REPO}/{COMMIT}/docs/a.txt": A, f"{REPO}/{COMMIT}/docs/b.txt": B}


@pytest.mark.parametrize(
    ("base", "mirror_place", "expected"),
    [
        pytest.param(PUBLIC, None, f"{PUBLIC}/{REPO}/archive/{COMMIT}.tar.gz", id="public"),
        pytest.param(PUBLIC + "/", "", f"{PUBLIC}/{REPO}/archive/{COMMIT}.tar.gz", id="empty mirror"),
        pytest.param(PUBLIC, "/srv/m", f"/srv/m/{REPO}/{COMMIT}.tar.gz", id="folder"),
        pytest.param("/srv/m", None, f"/srv/m/{REPO}/{COMMIT}.tar.gz", id="folder as base"),
        pytest.param(PUBLIC, "file:///srv/m", f"file:///srv/m/{REPO}/{COMMIT}.tar.gz", id="file URL"),
        pytest.param(PUBLIC, "http://m.example", f"http://m.example/{REPO}/{COMMIT}.tar.gz", id="web mirror"),
    ],
)
def test_address_of_an_archive(base: str, mirror_place: str | None, expected: str):
    assert address(base, ARCHIVE, mirror=mirror_place) == expected


def test_folder_mirror(mirror: Path, raw: Path):
    fetch(ROWS, (), base=PUBLIC, mirror=str(mirror), raw=raw)
    assert files_in(raw) == WHOLE


def test_file_url_as_base(mirror: Path, raw: Path):
    fetch(ROWS, (), base=mirror.as_uri(), raw=raw)
    assert files_in(raw) == WHOLE


def test_public_layout_over_http_leaves_no_archive_behind(site: Site, raw: Path):
    fetch(ROWS, (), base=site.base, raw=raw)
    assert files_in(raw) == WHOLE
    assert site.asked == [f"/{REPO}/archive/{COMMIT}.tar.gz"]
    assert [path.name for path in raw.iterdir()] == ["someone"]


def test_web_mirror_has_the_short_layout(site: Site, raw: Path):
    fetch(ROWS, (), base=PUBLIC, mirror=site.base, raw=raw)
    assert site.asked == [f"/{REPO}/{COMMIT}.tar.gz"]


def test_pages_bring_html_and_gold_and_rows_may_share_a_file(mirror: Path, raw: Path):
    row = page_row("docs/a.txt", "docs/b.txt", GoldKind.SNIPPETS, (sha256(A), sha256(B)))
    fetch((ROWS[0], ROWS[0]), (row,), base=str(mirror), raw=raw)
    assert files_in(raw) == WHOLE


def test_nothing_is_asked_for_twice(site: Site, raw: Path):
    fetch(ROWS, (), base=site.base, raw=raw)
    site.status = 500
    fetch(ROWS, (), base=site.base, raw=raw)
    assert len(site.asked) == 1


def test_damaged_file_is_fetched_again(mirror: Path, raw: Path):
    fetch(ROWS, (), base=str(mirror), raw=raw)
    (raw / REPO / COMMIT / "docs/a.txt").write_bytes(b"scribble")
    fetch(ROWS, (), base=str(mirror), raw=raw)
    assert files_in(raw) == WHOLE


def test_only_listed_files_are_taken(mirror: Path, raw: Path):
    fetch(ROWS[:1], (), base=str(mirror), raw=raw)
    assert list(files_in(raw)) == [f"{REPO}/{COMMIT}/docs/a.txt"]


def test_rows_that_disagree_on_a_hash_are_refused():
    with pytest.raises(CorpusError, match="another sha256 than an earlier row"):
        list_files((text_row("a.txt", A), text_row("a.txt", B)), ())


@pytest.mark.parametrize(
    ("status", "message"),
    [
        pytest.param(404, f"no archive of {REPO} at commit {COMMIT} at http.*WINNOW_MIRROR", id="absent"),
        pytest.param(503, "answered with HTTP status 503: run again later", id="busy"),
    ],
)
def test_refusal_of_the_server(site: Site, raw: Path, status: int, message: str):
    site.status = status
    with pytest.raises(CorpusError, match=message):
        fetch(ROWS, (), base=site.base, raw=raw)
    assert files_in(raw) == {}


def test_broken_off_download(site: Site, raw: Path):
    site.cut = 20
    with pytest.raises(CorpusError, match=r"cannot be reached \(ChunkedEncodingError\)"):
        fetch(ROWS, (), base=site.base, raw=raw)
    assert files_in(raw) == {}


def test_no_network_suggests_a_mirror(site: Site, raw: Path):
    nowhere = site.base.rpartition(":")[0] + ":9"
    with pytest.raises(CorpusError, match=rf"{nowhere}/.* cannot be reached .*WINNOW_MIRROR"):
        fetch(ROWS, (), base=nowhere, raw=raw)


def test_archive_absent_from_the_folder(tmp_path: Path, raw: Path):
    with pytest.raises(CorpusError, match=f"no archive of {REPO} at commit {COMMIT} at {tmp_path}"):
        fetch(ROWS, (), base=str(tmp_path), raw=raw)


def test_wrong_hash_stores_nothing_of_that_file(mirror: Path, raw: Path):
    fill(mirror, pack({"docs/a.txt": A, "docs/b.txt": b"something else"}))
    expected = rf"docs/b\.txt of {REPO} .* has sha256 .*, expected {sha256(B)[:12]}.*upstream changed"
    with pytest.raises(CorpusError, match=expected):
        fetch(ROWS, (), base=str(mirror), raw=raw)
    assert files_in(raw) == {f"{REPO}/{COMMIT}/docs/a.txt": A}


def test_listed_file_missing_in_the_archive(mirror: Path, raw: Path):
    fill(mirror, pack({"docs/a.txt": A}))
    with pytest.raises(CorpusError, match=r"lacks docs/b\.txt as a regular file \(1 missing in all\)"):
        fetch(ROWS, (), base=str(mirror), raw=raw)


@pytest.mark.parametrize("keep", [0, 7, 60])
def test_damaged_archive(mirror: Path, raw: Path, keep: int):
    fill(mirror, pack({"docs/a.txt": A, "docs/b.txt": B})[:keep])
    with pytest.raises(CorpusError, match="is damaged"):
        fetch(ROWS, (), base=str(mirror), raw=raw)
    assert files_in(raw) == {}


def test_archive_of_another_kind_is_damaged(mirror: Path, raw: Path):
    fill(mirror, b"<html>not an archive</html>")
    with pytest.raises(CorpusError, match="is damaged"):
        fetch(ROWS, (), base=str(mirror), raw=raw)


def hostile(kind: bytes, name: str, link: str = "") -> bytes:
    """Make an archive whose first member is not what it says."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, link
        info.size = len(A) if kind == tarfile.REGTYPE else 0
        tar.addfile(info, io.BytesIO(A))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "archive",
    [
        pytest.param(hostile(tarfile.SYMTYPE, "top/docs/a.txt", "/etc/passwd"), id="symbolic link"),
        pytest.param(hostile(tarfile.LNKTYPE, "top/docs/a.txt", "../../secret"), id="hard link"),
        pytest.param(hostile(tarfile.CHRTYPE, "top/docs/a.txt"), id="device"),
        pytest.param(hostile(tarfile.FIFOTYPE, "top/docs/a.txt"), id="pipe"),
        pytest.param(hostile(tarfile.DIRTYPE, "top/docs/a.txt"), id="folder"),
        pytest.param(hostile(tarfile.REGTYPE, "/etc/docs/a.txt"), id="absolute"),
        pytest.param(hostile(tarfile.REGTYPE, "top/../docs/a.txt"), id="climbs out"),
    ],
)
def test_hostile_member_is_never_taken(mirror: Path, raw: Path, archive: bytes):
    fill(mirror, archive)
    before = files_in(mirror.parent)
    with pytest.raises(CorpusError, match=r"lacks docs/a\.txt as a regular file"):
        fetch(ROWS[:1], (), base=str(mirror), raw=raw)
    assert files_in(mirror.parent) == before


def test_huge_member_is_not_read(mirror: Path, raw: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "MAX_FILE_BYTES", 5)
    with pytest.raises(CorpusError, match=r"has 27 bytes, more than 5 are never read"):
        fetch(ROWS, (), base=str(mirror), raw=raw)
    assert mirror.exists()


def test_full_disk_leaves_no_half_file(mirror: Path, raw: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(CorpusError, match=r"cannot be written \(No space left on device\)"):
        fetch(ROWS, (), base=str(mirror), raw=raw)
    assert files_in(raw) == {}
