"""Labelled documents ready for training: read, freed of label leaks, checked, and assigned to splits."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import astuple, replace
from pathlib import Path

from joblib import Parallel, delayed

from pipeline.corpora.authored import AuthoredText
from pipeline.corpora.cache import NO_CACHE, Cache
from pipeline.corpora.choice import OWN
from pipeline.corpora.leaks import is_broken, strip_leaks
from pipeline.corpora.manifests import TextRow
from pipeline.corpora.own import OwnFile
from pipeline.corpora.prepared import PreparedText, Split
from pipeline.corpora.splits import fraction, publisher, split_publishers
from pipeline.corpora.texts import RawText, read_text
from pipeline.document import LABELS, Label
from pipeline.errors import CorpusError
from pipeline.settings import PrepareSettings

_CHUNK = 200  # texts a task: a second's work
_FEWEST_TEXTS, _FEWEST_SOURCES = 10, 2
"""Of each label in training. Fewer texts teach nothing; scores are calibrated on sources that a model did not see."""


def prepare_texts(
    rows: Iterable[TextRow],
    raw: Path,
    settings: PrepareSettings,
    *,
    left_out: Collection[str] = (),
    cache: Cache = NO_CACHE,
) -> Iterator[PreparedText]:
    """The usable documents of a manifest in its order: not left out by id, long enough, not garbled, each text once."""
    wanted = [row for row in rows if row.id not in left_out]
    usable = list(_distinct(_usable(wanted, raw, settings.min_words, cache)))
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
        held_out = text.is_held_out or fraction(text.triplet, settings.seed) < settings.triplet_test_share
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


def prepare_own(
    files: Sequence[OwnFile],
    settings: PrepareSettings,
    others: Iterable[PreparedText],
    read_page: Callable[[str], str],
) -> list[PreparedText]:
    """A user's own documents; a source of the other corpora keeps its split, some of the rest are held out.

    Raises:
        CorpusError: a document has too few words.
    """
    known = {text.group: text.split for text in others}
    groups = [(publisher(file.source), file.label) for file in files]
    new = [pair for pair in groups if pair[0] not in known]
    splits = known | split_publishers(
        new, seed=settings.seed, test_share=settings.test_share, trained=settings.train_publishers
    )
    return [_own(file, splits[group], settings, read_page) for file, (group, _) in zip(files, groups, strict=True)]


def _own(file: OwnFile, split: Split, settings: PrepareSettings, read_page: Callable[[str], str]) -> PreparedText:
    content = read_page(file.content) if file.is_page else file.content
    lines = (" ".join(line.split()) for line in content.splitlines())
    text = strip_leaks("\n".join(line for line in lines if line), file.source)
    if len(text.split()) < settings.min_words:
        raise CorpusError(
            f"{file.id} has {len(text.split())} words of prose, documents need {settings.min_words}: "
            "put more of its text there or remove it."
        )
    return PreparedText(
        id=file.id,
        corpus=OWN,
        label=file.label,
        basis=OWN,
        origin=OWN,
        source=file.source,
        group=publisher(file.source),
        split=split,
        title="",
        text=text,
    )


def held_out_texts(texts: Iterable[PreparedText]) -> Iterator[tuple[str, str]]:
    """Names and texts of what the document model is measured on."""
    return ((text.id, text.text) for text in texts if text.split is Split.TEST)


def check_labels(texts: Iterable[PreparedText]) -> None:
    """Refuse a training set in which a label has too few documents or sources to learn and calibrate it.

    Raises:
        CorpusError: names the label and what it has.
    """
    pairs = [(text.label, text.group) for text in texts if text.split is Split.TRAIN]
    counts = Counter(label for label, _ in pairs)
    sources = Counter(label for label, _ in set(pairs))
    for label in LABELS:
        if counts[label] < _FEWEST_TEXTS or sources[label] < _FEWEST_SOURCES:
            raise CorpusError(
                f"{Label(label)} has {counts[label]} documents of {sources[label]} sources to train on, every label "
                f"needs {_FEWEST_TEXTS} of {_FEWEST_SOURCES}: add documents to data/labelled/{label} or corpora to "
                "fetch.corpora in params.yaml."
            )


def _usable(rows: Sequence[TextRow], raw: Path, min_words: int, cache: Cache) -> Iterator[PreparedText]:
    """Documents of rows that are long enough and not garbled; the sha256 of a row stands for its file's content."""

    def compute(places: Sequence[int]) -> Iterator[bytes]:
        chunks = [[rows[at] for at in places[start : start + _CHUNK]] for start in range(0, len(places), _CHUNK)]
        work = Parallel(n_jobs=-1 if len(chunks) > 1 else 1, return_as="generator")(
            delayed(_packed)(chunk, raw, min_words) for chunk in chunks
        )
        return (text for chunk in work for text in chunk)

    values, _ = cache.values([repr(astuple(row)) for row in rows], compute)
    for row, value in zip(rows, values, strict=True):
        found = json.loads(value)
        if found is not None:
            yield _prepared(row, RawText(*found))


def _packed(rows: Sequence[TextRow], raw: Path, min_words: int) -> list[bytes]:
    return [json.dumps(_stripped(row, raw, min_words)).encode() for row in rows]


def _stripped(row: TextRow, raw: Path, min_words: int) -> tuple[str, str, str] | None:
    """Title, text without leaks, and topic of a row's document; None when it is short or garbled."""
    found = read_text(row, raw)
    text = strip_leaks(found.text, row.source)
    usable = len(text.split()) >= min_words and not is_broken(found.text)
    return (found.title, text, found.topic) if usable else None


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
