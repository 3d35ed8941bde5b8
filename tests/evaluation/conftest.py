"""Held-out pages and documents that the tests of this room make up."""

from collections.abc import Sequence

import numpy as np
import pytest

from pipeline.chrome.preparing import prepare_page
from pipeline.corpora.pages import GoldPage
from pipeline.corpora.prepared import PreparedPage, PreparedText, Split
from pipeline.corpora.table import FeatureTable
from pipeline.document import Label
from pipeline.features import STYLE
from pipeline.settings import PrepareSettings

SETTINGS = PrepareSettings(
    seed=1, valid_share=0.0, test_share=1.0, triplet_test_share=0.3, train_publishers=(), min_words=60
)
TITLE = "Ferry runs aground off Tarnfoss"
STORY = (
    "The ferry Aurelia ran aground off Tarnfoss on Monday night with 61 people on board, the coastguard said.",
    "All of them were brought ashore by 3 a.m. and nobody was hurt, according to harbour master Lena Varro.",
    "The Aurelia had left Inverlack at 10.40 p.m. and was an hour behind its timetable because of fog in the sound.",
    "Two tugs pulled her free at high water on Tuesday, and divers found a dent of three metres below the bow.",
)


def html_of(title: str, lines: Sequence[str]) -> str:
    story = "".join(f"<p>{line}</p>" for line in lines)
    return (
        f'<html lang="en"><head><title>{title}</title></head><body><nav class="menu"><ul><li><a href="/">Home</a></li>'
        f'<li><a href="/news">News</a></li></ul></nav><article><h1>{title}</h1>{story}</article>'
        '<footer class="footer"><p>Follow us on all channels</p><p>© The Tarn Post</p></footer></body></html>'
    )


def prepared_page(
    name: str, corpus: str = "wcxb", page_type: str = "article", *, gold: bool = True, lines: Sequence[str] = STORY
) -> PreparedPage:
    """A page with gold text, or with snippets only, cut into blocks by the product itself."""
    page = GoldPage(
        id=name,
        site=f"{name}.example",
        lang="en",
        page_type=page_type,
        corpus=corpus,
        html=html_of(TITLE, lines).encode(),
        title=TITLE,
        content="\n".join(lines) if gold else None,
        ignored="",
        wanted=("brought ashore by 3 a.m.", "pulled her free"),
        unwanted=("Follow us on all channels",),
    )
    made = prepare_page(page, SETTINGS)
    assert made is not None
    return made


def prepared_text(name: str, label: Label, text: str, origin: str = "human") -> PreparedText:
    return PreparedText(
        id=name, corpus="bbc2004", label=label, basis="publisher", origin=origin, source="tarn.example",
        group="tarn.example", split=Split.TEST, title="", text=text,
    )  # fmt: skip


def table_of(
    rows: Sequence[tuple[str, str, str]],
    masks: Sequence[str] = (),
    words: Sequence[int] = (),
    origins: Sequence[str] = (),
    *,
    bases: Sequence[str] = (),
) -> FeatureTable:
    """A feature table out of (corpus, label, source).

    Documents are human, of 400 words and labelled by their publisher unless told otherwise.
    """
    count = len(rows)
    corpus, label, source = np.array(rows, dtype=str).reshape(count, 3).T
    return FeatureTable(
        id=np.array([f"d{place}" for place in range(count)], dtype=str),
        corpus=corpus,
        label=label,
        basis=np.array(bases or ["publisher"] * count, dtype=str),
        origin=np.array(origins or ["human"] * count, dtype=str),
        source=source,
        group=source,
        split=np.array([Split.TEST.value] * count, dtype=str),
        topic=np.array(["bridges"] * count, dtype=str),
        words=np.array(words or [400] * count, dtype=int),
        masks=np.array(masks or [""] * count, dtype=object),
        styles=np.zeros((count, len(STYLE))),
    )


@pytest.fixture(scope="session")
def pages() -> list[PreparedPage]:
    """Two pages with gold text and one with snippets."""
    return [
        prepared_page("one"),
        prepared_page("two", "l3s-gn1", ""),
        prepared_page("three", "trafilatura-eval", "", gold=False),
    ]
