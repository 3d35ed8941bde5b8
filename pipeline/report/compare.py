"""What changed between two runs of the same inputs: other verdicts, and lines that went or came back."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nlargest
from pathlib import Path

from pipeline.document import Label, Status
from pipeline.report.rows import ResultRow, read_rows
from pipeline.report.summarise import RunFigures, RunTally, read_record
from pipeline.write import printable

_SHOWN = 200  # changes of a sort; the figures count all of them
_LINES = 12  # of a change


@dataclass(frozen=True, slots=True)
class Flip:
    """A document that ended otherwise: by verdict, by why there is none, or by the reason that nothing was cleaned."""

    id: str
    title: str
    before: str
    after: str
    filler_before: float
    filler_after: float

    @property
    def distance(self) -> float:
        """How far the probability of filler moved."""
        return abs(self.filler_after - self.filler_before)


@dataclass(frozen=True, slots=True)
class Edit:
    """A document whose text gained lines that were removed before, or lost lines that stayed before.

    Attributes:
        shown_gained: the first of the `gained` lines.
        shown_lost: the first of the `lost` lines.
    """

    id: str
    title: str
    gained: int
    lost: int
    shown_gained: tuple[str, ...]
    shown_lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side.

    Attributes:
        names: of their folders.
        outcomes: documents in both by how they ended in the first and in the second run.
        inputs_changed: documents whose bytes differ; their lines are not compared.
        flips: those whose probability of filler moved furthest, of `flipped`.
        edits: those with the most changed lines, of `edited`.
    """

    names: tuple[str, str]
    runs: tuple[RunFigures, RunFigures]
    outcomes: Counter[tuple[str, str]]
    only: tuple[int, int]
    inputs_changed: int
    flips: tuple[Flip, ...]
    edited: int
    gained: int
    lost: int
    edits: tuple[Edit, ...]

    @property
    def both(self) -> int:
        """Documents that are in both runs."""
        return self.outcomes.total()

    @property
    def flipped(self) -> int:
        """Documents that ended otherwise."""
        return sum(count for (before, after), count in self.outcomes.items() if before != after)


class _Changes:
    """Counts of pairs, and the changes that are worth showing."""

    def __init__(self) -> None:
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.inputs_changed = self.edited = self.gained = self.lost = 0
        self.flips: list[Flip] = []
        self.edits: list[Edit] = []

    def add(self, before: ResultRow, after: ResultRow) -> None:
        """Count one document of both runs."""
        self.outcomes[before.outcome, after.outcome] += 1
        if before.outcome != after.outcome:
            self.flips.append(_flip(before, after))
        if before.sha256 != after.sha256:
            self.inputs_changed += 1
        elif before.status == after.status == Status.OK:
            self._add_edit(before, after)
        self._forget()

    def _add_edit(self, before: ResultRow, after: ResultRow) -> None:
        gone, going = _removed(before), _removed(after)
        if gone == going:
            return
        back, lost = gone - going, going - gone
        edit = Edit(after.id, after.title or "", back.total(), lost.total(), _first(back), _first(lost))
        self.edited += 1
        self.gained += edit.gained
        self.lost += edit.lost
        self.edits.append(edit)

    def _forget(self) -> None:
        """Keep what is worth showing, now and then rather than each time."""
        if len(self.flips) > 2 * _SHOWN:
            self.flips = self.furthest()
        if len(self.edits) > 2 * _SHOWN:
            self.edits = self.most_edited()

    def furthest(self) -> list[Flip]:
        """The flips that moved furthest."""
        return nlargest(_SHOWN, self.flips, key=lambda flip: flip.distance)

    def most_edited(self) -> list[Edit]:
        """The texts with the most changed lines."""
        return nlargest(_SHOWN, self.edits, key=lambda edit: edit.gained + edit.lost)


def compare(first: Path, second: Path) -> Comparison:
    """What changed from the run in one folder to that in another.

    Raises:
        UsageError: one of them holds no run, or its results are not winnow's.
    """
    tallies, changes = (RunTally(), RunTally()), _Changes()
    only = [0, 0]
    for before, after in _paired(_counted(first, tallies[0]), _counted(second, tallies[1])):
        if before and after:
            changes.add(before, after)
        else:
            only[after is not None] += 1
    return Comparison(
        names=(_named(first), _named(second)),
        runs=(tallies[0].figures(read_record(first)), tallies[1].figures(read_record(second))),
        outcomes=changes.outcomes,
        only=(only[0], only[1]),
        inputs_changed=changes.inputs_changed,
        flips=tuple(changes.furthest()),
        edited=changes.edited,
        gained=changes.gained,
        lost=changes.lost,
        edits=tuple(changes.most_edited()),
    )


def _named(folder: Path) -> str:
    return printable(os.fspath(folder))


def _counted(folder: Path, tally: RunTally) -> Iterator[ResultRow]:
    for row in read_rows(folder):
        tally.add(row)
        yield row


_Pair = tuple[ResultRow | None, ResultRow | None]


def _paired(first: Iterable[ResultRow], second: Iterable[ResultRow]) -> Iterator[_Pair]:
    """Rows of the same id together, then those that have no partner.

    Both runs are in input order, so rows wait for their partner only where inputs came or went between the runs.
    """
    sides = (iter(first), iter(second))
    waiting: tuple[dict[str, ResultRow], dict[str, ResultRow]] = ({}, {})
    is_over = [False, False]
    while not all(is_over):
        for side in (0, 1):
            row = next(sides[side], None)
            if row is None:
                is_over[side] = True
                continue
            partner = waiting[1 - side].pop(row.id, None)
            if partner:
                yield (partner, row) if side else (row, partner)
            else:
                waiting[side][row.id] = row
    yield from ((row, None) for row in waiting[0].values())
    yield from ((None, row) for row in waiting[1].values())


def _flip(before: ResultRow, after: ResultRow) -> Flip:
    scores = before.score(Label.FILLER), after.score(Label.FILLER)
    return Flip(after.id, after.title or before.title or "", before.outcome, after.outcome, *scores)


def _removed(row: ResultRow) -> Counter[tuple[int, str]]:
    return Counter((item.line, item.text) for item in row.removed or ())


def _first(lines: Counter[tuple[int, str]]) -> tuple[str, ...]:
    """The texts of the first lines, in order."""
    return tuple(text for _, text in sorted(lines.elements())[:_LINES])
