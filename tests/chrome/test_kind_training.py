"""Fitting the parts that name kinds, on a few made-up sites."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import models
from pipeline.blocks import with_neighbours
from pipeline.chrome.gold import BlockLabel
from pipeline.chrome.kind_training import _AROUND, _alone, _look, fit_kinds, line_examples, page_examples
from pipeline.chrome.model import ChromeModel, Titled, see_pages, see_texts
from pipeline.chrome.naming import KIND_FEATURES, KIND_PARTS, KINDS, kinds_of, measures
from pipeline.chrome.told import Kinds, as_lines
from pipeline.chrome.training import _fit_linear
from pipeline.corpora.authored import AuthoredLine
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import ChromeKind
from pipeline.settings import KindSettings, read_settings
from tests.strategies import SENTENCES

FEW = KindSettings(alpha=1e-4, passes=10, networks=2, hidden=8, l2=0.1, rate=0.02, batch=16, epochs=60, lift=0.3)
SETTINGS = replace(
    read_settings(Path(__file__).parents[2] / "params.yaml").chrome, folds=2, hash_bits=10, linear_c=1.0, kinds=FEW
)
CHROME = (
    ("Leave a Reply", ChromeKind.COMMENT_FORM),
    ("Share this article", ChromeKind.SHARE),
    ("Subscribe to our newsletter", ChromeKind.SUBSCRIBE),
    ("Photo: Ilse Varga / Port Archive", ChromeKind.CAPTION),
)
AUTHORED = {
    f"a{number}": [AuthoredLine("body", SENTENCES[number], gap=True)]
    + [AuthoredLine(kind.value, text, gap=True) for text, kind in CHROME]
    for number in range(4)
}

Told = list[tuple[PreparedPage, Kinds]]


@pytest.fixture
def pages(make_page: Callable[..., PreparedPage]) -> Told:
    made = []
    for site in range(6):
        chrome = [*CHROME[site % 4 :], *CHROME[: site % 4]]
        lines = [(line, BlockLabel.CONTENT, True) for line in SENTENCES[site % 3 :]]
        page = make_page(
            [*lines, *((text, BlockLabel.CHROME, False) for text, _ in chrome)], site=f"herald{site}.example"
        )
        made.append((page, {len(lines) + place: kind for place, (_, kind) in enumerate(chrome)}))
    return made


@pytest.fixture
def linear() -> dict[str, Any]:
    """Linear models for their hashed words alone."""
    examples = [("rain", 0, "a", 1.0), ("menu", 1, "b", 1.0)]
    return {name: _fit_linear(examples, name, SETTINGS) for name in ("wording", "markup")}


@pytest.fixture
def parts(linear: dict[str, Any], pages: Told) -> dict[str, Any]:
    return fit_kinds(linear, page_examples(pages), line_examples(pages, AUTHORED), SETTINGS)


def test_every_part_is_fitted_and_is_scikit_learn(parts: dict[str, Any]):
    assert sorted(parts) == sorted(KIND_PARTS)
    assert {type(part).__module__.split(".")[0] for part in parts.values()} == {"sklearn"}


def test_networks_read_the_documented_columns_and_the_chances(parts: dict[str, Any]):
    near = with_neighbours(np.zeros((1, len(CHROME)), dtype=np.float32)).shape[1]
    widths = {name: parts[name].n_features_in_ - len(columns) for name, columns in KIND_FEATURES.items()}
    assert widths == {"page_kinds": near + 2 * len(CHROME), "line_kinds": near + len(CHROME)}


def test_told_blocks_get_their_kinds(parts: dict[str, Any], linear: dict[str, Any], pages: Told):
    seen = see_pages(linear, [Titled(page.blocks, page.title) for page, _ in pages])
    wanted = np.array([place in kinds for page, kinds in pages for place in range(len(page.blocks))])
    expected = [kinds[place] for page, kinds in pages for place in sorted(kinds)]
    assert kinds_of(parts, seen, wanted)[wanted].tolist() == expected


def test_lines_without_mark_up_get_their_kinds(parts: dict[str, Any], linear: dict[str, Any], pages: Told):
    seen = see_texts(linear, [as_lines(page.blocks) for page, _ in pages])
    wanted = np.array([place in kinds for page, kinds in pages for place in range(len(page.blocks))])
    expected = [kinds[place] for page, kinds in pages for place in sorted(kinds)]
    assert kinds_of(parts, seen, wanted)[wanted].tolist() == expected


def test_blocks_that_are_not_wanted_are_other(parts: dict[str, Any], linear: dict[str, Any], pages: Told):
    seen = see_pages(linear, [Titled(pages[0][0].blocks, None)])
    names = kinds_of(parts, seen, np.zeros(len(pages[0][0].blocks), dtype=bool))
    assert set(names.tolist()) == {ChromeKind.OTHER}


def test_no_document_has_no_kinds(parts: dict[str, Any], linear: dict[str, Any]):
    model = ChromeModel(linear | parts, None)  # type: ignore[arg-type]
    assert model.kinds(see_pages(linear, []), []) == []


def test_the_same_blocks_and_seed_give_the_same_file(tmp_path: Path, linear: dict[str, Any], pages: Told):
    written = []
    for name in ("once", "again"):
        parts = fit_kinds(linear, page_examples(pages), line_examples(pages, AUTHORED), SETTINGS)
        models.save(tmp_path / name, parts, trained="", features={}, parameters={}, data={}, figures={})
        written.append((tmp_path / name / models.MODEL).read_bytes())
    assert written[0] == written[1]


def test_what_is_saved_can_be_loaded_and_names_alike(
    tmp_path: Path, parts: dict[str, Any], linear: dict[str, Any], pages: Told
):
    models.save(tmp_path / "kinds", parts, trained="", features={}, parameters={}, data={}, figures={})
    loaded = models.load(tmp_path / "kinds", {}).parts
    seen = see_pages(linear, [Titled(page.blocks, page.title) for page, _ in pages])
    wanted = np.ones(len(seen.rows), dtype=bool)
    assert kinds_of(loaded, seen, wanted).tolist() == kinds_of(parts, seen, wanted).tolist()


def test_what_is_learned_from_is_what_is_seen_when_kinds_are_named(linear: dict[str, Any], pages: Told):
    examples = page_examples(pages)
    seen = see_pages(linear, [example.document for example in examples])
    (told,) = _look(linear, examples, see_pages)
    assert np.array_equal(told.measures, measures(seen)[told.wanted])
    assert told.seen.words.texts == seen.words.texts
    assert [KINDS[kind] for kind in told.kinds] == [kinds[place] for _, kinds in pages for place in sorted(kinds)]


def test_a_told_block_alone_stands_between_the_nearest_paragraphs(pages: Told):
    page, kinds = pages[0]
    (first, *_) = _alone(page, kinds)
    assert [line.text for line in first.document.blocks] == [*SENTENCES[-_AROUND:], CHROME[0][0]]
    assert first.kinds == {_AROUND: CHROME[0][1]}


def test_authored_lines_are_learned_under_their_marks(pages: Told):
    texts = {example.group: example.kinds for example in line_examples(pages[:1], AUTHORED)}
    assert texts["a0"] == {1 + place: kind for place, (_, kind) in enumerate(CHROME)}
