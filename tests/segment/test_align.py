"""The lines that an extractor kept are found in the blocks of the page, whatever it joined, cut or left out."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.document import Block
from pipeline.extract import PRESETS
from pipeline.segment.align import mark_kept
from tests.segment.losses import given_up, words
from tests.strategies import ends_within

NONE = (False,) * len(PRESETS)
QUAY = "The outer quay is closed to lorries until the end of May"
MOLE = "Four coasters wait outside the mole for the second week"


def page(*texts: str) -> list[Block]:
    return [Block(text=text, tag="p", line=number, kept=NONE) for number, text in enumerate(texts, 1)]


def rewritten(texts: tuple[str, ...], lines: tuple[str, ...]) -> list[tuple[str, bool]]:
    return [(block.text, block.kept[0]) for block in mark_kept(page(*texts), lines, 0, rewrite=True)]


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


@pytest.mark.xfail(reason="a short block is taken for the beginning of the next part of a scattered line", strict=True)
def test_a_word_that_the_next_part_begins_with_is_not_lost():
    assert ("four", False) in rewritten((QUAY, "four", MOLE), (f"{QUAY} | {MOLE}",))


def test_flags_without_rewriting_leave_the_texts_alone():
    found = mark_kept(page("Coal", "80", QUAY), ("| Coal | 80 |", MOLE), 1, rewrite=False)
    assert [(block.text, block.kept) for block in found] == [
        ("Coal", (False, True)),
        ("80", (False, True)),
        (QUAY, NONE),
    ]


def test_a_rewritten_block_keeps_its_place_and_what_other_presets_said():
    block = Block(text=QUAY, tag="td", line=7, names="cell", link_chars=3, kept=(False, True))
    assert mark_kept([block], (f"- {QUAY}",), 0, rewrite=True) == [
        Block(text=f"- {QUAY}", tag="td", line=7, names="cell", link_chars=3, kept=(True, True))
    ]


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


@settings(max_examples=60, deadline=None)
@given(kept_of())
def test_the_same_blocks_are_flagged_with_and_without_rewriting(texts_and_lines: tuple[list[str], list[str]]):
    texts, lines = texts_and_lines
    flagged = [block.text for block in mark_kept(page(*texts), lines, 0, rewrite=False) if not block.kept[0]]
    assert Counter(flagged) <= Counter(text for text, kept in rewritten(tuple(texts), tuple(lines)) if not kept)


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
    ],
)
def test_huge_pages_are_aligned_within_seconds(texts: tuple[str, ...], lines: tuple[str, ...]):
    with ends_within(6):
        found = rewritten(texts, lines)
    assert sum(kept for _, kept in found) == len(lines)
