"""Processes that really die, hang and swell: every item keeps its place, and none is tried more than twice."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from pipeline.pool import Broken, Fault, Limits, StoppedError, guarded, on_this_machine, once

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


def met(folder: Path, others: int) -> int:
    """How many processes have come together in a folder; each waits for the others."""
    (folder / str(os.getpid())).touch()
    while len(list(folder.iterdir())) < others:
        time.sleep(0.01)
    return others


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


def test_work_about_no_item_is_done_by_several_workers_at_once(tmp_path: Path):
    assert once(partial(met, tmp_path, 3), Limits(), workers=3) == 3
    assert str(os.getpid()) not in {path.name for path in tmp_path.iterdir()}


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
from tests.test_pool import ten_times, minus, never, {harm}
from pipeline.pool import Limits, guarded
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


@pytest.mark.parametrize("harm", ["spin_in_c", "spin"])
def test_worker_ends_with_its_parent_also_when_that_is_killed(tmp_path: Path, harm: str):
    marks = tmp_path / "marks"
    marks.mkdir()
    script = PARENT.format(path=sys.path, folder=str(marks), harm=harm)
    with subprocess.Popen([sys.executable, "-c", script], env={**os.environ, "MARK": str(tmp_path)}) as parent:
        limit = time.monotonic() + 60
        while not list(marks.iterdir()):
            assert time.monotonic() < limit
            time.sleep(0.05)
        (worker,) = workers_in(tmp_path)
        parent.kill()
    limit = time.monotonic() + 5
    while Path(f"/proc/{worker}").exists() and "Z" not in Path(f"/proc/{worker}/stat").read_text().split()[2]:
        assert time.monotonic() < limit, "the worker outlives its parent"
        time.sleep(0.05)
