"""Pages that a user labels, and pages made of authored texts, become blocks with labels."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.chrome.gold import BlockLabel
from pipeline.chrome.preparing import article_text, prepare_own_pages, prepare_page
from pipeline.chrome.told import told_kinds
from pipeline.corpora.authored import AuthoredLine, read_authored_lines
from pipeline.corpora.authored_pages import authored_kinds, authored_pages, lacks, trained_lines
from pipeline.corpora.pages import GoldPage
from pipeline.document import ChromeKind
from pipeline.errors import CorpusError
from pipeline.settings import PrepareSettings

LINES = Path(__file__).parents[2] / "data" / "authored" / "lines"
SETTINGS = PrepareSettings(
    seed=1, valid_share=0.2, test_share=0.2, triplet_test_share=0.3, train_publishers=(), min_words=60
)
HEADLINE = "Ferry runs aground off Tarnfoss"
STORY = "The ferry Aurelia ran aground off Tarnfoss on Monday night with 61 people on board, the coastguard said."
PAGE = (
    f"<html><head><title>{HEADLINE}</title></head><body><h1>{HEADLINE}</h1><p>{STORY}</p>"
    "<p>Subscribe to our newsletter today</p></body></html>"
)


def own(content: str) -> GoldPage:
    return GoldPage(
        id="own/pages/a", site="a", lang="en", page_type="article", corpus="own", html=PAGE.encode(), title="",
        content=content, ignored="", wanted=(), unwanted=(),
    )  # fmt: skip


def test_own_page_has_its_headline_unlabelled_though_the_wanted_text_lacks_it():
    page = prepare_own_pages([own(STORY)], SETTINGS)[0]
    labels = {block.text: BlockLabel(label) for block, label in zip(page.blocks, page.labels, strict=True)}
    assert labels == {
        HEADLINE: BlockLabel.UNKNOWN,
        STORY: BlockLabel.CONTENT,
        "Subscribe to our newsletter today": BlockLabel.CHROME,
    }


@pytest.mark.parametrize(("held_out", "baselines"), [(1.0, 2), (0.0, 1)])
def test_a_page_that_is_not_held_out_is_not_read_with_settings_that_only_figures_need(held_out: float, baselines: int):
    page = prepare_own_pages([own(STORY)], replace(SETTINGS, valid_share=0.0, test_share=held_out))[0]
    assert len(page.baselines) == baselines


def test_own_page_without_a_block_of_its_text_is_refused():
    with pytest.raises(CorpusError, match=r"^own/pages/a holds no block of the text that is wanted of it"):
        prepare_own_pages([own("Quite another story, of herons and of reeds and of the keeper.")], SETTINGS)


def test_text_of_a_page_is_what_trafilatura_keeps():
    paragraphs = "".join(f"<p>{STORY} It was the {number}th time this year.</p>" for number in range(5))
    assert STORY in article_text(f"<html><body><article>{paragraphs}</article></body></html>")
    assert article_text("") == ""


@pytest.fixture(scope="module")
def authored() -> dict[str, tuple[AuthoredLine, ...]]:
    return dict(list(read_authored_lines(LINES).items())[:12])


def test_pages_of_authored_texts_are_labelled_as_their_lines(authored: dict[str, tuple[AuthoredLine, ...]]):
    wrong = known = 0
    for gold, lines in zip(authored_pages(authored), authored.values(), strict=True):
        page = prepare_page(gold, SETTINGS)
        assert page is not None
        chrome = {line.text.removeprefix("- "): line.is_chrome for line in lines if line.mark != "title"}
        for block, label in zip(page.blocks, page.labels, strict=True):
            if label != BlockLabel.UNKNOWN and block.text in chrome:
                known += 1
                wrong += chrome[block.text] != (label == BlockLabel.CHROME)
    assert known > 100
    assert wrong <= known * 0.02


def test_pages_of_authored_texts_tell_kinds(authored: dict[str, tuple[AuthoredLine, ...]]):
    pages = [page for gold in authored_pages(authored) if (page := prepare_page(gold, SETTINGS))]
    told = told_kinds(pages, list(authored_kinds(authored)))
    kinds = {kind for _, by_place in told for kind in by_place.values()}
    assert len(told) > 6
    assert {ChromeKind.BYLINE, ChromeKind.RELATED} <= kinds


def test_lines_whose_page_is_held_out_are_not_trained_on(authored: dict[str, tuple[AuthoredLine, ...]]):
    pages = [page for gold in authored_pages(authored) if (page := prepare_page(gold, SETTINGS))]
    assert list(trained_lines(authored, pages[:3])) == list(authored)[:3]
    assert trained_lines(authored, []) == authored
    assert "No page of a real site" in lacks(pages)
    assert lacks([*pages, *prepare_own_pages([own(STORY)], SETTINGS)]) == ""
