"""Processes that really die, hang and swell: every item keeps its place, and none is tried more than twice."""

import gc
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from pathlib import Path

import pytest

from pipeline.pool import Broken, Fault, Limits, StoppedError, guarded, on_this_machine, once, ready
from pipeline.pool.kept import end_idle
from pipeline.pool.process import can_fork, fork
from pipeline.pool.worker import _forked

LIMITS = Limits(1.0, 500)


def leave() -> None:
    os._exit(0)


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)  # what the system does to a process that takes too much


def spin_in_c() -> None:
    sum(range(10**12))  # no signal interrupts it


def spin() -> None:
    while True:
        pass


def allocate() -> None:
    bytearray(10**11)


def fill() -> None:
    held = []
    while True:
        held.append(bytearray(b"x") * 2**20)


def ten_times(
    items: Sequence[int], begin: Callable[[], None], folder: Path, deadly: frozenset[int], end: Callable[[], None]
) -> list[int]:
    """Ten times each item; every attempt leaves a mark in the folder, and a deadly item does what it must not."""
    for item in items:
        begin()
        with (folder / str(item)).open("a") as file:
            file.write("tried\n")
        if item in deadly:
            end()
    return [10 * item for item in items]


def attempts(folder: Path) -> list[int]:
    return [len(path.read_text().splitlines()) for path in folder.iterdir()]


def minus(item: int, _fault: Fault) -> int:
    return -item


def never() -> bool:
    return False


def run(folder: Path, deadly: set[int], end: Callable[[], None], items: int = 8) -> list[int]:
    work = partial(ten_times, folder=folder, deadly=frozenset(deadly), end=end)
    return guarded(work, list(range(items)), LIMITS, lost=minus, stopped=never)


@pytest.mark.parametrize("deadly", [set(), {3}, {0, 7}, {2, 3}, {7}], ids=str)
def test_deadly_items_alone_are_lost_and_all_keep_their_places(tmp_path: Path, deadly: set[int]):
    assert run(tmp_path, deadly, os.abort) == [-item if item in deadly else 10 * item for item in range(8)]
    assert max(attempts(tmp_path)) <= 2


@pytest.mark.parametrize(
    ("end", "fault"),
    [
        (os.abort, Fault.LOST),
        (killed, Fault.LOST),
        (leave, Fault.LOST),
        (spin, Fault.TIME),
        (spin_in_c, Fault.TIME),
        (allocate, Fault.MEMORY),
        (fill, Fault.MEMORY),
    ],
)
def test_the_end_of_an_item_is_told_by_its_name(tmp_path: Path, end: Callable[[], None], fault: Fault):
    work = partial(ten_times, folder=tmp_path, deadly=frozenset({1}), end=end)
    faults: list[Fault] = []

    def lost(_item: int, told: Fault) -> int:
        faults.append(told)
        return -1

    assert guarded(work, [0, 1, 2], LIMITS, lost=lost, stopped=never) == [0, -1, 20]
    assert faults == [fault]


def test_item_alone_that_is_too_slow_is_not_tried_again(tmp_path: Path):
    work = partial(ten_times, folder=tmp_path, deadly=frozenset({0}), end=spin)
    assert guarded(work, [0], LIMITS, lost=minus, stopped=never) == [0]
    assert attempts(tmp_path) == [1]


def refuse(items: Sequence[int], _begin: Callable[[], None]) -> list[int]:
    raise LookupError(str(items))


def test_exception_of_the_work_is_raised_here_and_is_no_lost_process():
    with pytest.raises(LookupError, match=r"\[1, 2\]"):
        guarded(refuse, [1, 2], LIMITS, lost=minus, stopped=never)


def test_work_about_no_item_that_takes_too_much_is_broken():
    assert once(allocate, LIMITS) == Broken(Fault.MEMORY)


LOADED: list[int] = []  # what work has left behind in the process it was done in: the numbers of processes


@pytest.fixture
def nothing_kept() -> Iterator[None]:
    """No process of an earlier test, and none for later ones."""
    end_idle()
    yield
    end_idle()


def load() -> int:
    LOADED.append(os.getpid())
    return LOADED[-1]


def hold() -> int:
    LOADED.extend([0] * 40_000_000)  # 320 MB
    return load()


def loaded(_items: Sequence[int], _begin: Callable[[], None]) -> list[tuple[int, list[int]]]:
    return [(os.getpid(), LOADED)]


def seen_by_a_worker() -> tuple[int, list[int]]:
    """The number of a worker and what it finds loaded."""
    (told,) = guarded(loaded, [0], Limits(), lost=lambda *_: (0, []), stopped=never)
    return told


