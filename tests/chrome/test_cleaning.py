"""Cleaning takes chrome out, keeps every other line as it is, and accounts for all of them."""

import re
from collections import Counter, deque
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.chrome.cleaning import assemble, clean_pages, clean_texts
from pipeline.chrome.kinds import kind_of
from pipeline.chrome.model import ChromeModel, LineChances, Titled
from pipeline.corpora.authored import AuthoredText
from pipeline.document import Block, ChromeKind, CleanDocument, Metadata
from pipeline.extract import extract, parse
from pipeline.measure import tokens
from pipeline.segment.page import page_blocks
from pipeline.segment.text import numbered_blocks, text_blocks, written
from tests.strategies import (
    CHROME_LINES,
    NAVIGATION,
    PARAGRAPH,
    SENTENCES,
    articles,
    crooked_texts,
    dirty_texts,
    document,
    ends_within,
    texts,
)
from tests.test_run import PAGE

BUDGET = settings(max_examples=40, deadline=None)
KEEPS = st.sets(st.sampled_from(ChromeKind)).map(frozenset)

Opened = tuple[list[Block], Metadata]


def opened(html: str) -> Opened:
    tree = parse(html)
    assert tree is not None
    page = extract(tree)
    return page_blocks(page), page.metadata


def clean(model: ChromeModel, text: str, keep: frozenset[ChromeKind] = frozenset()) -> CleanDocument:
    return clean_texts(model, [text], keep)[0]


def unaccounted(blocks: list[Block], found: CleanDocument) -> tuple[list[str], list[str]]:
    """What is left of a page's blocks without the removed ones and the headline, beside the lines that were kept."""
    gone = {removal.line for removal in found.removed}
    left = [block for block in blocks if block.line not in gone]
    headline = next((block for block in left if block.text == found.metadata.title), None)
    return [written(block) for block in left if block is not headline], list(found.lines)


def put_back(text: str, found: CleanDocument) -> list[str]:
    """The blocks of a text in order, told by a row alone: which lines of the input hold removals, and what was kept."""
    title = () if found.metadata.title is None else (found.metadata.title,)
    kept, removed = deque((*title, *found.lines)), deque(found.removed)
    told = []
    for number, block in numbered_blocks(text):
        is_gone = bool(removed) and (removed[0].line, removed[0].text) == (number, block.text)
        told.append(removed.popleft().text if is_gone else kept.popleft())
    assert (list(kept), list(removed)) == ([], [])
    return told


@BUDGET
@given(texts(), KEEPS | st.just(frozenset()))
@example("# ---\nRain fell on the terraces for a week.", frozenset())
@example('Rain fell.\n![x](y  "z")\nThe road was closed.', frozenset())
@example("Rain fell.\\n#\tAfter the flood\nThe road was closed.", frozenset())
@example(r"**Rain fell.**\nThe road was closed.", frozenset())
@example("★\n\n---\nRain fell.\n★★★\nThe road was closed.", frozenset())
def test_cleaning_a_cleaned_text_changes_nothing(chrome: ChromeModel, text: str, keep: frozenset[ChromeKind]):
    once = clean(chrome, text, keep).text
    assert clean(chrome, once, keep).text == once


@BUDGET
@given(crooked_texts())
def test_crooked_texts_are_cleaned_for_good_too(chrome: ChromeModel, text: str):
    with ends_within(20):
        once = clean(chrome, text)
    assert clean(chrome, once.text).text == once.text


@BUDGET
@given(texts() | crooked_texts() | dirty_texts(), KEEPS | st.just(frozenset()))
@example(r"Rain fell.\n\nShare this article\n\nRain fell.\n\nShare this article", frozenset())
@example("Leave a Reply\n\n\nFour ships gone\r\n\r\nFour ships gone\nRain fell.", frozenset(ChromeKind))
def test_kept_and_removed_lines_put_the_text_back_together(chrome: ChromeModel, text: str, keep: frozenset[ChromeKind]):
    assert put_back(text, clean(chrome, text, keep)) == [block.text for block in text_blocks(text)]


