"""Worker processes: chunks of items in, their results out in the same order, whatever becomes of a process.

The only module that knows that processes exist. What an item is, and what is done with it, is its caller's business.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from operator import length_hint
from typing import TypeVar

from joblib import Parallel, delayed
from joblib.externals.loky import BrokenProcessPool, ProcessPoolExecutor

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_Work = Callable[[Sequence[_Item]], Sequence[_Result]]


def in_order(
    work: _Work[_Item, _Result], chunks: Sequence[Sequence[_Item]], *, jobs: int, lost: Callable[[_Item], _Result]
) -> Generator[_Result, None, None]:
    """One result an item, in the order of the chunks and of the items in them.

    A process that dies takes all others with it, and nobody can tell which item killed it. So every chunk that was
    handed out and has not come back is done again, item by item, in a process of its own; the rest then goes on as
    before. No item is tried more than twice.

    Args:
        work: gives one result an item, in order; it and what it takes and gives are pickled.
        jobs: processes; 1 works in this one, which a deadly item then ends.
        lost: the result of an item that kills its process when it is tried alone.

    Raises:
        Exception: what `work` raises.
    """
    done = 0
    while done < len(chunks):
        places = iter(range(done, len(chunks)))
        with suppress(BrokenProcessPool):
            for results in _together(work, (chunks[place] for place in places), jobs):
                done += 1
                yield from results
        # At least one, so that a pool that breaks before it takes anything cannot keep the loop where it is.
        handed_out = max(len(chunks) - length_hint(places), done + 1)
        under_way = chunks[done:handed_out]
        yield from _alone(work, chain.from_iterable(under_way), lost)
        done += len(under_way)


def _together(work: _Work[_Item, _Result], chunks: Iterable[Sequence[_Item]], jobs: int) -> Iterable[Sequence[_Result]]:
    """Results of chunks, in order; chunks are taken as processes become free, so that few are under way."""
    parallel = Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="2*n_jobs", batch_size=1)
    results: Iterable[Sequence[_Result]] = parallel(delayed(work)(chunk) for chunk in chunks)
    return results


def _alone(work: _Work[_Item, _Result], items: Iterable[_Item], lost: Callable[[_Item], _Result]) -> Iterator[_Result]:
    """Results of items tried one after the other, so that the death of the process names the item."""
    waiting = deque(items)
    while waiting:
        with _process() as process, suppress(BrokenProcessPool):
            while waiting:
                results = process.submit(work, [waiting[0]]).result()
                waiting.popleft()
                yield from results
        if waiting:
            yield lost(waiting.popleft())


@contextmanager
def _process() -> Iterator[ProcessPoolExecutor]:
    """One process, ended and not waited for when it is no longer needed.

    joblib cannot give it: with one job it works in this process, which the next deadly item would end.
    """
    pool = ProcessPoolExecutor(1)
    try:
        yield pool
    finally:
        pool.shutdown(kill_workers=True)
