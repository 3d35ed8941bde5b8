"""What a worker process does with documents: open them, score them, and tell a row, a text and a digest of each.

Loads models, once a process. Writes nothing.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import gettempdir

import cloudpickle

from pipeline.document import ChromeKind, Failure, Origin, Outcome, Reason, Scored, Source
from pipeline.duplicates import sketch
from pipeline.errors import UsageError
from pipeline.inputs import Begin, Item, Reading, opened, state_of
from pipeline.language import language_of
from pipeline.read import Raw, source_of
from pipeline.score import Scorer, load_models
from pipeline.told import Answer, Told, told_of
from pipeline.write import row

MakeScorer = Callable[[Path | None, frozenset[ChromeKind]], Scorer]
_NO_LETTERS = re.compile(r"[\W_]+")
_ASCII_MARKS = bytes(code for code in range(128) if not chr(code).isalnum())
_NOT_ENGLISH = "Der Hafen bleibt bis Freitag geschlossen, teilte die Behörde am Abend mit."
_HELD = 32_000_000  # bytes of documents that are in hand at once, so that large ones share less


@lru_cache(1)
def make_scorer(models: Path | None, keep: frozenset[ChromeKind]) -> Scorer:
    """The scorer of this process: models are loaded once, and let go of where a later run wants others."""
    return Scorer(load_models(models), keep=keep)


def scorer_of(make: MakeScorer, models: Path | None, keep: frozenset[ChromeKind]) -> Scorer:
    """A user's scorer or ours, ready for documents, made once a process.

    A function that workers cannot import, as one of a notebook, is another object with each order. It is known again
    by what it is pickled to.

    Raises:
        UsageError: this machine cannot clean any document.
    """
    return _made(cloudpickle.dumps(make), models, keep)


@lru_cache(1)
def _made(make: bytes, models: Path | None, keep: frozenset[ChromeKind]) -> Scorer:
    return _warmed(cloudpickle.loads(make)(models, keep))


def _warmed(scorer: Scorer) -> Scorer:
    """A scorer that has loaded what it loads when it meets a document, which must not cost the first one its time.

    Raises:
        UsageError: it cannot; then the fault is this machine's and no document's.
    """
    words = "<p>The boat left the quay at noon on Monday and came back at one, the harbour master said.</p>" * 4
    page = source_of(f"<html><body>{words}</body></html>".encode(), Origin("warm", ""), ".html")
    text = source_of(words.replace("<p>", "").replace("</p>", "\n").encode(), Origin("warm", ""), ".txt")
    for outcome in scorer.score_chunk([item for item in (page, text) if isinstance(item, Source)]):
        if isinstance(outcome, Failure) and outcome.reason is Reason.EXTRACTOR_ERROR:
            raise UsageError(
                f"A worker cannot clean any document here ({outcome.detail.rstrip('.')}): "
                f"see that its temporary folder {gettempdir()} can be written and has room."
            )
    return scorer


def fingerprint(make: MakeScorer, models: Path | None, keep: frozenset[ChromeKind], *, many: bool = False) -> str:
    """The fingerprint of the models, which are loaded and thereby verified, with all else that documents need.

    Args:
        many: whether so many documents are to come that some will not be surely English; what tells other languages
            is then loaded beside the models.

    Raises:
        UsageError: this machine cannot clean any document.
    """
    with ThreadPoolExecutor(1) as beside:
        if many:
            beside.submit(language_of, _NOT_ENGLISH)
        return scorer_of(make, models, keep).models.fingerprint


@dataclass(frozen=True, slots=True)
class Judging:
    """How documents are judged.

    Attributes:
        scorer: gives the scorer, before any time runs.
        near: whether to tell what near copies are found by.
    """

    reading: Reading
    scorer: Callable[[], Scorer]
    near: bool = False


def judge(wanted: Sequence[tuple[Item, str | None]], begin: Begin, judging: Judging) -> list[Answer]:
    """What is to be told of each document, in order.

    Args:
        wanted: documents, each with what its state was when an earlier run told of it.
        begin: called whenever the time of a document begins, and when what they share does.
    """
    scorer = judging.scorer()
    answers: list[Answer] = []
    for group in _in_hand(_opened(wanted, judging.reading, begin)):
        told = iter(_told([item for item, is_known in group if not is_known], begin, scorer, judging))
        answers += [Answer(state_of(item), None if is_known else next(told)) for item, is_known in group]
    return answers


Known = tuple[Raw | Failure, bool]


def _opened(wanted: Sequence[tuple[Item, str | None]], reading: Reading, begin: Begin) -> Iterator[Known]:
    """The documents, and whether each is as it was; then its bytes are not held."""
    for item, state in wanted:
        begin()
        found = opened(item, reading, begin)
        if isinstance(found, Raw) and state_of(found) == state:
            yield replace(found, raw=b""), True
        else:
            yield found, False


def _in_hand(items: Iterable[Known]) -> Iterator[list[Known]]:
    """Documents that are in hand together."""
    held: list[Known] = []
    size = 0
    for item, is_known in items:
        held.append((item, is_known))
        size += len(item.raw) if isinstance(item, Raw) else 0
        if size > _HELD:
            yield held
            held, size = [], 0
    if held:
        yield held


def _told(items: Sequence[Raw | Failure], begin: Begin, scorer: Scorer, judging: Judging) -> list[Told]:
    """What is told of documents that are new."""
    if not items:
        return []
    sources = [item if isinstance(item, Failure) else _decoded(item, begin) for item in items]
    scored = iter(scorer.score_chunk(_announced(sources, begin)))
    begin()
    outcomes = [source if isinstance(source, Failure) else next(scored) for source in sources]
    models = scorer.models.fingerprint
    return [
        told(_named(outcome, item), models, near=judging.near) for outcome, item in zip(outcomes, items, strict=True)
    ]


def _decoded(document: Raw, begin: Begin) -> Source | Failure:
    begin()
    return source_of(document.raw, document.origin, document.suffix)


def _announced(sources: Sequence[Source | Failure], begin: Begin) -> Iterator[Source]:
    """The sources as they are taken; the end begins what they share."""
    for item in sources:
        begin()
        if isinstance(item, Source):
            yield item
    begin()


def _named(outcome: Outcome, document: Raw | Failure) -> Outcome:
    """The address is the one that a record was fetched from; its day stands in where the page names none."""
    if isinstance(outcome, Failure) or isinstance(document, Failure) or not (document.url or document.date):
        return outcome
    metadata = outcome.document.metadata
    known = replace(metadata, url=document.url or metadata.url, date=metadata.date or document.date)
    return replace(outcome, document=replace(outcome.document, metadata=known))


def told(outcome: Outcome, models: str, *, near: bool = False) -> Told:
    """What a part holds of an outcome."""
    bare = told_of(row(outcome, models))
    if isinstance(outcome, Scored):
        body = outcome.document.body
        return replace(bare, text=outcome.document.text, letters=_letters(body), sketch=sketch(body) if near else None)
    return bare


def _letters(body: str) -> str:
    told = body.encode().translate(None, _ASCII_MARKS).decode()  # most of what goes, in a tenth of the time
    key = _NO_LETTERS.sub("", told).casefold().encode()
    return hashlib.blake2b(key, digest_size=16).hexdigest()