@BUDGET
@given(dirty_texts())
def test_lines_of_the_input_without_the_removed_ones_are_the_text(chrome: ChromeModel, text: str):
    found = clean(chrome, text)
    lines = dict(enumerate(re.split(r"\r\n|\r|\n", text), 1))
    assert [lines.pop(removal.line).strip() for removal in found.removed] == [item.text for item in found.removed]
    title = [found.metadata.title] if found.metadata.title else []
    assert [line.strip() for line in lines.values() if line.strip()] == [*title, *found.lines]


def test_text_that_is_cleaned_in_several_rounds_keeps_its_first_line_numbers(
    chrome: ChromeModel, monkeypatch: pytest.MonkeyPatch
):
    def first_only(_model: ChromeModel, text: Titled, _chances: LineChances) -> NDArray[np.bool_]:
        """Of the lines that go, only the first goes in each round."""
        drops = np.array([block.text.startswith("Share") for block in text.blocks], dtype=bool)
        return drops & (np.cumsum(drops) == 1)

    monkeypatch.setattr(ChromeModel, "text_drops", first_only)
    text = f"Share now\n\nShare twice\n{SENTENCES[0]}\n\n\nShare again\\n\\nShare at last\n{SENTENCES[1]}"
    found = clean(chrome, text)
    assert [(removal.line, removal.text) for removal in found.removed] == [
        (1, "Share now"),
        (3, "Share twice"),
        (7, "Share again"),
        (7, "Share at last"),
    ]
    assert found.lines == SENTENCES[:2]


@pytest.mark.parametrize(
    ("lines", "rounds"),
    [
        pytest.param(SENTENCES[:4], 1, id="nothing goes"),
        pytest.param([*SENTENCES[:4], "Leave a Reply"], 2, id="a line goes"),
    ],
)
def test_a_text_is_read_again_only_where_something_changed(
    chrome: ChromeModel, monkeypatch: pytest.MonkeyPatch, lines: list[str], rounds: int
):
    read: list[int] = []
    decide = ChromeModel.text_drops

    def counted(model: ChromeModel, text: Titled, chances: LineChances) -> NDArray[np.bool_]:
        read.append(len(text.blocks))
        return decide(model, text, chances)

    monkeypatch.setattr(ChromeModel, "text_drops", counted)
    clean(chrome, "\n".join(lines))
    assert len(read) == rounds


@BUDGET
@given(texts())
def test_line_numbers_of_removals_go_up(chrome: ChromeModel, text: str):
    assert all(before.line <= after.line for before, after in pairwise(clean(chrome, text).removed))


@BUDGET
@given(st.lists(texts(), max_size=6), st.randoms())
def test_texts_in_a_chunk_and_their_order_change_nothing(chrome: ChromeModel, batch: list[str], chance: Random):
    order = list(range(len(batch)))
    chance.shuffle(order)
    together = clean_texts(chrome, [batch[place] for place in order])
    assert together == [clean(chrome, batch[place]) for place in order]


def folded(text: str | None) -> str:
    return re.sub(r"\W", "", text or "").casefold()


@BUDGET
@given(texts())
def test_with_every_kind_kept_only_copies_of_the_headline_go(chrome: ChromeModel, text: str):
    found = clean(chrome, text, frozenset(ChromeKind))
    first = found.metadata.title or "".join(found.lines[:1])
    assert {folded(removal.text) for removal in found.removed} <= {folded(first)}


def lost_words(chrome: ChromeModel, prose: list[AuthoredText]) -> dict[str, Counter[str]]:
    """The words that cleaning takes from each text; texts that lose none are left out."""
    documents = clean_texts(chrome, [text.text for text in prose])
    lost = {
        text.id: Counter(tokens(text.text)) - Counter(tokens(cleaned.text))
        for text, cleaned in zip(prose, documents, strict=True)
    }
    return {name: words for name, words in lost.items() if words}


def test_clean_prose_comes_out_word_for_word(chrome: ChromeModel, prose: list[AuthoredText]):
    assert lost_words(chrome, prose) == {}


