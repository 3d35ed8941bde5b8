"""The cells of a row of a data table are one block; what a table lays out stays in its blocks."""

import pytest
from hypothesis import given, settings
from lxml.html import document_fromstring

from pipeline.document import Block
from pipeline.segment.page import tree_blocks
from pipeline.segment.rows import joined_rows
from tests.strategies import Marked, document, trees

QUAY = "The outer quay is closed to lorries until the end of May"
MOLE = "Four coasters wait outside the mole for the second week"
PROSE = " ".join(["rain"] * 26)


def cut(body: str) -> list[Block]:
    return tree_blocks(document_fromstring(document(body)))


def joined(body: str) -> list[str]:
    return [block.text for block in joined_rows(cut(body))]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param("<td>Kolmar<td>120<td>8", "| Kolmar | 120 | 8 |", id="figures"),
        pytest.param("<th>Harbour<th>Herring, t", "| Harbour | Herring, t |", id="cells of a head"),
        pytest.param(f"<td>{QUAY}<td>41", f"| {QUAY} | 41 |", id="a sentence and a figure"),
        pytest.param("<td>Kolmar<td> <td>8", "| Kolmar | 8 |", id="an empty cell"),
        pytest.param("<td><b>Kol</b>mar<td><a>120</a>", "| Kolmar | 120 |", id="inline elements in a cell"),
        pytest.param("<td><p>Kolmar</p><td><div>120</div>", "| Kolmar | 120 |", id="a block element in a cell"),
        pytest.param(f"<td>{PROSE[5:]}<td>8", f"| {PROSE[5:]} | 8 |", id="a cell of 25 words"),
    ],
)
def test_the_cells_of_a_data_row_are_one_block(row: str, expected: str):
    assert joined(f"<p>Rain<table><tr>{row}</table><p>Sun") == ["Rain", expected, "Sun"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(f"<td>Home<td>{PROSE}", ["Home", PROSE], id="a cell of prose"),
        pytest.param(f"<td>Home<td>{QUAY}<br>{MOLE}", ["Home", QUAY, MOLE], id="a cell of several lines"),
        pytest.param(f"<td>Home<td><p>{QUAY}<p>{MOLE}", ["Home", QUAY, MOLE], id="a cell of several paragraphs"),
        pytest.param(f"<td>{QUAY}", [QUAY], id="one cell only"),
        pytest.param(f"<td> <td>{QUAY}<td> ", [QUAY], id="one cell that is filled"),
    ],
)
def test_the_blocks_of_a_row_that_lays_out_the_page_stay(row: str, expected: list[str]):
    assert joined(f"<table><tr>{row}</table>") == expected


def test_each_row_is_a_block_of_its_own():
    rows = "<tr><td>Coal<td>80<tr><td>Grain<td>120"
    assert joined(f"<table>{rows}</table>") == ["| Coal | 80 |", "| Grain | 120 |"]


def test_cells_of_different_rows_are_not_joined():
    assert joined("<table><tr><td>Coal<tr><td>80</table>") == ["Coal", "80"]


def test_rows_of_a_table_in_a_cell_are_joined_and_the_cells_around_them_are_not():
    inner = "<table><tr><td>Coal<td>80</table>"
    assert joined(f"<table><tr><td>{inner}<td>Home</table>") == ["| Coal | 80 |", "Home"]


def test_cells_without_a_row_are_not_joined():
    assert joined("<div>Coal</div><div>80</div>") == ["Coal", "80"]


def test_a_row_stands_where_its_first_cell_stood():
    first, second = cut('<table class="catch"><tr><td>Coal<td>80</table>')
    (row,) = joined_rows([first, second])
    assert (row.tag, row.line, row.ancestors) == (first.tag, first.line, first.ancestors)
    assert (row.names, row.path) == (first.names, first.path)


def test_the_links_of_all_cells_are_counted():
    (row,) = joined_rows(cut("<table><tr><td><a>Coal</a><td>in <a>tonnes</a></table>"))
    assert row.link_chars == len("Coal") + len("tonnes")


def test_blocks_are_numbered_anew():
    found = joined_rows(cut("<p>Rain<table><tr><td>Coal<td>80</table><p>Sun"))
    assert [block.line for block in found] == [1, 2, 3]


def test_no_blocks():
    assert joined_rows([]) == []


@settings(max_examples=100, deadline=None)
@given(trees())
def test_nothing_but_bars_is_added_and_nothing_is_lost(body: Marked):
    assert "".join("".join(joined(body.html)).split()).replace("|", "") == body.seen


@settings(max_examples=100, deadline=None)
@given(trees())
def test_joining_twice_is_joining_once(body: Marked):
    once = joined_rows(cut(body.html))
    assert joined_rows(once) == once


@settings(max_examples=100, deadline=None)
@given(trees())
def test_what_is_in_no_row_stays_as_it_is(body: Marked):
    blocks = cut(body.html)
    before, after = (
        [block.text for block in of if "tr" not in block.ancestors] for of in (blocks, joined_rows(blocks))
    )
    assert after == before
