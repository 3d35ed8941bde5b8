"""What models were trained and measured on, for their cards: counts by corpus, label and origin, with licences."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.corpora.manifests import CorpusRow
from pipeline.corpora.prepared import PreparedText, Split

_UNKNOWN = CorpusRow("", "not told in data/corpora.csv", "not told")


@dataclass(frozen=True, slots=True)
class PagePlace:
    """Where a page belongs."""

    corpus: str
    site: str
    split: Split


@dataclass(frozen=True, slots=True)
class Share:
    """Documents of one kind and of one split, and the sources that they are of."""

    documents: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Counts, as a table shows them."""
        return f"{len(self.documents)} ({len(set(self.documents))})" if self.documents else "0"


@dataclass(frozen=True, slots=True)
class Material:
    """One row of a card's table; shares by split."""

    corpus: CorpusRow
    kind: tuple[str, ...]
    shares: dict[Split, Share]


def text_material(texts: Iterable[PreparedText], corpora: Sequence[CorpusRow]) -> list[Material]:
    """A row for each corpus, label and origin (the names of generators left out)."""
    told = ((text.corpus, (text.label.value, text.origin.partition(":")[0]), text.split, text.source) for text in texts)
    return _material(told, corpora)


def page_material(pages: Iterable[PagePlace], corpora: Sequence[CorpusRow]) -> list[Material]:
    """A row for each corpus of pages."""
    return _material(((page.corpus, (), page.split, page.site) for page in pages), corpora)


def _material(told: Iterable[tuple[str, tuple[str, ...], Split, str]], corpora: Sequence[CorpusRow]) -> list[Material]:
    rows: dict[tuple[str, tuple[str, ...]], dict[Split, Share]] = defaultdict(
        lambda: {split: Share() for split in Split}
    )
    for corpus, kind, split, source in told:
        rows[corpus, kind][split].documents.append(source)
    known = {row.corpus: row for row in corpora}
    return [
        Material(known.get(corpus, CorpusRow(corpus, _UNKNOWN.licence, _UNKNOWN.labels)), kind, shares)
        for (corpus, kind), shares in sorted(rows.items())
    ]
