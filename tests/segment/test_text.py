"""Plain text falls into lines: structure that mark-up left behind is decoded, words and backslashes stay."""

import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.document import Block
from pipeline.segment.text import numbered_blocks, text_blocks
from pipeline.segment.text import written as as_line
from tests.strategies import BULLETS, CHROME_LINES, LITERALS, PATHS, SENTENCES, crooked_texts, ends_within, texts


def cut(text: str) -> list[tuple[str, str]]:
    return [(block.tag, block.text) for block in text_blocks(text)]


L, B = "line", "li"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Rain\nSun", [(L, "Rain"), (L, "Sun")], id="lines"),
        pytest.param("Rain\r\nSun\rWind", [(L, "Rain"), (L, "Sun"), (L, "Wind")], id="any line end"),
        pytest.param("  Rain \t fell\xa0 ", [(L, "Rain fell")], id="white space is collapsed"),
        pytest.param("# Rain", [("h1", "Rain")], id="first heading"),
        pytest.param("###### Rain ##", [("h6", "Rain")], id="sixth heading, closed"),
        pytest.param("####### Rain", [(L, "####### Rain")], id="there is no seventh"),
        pytest.param("#Rain", [(L, "#Rain")], id="a tag is no heading"),
        pytest.param("# C# in use", [("h1", "C# in use")], id="a mark within a heading stays"),
        pytest.param("# Quays in C#", [("h1", "Quays in C#")], id="a mark at the end of a word stays"),
        pytest.param("# # Rain", [("h1", "Rain")], id="a heading in a heading"),
        pytest.param("- Rain\n* Sun", [(B, "- Rain"), (B, "* Sun")], id="typed bullets"),
        pytest.param("• Rain\n– Sun", [(B, "• Rain"), (B, "– Sun")], id="printed bullets"),
        pytest.param("1. Rain\n12) Sun", [(B, "1. Rain"), (B, "12) Sun")], id="numbers"),
        pytest.param("2024. A year", [(L, "2024. A year")], id="a year is no number of a list"),
        pytest.param("-4 degrees", [(L, "-4 degrees")], id="a minus is no bullet"),
        pytest.param("---\n* * *\n=====\n_ _ _", [], id="rules"),
        pytest.param("-- \nRain", [(L, "--"), (L, "Rain")], id="two dashes are no rule"),
        pytest.param("[Tides](https://x.example/a?b=c)", [(L, "Tides")], id="link"),
        pytest.param("[Quay](https://x.example/Quay_(port)) today", [(L, "Quay today")], id="brackets in a target"),
        pytest.param('[Tides](/t "of May") rise', [(L, "Tides rise")], id="link with a title"),
        pytest.param("![quay](quay.jpg) Rain", [(L, "Rain")], id="image"),
        pytest.param("[sic](see note)", [(L, "[sic](see note)")], id="brackets that are no link"),
        pytest.param("It did **not** rain", [(L, "It did not rain")], id="emphasis"),
        pytest.param("2 ** 3 ** 4", [(L, "2 ** 3 ** 4")], id="stars that are no emphasis"),
        pytest.param(r"Rain fell.\n\nSun.", [(L, "Rain fell."), (L, "Sun.")], id="doubled"),
        pytest.param(r"Rain\n## Sun\nWind", [(L, "Rain"), ("h2", "Sun"), (L, "Wind")], id="before a heading"),
        pytest.param(r"Two:\n- rain\n- sun", [(L, "Two:"), (B, "- rain"), (B, "- sun")], id="before bullets"),
        pytest.param(r"Rain fell.\nSun.", [(L, "Rain fell."), (L, "Sun.")], id="after a sentence"),
        pytest.param(r"“Rain.”\nSun.", [(L, "“Rain.”"), (L, "Sun.")], id="after a quotation"),
        pytest.param(r"Rain fell.\r\n\r\nSun.", [(L, "Rain fell."), (L, "Sun.")], id="with carriage returns"),
        pytest.param(r"He said \"no\".\n\nCoal\t80", [(L, 'He said "no".'), (L, "Coal 80")], id="other escapes"),
        pytest.param(r"Rain fell.\nSun.\n", [(L, "Rain fell."), (L, "Sun.")], id="at the end"),
        pytest.param(r"Дождь.\nСолнце.", [(L, "Дождь."), (L, "Солнце.")], id="capitals of another alphabet"),
        pytest.param(r"גשם.\nשמש.", [(L, "גשם."), (L, "שמש.")], id="an alphabet without capitals"),
        pytest.param(
            r"四艘船离开了。\n港口关闭。", [(L, "四艘船离开了。"), (L, "港口关闭。")], id="full stops of Chinese"
        ),
        pytest.param(r"هل عادت؟\nلا.", [(L, "هل عادت؟"), (L, "لا.")], id="question mark of Arabic"),
        pytest.param(r"\u201cRain.\u201d\n\nCaf\u00e9", [(L, "“Rain.”"), (L, "Café")], id="escaped characters"),
        pytest.param(r"Rain.\n\n\ud83d\udea2 gone", [(L, "Rain."), (L, "🚢 gone")], id="escaped pair"),
        pytest.param(r"Rain.\n\nx\ud83d y\u0007", [(L, "Rain."), (L, "x� y")], id="escaped half and control"),
        pytest.param(r"\usepackage and \u00e9", [(L, r"\usepackage and \u00e9")], id="escapes without a line end"),
        pytest.param(r"Rain.\\n\\nIt \\\"fell\\\".", [(L, "Rain."), (L, 'It "fell".')], id="escaped twice"),
        pytest.param(json.dumps("“Rain.”\n\nIt fell."), [(L, "“Rain.”"), (L, "It fell.")], id="a string of JSON"),
        pytest.param(
            json.dumps(json.dumps('Rain.\n\n"Sun", é.')), [(L, "Rain."), (L, '"Sun", é.')], id="a string in a string"
        ),
        pytest.param(json.dumps(r"Rain.\n\nSun."), [(L, "Rain."), (L, "Sun.")], id="a string of escapes"),
        pytest.param('"Rain fell," she said. "Sun."', [(L, '"Rain fell," she said. "Sun."')], id="quotations"),
        pytest.param('"Rain fell."', [(L, '"Rain fell."')], id="a quotation only"),
        pytest.param("", [], id="nothing"),
        pytest.param(" \n\t\n", [], id="white space only"),
        pytest.param("שלום\nمرحبا", [(L, "שלום"), (L, "مرحبا")], id="right to left"),
        pytest.param("港口。四艘船\n雨", [(L, "港口。四艘船"), (L, "雨")], id="no spaces"),
    ],
)
def test_how_a_text_is_cut(text: str, expected: list[tuple[str, str]]):
    assert cut(text) == expected


