"""Labelled blocks are found again by their text, wherever they stand by now."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.chrome.told import as_lines, told_kinds
from pipeline.corpora.manifests import KindRow
from pipeline.corpora.prepared import PreparedPage, Split
from pipeline.document import Block, ChromeKind
from tests.strategies import SENTENCES

BIO, OTHER, TAGS = ChromeKind.BIO, ChromeKind.OTHER, ChromeKind.TAGS


def page_of(name: str, *texts: str) -> PreparedPage:
    blocks = tuple(Block(text, "p", line, names="menu\tbox", path=(1, line)) for line, text in enumerate(texts, 1))
    plain = ("wcxb", "herald.example", "en", "article", Split.TEST, None, "", None, (), (), ())
    return PreparedPage(name, *plain, blocks, (0,) * len(blocks), (), ())


def row_of(page: str, block: int, text: str, kind: ChromeKind = OTHER) -> KindRow:
    return KindRow(page, block, hashlib.sha256(text.encode()).hexdigest()[:16], kind)


def places(page: PreparedPage, *rows: KindRow) -> list[int]:
    return [place for _, kinds in told_kinds([page], rows) for place in kinds]


def test_kinds_stand_under_the_places_of_their_blocks():
    page = page_of("a", "Tides", "Herons", "Reeds")
    rows = [row_of("a", 1, "Herons", BIO), row_of("a", 0, "Tides", TAGS)]
    assert told_kinds([page], rows) == [(page, {0: TAGS, 1: BIO})]


def test_block_that_moved_is_found_by_its_text():
    assert places(page_of("a", "Reeds", "Ferries", "Tides"), row_of("a", 0, "Tides")) == [2]


@pytest.mark.parametrize(
    ("told", "found"),
    [
        pytest.param(0, 0, id="the first"),
        pytest.param(3, 3, id="the last"),
        pytest.param(1, 0, id="nearer to the first"),
        pytest.param(2, 3, id="nearer to the last"),
        pytest.param(40, 3, id="after the end"),
    ],
)
def test_nearest_of_equal_texts_is_meant(told: int, found: int):
    assert places(page_of("a", "Herons", "Tides", "Reeds", "Herons"), row_of("a", told, "Herons")) == [found]


def test_first_of_two_that_are_as_near_is_meant():
    assert places(page_of("a", "Herons", "Tides", "Herons"), row_of("a", 1, "Herons")) == [0]


@given(st.lists(st.sampled_from("abc"), max_size=12), st.sampled_from("abc"), st.integers(0, 20))
def test_no_equal_text_is_nearer_than_the_one_that_is_found(texts: Sequence[str], text: str, told: int):
    distances = [abs(place - told) for place, other in enumerate(texts) if other == text]
    found = places(page_of("a", *texts), row_of("a", told, text))
    assert [abs(place - told) for place in found] == ([min(distances)] if distances else [])


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row_of("a", 0, "Tide"), id="cut otherwise since then"),
        pytest.param(row_of("b", 0, "Tides"), id="of a page that is not there"),
    ],
)
def test_block_that_is_not_there_is_passed_over(row: KindRow):
    assert told_kinds([page_of("a", "Tides")], [row]) == []


def test_lines_of_a_page_have_its_words_and_nothing_of_its_mark_up():
    page = page_of("a", "Four ships gone", "- the lower road", *SENTENCES)
    lines = as_lines(page.blocks)
    assert [line.text for line in lines.blocks] == [block.text for block in page.blocks]
    assert {(line.names, line.path, line.ancestors, line.link_chars) for line in lines.blocks} == {("", (), (), 0)}
    assert [line.tag for line in lines.blocks][:3] == ["line", "li", "line"]
