"""Processes that really die: every item keeps its place, the deadly ones are named, and nothing is tried for ever."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
from joblib.externals.loky import get_reusable_executor

from pipeline.pool import in_order

SIZE = 3  # items of a chunk
ITEMS = 24


@pytest.fixture(autouse=True)
def workers() -> Iterator[None]:
    """Let worker processes go when the test is over."""
    yield
    get_reusable_executor().shutdown(wait=True)


def abort() -> None:
    os.abort()


def run_out_of_memory() -> None:
    os.kill(os.getpid(), signal.SIGKILL)  # what the system does to a process that takes too much


def leave() -> None:
    os._exit(0)


def ten_times(items: Sequence[int], folder: Path, deadly: frozenset[int], end: Callable[[], None]) -> list[int]:
    """Ten times each item; every attempt leaves a mark in the folder, and a deadly item ends the process."""
    for item in items:
        with (folder / str(item)).open("a") as file:
            file.write("tried\n")
        if item in deadly:
            end()
    return [10 * item for item in items]


def chunked(count: int) -> list[list[int]]:
    return [list(range(count))[start : start + SIZE] for start in range(0, count, SIZE)]


def attempts(folder: Path) -> dict[int, int]:
    return {int(path.name): len(path.read_text().splitlines()) for path in folder.iterdir()}


def minus(item: int) -> int:
    """The result of an item that was lost."""
    return -item


@pytest.mark.parametrize(
    "deadly",
    [
        pytest.param(set(), id="none"),
        pytest.param({10}, id="one in the middle"),
        pytest.param({1, 22}, id="two far apart"),
        pytest.param({9, 11}, id="two in one chunk"),
        pytest.param({ITEMS - 1}, id="the last"),
    ],
)
def test_deadly_items_alone_are_lost_and_all_keep_their_places(tmp_path: Path, deadly: set[int]):
    work = partial(ten_times, folder=tmp_path, deadly=frozenset(deadly), end=abort)
    results = list(in_order(work, chunked(ITEMS), jobs=2, lost=minus))
    assert results == [-item if item in deadly else 10 * item for item in range(ITEMS)]
    tried = attempts(tmp_path)
    assert (sorted(tried), max(tried.values()) <= 2) == (list(range(ITEMS)), True)


@pytest.mark.parametrize("end", [abort, run_out_of_memory, leave])
def test_it_does_not_matter_how_a_process_ends(tmp_path: Path, end: Callable[[], None]):
    work = partial(ten_times, folder=tmp_path, deadly=frozenset({4}), end=end)
    assert list(in_order(work, chunked(9), jobs=2, lost=minus)) == [0, 10, 20, 30, -4, 50, 60, 70, 80]


def test_nothing_but_deadly_items_comes_to_an_end(tmp_path: Path):
    work = partial(ten_times, folder=tmp_path, deadly=frozenset(range(1, 7)), end=abort)
    assert list(in_order(work, [[1, 2], [3, 4], [5, 6]], jobs=2, lost=minus)) == [-1, -2, -3, -4, -5, -6]
    assert max(attempts(tmp_path).values()) <= 2


def test_no_chunks_give_no_results(tmp_path: Path):
    work = partial(ten_times, folder=tmp_path, deadly=frozenset(), end=abort)
    assert list(in_order(work, [], jobs=2, lost=minus)) == []


def refuse(items: Sequence[int]) -> list[int]:
    raise LookupError(str(items))


@pytest.mark.parametrize("jobs", [1, 2])
def test_exception_of_the_work_is_no_lost_process(jobs: int):
    with pytest.raises(LookupError, match=r"\[\d, \d, \d\]"):
        list(in_order(refuse, chunked(9), jobs=jobs, lost=minus))
