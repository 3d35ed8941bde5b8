"""A folder in, a folder out: chunks, interruptions, and the accounting that loses nothing.

Chunks come back in input order, so that rows do too. Which process works on them is the business of `pool`.
"""

import hashlib
import json
import os
import signal
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby, islice
from pathlib import Path
from time import perf_counter
from typing import Any, Self

from threadpoolctl import threadpool_limits

from pipeline.document import (
    UNSURE,
    ChromeKind,
    Failure,
    Label,
    Origin,
    Outcome,
    Reason,
    Scored,
    Source,
    Status,
)
from pipeline.errors import UsageError
from pipeline.output import RUN, prepare_output, sweep
from pipeline.pool import in_order
from pipeline.read import MAX_BYTES, STDIN, Entry, list_entries, load, load_stream
from pipeline.score import CHUNK, Models, Scorer, load_models
from pipeline.write import (
    Format,
    Row,
    TextOutput,
    TextWriter,
    printable,
    results_writer,
    row,
    text_writer,
    write_file,
)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class CleanSettings:
    """How a folder is cleaned.

    Attributes:
        jobs: worker processes; 0 means one for each core.
        keep: chrome kinds that stay in the text.
        drop: verdicts whose texts are not written; their rows are.
        models: folder with chrome/ and quality/; None for the ones that come with the package.
        max_bytes: larger documents, also once unpacked, are rejected.
        pattern: shell pattern of file names that are taken from folders.
        chunk: documents that share a predict.
    """

    jobs: int = 0
    keep: frozenset[ChromeKind] = frozenset()
    drop: frozenset[str] = frozenset()
    models: Path | None = None
    text: TextOutput = TextOutput.FILES
    form: Format = Format.JSONL
    max_bytes: int = MAX_BYTES
    pattern: str = "*"
    chunk: int = CHUNK


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did; counts add up: inputs = ok + rejected + failed."""

    inputs: int
    statuses: Mapping[str, int]
    reasons: Mapping[str, int]
    verdicts: Mapping[str, int]
    seconds: float
    interrupted: bool = False

    @property
    def failed(self) -> int:
        """Inputs on which the work broke off."""
        return self.statuses.get(Status.FAILED, 0)


@dataclass(slots=True)
class _Tally:
    """Counts of a run under way."""

    statuses: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    texts: dict[bytes, str] = field(default_factory=dict)
    places: set[str] = field(default_factory=set)

    def add(self, told: Row) -> None:
        """Count one row."""
        self.statuses[told["status"]] += 1
        if told["text_file"]:
            self.places.add(told["text_file"])
        if told["reason"]:
            self.reasons[told["reason"]] += 1
        if told["status"] == Status.OK:
            self.verdicts[told["verdict"] or "unscored"] += 1

    def duplicate_of(self, outcome: Outcome) -> str | None:
        """The id of the first document of this run with the same letters and digits."""
        if isinstance(outcome, Failure):
            return None
        key = "".join(filter(str.isalnum, outcome.document.body)).casefold().encode()
        first = self.texts.setdefault(hashlib.blake2b(key, digest_size=16).digest(), outcome.source.origin.id)
        return None if first == outcome.source.origin.id else first


def clean_folder(
    inputs: Sequence[str | Path] | str | Path,
    output: str | Path,
    settings: CleanSettings | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Clean and score every file of the inputs into `output`: text/, results and run.json.

    Args:
        inputs: files and folders.
        output: made when missing; an earlier run's results in it are replaced, other folders are refused.
        settings: defaults are those of `winnow clean`.
        progress: called with documents done and documents in all.

    Raises:
        UsageError: an input does not exist, or the output cannot or must not be written.
        ModelError: the models cannot be used.
        KeyboardInterrupt: after what was done has been written.
    """
    chosen = settings or CleanSettings()
    paths = [Path(inputs)] if isinstance(inputs, str | Path) else [Path(path) for path in inputs]
    folder = Path(output)
    entries = list_entries(paths, chosen.pattern)
    fingerprint = _models(chosen.models).fingerprint
    prepare_output(folder, paths)
    started = perf_counter()
    tally = _Tally()
    with _Interrupt(breaks_waiting=_jobs(entries, chosen) > 1) as interrupt:
        _write_record(folder, _summary(tally, 0.0, interrupted=True), chosen, paths, fingerprint)  # ours from now on
        with text_writer(folder, chosen.text) as put, results_writer(folder, chosen.form) as write:
            for done, outcome in enumerate(interrupt.until(outcomes(entries, chosen)), 1):
                told = _told(outcome, fingerprint, chosen, tally, put)
                write(told)
                tally.add(told)
                if progress:
                    progress(done, len(entries))
        summary = _summary(tally, perf_counter() - started, interrupted=interrupt.asked)
        sweep(folder, chosen.form, tally.places)
        _write_record(folder, summary, chosen, paths, fingerprint)
    if interrupt.asked:
        raise KeyboardInterrupt
    return summary


