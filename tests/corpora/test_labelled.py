"""Manifest rows become documents ready for training: the unusable and the doubtful are passed over."""

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.corpora.authored import read_triplets
from pipeline.corpora.labelled import prepare_texts, prepare_triplets
from pipeline.corpora.prepared import PreparedText, Split
from pipeline.errors import CorpusError
from pipeline.settings import PrepareSettings

from .conftest import text_row

SETTINGS = PrepareSettings(
    seed=1, valid_share=0.2, test_share=0.5, triplet_test_share=0.3, train_publishers=(), min_words=6
)
Prepare = Callable[..., list[PreparedText]]


@pytest.fixture
def prepare(put: Callable[[str, bytes], None], raw: Path) -> Prepare:
    """Prepare one text for each name and sentence, each of a publisher of its own."""

    def prepared(
        told: dict[str, str], left_out: Collection[str] = (), settings: PrepareSettings = SETTINGS
    ) -> list[PreparedText]:
        for name, sentence in told.items():
            put(f"{name}.txt", f"A title\n\n{sentence}\n".encode())
        rows = [text_row(f"{name}.txt", id=name, source=f"{name}.example") for name in told]
        return list(prepare_texts(rows, raw, settings, left_out=left_out))

    return prepared


def nests(count: int) -> dict[str, str]:
    """Names and sentences of texts that differ."""
    return {f"nest{number}": f"The keeper counted {number} nests in the reeds." for number in range(count)}


def ids(texts: list[PreparedText]) -> list[str]:
    return [text.id for text in texts]


def test_documents_come_in_the_order_of_the_manifest(prepare: Prepare):
    assert ids(prepare(nests(5))) == [f"nest{number}" for number in range(5)]


@pytest.mark.parametrize(
    ("left_out", "kept"),
    [
        pytest.param({"nest1"}, ["nest0", "nest2"], id="one"),
        pytest.param({"nest2", "nest0"}, ["nest1"], id="two"),
        pytest.param({"heron"}, ["nest0", "nest1", "nest2"], id="unknown"),
        pytest.param({"nest"}, ["nest0", "nest1", "nest2"], id="part of an id"),
    ],
)
def test_documents_left_out_by_id_are_passed_over(prepare: Prepare, left_out: set[str], kept: list[str]):
    assert ids(prepare(nests(3), left_out)) == kept


def test_file_of_a_row_that_is_left_out_is_not_opened(raw: Path):
    gone = text_row("gone.txt", id="gone")
    assert list(prepare_texts([gone], raw, SETTINGS, left_out={"gone"})) == []
    with pytest.raises(CorpusError, match=r"gone\.txt of row gone is missing"):
        prepare_texts([gone], raw, SETTINGS)


def test_what_is_left_out_takes_no_part_in_the_splits(prepare: Prepare):
    others = nests(9)
    del others["nest0"]
    assert prepare(nests(9), {"nest0"}) == prepare(others)


def test_short_text_is_passed_over(prepare: Prepare):
    assert ids(prepare(nests(2) | {"short": "It left."})) == ["nest0", "nest1"]


def test_later_copy_of_a_text_is_passed_over(prepare: Prepare):
    told = nests(2)
    assert ids(prepare(told | {"copy": told["nest0"].upper()})) == ["nest0", "nest1"]


def test_share_of_the_publishers_is_held_out(prepare: Prepare):
    assert [text.split for text in prepare(nests(10))].count(Split.TEST) == 5


def test_publisher_of_the_settings_stays_in_training(prepare: Prepare):
    first = next(text for text in prepare(nests(10)) if text.split is Split.TEST)
    settings = replace(SETTINGS, train_publishers=(first.group,))
    again = {text.id: text.split for text in prepare(nests(10), settings=settings)}
    assert again[first.id] is Split.TRAIN
    assert list(again.values()).count(Split.TEST) == 5


def test_one_newsroom_is_told_by_the_name_of_its_group(put: Callable[[str, bytes], None], raw: Path):
    for name, sentence in nests(2).items():
        put(f"{name}.txt", f"A title\n\n{sentence}\n".encode())
    rows = [text_row("nest0.txt", source="NYT"), text_row("nest1.txt", source="nytimes.com")]
    settings = replace(SETTINGS, test_share=1.0, train_publishers=("nytimes.com",))
    assert [text.split for text in prepare_texts(rows, raw, settings)] == [Split.TRAIN, Split.TRAIN]
    assert [text.split for text in prepare_texts(rows, raw, replace(settings, train_publishers=()))] == [
        Split.TEST,
        Split.TEST,
    ]


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_triplet_that_is_held_out_by_hand_is_never_trained_on(tmp_path: Path, share: float):
    for name, told in (("heron", "hard: no"), ("egret", "hard: no\nheld_out: yes")):
        front = f"id: {name}-filler\ntriplet: {name}\nclass: filler\ntopic: science\n{told}\ntitle: Nests"
        (tmp_path / f"{name}.md").write_text(f"---\n{front}\n---\nThe keeper counted nests.\n", encoding="utf-8")
    texts = prepare_triplets(read_triplets(tmp_path), replace(SETTINGS, triplet_test_share=share))
    left = Split.TEST if share else Split.TRAIN
    assert {text.source: text.split for text in texts} == {"authored/egret": Split.TEST, "authored/heron": left}