def test_a_headline_above_clean_prose_becomes_its_title_or_stays_where_it_reads_as_a_sentence(
    chrome: ChromeModel, prose: list[AuthoredText]
):
    texts = [f"{text.title}\n\n{text.text}" for text in prose]
    found = [(cleaned.metadata.title, cleaned.lines) for cleaned in clean_texts(chrome, texts)]
    titled = [(text.title, tuple(block.text for block in text_blocks(text.text))) for text in prose]
    sentences = {title for title, _ in titled if title.endswith(".") or len(title) > 150}
    assert len(sentences) < 10
    assert found == [(None, (title, *lines)) if title in sentences else (title, lines) for title, lines in titled]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Leave a Reply", ChromeKind.COMMENT_FORM),
        ("You must be logged in to post a comment.", ChromeKind.COMMENT_FORM),
        ("Subscribe to our newsletter", ChromeKind.SUBSCRIBE),
        ("Follow us on Facebook, Twitter and Instagram", ChromeKind.FOLLOW),
        ("Updated: April 18, 2024, 5:47 PM", ChromeKind.TIMESTAMP),
        ("Advertisement", ChromeKind.ADVERT),
    ],
)
def test_a_line_of_chrome_under_an_article_goes_under_its_name(chrome: ChromeModel, line: str, kind: ChromeKind):
    found = clean(chrome, "\n\n".join([*SENTENCES, line]))
    assert [(removal.text, removal.kind) for removal in found.removed] == [(line, kind)]
    assert found.lines == SENTENCES


def test_a_kept_kind_stays(chrome: ChromeModel):
    text = "\n\n".join([*SENTENCES, "Updated: April 18, 2024, 5:47 PM", "Leave a Reply"])
    found = clean(chrome, text, frozenset({ChromeKind.TIMESTAMP}))
    assert found.lines == (*SENTENCES, "Updated: April 18, 2024, 5:47 PM")


CAPTION = "Ferries wait at the outer quay of Port Varga. Photo: Ilse Varga / Port Archive"
STORY = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
PICTURED = document(
    f'<article><h1>Four ships gone</h1><p class="byline">By Mara Lindqvist</p><p class="date">18 April 2024</p>'
    f"<figure><img src=quay.jpg><figcaption>{CAPTION}</figcaption></figure>{STORY}</article>"
)


@pytest.mark.parametrize("kept", [True, False])
def test_captions_of_a_page_stay_when_they_are_kept_and_go_when_they_are_not(chrome: ChromeModel, kept: bool):  # noqa: FBT001 - a column of the table
    found = clean_pages(chrome, [opened(PICTURED)], frozenset({ChromeKind.CAPTION}) if kept else frozenset())[0]
    assert (CAPTION in found.lines) == kept
    assert set(SENTENCES) <= set(found.lines)


@pytest.mark.parametrize("kept", [True, False])
def test_captions_of_a_text_stay_when_they_are_kept_and_go_when_they_are_not(chrome: ChromeModel, kept: bool):  # noqa: FBT001 - a column of the table
    text = "\n\n".join([*SENTENCES[:3], CAPTION, *SENTENCES[3:], "Leave a Reply"])
    found = clean(chrome, text, frozenset({ChromeKind.CAPTION}) if kept else frozenset())
    assert found.lines == ((*SENTENCES[:3], CAPTION, *SENTENCES[3:]) if kept else SENTENCES)


def test_byline_and_timestamp_of_a_text_tell_author_and_date_whether_they_are_kept_or_not(chrome: ChromeModel):
    text = "\n\n".join(["By Mara Lindqvist", "Updated: April 18, 2024, 5:47 PM", *SENTENCES])
    for keep in (frozenset(), frozenset({ChromeKind.BYLINE, ChromeKind.TIMESTAMP})):
        found = clean(chrome, text, keep).metadata
        assert (found.author, found.date) == ("Mara Lindqvist", "2024-04-18")


def test_the_headline_repeated_goes_as_its_copy(chrome: ChromeModel):
    found = clean(chrome, "\n\n".join(["Four ships gone", "FOUR SHIPS, GONE", *SENTENCES]))
    assert (found.metadata.title, found.lines) == ("Four ships gone", SENTENCES)
    assert [(removal.kind, removal.line) for removal in found.removed] == [(ChromeKind.OTHER, 3)]


