"""Which kind of chrome a block is, by its wording, by the names around it, by its place."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.chrome.kinds import _CUES, CUE_FEATURES, DATE, TALK, cue_rows, kind_of, reads_as_talk
from pipeline.document import Block, ChromeKind
from tests.strategies import SENTENCES, ends_within


def kind(text: str, names: str = "", tag: str = "p", ancestors: tuple[str, ...] = (), link_chars: int = 0) -> str:
    return kind_of(Block(text=text, tag=tag, line=1, names=names, ancestors=ancestors, link_chars=link_chars)).value


WORDINGS = {
    "comment-form": (
        "Leave a Reply",
        "Post a comment",
        "You must be logged in to post a comment.",
        "Log in to reply",
        "Your email address will not be published.",
        "14 comments",
        "No responses",
        "Comments are closed",
        "Load all comments",
    ),
    "notice": (
        "© 2024 The Port Herald",
        "All rights reserved.",
        "We use cookies.",
        "Powered by automated translation",
        "This article was originally published in 1997.",
        "Editor’s note: names were changed.",
        "We may earn a commission.",
    ),
    "subscribe": ("Subscribe to our newsletter", "Sign up for the daily briefing", "Already a member?", "Donate today"),
    "advert": ("Advertisement", "ADVERTISEMENT", "Sponsored content", "Story continues below", "Ad"),
    "share": ("Share this article", "Click to email a friend", "Tweet", "Print", "Send via WhatsApp", "Copy link"),
    "follow": (
        "Follow us on Facebook",
        "Like us on Facebook",
        "@quay on Instagram",
        "Download our tide app",
        "Listen to our podcast",
    ),
    "counter": (
        "117 views",
        "Harbour desk 1.2k reads",
        "5 min read",
        "Reading time: 4 minutes",
        "Estimated reading time",
    ),
    "caption": (
        "Photo: Ilse Varga",
        "The quay on Tuesday. Reuters",
        "Image by Port Archive",
        "(Picture: Herald)",
        "The mole.Credit: WEIGHBRIDGE/ AFP",
    ),
    "timestamp": (
        "18 April 2024",
        "Updated: April 18, 2024, 5:47 PM",
        "Published on 2024-04-18",
        "Monday, 3rd of May 1999",
        "26.6.22",
        "5 hours ago",
        "17:45 GMT",
        "Last modified on Tuesday at 4",
    ),
    "byline": (
        "By Mara Lindqvist",
        "Written by Ilse Varga",
        "THE HERALD 26.6.22",
        "Mara Lindqvist, Harbour Correspondent",
    ),
    "tags": ("Tags: harbour, dredger", "Filed under Ships", "Topics", "#harbour #ships", "Posted in News"),
    "bio": (
        "Ilse Varga is a reporter in Kolmar.",
        "About the author",
        "The author was harbour master.",
        "She lives in Kolmar.",
    ),
    "related": (
        "Read more: ten bridges",
        "Related stories",
        "You may also like",
        "Live updates: the flood",
        "Live updates: Follow the latest on the flood",
        "Most read",
        "The flood – in pictures",
        "Don’t miss",
    ),
    "comments": (
        "Reply",
        "Report",
        "Ilse says:",
        "Permalink",
        "Reply to Ilse",
        "Ilse wrote on Monday:",
        "One Response to “Harbour closes”",
        "Reader comments",
        "Posted at noon on Monday",
    ),
    "navigation": ("Home", "Menu", "Skip to content", "Contact us", "News » Ships", "Back to top"),
    "other": ("Rain", SENTENCES[0]),
}


@pytest.mark.parametrize(
    ("text", "expected"), [pytest.param(text, name, id=text) for name, texts in WORDINGS.items() for text in texts]
)
def test_a_short_block_is_named_by_its_wording(text: str, expected: str):
    assert kind(text) == expected


def test_the_wordings_cover_every_kind():
    assert set(WORDINGS) == {kind.value for kind in ChromeKind}


NAMES = {
    "comment-form": "reply form",
    "notice": "site cookie bar",
    "subscribe": "newsletter box",
    "advert": "ad slot",
    "share": "social share",
    "follow": "follow us",
    "counter": "post views",
    "caption": "wp caption text",
    "timestamp": "entry date",
    "byline": "author name",
    "tags": "post tags",
    "bio": "author box",
    "related": "read next",
    "comments": "comment body",
    "navigation": "main menu",
}


@pytest.mark.parametrize(("expected", "names"), NAMES.items(), ids=NAMES.keys())
def test_a_block_without_telling_words_is_named_by_the_names_around_it(expected: str, names: str):
    assert kind("Rain fell on the hills", names) == expected


def test_the_names_cover_every_kind_but_other():
    assert set(NAMES) == {kind.value for kind in ChromeKind} - {"other"}


def test_wording_comes_before_names():
    assert kind("Leave a Reply", "newsletter") == "comment-form"


def test_a_name_is_a_whole_word():
    assert kind("Rain fell on the hills", "shadow gradient") == "other"


def test_the_wording_of_a_long_block_says_nothing():
    text = f"{SENTENCES[3]} {SENTENCES[4]} Photo: Ilse Varga"
    assert (kind(text), kind(text, "related")) == ("other", "related")


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        pytest.param(Block("Leave a Reply", "figcaption", 1), "caption", id="a figure's caption, whatever it says"),
        pytest.param(Block("Tides", "li", 1, ancestors=("li", "ul", "nav")), "navigation", id="in a menu"),
        pytest.param(Block("Tides", "p", 1, ancestors=("p", "footer")), "navigation", id="in a footer"),
        pytest.param(Block("- Four ships leave port", "li", 1), "related", id="a long list item"),
        pytest.param(Block("Tides", "li", 1), "navigation", id="a short list item"),
        pytest.param(Block("Four ships leave port", "p", 1, link_chars=18), "related", id="mostly a link"),
        pytest.param(Block("Four ships leave port", "p", 1, link_chars=9), "other", id="partly a link"),
    ],
)
def test_a_block_that_neither_words_nor_names_tell_is_named_by_its_place(block: Block, expected: str):
    assert kind_of(block).value == expected


def cues(text: str) -> set[str]:
    row = cue_rows([Block(text=text, tag="line", line=1)])[0]
    return {name for name, matches in zip(CUE_FEATURES, row, strict=True) if matches}


def test_cue_rows_tell_every_pattern_that_a_line_matches():
    assert cues("Subscribe, or follow us on Facebook") == {"reads_as_subscribe", "reads_as_follow"}
    assert cues("Rain fell on the hills") == set()


@pytest.mark.parametrize(
    "text",
    [
        "About 400 students demonstrated outside the building. Police made no arrests.",
        "Home sales fell for a third month, the land registry said.",
        "More than half of the seats were empty.",
    ],
)
def test_a_sentence_that_begins_like_a_menu_has_no_cue(text: str):
    assert cues(text) == set()


def test_cue_rows_of_a_long_line_tell_nothing():
    assert cues(f"{SENTENCES[3]} {SENTENCES[4]} Photo: Ilse Varga") == set()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_cue_rows_have_a_row_for_each_line(count: int):
    rows = cue_rows([Block(text="Leave a Reply", tag="line", line=1)] * count)
    assert rows.shape == (count, len(CUE_FEATURES))
    assert rows.sum() == count


@settings(max_examples=60)
@given(st.text(min_size=1), st.text(alphabet="abc d", max_size=20))
def test_every_block_has_a_kind(text: str, names: str):
    assert kind(text, names) in set(ChromeKind)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x" * 2_000_000, id="a long word"),
        pytest.param("1" * 400, id="digits"),
        pytest.param("#a " * 130 + "!", id="tags"),
        pytest.param("was a " * 60, id="half a bio"),
        pytest.param("a,1" * 130, id="figures"),
        pytest.param("İ" * 400, id="letters that grow in lower case"),
    ],
)
def test_a_hostile_block_is_named_within_seconds(text: str):
    with ends_within(3):
        found = kind(text)
    assert found in set(ChromeKind)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("18 april 2024", True),
        ("april 18th, 2024", True),
        ("26.6.22", True),
        ("2024-04-18", True),
        ("april 2024", False),
        ("18 rains 2024", False),
    ],
)
def test_what_counts_as_a_date(text: str, whole: bool):  # noqa: FBT001 - an expected value
    assert bool(re.fullmatch(DATE, text)) is whole


TOKENS = sorted(
    {token for cue in _CUES for token in re.findall(r"[a-z]+|[^\sa-z\\]", cue.text)} | {"19", "2024", "more"}
)


@given(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=20).map(" ".join))
@settings(max_examples=500)
def test_patterns_match_what_the_standard_library_would_match(text: str):
    expected = [re.search(cue.text, text) is not None for cue in _CUES]
    assert cue_rows([Block(text, "p", 1)])[0].tolist() == expected


def test_more_is_a_cue_and_more_than_is_none():
    lines = ("More", "More news", "More than news", "More that", "More thanks")
    related = cue_rows([Block(line, "p", 1) for line in lines])[:, CUE_FEATURES.index("reads_as_related")]
    assert related.tolist() == [1, 1, 0, 1, 0]


def test_half_a_character_is_no_obstacle():
    assert kind("\ud800 14 comments") == "counter"


@given(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=30).map(" ".join))
def test_talk_is_what_the_cues_of_comments_match(text: str):
    block = Block(text, "p", 1)
    talk = [CUE_FEATURES.index(f"reads_as_{kind}") for kind in TALK]
    assert reads_as_talk([block]).tolist() == [bool(cue_rows([block])[0, talk].any())]


@given(st.lists(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=30).map(" ".join), max_size=40))
def test_talk_is_the_same_whatever_stands_beside_it(texts: list[str]):
    blocks = [Block(text, "p", 1) for text in texts]
    assert reads_as_talk(blocks).tolist() == [bool(reads_as_talk([block])[0]) for block in blocks]
