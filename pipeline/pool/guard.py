"""Worker processes under supervision: one that takes too long or too much is ended, one that dies costs one item.

Two limits, because a signal cannot interrupt C code: the worker breaks itself off where it can (`worker`), and is
killed from here where it cannot.
"""

import os
import pickle
import select
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from operator import attrgetter
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import IO, Any, TypeVar

import cloudpickle

from pipeline.pool.process import ONE_THREAD, Process, can_fork, fork, start
from pipeline.pool.worker import Broken, Fault, Limits, Raised, Work

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_TICK = 0.05  # seconds between two looks at a busy worker
_START = 300.0  # seconds until the first item begins: imports and models, on a slow disk
_GRACE = 1.0  # seconds, and a quarter of the limit, in which a worker may break itself off
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MEGABYTE = 2**20


class StoppedError(Exception):
    """The run was interrupted; the worker is gone and what it was on is dropped."""


class Worker:
    """One process that works on one order at a time."""

    def __init__(self, process: Process, channel: Connection) -> None:
        self._process, self._channel = process, channel
        self._arrives = select.poll()  # made once: `Connection.poll` makes one each time
        self._arrives.register(self._channel.fileno(), select.POLLIN)
        self._memory = _Memory(self._process.pid)

    @property
    def alive(self) -> bool:
        """Whether it can take an order."""
        return self._process.poll() is None

    def forked(self) -> "Worker":
        """Another one that has loaded all that this one has, which must be idle.

        Raises:
            EOFError, OSError, RuntimeError: this one has ended, or can have no child.
        """
        return Worker(*fork(self._process.pid, self._channel))

    def end(self) -> None:
        """Kill it, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._channel.close()
        self._memory.close()

    def leave(self) -> None:
        """Let it end by itself, at once where it is idle; what its children cost is then told as its own."""
        self._channel.close()
        self._process.wait()
        self._memory.close()

    def run(self, order: bytes, limits: Limits, stopped: Callable[[], bool]) -> Any:
        """The answer to an order.

        Raises:
            StoppedError: `stopped` said so.
        """
        try:
            self._channel.send_bytes(order)
            return self._awaited(limits, stopped)
        except (EOFError, OSError):
            self.end()
            return Broken(Fault.LOST)

    def _awaited(self, limits: Limits, stopped: Callable[[], bool]) -> Any:
        until, look = monotonic() + _START, 0.0
        while True:
            if monotonic() >= look:  # not at each of the three messages of a document: a look costs more than they do
                fault = self._fault(until, limits)
                if fault or stopped():
                    self.end()
                    if fault:
                        return Broken(fault)
                    raise StoppedError
                look = monotonic() + _TICK
            if self._arrives.poll(1000 * _TICK):
                message = self._channel.recv_bytes()
                if message:
                    return pickle.loads(message)  # noqa: S301 - from our own process
                until = monotonic() + limits.seconds * 1.25 + _GRACE

    def _fault(self, until: float, limits: Limits) -> Fault | None:
        if monotonic() > until:
            return Fault.TIME
        return Fault.MEMORY if self._memory.megabytes() > limits.megabytes else None


def guarded(
    work: Work,
    items: Sequence[_Item],
    limits: Limits,
    *,
    lost: Callable[[_Item, Fault], _Result],
    stopped: Callable[[], bool],
) -> list[_Result]:
    """One result an item, in order, from a worker process; no item is tried more than twice.

    Nobody can tell which item of several broke the work off. So they are done again one by one.

    Args:
        work: gives one result an item; it and what it takes and gives are pickled.
        lost: the result of an item that breaks the work off when it is alone.

    Raises:
        Exception: what `work` raises.
        StoppedError: `stopped` said so.
    """
    together = _answer(work, items, limits, stopped)
    if not isinstance(together, Broken):
        return list(together)
    if len(items) == 1 and together.fault is not Fault.LOST:  # who kills a process is not told: it may be innocent
        return [lost(items[0], together.fault)]
    results: list[_Result] = []
    for item in items:
        alone = _answer(work, [item], limits, stopped)
        results.append(lost(item, alone.fault) if isinstance(alone, Broken) else alone[0])
    return results


def once(work: Callable[[], _Result], limits: Limits) -> _Result | Broken:
    """The result of work that is about no item, from a worker process.

    Raises:
        Exception: what `work` raises.
    """
    answer: _Result | Broken = _answer(_itself(work), [], limits, lambda: False)
    return answer


def ready(work: Callable[[], _Result], limits: Limits) -> _Result | Broken:
    """The result of work that leaves behind what all workers need; those that come to be from now on have it.

    One process does it, and workers are forked from that; where the system cannot fork, each does it when it needs it.
    That process does nothing else: what is made ready for one run does not add up with what was for another.

    Raises:
        Exception: what `work` raises.
    """
    if not can_fork():
        return once(work, limits)
    with _forking:
        _end_workers()  # which know nothing of it
        answer: _Result | Broken = _grown(work, limits).answer
        if isinstance(answer, Broken):
            _seeds.pop().worker.leave()
    return answer


def _itself(work: Callable[[], _Result]) -> Callable[[Sequence[Any], Callable[[], None]], _Result]:
    return lambda _items, _begin: work()


def _answer(work: Work, items: Sequence[Any], limits: Limits, stopped: Callable[[], bool]) -> Any:
    with _borrowed() as worker:
        return _told(worker, work, items, limits, stopped)


def _told(worker: Worker, work: Work, items: Sequence[Any], limits: Limits, stopped: Callable[[], bool]) -> Any:
    # A worker may be older than the credentials of a store that somebody has set since.
    answer = worker.run(cloudpickle.dumps((work, items, limits, {**os.environ, **ONE_THREAD})), limits, stopped)
    if isinstance(answer, Raised):
        raise answer.error
    return answer


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
def _borrowed() -> Iterator[Worker]:
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
    known = [seed for seed in _seeds if seed.made == made and seed.worker.alive]
    for seed in [seed for seed in _seeds if seed not in known and not seed.is_needed]:
        _seeds.remove(seed)
        seed.worker.leave()
    if known:
        _seeds.remove(known[0])
        _seeds.append(known[0])
        return known[0]
    worker = Worker(*start(end_idle))
    try:
        _seeds.append(_Seed(worker, made, _told(worker, _itself(work), [], limits, lambda: False)))
    except BaseException:  # it may still be on the order
        worker.end()
        raise
    return _seeds[-1]


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


class _Memory:
    """What the system tells of a process's memory: one file, held open, since it is read twenty times a second."""

    def __init__(self, process: int) -> None:
        try:
            self._told: IO[bytes] | None = Path(f"/proc/{process}/statm").open("rb", buffering=0)  # noqa: SIM115 - held
        except OSError:
            self._told = None

    def megabytes(self) -> float:
        """Resident memory; 0 where the system does not tell, and of a process that has ended."""
        try:
            told = os.pread(self._told.fileno(), 128, 0) if self._told else b""
            return int(told.split()[1]) * _PAGE / _MEGABYTE
        except (OSError, IndexError):
            return 0.0

    def close(self) -> None:
        """Let go of the file."""
        if self._told:
            self._told.close()
