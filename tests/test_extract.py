"""trafilatura at work: what it keeps, what a page says about itself, and pages that were made to break it."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.etree import tostring
from lxml.html import HtmlElement

from pipeline.document import Metadata
from pipeline.extract import extract, kept_lines, parse, read_metadata
from tests.strategies import NAVIGATION, PARAGRAPH, SENTENCES, articles, document, ends_within


def opened(html: str) -> HtmlElement:
    tree = parse(html)
    assert tree is not None
    return tree


@pytest.mark.parametrize("text", ["", " \n", "Rain fell.", "Rain < sun, and 4 > 3", "\x00\x01"])
def test_what_holds_no_element_is_no_page(text: str):
    assert parse(text) is None


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(f"<p>{SENTENCES[0]}</p>", id="paragraph"),
        pytest.param(f"<p>{SENTENCES[0]}", id="open paragraph"),
        pytest.param(f"<article><p>{SENTENCES[0]}</p></article>", id="article"),
        pytest.param(f"<!-- cut out --><div>{SENTENCES[0]}</div>", id="after a comment"),
        pytest.param(f"<span>{SENTENCES[0]}</span>", id="inline element"),
        pytest.param(f"<td>{SENTENCES[0]}", id="cell"),
        pytest.param(f"<BODY>{SENTENCES[0]}</BODY>", id="body with text only"),
        pytest.param(f"{SENTENCES[0]}<br>", id="text and a line break"),
        pytest.param(
            f"<?xml version='1.0'?><rss><item><description>{SENTENCES[0]}</description></item></rss>", id="feed"
        ),
    ],
)
def test_a_piece_of_a_page_is_parsed_as_one(html: str):
    assert opened(html).text_content() == SENTENCES[0]


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(f"{document(PARAGRAPH)}<p>Rain.</p>", id="a paragraph"),
        pytest.param(f"{document(PARAGRAPH)}\n<!-- cached -->Rain.", id="text after a comment"),
        pytest.param(f"{document(PARAGRAPH)}{document('<p>Rain.</p>', '')}", id="another page"),
        pytest.param(f"<HTML><BODY>{PARAGRAPH}</BODY></HTML><P>Rain.", id="capitals"),
    ],
)
def test_what_follows_the_end_of_a_page_is_not_lost(html: str):
    body = opened(html).text_content()
    assert (SENTENCES[0] in body, body.endswith("Rain.")) == (True, True)


@pytest.mark.parametrize(
    "torn",
    [
        pytest.param("<title>Quay reopens</tit</head><body>", id="end cut off"),
        pytest.param('<title id="t">Quay reopens</titlevalue="true" -->\n</head>\n<body>', id="end runs into a value"),
        pytest.param("<TITLE>Quay reopens</HEAD><BODY>", id="no end, in capitals"),
        pytest.param("<title>\n  Quay reopens\nvar a = 1;</head><body>", id="no end, more lines"),
        pytest.param("<title>Quay reopens", id="nothing but a title before the text"),
        pytest.param("<title>Quay reopens</head><body><svg><title>Boat</title></svg>", id="end of another title"),
    ],
)
def test_a_title_whose_end_is_torn_does_not_take_the_page(torn: str):
    tree = opened(f"<html><head>{torn}{PARAGRAPH}</body></html>")
    (title, *_) = tree.iter("title")
    assert title.text.strip() == "Quay reopens"
    assert SENTENCES[0] in "".join(node.text_content() for node in tree.iter("p"))


@pytest.mark.parametrize(
    "title",
    ["Quay & harbour < sea", "Quay <b>reopens</b>", "Quay\nreopens", ""],
    ids=["signs", "tags", "lines", "empty"],
)
def test_a_title_that_has_an_end_stays(title: str):
    tree = opened(f"<html><head><title>{title}</title></head><body>{PARAGRAPH}</body></html>")
    assert tree.findtext(".//title") == title


@pytest.mark.parametrize(
    "head",
    [
        pytest.param('<?xml version="1.0" encoding="iso-8859-1"?><html><head>', id="xml declaration"),
        pytest.param('<html><head><meta charset="iso-8859-1">', id="meta charset"),
        pytest.param(
            '<html><head><meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', id="http-equiv"
        ),
    ],
)
def test_text_that_is_already_decoded_is_not_decoded_again(head: str):
    tree = opened(f"{head}</head><body><p>Über den Fluss – „é“</p><p>港口</p></body></html>")
    assert " ".join(tree.text_content().split()) == "Über den Fluss – „é“港口"


@settings(max_examples=30, deadline=None)
@given(articles())
def test_extracting_leaves_the_tree_as_it_was(html: str):
    tree = opened(html)
    before = tostring(tree)
    assert extract(tree).tree is tree
    assert tostring(tree) == before


@settings(max_examples=30, deadline=None)
@given(articles())
def test_kept_lines_leave_the_tree_as_it_was(html: str):
    tree = opened(html)
    before = tostring(tree)
    assert kept_lines(tree)
    assert tostring(tree) == before


@settings(max_examples=30, deadline=None)
@given(articles())
def test_kept_lines_are_single_spaced_and_never_empty(html: str):
    lines = kept_lines(opened(html))
    assert lines == tuple(" ".join(line.split()) for line in lines if line)
    assert any(SENTENCES[0] in line for line in lines)


def test_reader_comments_are_not_kept():
    body = f"<article>{PARAGRAPH * 4}</article><div id=comments><p class=comment>First! {SENTENCES[3]}</p></div>"
    assert "First!" not in " ".join(kept_lines(opened(document(body))))


def test_a_page_without_content_keeps_nothing():
    assert kept_lines(opened("<html><head><title>Rain</title></head><body></body></html>")) == ()


def told(head: str, body: str = PARAGRAPH) -> Metadata:
    return read_metadata(opened(document(body, head)))


def linked(**fields: object) -> str:
    data = {"@context": "https://schema.org", "@type": "NewsArticle", **fields}
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def tag(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


PUBLISHED = "article:published_time"
BYLINE = {"@type": "Person", "name": "Mara Lindqvist"}
DAY = "2024-04-18"


@pytest.mark.parametrize(
    ("head", "name", "value"),
    [
        pytest.param("<title>Four ships</title>", "title", "Four ships", id="title"),
        pytest.param(f"{tag('og:title', 'Ships')}<title>x | Herald</title>", "title", "Ships", id="title of the story"),
        pytest.param(tag("og:title", " Four \n ships "), "title", "Four ships", id="white space"),
        pytest.param(tag("og:title", "Ships " * 200), "title", None, id="too long for a title"),
        pytest.param('<meta name="author" content="Mara Lindqvist">', "author", "Mara Lindqvist", id="author"),
        pytest.param(linked(author=BYLINE), "author", "Mara Lindqvist", id="author in JSON-LD"),
        pytest.param("", "author", None, id="no author"),
        pytest.param(tag("og:site_name", "The Port Herald"), "site", "The Port Herald", id="site"),
        pytest.param('<link rel="canonical" href="https://x.example/a">', "url", "https://x.example/a", id="address"),
        pytest.param(tag(PUBLISHED, f"{DAY}T05:47Z"), "date", DAY, id="date"),
        pytest.param('<meta name="date" content="20240418">', "date", DAY, id="date without hyphens"),
        pytest.param(linked(datePublished=DAY), "date", DAY, id="date in JSON-LD"),
        pytest.param(linked(x=[{"y": {"datePublished": DAY}}]), "date", DAY, id="date within JSON-LD"),
        pytest.param(tag(PUBLISHED, DAY) + linked(datePublished="2001-01-01"), "date", DAY, id="tags before JSON-LD"),
        pytest.param(tag(PUBLISHED, "18 April") + linked(datePublished=DAY), "date", DAY, id="the first that is clear"),
        pytest.param(tag(PUBLISHED, "2024-13-41") + linked(datePublished=DAY), "date", DAY, id="the first real day"),
        pytest.param(tag(PUBLISHED, "2024-02-30"), "date", None, id="no such day"),
        pytest.param(tag(PUBLISHED, "order 20241945"), "date", None, id="a number is no day"),
        pytest.param("", "date", None, id="no date"),
    ],
)
def test_what_a_page_says_about_itself(head: str, name: str, value: str | None):
    assert getattr(told(head), name) == value


def test_the_first_time_element_is_the_date_where_nothing_is_declared():
    body = f'<p><time datetime="2024-04-18T05:00">Thursday</time><time datetime="2023-01-01">then</time></p>{PARAGRAPH}'
    assert told("", body).date == "2024-04-18"


@pytest.mark.parametrize(
    ("lang", "language"), [("en", "en"), ("de-AT", "de"), ("EN-GB", "en"), ("en_US", "en"), (" fr ", "fr"), ("", None)]
)
def test_the_declared_language(lang: str, language: str | None):
    assert read_metadata(opened(f'<html lang="{lang}"><body>{PARAGRAPH}<p>x</p></body></html>')).language == language


_DEEP = 100_000
_SCRIPTS = {
    "broken": '{"@type": "NewsArticle", "headline": "Rain',
    "no object": "[1, 2, null]",
    "a word": "rain",
    "nothing": "",
    "deep lists": "[" * _DEEP + "]" * _DEEP,
    "deep objects": '{"@type": "NewsArticle", "a": ' * _DEEP + "1" + "}" * _DEEP,
    "deep and open": '{"@graph": [' * _DEEP,
    "headline is a list": '{"@context": "https://schema.org", "@type": "NewsArticle", "headline": ["a", 5]}',
    "headline is a number": '{"@context": "https://schema.org", "@type": "NewsArticle", "headline": 5}',
    "headline is an object": '{"@context": "https://schema.org", "@type": "NewsArticle", "headline": {"a": 1}}',
    "author is a number": '{"@context": "https://schema.org", "@type": "NewsArticle", "author": 5}',
    "author's name is a list": '{"@context": "https://schema.org", "@type": "NewsArticle", "author": {"name": [[1]]}}',
    "publisher is a list": '{"@context": "https://schema.org", "@type": "NewsArticle", "publisher": [[], 5]}',
    "date is a list": '{"@context": "https://schema.org", "@type": "NewsArticle", "datePublished": ["2024"]}',
    "surrogates": '{"@context": "https://schema.org", "@type": "NewsArticle", "headline": "\\ud800 x \\udfff", '
    '"author": {"@type": "Person", "name": "\\udc00 Mara Lind"}, "publisher": {"name": "\\ud83d"}}',
    "controls": '{"@context": "https://schema.org", "@type": "NewsArticle", "headline": "a\\u0000\\u0007\\u001b[31mb"}',
    "large numbers": '{"@type": "NewsArticle", "datePublished": 1e999, "headline": ' + "9" * 5000 + "}",
}


@pytest.mark.parametrize("script", _SCRIPTS.values(), ids=_SCRIPTS.keys())
def test_hostile_json_ld_leaves_what_the_tags_say(script: str):
    head = f'<meta name="date" content="2024-04-18"><script type="application/ld+json">{script}</script>'
    with ends_within(10):
        page = extract(opened(document(PARAGRAPH * 4, head)))
    assert page.metadata.date == "2024-04-18"
    assert SENTENCES[0] in kept_lines(page.tree)[0]
    assert json.dumps(page.metadata.title, ensure_ascii=False).encode("utf-8")


_PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=6)
_SAID = st.sampled_from(("2024-04-18", "2024-19-39", "Mara Lind", "\ud800", " ", ""))
_NAMES = ("@type", "@graph", "name", "author", "publisher", "headline", "datePublished", "articleSection")
_JSON = st.recursive(
    _PLAIN | _SAID,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(_NAMES[1:]), _JSON, max_size=5))
def test_metadata_are_plain_strings_whatever_json_ld_holds(fields: dict[str, object]):
    found = told(f"<title>Four ships gone</title>{linked(**fields)}")
    values = [found.title, found.author, found.date, found.url, found.site, found.language]
    for value in values:
        assert value is None or value == " ".join(value.encode("utf-8").decode("utf-8").split()) != ""
    assert found.date is None or date.fromisoformat(found.date)


@pytest.mark.parametrize(
    ("body", "language"),
    [
        pytest.param(
            "שלום עולם, זהו משפט ארוך על הנמל ועל הספינות שעזבו אותו לפני עלות השחר.", "he", id="right to left"
        ),
        pytest.param(
            "港口负责人周一表示，四艘船在黎明前离开了港口，并且不会再返回，部长没有回答。", "zh", id="no spaces"
        ),
        pytest.param("ra\u0301in fe\u0308ll 🚢 " + SENTENCES[0], "en", id="combining marks"),
    ],
)
def test_every_script_comes_out_as_it_went_in(body: str, language: str):
    tree = opened(f"<html lang={language}><body><article><p>{body}</p><p>{body}!</p></article></body></html>")
    assert body in " ".join(kept_lines(tree))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(NAVIGATION, id="only navigation"),
        pytest.param("<p>Ra\x00in\x01 \x0bfell\x1f\x7f</p>" * 3, id="control characters"),
        pytest.param("<table>" * 400 + "x", id="tables in tables"),
        pytest.param("<p " + "a=b " * 50_000 + ">x</p>", id="attributes"),
        pytest.param(f"<p class='{'x ' * 500_000}'>x</p>", id="a long class"),
        pytest.param("<!--" * 10_000 + "-->x", id="comments"),
        pytest.param("<![CDATA[ x ]]><p>x", id="cdata"),
        pytest.param("</p></div></body></html><p>x", id="ends first"),
        pytest.param("&#0;&#xD800;&#x110000;&#99999999999;", id="entities of no character"),
    ],
)
def test_hostile_pages_end_as_pages(body: str):
    with ends_within(20):
        page = extract(opened(document(f"<div>{body}</div><p>Rain.</p>")))
        kept = "\n".join(kept_lines(page.tree))
    assert kept.encode("utf-8").decode("utf-8") == kept
