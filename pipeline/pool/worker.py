"""What a worker process does: takes orders from its parent, works on them within limits, and dies with the parent.

It runs in a process of its own and talks to `watched` alone: an empty message says that items have begun, any other one
is the pickled answer to an order. An order that is empty asks for a fork of the process, which then is a worker too.
"""

import ctypes
import gc
import os
import pickle
import resource
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from time import monotonic
from typing import Any

import cloudpickle

FORK, REFUSED = b"", b""  # what asks for a fork, and the answer where there can be none
_PR_SET_PDEATHSIG = 1  # prctl(2)
_SOFT = 0.8  # of the memory limit is what may be allocated; the rest is code, and room for libraries to fail in order
_MEGABYTE = 2**20
# New objects from one search for cycles to the next, in place of 700: documents make many objects and no cycles (80
# pages left 20 unreachable ones), and looking for them took 4 % of a worker's time.
_SEARCHED = 100_000
_SPARED = 0.2  # seconds from one announcement to the next: each costs both processes some microseconds

Begin = Callable[[], None]
Work = Callable[[Sequence[Any], Begin], Any]
"""Takes items, and calls its second argument whenever an item begins; from then on the time limit runs anew."""


class Fault(StrEnum):
    """Why an order was broken off."""

    TIME = "time"
    MEMORY = "memory"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Broken:
    """The answer where there is no result."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Raised:
    """The answer where the work raised: for the caller to raise again."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Limits:
    """What one item may cost.

    Attributes:
        seconds: wall time from the beginning of an item.
        megabytes: memory of a worker, models included.
    """

    seconds: float = 30.0
    megabytes: int = 2000


@dataclass(slots=True)
class _Clock:
    """Starts the time of each item of an order, here and in the parent.

    Attributes:
        told: when the parent was told last.
    """

    channel: Connection
    seconds: float
    told: float = -inf

    def begin(self) -> None:
        """Start an item's time; the parent, whose limit is longer by more than that, is told every now and then."""
        signal.setitimer(signal.ITIMER_REAL, self.seconds)
        if monotonic() >= self.told + _SPARED:
            self.told = monotonic()
            self.channel.send_bytes(b"")


class _TimeUp(BaseException):
    """No Exception, so that no library takes it for an error of its own."""


def main() -> None:
    """Serve the parent until it closes the channel. Arguments: file descriptor of the channel, parent's process id."""
    channel = Connection(int(sys.argv[1]))
    _end_with(int(sys.argv[2]))
    gc.set_threshold(_SEARCHED)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group, and is for the parent to handle
    signal.signal(signal.SIGALRM, _time_is_up)
    with suppress(EOFError, OSError):
        while True:
            order = channel.recv_bytes()
            if order == FORK:
                channel = _forked(channel)
            else:
                channel.send_bytes(pickle.dumps(_answer(order, channel)))
    _bury()


def _forked(channel: Connection) -> Connection:
    """Fork; the channel to serve from now on, which the child is handed here.

    What neither of them writes both share, so the collector must not write into what is there already.
    """
    handle = recv_handle(channel)
    _bury()
    gc.freeze()
    parent = os.getpid()
    try:
        child = os.fork()
    except OSError:
        channel.send_bytes(REFUSED)
    else:
        if child == 0:
            channel.close()
            _end_with(parent)
            return Connection(handle)
        _introduce(child, channel)
    os.close(handle)
    return channel


def _introduce(child: int, channel: Connection) -> None:
    """Tell of a child that nobody has waited for yet, so that its number is its own."""
    ended = os.pidfd_open(child)
    channel.send_bytes(str(child).encode())
    send_handle(channel, ended, os.getppid())
    os.close(ended)


def _bury() -> None:
    """Let go of children that have ended; of those that end later the next fork does."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def _end_with(parent: int) -> None:
    """Let the system kill this process when its parent dies, also while C code holds the interpreter."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=[parent], daemon=True).start()
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)


def _watch(parent: int) -> None:
    """Where the system cannot be asked: see from time to time whether the parent is still there."""
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(1)
    os._exit(1)


def _time_is_up(_signal: int, _frame: object) -> None:
    raise _TimeUp


def _answer(order: bytes, channel: Connection) -> Any:
    """The result of an order, or why there is none."""
    try:
        work, items, limits, environment = cloudpickle.loads(order)
        os.environ.update(environment)
        _allow(limits.megabytes)
        try:
            return work(items, _Clock(channel, limits.seconds).begin)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _TimeUp:
        return Broken(Fault.TIME)
    except MemoryError:
        return Broken(Fault.MEMORY)
    except Exception as error:  # noqa: BLE001 - raised again by the parent
        return Raised(_picklable(error))


def _picklable(error: Exception) -> Exception:
    """The error itself, or its words where it cannot travel."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - whatever its class does
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _allow(megabytes: int) -> None:
    """Have allocations fail beyond the soft limit. RLIMIT_AS would count what libraries reserve and never use."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    soft = int(megabytes * _MEGABYTE * _SOFT)
    resource.setrlimit(resource.RLIMIT_DATA, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
