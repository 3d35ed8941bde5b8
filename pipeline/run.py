"""A folder in, a folder out: units of work, interruptions, and the accounting that loses nothing.

Two steps: every unit of documents becomes a part (`unit`), then the parts become results (`joining`). Where the units
are worked on is the business of `pool`.
"""

import fcntl
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from itertools import takewhile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from pipeline.backend import Backend, Dedup
from pipeline.document import UNSURE, ChromeKind, Label, Status
from pipeline.duplicates import check_dedup
from pipeline.errors import UsageError
from pipeline.inputs import Reading, Unit, cut
from pipeline.joining import Tally, join
from pipeline.output import RUN, prepare_output, sweep
from pipeline.parts import STATE, Parts, Place, digest
from pipeline.pool import Broken, Limits, on_cluster, on_this_machine, once
from pipeline.read import MAX_BYTES, Entry, list_entries
from pipeline.unit import Job, Task, work_unit
from pipeline.write import Format, TextOutput, check_format, printable, unwritable, write_file

if TYPE_CHECKING:
    from pipeline.judging import MakeScorer

Progress = Callable[[int, int], None]
_PART = 128  # documents of a unit of work: what a killed run loses at most, for each process
_SHARES = 4  # units for each process at least, so that none is idle long at the end of a small run


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
        chunk: documents of a unit of work at most; 0 chooses.
        limits: what one document may cost.
        field: of records in containers, the one with the document.
        scheduler: address of the cluster of `Backend.DASK`; None starts one on this machine.
        fresh: forget what earlier runs did.
        dedup: whether `duplicate_of` tells of near copies too.
        scorer: makes the scorer in the workers, out of `models` and `keep`; a function that they can import.
    """

    jobs: int = 0
    keep: frozenset[ChromeKind] = frozenset()
    drop: frozenset[str] = frozenset()
    models: Path | None = None
    text: TextOutput = TextOutput.FILES
    form: Format = Format.JSONL
    max_bytes: int = MAX_BYTES
    pattern: str = "*"
    chunk: int = 0
    limits: Limits = Limits()  # noqa: RUF009 - frozen
    field: str | None = None
    backend: Backend = Backend.LOKY
    scheduler: str | None = None
    fresh: bool = False
    dedup: Dedup = Dedup.EXACT
    scorer: "MakeScorer | None" = None


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


def clean_folder(
    inputs: Sequence[str | Path] | str | Path,
    output: str | Path,
    settings: CleanSettings | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Clean and score every document of the inputs into `output`: text/, results and run.json.

    What an earlier run into the same folder did with the same settings and models, and what has not changed since,
    is not done again.

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
    started = perf_counter()
    check_format(chosen.form)
    check_dedup(chosen.dedup)
    entries = list_entries(paths, chosen.pattern)
    fingerprint = _fingerprint(chosen)
    prepare_output(folder, paths)
    with _interruptible() as stop, _claimed(folder):
        if not (folder / RUN).exists():  # ours from now on
            record = _record(_summary(Tally(), 0.0, interrupted=True), chosen, paths, fingerprint)
            _write_record(folder, record)
        parts = Parts(folder / STATE, _made(chosen, fingerprint))
        if chosen.fresh:
            parts.keep([])
        units = _units(entries, chosen)
        watching = _Watching(stop, sum(piece.documents for unit in units for piece in unit), progress)
        names = _done(units, parts, _job(folder, parts, chosen, fingerprint), chosen, watching)
        tally = join(folder, parts, names, chosen.form)
        sweep(folder, chosen.form, tally.places)
        if not stop.is_set():
            parts.keep(names)
        summary = _summary(tally, perf_counter() - started, interrupted=stop.is_set())
        _write_record(folder, _record(summary, chosen, paths, fingerprint))
    if stop.is_set():
        raise KeyboardInterrupt
    return summary


def _fingerprint(settings: CleanSettings) -> str:
    """Of the models as a worker has loaded them, which is where they have to fit.

    Raises:
        UsageError: they do not fit into the memory limit, or a worker cannot be started.
    """
    found = once(partial(_worker_fingerprint, settings.scorer, settings.models, settings.keep), settings.limits)
    if isinstance(found, Broken):
        raise UsageError(
            f"A worker cannot load the models within --memory-limit {settings.limits.megabytes} MB ({found.fault}): "
            "allow 800 or more."
        )
    return found


def _worker_fingerprint(make: "MakeScorer | None", models: Path | None, keep: frozenset[ChromeKind]) -> str:
    from pipeline.judging import fingerprint, make_scorer  # noqa: PLC0415 - loads scikit-learn, in workers only

    return fingerprint(make or make_scorer, models, keep)


def _judge(documents: Any, begin: Any, settings: CleanSettings) -> Any:
    """What a worker does."""
    from pipeline.judging import judge, make_scorer  # noqa: PLC0415 - loads scikit-learn, in workers only

    scorer = partial(settings.scorer or make_scorer, settings.models, settings.keep)
    return judge(documents, begin, scorer, near=settings.dedup is Dedup.NEAR)


def _units(entries: Sequence[Entry], settings: CleanSettings) -> list[Unit]:
    share = -(-len(entries) // (_jobs(settings) * _SHARES))
    size = settings.chunk or (_PART if settings.backend is Backend.DASK else max(8, min(_PART, share)))
    return cut(entries, Reading(settings.max_bytes, settings.field), size)


def _jobs(settings: CleanSettings) -> int:
    return settings.jobs or os.cpu_count() or 1


def _job(folder: Path, parts: Parts, settings: CleanSettings, fingerprint: str) -> Job:
    return Job(
        folder.resolve(),
        parts.folder.resolve(),
        parts.made,
        parts.index(),
        fingerprint,
        judge=partial(_judge, settings=settings),
        reading=Reading(settings.max_bytes, settings.field),
        limits=settings.limits,
        text=settings.text,
        drop=settings.drop,
    )


def _done(units: Sequence[Unit], parts: Parts, job: Job, settings: CleanSettings, watching: "_Watching") -> list[str]:
    """The parts of all units, in order, or of those that were done when somebody interrupted."""
    names: list[str] = []
    tasks = (Task(number, unit, _earlier(unit, parts)) for number, unit in enumerate(units))
    wanted = takewhile(lambda _: not watching.stop.is_set(), tasks)
    for unit, name in zip(units, _working(wanted, job, settings, watching.stop), strict=False):
        names += [name] if name else []
        watching.tell(sum(piece.documents for piece in unit))
    return names


def _earlier(unit: Unit, parts: Parts) -> tuple[Place | None, ...]:
    return tuple(parts.find(identifier) for piece in unit for identifier in piece.ids)


def _working(tasks: Iterator[Task], job: Job, settings: CleanSettings, stop: threading.Event) -> Iterator[str | None]:
    if settings.backend is Backend.DASK:
        yield from on_cluster(partial(work_unit, job=job, stopped=_never), tasks, settings.scheduler)
    else:
        work = partial(work_unit, job=job, stopped=stop.is_set)
        yield from on_this_machine(work, tasks, _jobs(settings))


def _never() -> bool:
    """A cluster's unit of work is finished: what is drawn back from there is only what has not begun."""
    return False


