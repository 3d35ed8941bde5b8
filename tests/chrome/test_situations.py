"""The texts that one labelled page gives: a dump, a dirty article, what the extractor left, and clean prose."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.chrome.gold import BlockLabel
from pipeline.chrome.situations import (
    LabelledText,
    Situation,
    article_texts,
    authored_text,
    count,
    mixed_texts,
    other_texts,
    page_texts,
    prose_text,
    training_texts,
)
from pipeline.corpora.authored import AuthoredLine
from pipeline.corpora.prepared import PreparedPage, PreparedText, Split
from pipeline.document import Label
from pipeline.settings import read_settings
from tests.strategies import CHROME_LINES, SENTENCES

CONTENT, CHROME = BlockLabel.CONTENT, BlockLabel.CHROME
MakePage = Callable[..., PreparedPage]

SETTINGS = read_settings(Path(__file__).parents[2] / "params.yaml").chrome
TITLE = "Four ships gone"
LINES = [
    ("Tides", CHROME, False),
    (TITLE, BlockLabel.UNKNOWN, True),
    *((sentence, CONTENT, True) for sentence in SENTENCES[:4]),
    (CHROME_LINES[0], CHROME, True),
    (SENTENCES[4], CONTENT, False),
    ("© The Port Herald", CHROME, False),
]


@pytest.fixture
def texts(make_page: MakePage) -> dict[Situation, LabelledText]:
    return {text.situation: text for text in page_texts(make_page(LINES, title=TITLE), seed=7)}


def lines(text: LabelledText) -> list[str]:
    return [block.text for block in text.blocks]


def test_a_page_gives_one_text_for_each_situation(texts: dict[Situation, LabelledText]):
    assert list(texts) == [Situation.DUMP, Situation.DIRTY, Situation.CLEAN, Situation.CLEANED]


def test_a_dump_has_every_line(texts: dict[Situation, LabelledText]):
    assert lines(texts[Situation.DUMP]) == [text for text, _, _ in LINES]
    assert texts[Situation.DUMP].labels == (1, 0, 0, 0, 0, 0, 1, 0, 1)


def test_clean_prose_is_the_content_only(texts: dict[Situation, LabelledText]):
    assert lines(texts[Situation.CLEAN]) == [TITLE, *SENTENCES[:5]]
    assert set(texts[Situation.CLEAN].labels) == {CONTENT}


def test_a_cleaned_text_is_what_the_extractor_kept(texts: dict[Situation, LabelledText]):
    assert lines(texts[Situation.CLEANED]) == [text for text, _, kept in LINES if kept]


def test_a_dirty_article_has_all_content_and_some_chrome_in_page_order(texts: dict[Situation, LabelledText]):
    dirty = texts[Situation.DIRTY]
    assert [text for text, label in zip(lines(dirty), dirty.labels, strict=True) if label == CONTENT] == [
        TITLE,
        *SENTENCES[:5],
    ]
    assert dirty.labels.count(CHROME) >= 1
    order = [text for text, _, _ in LINES]
    assert [order.index(text) for text in lines(dirty)] == sorted(order.index(text) for text in lines(dirty))


def test_chrome_far_from_the_content_does_not_get_into_a_dirty_article(make_page: MakePage):
    far = [(f"Menu {number}", CHROME, False) for number in range(30)]
    page = make_page([*far, *((sentence, CONTENT, True) for sentence in SENTENCES[:4])])
    dirty = next(text for text in page_texts(page, seed=7) if text.situation is Situation.DIRTY)
    assert {line for line in lines(dirty) if line.startswith("Menu")} <= {f"Menu {number}" for number in range(24, 30)}


def test_only_the_first_line_that_is_the_headline_is_content(make_page: MakePage):
    page = make_page([(TITLE, CHROME, True), *LINES], title=TITLE)
    dump = next(iter(page_texts(page, seed=7)))
    assert dump.labels[:3] == (CONTENT, CHROME, BlockLabel.UNKNOWN)


def test_lines_are_numbered_in_their_own_text(texts: dict[Situation, LabelledText]):
    for text in texts.values():
        assert [block.line for block in text.blocks] == list(range(1, len(text.blocks) + 1))


def test_the_same_seed_gives_the_same_texts_and_another_one_others(make_page: MakePage):
    page = make_page(LINES, title=TITLE)
    assert list(page_texts(page, seed=7)) == list(page_texts(page, seed=7))
    assert len({str(list(page_texts(page, seed=seed))) for seed in range(6)}) > 1


def test_a_page_with_hardly_any_content_gives_nothing(make_page: MakePage):
    assert list(page_texts(make_page([*LINES[:1], *LINES[2:4], *LINES[8:]]), seed=7)) == []


def test_pages_that_are_no_articles_give_texts_of_their_own_situations(make_page: MakePage):
    forum = replace(make_page(LINES, title=TITLE), page_type="forum")
    assert [text.situation for text in other_texts([forum], seed=7)] == [
        Situation.OTHER_DUMP,
        *[Situation.OTHER] * 3,
    ]
    assert article_texts([forum], seed=7) == other_texts([make_page(LINES)], seed=7) == []


def test_a_dump_is_cut_where_only_footers_follow(make_page: MakePage):
    page = make_page([*LINES, *((f"Menu {number}", CHROME, False) for number in range(900))])
    assert len(next(iter(page_texts(page, seed=7))).blocks) == 600


def test_lines_of_a_page_show_the_structure_that_a_text_would(make_page: MakePage):
    page = make_page([("- the lower road", CONTENT, True), *LINES])
    assert next(iter(page_texts(page, seed=7))).blocks[0].tag == "li"


def test_an_authored_text_keeps_marks_and_gaps():
    told = [
        AuthoredLine("title", TITLE, gap=False),
        AuthoredLine("byline", "By Mara Lindqvist", gap=True),
        AuthoredLine("body", SENTENCES[0], gap=False),
    ]
    text = authored_text("a01", told)
    assert (text.group, text.situation, text.labels) == ("a01", Situation.AUTHORED, (0, 1, 0))
    assert [block.gap for block in text.blocks] == [False, True, False]


def test_lines_of_an_authored_text_are_numbered():
    told = [AuthoredLine("body", sentence, gap=False) for sentence in SENTENCES]
    assert [block.line for block in authored_text("a01", told).blocks] == list(range(1, len(SENTENCES) + 1))


def test_a_document_of_the_text_corpora_is_all_content():
    text = prose_text("herald.example", "\n\n".join(SENTENCES))
    assert (text.situation, text.labels) == (Situation.CLEAN, (CONTENT,) * len(SENTENCES))


def test_the_title_of_a_text_is_the_one_that_the_segmenter_finds():
    assert prose_text("x", f"{TITLE}\n\n{SENTENCES[0]}").title == TITLE
    assert prose_text("x", f"{SENTENCES[0]}\n\n{SENTENCES[1]}").title is None


DIRTY = {
    "a01": [
        AuthoredLine("title", TITLE, gap=False),
        AuthoredLine("body", "Rain fell on the hills.", gap=False),
        AuthoredLine("related", "- Ten bridges", gap=False),
        AuthoredLine("related", "- Ten dredgers", gap=False),
        AuthoredLine("heading", "After the flood", gap=False),
        AuthoredLine("share", "Share this", gap=False),
    ],
    "b01": [AuthoredLine("body", "Nothing of this is chrome.", gap=False)],
}


@pytest.fixture
def mixed() -> list[LabelledText]:
    prose = [prose_text(f"prose{number}", "\n".join(SENTENCES)) for number in range(20)]
    return list(mixed_texts(prose, DIRTY, seed=7))


def test_mixed_texts_are_prose_with_chrome_of_one_authored_text_in_it(mixed: list[LabelledText]):
    for text in mixed:
        chrome = {line for line, label in zip(lines(text), text.labels, strict=True) if label == CHROME}
        content = [line for line, label in zip(lines(text), text.labels, strict=True) if label == CONTENT]
        assert (text.group, text.situation) == ("a01", Situation.MIXED)
        assert set() < chrome <= {"- Ten bridges", "- Ten dredgers", "Share this"}
        assert [line for line in content if line != "After the flood"] == list(SENTENCES)


def test_chrome_lines_that_stand_together_stay_together_in_mixed_texts(mixed: list[LabelledText]):
    both = [lines(text) for text in mixed if "- Ten bridges" in lines(text)]
    assert both
    assert [found.index("- Ten dredgers") - found.index("- Ten bridges") for found in both] == [1] * len(both)


def test_headings_in_mixed_texts_are_content(mixed: list[LabelledText]):
    labels = [label for text in mixed for line, label in zip(lines(text), text.labels, strict=True) if "flood" in line]
    assert set(labels) == {CONTENT}


def test_the_same_seed_mixes_the_same_texts(mixed: list[LabelledText]):
    prose = [prose_text(f"prose{number}", "\n".join(SENTENCES)) for number in range(20)]
    assert list(mixed_texts(prose, DIRTY, seed=7)) == mixed
    assert list(mixed_texts(prose, DIRTY, seed=8)) != mixed


def test_training_texts_are_of_every_situation_and_unseen_prose_is_apart(make_page: MakePage):
    chosen = replace(SETTINGS, prose=3, mixed=4)
    documents = [document(number) for number in range(12)]
    seen, unseen = training_texts([make_page(LINES, title=TITLE)], DIRTY, documents, chosen)
    assert count(seen) == {"authored": 2, "clean": 4, "cleaned": 1, "dirty": 1, "dump": 1, "mixed": 4}
    assert len(unseen) == 12 - 3 - 4  # all that training leaves over
    assert not {lines(text)[0] for text in unseen} & {line for text in seen for line in lines(text)}


def test_pages_that_are_no_english_articles_give_no_texts(make_page: MakePage):
    page = make_page(LINES, title=TITLE)
    others = [replace(page, lang="de"), replace(page, page_type="product")]
    assert article_texts(others, seed=7) == []
    assert len(article_texts([page], seed=7)) == 4


def document(number: int) -> PreparedText:
    """A prepared document that begins with a line of its own."""
    return PreparedText(
        id=f"d{number}",
        corpus="made-up",
        label=Label.REPORTING,
        basis="publisher",
        origin="human",
        source="herald.example",
        group=f"herald{number}.example",
        split=Split.TRAIN,
        title="",
        text="\n".join([f"Document number {number} is about the quay.", *SENTENCES]),
    )


def test_documents_are_counted_by_situation(texts: dict[Situation, LabelledText]):
    assert count([*texts.values(), texts[Situation.DUMP]]) == {"clean": 1, "cleaned": 1, "dirty": 1, "dump": 2}
