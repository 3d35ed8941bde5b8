"""Measures of the elements around blocks, counted by hand on small pages."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from pipeline.containers import CONTAINERS, container_columns
from pipeline.document import Block
from pipeline.segment.page import tree_blocks

PAGE = """<div><ul><li><a>Tides</a><li><a>Ports</a></ul>
<article><p>Rain fell on the quay.<p>Nobody was seen there.<div><p>Related: fog</div></article></div>"""


def cut(html: str, *kept: str) -> list[Block]:
    blocks = tree_blocks(document_fromstring(html))
    return [
        Block(**{name: getattr(block, name) for name in Block.__slots__} | {"kept": block.text in kept})
        for block in blocks
    ]


def measured(blocks: list[Block], scores: object = None) -> dict[str, list[float]]:
    told = np.zeros((len(blocks), 2), dtype=np.float32) if scores is None else np.array(scores, dtype=np.float32)
    columns = container_columns([blocks], told)
    return {name: column.tolist() for name, column in zip(CONTAINERS, columns, strict=True)}


def test_an_element_is_measured_by_all_blocks_in_it():
    found = measured(cut(PAGE, "Rain fell on the quay.", "Nobody was seen there."))
    assert found["blocks^1"][:2] == pytest.approx([np.log1p(1)] * 2)
    assert found["blocks^2"][:2] == pytest.approx([np.log1p(2)] * 2)
    assert found["link_density^2"][0] == pytest.approx(1)
    assert found["kept_share^2"][2] == pytest.approx(44 / 56)


def test_what_is_not_there_is_told_apart_from_nothing():
    assert measured(cut("<p>Rain"))["chars^5"] == [-1]


def test_a_section_is_the_outermost_element_beside_the_main_text():
    found = measured(cut(PAGE, "Rain fell on the quay.", "Nobody was seen there."))
    assert found["blocks^section"][0] == pytest.approx(np.log1p(2))  # the menu as a whole
    assert found["blocks^section"][4] == pytest.approx(np.log1p(1))  # the box below the story
    assert found["kept_share^section"] == pytest.approx([0, 0, 1, 1, 0])


def test_blocks_outside_the_main_element_are_above_it():
    found = measured(cut(PAGE, "Rain fell on the quay.", "Nobody was seen there."))
    assert found["above_main"] == [-1, -1, 0, 0, 0]


def test_scores_are_averaged_by_characters():
    blocks = cut("<div><p>xxx<p>x</div>")
    assert measured(blocks, [[4, 0], [0, 0]])["wording^2"] == pytest.approx([3, 3])


def test_blocks_under_a_heading_know_how_it_reads():
    found = measured(cut("<p>Rain<h2>Related</h2><p>Fog<p>Hail"), [[0, 0], [5, 3], [1, 1], [2, 2]])
    assert found["wording^heading"] == [0, 5, 5, 5]
    assert found["markup^heading"] == [0, 3, 3, 3]
    assert found["since_heading"] == pytest.approx([-1, 0, np.log1p(1), np.log1p(2)])


def test_a_page_of_which_nothing_is_kept_has_no_main_element():
    assert measured(cut(PAGE))["above_main"] == [0] * 5


def test_no_pages_and_pages_without_blocks_have_no_columns():
    assert container_columns([], np.zeros((0, 2), dtype=np.float32)).shape == (len(CONTAINERS), 0)
    assert container_columns([[], []], np.zeros((0, 2), dtype=np.float32)).shape == (len(CONTAINERS), 0)


_PATHS = st.lists(st.integers(1, 9), max_size=6, unique=True).map(tuple)
_BLOCKS = st.lists(
    st.builds(
        Block, text=st.text("ab ", min_size=1), tag=st.just("p"), line=st.just(1), path=_PATHS, kept=st.booleans()
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_BLOCKS, max_size=4))
def test_a_page_is_measured_the_same_beside_others(pages: list[list[Block]]):
    together = container_columns(pages, np.zeros((sum(map(len, pages)), 2), dtype=np.float32))
    apart = [container_columns([page], np.zeros((len(page), 2), dtype=np.float32)) for page in pages]
    assert np.isfinite(together).all()
    assert np.array_equal(together, np.hstack([np.zeros((len(CONTAINERS), 0)), *apart]))