@dataclass(slots=True)
class _Watching:
    """Who is told of documents done, and whether somebody wants an end."""

    stop: threading.Event
    total: int
    progress: Progress | None
    done: int = 0

    def tell(self, documents: int) -> None:
        """So many more are done."""
        for _ in range(documents):
            self.done += 1
            if self.progress:
                self.progress(self.done, self.total)


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Ctrl-C sets the event, and never breaks into the accounting. Outside the main thread signals are not ours."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _claimed(folder: Path) -> Iterator[None]:
    """The folder for one run at a time; the system gives it back however the run ends.

    Raises:
        UsageError: another run is writing into it, or it cannot be written.
    """
    try:
        (folder / STATE).mkdir(exist_ok=True)
        with (folder / STATE / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UsageError(
                    f"Another run is writing into {printable(os.fspath(folder))}: "
                    "wait for it or choose another --output."
                ) from error
            yield
    except OSError as error:
        raise unwritable(folder, error) from error


def _made(settings: CleanSettings, fingerprint: str) -> str:
    """What rows depend on beside the documents."""
    told = _told_settings(settings)
    free = ("jobs", "format", "glob", "backend", "scheduler", "models")
    scorer = f"{settings.scorer.__module__}.{settings.scorer.__qualname__}" if settings.scorer else None
    return digest(
        {name: value for name, value in told.items() if name not in free}
        | {"winnow": _version(), "fingerprint": fingerprint, "scorer": scorer}
    )


def _version() -> str:
    try:
        return version("prosewinnow")
    except PackageNotFoundError:
        return "checkout"


def _write_record(folder: Path, record: Mapping[str, Any]) -> None:
    write_file(folder / RUN, json.dumps(record, indent=1) + "\n")


def _summary(tally: Tally, seconds: float, *, interrupted: bool) -> Summary:
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
        "settings": _told_settings(settings),
        "counts": {"inputs": summary.inputs, **summary.statuses},
        "reasons": summary.reasons,
        "verdicts": summary.verdicts,
        "seconds": summary.seconds,
        "interrupted": summary.interrupted,
    }


def _told_settings(settings: CleanSettings) -> dict[str, Any]:
    return {
        "jobs": settings.jobs,
        "keep": sorted(settings.keep),
        "drop": sorted(settings.drop),
        "models": os.fspath(settings.models) if settings.models else None,
        "text": settings.text.value,
        "format": settings.form.value,
        "max_bytes": settings.max_bytes,
        "glob": settings.pattern,
        "time_limit": settings.limits.seconds,
        "memory_limit": settings.limits.megabytes,
        "field": settings.field,
        "backend": settings.backend.value,
        "scheduler": settings.scheduler,
        "dedup": settings.dedup.value,
    }
