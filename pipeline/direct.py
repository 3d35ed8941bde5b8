"""Scores inputs in this process, and writes nothing: what `winnow score` prints."""

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from threadpoolctl import threadpool_limits

from pipeline.compact import Packed
from pipeline.document import ChromeKind, Failure, Source
from pipeline.inputs import Place, Reading, Sizes, container, counted, cut, list_places, opened
from pipeline.judging import make_scorer
from pipeline.read import source_of
from pipeline.score import CHUNK, Scorer
from pipeline.write import Row, row


def score_inputs(
    inputs: Sequence[str | Path],
    *,
    keep: frozenset[ChromeKind],
    models: Path | None,
    max_bytes: int,
    pattern: str,
    field: str | None = None,
) -> Iterator[Row]:
    """The row of every input, in order, without writing anything; `-` is standard input.

    Args:
        field: of records in containers, the one with the document.

    Raises:
        UsageError: an input does not exist.
        ModelError: the models cannot be used.
    """
    scorer = make_scorer(models, keep)
    places = list_places([os.fspath(name) for name in inputs], pattern, max_bytes)
    return _scored_rows(scorer, _opened(places, Reading(max_bytes, field)))


def _opened(places: Packed[Place], reading: Reading) -> Iterator[Source | Failure]:
    """Sources in order."""
    containers = [place for place in places if container(place)]
    totals = dict(zip((place.id for place in containers), counted(containers, _nothing, reading), strict=True))
    for unit in cut(places, totals, Sizes(CHUNK)):
        for item in (item for piece in unit for item in piece.items):
            found = opened(item, reading, _nothing)
            yield found if isinstance(found, Failure) else source_of(found.raw, found.origin, found.suffix)


def _nothing() -> None:
    """Nobody watches the time."""


def _scored_rows(scorer: Scorer, opened: Iterator[Source | Failure]) -> Iterator[Row]:
    """Rows of sources as they come, chunk by chunk."""
    for chunk in iter(lambda: list(islice(opened, CHUNK)), []):
        with threadpool_limits(1):
            scored = iter(scorer.score_chunk([item for item in chunk if isinstance(item, Source)]))
        for item in chunk:
            yield row(item if isinstance(item, Failure) else next(scored), scorer.models.fingerprint)
