"""What a worker process does with documents: decode them, score them, and tell a row, a text and a digest of each.

Loads models, once a process. Reads and writes no document's file.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from threadpoolctl import threadpool_limits

from pipeline.document import ChromeKind, Failure, Origin, Outcome, Scored, Source
from pipeline.duplicates import sketch
from pipeline.read import Raw, source_of
from pipeline.score import Scorer, load_models
from pipeline.told import Told
from pipeline.write import row

MakeScorer = Callable[[Path | None, frozenset[ChromeKind]], Scorer]


@cache
def make_scorer(models: Path | None, keep: frozenset[ChromeKind]) -> Scorer:
    """The scorer of this process: models are loaded once."""
    return Scorer(load_models(models), keep=keep)


@cache
def _warmed(scorer: Scorer) -> Scorer:
    """A scorer that has loaded what it loads when it meets a document, which must not cost the first one its time."""
    words = "<p>The boat left the quay at noon on Monday and came back at one, the harbour master said.</p>" * 4
    page = source_of(f"<html><body>{words}</body></html>".encode(), Origin("warm", ""), ".html")
    text = source_of(words.replace("<p>", "").replace("</p>", "\n").encode(), Origin("warm", ""), ".txt")
    scorer.score_chunk([item for item in (page, text) if isinstance(item, Source)])
    return scorer


def fingerprint(make: MakeScorer, models: Path | None, keep: frozenset[ChromeKind]) -> str:
    """The fingerprint of the models, which are loaded and thereby verified."""
    return make(models, keep).models.fingerprint


def judge(
    documents: Sequence[Raw], begin: Callable[[], None], scorer: Callable[[], Scorer], *, near: bool = False
) -> list[Told]:
    """What is to be told of each document, in order.

    Args:
        begin: called whenever the time of a document begins, and when what they share does.
        scorer: makes the scorer, before any time runs.
        near: whether to tell what near copies are found by.
    """
    ready = _warmed(scorer())
    opened = [_decoded(document, begin) for document in documents]
    with threadpool_limits(1):
        scored = iter(ready.score_chunk(_announced(opened, begin)))
    begin()
    outcomes = [item if isinstance(item, Failure) else next(scored) for item in opened]
    return [
        told(_named(outcome, document), ready.models.fingerprint, near=near)
        for outcome, document in zip(outcomes, documents, strict=True)
    ]


def _decoded(document: Raw, begin: Callable[[], None]) -> Source | Failure:
    begin()
    return source_of(document.raw, document.origin, document.suffix)


def _announced(opened: Sequence[Source | Failure], begin: Callable[[], None]) -> Iterator[Source]:
    """The sources as they are taken; the end begins what they share."""
    for item in opened:
        begin()
        if isinstance(item, Source):
            yield item
    begin()


def _named(outcome: Outcome, document: Raw) -> Outcome:
    """The address is the one that a record was fetched from; its day stands in where the page names none."""
    if isinstance(outcome, Failure) or not (document.url or document.date):
        return outcome
    metadata = outcome.document.metadata
    known = replace(metadata, url=document.url or metadata.url, date=metadata.date or document.date)
    return replace(outcome, document=replace(outcome.document, metadata=known))


def told(outcome: Outcome, models: str, *, near: bool = False) -> Told:
    """What a part holds of an outcome."""
    if isinstance(outcome, Scored):
        body = outcome.document.body
        return Told(row(outcome, models), outcome.document.text, _letters(body), sketch(body) if near else None)
    return Told(row(outcome, models))


def _letters(body: str) -> str:
    key = "".join(filter(str.isalnum, body)).casefold().encode()
    return hashlib.blake2b(key, digest_size=16).hexdigest()
