"""Each gold format gives page, title, content, what to ignore and snippets."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

import pipeline.corpora.pages as room
from pipeline.corpora.manifests import GoldKind
from pipeline.corpora.pages import read_page
from pipeline.errors import CorpusError

from .conftest import page_row

Put = Callable[[str, bytes], None]
PAGE = b"<html><body><nav>Home</nav><p>A heron stood.</p></body></html>"
TRUTH = {
    "title": "Heron seen",
    "main_content": "A heron stood.\n\n  It left. ",
    "with": ["heron"],
    "without": ["Home"],
}


def test_main_text_with_snippets(put: Put, raw: Path):
    put("p/1.html.gz", gzip.compress(PAGE))
    put("g/1.json", json.dumps({"ground_truth": TRUTH}).encode())
    page = read_page(page_row("p/1.html.gz", "g/1.json", GoldKind.TEXT), raw)
    assert page.html == PAGE
    assert (page.title, page.content, page.ignored) == ("Heron seen", "A heron stood.\nIt left.", "")
    assert (page.wanted, page.unwanted) == (("heron",), ("Home",))
    assert (page.id, page.site, page.lang, page.corpus) == ("page-1", "heron.example", "en", "made-up")


def test_snippets_are_found_by_file_name_and_content_stays_unknown(put: Put, raw: Path):
    put("tests/cache/heron.html", PAGE)
    entries = {
        "http://heron.example/": {"file": "heron.html", "with": ["stood"], "without": ["Home"], "title": ""},
        "http://stork.example/": {"file": "stork.html", "with": ["flew"], "without": []},
    }
    put("tests/evaldata.json", json.dumps(entries).encode())
    page = read_page(page_row("tests/cache/heron.html", "tests/evaldata.json", GoldKind.SNIPPETS), raw)
    assert (page.title, page.content, page.ignored) == ("", None, "")
    assert (page.wanted, page.unwanted) == (("stood",), ("Home",))


ANNOTATED = """<html><head><style>.x-nc-sel2 { color: red }</style></head><body>
<div><span class="x-nc-sel0">Home <span class="x-nc-sel0">News</span></span></div>
<h1><span class="x-nc-sel1">Heron seen</span></h1>
<table><tr><td><img><br><span class="x-nc-sel3">Caption: the reeds.</span></td></tr></table>
<p><span class="x-nc-sel2">A <b><span class="x-nc-sel2">grey</span></b> heron</span>
<span class="x-nc-sel2">stood.</span><br><br><span class="x-nc-sel2">It left \u00e0 pied.</span></p>
<!-- a remark --><ul><li><span class="x-nc-sel2">First,<!-- and a second --> the head.</span></li></ul>
<script><span class="x-nc-sel2">never()</span></script>
<p><span class="x-nc-sel0">More <span class="x-nc-sel2">of it</span> here</span></p>
<p><span class="x-nc-sel4">Storks, too</span><span class="x-nc-sel5">Nice bird!</span></p></body></html>"""


def test_annotated_copy_gives_headline_and_text_in_blocks(put: Put, raw: Path):
    put("original/1.html", PAGE)
    put("annotated/1.html", ANNOTATED.encode())
    page = read_page(page_row("original/1.html", "annotated/1.html", GoldKind.ANNOTATED), raw)
    assert page.html == PAGE
    assert page.title == "Heron seen"
    assert page.content == "Heron seen\nA grey heron stood.\nIt left \u00e0 pied.\nFirst, the head.\nof it"
    assert page.ignored == "Caption: the reeds."


def test_page_that_unfolds_beyond_the_limit_is_refused(put: Put, raw: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "MAX_HTML_BYTES", 100)
    put("1.html.gz", gzip.compress(b" " * 101))
    with pytest.raises(CorpusError, match="more than 100 bytes"):
        read_page(page_row("1.html.gz", "1.json", GoldKind.TEXT), raw)


def test_missing_file_names_the_page_and_the_stage(raw: Path):
    with pytest.raises(CorpusError, match=r"1\.html of page page-1 is missing: run the fetch stage first"):
        read_page(page_row("1.html", "1.json", GoldKind.TEXT), raw)


@pytest.mark.parametrize(
    ("html", "gold"),
    [
        pytest.param(b"not gzip", b"{}", id="page is not gzip"),
        pytest.param(gzip.compress(PAGE)[:-9], b"{}", id="page is cut off"),
        pytest.param(gzip.compress(PAGE), b"{", id="gold is not JSON"),
        pytest.param(gzip.compress(PAGE), b"{}", id="gold lacks its fields"),
    ],
)
def test_unreadable_file_is_one_sentence(put: Put, raw: Path, html: bytes, gold: bytes):
    put("1.html.gz", html)
    put("1.json", gold)
    with pytest.raises(CorpusError, match=r"of page page-1 cannot be read as text\+snippets"):
        read_page(page_row("1.html.gz", "1.json", GoldKind.TEXT), raw)
