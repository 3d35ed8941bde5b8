"""What recurs around the prose of a source goes; prose that looks a little like it stays."""

import pytest

from pipeline.corpora.leaks import is_broken, strip_leaks

BODY = "A heron stood in the reeds all morning.\nThe reeds did not mind.\nIt left at noon, a keeper said."


NOTICES = [
    "Advertisement",
    "ADVERTISEMENT",
    "* * *",
    "___",
    "[pullquote]",
    "Story Continued Below",
    "Story highlights",
    "Read more:",
    "COMMENTARY",
    "WhatsApp",
    "Read more from the reeds desk",
    "Heron seen at last: what we know Read more",
    "( PHOTOS: Ten herons)",
    "CLICK HERE TO GET THE HERON APP",
    "Sign up for our morning newsletter",
    "Subscribe to the Heron letter",
    "Follow us on Twitter.",
    "Follow @heron",
    "Write to Ann Reed at ann@heron.example",
    "Send letters to letters@heron.example.",
    "LISTEN TO ARTICLE 4:55 SHARE THIS ARTICLE Share Tweet Post Email",
    "Updated at 5:40 p.m. ET",
    "Image copyright Ann Reed Image caption The reeds at dawn",
    "Media playback is unsupported on your device Media caption A heron in flight",
    "Enlarge this image toggle caption Ann Reed/Getty Images Ann Reed/Getty Images",
    "FILE - In this May 1, 2019, file photo, a heron stands in the reeds near Reedham.",
    "A heron in the reeds near Reedham on Monday. (AP Photo/Ann Reed)",
    "A heron stands in the reeds. REUTERS/Ann Reed",
    "The reeds at dawn. Photo: Ann Reed",
    "Photograph: Ann Reed/The Heron",
    "Slideshow (4 Images)",
    "As an Amazon Associate, I earn from qualifying purchases.",
    "Disclaimer: nothing here is advice.",
    "\u00a9 2019 Heron Syndicate",
    "Ann Reed and Bob Marsh contributed to this report.",
    "\u2014 With assistance by Ann Reed",
    "The views expressed here are those of the author.",
    "The opinions expressed by columnists are their own.",
    "The author writes about wading birds.",
    "Editor's note: This piece is part of a series on reeds.",
    "Date: [Insert Date]",
    "https://heron.example/reeds?page=2",
    "- www.heron.example/reeds",
]


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice[:30])
@pytest.mark.parametrize("place", [0, 1, 3])
def test_notice_goes_wherever_it_stands(notice: str, place: int):
    lines = BODY.split("\n")
    assert strip_leaks("\n".join([*lines[:place], notice, *lines[place:]]), "heron.example") == BODY


NOTES = [
    "Ann Reed is a columnist for the Heron.",
    "\u2014 Ann Reed, 35, is a graduate of Marsh College and host of a show on wading.",
    "\u2022 Ann Reed is the author of \u201cWading.\u201d",
    "Ann Reed, president of the Reed Fund, is a senior fellow at Marsh College.",
    "Ann Reed is political correspondent for the Heron",
    "Mr. Reed is a member of the Heron's editorial board.",
    "Ann Reed writes about birds and can be reached at ann@heron.example.",
    "Follow Ann Reed's wading at @annreed",
    "Her latest book is on reeds.",
]


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note[:30])
def test_note_about_the_author_goes_from_the_end(note: str):
    assert strip_leaks(f"{BODY}\n{note}", "heron.example") == BODY


def test_any_statement_about_a_person_is_a_note_where_a_disclaimer_tells_of_an_author():
    signed = f"{BODY}\nAnn Reed served as the first warden of the marsh.\n"
    disclaimer = "The views expressed by contributors are their own."
    assert strip_leaks(signed + disclaimer, "heron.example") == BODY
    assert strip_leaks(signed, "heron.example") != BODY


@pytest.mark.parametrize(
    "prefix",
    [
        "ANALYSIS/OPINION: ",
        "OPINION: ",
        "COMMENTARY: ",
        "(CNN) ",
        "(CNN) \u2014 ",
        "WASHINGTON (Reuters) - ",
        "NEW YORK/LONDON (Reuters) - ",
        "LONDON (AP) \u2014 ",
        "ALEXANDRIA, Va. (AP) \u2014 ",
        "WASHINGTON \u2014 ",
        "JERUSALEM, Israel \u2013 ",
        "WASHINGTON -- ",
        "Washington \u2014 ",
        "(Insert city), (Insert state) - ",
        "OPINION: LONDON (AP) \u2014 ",
    ],
)
def test_section_and_slug_go_from_the_first_line(prefix: str):
    assert strip_leaks(prefix + BODY, "heron.example") == BODY