def test_literal_escapes_become_lines(chrome: ChromeModel):
    found = clean(chrome, r"\n\n".join([SENTENCES[0], "## After the flood", *SENTENCES[1:4]]))
    assert found.lines == (SENTENCES[0], "After the flood", *SENTENCES[1:4])


@pytest.mark.parametrize("text", ["", " \n\t\n", "---\n***", "\x00\x07", "\\n\\n"])
def test_nothing_comes_of_nothing(chrome: ChromeModel, text: str):
    assert "".join(clean(chrome, text).lines).strip("\x00\x07") == ""


def test_no_texts(chrome: ChromeModel):
    assert clean_texts(chrome, []) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\n".join(f"Line {n} of the log of the port." for n in range(20_000)), id="20,000 lines"),
        pytest.param("Share\n" * 20_000, id="20,000 equal lines"),
        pytest.param("rain and hail " * 150_000, id="a line of 2 MB"),
        pytest.param("rain" * 500_000, id="a word of 2 MB"),
        pytest.param("\u202eשלום\u202c\x1b[31m\u0000 港口 \ufeff\u200b" * 2000, id="marks and controls"),
    ],
)
def test_a_huge_text_is_cleaned_within_seconds(chrome: ChromeModel, text: str):
    with ends_within(30):
        found = clean(chrome, text)
    assert len(found.lines) + len(found.removed) + bool(found.metadata.title) == len(text_blocks(text))


def test_newsletter_prompt_that_is_a_paragraph_of_the_article_goes(chrome: ChromeModel):
    prompt = "Sign up for our newsletter to get the best stories in your inbox."
    boxed, bare = f'<div class="newsletter"><p>{prompt}</p></div>', f'<p class="newsletter">{prompt}</p>'
    assert prompt not in clean_pages(chrome, [opened(PAGE.replace(bare, boxed))])[0].lines
    assert prompt not in clean_pages(chrome, [opened(PAGE)])[0].lines


@BUDGET
@given(articles(), KEEPS | st.just(frozenset()))
def test_kept_and_removed_blocks_together_are_all_blocks(chrome: ChromeModel, html: str, keep: frozenset[ChromeKind]):
    page = opened(html)
    left, kept = unaccounted(page[0], clean_pages(chrome, [page], keep)[0])
    assert left == kept


@BUDGET
@given(articles(), KEEPS | st.just(frozenset()))
def test_each_removed_block_stands_at_its_place_word_for_word(
    chrome: ChromeModel, html: str, keep: frozenset[ChromeKind]
):
    page = opened(html)
    texts = {block.line: block.text for block in page[0]}
    removed = clean_pages(chrome, [page], keep)[0].removed
    assert [texts[removal.line] for removal in removed] == [removal.text for removal in removed]
    assert all(before.line < after.line for before, after in pairwise(removed))


@BUDGET
@given(st.lists(articles(), max_size=4), st.randoms())
def test_pages_in_a_chunk_and_their_order_change_nothing(chrome: ChromeModel, batch: list[str], chance: Random):
    pages = [opened(html) for html in batch]
    chance.shuffle(pages)
    assert clean_pages(chrome, pages) == [clean_pages(chrome, [page])[0] for page in pages]


@BUDGET
@given(articles())
def test_the_menu_goes_and_the_first_paragraph_stays(chrome: ChromeModel, html: str):
    found = clean_pages(chrome, [opened(html)])[0]
    assert "Tides" not in found.lines
    assert SENTENCES[0] in found.body


@pytest.mark.parametrize("count", [500, 1000, 3000])
def test_a_long_article_loses_no_paragraph_for_its_length(chrome: ChromeModel, prose: list[AuthoredText], count: int):
    lines = [line for text in prose for line in text.text.split("\n") if line and not line.startswith("#")][:count]
    body = "".join(f"<p>{line}</p>" for line in lines)
    found = clean_pages(chrome, [opened(document(f"{NAVIGATION}<article><h1>A long read</h1>{body}</article>"))])[0]
    assert len(lines) == count
    assert list(found.lines) == [" ".join(line.split()) for line in lines]


