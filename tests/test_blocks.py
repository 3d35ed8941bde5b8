"""What the chrome model sees of a block: rows of the documented width, finite whatever the block holds."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.blocks import (
    DOCUMENT,
    DOM,
    DOM_NEIGHBOUR,
    NEIGHBOUR,
    PAGE_FEATURES,
    PLACE,
    SHAPE,
    TEXT_FEATURES,
    page_rows,
    surroundings,
    text_rows,
    with_neighbours,
    wording,
)
from pipeline.document import Block
from pipeline.segment.text import text_blocks
from tests.strategies import SENTENCES, crooked_texts, texts

_WINDOWS = 6  # two blocks before, two after, and the means above and below


def block(text: str = "Rain fell.", **fields: object) -> Block:
    return Block(**{"text": text, "tag": "p", "line": 1, **fields})


def value(name: str, blocks: list[Block], place: int = 0, title: str | None = None) -> float:
    return float(page_rows(blocks, title)[place, PAGE_FEATURES.index(name)])


_TEXT = st.text(min_size=1, max_size=30).map(lambda text: " ".join(text.split())).filter(bool)
_BLOCKS = st.lists(
    st.builds(
        Block,
        text=_TEXT | st.sampled_from(SENTENCES),
        tag=st.sampled_from(("p", "li", "h5", "th", "x-card", "line")),
        line=st.just(1),
        gap=st.booleans(),
        ancestors=st.lists(st.sampled_from(("nav", "div", "ul", "a")), max_size=4).map(tuple),
        names=st.sampled_from(("", "hidden", "post body", "lead\tpost body", "\t\tmenu")),
        link_chars=st.integers(0, 10_000),
    ),
    max_size=7,
)


@settings(max_examples=60, deadline=None)
@given(_BLOCKS, st.none() | _TEXT)
def test_page_rows_have_the_documented_width_and_are_finite(blocks: list[Block], title: str | None):
    rows = page_rows(blocks, title)
    assert rows.shape == (len(blocks), len(PAGE_FEATURES))
    assert np.isfinite(rows).all()


@settings(max_examples=60, deadline=None)
@given(texts() | crooked_texts(), st.none() | _TEXT)
def test_text_rows_have_the_documented_width_and_are_finite(text: str, title: str | None):
    blocks = text_blocks(text)
    rows = text_rows(blocks, title)
    assert rows.shape == (len(blocks), len(TEXT_FEATURES))
    assert np.isfinite(rows).all()


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_rows_of_few_blocks(count: int):
    blocks = [block()] * count
    assert text_rows(blocks).shape == (count, len(TEXT_FEATURES))
    assert page_rows(blocks).shape == (count, len(PAGE_FEATURES))


def test_the_documented_widths():
    near = _WINDOWS * len(NEIGHBOUR)
    assert len(TEXT_FEATURES) == len(SHAPE) + len(PLACE) + near + len(DOCUMENT)
    assert len(PAGE_FEATURES) == len(TEXT_FEATURES) + len(DOM) + _WINDOWS * len(DOM_NEIGHBOUR)


def test_feature_names_are_unique():
    assert len(set(PAGE_FEATURES)) == len(PAGE_FEATURES)


@settings(max_examples=30, deadline=None)
@given(_BLOCKS)
def test_the_first_columns_of_a_page_are_those_of_its_text(blocks: list[Block]):
    rows = page_rows(blocks)
    np.testing.assert_array_equal(rows[:, : len(TEXT_FEATURES)], text_rows(blocks))
    assert PAGE_FEATURES[: len(TEXT_FEATURES)] == TEXT_FEATURES


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        pytest.param("Rain fell", "chars", math.log1p(9), id="characters"),
        pytest.param("Rain fell", "words", math.log1p(2), id="words"),
        pytest.param("Rain, sun", "commas", 0.5, id="commas a word"),
        pytest.param("Rain fell.", "ends_sentence", 1, id="full stop"),
        pytest.param("“Rain fell.”", "ends_sentence", 1, id="full stop in a quotation"),
        pytest.param("Rain fell", "ends_sentence", 0, id="no stop"),
        pytest.param('""', "ends_sentence", 0, id="quotation marks only"),
        pytest.param("Rain:", "ends_colon", 1, id="colon"),
        pytest.param("Rain?", "question", 1, id="question"),
        pytest.param("RAIN fell", "capitals", 4 / 9, id="capitals"),
        pytest.param("Rain fell", "title_case", 0.5, id="words in title case"),
        pytest.param("4 12", "digits", 0.75, id="digits"),
        pytest.param("the rain", "function_words", 0.5, id="function words"),
        pytest.param("- Rain", "bullet", 1, id="bullet"),
        pytest.param("“Rain”", "quote", 1, id="quotation"),
        pytest.param("News | Rain › Hail", "pipe", 2, id="separators"),
    ],
)
def test_the_shape_of_a_block(text: str, name: str, expected: float):
    assert value(name, [block(text)]) == pytest.approx(expected)


def test_a_block_that_repeats_counts_the_others():
    blocks = [block("Rain"), block("Sun"), block("Rain"), block("Rain")]
    assert [value("repeats", blocks, place) for place in range(4)] == [2, 0, 2, 2]


def test_the_headline_is_known_by_its_words():
    blocks = [block("FOUR SHIPS gone"), block("Four ships")]
    assert [value("is_title", blocks, place, "Four  ships Gone") for place in range(2)] == [1, 0]


def test_the_place_of_a_block():
    blocks = [block("x" * size, gap=size == 2) for size in (1, 2, 1)]
    assert value("index", blocks, 1) == pytest.approx(math.log1p(1))
    assert value("index_from_end", blocks, 0) == pytest.approx(math.log1p(2))
    assert [value("chars_before", blocks, place) for place in range(3)] == pytest.approx([0, 0.25, 0.75])
    assert [value("gap", blocks, place) for place in range(3)] == [0, 1, 0]


def test_neighbours_beyond_the_edge_are_minus_one():
    blocks = [block("Rain."), block("Sun"), block("Wind.")]
    found = [value(f"ends_sentence@{offset}", blocks, 1) for offset in ("-2", "-1", "+1", "+2")]
    assert found == [-1, 1, 1, -1]


def test_means_above_and_below_cover_four_blocks():
    blocks = [block("Rain." if place < 3 else "Sun") for place in range(9)]
    assert value("ends_sentence@above", blocks, 4) == pytest.approx(3 / 4)
    assert value("ends_sentence@below", blocks, 4) == pytest.approx(0)
    assert value("ends_sentence@below", blocks, 0) == pytest.approx(2 / 4)


@pytest.mark.parametrize(
    ("fields", "name", "expected"),
    [
        pytest.param({"link_chars": 4}, "link_density", 4 / 9, id="linked in part"),
        pytest.param({"link_chars": 90}, "link_density", 1, id="never more than all"),
        pytest.param({"names": "post hidden"}, "hidden", 1, id="hidden"),
        pytest.param({"names": "post\thidden"}, "hidden", 1, id="hidden by what is around it"),
        pytest.param({"tag": "h6"}, "tag_h3", 1, id="lesser headings count as h3"),
        pytest.param({"tag": "th"}, "tag_td", 1, id="header cells count as cells"),
        pytest.param({"ancestors": ("p", "nav")}, "in_nav", 1, id="in a menu"),
        pytest.param({"ancestors": ("p", "nav")}, "depth", 2, id="depth"),
    ],
)
def test_what_the_mark_up_says_of_a_block(fields: dict[str, object], name: str, expected: float):
    assert value(name, [block(**fields)]) == pytest.approx(expected)


def test_links_of_neighbours_are_told():
    blocks = [block("Rain"), block("Sun", link_chars=3), block("Wind")]
    assert [value("link_density@+1", blocks, place) for place in range(3)] == [1, 0, -1]


def test_twins_are_blocks_of_the_same_tag_and_names():
    blocks = [*[block(names="card")] * 4, block(names="post"), block(names="card", tag="li")]
    assert [value("twins", blocks, place) for place in (0, 3, 4, 5)] == pytest.approx(np.log1p([4, 4, 1, 1]))


def test_names_of_one_element_and_those_of_two_are_not_twins():
    assert value("twins", [block(names="post body"), block(names="post\tbody")]) == pytest.approx(math.log1p(1))


def test_copies_of_a_text_that_stand_before_are_counted():
    blocks = [block("Rain"), block("Sun"), block("Rain"), block("Rain")]
    assert [value("copies_before", blocks, place) for place in range(4)] == [0, 0, 1, 2]


def test_all_blocks_of_a_document_share_the_document_columns():
    first = TEXT_FEATURES.index(DOCUMENT[0])
    rows = text_rows(text_blocks("Rain fell.\n\nSun\n- Wind"))[:, first : first + len(DOCUMENT)]
    assert (rows == rows[0]).all()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("blocks", math.log1p(3)),
        ("short_share", 1),
        ("sentence_share", 10 / 19),
        ("median_chars", math.log1p(6)),
        ("gap_share", 1 / 3),
        ("repeat_share", 0),
    ],
)
def test_what_the_columns_of_a_document_tell(name: str, expected: float):
    row = text_rows(text_blocks("Rain fell.\n\nSun\n- Wind"))[0]
    assert row[TEXT_FEATURES.index(name)] == pytest.approx(expected, rel=1e-5)


def test_the_wording_of_a_long_block_is_its_two_ends():
    words = [f"w{'abcdefghij'[place // 10]}{'abcdefghij'[place % 10]}" for place in range(60)]
    assert wording(block(" ".join(words))).split() == [*words[:14], "…", *words[-14:]]


def test_the_wording_of_a_short_block_is_all_of_it_with_digits_alike():
    assert wording(block("On 18 April 2024, 7 SHIPS")) == "on 00 april 0000, 0 ships"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, "p", id="nothing around it"),
        pytest.param({"tag": "li", "ancestors": ("li", "ul")}, "li 0<li 1<ul", id="tags with their levels"),
        pytest.param({"ancestors": ("p",), "names": "lead"}, "p 0<p 0lead lead", id="a name, with its level and alone"),
        pytest.param({"names": "post body"}, "p 0post post 0body body post_body", id="names of one element in pairs"),
        pytest.param({"names": "post\tbody"}, "p 0post post 1body body", id="names of two elements"),
        pytest.param({"names": "\t\tmenu"}, "p 2menu menu", id="elements without names count as levels"),
    ],
)
def test_the_surroundings_of_a_block_are_tags_and_names_around_it(fields: dict[str, object], expected: str):
    assert surroundings(block(**fields)).split() == expected.split()


def test_levels_far_out_are_alike():
    found = surroundings(block(ancestors=("div",) * 8, names="\t" * 7 + "menu")).split()
    assert found[5:] == ["4<div", *["5<div"] * 3, "5menu", "menu"]


def test_twelve_tags_around_a_block_are_read():
    assert surroundings(block(ancestors=("div",) * 20)).count("<div") == 12


@settings(max_examples=60, deadline=None)
@given(_BLOCKS)
def test_surroundings_begin_with_the_tag_and_hold_every_name(blocks: list[Block]):
    told = [surroundings(one).split() for one in blocks]
    assert [words[0] for words in told] == [one.tag for one in blocks]
    assert all(set(one.names.split()) <= set(words) for one, words in zip(blocks, told, strict=True))


def test_scores_stand_beside_those_of_their_neighbours():
    scores = np.array([[1.0], [2.0], [3.0]], dtype=np.float32)
    found = with_neighbours(scores)
    assert found.shape == (3, 1 + _WINDOWS)
    assert found[1, :5].tolist() == [2, -1, 1, 3, -1]


def test_scores_of_no_blocks():
    assert with_neighbours(np.zeros((0, 2), dtype=np.float32)).shape == (0, 2 * (1 + _WINDOWS))
