"""How worker processes come to be: started anew, or forked from one that has loaded what all of them need.

A fork takes milliseconds where a start takes a second, and shares the memory of what was loaded before it.
"""

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from queue import SimpleQueue
from threading import Thread
from typing import Protocol

from pipeline.pool.worker import FORK, REFUSED

_BOOT = "from pipeline.pool.worker import main; main()"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Process(Protocol):
    """What is done with a process, as `subprocess.Popen` has it."""

    pid: int

    def poll(self) -> int | None:
        """None as long as it lives."""

    def kill(self) -> None:
        """End it, whatever it does."""

    def wait(self) -> int:
        """Return once it has ended."""


class Forked:
    """A process that is another one's child, by a handle that no later process can be mistaken for.

    Args:
        pid: its number.
        handle: file descriptor from `os.pidfd_open`; closed once the end was waited for.
    """

    def __init__(self, pid: int, handle: int) -> None:
        self.pid, self._handle, self._lives = pid, handle, True
        self._ends = select.poll()
        self._ends.register(handle, select.POLLIN)

    def poll(self) -> int | None:
        """None as long as it lives, then 0: how it ended its parent alone is told."""
        return None if self._lives and not self._ends.poll(0) else 0

    def kill(self) -> None:
        """End it, whatever it does."""
        if self._lives:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def wait(self) -> int:
        """Return once it has ended."""
        if self._lives:
            self._ends.poll()
            self._lives = False
            os.close(self._handle)
        return 0


@cache
def can_fork() -> bool:
    """Whether workers can be forked: elsewhere system libraries may not outlive it, and old kernels have no handles."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


def start(at_exit: Callable[[], None]) -> tuple[Process, Connection]:
    """A new process with the channel to it.

    Args:
        at_exit: called when this process ends, before the new ones do.

    Raises:
        OSError: none can be started.
    """
    started: Future[tuple[Process, Connection]] = Future()
    _starter(at_exit).put(started)
    return started.result()


@cache
def _starter(at_exit: Callable[[], None]) -> "SimpleQueue[Future[tuple[Process, Connection]]]":
    """What asks a thread to start processes.

    The system kills a process when the *thread* that started it ends, so one that lasts starts them all. No executor's
    thread does: it ends before what is to be done at exit.
    """
    atexit.register(at_exit)
    wanted: SimpleQueue[Future[tuple[Process, Connection]]] = SimpleQueue()
    Thread(target=_start_all, args=[wanted], name="winnow-starter", daemon=True).start()
    return wanted


def _start_all(wanted: "SimpleQueue[Future[tuple[Process, Connection]]]") -> None:
    while True:
        started = wanted.get()
        try:
            started.set_result(_start())
        except OSError as error:
            started.set_exception(error)


def _start() -> tuple[Process, Connection]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = [sys.executable, "-P", "-c", _BOOT, str(theirs.fileno()), str(os.getpid())]
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
        )
        return process, Connection(ours.detach())


def fork(pid: int, channel: Connection) -> tuple[Process, Connection]:
    """A process forked from an idle worker, with the channel to it.

    Args:
        pid: the worker's number.
        channel: to the worker, nobody else on it.

    Raises:
        EOFError, OSError: the worker has ended, or can have no child.
        RuntimeError: this process has no room for the handle of the child, which then ends by itself.
    """
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel.send_bytes(FORK)
        send_handle(channel, theirs.fileno(), pid)
        child = channel.recv_bytes()
        if child == REFUSED:
            raise ChildProcessError(f"Process {pid} can have no child.")
        return Forked(int(child), recv_handle(channel)), Connection(ours.detach())
