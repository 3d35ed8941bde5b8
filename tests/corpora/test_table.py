"""The feature table survives the trip through its file, every column of it."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from pipeline.corpora.prepared import PreparedText, Split
from pipeline.corpora.table import FeatureTable, feature_table, read_table, write_table
from pipeline.document import Label
from pipeline.errors import CorpusError

BASES = ("publisher", "", "news-analysis (url/title/author)")


def text(number: int, split: Split, basis: str) -> PreparedText:
    return PreparedText(
        id=f"heron{number}", corpus="bbc2004", label=Label.ANALYSIS, basis=basis, origin="human",
        source="reed.example/blog", group="reed.example", split=split, title="", text="It stood. " * (number + 1),
    )  # fmt: skip


@pytest.fixture
def table() -> FeatureTable:
    """Three texts, one of them in each split."""
    texts = [text(number, split, basis) for number, (split, basis) in enumerate(zip(Split, BASES, strict=True))]
    return feature_table(texts, ["it NE", "", "it stood \u201cQUO\u201d"], [np.array([n, 0.5]) for n in range(3)])


def columns(table: FeatureTable) -> dict[str, Sequence[object]]:
    return {item.name: getattr(table, item.name).tolist() for item in fields(table)}


def test_table_survives_the_trip(table: FeatureTable, tmp_path: Path):
    path = tmp_path / "features" / "texts.npz"
    write_table(path, table)
    assert columns(read_table(path)) == columns(table)


def test_table_tells_what_its_texts_tell(table: FeatureTable):
    assert table.basis.tolist() == list(BASES)
    assert table.label.tolist() == ["analysis"] * 3
    assert table.source.tolist() == ["reed.example/blog"] * 3
    assert table.group.tolist() == ["reed.example"] * 3
    assert table.words.tolist() == [2, 4, 6]


@pytest.mark.parametrize("split", Split)
def test_part_is_the_rows_of_a_split_in_every_column(table: FeatureTable, split: Split):
    place = list(Split).index(split)
    assert columns(table.part(split)) == {name: [values[place]] for name, values in columns(table).items()}


@pytest.mark.parametrize("content", [pytest.param(None, id="missing"), pytest.param(b"PK damaged", id="damaged")])
def test_unreadable_table_is_one_sentence(tmp_path: Path, content: bytes | None):
    path = tmp_path / "texts.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CorpusError, match=r"texts\.npz cannot be read .* dvc repro"):
        read_table(path)
