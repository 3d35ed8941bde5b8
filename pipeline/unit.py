"""One unit of work: its documents are opened and judged in a worker process, and a part is written.

Runs in a thread of this process or in a worker of a cluster, and opens no document itself. Documents that an earlier
run has told of, and that are as they were then, are taken from its parts.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import cast

from pipeline.document import Failure, Reason
from pipeline.inputs import Item, Place, Reading, Unit, counted, identify, state_of
from pipeline.parts import Parts, Spot
from pipeline.pool import Begin, Broken, Fault, Limits, StoppedError, guarded, once
from pipeline.stores import Store
from pipeline.texts import Texts
from pipeline.told import Answer, Told, told_of
from pipeline.write import TextOutput, printable, row

_OF_THE_MACHINE = (Reason.WORKER_LOST, Reason.EXTRACTOR_ERROR)  # may be: the next run tries again
PREDICT = 16  # documents that share one predict; of 32 pages all that is held no longer fits into the cache: 4 % more


@dataclass(frozen=True, slots=True)
class Task:
    """A unit with its number in the run, and where earlier rows of its documents lie."""

    number: int
    unit: Unit
    earlier: tuple[Spot | None, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """What all units of a run have in common; picklable.

    Attributes:
        run: number of this run, higher than that of all earlier ones in the store.
        judge: `judging.judge` with its scorer; texts that a worker can store are stored.
    """

    store: Store
    made: str
    run: int
    models: str
    judge: Callable[[Sequence[tuple[Item, str | None]], Begin], list[Answer]]
    reading: Reading
    limits: Limits
    texts: Texts


def records_of(place: Place, job: Job, stopped: Callable[[], bool]) -> int | str:
    """How many records a container holds, or why nobody can tell."""
    try:
        (total,) = guarded(partial(counted, reading=job.reading), [place], job.limits, lost=_uncounted, stopped=stopped)
    except StoppedError:
        return 0
    return total


def _uncounted(_place: Place, fault: Fault) -> str:
    ended = {
        Fault.TIME: "took too long; --time-limit raises the limit",
        Fault.MEMORY: "took too much memory; --memory-limit raises the limit",
        Fault.LOST: "ended its process abruptly",
    }
    return f"The container cannot be read: counting its records {ended[fault]}."


def work_unit(task: Task, job: Job, stopped: Callable[[], bool]) -> str | None:
    """Do one unit and answer with the name of its part, an earlier one if that holds just this.

    Where `stopped` breaks it off, the part holds what was done, and None is the answer where that is nothing.

    Raises:
        UsageError: the output cannot be written.
    """
    parts = Parts(job.store, job.made)
    items = [item for piece in task.unit for item in piece.items]
    earlier = _Earlier(parts, job)
    known = [earlier.told(item, place) for item, place in zip(items, task.earlier, strict=True)]
    answers: list[Answer] = []
    with suppress(StoppedError):
        for wanted in _groups(items, known):
            found = guarded(job.judge, wanted, job.limits, lost=partial(_lost, job=job), stopped=stopped)
            answers += map(job.texts.stored, found)
    if not answers:
        return None
    same = earlier.whole(task.earlier, answers) if len(answers) == len(items) else None
    if same:
        return same
    told = [_newest(answer, old) for answer, old in zip(answers, known, strict=False)]
    name = f"{job.run:06}-{task.number:08}.gz"
    parts.write(name, told, [answer.state for answer in answers])
    return name


Known = tuple[str | None, Told] | None


def _newest(answer: Answer, old: Known) -> Told:
    """What is told of a document; a worker tells nothing only where there is something old."""
    if answer.told is None and old:
        return old[1]
    return cast("Told", answer.told)


def _groups(items: Sequence[Item], known: Sequence[Known]) -> Iterator[list[tuple[Item, str | None]]]:
    """Documents that share an order, each with its earlier state."""
    wanted = [(item, old[0] if old else None) for item, old in zip(items, known, strict=True)]
    for start in range(0, len(wanted), PREDICT):
        yield wanted[start : start + PREDICT]


class _Earlier:
    """Rows of earlier runs, as far as this unit asks for them."""

    def __init__(self, parts: Parts, job: Job) -> None:
        self._parts, self._job = parts, job
        self._read: dict[str, list[tuple[str | None, Told]]] = {}

    def told(self, item: Item, place: Spot | None) -> Known:
        """State and row of a document, if they would hold for it were it unchanged, and its text is where it was."""
        found = self._found(place) if place else None
        return found if found and found[0] and self._stands(item, found[1]) else None

    def whole(self, places: Sequence[Spot | None], answers: Sequence[Answer]) -> str | None:
        """The part that holds the rows of all these documents and no others, in this order."""
        kept = [place for place, answer in zip(places, answers, strict=True) if place and answer.told is None]
        names = {place.part for place in kept}
        fits = len(names) == 1 and [place.number for place in kept] == list(range(len(answers)))
        return kept[0].part if fits and len(self._read[kept[0].part]) == len(kept) else None

    def _found(self, place: Spot) -> tuple[str | None, Told] | None:
        if place.part not in self._read:
            self._read[place.part] = self._parts.read(place.part)
        items = self._read[place.part]
        return items[place.number] if place.number < len(items) else None

    def _stands(self, item: Item, told: Told) -> bool:
        if told.row["reason"] in _OF_THE_MACHINE or told.row["input"] != printable(item.origin.input):
            return False
        files = self._job.texts.output is TextOutput.FILES and told.row["text_file"]
        return not files or self._job.store.has(told.row["text_file"])


def _lost(wanted: tuple[Item, str | None], fault: Fault, job: Job) -> Answer:
    """What becomes of a document that broke the work off when it was alone."""
    item, _ = wanted
    found = once(partial(identify, item, job.reading), job.limits)
    reason, detail = {
        Fault.TIME: (
            Reason.TIME_LIMIT,
            f"The document took longer than {job.limits.seconds:g} s; --time-limit raises the limit.",
        ),
        Fault.MEMORY: (
            Reason.MEMORY_LIMIT,
            f"The document took the worker over {job.limits.megabytes} MB; --memory-limit raises the limit.",
        ),
        Fault.LOST: (
            Reason.WORKER_LOST,
            "The worker process ended abruptly while it was on this document alone.",
        ),
    }[fault]
    origin = item.origin if isinstance(found, Broken) else found.origin
    state = None if isinstance(found, Broken) else state_of(found)
    return Answer(state, told_of(row(Failure(origin, "run", reason, detail), job.models)))
