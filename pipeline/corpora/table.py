"""The feature table on disk, between the stages: one row a text, as arrays in one compressed file."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.corpora.prepared import PreparedText, Split
from pipeline.errors import CorpusError

_NEWS_ANALYSIS = "news-analysis (url/title/author)"
_BETWEEN = "\0"  # masked texts on disk: no mask holds it


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """n texts as the document model sees them.

    Attributes:
        words: (n,) length of the cleaned text.
        masks: (n,) masked texts.
        styles: (n, measures) style measures.
    """

    id: NDArray[np.str_]
    corpus: NDArray[np.str_]
    label: NDArray[np.str_]
    basis: NDArray[np.str_]
    origin: NDArray[np.str_]
    source: NDArray[np.str_]
    group: NDArray[np.str_]
    split: NDArray[np.str_]
    topic: NDArray[np.str_]
    words: NDArray[np.int64]
    masks: NDArray[np.str_]
    styles: NDArray[np.float64]

    @property
    def is_news_analysis(self) -> NDArray[np.bool_]:
        """(n,) which texts were labelled as news analysis: the analysis that is hardest to tell from a report."""
        return np.asarray(self.basis == _NEWS_ANALYSIS)

    def part(self, *splits: Split) -> "FeatureTable":
        """The rows of some splits."""
        return self.where(np.isin(self.split, [split.value for split in splits]))

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> "FeatureTable":
        """The rows that a mask or their places choose."""
        return FeatureTable(**{item.name: getattr(self, item.name)[chosen] for item in fields(self)})

    def __len__(self) -> int:
        """Number of texts."""
        return len(self.id)


_TOLD = ("id", "corpus", "label", "basis", "origin", "source", "group", "split", "topic")


def feature_table(
    texts: Sequence[PreparedText], masks: Sequence[str], styles: Sequence[NDArray[np.float64]]
) -> FeatureTable:
    """Put a table together from texts and their two views, in order."""
    told = {name: np.array([str(getattr(text, name)) for text in texts]) for name in _TOLD}
    words = np.array([len(text.text.split()) for text in texts])
    return FeatureTable(**told, words=words, masks=np.array(masks), styles=np.array(styles))


def write_table(path: Path, table: FeatureTable) -> None:
    """Write a table; strings as UTF-8, since NumPy's own take four bytes a character of the longest text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {item.name: getattr(table, item.name) for item in fields(table)}
    joined = np.frombuffer(_BETWEEN.join(columns.pop("masks")).encode(), dtype=np.uint8)
    with path.open("wb") as file:
        np.savez_compressed(file, masks=joined, **columns)


def read_table(path: Path) -> FeatureTable:
    """Read a table.

    Raises:
        CorpusError: the file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            columns = {name: stored[name] for name in stored.files}
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path} cannot be read ({error}): run  dvc repro  to make it again.") from error
    masks = columns.pop("masks").tobytes().decode().split(_BETWEEN)
    return FeatureTable(masks=np.array(masks, dtype=object), **columns)
