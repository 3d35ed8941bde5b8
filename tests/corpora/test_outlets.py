"""A text's own publisher is hidden, other publishers and everyday words stay."""

import pytest

from pipeline.corpora.outlets import hide_outlet

CASES = [
    pytest.param("foxnews.com", "She told Fox News.", "She told the outlet.", id="name"),
    pytest.param("foxnews.com", "FOX NEWS and FoxNews.com agree.", "The outlet and the outlet agree.", id="spellings"),
    pytest.param("foxnews.com", "A fox sat; the CNN host left.", None, id="animal and rival"),
    pytest.param("nytimes.com", "The New York Times asked.", "The outlet asked.", id="opens the text"),
    pytest.param(
        "nytimes.com",
        "He wrote to The Times. The Times replied.",
        "He wrote to the outlet. The outlet replied.",
    ),
    pytest.param("campaignstops.blogs.nytimes.com", "NYT staff", "The outlet staff", id="subdomain"),
    pytest.param("npr.org", "an NPR poll", "an outlet poll", id="article before a vowel"),
    pytest.param("nbcnews.com", "\u201cA NBC poll\u201d won.", "\u201cAn outlet poll\u201d won.", id="capital article"),
    pytest.param("reuters (RCV1)", "told Reuters's man, (Reuters)", "told the outlet's man, (the outlet)", id="old"),
    pytest.param("theweek.com", "He left the week after.", None, id="everyday words"),
    pytest.param("thehill.com", "They voted on the Hill.", None, id="a place of that name"),
    pytest.param("bloomberg.com", "Michael Bloomberg spoke.", None, id="a person of that name"),
    pytest.param("bbc.com", "ask@bbc.com", None, id="mail address stays whole"),
    pytest.param("theguardian.com", "See theguardian.com now.", "See the outlet now.", id="domain"),
    pytest.param("greyheronfarm.com", "At Grey Heron Farm we care.", "At the outlet we care.", id="guessed"),
    pytest.param("grey-heron.co.uk", "Grey-Heron sells.", "The outlet sells.", id="guessed with hyphen"),
    pytest.param("greyheronfarm.com", "a grey heron farm", None, id="guess needs capitals"),
    pytest.param("heron.com", "Heron sells.", None, id="too short to guess"),
    pytest.param("someone/blog", "Someone blogs.", None, id="not a domain"),
]


@pytest.mark.parametrize(("source", "text", "hidden"), CASES)
def test_own_publisher_is_hidden(source: str, text: str, hidden: str | None):
    assert hide_outlet(text, source) == (text if hidden is None else hidden)
