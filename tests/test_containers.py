"""Measures of the elements around blocks, counted by hand on small pages."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from lxml.html import document_fromstring

from pipeline.containers import CONTAINERS, container_columns
from pipeline.document import Block
from pipeline.segment.page import tree_blocks
from tests.strategies import SENTENCES, trees

PAGE = """<div><ul><li><a>Tides</a><li><a>Ports</a></ul>
<article><p>Rain fell on the quay.<p>Nobody was seen there.<div><p>Related: fog</div></article></div>"""
CONTENT, CHROME = (-4, -4), (4, 4)
SCORES = [CHROME, CHROME, CONTENT, CONTENT, CHROME]
FRAMED = "<p>Menu<p>Tides<div><p>Rain<p>Hail</div><p>Ports<p>Map"
FRAME = [CHROME, CHROME, CONTENT, CONTENT, CHROME, CHROME]
PARAGRAPH = f"<p>{SENTENCES[0]}"


def cut(body: str) -> list[Block]:
    return tree_blocks(document_fromstring(f"<html><body>{body}</body></html>"))


def columns(pages: list[list[Block]], scores: object = None) -> dict[str, list[float]]:
    count = sum(map(len, pages))
    told = np.zeros((count, 2), dtype=np.float32) if scores is None else np.array(scores, dtype=np.float32)
    found = container_columns(pages, told.reshape(count, 2))
    return {name: column.tolist() for name, column in zip(CONTAINERS, found, strict=True)}


def measured(blocks: list[Block], scores: object = None) -> dict[str, list[float]]:
    return columns([blocks], scores)


def test_names_are_unique():
    assert len(set(CONTAINERS)) == len(CONTAINERS)


def test_an_element_is_measured_by_all_blocks_in_it():
    found = measured(cut(PAGE))
    assert found["blocks^1"][:2] == pytest.approx([np.log1p(1)] * 2)
    assert found["blocks^2"][:3] == pytest.approx(np.log1p([2, 2, 3]))
    assert found["chars^2"][2] == pytest.approx(np.log1p(22 + 22 + 12))
    assert found["link_density^2"][0] == pytest.approx(1)


def test_long_blocks_of_an_element_are_its_paragraphs():
    assert measured(cut(f"<div><p>{'rain ' * 30}<p>Sun</div>"))["paragraphs^2"] == pytest.approx([1 / 2] * 2)


def test_what_is_not_there_is_told_apart_from_nothing():
    assert measured(cut("<p>Rain"))["chars^5"] == [-9]


def test_a_section_is_the_outermost_element_beside_the_main_text():
    found = measured(cut(PAGE), SCORES)
    assert found["blocks^section"][0] == pytest.approx(np.log1p(2))  # the menu as a whole
    assert found["blocks^section"][4] == pytest.approx(np.log1p(1))  # the box below the story
    assert found["wording^section"] == pytest.approx([4, 4, -4, -4, 4])


def test_blocks_outside_the_main_element_are_above_it():
    assert measured(cut(PAGE), SCORES)["above_main"] == [-1, -1, 0, 0, 0]


def test_elements_between_a_block_and_those_around_the_main_element_are_counted():
    assert measured(cut(PAGE), SCORES)["below_main"] == [2, 2, 1, 1, 2]


def test_scores_are_averaged_by_characters():
    blocks = cut("<div><p>xxx<p>x</div>")
    assert measured(blocks, [[4, 0], [0, 0]])["wording^2"] == pytest.approx([3, 3])


def test_scores_are_cut_where_they_are_as_sure_as_can_be():
    found = measured(cut("<p>Rain<p>Sun"), [[100, -100], [-100, 100]])
    assert (found["wording^1"], found["markup^1"]) == ([8, -8], [-8, 8])


def test_blocks_under_a_heading_know_how_it_reads():
    found = measured(cut("<p>Rain<h2>Related</h2><p>Fog<p>Hail"), [[0, 0], [5, 3], [1, 1], [2, 2]])
    assert found["wording^heading"] == [0, 5, 5, 5]
    assert found["markup^heading"] == [0, 3, 3, 3]
    assert found["since_heading"] == pytest.approx([-9, 0, np.log1p(1), np.log1p(2)])


def test_blocks_in_the_element_with_the_most_content_are_in_the_main_one():
    assert measured(cut(PAGE), SCORES)["in_main"] == [0, 0, 1, 1, 1]


def test_of_elements_with_as_much_content_the_outermost_is_the_main_one():
    found = measured(cut("<section><div><p>Rain</div></section>"), [CONTENT])
    assert (found["in_main"], found["above_main"], found["below_main"]) == ([1], [0], [2])


def test_a_page_whose_blocks_stand_in_no_element_has_no_main_one():
    found = measured(cut("Rain<br>Sun"), [CONTENT, CHROME])
    assert [found[name] for name in ("in_main", "main_share", "since_main")] == [[0, 0]] * 3
    assert (found["worth^path"], found["read^path"]) == ([-9, -9], [-9, -9])


def test_the_share_of_the_page_that_is_in_the_main_element():
    assert measured(cut(PAGE), SCORES)["main_share"] == pytest.approx([56 / 66] * 5)


def test_blocks_before_the_main_element_count_down_to_it_and_those_behind_it_count_up():
    expected = [-np.log1p(2), -np.log1p(1), 0, 0, np.log1p(1), np.log1p(2)]
    assert measured(cut(FRAMED), FRAME)["since_main"] == pytest.approx(expected)


def test_an_element_is_worth_the_content_in_it_as_a_part_of_that_of_the_main_one():
    found = measured(cut("<div><p>Rain<p>Hail</div><div><p>Fogs<p>Ports: rain, sun</div>"), [CONTENT] * 3 + [CHROME])
    assert found["worth^2"] == pytest.approx([1, 1, (2 - 4) / 4, (2 - 4) / 4])
    assert found["worth^path"] == pytest.approx([1, 1, 1 / 2, -1 / 2])


def test_of_elements_that_are_all_chrome_the_main_one_holds_a_block():
    assert measured(cut("<div><p>Menu</div><p>x<hr>"), [CHROME] * 2)["in_main"] == [0, 1]
    assert measured(cut("<hr><div><p>Menu</div><p>x"), [CHROME] * 2)["in_main"] == [0, 1]


def test_paragraphs_speak_for_their_parent():
    found = measured(cut(f"<div>{PARAGRAPH}{PARAGRAPH}</div><ul><li>Tides<li>Ports</ul>"))
    assert found["in_read"] == [1, 1, 0, 0]
    assert found["read^parent"] == [1, 1, 0, 0]
    assert found["read_share"] == pytest.approx([160 / 170] * 4)


def test_paragraphs_speak_by_half_for_the_parent_of_their_parent():
    found = measured(cut(f"<section><div>{PARAGRAPH}</div><p>Tides</section>"))
    assert found["read^parent"] == pytest.approx([1, 1 / 2])


def test_commas_and_length_make_a_paragraph_say_more():
    plain, rich = "rain " * 20, "rain, " * 60
    found = measured(cut(f"<div><p>{plain}</div><div><p>{rich}</div>"))
    assert found["read^parent"] == pytest.approx([(1 + 0.99) / (1 + 60 + 3), 1])


def test_what_is_said_for_an_element_is_lessened_by_its_links():
    plain, linked = "x" * 80, f"<p><a>{'x' * 20}</a>{'x' * 80}"
    found = measured(cut(f"<div><p>{plain}{'x' * 20}</div><div>{linked}</div>"))
    assert found["read^parent"] == pytest.approx([1, 1 - 20 / 100])


def test_a_paragraph_that_is_half_linked_says_nothing():
    half = f"<p><a>{'x' * 50}</a>{'x' * 50}"
    assert measured(cut(f"<div>{PARAGRAPH}</div><div>{half}</div>"))["read^parent"] == [1, 0]


def test_an_inline_element_is_no_parent_of_a_paragraph():
    found = measured(cut(f"<div><p><span>{SENTENCES[0]}<br>{SENTENCES[0]}</span></div><section><p>x</section>"))
    assert found["read^parent"] == [1, 1, 0]


def test_nothing_is_read_where_no_paragraph_stands():
    found = measured(cut("<ul><li>Tides<li>Ports</ul>"))
    assert (found["read^path"], found["read^parent"]) == ([0, 0], [0, 0])


def test_no_block_is_in_what_is_read_where_no_paragraph_stands():
    found = measured(cut("<ul><li>Tides<li>Ports</ul>"))
    assert (found["in_read"], found["read_share"]) == ([0, 0], [0, 0])


def test_blocks_of_the_same_tag_and_names_share_their_scores_and_their_part_of_the_text():
    blocks = cut("<p class=card>Rain<p class=card>Hail<p class=post>Fogs<h2 class=card>Suns</h2>")
    found = measured(blocks, [[1, 0], [3, 2], [5, 5], [7, 7]])
    assert found["wording^twins"] == [2, 2, 5, 7]
    assert found["markup^twins"] == [1, 1, 5, 7]
    assert found["share^twins"] == [1 / 2, 1 / 2, 1 / 4, 1 / 4]


def test_the_means_of_a_page_go_by_characters():
    found = measured(cut("<p>xxx<p><a>x</a>"), [[4, 0], [0, 8]])
    assert found["wording^page"] == [3, 3]
    assert found["markup^page"] == [2, 2]
    assert found["links^page"] == [1 / 4, 1 / 4]


def test_twins_and_means_are_those_of_one_page():
    found = columns([cut("<p>Rain"), cut("<p>Hail")], [[4, 0], [0, 8]])
    assert found["wording^twins"] == found["wording^page"] == [4, 0]
    assert found["markup^twins"] == found["markup^page"] == [0, 8]


def test_no_pages_and_pages_without_blocks_have_no_columns():
    assert container_columns([], np.zeros((0, 2), dtype=np.float32)).shape == (len(CONTAINERS), 0)
    assert container_columns([[], []], np.zeros((0, 2), dtype=np.float32)).shape == (len(CONTAINERS), 0)


_LINES = st.sampled_from((*SENTENCES, "Tides", "x"))
_CROOKED = st.lists(  # paths that no tree has
    st.builds(
        Block,
        text=_LINES,
        tag=st.sampled_from(("p", "h2")),
        line=st.just(1),
        ancestors=st.lists(st.sampled_from(("p", "b", "div")), max_size=4).map(tuple),
        names=st.sampled_from(("", "card", "\tpost")),
        link_chars=st.integers(0, 90),
        path=st.lists(st.integers(1, 9), max_size=6, unique=True).map(tuple),
    ),
    max_size=6,
)
_CUT = trees().map(lambda body: cut(body.html))
_ARTICLES = st.lists(_LINES, max_size=6).map(lambda lines: cut("<div><div>".join(f"<p>{line}" for line in lines)))


@st.composite
def scored(draw: st.DrawFn, pages: st.SearchStrategy[list[list[Block]]]) -> tuple[list[list[Block]], np.ndarray]:
    """Pages, and a pair of log-odds for each block of them."""
    drawn = draw(pages)
    return drawn, draw(arrays(np.float32, (sum(map(len, drawn)), 2), elements=st.floats(-30, 30, width=32)))


_PAGES = scored(st.lists(_CUT | _ARTICLES, max_size=3))
_PAGE = scored((_CUT | _ARTICLES).map(lambda page: [page]))


@settings(max_examples=100, deadline=None)
@given(scored(st.lists(_CUT | _ARTICLES | _CROOKED, max_size=4)))
def test_a_page_is_measured_the_same_beside_others(given_pages: tuple[list[list[Block]], np.ndarray]):
    pages, scores = given_pages
    together = container_columns(pages, scores)
    parts = np.split(scores, np.cumsum([len(page) for page in pages])[:-1]) if pages else []
    apart = [container_columns([page], part) for page, part in zip(pages, parts, strict=True)]
    assert np.isfinite(together).all()
    assert np.array_equal(together, np.hstack([np.zeros((len(CONTAINERS), 0)), *apart]))


def contents(page: list[Block], scores: np.ndarray) -> dict[int, float]:
    """How much content there is in each element that holds a block, by the scores."""
    found: dict[int, float] = {}
    for block, pair in zip(page, np.clip(scores.astype(float), -8, 8), strict=True):
        for element in block.path:
            found[element] = found.get(element, 0.0) - float(np.clip(pair.sum(), -8, 8)) * len(block.text) ** 0.5
    return found


@settings(max_examples=100, deadline=None)
@given(_PAGE)
def test_the_main_element_is_one_with_the_most_content(given_page: tuple[list[list[Block]], np.ndarray]):
    (page,), scores = given_page
    found = contents(page, scores)
    most = max(found.values(), default=0)
    assume(most > 0.1)
    best = [element for element, content in found.items() if content == pytest.approx(most, abs=1e-6)]
    in_main = measured(page, scores)["in_main"]
    assert in_main in [[float(element in block.path) for block in page] for element in best]


@settings(max_examples=100, deadline=None)
@given(_PAGES)
def test_no_element_is_worth_more_than_the_main_one(given_pages: tuple[list[list[Block]], np.ndarray]):
    found = columns(*given_pages)
    assert max(found["worth^path"], default=0) <= 1


@settings(max_examples=100, deadline=None)
@given(_PAGE)
def test_the_main_element_of_a_page_with_content_is_worth_1(given_page: tuple[list[list[Block]], np.ndarray]):
    (page,), scores = given_page
    assume(max(contents(page, scores).values(), default=0) > 1)
    found = measured(page, scores)
    assert {worth for worth, inside in zip(found["worth^path"], found["in_main"], strict=True) if inside} == {1}


@settings(max_examples=100, deadline=None)
@given(_PAGES)
def test_no_element_is_read_more_than_the_one_that_is_read_most(given_pages: tuple[list[list[Block]], np.ndarray]):
    found = columns(*given_pages)
    assert set(found["read^path"]) <= {-9.0} | {value for value in found["read^path"] if 0 <= value <= 1}
    assert all(0 <= value <= 1 for value in found["read^parent"])


@settings(max_examples=100, deadline=None)
@given(_PAGE)
def test_blocks_in_what_is_read_most_are_read_1_where_any_is_read(given_page: tuple[list[list[Block]], np.ndarray]):
    found = measured(*given_page[0], given_page[1])
    assume(max(found["read^path"], default=0) > 0)
    assert {value for value, inside in zip(found["read^path"], found["in_read"], strict=True) if inside} == {1}