def test_a_page_of_no_blocks(chrome: ChromeModel):
    empty: Opened = ([], Metadata(title="Rain"))
    found = clean_pages(chrome, [empty, opened(document(PARAGRAPH * 4))])
    assert (found[0].lines, found[0].removed, found[0].metadata.title) == ((), (), "Rain")
    assert found[1].lines


def test_no_pages(chrome: ChromeModel):
    assert clean_pages(chrome, []) == []


def assembled(
    *blocks: tuple[str, float], title: str | None = None, metadata: Metadata | None = None, keep: str = ""
) -> CleanDocument:
    """Put a document together from texts and their probabilities; a half and more goes, named by its cues."""
    page = [Block(text=text, tag="p", line=number) for number, (text, _) in enumerate(blocks, 1)]
    chances = np.array([chance for _, chance in blocks])
    kinds = frozenset(map(ChromeKind, keep.split()))
    names = [kind_of(block) for block in page]
    return assemble(Titled(page, title), chances, chances >= 0.5, metadata or Metadata(), kinds, kinds=names)


def test_the_headline_becomes_the_title_and_its_copies_go():
    found = assembled(("Rain", 0.1), ("It fell.", 0.1), ("RAIN!", 0.1), title="Rain")
    assert (found.metadata.title, found.lines) == ("Rain", ("It fell.",))
    assert [(removal.kind, removal.line) for removal in found.removed] == [(ChromeKind.OTHER, 3)]


def test_a_headline_that_stands_very_often_is_a_refrain_and_stays():
    found = assembled(*[("Mara Lindqvist", 0.1), ("It fell.", 0.1)] * 5, title="Mara Lindqvist")
    assert found.metadata.title == "Mara Lindqvist"
    assert found.lines == ("It fell.", *("Mara Lindqvist", "It fell.") * 4)


def test_a_headline_that_the_model_would_drop_is_still_the_title():
    found = assembled(("Rain", 0.9), ("It fell.", 0.1), title="Rain")
    assert (found.lines, found.removed) == (("It fell.",), ())


def test_probabilities_are_rounded_to_four_digits():
    assert assembled(("Share", 0.912345)).removed[0].probability == 0.9123


def test_without_names_everything_that_goes_is_other():
    page = Titled([Block(text="Share this", tag="p", line=1)], None)
    found = assemble(page, np.ones(1), np.ones(1, dtype=bool), Metadata(), frozenset())
    assert [removal.kind for removal in found.removed] == [ChromeKind.OTHER]


def test_kept_kinds_stay_in_their_place():
    found = assembled(("Share this", 0.9), ("Rain", 0.1), ("Leave a Reply", 0.9), keep="share")
    assert found.lines == ("Share this", "Rain")


def test_byline_and_timestamp_tell_author_and_date_before_they_go():
    found = assembled(("By Mara Lindqvist", 0.9), ("Updated: April 18, 2024, 5:47 PM", 0.9), ("Rain", 0.1))
    assert (found.metadata.author, found.metadata.date) == ("Mara Lindqvist", "2024-04-18")


def test_what_the_page_declares_is_believed_first():
    declared = Metadata(author="Ilse Varga", date="2024-04-17", url="https://x.example", site="Herald", language="en")
    found = assembled(("By Mara Lindqvist", 0.9), ("Updated: April 18, 2024", 0.9), metadata=declared)
    assert found.metadata == declared


def test_a_kept_byline_tells_author_and_date_too():
    found = assembled(("By Mara Lindqvist", 0.9), ("Rain", 0.1), keep="byline")
    assert (found.metadata.author, found.lines) == ("Mara Lindqvist", ("By Mara Lindqvist", "Rain"))


def test_other_removals_tell_nothing():
    found = assembled(("Share this on 18 April 2024", 0.9), ("Rain", 0.1))
    assert found.metadata == Metadata()
    assert [removal.kind for removal in found.removed] == [ChromeKind.SHARE]


def test_every_line_of_chrome_can_go():
    found = assembled(*((line, 0.9) for line in CHROME_LINES))
    assert found.lines == ()
    assert [removal.line for removal in found.removed] == list(range(1, len(CHROME_LINES) + 1))
