"""One worker process under supervision: given an order it answers, or is ended once it takes too long or too much.

Two limits, because a signal cannot interrupt C code: the worker breaks itself off where it can (`worker`), and is
killed from here where it cannot.
"""

import os
import pickle
import select
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import IO, Any, TypeVar

import cloudpickle

from pipeline.pool.process import ONE_THREAD, Process, fork
from pipeline.pool.worker import Broken, Fault, Limits, Raised, Work

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

    def answer(self, work: Work, items: Sequence[Any], limits: Limits, stopped: Callable[[], bool]) -> Any:
        """What work makes of items, or why it was broken off.

        Raises:
            Exception: what `work` raises.
            StoppedError: `stopped` said so.
        """
        # A worker may be older than the credentials of a store that somebody has set since.
        order = cloudpickle.dumps((work, items, limits, {**os.environ, **ONE_THREAD}))
        answer = self._answer(order, limits, stopped)
        if isinstance(answer, Raised):
            raise answer.error
        return answer

    def result(self, work: Callable[[], _Result], limits: Limits) -> _Result | Broken:
        """The result of work that is about no item.

        Raises:
            Exception: what `work` raises.
        """
        answer: _Result | Broken = self.answer(lambda _items, _begin: work(), [], limits, lambda: False)
        return answer

    def _answer(self, order: bytes, limits: Limits, stopped: Callable[[], bool]) -> Any:
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
