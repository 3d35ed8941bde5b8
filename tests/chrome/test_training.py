"""Fitting the block model, on a few made-up sites and with hardly any trees."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.chrome.dumps import DUMP_FEATURES
from pipeline.chrome.gold import BlockLabel
from pipeline.chrome.model import CHROME_FEATURES, LINE_FEATURES, PARTS, ChromeModel, Thresholds, Titled
from pipeline.chrome.naming import KIND_PARTS
from pipeline.chrome.situations import LabelledText, authored_text, page_texts, prose_text
from pipeline.chrome.training import _UNSURE, _markups, _outside, _wordings, fit_chrome, group_folds, titled
from pipeline.corpora.authored import AuthoredLine
from pipeline.corpora.prepared import PreparedPage
from pipeline.settings import TreeSettings, read_settings
from tests.strategies import CHROME_LINES, SENTENCES

SMALL = TreeSettings(rate=0.3, count=8, leaves=4, leaf_rows=2, l2=1.0, columns=1.0)
SETTINGS = replace(
    read_settings(Path(__file__).parents[2] / "params.yaml").chrome,
    folds=2,
    hash_bits=8,
    linear_c=1.0,
    blocks=SMALL,
    lines=SMALL,
    dump=SMALL,
)
THRESHOLDS = Thresholds(
    page_drop=0.5,
    page_precision=1.0,
    text_drop=0.5,
    bullet_drop=0.5,
    bare_drop=0.5,
    dump_drop=0.5,
    dump_precision=1.0,
    dump=0.5,
)
SITES = 6

Corpus = tuple[list[PreparedPage], list[LabelledText]]


@pytest.fixture
def corpus(make_page: Callable[..., PreparedPage]) -> Corpus:
    """Six sites with an article each, cut at different places so that no two are equal."""
    pages = []
    for site in range(SITES):
        content = [*SENTENCES[site % 4 :], *SENTENCES[: site % 4]]
        menu = [*CHROME_LINES[site:], *CHROME_LINES[:site]]
        lines = [
            *((line, BlockLabel.CHROME, False) for line in menu[:6]),
            *((line, BlockLabel.CONTENT, True) for line in content),
            ("Half of it", BlockLabel.UNKNOWN, True),
            *((line, BlockLabel.CHROME, site % 2 == 0) for line in menu[6:]),
        ]
        pages.append(make_page(lines, site=f"herald{site}.example", title="Four ships gone"))
    texts = [text for page in pages for text in page_texts(page, SETTINGS.seed)]
    return pages, [*texts, prose_text("prose.example", "\n".join(SENTENCES))]


@pytest.fixture
def parts(corpus: Corpus) -> dict[str, Any]:
    return fit_chrome(*corpus, SETTINGS)


def chances(parts: dict[str, Any], documents: Sequence[Titled]) -> list[list[float]]:
    return [values.tolist() for values in ChromeModel(parts, THRESHOLDS).page_probabilities(documents)]


def test_fitting_gives_every_part_for_the_documented_columns(parts: dict[str, Any]):
    assert sorted(parts) == sorted({*PARTS} - {*KIND_PARTS})
    assert parts["page_blocks"].n_features_in_ == len(CHROME_FEATURES["page_blocks"]) + 2 * 7
    assert parts["dump"].n_features_in_ == len(DUMP_FEATURES)
    assert {parts[name].n_features_in_ for name in ("dump_lines", "article_lines")} == {len(LINE_FEATURES) + 7}


def test_parts_are_scikit_learn_and_nothing_of_ours(parts: dict[str, Any]):
    assert {type(part).__module__.split(".")[0] for part in parts.values()} == {"sklearn"}


def test_the_fitted_model_tells_chrome_from_content(parts: dict[str, Any], corpus: Corpus):
    pages, _ = corpus
    for page, values in zip(pages, chances(parts, titled(pages)), strict=True):
        content = [value for value, label in zip(values, page.labels, strict=True) if label == BlockLabel.CONTENT]
        chrome = [value for value, label in zip(values, page.labels, strict=True) if label == BlockLabel.CHROME]
        assert np.mean(content) < 0.2
        assert np.mean(chrome) > 0.8


def test_the_same_data_and_seed_give_the_same_model(parts: dict[str, Any], corpus: Corpus):
    again = fit_chrome(*corpus, SETTINGS)
    assert chances(again, titled(corpus[0])) == chances(parts, titled(corpus[0]))


def test_page_trees_learn_from_grafts_too(parts: dict[str, Any], corpus: Corpus):
    pages, texts = corpus
    forums = [replace(page, page_type="forum", site=f"forum-{page.site}") for page in pages]
    without, with_grafts = (
        fit_chrome([*pages, *forums], texts, replace(SETTINGS, grafts=grafts)) for grafts in (0, 2 * SITES)
    )
    assert chances(without, titled(pages)) != chances(with_grafts, titled(pages))
    assert chances(fit_chrome(*corpus, replace(SETTINGS, grafts=0)), titled(pages)) == chances(parts, titled(pages))


def test_the_order_of_pages_of_the_linear_models_does_not_matter(corpus: Corpus):
    pages, texts = corpus
    assert _wordings(pages[::-1], texts[::-1], SETTINGS) == _wordings(pages, texts, SETTINGS)


def test_unknown_blocks_train_nothing(corpus: Corpus):
    texts = {text for text, *_ in _wordings(*corpus, SETTINGS)}
    assert "half of it" not in texts
    assert {line.lower() for line in ("Leave a Reply", "Advertisement")} <= texts


def test_each_wording_counts_once_a_site(corpus: Corpus):
    examples = [example[:3] for example in _wordings(*corpus, SETTINGS)]
    assert len(examples) == len(set(examples))
    assert {group for _, _, group in examples} == {*(f"herald{site}.example" for site in range(SITES)), "prose.example"}


def test_wordings_of_authored_lines_weigh_what_the_settings_say(corpus: Corpus):
    authored = authored_text("a01", [AuthoredLine("share", "Pass it on", gap=False)])
    weights = {text: weight for text, _, _, weight in _wordings(corpus[0], [authored], SETTINGS)}
    assert (weights["pass it on"], weights["leave a reply"]) == (SETTINGS.authored_wording, 1)


def test_markup_of_a_page_without_gold_text_counts_less(corpus: Corpus):
    sure, *_ = corpus[0]
    pages = [sure, replace(sure, site="unsure.example", content=None)]
    weights = {(site, weight) for _, _, site, weight in _markups(pages)}
    assert weights == {(sure.site, 1.0), ("unsure.example", _UNSURE)}


def test_a_site_is_in_one_fold_and_never_in_the_examples_of_that_fold():
    groups = [f"site{number % 5}" for number in range(40)]
    folds = group_folds(groups, 3)
    examples = [("rain", 0, group, 1.0) for group in groups]
    assert set(folds.values()) == {0, 1, 2}
    for fold in range(3):
        held_out = {group for group in groups if folds[group] == fold}
        assert not held_out & {group for _, _, group, _ in _outside(examples, folds, fold)}


def test_titled_pages_carry_their_headlines(corpus: Corpus):
    pages, _ = corpus
    assert [(page.title, len(page.blocks)) for page in titled(pages)] == [
        ("Four ships gone", len(page.blocks)) for page in pages
    ]
