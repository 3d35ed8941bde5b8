"""The lines that an extractor kept are found in the blocks of the page, whatever it joined, cut or left out."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.document import Block
from pipeline.segment.align import mark_kept
from tests.segment.losses import given_up, words
from tests.strategies import ends_within

QUAY = "The outer quay is closed to lorries until the end of May"
MOLE = "Four coasters wait outside the mole for the second week"


def page(*texts: str) -> list[Block]:
    return [Block(text=text, tag="p", line=number) for number, text in enumerate(texts, 1)]


def rewritten(texts: tuple[str, ...], lines: tuple[str, ...]) -> list[tuple[str, bool]]:
    return [(block.text, block.kept) for block in mark_kept(page(*texts), lines)]


@pytest.mark.parametrize(
    ("texts", "lines", "expected"),
    [
        pytest.param(("Menu", QUAY), (QUAY,), [("Menu", False), (QUAY, True)], id="the same text"),
        pytest.param((QUAY,), (f"- {QUAY.upper()}!",), [(f"- {QUAY.upper()}!", True)], id="marks and case aside"),
        pytest.param(
            ("Coal", "80", "t", "Menu"),
            ("| Coal | 80 | t |",),
            [("| Coal | 80 | t |", True), ("Menu", False)],
            id="joined",
        ),
        pytest.param((f"{QUAY} {MOLE}",), (QUAY, MOLE), [(QUAY, True), (MOLE, True)], id="cut in two"),
        pytest.param((f"{QUAY} {MOLE}",), (QUAY,), [(QUAY, True), (MOLE, False)], id="a piece, and the rest stays"),
        pytest.param((f"{QUAY} x",), (QUAY,), [(QUAY, True)], id="a piece that is nearly all"),
        pytest.param(("Menu",), (QUAY,), [(QUAY, True), ("Menu", False)], id="nowhere: before all"),
        pytest.param(
            (MOLE, "Menu"),
            (MOLE, QUAY),
            [(MOLE, True), (QUAY, True), ("Menu", False)],
            id="nowhere: after the last line",
        ),
        pytest.param((QUAY,), (), [(QUAY, False)], id="nothing kept"),
        pytest.param((), (QUAY,), [(QUAY, True)], id="no blocks"),
        pytest.param((), (), [], id="nothing at all"),
        pytest.param(("x", "x", "x"), ("x", "x"), [("x", True), ("x", True), ("x", False)], id="copies, in order"),
        pytest.param(
            ("x", MOLE, "x"),
            (MOLE, "x"),
            [("x", False), (MOLE, True), ("x", True)],
            id="the copy after the line before",
        ),
        pytest.param((QUAY, MOLE), (MOLE, QUAY), [(QUAY, True), (MOLE, True)], id="out of order: the page's order"),
        pytest.param(
            (QUAY, "", MOLE, "Menu"),
            (f"{QUAY} | of 4 | {MOLE}",),
            [(f"{QUAY} | of 4 | {MOLE}", True), ("Menu", False)],
            id="put together from parts",
        ),
    ],
)
def test_lines_replace_the_blocks_that_they_stand_for(
    texts: tuple[str, ...], lines: tuple[str, ...], expected: list[tuple[str, bool]]
):
    found = [(text, kept) for text, kept in rewritten(texts, lines) if text]
    assert found == expected


@pytest.mark.parametrize("mark", ["* * *", "—", "★★★★★", "…"])
def test_a_line_without_letters_is_found_too(mark: str):
    assert rewritten((QUAY, mark, MOLE), (QUAY, mark, MOLE)) == [(QUAY, True), (mark, True), (MOLE, True)]


def test_a_mark_at_the_end_of_a_joined_line_is_part_of_it():
    assert rewritten(("Coal", "80", "—", MOLE), ("| Coal | 80 | — |", MOLE)) == [
        ("| Coal | 80 | — |", True),
        (MOLE, True),
    ]


def test_a_word_between_two_parts_of_a_line_is_not_lost_because_its_letters_are_in_the_line():
    line = f"{QUAY} | {MOLE}"
    assert ("end", False) in rewritten((QUAY, "end", MOLE), (line,))


def test_a_word_that_the_next_part_begins_with_is_not_lost():
    assert ("four", False) in rewritten((QUAY, "four", MOLE), (f"{QUAY} | {MOLE}",))


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        pytest.param(f"{QUAY} | 17 | 3 | {MOLE}", ["17", "3"], id="between two long parts"),
        pytest.param(f"{QUAY} | {MOLE} | 17 | 3", ["17", "3"], id="after both"),
        pytest.param(f"{QUAY} | 17 | 38 | {MOLE}", [], id="where some of the line is left over"),
    ],
)
def test_short_parts_are_taken_where_they_fit_exactly(line: str, kept: list[str]):
    stayed = [text for text, is_kept in rewritten((QUAY, "x", "17", "3", MOLE), (line,)) if not is_kept]
    assert [text for text in ("17", "3") if text not in stayed] == kept


def test_short_parts_at_the_end_of_a_line_are_taken():
    line = f"{QUAY} | 17 | 3"
    assert rewritten((QUAY, "x", "17", "3"), (line,)) == [(line, True), ("x", False)]


LONG = f"{QUAY} {MOLE} {QUAY}"


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        pytest.param(("Home", QUAY, MOLE), f"| Home | {QUAY} {MOLE} |", id="a cell of several blocks"),
        pytest.param(("Home", LONG), f"| Home | {LONG} |", id="a cell of prose"),
        pytest.param((QUAY,), f"| {QUAY} |", id="one cell only"),
        pytest.param((QUAY, MOLE), f"| {QUAY} {MOLE} | | |", id="empty cells"),
        pytest.param(("Home | Map", LONG), rf"| Home \| Map | {LONG} |", id="a bar within a cell"),
        pytest.param(
            (MOLE, *["Home"] * 500, LONG), f"| {LONG} | {MOLE} | {'Home ' * 500} |", id="far apart and out of order"
        ),
    ],
)
def test_a_row_that_lays_out_the_page_gives_way_to_the_blocks_in_its_cells(texts: tuple[str, ...], line: str):
    assert rewritten((*texts, "Menu"), (line,)) == [*((text, True) for text in texts), ("Menu", False)]


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        pytest.param(("Kolmar", "120", "8"), "| Kolmar | 120 | 8 |", id="figures"),
        pytest.param((QUAY, "41"), f"| {QUAY} | | 41 |", id="a sentence and a figure"),
        pytest.param(("Home | Map", "Jobs"), r"| Home \| Map | Jobs |", id="a bar within a cell"),
    ],
)
def test_a_row_of_a_data_table_stays_one_line(texts: tuple[str, ...], line: str):
    assert rewritten((*texts, "Menu"), (line,)) == [(line, True), ("Menu", False)]


def test_a_layout_row_of_which_the_page_shows_only_a_part_stays_a_line():
    line = f"| Home | {LONG} and much that is nowhere to be found in any of the blocks of this page |"
    assert rewritten(("Home", LONG), (line,)) == [("Home", False), (line, True)]


@pytest.mark.parametrize("line", ["|---|---|", "| | |", "|", "| * | — |"])
def test_a_row_without_a_letter_is_not_kept(line: str):
    assert rewritten((QUAY, "—"), (QUAY, line)) == [(QUAY, True), ("—", False)]


def headed(*texts: str) -> list[Block]:
    return [Block(text=text, tag="h2" if text.istitle() else "p", line=number) for number, text in enumerate(texts, 1)]


@pytest.mark.parametrize(
    ("texts", "lines", "expected"),
    [
        pytest.param(
            ("The Quay", QUAY), ("The Quay", "The Quay", QUAY), [("The Quay", True), (QUAY, True)], id="shown once"
        ),
        pytest.param(
            ("The Quay", QUAY), ("The Quay", QUAY, "The Quay"), [("The Quay", True), (QUAY, True)], id="apart"
        ),
        pytest.param(
            ("The Quay", "The Quay", QUAY),
            ("The Quay", "The Quay", QUAY),
            [("The Quay", True), ("The Quay", False), (QUAY, True)],
            id="shown twice, one after the other",
        ),
        pytest.param(
            ("The Quay", QUAY, "The Quay", MOLE),
            ("The Quay", QUAY, "The Quay", MOLE),
            [("The Quay", True), (QUAY, True), ("The Quay", True), (MOLE, True)],
            id="shown twice, apart",
        ),
        pytest.param((QUAY, QUAY), (QUAY, QUAY), [(QUAY, True), (QUAY, True)], id="no heading"),
    ],
)
def test_a_repeated_heading_is_kept_once(
    texts: tuple[str, ...], lines: tuple[str, ...], expected: list[tuple[str, bool]]
):
    assert [(block.text, block.kept) for block in mark_kept(headed(*texts), lines)] == expected


def test_a_rewritten_block_keeps_where_it_stood():
    block = Block(text=QUAY, tag="td", line=1, ancestors=("td", "tr"), names="cell", link_chars=3, path=(4, 7))
    assert mark_kept([block], (f"- {QUAY}",)) == [replace(block, text=f"- {QUAY}", kept=True)]


def test_blocks_are_numbered_anew():
    found = mark_kept(page(f"{QUAY} {MOLE}", "Menu"), (QUAY, MOLE, "nowhere"))
    assert [block.line for block in found] == [1, 2, 3, 4]


_WORDS = st.sampled_from("rain port dawn 2024 the of Reuters photo said ★ — share x".split())
_TEXTS = st.lists(st.lists(_WORDS, min_size=1, max_size=8).map(" ".join), max_size=9)


@st.composite
def kept_of(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Texts of blocks, and lines that an extractor could make of them: left out, as they are, marked, or joined."""
    texts = draw(_TEXTS)
    lines, place = [], 0
    while place < len(texts):
        step = draw(st.sampled_from(("out", "same", "mark", "join", "skip")))
        size = {"join": 2, "skip": 3}.get(step, 1)
        parts = texts[place : place + size]
        if step != "out":
            joined = [parts[0], *parts[2:]] if step == "skip" else parts
            lines.append(("- " if step == "mark" else "") + " | ".join(joined))
        place += size
    return texts, lines


