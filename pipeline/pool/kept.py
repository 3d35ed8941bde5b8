"""Worker processes that are kept from one order to the next, and what those that come to be are forked from."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from operator import attrgetter
from threading import Lock
from typing import Any, TypeVar

import cloudpickle

from pipeline.pool.process import can_fork, start
from pipeline.pool.watched import Worker
from pipeline.pool.worker import Broken, Limits

_Result = TypeVar("_Result")


@dataclass(slots=True, eq=False)
class _Seed:
    """A process that others are forked from; it works on no item, so that none ends it.

    Attributes:
        made: what it was made ready by and within which limits, pickled.
        answer: what came of that.
        children: those that were forked from it and may still live; they end with it.
    """

    worker: Worker
    made: bytes
    answer: Any
    children: list[Worker] = field(default_factory=list)

    def forked(self) -> Worker:
        """A worker with all that was made ready.

        Raises:
            EOFError, OSError, RuntimeError: as `Worker.forked` does.
        """
        child = self.worker.forked()
        self.children = [*filter(attrgetter("alive"), self.children), child]
        return child

    @property
    def is_needed(self) -> bool:
        """Whether one of its children is at work, for a run that another thread has begun."""
        return any(child.alive for child in self.children)


_idle: list[Worker] = []  # kept from one order to the next
_seeds: list[_Seed] = []  # the last one is forked from, those before it as long as they are needed
_lock, _forking = Lock(), Lock()


@contextmanager
def borrowed() -> Iterator[Worker]:
    """A worker that nobody else uses; a living one is kept for the next."""
    worker = _kept() or _new()
    try:
        yield worker
    except BaseException:  # it may still be on the order, and would give its answer to the next one
        worker.end()
        raise
    if worker.alive:
        with _lock:
            _idle.append(worker)


def ready(work: Callable[[], _Result], limits: Limits) -> _Result | Broken:
    """The result of work that leaves behind what all workers need; those that come to be from now on have it.

    One process does it, and workers are forked from that; where the system cannot fork, each does it when it needs it.
    That process does nothing else: what is made ready for one run does not add up with what was for another.

    Raises:
        Exception: what `work` raises.
    """
    if not can_fork():
        with borrowed() as worker:
            return worker.result(work, limits)
    with _forking:
        _end_workers()  # which know nothing of it
        answer: _Result | Broken = _grown(work, limits).answer
        if isinstance(answer, Broken):
            _seeds.pop().worker.leave()
    return answer


def end_idle() -> None:
    """End the processes that wait for a next run; they hold 200 MB and more."""
    _end_workers()
    with _forking:
        while _seeds:
            _seeds.pop().worker.leave()


def _end_workers() -> None:
    with _lock:
        while _idle:
            _idle.pop().end()


def _kept() -> Worker | None:
    """An idle worker that lives, if there is one."""
    with _lock:
        while _idle:
            worker = _idle.pop()
            if worker.alive:
                return worker
            worker.end()
    return None


def _new() -> Worker:
    """A worker with all that was made ready; where that is lost, one that has yet to load it."""
    with _forking:
        if _seeds and _seeds[-1].worker.alive:
            with suppress(EOFError, OSError, RuntimeError):
                return _seeds[-1].forked()
    return Worker(*start(end_idle))


def _grown(work: Callable[[], Any], limits: Limits) -> _Seed:
    """The process that work has made ready, now or for an earlier run; the last of all from now on."""
    made = cloudpickle.dumps((work, limits))
    known = next((seed for seed in _seeds if seed.made == made and seed.worker.alive), None)
    for seed in [*_seeds]:
        if seed is not known and not seed.is_needed:
            _seeds.remove(seed)
            seed.worker.leave()
    if known:
        _seeds.remove(known)
    _seeds.append(known or _sown(work, limits, made))
    return _seeds[-1]


def _sown(work: Callable[[], Any], limits: Limits, made: bytes) -> _Seed:
    worker = Worker(*start(end_idle))
    try:
        return _Seed(worker, made, worker.result(work, limits))
    except BaseException:  # it may still be on the order
        worker.end()
        raise
