"""A folder in, a folder out: units of work, interruptions, and the accounting that loses nothing.

Two steps: every unit of documents becomes a part (`unit`), then the parts become results (`joining`). Where the units
are worked on is the business of `pool`.
"""

import json
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from pipeline.backend import Backend, Dedup
from pipeline.compact import Packed
from pipeline.document import UNSURE, ChromeKind, Label, Status
from pipeline.duplicates import check_dedup
from pipeline.errors import ModelError, UsageError
from pipeline.inputs import Place, Reading, Sizes, Totals, Unit, container, cut, documents, list_places
from pipeline.joining import Tally, join
from pipeline.output import RUN, prepare_output, sweep
from pipeline.parts import Parts, Spot, digest
from pipeline.pool import Broken, Limits, on_cluster, on_this_machine, once, ready
from pipeline.read import MAX_BYTES
from pipeline.remote import is_of_this_process
from pipeline.stores import Store, store_of
from pipeline.texts import Texts
from pipeline.unit import Job, Task, records_of, work_unit
from pipeline.write import Format, TextOutput, check_format, printable

if TYPE_CHECKING:
    from pipeline.judging import MakeScorer

Progress = Callable[[int, int], None]
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_MANY = 200  # documents of which some are surely in a language that function words do not tell
_PART = 128  # documents of a unit of work: what a killed run loses at most, for each process


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
        scorer: makes the scorer, out of `models` and `keep`; called once in each process that loads models.
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
        inputs: files and folders, fsspec addresses (s3://, gs://, memory://), `-` for standard input.
        output: a folder or an address, made when missing; an earlier run's results in it are replaced, other folders
            are refused.
        settings: defaults are those of `winnow clean`.
        progress: called with documents done and documents in all.

    Raises:
        UsageError: an input does not exist, or the output cannot or must not be written.
        ModelError: the models cannot be used.
        KeyboardInterrupt: after what was done has been written.
    """
    chosen = settings or CleanSettings()
    names = [os.fspath(name) for name in ([inputs] if isinstance(inputs, str | Path) else inputs)]
    store = store_of(output)
    started = perf_counter()
    _check(chosen, store)
    places = list_places(names, chosen.pattern, chosen.max_bytes)
    fingerprint = _fingerprint(chosen, places)
    prepare_output(store, names)
    with _interruptible() as stop, store.claimed():
        if not store.has(RUN):  # ours from now on
            _write_record(store, _record(_summary(Tally(), 0.0, interrupted=True), chosen, names, fingerprint))
        parts = Parts(store, _made(chosen, fingerprint))
        if chosen.fresh:
            parts.keep([])
        tally, done = _joined(places, parts, chosen, fingerprint, _Watching(stop, progress))
        sweep(store, chosen.form, tally.places)
        if not stop.is_set():
            parts.keep(done)
        summary = _summary(tally, perf_counter() - started, interrupted=stop.is_set())
        _write_record(store, _record(summary, chosen, names, fingerprint))
    if stop.is_set():
        raise KeyboardInterrupt
    return summary


def _check(settings: CleanSettings, store: Store) -> None:
    """Refuse what cannot work, before any work is done."""
    check_format(settings.form)
    check_dedup(settings.dedup)
    if settings.backend is Backend.DASK and is_of_this_process(store.name):
        raise UsageError(
            f"--output {store.name} lies in this process, which --backend dask does not share: name s3://."
        )


def _joined(
    places: Packed[Place], parts: Parts, settings: CleanSettings, fingerprint: str, watching: "_Watching"
) -> tuple[Tally, list[str]]:
    """The run itself: units are cut and done, and their parts are joined; counts, and names of the parts."""
    job = _job(parts, settings, fingerprint)
    totals = _totals(places, job, settings, watching.stop)
    watching.total = documents(places, totals)
    units = cut(places, totals, _sizes(settings))
    names = _done(units, parts, job, settings, watching)
    return join(parts.store, parts, names, settings.form), names


def _fingerprint(settings: CleanSettings, places: Packed[Place]) -> str:
    """Of the models as one process has loaded them: the worker, or where there are several what they are forked from.

    That is where they have to fit. One worker that is forked would share with nobody, and cost 66 MB.

    Raises:
        UsageError: they do not fit into the memory limit, or a worker cannot be started.
    """
    many = len(places) >= _MANY or any(map(container, places))
    load = partial(_worker_fingerprint, settings.scorer, _models(settings), settings.keep, many=many)
    shared = settings.backend is Backend.LOKY and _jobs(settings) > 1
    found = ready(load, settings.limits) if shared else once(load, settings.limits)
    if isinstance(found, Broken):
        raise UsageError(
            f"A worker cannot load the models within --memory-limit {settings.limits.megabytes} MB ({found.fault}): "
            "allow 800 or more."
        )
    return found


def _worker_fingerprint(
    make: "MakeScorer | None", models: Path | None, keep: frozenset[ChromeKind], *, many: bool
) -> str:
    from pipeline.judging import fingerprint, make_scorer  # noqa: PLC0415 - loads models, in workers only

    try:
        return fingerprint(make or make_scorer, models, keep, many=many)
    except ModelError as error:
        if isinstance(error.__cause__, MemoryError):  # the models are well, the limit is too low for them
            raise error.__cause__ from error
        raise


def _models(settings: CleanSettings) -> Path | None:
    """Where the models are, also for a worker that works in another folder."""
    return settings.models.absolute() if settings.models else None


def _judge(wanted: Any, begin: Any, settings: CleanSettings, reading: Reading, texts: Texts) -> Any:
    """What a worker does."""
    from pipeline.judging import Judging, judge, make_scorer, scorer_of  # noqa: PLC0415 - loads models, in workers only

    scorer = partial(scorer_of, settings.scorer or make_scorer, settings.models, settings.keep)
    answers = judge(wanted, begin, Judging(reading, scorer, near=settings.dedup is Dedup.NEAR))
    return texts.stored_here(answers, begin)


def _totals(places: Iterable[Place], job: Job, settings: CleanSettings, stop: threading.Event) -> Totals:
    """What each container holds; some are missing where somebody interrupts."""
    containers = [place for place in places if container(place)]
    if not containers:
        return {}
    counts = _working(partial(records_of, job=job), containers, settings, stop)
    return {place.id: count for place, count in zip(containers, counts, strict=False)}


def _sizes(settings: CleanSettings) -> Sizes:
    """Documents of units of work; how many processes a cluster has nobody knows."""
    alike = settings.chunk or settings.backend is Backend.DASK
    return Sizes(settings.chunk or _PART, 0 if alike else _jobs(settings))


def _jobs(settings: CleanSettings) -> int:
    return settings.jobs or os.cpu_count() or 1


def _job(parts: Parts, settings: CleanSettings, fingerprint: str) -> Job:
    reading = Reading(settings.max_bytes, settings.field, os.getcwd(), run=uuid4().hex)  # noqa: PTH109 - a name
    store = parts.store.absolute()
    texts = Texts(store, settings.text, settings.drop)
    return Job(
        store,
        parts.made,
        parts.index(),
        fingerprint,
        judge=partial(_judge, settings=replace(settings, models=_models(settings)), reading=reading, texts=texts),
        reading=reading,
        limits=settings.limits,
        texts=texts,
    )


def _done(units: Iterable[Unit], parts: Parts, job: Job, settings: CleanSettings, watching: "_Watching") -> list[str]:
    """The parts of all units, in order, or of those that were done when somebody interrupted."""
    names: list[str] = []
    begun: deque[int] = deque()  # documents of the units that are under way

    def tasks() -> Iterator[Task]:
        for number, unit in enumerate(units):
            if watching.stop.is_set():
                return
            begun.append(sum(piece.documents for piece in unit))
            yield Task(number, unit, _earlier(unit, parts))

    for name in _working(partial(work_unit, job=job), tasks(), settings, watching.stop):
        names += [name] if name else []
        watching.tell(begun.popleft())
    return names


def _earlier(unit: Unit, parts: Parts) -> tuple[Spot | None, ...]:
    return tuple(parts.find(item.id) for piece in unit for item in piece.items)


def _working(
    work: Callable[..., _Result],
    items: Iterable[_Item],
    settings: CleanSettings,
    stop: threading.Event,
) -> Iterator[_Result]:
    """Results in the order of items, from the processes of this machine or from the cluster."""
    if settings.backend is Backend.DASK:
        yield from on_cluster(partial(work, stopped=_never), items, settings.scheduler)
    else:
        yield from on_this_machine(partial(work, stopped=stop.is_set), items, _jobs(settings))


def _never() -> bool:
    """A cluster's unit of work is finished: what is drawn back from there is only what has not begun."""
    return False


@dataclass(slots=True)
class _Watching:
    """Who is told of documents done, and whether somebody wants an end."""

    stop: threading.Event
    progress: Progress | None
    total: int = 0
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


def _write_record(store: Store, record: Mapping[str, Any]) -> None:
    store.write(RUN, (json.dumps(record, indent=1) + "\n").encode())


def _summary(tally: Tally, seconds: float, *, interrupted: bool) -> Summary:
    return Summary(
        inputs=tally.statuses.total(),
        statuses={status.value: tally.statuses[status] for status in Status},
        reasons=dict(sorted(tally.reasons.items())),
        verdicts={name: tally.verdicts[name] for name in (*Label, UNSURE, "unscored")},
        seconds=round(seconds, 3),
        interrupted=interrupted,
    )


def _record(summary: Summary, settings: CleanSettings, inputs: Sequence[str], fingerprint: str) -> dict[str, Any]:
    """run.json: what was asked, with what, and what came of it."""
    return {
        "winnow": _version(),
        "models": fingerprint,
        "inputs": [printable(name) for name in inputs],
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