@pytest.mark.usefixtures("nothing_kept")
def test_workers_find_what_was_made_ready_in_another_process():
    seed = ready(load, Limits())
    worker, found = seen_by_a_worker()
    assert found == [seed]
    assert len({os.getpid(), seed, worker}) == (3 if can_fork() else 2)


@pytest.mark.usefixtures("nothing_kept")
def test_worker_that_is_lost_is_followed_by_one_that_is_ready(tmp_path: Path):
    seed = ready(load, Limits())
    assert run(tmp_path, {3}, os.abort) == [-item if item == 3 else 10 * item for item in range(8)]
    assert seen_by_a_worker()[1] == [seed]


@pytest.mark.usefixtures("nothing_kept")
@pytest.mark.skipif(not can_fork(), reason="nothing can be forked here")
def test_making_the_same_ready_again_does_nothing():
    seed = ready(load, Limits())
    seen_by_a_worker()
    assert ready(load, Limits()) == seed
    assert seen_by_a_worker()[1] == [seed]


@pytest.mark.usefixtures("nothing_kept")
@pytest.mark.skipif(not can_fork(), reason="nothing can be forked here")
def test_what_was_made_ready_before_is_gone_once_something_else_is():
    before = ready(load, Limits())
    after = ready(partial(load), Limits())
    assert after != before
    assert seen_by_a_worker()[1] == [after]


def waits(items: Sequence[int], begin: Callable[[], None], begun: Path, sign: Path) -> list[int]:
    """The items themselves, as soon as there is a sign."""
    begin()
    begun.touch()
    while not sign.exists():
        time.sleep(0.01)
    return list(items)


@pytest.mark.usefixtures("nothing_kept")
@pytest.mark.skipif(not can_fork(), reason="nothing can be forked here")
def test_what_is_made_ready_for_another_run_costs_no_item_of_the_run_under_way(tmp_path: Path):
    begun, sign = tmp_path / "begun", tmp_path / "sign"
    before = ready(load, Limits())
    with ThreadPoolExecutor(1) as threads:
        work = partial(waits, begun=begun, sign=sign)
        under_way = threads.submit(guarded, work, [1, 2], Limits(), lost=minus, stopped=never)
        while not begun.exists():
            time.sleep(0.01)
        begun.unlink()
        after = ready(partial(load), Limits())
        sign.touch()
        assert under_way.result() == [1, 2]
    assert not begun.exists()  # no other worker had to begin anew
    assert ready(partial(load), Limits()) == after
    assert seen_by_a_worker()[1] == [after]
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


@pytest.mark.usefixtures("nothing_kept")
def test_lower_limits_are_kept_by_what_was_ready_within_higher_ones():
    assert isinstance(ready(hold, Limits()), int)
    assert ready(hold, Limits(megabytes=250)) == Broken(Fault.MEMORY)
    assert seen_by_a_worker()[1] == []


@pytest.mark.usefixtures("nothing_kept")
def test_work_goes_on_when_the_process_that_was_made_ready_is_lost():
    os.kill(ready(load, Limits()), signal.SIGKILL)
    assert seen_by_a_worker()[1] == []


@pytest.mark.usefixtures("nothing_kept")
def test_making_ready_that_takes_too_much_is_broken_and_can_be_tried_again():
    assert ready(allocate, LIMITS) == Broken(Fault.MEMORY)
    assert isinstance(ready(load, Limits()), int)


@pytest.mark.usefixtures("nothing_kept")
def test_exception_of_making_ready_is_raised_here_and_can_be_tried_again():
    with pytest.raises(LookupError):
        ready(partial(refuse, [1], never), Limits())
    assert isinstance(ready(load, Limits()), int)