def test_a_blank_line_or_rule_is_a_gap_before_the_next_line():
    found = [(block.text, block.gap) for block in text_blocks("Rain\nSun\n\nWind\n---\nHail\n\n\n")]
    assert found == [("Rain", False), ("Sun", False), ("Wind", True), ("Hail", True)]


@given(texts() | crooked_texts())
@settings(max_examples=60)
def test_lines_are_numbered_from_one_without_a_gap(text: str):
    blocks = text_blocks(text)
    assert [block.line for block in blocks] == list(range(1, len(blocks) + 1))
    assert all(block.text == " ".join(block.text.split()) != "" for block in blocks)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Rain\nSun", [(1, "Rain"), (2, "Sun")], id="line feeds"),
        pytest.param("Rain\r\n\r\nSun", [(1, "Rain"), (3, "Sun")], id="blank lines count"),
        pytest.param("Rain\r\rSun\r\nWind", [(1, "Rain"), (3, "Sun"), (4, "Wind")], id="any line end"),
        pytest.param("\n\n Rain", [(3, "Rain")], id="blank lines at the start"),
        pytest.param("Rain\n---\nSun", [(1, "Rain"), (3, "Sun")], id="rules count"),
        pytest.param("Rain\n![quay](quay.jpg)\nSun", [(1, "Rain"), (3, "Sun")], id="a line of an image only counts"),
        pytest.param(r"Rain.\n\n## Sun", [(1, "Rain."), (1, "Sun")], id="literal ends share their line"),
        pytest.param("Rain.\\n\nSun\\n\\nWind", [(1, "Rain."), (2, "Sun"), (2, "Wind")], id="literal and real ends"),
        pytest.param("Rain\u2028Sun\x0cWind\nHail", [(1, "Rain"), (1, "Sun"), (1, "Wind"), (2, "Hail")], id="others"),
        pytest.param(r"**Rain.**\nSun" + "\nWind", [(1, "Rain."), (1, "Sun"), (2, "Wind")], id="decoded twice"),
    ],
)
def test_a_block_has_the_number_of_the_line_that_it_begins_in(text: str, expected: list[tuple[int, str]]):
    assert [(number, block.text) for number, block in numbered_blocks(text)] == expected


@given(texts() | crooked_texts())
@settings(max_examples=60)
def test_line_numbers_go_up_and_stay_within_the_text(text: str):
    numbers = [number for number, _ in numbered_blocks(text)]
    assert numbers == sorted(numbers)
    assert set(numbers) <= set(range(1, len(re.split(r"\r\n|\r|\n", text)) + 1))


