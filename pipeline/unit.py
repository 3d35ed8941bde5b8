"""One unit of work: its documents are read, those that are new are judged in a worker process, and a part is written.

Runs in a thread of this process or in a worker of a cluster. Documents that an earlier run has told of, and that are
as they were then, are taken from its parts.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import blake2b
from pathlib import Path

from pipeline.document import Failure, Reason
from pipeline.inputs import Reading, Unit, opened
from pipeline.parts import Parts, Place
from pipeline.pool import Begin, Fault, Limits, StoppedError, guarded
from pipeline.read import Raw
from pipeline.told import Told
from pipeline.write import TextOutput, printable, row, text_name, write_file

PREDICT = 32  # documents that share one predict: beyond it the share of a call per document is small
_HELD = 32_000_000  # bytes of documents that are in hand at once, so that large ones share less


@dataclass(frozen=True, slots=True)
class Task:
    """A unit with its number in the run, and where earlier rows of its documents lie."""

    number: int
    unit: Unit
    earlier: tuple[Place | None, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """What all units of a run have in common; picklable.

    Attributes:
        folder: of the output.
        run: number of this run, higher than that of all earlier ones in the folder.
        judge: `judging.judge` with its scorer.
        drop: verdicts whose texts are not stored.
    """

    folder: Path
    parts: Path
    made: str
    run: int
    models: str
    judge: Callable[[Sequence[Raw], Begin], list[Told]]
    reading: Reading
    limits: Limits
    text: TextOutput = TextOutput.FILES
    drop: frozenset[str] = field(default_factory=frozenset[str])


def work_unit(task: Task, job: Job, stopped: Callable[[], bool]) -> str | None:
    """Do one unit and answer with the name of its part, an earlier one if that holds just this.

    Where `stopped` breaks it off, the part holds what was done, and None is the answer where that is nothing.

    Raises:
        UsageError: the output cannot be written.
    """
    parts = Parts(job.parts, job.made)
    earlier = _Earlier(parts, job)
    told: list[Told] = []
    states: list[str | None] = []
    places = iter(task.earlier)
    with suppress(StoppedError):
        for group in _groups(opened(task.unit, job.reading)):
            known = [earlier.told(item, place) for item, place in zip(group, places, strict=False)]
            told += _told(group, known, job, stopped)
            states += [state_of(item) for item in group]
    same = earlier.whole(task)
    if same or not told:
        return same
    name = f"{job.run:06}-{task.number:08}.gz"
    parts.write(name, told, states)
    return name


class _Earlier:
    """Rows of earlier runs, as far as this unit asks for them."""

    def __init__(self, parts: Parts, job: Job) -> None:
        self._parts, self._job = parts, job
        self._read: dict[str, list[tuple[str | None, Told]]] = {}
        self._used: list[Place | None] = []

    def told(self, item: Raw | Failure, place: Place | None) -> Told | None:
        """What was told of a document, if it is unchanged and its text is where it was."""
        found = self._found(place) if place and isinstance(item, Raw) else None
        usable = found if found and found[0] == state_of(item) and self._stands(item, found[1]) else None
        self._used.append(place if usable else None)
        return usable[1] if usable else None

    def whole(self, task: Task) -> str | None:
        """The part that holds the rows of this unit and no others, in this order."""
        names = {place.part if place else None for place in self._used}
        name = names.pop() if len(names) == 1 else None
        numbers = [place.number for place in self._used if place]
        ids = [identifier for piece in task.unit for identifier in piece.ids]
        fits = name and numbers == list(range(len(ids))) and len(self._read[name]) == len(ids)
        return name if fits else None

    def _found(self, place: Place) -> tuple[str | None, Told] | None:
        if place.part not in self._read:
            self._read[place.part] = self._parts.read(place.part)
        items = self._read[place.part]
        return items[place.number] if place.number < len(items) else None

    def _stands(self, item: Raw | Failure, told: Told) -> bool:
        if told.row["reason"] == Reason.WORKER_LOST or told.row["input"] != printable(item.origin.input):
            return False
        files = self._job.text is TextOutput.FILES and told.row["text_file"]
        return not files or (self._job.folder / told.row["text_file"]).is_file()


def state_of(item: Raw | Failure) -> str | None:
    """What a document must still be for its row to hold; None for one that could not be read."""
    if isinstance(item, Failure):
        return None
    if not (item.url or item.date):
        return item.origin.sha256
    return blake2b(repr((item.origin.sha256, item.url, item.date)).encode(), digest_size=16).hexdigest()


def _groups(items: Iterable[Raw | Failure]) -> Iterator[list[Raw | Failure]]:
    """Documents that are in hand together."""
    held: list[Raw | Failure] = []
    size = 0
    for item in items:
        held.append(item)
        size += len(item.raw) if isinstance(item, Raw) else 0
        if len(held) == PREDICT or size > _HELD:
            yield held
            held, size = [], 0
    if held:
        yield held


def _told(
    group: Sequence[Raw | Failure], known: Sequence[Told | None], job: Job, stopped: Callable[[], bool]
) -> list[Told]:
    """What is told of each document, in order; texts of new ones are stored."""
    new = [item for item, old in zip(group, known, strict=True) if old is None and isinstance(item, Raw)]
    lost = partial(_lost, job=job)
    judged = iter(guarded(job.judge, new, job.limits, lost=lost, stopped=stopped) if new else [])
    answers: list[Told] = []
    for item, old in zip(group, known, strict=True):
        if old:
            answers.append(old)
        else:
            fresh = Told(row(item, job.models)) if isinstance(item, Failure) else next(judged)
            answers.append(_stored(fresh, job))
    return answers


def _stored(told: Told, job: Job) -> Told:
    """Its text in a file of its own, or in the part, or dropped."""
    wanted = told.text is not None and (told.row["verdict"] or "unscored") not in job.drop
    if not wanted or job.text is TextOutput.NONE:
        return replace(told, text=None)
    if job.text is TextOutput.RECORDS:
        return told
    name = text_name(told.row["id"])
    write_file(job.folder / name, told.text or "")
    return replace(told, text=None, row=told.row | {"text_file": name})


def _lost(item: Raw, fault: Fault, job: Job) -> Told:
    """What becomes of a document that broke the work off when it was alone."""
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
    return Told(row(Failure(item.origin, "run", reason, detail), job.models))
