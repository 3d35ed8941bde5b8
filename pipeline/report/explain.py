"""One document from its bytes to its account: what was removed where, and what drove the verdict."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from threadpoolctl import threadpool_limits

from pipeline.document import ChromeKind, Failure, Source
from pipeline.errors import UsageError
from pipeline.inputs import Item, Reading, container, list_places, opened
from pipeline.read import STDIN, is_container, source_of
from pipeline.remote import is_address
from pipeline.report.account import Account, Order, account_of_source
from pipeline.report.rows import ResultRow, row_of
from pipeline.score import Models, Scorer
from pipeline.write import printable, row


@dataclass(frozen=True, slots=True)
class Explained:
    """A document's row and its lines in order."""

    row: ResultRow
    account: Account


def explain(
    name: str, models: Models, *, keep: Iterable[ChromeKind] = (), max_bytes: int, field: str | None = None
) -> Explained:
    """Clean and score one document and put it back together.

    Args:
        name: a file, the id of a container's record (`dump.jsonl#3`), or `-` for standard input.
        field: of a record, the one with the document.

    Raises:
        UsageError: there is no such file, or it is a folder.
    """
    source = _source(name, max_bytes, field)
    if isinstance(source, Failure):
        return Explained(row_of(row(source, models.fingerprint)), Account((), Order.NOTHING))
    with threadpool_limits(1):
        (outcome,) = Scorer(models, keep=keep).score_chunk([source])
    told = row_of(row(outcome, models.fingerprint))
    return Explained(told, account_of_source(told, source) or Account((), Order.NOTHING))


def _source(name: str, max_bytes: int, field: str | None) -> Source | Failure:
    """The source of a document; a folder holds many, a container tells them apart by number."""
    quoted = repr(printable(name))
    whole, number = _numbered(name)
    if not whole or (whole != STDIN and not is_address(whole) and not os.path.lexists(whole)):
        raise UsageError(f"{quoted} does not exist: name a file of HTML or text, or - for standard input.")
    places = list(islice(list_places([whole], "*", max_bytes), 2))
    if len(places) != 1 or Path(whole).is_dir():
        raise UsageError(f"{quoted} is a folder and explain takes one document: name a file, or use winnow score.")
    if container(places[0]) and not number:
        raise UsageError(f"{quoted} holds many documents and explain takes one: name its record, as in {name}#1.")
    found = opened(Item(places[0], number), Reading(max_bytes, field), _nothing)
    return found if isinstance(found, Failure) else source_of(found.raw, found.origin, found.suffix)


def _numbered(name: str) -> tuple[str, int]:
    """A container and the number of a record, out of the id of one; else the name and 0."""
    whole, mark, number = name.rpartition("#")
    is_record = mark and number.isdecimal() and is_container(Path(whole)) and not os.path.lexists(name)
    return (whole, int(number)) if is_record else (name, 0)


def _nothing() -> None:
    """Nobody watches the time."""
