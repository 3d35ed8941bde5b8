"""Labelled blocks are found again by their text, and the kinds that they are given are counted by hand."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.corpora.manifests import KindRow
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import Block, ChromeKind
from pipeline.evaluation.kinds import _block, kind_figures, named_blocks

from .conftest import prepared_page

# texts without a cue of their own, so that the names around them tell the kind
RELATED, SUBSCRIBE, SHARE = "related", "newsletter", "share"


def page_of(name: str, *blocks: tuple[str, str]) -> PreparedPage:
    """A page of some (text, names)."""
    made = tuple(Block(text, "p", line, names=names) for line, (text, names) in enumerate(blocks, 1))
    return replace(prepared_page(name), blocks=made, labels=(0,) * len(made))


def row_of(page: str, block: int, text: str, kind: ChromeKind = ChromeKind.OTHER) -> KindRow:
    return KindRow(page, block, hashlib.sha256(text.encode()).hexdigest()[:16], kind)


def found(pages: Sequence[PreparedPage], *rows: KindRow) -> list[str]:
    return [kind.value for _, kind in named_blocks(pages, rows)]


def test_kind_that_was_told_stands_beside_the_one_that_was_found():
    page = page_of("a", ("Tides", RELATED), ("Herons", SUBSCRIBE))
    rows = [row_of("a", 1, "Herons", ChromeKind.BIO), row_of("a", 0, "Tides", ChromeKind.RELATED)]
    assert named_blocks([page], rows) == [
        (ChromeKind.BIO, ChromeKind.SUBSCRIBE),
        (ChromeKind.RELATED, ChromeKind.RELATED),
    ]


def test_block_that_moved_is_found_by_its_text():
    page = page_of("a", ("Reeds", SHARE), ("Ferries", SHARE), ("Tides", RELATED))
    assert found([page], row_of("a", 0, "Tides")) == ["related"]


TWICE = page_of("a", ("Herons", RELATED), ("Tides", SHARE), ("Reeds", SHARE), ("Herons", SUBSCRIBE))


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        pytest.param(0, "related", id="the first"),
        pytest.param(3, "subscribe", id="the last"),
        pytest.param(1, "related", id="nearer to the first"),
        pytest.param(2, "subscribe", id="nearer to the last"),
        pytest.param(40, "subscribe", id="after the end"),
    ],
)
def test_nearest_of_equal_texts_is_meant(place: int, kind: str):
    assert found([TWICE], row_of("a", place, "Herons")) == [kind]


def test_first_of_two_that_are_as_near_is_meant():
    page = page_of("a", ("Herons", RELATED), ("Tides", SHARE), ("Herons", SUBSCRIBE))
    assert found([page], row_of("a", 1, "Herons")) == ["related"]


@given(st.lists(st.sampled_from("abc"), max_size=12), st.sampled_from("abc"), st.integers(0, 20))
def test_no_equal_text_is_nearer_than_the_one_that_is_found(texts: list[str], text: str, place: int):
    blocks = [Block(told, "p", line) for line, told in enumerate(texts, 1)]
    distances = [abs(block.line - 1 - place) for block in blocks if block.text == text]
    picked = _block(blocks, row_of("a", place, text))
    assert (picked is None) == (not distances)
    assert picked is None or (picked.text == text and abs(picked.line - 1 - place) == min(distances))


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row_of("a", 0, "Tide"), id="cut otherwise since then"),
        pytest.param(row_of("b", 0, "Tides"), id="of a page that is not held out"),
    ],
)
def test_block_that_is_not_there_is_passed_over(row: KindRow):
    page = page_of("a", ("Tides", RELATED))
    assert found([page], row, row_of("a", 0, "Tides")) == ["related"]


def test_equal_texts_of_two_pages_are_told_apart():
    pages = [page_of("a", ("Herons", RELATED)), page_of("b", ("Herons", SUBSCRIBE))]
    assert found(pages, row_of("b", 0, "Herons"), row_of("a", 0, "Herons")) == ["subscribe", "related"]


def named(*pairs: str) -> list[tuple[ChromeKind, ChromeKind]]:
    """Pairs of (told, found) out of words such as `share:tags`."""
    split = (pair.split(":") for pair in pairs)
    return [(ChromeKind(told), ChromeKind(got)) for told, got in split]


def test_figures_by_hand():
    figures = kind_figures(named("share:share", "share:share", "share:tags", "bio:bio", "bio:share", "tags:other"))
    assert figures["blocks"] == 6
    assert figures["accuracy"] == 0.5
    assert figures["kinds"] == {
        "bio": {"blocks": 2, "precision": 1.0, "recall": 0.5},
        "share": {"blocks": 3, "precision": 0.6667, "recall": 0.6667},
        "tags": {"blocks": 1, "precision": 0.0, "recall": 0.0},
    }
    # of the kinds that were told: bio 2/3, share 2/3, tags 0; `other` was found only
    assert figures["macro_f1"] == pytest.approx(4 / 9, abs=1e-4)


def test_kind_that_is_never_found_has_a_precision_all_the_same():
    assert kind_figures(named("bio:other"))["kinds"] == {"bio": {"blocks": 1, "precision": 0.0, "recall": 0.0}}


def test_perfect_names_are_one():
    figures = kind_figures(named("bio:bio", "share:share"))
    assert (figures["macro_f1"], figures["accuracy"]) == (1.0, 1.0)


def test_no_block_still_gives_figures_that_are_numbers():
    figures = kind_figures([])
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    assert figures == {"blocks": 0, "macro_f1": 0.0, "accuracy": 0.0, "kinds": {}}


@given(st.lists(st.tuples(st.sampled_from(ChromeKind), st.sampled_from(ChromeKind)), max_size=30))
def test_blocks_of_the_kinds_add_up_to_all(pairs: list[tuple[ChromeKind, ChromeKind]]):
    figures = kind_figures(pairs)
    assert sum(row["blocks"] for row in figures["kinds"].values()) == figures["blocks"] == len(pairs)
    assert set(figures["kinds"]) == {told.value for told, _ in pairs}
