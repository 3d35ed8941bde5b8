"""Each upstream format is read as title and lines; the sentences here are made up."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.corpora.texts import RawText, read_text
from pipeline.errors import CorpusError

from .conftest import text_row

Put = Callable[[str, bytes], None]


@pytest.fixture
def read(put: Put, raw: Path) -> Callable[..., RawText]:
    """Put a made-up file in place and read it."""

    def made_up(corpus: str, path: str, content: str, selector: str = "") -> RawText:
        put(path, content.encode())
        return read_text(text_row(path, corpus=corpus, selector=selector), raw)

    return made_up


Read = Callable[..., RawText]


def test_abp_keeps_paragraphs_and_leaves_the_title_out(read: Read):
    article = {
        "title": "Heron wins",
        "content_original": "Heron wins\n\nA  heron\u200b won.\n\nIt\x92s true.\n",
    }
    assert read("abp", "a.json", json.dumps(article)) == RawText("Heron wins", "A heron won.\nIt\u2019s true.")


@pytest.mark.parametrize(
    ("first", "kept"),
    [
        pytest.param("Reeds at dawn. The heron that stayed all year", "It stood.", id="caption and title"),
        pytest.param("The heron that stayed all year Few saw it.", "Few saw it.\nIt stood.", id="title and deck"),
        pytest.param(
            "The heron that stayed all year was grey.",
            "The heron that stayed all year was grey.\nIt stood.",
            id="a sentence that starts like the title",
        ),
    ],
)
def test_title_glued_to_a_first_line_goes(read: Read, first: str, kept: str):
    article = {"title": "The heron that stayed all year", "content_original": f"{first}\n\nIt stood."}
    assert read("abp", "a.json", json.dumps(article)).text == kept


def test_webis_joins_units_and_closes_their_gaps(read: Read):
    def units(*pairs: tuple[str, str]) -> list[dict[str, str]]:
        return [{"label": label, "text": text} for label, text in pairs]

    paragraphs = [
        units(("title", "On herons.")),
        units(("assumption", "Herons  stand"), ("no-unit", "."), ("anecdote", "That' s all , she said 1 \\.")),
    ]
    text = read("webis-editorials", "a.json", json.dumps({"paragraphs": paragraphs}))
    assert text == RawText("On herons.", "Herons stand. That's all, she said 1.")


def test_basil_makes_a_line_of_each_list_of_sentences(read: Read):
    article = {"title": "Heron", "body-paragraphs": [["It stood.", "It left."], ["It came back."]]}
    assert read("basil", "a.json", json.dumps(article)) == RawText("Heron", "It stood. It left.\nIt came back.")


def test_bbc_takes_the_title_from_the_first_line(read: Read):
    assert read("bbc2004", "a.txt", "Heron\n\nIt stood.\n\nIt left.\n") == RawText("Heron", "It stood.\nIt left.")


def test_reuters_has_no_title_and_its_entities_are_decoded(read: Read):
    assert read("reuters-c50", "a.txt", "Reed &amp; Co rose.\nIt fell.\n") == RawText("", "Reed & Co rose.\nIt fell.")


def test_wcxb_follows_the_selector(read: Read):
    truth = {"ground_truth": {"title": "Ten herons", "main_content": "Buy herons.\n\n- grey\n"}}
    text = read("wcxb-seo", "a.json", json.dumps(truth), "ground_truth.main_content")
    assert text == RawText("Ten herons", "Buy herons.\n- grey")


@pytest.mark.parametrize(("selector", "text"), [("sampled[1]", "It left.\nFar."), ("original[0]", "It stood.")])
def test_xsum_takes_one_text_of_a_list(read: Read, selector: str, text: str):
    lists = {"original": ["It stood."], "sampled": ["It came.", "It left.\n\nFar."]}
    assert read("xsum-llm", "a.json", json.dumps(lists), selector) == RawText("", text)


def test_argugpt_takes_a_cell(read: Read):
    assert read("argugpt", "a.csv", 'id,text\n1,"Herons, I say."\n2,No.\n', "row[0].text").text == "Herons, I say."


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param('Title: ""Heron wins""\n\nIt won.', RawText("Heron wins", "It won."), id="title in quotes"),
        pytest.param("**Headline:** Heron\n\nIt won.", RawText("Heron", "It won."), id="headline in bold"),
        pytest.param("It won.\n\nIt left.", RawText("", "It won.\nIt left."), id="no title"),
    ],
)
def test_llm_news_takes_the_headline_off_a_cell(read: Read, cell: str, expected: RawText):
    assert read("llm-news", "a.csv", f'n,made up text\n1,"{cell}"\n', "row[0].made up text") == expected


POST = """
## Why *herons*?