class _Interrupt:
    """Lets Ctrl-C break off the waiting for outcomes, and never the accounting of one.

    Outside the main thread signals are somebody else's.

    Args:
        breaks_waiting: whether the work is done by other processes. Work in this one is let finish its chunk, since
            breaking into it anywhere would leave files open.
    """

    def __init__(self, *, breaks_waiting: bool) -> None:
        self.breaks_waiting = breaks_waiting
        self.asked = False
        self._waiting = False
        self._before: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._before)

    def _take(self, _signal: int, _frame: object) -> None:
        self.asked = True
        if self._waiting and self.breaks_waiting:
            self._waiting = False
            raise KeyboardInterrupt

    def until(self, items: Generator[Outcome, None, None]) -> Iterator[Outcome]:
        """The items until somebody interrupts."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module="joblib")  # it regrets unused work
            while not self.asked:
                try:
                    self._waiting = True
                    item = next(items, None)
                    self._waiting = False
                except KeyboardInterrupt:
                    break
                if item is None:
                    break
                yield item
            items.close()


def outcomes(entries: Sequence[Entry], settings: CleanSettings) -> Generator[Outcome, None, None]:
    """One outcome an entry, in order, from as many processes as the settings say.

    An entry that kills its process, also when it is tried again alone, ends as `worker-lost`.
    """
    chunks = [entries[start : start + settings.chunk] for start in range(0, len(entries), settings.chunk)]
    work = partial(work_chunk, settings=settings, parent=os.getpid())
    return in_order(work, chunks, jobs=_jobs(entries, settings), lost=_lost)


def _lost(entry: Entry) -> Failure:
    """What becomes of an entry whose process died with it."""
    detail = "The worker process ended abruptly while it was on this document alone."
    return Failure(Origin(entry.id, os.fsdecode(entry.path)), "run", Reason.WORKER_LOST, detail)


def _jobs(entries: Sequence[Entry], settings: CleanSettings) -> int:
    """Worker processes: as asked, or one a core, but no more than there are chunks; 1 works in this process."""
    chunks = -(-len(entries) // settings.chunk)
    return min(settings.jobs or os.cpu_count() or 1, max(chunks, 1))


def score_inputs(
    inputs: Sequence[str | Path],
    *,
    keep: frozenset[ChromeKind],
    models: Path | None,
    max_bytes: int,
    pattern: str,
) -> Iterator[Row]:
    """The row of every input, in order, without writing anything; `-` is standard input.

    Raises:
        UsageError: an input does not exist.
        ModelError: the models cannot be used.
    """
    scorer = _scorer(models, keep)
    if any(str(name) == STDIN for name in inputs) and sys.stdin is None:
        raise UsageError("- reads standard input, and there is none: name a file.")
    parts = [list(part) for _, part in groupby(map(str, inputs), key=lambda name: name == STDIN)]
    listed = [None if part[0] == STDIN else list_entries([Path(name) for name in part], pattern) for part in parts]
    return _scored_rows(scorer, _opened(listed, max_bytes))


def _opened(parts: Iterable[Sequence[Entry] | None], max_bytes: int) -> Iterator[Source | Failure]:
    """Sources of listed files in order; None stands for standard input."""
    for entries in parts:
        if entries is None:
            yield load_stream(sys.stdin.buffer, max_bytes)
        else:
            yield from (load(entry, max_bytes) for entry in entries)


def _scored_rows(scorer: Scorer, opened: Iterator[Source | Failure]) -> Iterator[Row]:
    """Rows of sources as they come, chunk by chunk."""
    for chunk in iter(lambda: list(islice(opened, CHUNK)), []):
        with threadpool_limits(1):
            scored = iter(scorer.score_chunk([item for item in chunk if isinstance(item, Source)]))
        for item in chunk:
            yield row(item if isinstance(item, Failure) else next(scored), scorer.models.fingerprint)


def work_chunk(entries: Sequence[Entry], settings: CleanSettings, parent: int) -> list[Outcome]:
    """What a worker does: read, score, and give each entry its outcome, in order.

    Args:
        parent: process that handles Ctrl-C; the others leave it to that one.
    """
    if os.getpid() != parent:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    opened = [load(entry, settings.max_bytes) for entry in entries]
    scorer = _scorer(settings.models, settings.keep)
    with threadpool_limits(1):
        scored = iter(scorer.score_chunk([item for item in opened if isinstance(item, Source)]))
    return [item if isinstance(item, Failure) else next(scored) for item in opened]


@cache
def _scorer(models: Path | None, keep: frozenset[ChromeKind]) -> Scorer:
    """The scorer of this process: models are loaded once."""
    return Scorer(_models(models), keep=keep)


@cache
def _models(folder: Path | None) -> Models:
    """The models of this process."""
    return load_models(folder)


def _told(outcome: Outcome, fingerprint: str, settings: CleanSettings, tally: _Tally, put: TextWriter) -> Row:
    """The row of an outcome whose text has been stored, unless its verdict is dropped."""
    wanted = isinstance(outcome, Scored) and (outcome.verdict.label or "unscored") not in settings.drop
    place = put(outcome) if isinstance(outcome, Scored) and wanted else None
    return row(outcome, fingerprint, text_file=place, duplicate_of=tally.duplicate_of(outcome))


def _version() -> str:
    try:
        return version("prosewinnow")
    except PackageNotFoundError:
        return "checkout"


def _write_record(
    folder: Path, summary: Summary, settings: CleanSettings, inputs: Sequence[Path], fingerprint: str
) -> None:
    write_file(folder / RUN, json.dumps(_record(summary, settings, inputs, fingerprint), indent=1) + "\n")


def _summary(tally: _Tally, seconds: float, *, interrupted: bool) -> Summary:
    return Summary(
        inputs=tally.statuses.total(),
        statuses={status.value: tally.statuses[status] for status in Status},
        reasons=dict(sorted(tally.reasons.items())),
        verdicts={name: tally.verdicts[name] for name in (*Label, UNSURE, "unscored")},
        seconds=round(seconds, 3),
        interrupted=interrupted,
    )


def _record(summary: Summary, settings: CleanSettings, inputs: Sequence[Path], fingerprint: str) -> dict[str, Any]:
    """run.json: what was asked, with what, and what came of it."""
    return {
        "winnow": _version(),
        "models": fingerprint,
        "inputs": [printable(os.fspath(path)) for path in inputs],
        "settings": {
            "jobs": settings.jobs,
            "keep": sorted(settings.keep),
            "drop": sorted(settings.drop),
            "models": os.fspath(settings.models) if settings.models else None,
            "text": settings.text.value,
            "format": settings.form.value,
            "max_bytes": settings.max_bytes,
            "glob": settings.pattern,
        },
        "counts": {"inputs": summary.inputs, **summary.statuses},
        "reasons": summary.reasons,
        "verdicts": summary.verdicts,
        "seconds": summary.seconds,
        "interrupted": summary.interrupted,
    }
