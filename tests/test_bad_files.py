"""Sixty and more kinds of bad file, made by code: each ends as one row, none harms another, no name is lost."""

import bz2
import gzip
import io
import json
import lzma
import os
import tarfile
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from pipeline.inputs import list_places
from pipeline.pool import Limits
from pipeline.read import MAX_BYTES
from pipeline.run import CleanSettings, clean_folder

from .test_run import PAGE, REPORT, put, rows_of, texts_of

LIMIT = 300_000


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", REPORT)
    return out.getvalue()


def tarred() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    return out.getvalue()


def nested(tag: str, depth: int) -> str:
    return f"<{tag}>" * depth + "deep" + f"</{tag}>" * depth


GZ = gzip.compress(REPORT.encode())
LINE = json.dumps({"text": REPORT}) + "\n"
BAD: dict[str, str | bytes] = {
    "empty.txt": b"",
    "empty.html": b"",
    "blank.txt": " \n\t\r\n ",
    "nul.txt": bytes(5000),
    "one-byte.html": b"<",
    "binary.bin": bytes(range(256)) * 20,
    "png-as.html": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "pdf-as.txt": b"%PDF-1.7\n" + bytes(range(128)) * 9,
    "elf-as.html": b"\x7fELF\x02\x01\x01" + bytes(300),
    "zip-as.txt": zipped(),
    "tar-as.html": tarred(),
    "bz2-as.txt": bz2.compress(REPORT.encode()),
    "xz-as.txt": lzma.compress(REPORT.encode()),
    "gz-as.txt": GZ,
    "plain-as.txt.gz": REPORT,
    "torn.txt.gz": GZ[:-20],
    "head-only.txt.gz": GZ[:5],
    "crc.txt.gz": GZ[:-8] + b"\0\0\0\0" + GZ[-4:],
    "garbage-after.txt.gz": GZ + b"garbage",
    "nothing.txt.gz": b"",
    "bomb.txt.gz": gzip.compress(bytes(10 * LIMIT)),
    "twice.html.gz": gzip.compress(gzip.compress(PAGE.encode())),
    "huge.txt": "word " * LIMIT,
    "one-line.txt": "word " * (LIMIT // 6),
    "one-word.txt": "w" * (LIMIT - 1),
    "only-breaks.txt": "\n" * (LIMIT - 1),
    "short-lines.txt": "a\n" * 50_000,
    "utf8-cut.txt": (REPORT + "é").encode()[:-1],
    "utf8-overlong.txt": b"\xc0\xaf" * 50 + REPORT.encode(),
    "surrogates.txt": b"\xed\xa0\xbd\xed\xb8\x80" + REPORT.encode(),
    "half-surrogate.txt": b"\xed\xa0\xbd" + REPORT.encode(),
    "latin1.txt": ("caf\xe9 " + REPORT).encode("cp1252"),
    "utf16.txt": REPORT.encode("utf-16"),
    "utf16-odd.txt": REPORT.encode("utf-16")[:-1],
    "utf16-no-mark.txt": REPORT.encode("utf-16-le"),
    "utf32.txt": REPORT.encode("utf-32"),
    "ebcdic.txt": REPORT.encode("cp500", "replace"),
    "utf7-declared.html": b"<html><meta charset=utf-7><p>+AGE-</p>",
    "unknown-charset.html": b"<html><meta charset=no-such><p>\xe9</p></html>",
    "charset-lies.html": PAGE.replace("<head>", "<head><meta charset=utf-16>"),
    "escapes.txt": "\x1b[31m" * 500 + REPORT,
    "controls.txt": "a\x01b\x02" * 3 + REPORT,
    "right-to-left.txt": "\u202e" * 200 + REPORT,
    "zero-width.txt": "\u200b".join(REPORT),
    "combining.txt": "e" + "\u0301" * 50_000,
    "no-body.html": "<html><head><title>x</title></head></html>",
    "script-only.html": "<html><body><script>while(1){}</script></body></html>",
    "unclosed.html": "<div><p><b>" * 3000 + REPORT,
    "closing-only.html": "</div>" * 20_000,
    "deep.html": nested("div", 20_000),
    "deep-lists.html": nested("ul><li", 3000),
    "deep-tables.html": nested("table><tr><td", 2000),
    "many-attributes.html": "<p " + " ".join(f'a{n}="x"' for n in range(20_000)) + ">x</p>",
    "long-attribute.html": f'<p class="{"x " * 100_000}">x</p>',
    "comment-unclosed.html": "<html><!-- " + REPORT * 50,
    "comments.html": "<html>" + "<!-- -->" * 20_000,
    "entities.html": "<p>" + "&amp;" * 40_000,
    "laughs.xhtml": '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><html><p>&b;</p></html>',
    "external.xhtml": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><html><p>&a;</p></html>',
    "cdata.html": "<html><body><![CDATA[" + REPORT + "]]></body></html>",
    "nul-in-tags.html": "<p\0>" * 100 + REPORT,
    "json-ld-deep.html": '<script type="application/ld+json">' + "[" * 50_000 + "</script><p>x</p>",
    "json-ld-broken.html": '<script type="application/ld+json">{"headline":</script>' + PAGE,
    "bad-dates.html": PAGE.replace("<head>", '<head><meta property="article:published_time" content="9999-99-99">'),
    "bad-url.html": PAGE.replace("<head>", '<head><link rel="canonical" href="http://[::1">'),
    "frameset.html": "<frameset><frame src=a></frameset>",
    "svg.html": "<svg>" + "<g>" * 5000 + "</svg>",
    "tags-in-text.txt": "<p>" * 50_000,
    "markdown.md": "#" * 100_000 + "\n" + "* " * 50_000,
    "pipes.txt": "|" * 100_000,
    "backslashes.txt": "\\n" * 100_000,
    "quotes.txt": '"' * 100_000,
    "capitals.txt": "A. " * 60_000,
    "digits.txt": "1," * 100_000,
    "no-suffix": REPORT,
    "other.suffix": REPORT,
    "empty.jsonl": b"",
    "broken.jsonl": "{\n",
    "torn.jsonl.gz": gzip.compress(LINE.encode() * 50)[:-30],
    "list.jsonl": "[1, 2]\n",
    "empty.csv": b"",
    "binary.csv": bytes(range(256)),
    "quote.csv": 'text\n"never closed\n' * 3,
    "no-text.csv": "a,b\n1,2\n",
    "empty.parquet": b"",
    "fake.parquet": b"PAR1" + bytes(50) + b"PAR1",
    "empty.warc": b"",
    "fake.warc.gz": gzip.compress(b"WARC/1.0\r\nContent-Length: 99999999\r\n\r\nshort"),
    "-dash.txt": REPORT,
    "space  name.txt": REPORT,
    "new\nline.txt": REPORT,
    "quote'\".txt": REPORT,
    "semi;$(touch x)`.txt": REPORT,
    os.fsdecode(b"\xff\xfe.txt"): REPORT,
    "Case.txt": REPORT,
    "case.txt": REPORT,
    "same.txt": REPORT,
    "one/same.txt": REPORT,
    "two/same.txt": REPORT,
    "a": REPORT,
    "a.txt": REPORT,
    "a.txt.txt": REPORT,
    "b.txt/c": REPORT,
    "n" * 251 + ".txt": REPORT,
    ".hidden.txt": REPORT,
    ".winnow": REPORT,
    "run.json": "{}",
}


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder: all of them, links that lead nowhere, to themselves, above, and things that are no files."""
    folder = put(tmp_path_factory.mktemp("bad") / "in", BAD)
    (folder / "dangling.txt").symlink_to("nowhere")
    (folder / "loop-a.txt").symlink_to("loop-b.txt")
    (folder / "loop-b.txt").symlink_to("loop-a.txt")
    (folder / "up").symlink_to("..")
    (folder / "device.txt").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.txt")
    return folder


def test_there_are_sixty_kinds_and_more():
    assert len(BAD) >= 60


def test_every_bad_file_is_accounted_for(bad: Path, tmp_path: Path):
    summary = clean_folder(bad, tmp_path / "out", CleanSettings(jobs=2, max_bytes=LIMIT, limits=Limits(20.0, 1500)))
    rows = rows_of(tmp_path / "out")
    ids = [item["id"] for item in rows]
    assert len(set(map(str.casefold, ids))) == len(ids)
    listed = {entry.id for entry in list_places([str(bad)], "*", MAX_BYTES)}
    assert {name.rpartition("#")[0] or name for name in ids} == listed
    assert summary.inputs == len(rows) == sum(summary.statuses.values())
    texts = [item["text_file"] for item in rows if item["text_file"]]
    assert len(set(texts)) == len(texts)
    assert texts_of(tmp_path / "out") == set(texts)
    assert all(item["reason"] and item["detail"] for item in rows if item["status"] != "ok")
    assert Counter(item["reason"] for item in rows)["worker-lost"] == 0
    assert not list(bad.glob("x"))


def test_file_that_vanishes_between_listing_and_reading_is_a_row(tmp_path: Path):
    inputs = put(tmp_path / "in", {f"{number:02}.txt": f"{number} {REPORT}" for number in range(40)})

    def vanish(done: int, _total: int) -> None:
        if done == 1:
            (inputs / "39.txt").unlink(missing_ok=True)

    clean_folder(inputs, tmp_path / "out", CleanSettings(jobs=1, chunk=4), vanish)
    rows = rows_of(tmp_path / "out")
    assert [item["id"] for item in rows] == [f"{number:02}.txt" for number in range(40)]
    assert [item["reason"] for item in rows] == [None] * 39 + ["unreadable"]
