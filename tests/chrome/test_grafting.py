"""Posts of forums behind the text of articles: where they go, what they are called, and who may meet whom."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.chrome.gold import BlockLabel
from pipeline.chrome.grafting import grafted
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import NAMES_END, Block
from tests.strategies import SENTENCES

CONTENT, CHROME = BlockLabel.CONTENT, BlockLabel.CHROME
FOLDS = {"herald.example": 0, "quay.example": 0, "far.example": 1}
STORY = [("Tides", CHROME), *((line, CONTENT) for line in SENTENCES[:4]), ("Imprint", CHROME)]
POSTS = [
    (f"Post {number}: I have seen the same at our quay twice, and nobody at the office wanted to hear of it.", CONTENT)
    for number in range(8)
]
WORDS = [text for text, _ in POSTS]


@pytest.fixture
def article(make_page: Callable[..., PreparedPage]) -> PreparedPage:
    return _placed(make_page([(text, label, True) for text, label in STORY], title="Four ships gone"), "story")


@pytest.fixture
def forum(make_page: Callable[..., PreparedPage]) -> PreparedPage:
    lines = [("Thread", CHROME, True), *((text, label, True) for text, label in POSTS), ("cat tide.log", CONTENT, True)]
    page = replace(make_page(lines, site="quay.example"), page_type="forum")
    blocks = [*_placed(page, "post").blocks]
    blocks[-1] = replace(blocks[-1], tag="pre", ancestors=("pre", *blocks[-1].ancestors[1:]))
    return replace(page, blocks=tuple(blocks))


def _placed(page: PreparedPage, name: str) -> PreparedPage:
    """Each block a paragraph of one element that is in another."""
    blocks = [
        replace(
            block, path=(1, 2, 2 + number), ancestors=("p", "div", "main"), names=NAMES_END.join(("", name, "page"))
        )
        for number, block in enumerate(page.blocks, 1)
    ]
    return replace(page, blocks=tuple(blocks))


def added(graft: PreparedPage, page: PreparedPage) -> list[tuple[Block, int]]:
    known = {block.text for block in page.blocks}
    return [(block, label) for block, label in zip(graft.blocks, graft.labels, strict=True) if block.text not in known]


def test_an_article_keeps_its_blocks_and_labels(article: PreparedPage, forum: PreparedPage):
    for graft in grafted([article, forum], FOLDS, 20, 7):
        old = {block.text for block in article.blocks}
        kept = [(b.text, label) for b, label in zip(graft.blocks, graft.labels, strict=True) if b.text in old]
        assert kept == [(text, int(label)) for text, label in STORY]
        assert [block.line for block in graft.blocks] == [*range(1, len(graft.blocks) + 1)]


def test_posts_stand_behind_the_text_and_are_chrome(article: PreparedPage, forum: PreparedPage):
    for graft in grafted([article, forum], FOLDS, 20, 7):
        texts = [block.text for block in graft.blocks]
        posts = [(texts.index(block.text), label) for block, label in added(graft, article) if block.text in WORDS]
        assert len(posts) >= 3
        assert {label for _, label in posts} == {CHROME}
        assert min(place for place, _ in posts) > texts.index(SENTENCES[3])


def test_code_in_a_post_is_neither(article: PreparedPage, forum: PreparedPage):
    labels = {
        label
        for graft in grafted([article, forum], FOLDS, 20, 7)
        for block, label in added(graft, article)
        if block.tag == "pre"
    }
    assert labels == {BlockLabel.UNKNOWN}


def test_elements_of_posts_are_new_and_named_anew(article: PreparedPage, forum: PreparedPage):
    for graft in grafted([article, forum], FOLDS, 20, 7):
        old = {number for block in article.blocks for number in block.path}
        for block, _ in added(graft, article):
            assert len(block.path) == len(block.ancestors)
            assert block.path[-1] not in old
            assert "post" not in block.names.split(NAMES_END)


def test_who_is_of_another_fold_is_not_met(article: PreparedPage, forum: PreparedPage):
    far = replace(forum, site="far.example")
    assert grafted([article, far], FOLDS, 20, 7) == []
    assert len(grafted([article, far, forum], FOLDS, 20, 7)) == 20


def test_the_seed_decides(article: PreparedPage, forum: PreparedPage):
    pages = [article, forum]
    assert grafted(pages, FOLDS, 5, 7) == grafted(pages, FOLDS, 5, 7) != grafted(pages, FOLDS, 5, 8)


def test_without_articles_or_forums_there_are_none(article: PreparedPage, forum: PreparedPage):
    assert grafted([article], FOLDS, 5, 7) == grafted([forum], FOLDS, 5, 7) == grafted([], FOLDS, 5, 7) == []
