"""Scores inputs in this process, and writes nothing: what `winnow score` prints."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, islice
from pathlib import Path

from threadpoolctl import threadpool_limits

from pipeline.document import ChromeKind, Failure, Source
from pipeline.errors import UsageError
from pipeline.features import language_of
from pipeline.inputs import Reading, cut, opened
from pipeline.judging import make_scorer
from pipeline.read import STDIN, Entry, Raw, list_entries, load_stream, source_of
from pipeline.score import CHUNK, Scorer
from pipeline.write import Row, row

_ANY = "A boat came back to the quay."  # a text that is long enough to have a language


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
    scorer = _scorer(models, keep)
    if any(str(name) == STDIN for name in inputs) and sys.stdin is None:
        raise UsageError("- reads standard input, and there is none: name a file.")
    parts = [list(part) for _, part in groupby(map(str, inputs), key=lambda name: name == STDIN)]
    listed = [None if part[0] == STDIN else list_entries([Path(name) for name in part], pattern) for part in parts]
    return _scored_rows(scorer, _opened(listed, Reading(max_bytes, field)))


def _scorer(models: Path | None, keep: frozenset[ChromeKind]) -> Scorer:
    """The scorer, loaded beside the model that tells languages: it unpacks in C, and takes as long as the rest."""
    with ThreadPoolExecutor(1) as beside:
        beside.submit(language_of, _ANY)
        return make_scorer(models, keep)


def _opened(parts: Iterable[Sequence[Entry] | None], reading: Reading) -> Iterator[Source | Failure]:
    """Sources of listed files in order; None stands for standard input."""
    for entries in parts:
        if entries is None:
            yield load_stream(sys.stdin.buffer, reading.max_bytes)
        else:
            for unit in cut(entries, reading, CHUNK):
                yield from (_decoded(item) for item in opened(unit, reading))


def _decoded(item: Raw | Failure) -> Source | Failure:
    return item if isinstance(item, Failure) else source_of(item.raw, item.origin, item.suffix)


def _scored_rows(scorer: Scorer, opened: Iterator[Source | Failure]) -> Iterator[Row]:
    """Rows of sources as they come, chunk by chunk."""
    for chunk in iter(lambda: list(islice(opened, CHUNK)), []):
        with threadpool_limits(1):
            scored = iter(scorer.score_chunk([item for item in chunk if isinstance(item, Source)]))
        for item in chunk:
            yield row(item if isinstance(item, Failure) else next(scored), scorer.models.fingerprint)
