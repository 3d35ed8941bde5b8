"""The corpora of data/corpora.csv, and which of them a training uses."""

from collections import Counter
from pathlib import Path

import pytest

from pipeline.corpora.choice import AUTHORED, OWN, check_corpora, chosen, is_chosen
from pipeline.corpora.manifests import CorpusRow, read_corpora, read_pages, read_texts
from pipeline.errors import CorpusError

from .conftest import text_row

DATA = Path(__file__).parents[2] / "data"
KNOWN = [CorpusRow("abp", "", ""), CorpusRow("basil", "", ""), CorpusRow(AUTHORED, "", ""), CorpusRow(OWN, "", "")]
ROWS = [text_row("a", corpus="abp"), text_row("b", corpus="basil"), text_row("c", corpus="abp")]


@pytest.mark.parametrize(
    ("corpora", "ids"),
    [
        pytest.param(("all",), ["a", "b", "c"], id="all"),
        pytest.param(("abp",), ["a", "c"], id="one"),
        pytest.param(("basil", "abp"), ["a", "b", "c"], id="two, in the order of the manifest"),
        pytest.param((), [], id="none"),
    ],
)
def test_rows_of_chosen_corpora_stay_in_order(corpora: tuple[str, ...], ids: list[str]):
    assert [row.id for row in chosen(ROWS, corpora)] == ids


def test_own_labels_are_always_chosen_and_authored_documents_by_name():
    assert is_chosen(OWN, ())
    assert not is_chosen(AUTHORED, ("abp",))
    assert is_chosen(AUTHORED, ("all",))


def test_unknown_name_is_refused_with_those_that_are_allowed():
    check_corpora(("all", "abp", AUTHORED), KNOWN)
    with pytest.raises(
        CorpusError, match=r"names bsil, wxcb: allowed are all and abp, basil, authored; own labels are"
    ):
        check_corpora(("wxcb", "abp", "bsil"), KNOWN)


def test_every_corpus_has_its_licence_and_stands_in_the_datasheet():
    rows = read_corpora(DATA / "corpora.csv")
    used = Counter(row.corpus for row in (*read_texts(DATA / "texts.csv"), *read_pages(DATA / "pages.csv")))
    assert {row.corpus for row in rows} == {*used, AUTHORED, OWN}
    assert all(row.licence and row.labels for row in rows)
    sheet = (DATA / "README.md").read_text(encoding="utf-8").split("## Corpora")[1].split("### Leaving one out")[0]
    for name, count in used.items():
        assert f"| {name} |" in sheet
        told = next(line for line in sheet.splitlines() if line.startswith(f"| {name} |"))
        numbers = [int(word.replace(",", "")) for word in told.split("|")[2].split() if word.replace(",", "").isdigit()]
        assert count in {numbers[0], sum(numbers[:2])}, told
