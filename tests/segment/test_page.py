"""A page falls into blocks: nothing visible is lost, and each block knows where it stood."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from lxml.html import HtmlElement, document_fromstring, fragment_fromstring

from pipeline.document import Block
from pipeline.extract import Page, extract, kept_lines, parse
from pipeline.segment.page import page_blocks, tree_blocks, visible_text
from tests.strategies import (
    NAVIGATION,
    PARAGRAPH,
    SENTENCES,
    Marked,
    articles,
    document,
    ends_within,
    trees,
)

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.html"))


def cut(body: str) -> list[Block]:
    return tree_blocks(document_fromstring(f"<html><body>{body}</body></html>"))


def shown(body: str) -> list[str]:
    return [block.text for block in cut(body)]


def opened(html: str) -> Page:
    tree = parse(html)
    assert tree is not None
    return extract(tree)


def letters(blocks: list[Block]) -> str:
    return "".join("".join(block.text.split()) for block in blocks)


@settings(max_examples=60, deadline=None)
@given(trees())
def test_no_visible_text_is_lost_between_blocks(body: Marked):
    blocks = cut(body.html)
    assert letters(blocks) == body.seen


@settings(max_examples=60, deadline=None)
@given(trees())
def test_blocks_add_up_to_the_visible_text_of_the_tree_that_the_scorer_parses(body: Marked):
    tree = parse(document(f"<p>Rain.</p>{body.html}<p>Sun.</p>"))
    assert tree is not None
    assert letters(tree_blocks(tree)) == visible_text(tree) == f"Rain.{body.seen}Sun."


@settings(max_examples=60, deadline=None)
@given(trees())
def test_a_block_is_never_empty_and_holds_single_spaces_only(body: Marked):
    texts = shown(body.html)
    assert texts == [" ".join(text.split()) for text in texts if text.strip()]


@settings(max_examples=60, deadline=None)
@given(trees())
def test_blocks_are_numbered_from_one_without_a_gap(body: Marked):
    blocks = cut(body.html)
    assert [block.line for block in blocks] == list(range(1, len(blocks) + 1))


@settings(max_examples=60, deadline=None)
@given(trees())
def test_a_block_has_no_more_linked_characters_than_characters(body: Marked):
    assert [block for block in cut(body.html) if not 0 <= block.link_chars <= len(block.text)] == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("<p>Rain <b>fell <i>all</i></b> day.</p>", ["Rain fell all day."], id="inline elements flow"),
        pytest.param("<p>rain<b>drop</b>s</p>", ["raindrops"], id="inline elements set no space"),
        pytest.param("<p>Rain</p><p>Sun</p>", ["Rain", "Sun"], id="paragraphs"),
        pytest.param("<div>Rain<p>Sun</p>Wind</div>", ["Rain", "Sun", "Wind"], id="text before, in and after"),
        pytest.param("<span>Rain<div>Sun</div>Wind</span>", ["Rain", "Sun", "Wind"], id="a block in an inline element"),
        pytest.param("<p>Rain<br>Sun<br/>Wind</p>", ["Rain", "Sun", "Wind"], id="line breaks"),
        pytest.param("<table><tr><td>Coal<td>80</table>", ["Coal", "80"], id="cells"),
        pytest.param("<ul><li>Rain<ul><li>Hail</ul><li>Sun</ul>", ["Rain", "Hail", "Sun"], id="a list in a list"),
        pytest.param("<p>Rain<!-- not shown --> fell.</p>", ["Rain fell."], id="a comment"),
        pytest.param("<p>Rain<?php echo 1 ?> fell.</p>", ["Rain fell."], id="a processing instruction"),
        pytest.param("<p>Rain<script>x()</script> fell.</p>", ["Rain fell."], id="a script, and what follows it"),
        pytest.param("<p>Rain</p><noscript><p>Hail</p></noscript><p>Sun</p>", ["Rain", "Sun"], id="noscript"),
        pytest.param("<svg><text>Hail</text></svg>Sun", ["Sun"], id="a drawing"),
        pytest.param("<template><div>Hail</div></template>Sun", ["Sun"], id="a template"),
        pytest.param("Rain &amp; hail &lt;b&gt;", ["Rain & hail <b>"], id="entities"),
        pytest.param("Rain&nbsp;&nbsp;\n\t fell", ["Rain fell"], id="white space of every kind"),
        pytest.param("<p>x &unknown; y</p>", ["x &unknown; y"], id="an entity that there is not"),
        pytest.param("<p>high<wbr>way</p>", ["highway"], id="a place where a word may break"),
        pytest.param("<p> </p><div>\n</div>&nbsp;", [], id="white space only"),
        pytest.param("<pre>a = 1\n\n  b = 2\n</pre>", ["a = 1", "b = 2"], id="lines of code"),
        pytest.param("<pre><code>a = <b>1\nb</b> = 2</code></pre>", ["a = 1", "b = 2"], id="lines across elements"),
        pytest.param("<p>Rain\nfell</p>", ["Rain fell"], id="lines of a paragraph flow"),
    ],
)
def test_where_a_page_is_cut(body: str, expected: list[str]):
    assert shown(body) == expected


def test_a_tree_that_is_an_inline_element_is_a_block():
    assert [block.text for block in tree_blocks(fragment_fromstring("<i>Rain <b>fell</b></i>"))] == ["Rain fell"]


@pytest.mark.parametrize(
    "nothing",
    [
        pytest.param('<meta itemprop="url" content="/x">', id="meta"),
        pytest.param('<link itemprop="image" href="/x">', id="link"),
        pytest.param('<input type="hidden" name="x">', id="hidden input"),
    ],
)
def test_an_element_that_shows_nothing_does_not_cut_a_line(nothing: str):
    assert shown(f"<p>By <span>{nothing}Ilse Varga</span></p>") == ["By Ilse Varga"]


@pytest.mark.parametrize(
    ("body", "tag", "ancestors"),
    [
        pytest.param("<p>Rain", "p", ("p",), id="paragraph"),
        pytest.param("<div><p><b>Rain</b></p></div>", "p", ("p", "div"), id="inline elements within are not around it"),
        pytest.param("<ul><li><a>Rain", "li", ("li", "ul"), id="list item"),
        pytest.param("<span>Rain<div>x</div></span>", "body", ("span",), id="an inline element that goes on"),
        pytest.param("Rain", "body", (), id="bare text"),
        pytest.param("<b>Rain</b>", "body", (), id="an inline element only"),
        pytest.param("<div>Rain<p>x</p></div>", "div", ("div",), id="text beside a paragraph"),
    ],
)
def test_a_block_knows_the_elements_around_it(body: str, tag: str, ancestors: tuple[str, ...]):
    first = cut(body)[0]
    assert (first.tag, first.ancestors) == (tag, ancestors)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        pytest.param('<p class="lead">x', "lead", id="class"),
        pytest.param('<p id="main-text">x', "main text", id="id, cut at marks"),
        pytest.param('<p class="postBody">x', "post body", id="camel case"),
        pytest.param('<p class="a7 b1">x', "", id="codes are no words"),
        pytest.param('<p role="note" itemprop="author">x', "note author", id="role and itemprop"),
        pytest.param("<p hidden>x", "hidden", id="hidden attribute"),
        pytest.param('<div style="display : none"><p>x', "\thidden", id="hidden by style, from around it"),
        pytest.param('<div class="outer"><div><p class="inner">x', "inner\t\touter", id="an element without names"),
        pytest.param('<div><div><p class="inner">x', "inner", id="elements without names around all that have some"),
        pytest.param('<div class="outer"><p class="inner">x', "inner\touter", id="innermost first"),
        pytest.param('<p class="lead"><span class="byline">By x</span>', "byline\tlead", id="an inline element, whole"),
        pytest.param('<a class="tag"><b class="bold">x</b></a><p>', "bold\ttag", id="inline elements, innermost first"),
        pytest.param('<p class="lead"> <time class="stamp">x</time>\n</p>', "stamp\tlead", id="white space around it"),
        pytest.param('<p class="lead"><a class="tag">x</a> y', "lead", id="an inline element at the beginning only"),
        pytest.param('<p class="lead">x <a class="tag">y</a>', "lead", id="an inline element at the end only"),
        pytest.param('<p class="lead"><a class="tag">x</a><a class="next">y</a>', "lead", id="two inline elements"),
        pytest.param(
            '<span class="wide">x<div class="box">y</div></span>', "wide", id="an inline element that goes on"
        ),
    ],
)
def test_a_block_knows_the_names_around_it(body: str, names: str):
    assert cut(body)[0].names == names


@pytest.mark.parametrize(
    ("body", "chars"),
    [
        pytest.param("<p>Rain", 0, id="no link"),
        pytest.param("<p>It <a>did rain</a>", len("didrain"), id="white space is not counted"),
        pytest.param("<p>It <a>did <b>rain</b></a> all day", len("didrain"), id="elements in a link"),
        pytest.param("<a><p>Rain</p></a>", 4, id="a link around a paragraph"),
        pytest.param("<a>x</a><p>Rain</p>", 1, id="a link that ended"),
    ],
)
def test_linked_characters(body: str, chars: int):
    assert cut(body)[0].link_chars == chars


def test_linked_characters_of_a_line_of_code_are_its_own():
    assert [block.link_chars for block in cut("<pre>let rain = 4\n<a>tide</a></pre>")] == [0, 4]


def test_lines_of_code_know_the_same_elements_around_them():
    first, second = cut('<div class="log"><pre id="tide">a = 1\nb = 2</pre></div>')
    assert (first.tag, first.ancestors, first.names, first.path) == ("pre", ("pre", "div"), "tide\tlog", (1, 2))
    assert (second.tag, second.ancestors, second.names, second.path) == ("pre", ("pre", "div"), "tide\tlog", (1, 2))


def test_class_names_are_read_up_to_eight_levels_out():
    body = "".join(f'<div class="{"xyz"[level % 3] * (level + 2)}">' for level in range(12))
    assert len(cut(f"{body}Rain")[0].names.split()) == 8


def texts_of(html: str) -> list[str]:
    return [block.text for block in page_blocks(opened(html))]


@settings(max_examples=40, deadline=None)
@given(articles())
def test_blocks_of_a_page_are_its_visible_text_but_for_the_bars_between_cells(html: str):
    page = opened(html)
    assert letters(page_blocks(page)).replace("|", "") == visible_text(page.tree).replace("|", "")


@settings(max_examples=30, deadline=None)
@given(articles())
def test_what_is_in_no_row_of_a_table_stays_word_for_word(html: str):
    page = opened(html)
    before = [block.text for block in tree_blocks(page.tree) if "tr" not in block.ancestors]
    assert [block.text for block in page_blocks(page) if "tr" not in block.ancestors] == before
    assert before.count("Tides") == 20


def test_the_columns_of_a_layout_table_are_told_apart():
    side = "".join(f"<a href=/{n}>Tides {n}</a><br>" for n in range(9))
    texts = texts_of(document(f"<table><tr><td>{side}<td>{PARAGRAPH * 3}</table>"))
    assert texts == [*(f"Tides {n}" for n in range(9)), *[f"{SENTENCES[0]} {SENTENCES[1]}"] * 3]


def test_the_cells_of_a_data_table_are_one_block_a_row():
    texts = texts_of(document(f"{PARAGRAPH * 3}<table><tr><td>Coal<td>80<tr><td>Grain<td>120</table>"))
    assert texts[3:] == ["| Coal | 80 |", "| Grain | 120 |"]


STORY = " ".join(SENTENCES)
AS_DATA = f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "articleBody": STORY})}</script>'


def test_a_page_whose_text_is_only_in_the_json_of_a_script_is_read_through_trafilatura():
    page = opened(document("<div id=app>Loading</div>", AS_DATA))
    assert [block.text for block in page_blocks(page)] == list(kept_lines(page.tree)) == [STORY]


def test_lines_that_are_read_through_trafilatura_are_numbered_paragraphs_without_a_place_on_the_page():
    found = page_blocks(opened(document("<div id=app>Loading</div>", AS_DATA)))
    assert found == [Block(block.text, "p", line, ancestors=("p",)) for line, block in enumerate(found, 1)]


def test_a_page_that_shows_enough_is_not_read_through_trafilatura():
    shown = [SENTENCES[0]] * 4
    assert texts_of(document("".join(f"<p>{text}</p>" for text in shown), AS_DATA)) == shown


def test_a_page_that_shows_next_to_nothing_is_read_as_it_stands_where_no_script_holds_more():
    page = opened(document("<nav><p>Tides</p></nav><p>Rain fell.</p>"))
    assert page_blocks(page) == tree_blocks(page.tree)


def test_marks_before_the_items_of_a_short_page_are_not_taken_for_more_text():
    page = opened(document(f"<article><p>{SENTENCES[0]}</p><ul><li>Rain<li>Sun<li>Fog</ul></article>"))
    assert page_blocks(page) == tree_blocks(page.tree)


@settings(max_examples=30, deadline=None)
@given(articles())
def test_page_blocks_are_numbered_in_order(html: str):
    blocks = page_blocks(opened(html))
    assert [block.line for block in blocks] == list(range(1, len(blocks) + 1))


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("هیچ\u200cیک از آن\u200cها نرفت", id="joiners of Persian"),
        pytest.param("\u2067ארבע ספינות\u2069 left", id="marks of direction"),
        pytest.param("har\u00adbour", id="soft hyphen"),
    ],
)
def test_unseen_marks_within_a_paragraph_stay(words: str):
    found = texts_of(document(f"<article>{PARAGRAPH}<p>{words}. {SENTENCES[2]}</p>{PARAGRAPH}</article>"))
    assert f"{words}. {SENTENCES[2]}" in found


def shape(html: str) -> list[dict[str, object]]:
    return [{"tag": block.tag, "text": block.text, "line": block.line} for block in page_blocks(opened(html))]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_pages_fall_into_the_expected_blocks(path: Path, rewrite_golden: bool):  # noqa: FBT001 - a fixture
    found = shape(path.read_text(encoding="utf-8"))
    expected = path.with_suffix(".json")
    if rewrite_golden:
        lines = ",\n".join(json.dumps(block, ensure_ascii=False) for block in found)
        expected.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    assert found == json.loads(expected.read_text(encoding="utf-8"))


def test_there_are_three_golden_pages():
    assert len(GOLDEN) == 3


MANY = 20_000


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        pytest.param(
            "".join(f"<p>Line {n} of the log of the port.</p>" for n in range(MANY)), MANY, id="20,000 blocks"
        ),
        pytest.param(f"<p>{'rain and hail ' * 150_000}</p>", 1, id="one block of 2 MB"),
        pytest.param(f"<p>{'rain' * 500_000}</p>", 1, id="one word of 2 MB"),
    ],
)
def test_a_huge_page_is_cut_within_seconds(body: str, blocks: int):
    with ends_within(30):
        found = page_blocks(opened(document(f"<article>{body}</article>")))
    assert len(found) == blocks


@pytest.mark.parametrize("depth", [200, 1000, 5000])
@pytest.mark.parametrize("opening", ["<div>", "<font size=2>", "<blockquote>", "<b>", "<table><tr><td>", "<ul><li>"])
def test_text_below_deep_nesting_is_not_lost(opening: str, depth: int):
    page = opened(document(f"{opening * depth}{PARAGRAPH * 3}"))
    assert " ".join(block.text for block in page_blocks(page)).count(SENTENCES[0]) == 3


@pytest.mark.parametrize(
    ("body", "ends"),
    [
        pytest.param("<div>".join(f"x{level} " for level in range(1000)), 0, id="openings only"),
        pytest.param(f"{'<p>x'.join('<div>' for _ in range(1000))}{'</div>x' * 1000}", 1000, id="and ends"),
        pytest.param("<ul><li>x" * 1000, 0, id="lists"),
        pytest.param('<font class="a" @click="1" b"c="2"><foo"bar>x' * 1000, 0, id="names that are none"),
    ],
)
def test_every_text_of_a_page_that_is_too_deep_is_in_a_block(body: str, ends: int):
    with ends_within(30):
        found = page_blocks(opened(document(f"{PARAGRAPH}{body}<p>{SENTENCES[2]}")))
    text = " ".join(block.text for block in found)
    assert (text.count("x"), SENTENCES[0] in text, SENTENCES[2] in text) == (body.count("x"), True, True)
    assert sum(block.text == "x" for block in found) >= ends


@pytest.mark.parametrize("opening", ["<div>", "<span>", "<ul><li>x"])
def test_nesting_beyond_what_the_parser_takes_ends_within_seconds(opening: str):
    with ends_within(30):
        found = page_blocks(opened(document(f"{PARAGRAPH}{opening * 5000}<p>{SENTENCES[1]}")))
    assert {SENTENCES[0] in block.text for block in found} == {True, False}
    assert SENTENCES[1] in found[-1].text


@pytest.mark.parametrize(
    ("html", "texts"),
    [
        pytest.param("<html><head><title>Rain</title></head></html>", [], id="no body"),
        pytest.param("<html><frameset><frame src=a></frameset></html>", [], id="frames"),
        pytest.param(document(NAVIGATION), ["Tides"] * 20, id="only navigation"),
        pytest.param(document("<p>שלום עולם.</p><p>مرحبا</p>"), ["שלום עולם.", "مرحبا"], id="right to left"),
        pytest.param(document("<p>港口负责人。</p><p>四艘船</p>"), ["港口负责人。", "四艘船"], id="no spaces"),
        pytest.param(document("<p>Ra\x01in\x0b fell\x1c</p><p>x</p>"), ["Rain fell", "x"], id="control characters"),
    ],
)
def test_odd_pages(html: str, texts: list[str]):
    tree = parse(html)
    assert tree is not None
    found = [block.text.lstrip("- ").replace("\x01", "") for block in page_blocks(extract(tree))]
    assert found == texts


def test_the_tree_is_left_as_it_was():
    tree = document_fromstring(document(f"<!-- a -->{NAVIGATION}{PARAGRAPH}"))
    before = [element.tag for element in tree.iter() if isinstance(element, HtmlElement)]
    assert tree_blocks(tree)
    assert [element.tag for element in tree.iter() if isinstance(element, HtmlElement)] == before
