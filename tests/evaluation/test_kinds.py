"""Names that the models give are counted by hand beside those that were told."""

import hashlib
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.chrome.model import ChromeModel
from pipeline.corpora.manifests import KindRow
from pipeline.document import ChromeKind
from pipeline.evaluation.kinds import Named, confusion, kind_figures, kinds_page, named_blocks, naming_figures
from pipeline.score import Models

from .conftest import prepared_page


@pytest.fixture(scope="module")
def chrome(models: Models) -> ChromeModel:
    return models.chrome


def row_of(page: str, block: int, text: str, kind: ChromeKind) -> KindRow:
    return KindRow(page, block, hashlib.sha256(text.encode()).hexdigest()[:16], kind)


FOLLOW, NOTICE = "Follow us on all channels", "© The Tarn Post"


def test_what_was_told_stands_beside_the_names_that_are_given(chrome: ChromeModel):
    page = prepared_page("a")
    rows = [row_of("a", 0, NOTICE, ChromeKind.BIO), row_of("a", 0, FOLLOW, ChromeKind.FOLLOW)]
    follow, notice = ChromeKind.FOLLOW, ChromeKind.NOTICE
    assert named_blocks(chrome, [page], rows) == [
        Named(follow, follow, follow, follow),
        Named(ChromeKind.BIO, notice, notice, notice),
    ]


def test_blocks_of_pages_that_are_not_there_or_are_gone_are_passed_over(chrome: ChromeModel):
    rows = [row_of("b", 0, NOTICE, ChromeKind.BIO), row_of("a", 0, "Gone", ChromeKind.BIO)]
    assert named_blocks(chrome, [prepared_page("a")], rows) == []


def test_names_do_not_depend_on_the_pages_beside(chrome: ChromeModel):
    pages = [prepared_page("a"), replace(prepared_page("b"), blocks=prepared_page("b").blocks[2:])]
    rows = [row_of(page.id, 0, text, ChromeKind.OTHER) for page in pages for text in (NOTICE, FOLLOW)]
    alone = [named for page in pages for named in named_blocks(chrome, [page], rows)]
    assert named_blocks(chrome, pages, rows) == alone


def test_bare_lines_and_the_table_of_cues_have_figures_of_their_own():
    bio, tags = ChromeKind.BIO, ChromeKind.TAGS
    figures = naming_figures([Named(bio, bio, tags, tags), Named(tags, tags, tags, bio)])
    assert (figures["macro_f1"], figures["accuracy"]) == (1.0, 1.0)
    assert figures["as lines"] == {"blocks": 2, "macro_f1": 0.3333, "accuracy": 0.5}
    assert figures["table of cues"] == {"blocks": 2, "macro_f1": 0.0, "accuracy": 0.0}


def test_confusion_has_a_row_for_what_was_told_and_a_column_for_what_was_found():
    pairs = named("share:share", "share:tags", "share:tags", "tags:tags")
    assert confusion(pairs) == [["share", "1", "2"], ["tags", "", "1"]]


@given(st.lists(st.tuples(st.sampled_from(ChromeKind), st.sampled_from(ChromeKind)), max_size=30))
def test_confusion_counts_every_block_once(pairs: list[tuple[ChromeKind, ChromeKind]]):
    rows = confusion(pairs)
    assert {len(row) for row in rows} <= {len(rows) + 1}
    assert sum(int(count or 0) for row in rows for count in row[1:]) == len(pairs)


def test_page_of_kinds_has_whole_tables_and_every_figure():
    bio, tags = ChromeKind.BIO, ChromeKind.TAGS
    told = [Named(bio, bio, tags, tags), Named(tags, tags, tags, bio)]
    page = kinds_page(told, naming_figures(told))
    tables = re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE)
    assert [len(table.splitlines()) for table in tables] == [5, 4, 4]
    assert {len({line.count("|") for line in table.splitlines()}) for table in tables} == {1}
    assert "| on their pages | 1.000 | 100.0 % |" in page
    assert "| as lines of the bare text | 0.333 | 50.0 % |" in page


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
