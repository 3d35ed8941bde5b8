"""Rows, files and archives that the tests of this room make up."""

import hashlib
import io
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pipeline.corpora.manifests import GoldKind, PageRow, TextRow
from pipeline.document import Label

REPO = "someone/corpus"
COMMIT = "c0ffee" + "0" * 34


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def text_row(path: str = "a.txt", content: bytes = b"A heron stood.", **cells: str) -> TextRow:
    """Make a row of texts.csv for a file with `content`."""
    given = {
        "id": path,
        "corpus": "bbc2004",
        "source": "heron.example",
        "repo": REPO,
        "selector": "",
        **cells,
    }
    return TextRow(
        label=Label.REPORTING,
        basis="publisher",
        origin="human",
        commit=COMMIT,
        path=path,
        words=3,
        sha256=sha256(content),
        **given,
    )


def page_row(html: str, gold: str, kind: GoldKind, hashes: tuple[str, str] = ("0" * 64, "0" * 64)) -> PageRow:
    """Make a row of pages.csv."""
    return PageRow(
        id="page-1",
        corpus="made-up",
        site="heron.example",
        lang="en",
        page_type="article",
        gold_kind=kind,
        repo=REPO,
        commit=COMMIT,
        html=html,
        gold=gold,
        html_sha256=hashes[0],
        gold_sha256=hashes[1],
    )


def pack(members: Mapping[str, bytes], top: str = f"corpus-{COMMIT}/") -> bytes:
    """Make an archive of regular files as the public address serves it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(top + name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """The folder that fetch fills."""
    return tmp_path / "raw"


@pytest.fixture
def put(raw: Path) -> Callable[[str, bytes], None]:
    """Put a file where fetch would have put it."""

    def store(path: str, content: bytes) -> None:
        target = raw / REPO / COMMIT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    return store