@settings(max_examples=60, deadline=None)
@given(st.tuples(_TEXTS, _TEXTS) | kept_of())
def test_every_line_is_among_the_kept_blocks(texts_and_lines: tuple[list[str], list[str]]):
    texts, lines = texts_and_lines
    kept = [text for text, kept in rewritten(tuple(texts), tuple(lines)) if kept]
    assert Counter(kept) == Counter(lines)


@settings(max_examples=60, deadline=None)
@given(kept_of())
def test_words_are_only_lost_where_lines_stand_for_nearly_the_whole_block(texts_and_lines: tuple[list[str], list[str]]):
    texts, lines = texts_and_lines
    found = [text for text, _ in rewritten(tuple(texts), tuple(lines))]
    assert words(texts) - words(found) <= given_up(texts, lines)


@settings(max_examples=60, deadline=None)
@given(_TEXTS)
def test_lines_that_are_the_blocks_change_nothing_but_flags(texts: list[str]):
    assert rewritten(tuple(texts), tuple(texts)) == [(text, True) for text in texts]


MANY = 40_000


@pytest.mark.parametrize(
    ("texts", "lines"),
    [
        pytest.param(("x",) * MANY, ("x",) * MANY, id="equal blocks"),
        pytest.param(
            (" ".join(f"Line {n} of the log." for n in range(MANY)),),
            tuple(f"Line {n} of the log." for n in range(MANY)),
            id="one block, many lines",
        ),
        pytest.param(
            tuple(f"part {n}" for n in range(MANY)),
            tuple(f"part {n} part {n + 1}" for n in range(0, MANY, 2)),
            id="joined lines",
        ),
        pytest.param(
            tuple(f"Menu entry number {n}" for n in range(MANY)),
            tuple(f"A line that is nowhere, number {n}" for n in range(MANY // 8)),
            id="lines that are nowhere",
        ),
        pytest.param(
            tuple(f"Menu entry number {n}" for n in range(MANY)),
            tuple(f"| A row that is nowhere | number {n} |" for n in range(MANY // 20)),
            id="rows that are nowhere",
        ),
    ],
)
def test_huge_pages_are_aligned_within_seconds(texts: tuple[str, ...], lines: tuple[str, ...]):
    with ends_within(6):
        found = rewritten(texts, lines)
    assert sum(kept for _, kept in found) == len(lines)
