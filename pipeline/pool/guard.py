"""Work on items in processes of its own: one that breaks it off costs that item alone."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pipeline.pool.kept import borrowed
from pipeline.pool.worker import Broken, Fault, Limits, Work

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


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
    with borrowed() as worker:
        return worker.result(work, limits)


def _answer(work: Work, items: Sequence[Any], limits: Limits, stopped: Callable[[], bool]) -> Any:
    with borrowed() as worker:
        return worker.answer(work, items, limits, stopped)