@pytest.mark.usefixtures("nothing_kept")
def test_where_nothing_can_be_forked_a_worker_makes_itself_ready(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pipeline.pool.kept.can_fork", lambda: False)
    worker = ready(load, Limits())
    assert seen_by_a_worker() == (worker, [worker])


def no_room(_channel: Connection) -> int:
    raise RuntimeError("received 0 items of ancdata")  # what comes where no file descriptor is left


@pytest.mark.usefixtures("nothing_kept")
def test_child_that_cannot_be_held_is_replaced_and_the_next_one_is_ready(monkeypatch: pytest.MonkeyPatch):
    seed = ready(load, Limits())
    with monkeypatch.context() as broken:
        broken.setattr("pipeline.pool.process.recv_handle", lambda channel: (recv_handle(channel), no_room(channel))[1])
        assert seen_by_a_worker()[1] == ([] if can_fork() else [seed])
    assert ready(load, Limits()) == seed
    assert seen_by_a_worker()[1] == ([seed] if can_fork() else [seed, seed])


def no_child() -> int:
    raise BlockingIOError("no more processes")


@pytest.mark.skipif(not can_fork(), reason="nothing can be forked here")
def test_process_that_can_have_no_child_says_so_and_serves_on(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "fork", no_child)
    ours, theirs = map(Connection, (end.detach() for end in socket.socketpair()))

    def serve() -> bool:
        theirs.recv_bytes()
        return _forked(theirs) is theirs

    with ours, theirs, ThreadPoolExecutor(1) as threads:
        served = threads.submit(serve)
        with pytest.raises(ChildProcessError):
            fork(os.getpid(), ours)
        assert served.result()


def think(_items: Sequence[int], _begin: Callable[[], None]) -> list[float]:
    while time.process_time() < 1.0:
        pass
    return [time.process_time()]


def cost() -> float:
    """Seconds of processor time of all processes that have ended."""
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    return told.ru_utime + told.ru_stime


COSTLY = """
import sys
sys.path[:0] = {path!r}
from tests.test_pool import load, never, think
from pipeline.pool import Limits, guarded, ready
ready(load, Limits())
guarded(think, [0], Limits(), lost=lambda *_: 0.0, stopped=never)
"""


def test_what_workers_cost_is_told_of_the_process_that_asked_for_it():
    before = cost()
    subprocess.run([sys.executable, "-c", COSTLY.format(path=sys.path)], check=True)
    assert cost() - before > 1.0


def test_workers_look_for_cycles_rarely():
    assert once(gc.get_threshold, Limits())[0] > 10 * gc.get_threshold()[0]


def test_stop_ends_a_worker_in_the_middle_of_c_code(tmp_path: Path):
    work = partial(ten_times, folder=tmp_path, deadly=frozenset({0}), end=spin_in_c)
    started = time.monotonic()
    with pytest.raises(StoppedError):
        guarded(work, [0], Limits(60.0, 500), lost=minus, stopped=lambda: bool(list(tmp_path.iterdir())))
    assert time.monotonic() - started < 20


def told_of(_items: Sequence[int], _begin: Callable[[], None]) -> list[str]:
    return [os.environ.get("WINNOW_QUAY", "")]


def test_worker_that_was_kept_knows_what_the_environment_is_now(monkeypatch: pytest.MonkeyPatch):
    answers = []
    for value in ("one", "two"):
        monkeypatch.setenv("WINNOW_QUAY", value)
        answers += guarded(told_of, [0], LIMITS, lost=lambda _item, fault: fault.value, stopped=never)
    assert answers == ["one", "two"]


def slow_first(number: int) -> int:
    time.sleep(0.2 if number == 0 else 0)
    return number


def test_units_come_back_in_order():
    assert list(on_this_machine(slow_first, range(9), 3)) == list(range(9))


def test_no_units_give_no_results():
    assert list(on_this_machine(slow_first, [], 2)) == []


PARENT = """
import sys
from pathlib import Path
sys.path[:0] = {path!r}
from functools import partial
from tests.test_pool import load, ten_times, minus, never, {harm}
from pipeline.pool import Limits, guarded, ready
if {is_ready}:
    ready(load, Limits())
work = partial(ten_times, folder=Path({folder!r}), deadly=frozenset([0]), end={harm})
guarded(work, [0], Limits(600.0, 500), lost=minus, stopped=never)
"""


def workers_in(folder: Path) -> list[int]:
    """Worker processes that were started from a script which names the folder: by their parent's id in its file."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (
                str(folder).encode() in (path / "environ").read_bytes()
                and b"pool.worker" in (path / "cmdline").read_bytes()
            ):
                found.append(int(path.name))
    return found


@pytest.mark.parametrize("is_ready", [False, True])
@pytest.mark.parametrize("harm", ["spin_in_c", "spin"])
def test_worker_ends_with_its_parent_also_when_that_is_killed(tmp_path: Path, harm: str, *, is_ready: bool):
    marks = tmp_path / "marks"
    marks.mkdir()
    script = PARENT.format(path=sys.path, folder=str(marks), harm=harm, is_ready=is_ready)
    with subprocess.Popen([sys.executable, "-c", script], env={**os.environ, "MARK": str(tmp_path)}) as parent:
        limit = time.monotonic() + 60
        while not list(marks.iterdir()):
            assert time.monotonic() < limit
            time.sleep(0.05)
        workers = workers_in(tmp_path)
        assert len(workers) == (2 if is_ready and can_fork() else 1)
        parent.kill()
    limit = time.monotonic() + 5
    while any(map(lives, workers)):
        assert time.monotonic() < limit, "a worker outlives its parent"
        time.sleep(0.05)


def lives(process: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
