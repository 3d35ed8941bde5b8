"""Extraction figures: every contender on the same pages, counted by hand where it can be."""

import json
from dataclasses import replace

import numpy as np
import pytest

from pipeline.corpora.prepared import PreparedPage
from pipeline.document import Label
from pipeline.evaluation.extraction import (
    _compare,
    _interval,
    _snippet_figures,
    extraction_figures,
    our_lines,
    our_texts,
    prose_harm,
)
from pipeline.score import Models

from .conftest import STORY, TITLE, prepared_page, prepared_text

CONTENDERS = [
    "pages: winnow",
    "pages: trafilatura default",
    "pages: trafilatura recall",
    "dumps: winnow",
    "dumps: all text",
    "cleaned by trafilatura, then winnow",
]


OTHER = (
    "The library in Thornbeck stays open, councillors decided on Tuesday after a debate of four hours.",
    "Seven of them voted for the motion and five against it, with one abstention, the town clerk said.",
    "Readers had collected 3,100 signatures since the closure was announced in March by the finance committee.",
)


def test_bodies_come_in_the_order_of_pages(models: Models):
    pages = [prepared_page("a"), prepared_page("b", lines=OTHER), prepared_page("c")]
    assert [line.split()[2] for body in our_lines(models.chrome, pages) for line in body.split("\n")[:1]] == [
        "Aurelia",
        "in",
        "Aurelia",
    ]


def test_body_of_a_plain_article_is_its_story_without_headline(models: Models, pages: list[PreparedPage]):
    assert our_lines(models.chrome, pages[:1]) == ["\n".join(STORY)]


def test_more_pages_than_a_chunk_lose_none(models: Models, pages: list[PreparedPage]):
    assert len(our_lines(models.chrome, pages[:1] * 65)) == 65
    assert len(our_texts(models.chrome, ["A heron stood in the reeds all morning."] * 65)) == 65


def test_no_page_gives_no_body(models: Models):
    assert our_lines(models.chrome, []) == []
    assert our_texts(models.chrome, []) == []


def test_contenders_are_counted_on_the_same_pages(models: Models, pages: list[PreparedPage]):
    figures = _compare(models.chrome, pages[:2])
    assert list(figures) == CONTENDERS
    assert {row["pages"] for row in figures.values()} == {2}
    assert {tuple(row) for row in figures.values()} == {("f1", "precision", "recall", "pages", "f1_95")}


def test_perfect_output_is_one_and_empty_output_nothing(models: Models, pages: list[PreparedPage]):
    perfect = replace(pages[0], baselines=(f"{TITLE}\n" + "\n".join(STORY), ""))
    figures = _compare(models.chrome, [perfect])
    for name, value in (("default", 1.0), ("recall", 0.0)):
        told = {"f1": value, "precision": value, "recall": value, "pages": 1, "f1_95": [value, value]}
        assert figures[f"pages: trafilatura {name}"] == told


def test_interval_holds_the_figure_and_narrows_with_more_pages():
    few, many = (_interval(np.array([[1.0, 1.0], [0.5, 0.5]] * count)) for count in (5, 500))
    assert few[0] < many[0] < 0.75 < many[1] < few[1]


def test_corpora_without_held_out_pages_have_no_table(models: Models, pages: list[PreparedPage]):
    assert "authored pages" not in extraction_figures(models.chrome, pages, [])
    assert "wcxb other pages" not in extraction_figures(models.chrome, pages, [])
    made = [replace(pages[0], corpus="authored"), replace(pages[1], corpus="own")]
    assert {"authored pages", "own pages"} < set(extraction_figures(models.chrome, made, []))


def test_whole_page_has_full_recall_and_chrome_in_it(models: Models, pages: list[PreparedPage]):
    figures = _compare(models.chrome, pages[:1])["dumps: all text"]
    assert figures["recall"] == pytest.approx(1.0, abs=0.1)
    assert figures["precision"] < 1.0


def test_corpora_are_told_apart_and_add_up(models: Models, pages: list[PreparedPage]):
    more = [*pages, prepared_page("four", "wcxb", "forum"), replace(pages[2], lang="de")]
    figures = extraction_figures(models.chrome, more, [prepared_text("a", Label.REPORTING, STORY[0])])
    counted = {
        name: figures[name]["pages: winnow"]["pages"] for name in ("wcxb articles", "wcxb other pages", "l3s-gn1 news")
    }
    assert counted == {"wcxb articles": 1, "wcxb other pages": 1, "l3s-gn1 news": 1}
    assert figures["snippets, all languages"]["pages"] == 2
    assert figures["snippets, English"]["pages"] == 1


def test_snippets_by_hand(pages: list[PreparedPage]):
    found = ["They were brought  ashore by\n3 a.m. at last.", "Follow us on all channels. The tugs pulled her free."]
    # wanted: one of two on each page; unwanted: none, then one; so 2 hits, 2 misses, 1 false alarm
    figures = _snippet_figures([pages[2], pages[2]], found)
    assert figures == {"f1": pytest.approx(0.5714), "precision": pytest.approx(0.6667), "recall": 0.5}


def test_page_without_snippets_counts_for_nothing(pages: list[PreparedPage]):
    bare = replace(pages[2], wanted=(), unwanted=())
    assert _snippet_figures([bare], ["Anything."]) == {"f1": 0.0, "precision": 0.0, "recall": 0.0}


def test_harm_to_clean_prose_is_counted_in_lines_words_and_documents(models: Models):
    nothing_goes = replace(
        models.chrome,
        thresholds=replace(models.chrome.thresholds, text_drop=2.0, bullet_drop=2.0, bare_drop=2.0, dump_drop=2.0),
    )
    clean, story = "\n".join(STORY), "\n".join(OTHER)
    twice = f"{TITLE}\n{story}\n{TITLE}"  # the copy of a headline goes whatever the model says
    harm = prose_harm(
        nothing_goes, [prepared_text("a", Label.REPORTING, clean), prepared_text("b", Label.ANALYSIS, twice)]
    )
    assert harm == {
        "documents": 2,
        "lines": 9,
        "lines_removed": pytest.approx(1 / 9, abs=1e-6),
        "words_kept": pytest.approx(1 - 5 / len(f"{clean} {twice}".split()), abs=1e-6),
        "documents_touched": 0.5,
    }


def test_all_of_clean_prose_can_be_lost(models: Models):
    everything_goes = replace(
        models.chrome,
        thresholds=replace(models.chrome.thresholds, text_drop=0.0, bullet_drop=0.0, bare_drop=0.0, dump_drop=0.0),
    )
    harm = prose_harm(everything_goes, [prepared_text("a", Label.REPORTING, "\n".join(STORY))])
    assert (harm["lines_removed"], harm["words_kept"], harm["documents_touched"]) == (1.0, 0.0, 1.0)


def test_only_human_reporting_and_analysis_is_looked_at_for_harm(models: Models):
    texts = [
        prepared_text("a", Label.FILLER, "\n".join(STORY)),
        prepared_text("b", Label.REPORTING, "\n".join(STORY), origin="llm:some"),
        prepared_text("c", Label.REPORTING, "\n".join(STORY)),
    ]
    assert prose_harm(models.chrome, texts)["documents"] == 1


def test_nothing_held_out_still_gives_figures_that_are_numbers(models: Models):
    figures = extraction_figures(models.chrome, [], [])
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    assert figures["clean prose"]["documents"] == 0
