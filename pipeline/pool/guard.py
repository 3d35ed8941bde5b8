"""Worker processes under supervision: one that takes too long or too much is ended, one that dies costs one item.

Two limits, because a signal cannot interrupt C code: the worker breaks itself off where it can (`worker`), and is
killed from here where it cannot.
"""

import atexit
import os
import pickle
import select
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import IO, Any, TypeVar

import cloudpickle

from pipeline.pool.worker import Broken, Fault, Limits, Raised, Work

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_TICK = 0.05  # seconds between two looks at a busy worker
_START = 300.0  # seconds until the first item begins: imports and models, on a slow disk
_GRACE = 1.0  # seconds, and a quarter of the limit, in which a worker may break itself off
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MEGABYTE = 2**20
_BOOT = "from pipeline.pool.worker import main; main()"
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class StoppedError(Exception):
    """The run was interrupted; the worker is gone and what it was on is dropped."""


class Worker:
    """One process that works on one order at a time."""

    def __init__(self) -> None:
        # The system kills a worker when the *thread* that started it ends, so one that lasts starts them all.
        self._process, self._channel = _starter().submit(_start).result()
        self._arrives = select.poll()  # made once: `Connection.poll` makes one each time
        self._arrives.register(self._channel.fileno(), select.POLLIN)
        self._memory = _Memory(self._process.pid)

    @property
    def alive(self) -> bool:
        """Whether it can take an order."""
        return self._process.poll() is None

    def end(self) -> None:
        """Kill it, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._channel.close()
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


def once(work: Callable[[], _Result], limits: Limits, *, workers: int = 1) -> _Result | Broken:
    """The result of work that is about no item, from a worker process.

    Args:
        workers: so many do it at once, to be ready for what comes; the answer of one is enough.

    Raises:
        Exception: what `work` raises.
    """

    def done(_: int) -> _Result | Broken:
        result: _Result | Broken = _answer(lambda _items, _begin: work(), [], limits, lambda: False)
        return result

    with ThreadPoolExecutor(workers) as threads:
        answer, *_ = threads.map(done, range(workers))
        return answer


def _answer(work: Work, items: Sequence[Any], limits: Limits, stopped: Callable[[], bool]) -> Any:
    # A worker may be older than the credentials of a store that somebody has set since.
    order = cloudpickle.dumps((work, items, limits, {**os.environ, **_ONE_THREAD}))
    with _borrowed() as worker:
        answer = worker.run(order, limits, stopped)
    if isinstance(answer, Raised):
        raise answer.error
    return answer


_idle: list[Worker] = []  # kept from one run to the next: starting one takes seconds
_lock = Lock()


@contextmanager
def _borrowed() -> Iterator[Worker]:
    """A worker that nobody else uses; a living one is kept for the next."""
    with _lock:
        while _idle and not _idle[-1].alive:
            _idle.pop()
        worker = _idle.pop() if _idle else None
    worker = worker or Worker()
    try:
        yield worker
    except BaseException:  # it may still be on the order, and would give its answer to the next one
        worker.end()
        raise
    if worker.alive:
        with _lock:
            _idle.append(worker)


@cache
def _starter() -> ThreadPoolExecutor:
    atexit.register(end_idle)
    return ThreadPoolExecutor(1, thread_name_prefix="winnow-starter")


def end_idle() -> None:
    """End the workers that wait for a next run; each holds some 200 MB."""
    with _lock:
        while _idle:
            _idle.pop().end()


def _start() -> tuple[subprocess.Popen[bytes], Connection]:
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-P", "-c", _BOOT, str(theirs.fileno()), str(os.getpid())]
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
        )
    return process, Connection(ours.detach())


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
