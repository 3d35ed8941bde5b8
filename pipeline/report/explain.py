"""One document from its bytes to its account: what was removed where, and what drove the verdict."""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from pipeline.document import ChromeKind, Failure, Source
from pipeline.errors import UsageError
from pipeline.read import STDIN, Entry, load, load_stream
from pipeline.report.account import Account, Order, account_of_source
from pipeline.report.rows import ResultRow, row_of
from pipeline.score import Models, Scorer
from pipeline.write import printable, row


@dataclass(frozen=True, slots=True)
class Explained:
    """A document's row and its lines in order."""

    row: ResultRow
    account: Account


def explain(name: str, models: Models, *, keep: Iterable[ChromeKind] = (), max_bytes: int) -> Explained:
    """Clean and score one document and put it back together.

    Args:
        name: a file, or `-` for standard input.

    Raises:
        UsageError: there is no such file, or it is a folder.
    """
    opened = _opened(name, max_bytes)
    if isinstance(opened, Failure):
        return Explained(row_of(row(opened, models.fingerprint)), Account((), Order.NOTHING))
    with threadpool_limits(1):
        (outcome,) = Scorer(models, keep=keep).score_chunk([opened])
    told = row_of(row(outcome, models.fingerprint))
    return Explained(told, account_of_source(told, opened) or Account((), Order.NOTHING))


def _opened(name: str, max_bytes: int) -> Source | Failure:
    if name == STDIN:
        if sys.stdin is None:
            raise UsageError("- reads standard input, and there is none: name a file.")
        return load_stream(sys.stdin.buffer, max_bytes)
    path, quoted = Path(name), repr(printable(name))
    if name and path.is_dir():
        raise UsageError(f"{quoted} is a folder and explain takes one document: name a file, or use winnow score.")
    if not (name and os.path.lexists(path)):
        raise UsageError(f"{quoted} does not exist: name a file of HTML or text, or - for standard input.")
    return load(Entry(printable(path.name), path), max_bytes)
