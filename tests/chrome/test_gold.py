"""Labels of blocks out of gold main texts."""

import pytest

from pipeline.chrome.gold import BlockLabel, label_blocks
from pipeline.corpora.pages import GoldPage
from pipeline.document import Block
from tests.strategies import CHROME_LINES, SENTENCES

CONTENT, CHROME, UNKNOWN = int(BlockLabel.CONTENT), int(BlockLabel.CHROME), int(BlockLabel.UNKNOWN)
GOLD = "\n".join(SENTENCES[:4])


def gold(
    content: str | None = GOLD, title: str = "", wanted: tuple[str, ...] = (), unwanted: tuple[str, ...] = ()
) -> GoldPage:
    return GoldPage(
        id="page-1",
        site="herald.example",
        lang="en",
        page_type="article",
        corpus="made-up",
        html=b"",
        title=title,
        content=content,
        ignored="",
        wanted=wanted,
        unwanted=unwanted,
    )


def labels(*texts: str, page: GoldPage | None = None) -> list[int]:
    blocks = [Block(text=text, tag="p", line=line) for line, text in enumerate(texts, 1)]
    return [int(label) for label in label_blocks(blocks, page or gold())]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        pytest.param(SENTENCES[0], CONTENT, id="a gold line"),
        pytest.param(f"{SENTENCES[0].upper()}!", CONTENT, id="case and marks aside"),
        pytest.param(f"{SENTENCES[0]} {SENTENCES[1]}", CONTENT, id="two gold lines"),
        pytest.param(SENTENCES[6], CHROME, id="another sentence"),
        pytest.param("Tides", CHROME, id="a word that is nowhere"),
        pytest.param("port", CHROME, id="a word that gold has within a line"),
        pytest.param(f"{SENTENCES[6]} {SENTENCES[0]}", UNKNOWN, id="half of it"),
    ],
)
def test_a_block_is_labelled_by_how_much_of_it_gold_has(text: str, label: int):
    assert labels(text) == [label]


def test_a_short_block_is_content_where_it_stands_between_the_same_words():
    assert labels(SENTENCES[0].rpartition(" ")[0], "dawn", SENTENCES[1]) == [CONTENT, CONTENT, CONTENT]


def test_a_short_block_is_content_where_it_is_a_gold_line():
    assert labels("After the flood", page=gold(f"{GOLD}\nAfter the flood")) == [CONTENT]


def test_of_copies_the_one_among_other_content_is_content():
    box, story = (SENTENCES[1], *CHROME_LINES[:8]), SENTENCES[:3]
    assert labels(*box, *story) == [CHROME] * 9 + [CONTENT] * 3


def test_of_copies_the_first_one_is_content():
    assert labels(SENTENCES[0], SENTENCES[1], SENTENCES[0]) == [CONTENT, CONTENT, CHROME]


def test_as_many_copies_are_content_as_gold_has():
    assert labels(*[SENTENCES[0]] * 3, page=gold(f"{SENTENCES[0]}\n{GOLD}")) == [CONTENT, CONTENT, CHROME]


def test_the_headline_trains_nothing():
    assert labels("FOUR ships, gone", SENTENCES[0], page=gold(title="Four ships gone")) == [UNKNOWN, CONTENT]


def test_a_byline_that_gold_keeps_trains_nothing():
    line = "By Mara Lindqvist, Harbour Correspondent"
    assert labels(line, page=gold(f"{line}\n{GOLD}")) == [UNKNOWN]


def test_a_byline_that_gold_drops_is_chrome():
    assert labels("By Mara Lindqvist, Harbour Correspondent") == [CHROME]


def test_a_paragraph_is_never_taken_for_a_caption():
    text = f"{SENTENCES[4]} {SENTENCES[5]} Photo: Ilse Varga"
    assert labels(text, page=gold(text)) == [CONTENT]


def test_snippets_label_the_blocks_that_hold_them():
    page = gold(None, wanted=("ships had left", "rain"), unwanted=("Subscribe",))
    texts = (SENTENCES[0], "Subscribe now", "Subscribe to the ships had left list", SENTENCES[6])
    assert labels(*texts, page=page) == [CONTENT, CHROME, UNKNOWN, UNKNOWN]


def test_a_page_whose_gold_is_empty_is_all_chrome():
    assert labels(SENTENCES[0], "Tides", page=gold("")) == [CHROME, CHROME]


def test_no_blocks():
    assert labels() == []


def test_what_snippets_say_nothing_of_is_labelled_by_what_trafilatura_keeps():
    page = gold(None, wanted=(SENTENCES[0],), unwanted=("Tides",))
    blocks = [
        Block(text=text, tag="p", line=1) for text in (SENTENCES[0], "Tides and ports", SENTENCES[1], SENTENCES[6])
    ]
    kept = "\n".join(("Tides and ports", *SENTENCES[1:3]))
    assert label_blocks(blocks, page, kept).tolist() == [CONTENT, CHROME, CONTENT, CHROME]
