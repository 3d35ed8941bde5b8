"""A folder in, a folder out: chunks, worker processes, and the accounting that loses nothing.

The only module that knows that processes exist. Chunks come back in input order, so that rows do too.
"""

import hashlib
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path
from time import perf_counter
from typing import Any

from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError

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
from pipeline.read import MAX_BYTES, STDIN, Entry, list_entries, load, load_stream
from pipeline.score import CHUNK, Scorer, load_models
from pipeline.write import (
    Format,
    Row,
    TextOutput,
    TextWriter,
    printable,
    results_writer,
    row,
    text_writer,
    unwritable,
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

    def add(self, told: Row) -> None:
        """Count one row."""
        self.statuses[told["status"]] += 1
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
    fingerprint = load_models(chosen.models).fingerprint
    _prepare(folder, paths)
    started = perf_counter()
    tally = _Tally()
    interrupted = False
    try:
        with text_writer(folder, chosen.text) as put, results_writer(folder, chosen.form) as write:
            for done, outcome in enumerate(outcomes(entries, chosen), 1):
                told = _told(outcome, fingerprint, chosen, tally, put)
                write(told)
                tally.add(told)
                if progress:
                    progress(done, len(entries))
    except KeyboardInterrupt:
        interrupted = True
    summary = _summary(tally, perf_counter() - started, interrupted=interrupted)
    write_file(folder / "run.json", json.dumps(_record(summary, chosen, paths, fingerprint), indent=1) + "\n")
    if interrupted:
        raise KeyboardInterrupt
    return summary


def outcomes(entries: Sequence[Entry], settings: CleanSettings) -> Iterator[Outcome]:
    """One outcome an entry, in order, from as many processes as the settings say.

    When a worker process is lost, the entries that have no outcome yet end as `worker-lost`.
    """
    chunks = [entries[start : start + settings.chunk] for start in range(0, len(entries), settings.chunk)]
    jobs = min(settings.jobs or os.cpu_count() or 1, max(len(chunks), 1))
    done = 0
    try:
        work = Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="2*n_jobs", batch_size=1)(
            delayed(work_chunk)(chunk, settings, os.getpid()) for chunk in chunks
        )
        for results in work:
            done += len(results)
            yield from results
    except TerminatedWorkerError:
        detail = "A worker process ended abruptly before this document was done."
        lost = (Origin(entry.id, os.fspath(entry.path)) for entry in entries[done:])
        yield from (Failure(origin, "run", Reason.WORKER_LOST, detail) for origin in lost)


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
    scorer = Scorer(load_models(models), keep=keep)
    files = [Path(name) for name in inputs if str(name) != STDIN]
    opened: Iterator[Source | Failure] = (load(entry, max_bytes) for entry in list_entries(files, pattern))
    if len(files) < len(inputs):
        opened = chain([load_stream(sys.stdin.buffer, max_bytes)], opened)
    for chunk in iter(lambda: list(islice(opened, CHUNK)), []):
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
    scored = iter(scorer.score_chunk([item for item in opened if isinstance(item, Source)]))
    return [item if isinstance(item, Failure) else next(scored) for item in opened]


@cache
def _scorer(models: Path | None, keep: frozenset[ChromeKind]) -> Scorer:
    """The scorer of this process: models are loaded once."""
    return Scorer(load_models(models), keep=keep)


def _prepare(folder: Path, inputs: Iterable[Path]) -> None:
    """Make the output folder, unless it would be written into an input or over something else."""
    for path in inputs:
        if path.is_dir() and folder.resolve().is_relative_to(path.resolve()):
            raise UsageError(
                f"--output {os.fspath(folder)!r} lies inside the input {os.fspath(path)!r}, and nothing is ever "
                "written into an input: choose a folder beside it."
            )
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--output {os.fspath(folder)!r} is a file: name a folder.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "run.json").is_file():
        raise UsageError(
            f"--output {os.fspath(folder)!r} holds files that no run of winnow wrote: name an empty or new folder."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error


def _told(outcome: Outcome, fingerprint: str, settings: CleanSettings, tally: _Tally, put: TextWriter) -> Row:
    """The row of an outcome whose text has been stored, unless its verdict is dropped."""
    wanted = isinstance(outcome, Scored) and (outcome.verdict.label or "unscored") not in settings.drop
    place = put(outcome) if isinstance(outcome, Scored) and wanted else None
    return row(outcome, fingerprint, text_file=place, duplicate_of=tally.duplicate_of(outcome))


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
        "winnow": version("prosewinnow"),
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
