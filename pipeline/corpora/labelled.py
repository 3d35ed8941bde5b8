"""Labelled documents ready for training: read, freed of label leaks, checked, and assigned to splits."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from pipeline.corpora.authored import AuthoredText
from pipeline.corpora.leaks import is_broken, strip_leaks
from pipeline.corpora.manifests import TextRow
from pipeline.corpora.prepared import PreparedText, Split
from pipeline.corpora.splits import fraction, publisher, split_publishers
from pipeline.corpora.texts import RawText, read_text
from pipeline.settings import PrepareSettings


def prepare_texts(
    rows: Iterable[TextRow], raw: Path, settings: PrepareSettings, *, left_out: Collection[str] = ()
) -> Iterator[PreparedText]:
    """The usable documents of a manifest in its order: not left out by id, long enough, not garbled, each text once."""
    wanted = (row for row in rows if row.id not in left_out)
    usable = list(_distinct(_usable(wanted, raw, settings.min_words)))
    splits = split_publishers(
        [(text.group, text.label) for text in usable],
        seed=settings.seed,
        test_share=settings.test_share,
        trained=settings.train_publishers,
    )
    return (replace(text, split=splits[text.group]) for text in usable)


def prepare_triplets(texts: Iterable[AuthoredText], settings: PrepareSettings) -> Iterator[PreparedText]:
    """Authored texts, whole triplets to one split; a triplet is its own source."""
    for text in texts:
        held_out = fraction(text.triplet, settings.seed) < settings.triplet_test_share
        yield PreparedText(
            id=text.id,
            corpus="authored",
            label=text.label,
            basis="authored",
            origin="authored",
            source=f"authored/{text.triplet}",
            group=f"authored/{text.triplet}",
            split=Split.TEST if held_out else Split.TRAIN,
            title=text.title,
            text=text.text,
            topic=text.topic,
        )


def _usable(rows: Iterable[TextRow], raw: Path, min_words: int) -> Iterator[PreparedText]:
    for row in rows:
        found = read_text(row, raw)
        text = strip_leaks(found.text, row.source)
        if len(text.split()) >= min_words and not is_broken(found.text):
            yield _prepared(row, replace(found, text=text))


def _prepared(row: TextRow, found: RawText) -> PreparedText:
    return PreparedText(
        id=row.id,
        corpus=row.corpus,
        label=row.label,
        basis=row.basis,
        origin=row.origin,
        source=row.source,
        group=publisher(row.source),
        split=Split.TRAIN,
        title=found.title,
        text=found.text,
        topic=found.topic,
    )


def _distinct(texts: Iterable[PreparedText]) -> Iterator[PreparedText]:
    """Drop later copies of a text: the same article in two corpora would sit on both sides of a split."""
    seen: set[str] = set()
    for text in texts:
        key = "".join(filter(str.isalnum, text.text)).casefold()
        if key not in seen:
            seen.add(key)
            yield text