def written(text: str) -> str:
    """The text as a text file would hold it, blank lines where they were."""
    return "\n".join(("\n" if block.gap else "") + block.text for block in text_blocks(text))


@settings(max_examples=60)
@given(texts() | crooked_texts())
@example("a\\n#\tRain")
@example('[Rain](/a  "b")')
@example('Rain\n![x](y  "z")')
@example("# ---")
@example("# - Rain")
@example("**a\xa0**b** c**")
@example("[[Rain](/a)](/b)")
@example("\\\\n\\n")
@example(r"**Rain fell.**\nThe road was closed.")
@example(r"The [river authority.](/a)\nThe road was closed.")
@example("Rain fell.\\n ")
@example("Rain fell.\\n\nThe road was closed.")
def test_what_was_decoded_has_nothing_left_to_decode(text: str):
    lines = [block.text for block in text_blocks(written(text))]
    assert lines == [block.text for block in text_blocks(text)]


@pytest.mark.parametrize("line", PATHS)
def test_backslashes_of_paths_and_code_stay(line: str):
    assert cut(line) == [("line", line)]


@pytest.mark.parametrize("line", PATHS[:4])
def test_a_path_stays_beside_literal_line_ends(line: str):
    assert [text for _, text in cut(rf"Rain fell.\n\nIt stopped.{chr(10)}{line}")] == [
        "Rain fell.",
        "It stopped.",
        line,
    ]


_CLEAN = st.lists(st.sampled_from(SENTENCES + CHROME_LINES + BULLETS + PATHS), max_size=12)


@given(_CLEAN)
@settings(max_examples=60)
def test_lines_without_marks_come_out_word_for_word(lines: list[str]):
    assert [block.text for block in text_blocks("\n\n".join(lines))] == lines


_ESCAPED = st.lists(st.sampled_from(SENTENCES + CHROME_LINES + BULLETS + LITERALS), max_size=12)


@given(_ESCAPED)
@settings(max_examples=60)
def test_only_the_escapes_go_from_between_the_words(lines: list[str]):
    text = "\n".join(lines)
    expected = re.findall(r"\w+", text.replace(r"\n", " ").replace(r"\t", " "))
    assert re.findall(r"\w+", " ".join(block.text for block in text_blocks(text))) == expected


SIZE = 300_000


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("**a " * (SIZE // 4), id="emphasis that never ends"),
        pytest.param("[" * SIZE + "](", id="brackets"),
        pytest.param("![" * (SIZE // 2) + "](", id="images"),
        pytest.param("[a](http://" * (SIZE // 11), id="links that never end"),
        pytest.param('[a](/ "' * (SIZE // 7), id="titles that never end"),
        pytest.param("[" * (SIZE // 5) + "a" + "](/)" * (SIZE // 5), id="links in links"),
        pytest.param("# " + "#" * SIZE + "x", id="a heading of marks"),
        pytest.param("# " * (SIZE // 2) + "x", id="headings in headings"),
        pytest.param("- " * (SIZE // 2) + "x", id="a rule that is none"),
        pytest.param("\\n" * (SIZE // 2), id="literal line ends"),
        pytest.param("\\" * SIZE, id="backslashes"),
        pytest.param("1" * SIZE, id="digits"),
        pytest.param("rain " * (7 * SIZE // 5), id="a line of 2 MB"),
        pytest.param("rain\n" * (SIZE // 5), id="60,000 lines"),
        pytest.param("\u202e\u2066\x00\x07\x1b[31m rain\x1c\x85" * (SIZE // 20), id="control characters"),
    ],
)
def test_a_hostile_text_is_cut_within_seconds(text: str):
    with ends_within(3):
        found = text_blocks(text)
    assert sum(len(block.text) for block in found) <= len(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("Rain fell", "- Rain fell", id="an item"),
        pytest.param("-5 °C overnight", "- -5 °C overnight", id="a figure below zero"),
        pytest.param("• Rain fell", "• Rain fell", id="one that has its bullet"),
        pytest.param("2. Rain fell", "2. Rain fell", id="one that has its number"),
    ],
)
def test_items_of_a_pages_list_are_written_with_a_bullet(text: str, line: str):
    assert as_line(Block(text, "li", 1, ancestors=("li", "ul"))) == line


@pytest.mark.parametrize("block", [Block("Rain", "p", 1, ancestors=("p", "li")), Block("* Rain", "li", 1)])
def test_what_is_no_item_of_a_page_is_written_as_it_stands(block: Block):
    assert as_line(block) == block.text
