"""Which line is the headline, and how a page's declared title is told from its site's name."""

import pytest

from pipeline.document import Block
from pipeline.segment.text import text_blocks
from pipeline.segment.title import find_title, headline, is_title
from tests.strategies import SENTENCES

LONG = f"{SENTENCES[0]} {SENTENCES[1]}"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param(f"Four ships gone\n\n{SENTENCES[0]}", "Four ships gone", id="a blank line follows"),
        pytest.param(f"Four ships gone\n{LONG}", "Four ships gone", id="a paragraph follows"),
        pytest.param(f"# Four ships gone\n{SENTENCES[0]}", "Four ships gone", id="marked as a heading"),
        pytest.param("Four ships gone\nMenu\nFour ships gone\nRain", "Four ships gone", id="repeated below"),
        pytest.param("Who sank it?\n\nNobody knows.", "Who sank it?", id="a question"),
        pytest.param(f"## Four ships gone\n{SENTENCES[0]}", None, id="a lesser heading that nothing sets apart"),
        pytest.param(f"{SENTENCES[0]}\n\n{SENTENCES[1]}", None, id="a sentence"),
        pytest.param(f"{LONG} and\n\nRain", None, id="too long"),
        pytest.param("- Four ships gone\n\nRain", None, id="a bullet"),
        pytest.param("In brief:\n\nRain", None, id="ends in a colon"),
        pytest.param("Four ships gone\nRain\nSun", None, id="nothing sets it apart"),
        pytest.param(f"By Mara Lindqvist\n\n{SENTENCES[0]}", None, id="a byline"),
        pytest.param(f"By popular demand\n\n{SENTENCES[0]}", "By popular demand", id="no name follows"),
        pytest.param("Four ships gone", None, id="a single line is the body"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_the_first_line_is_the_title_where_it_reads_as_one(text: str, title: str | None):
    found = find_title(text_blocks(text))
    assert (found.text if found else None) == title


def page(*texts: tuple[str, str]) -> list[Block]:
    return [Block(text=text, tag=tag, line=number) for number, (tag, text) in enumerate(texts, 1)]


STORY = ("h1", "Four ships leave the port")


@pytest.mark.parametrize(
    ("blocks", "declared", "expected"),
    [
        pytest.param(page(STORY), None, None, id="nothing declared"),
        pytest.param(page(STORY), "", None, id="empty"),
        pytest.param(page(STORY), "Four ships leave the port", STORY[1], id="the same"),
        pytest.param(page(STORY), "FOUR SHIPS LEAVE THE PORT", STORY[1], id="as the page shows it"),
        pytest.param(page(STORY), "Four ships leave the port | Herald", STORY[1], id="site behind a bar"),
        pytest.param(page(STORY), "Four ships leave the port - Herald", STORY[1], id="site behind a dash"),
        pytest.param(page(STORY), "Herald: Four ships leave the port", STORY[1], id="site before a colon"),
        pytest.param(page(STORY), "Four ships leave the port - News - Herald", STORY[1], id="two parts behind"),
        pytest.param(page(("p", STORY[1])), f"{STORY[1]} | Herald", f"{STORY[1]} | Herald", id="a paragraph is none"),
        pytest.param(page(("h1", "Herald")), f"{STORY[1]} | Herald", f"{STORY[1]} | Herald", id="a site's short name"),
        pytest.param(page(("h1", "The Port Herald"), STORY), f"{STORY[1]} - The Port Herald", STORY[1],
                     id="a site's long name above the story"),
        pytest.param(page(("h2", "★ ★ ★"), STORY), f"{STORY[1]} | ★ ★ ★", STORY[1], id="marks are no headline"),
        pytest.param(page(STORY), "Sturm | Talblatt", "Sturm | Talblatt", id="none of the headings"),
        pytest.param([], "Four ships", "Four ships", id="no blocks"),
    ],
)  # fmt: skip
def test_the_headline_is_the_heading_that_the_declared_title_names(
    blocks: list[Block], declared: str | None, expected: str | None
):
    assert headline(blocks, declared) == expected


@pytest.mark.parametrize(
    ("text", "title", "same"),
    [
        pytest.param("Four ships gone", "Four ships gone", True, id="equal"),
        pytest.param("FOUR SHIPS, GONE!", "Four ships gone", True, id="case and marks aside"),
        pytest.param("Four ships", "Four ships gone", False, id="a part of it"),
        pytest.param("★★★", "—", False, id="marks that are not the same marks"),
        pytest.param("★★★", "★★★", True, id="the same marks"),
    ],
)
def test_a_line_repeats_the_title(text: str, title: str, same: bool):  # noqa: FBT001 - an expected value
    assert is_title(text, title) is same