They [stand](https://heron.example/a_b "title"), they **wait** and
they <b>leave</b>.{{< ad slot="1" >}} So they say.[^1]

![A heron]({{ site.url }}/heron.png)
{% include ads.html %}

- grey heron
* white
  heron

1. first

> quoted

```python
reeds = 3
```

| Bird | Legs |
|------|------|
| Heron | 2 |

<!-- wp:paragraph --><p>Raw &amp; ready.</p><script>track()</script><iframe>x</iframe>
<h3 class="x">Raw heading</h3><ul><li><p>raw item</p></li></ul>

[Lost link][3]

[^1]: A note.
"""
LINES = (
    "## Why herons?",
    "They stand, they wait and they leave. So they say.",
    "- grey heron",
    "- white heron",
    "- first",
    "quoted",
    "reeds = 3",
    "Bird Legs",
    "Heron 2",
    "Raw & ready.",
    "### Raw heading",
    "- raw item",
    "Lost link",
    "A note.",
)


def test_post_keeps_headings_and_items_and_drops_other_markup(read: Read):
    assert read("seo-blogs", "a.md", POST).text.split("\n") == list(LINES)


@pytest.mark.parametrize(
    "front",
    [
        pytest.param('---\ntitle: "Ten herons"\ntags: [a]\n---\n', id="YAML"),
        pytest.param("\n---\n\ntitle: Ten herons\n\n---\n", id="YAML after and with empty lines"),
        pytest.param("+++\ndraft = false\ntitle = 'Ten herons'\n+++\n\n", id="TOML"),
        pytest.param("", id="first heading"),
        pytest.param('---\ntitle: "Ten herons"\n---\nimport X from "x";\n\n{/* hidden */}\n', id="MDX"),
    ],
)
def test_title_of_a_post_leaves_its_body(read: Read, front: str):
    assert read("seo-blogs", "a.md", f"{front}\n# Ten herons\n\nBuy one.\n") == RawText("Ten herons", "Buy one.")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param('"The \\"grey\\" one"', 'The "grey" one', id="escaped"),
        pytest.param("'Heron''s day'", "Heron's day", id="doubled"),
        pytest.param('"Grey", she said', '"Grey", she said', id="quotes inside"),
    ],
)
def test_quotes_around_a_title_go(read: Read, title: str, expected: str):
    assert read("seo-blogs", "a.md", f"---\ntitle: {title}\n---\nBody.").title == expected


@pytest.mark.parametrize(
    ("corpus", "content", "selector"),
    [
        pytest.param("abp", "{", "", id="not JSON"),
        pytest.param("abp", "{}", "", id="a field is missing"),
        pytest.param("xsum-llm", '{"sampled": []}', "sampled[3]", id="no such element"),
        pytest.param("argugpt", "id,text\n", "row[0].text", id="no such row"),
        pytest.param("argugpt", "id,text\n", "text", id="a selector of another form"),
        pytest.param("gazette", "", "", id="unknown corpus"),
    ],
)
def test_unreadable_file_is_one_sentence(read: Read, corpus: str, content: str, selector: str):
    with pytest.raises(CorpusError, match=rf"a\.x of row a\.x cannot be read as a file of '{corpus}'"):
        read(corpus, "a.x", content, selector)


def test_missing_file_names_the_stage(raw: Path):
    with pytest.raises(CorpusError, match=r"a\.txt of row a\.txt is missing: run the fetch stage first"):
        read_text(text_row(), raw)