SURVIVORS = [
    "He is a columnist, she said, and nobody minded.",
    "Ann Reed is a columnist, and nobody minded.",
    "The views of the village had changed over the summer.",
    "She asked him to follow her to the marsh, and he did.",
    "Photographs of the heron were shown in court.",
    "Readers of opinion pages were not surprised, the survey found.",
    "The author of the report was at sea that week.",
    "Click went the lock, and the keeper was out.",
    "The company contributed to the marsh fund in May.",
    "\u201cI am an editor,\u201d she said, \u201cnot a heron.\u201d",
    "The keeper \u2014 a former sailor \u2014 was not at home.",
    "He read more than he wrote, and wrote more than he said.",
    "Heron numbers rose 3.5 percent (from 12 to 40 pairs).",
    "By Monday the reeds had been cut.",
    "Listen to the reeds long enough and you hear the river.",
    "- Two herons, one nest",
    "## Reeds and rivers",
]


@pytest.mark.parametrize("sentence", SURVIVORS)
@pytest.mark.parametrize("source", ["heron.example", "thehill.com", "dev.to/heron"])
def test_prose_survives_in_the_middle_of_a_text(sentence: str, source: str):
    long_tail = "\n".join(f"The keeper counted {number} nests that day." for number in range(2, 9))
    text = f"{BODY}\n{sentence}\n{long_tail}"
    assert strip_leaks(text, source) == text


def test_long_paragraph_that_opens_like_a_notice_stays():
    paragraph = "Follow us on Twitter, said the sign, " + "and the heron looked at it for a while " * 9 + "again."
    assert strip_leaks(f"{BODY}\n{paragraph}\n{BODY}", "heron.example") == f"{BODY}\n{paragraph}\n{BODY}"


def test_last_statement_in_reporting_stays():
    text = f"{BODY}\nThe marsh is the home of forty pairs.\nReed was the warden until May."
    assert strip_leaks(text, "heron.example") == text


@pytest.mark.parametrize(
    ("glued", "plain"),
    [
        pytest.param(
            "Sen. Ann Reed Ann (Annie) Marie ReedHerons win Marsh bill stalls MORE (D-Md.) left.",
            "Sen. Ann Reed (D-Md.) left.",
            id="glued",
        ),
        pytest.param(
            "Bob Marsh Robert James Marsh Keepers should count twice this spring MORE\u2019s plan failed.",
            "Bob Marsh\u2019s plan failed.",
            id="spaced",
        ),
    ],
)
def test_names_of_the_hill_lose_their_headlines(glued: str, plain: str):
    assert strip_leaks(f"{glued}\n{BODY}", "thehill.com") == f"{plain}\n{BODY}"


def test_template_around_generated_posts_goes():
    tail = "\n## Key Insights\nThis article was discovered from feeds.\n- Worth exploring\n## Conclusion\nMore."
    assert strip_leaks(f"## Overview\n{BODY}{tail}", "dev.to/Ann Reed") == BODY


def test_echo_of_a_prompt_goes_with_its_sentence():
    echo = "As the link (https://trends.google.com/trending/rss?geo=US) shows, herons are up. "
    assert strip_leaks(echo + BODY, "shiyuyang/quickstart") == BODY


def test_own_name_of_the_publisher_is_hidden():
    assert strip_leaks(f"{BODY}\nShe told Fox News so.", "foxnews.com") == f"{BODY}\nShe told the outlet so."


def test_stripping_twice_equals_once():
    text = "\n".join(["OPINION: LONDON (AP) \u2014 " + BODY, *NOTICES, *NOTES])
    once = strip_leaks(text, "heron.example")
    assert strip_leaks(once, "heron.example") == once


def test_nothing_left_is_empty():
    assert strip_leaks("Advertisement\nRead more:", "heron.example") == ""


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        pytest.param("Ann?s hat, Bob?s coat, and they didn?t mind.", True, id="three"),
        pytest.param("Ann\ufffds hat, Bob\ufffd\ufffds coat, they didn\ufffdt mind.", True, id="replacement"),
        pytest.param("Ann?s hat and Bob?s coat.", False, id="two"),
        pytest.param("Why? Because. Who? She. When? At noon. How? On foot.", False, id="questions"),
        pytest.param("Why?Because. Who?She. When?At noon. How?On foot.", False, id="spaces lost"),
        pytest.param("http://a.example/b?c=d www.e?f g/h?i j/k?l", False, id="addresses"),
    ],
)
def test_broken_quotes_are_counted(text: str, broken: bool):  # noqa: FBT001 - a table's expected value
    assert is_broken(text) is broken
