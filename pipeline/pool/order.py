"""Many units of work at once, their results in the order of the units: by threads of this process or on a cluster.

A unit is driven by a thread, here or in a worker of the cluster; what is dangerous in it runs in a process of its own
(`guard`).
"""

import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from pipeline.errors import MissingExtraError, UsageError

_Unit = TypeVar("_Unit")
_Result = TypeVar("_Result")
_AHEAD = 2  # units under way or waiting for each thread: results come in order, and one may be slow


def on_this_machine(work: Callable[[_Unit], _Result], units: Iterable[_Unit], jobs: int) -> Iterator[_Result]:
    """Results in order; few units are taken ahead of the one whose result is awaited.

    Raises:
        Exception: what `work` raises; units that have begun are waited for.
    """
    waiting = iter(units)
    with ThreadPoolExecutor(jobs, thread_name_prefix="winnow") as threads:
        under_way: deque[Future[_Result]] = deque(threads.submit(work, unit) for unit in islice(waiting, _AHEAD * jobs))
        try:
            while under_way:
                result = under_way.popleft().result()
                under_way.extend(threads.submit(work, unit) for unit in islice(waiting, 1))
                yield result
        finally:
            for future in under_way:
                future.cancel()


def on_cluster(work: Callable[[_Unit], _Result], units: Iterable[_Unit], scheduler: str | None) -> Iterator[_Result]:
    """Results in order from the workers of a Dask cluster; a unit whose worker dies is done again by another.

    Args:
        scheduler: address of an existing scheduler; None starts a cluster on this machine.

    Raises:
        MissingExtraError: Dask is not installed.
        UsageError: the scheduler does not answer.
        Exception: what `work` raises.
    """
    from joblib import Parallel, delayed, parallel_config  # noqa: PLC0415 - late: a twentieth of a second, twice

    try:
        from distributed import Client  # noqa: PLC0415 - optional ([dask] extra)
    except ImportError as error:
        raise MissingExtraError("--backend dask", "dask") from error
    try:
        client = Client(scheduler, timeout=10)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise UsageError(f"--scheduler {scheduler} does not answer ({error}): name a running one.") from error
    with client, parallel_config(backend="dask", wait_for_workers_timeout=60), warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning)  # joblib regrets unused work, Dask large graphs
        parallel = Parallel(n_jobs=-1, return_as="generator", pre_dispatch="3*n_jobs", batch_size=1)
        yield from parallel(delayed(work)(unit) for unit in units)
