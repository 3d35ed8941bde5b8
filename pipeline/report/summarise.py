"""The figures of a run: rows in, one frozen value out, in memory that does not grow with the documents.

It does grow with the sources, of which each takes a few hundred bytes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from pipeline.document import LABELS, UNSURE, Status, Unscored
from pipeline.errors import UsageError
from pipeline.output import RUN
from pipeline.report.lines import FrequentLine, KindFigures, LineCounts
from pipeline.report.rows import ResultRow, SourceName, read_rows, source_of
from pipeline.report.sample import Sample
from pipeline.report.sources import SourceFigures, SourceTally

BINS = 20
VERDICTS = (*(label.value for label in LABELS), UNSURE, *(reason.value for reason in Unscored))
_FREQUENT = 40
_EXAMPLES = 3


class RunRecord(msgspec.Struct, frozen=True):
    """What run.json says of a run, as far as a report tells it."""

    winnow: str = ""
    models: str = ""
    inputs: tuple[str, ...] = ()
    counts: dict[str, int] = {}
    seconds: float = 0.0
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """One input that was rejected or failed, with the sentence that says why."""

    id: str
    detail: str


@dataclass(frozen=True, slots=True)
class ReasonFigures:
    """How many inputs were rejected or failed for one reason."""

    reason: str
    status: str
    documents: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class RunFigures:
    """All that a report tells of a run.

    Attributes:
        record: what run.json says.
        statuses: inputs by how they ended; they sum to `inputs`.
        verdicts: clean documents by verdict or the reason that there is none; they sum to those that are `ok`.
        scores: for each label how many scored documents fall into each of `BINS` equal parts of 0..1.
        chrome: for pages and texts the same of the share of words that was removed.
        missed: how many documents at most the count of a frequent line can lack.
        sources: worst first.
        sample: rows of the documents that are shown.
    """

    record: RunRecord
    inputs: int
    statuses: Mapping[str, int]
    verdicts: Mapping[str, int]
    duplicates: int
    words: int
    removed_words: int
    scores: Mapping[str, tuple[int, ...]]
    chrome: tuple[int, ...]
    kinds: tuple[KindFigures, ...]
    frequent: tuple[FrequentLine, ...]
    missed: int
    reasons: tuple[ReasonFigures, ...]
    sources: tuple[SourceFigures, ...]
    sample: tuple[ResultRow, ...]

    @property
    def ok(self) -> int:
        """Documents that were cleaned."""
        return self.statuses[Status.OK]

    @property
    def chrome_share(self) -> float:
        """Removed words among all words of the clean documents and of those that were nothing but chrome."""
        whole = self.words + self.removed_words
        return self.removed_words / whole if whole else 0.0


@dataclass(slots=True)
class RunTally:
    """Figures of the rows so far."""

    statuses: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    words: int = 0
    removed_words: int = 0
    scores: dict[str, list[int]] = field(default_factory=lambda: {label.value: [0] * BINS for label in LABELS})
    chrome: list[int] = field(default_factory=lambda: [0] * BINS)
    lines: LineCounts = field(default_factory=LineCounts)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[str, list[Example]] = field(default_factory=dict)
    sources: dict[SourceName, SourceTally] = field(default_factory=dict)
    sample: Sample = field(default_factory=Sample)

    def add(self, row: ResultRow) -> None:
        """Count one row."""
        gone = self.lines.add(row.removed or ())
        self.statuses[row.status] += 1
        self.duplicates += row.duplicate_of is not None
        self.words += row.words or 0
        self.removed_words += gone
        if row.status == Status.OK:
            self._add_clean(row, gone)
        else:
            self._add_failure(row)
        self.sources.setdefault(source_of(row), SourceTally()).add(row, gone)
        self.sample.add(row)

    def _add_clean(self, row: ResultRow, gone: int) -> None:
        self.verdicts[row.outcome] += 1
        whole = gone + (row.words or 0)
        if whole:
            self.chrome[_bin(gone / whole)] += 1
        for label, score in (row.scores or {}).items():
            self.scores[label][_bin(score)] += 1

    def _add_failure(self, row: ResultRow) -> None:
        reason = row.reason or row.status
        self.reasons[reason, row.status] += 1
        examples = self.examples.setdefault(reason, [])
        if len(examples) < _EXAMPLES:
            examples.append(Example(row.id, row.detail or ""))

    def figures(self, record: RunRecord) -> RunFigures:
        """What was counted; `record` is run.json."""
        sources = (told.figures(name) for name, told in self.sources.items())
        return RunFigures(
            record=record,
            inputs=self.statuses.total(),
            statuses={status.value: self.statuses[status] for status in Status},
            verdicts=_verdicts(self.verdicts),
            duplicates=self.duplicates,
            words=self.words,
            removed_words=self.removed_words,
            scores={label: tuple(counts) for label, counts in self.scores.items()},
            chrome=tuple(self.chrome),
            kinds=self.lines.kinds(),
            frequent=self.lines.most_frequent(_FREQUENT),
            missed=self.lines.missed,
            reasons=_reasons(self),
            sources=tuple(sorted(sources, key=lambda source: (-source.badness, -source.inputs, source.name))),
            sample=self.sample.rows(),
        )


def summarise(folder: Path) -> RunFigures:
    """The figures of the run that a folder holds.

    Raises:
        UsageError: the folder holds no run, or its results are not winnow's.
    """
    record = read_record(folder)
    return tally_of(read_rows(folder)).figures(record)


def read_record(folder: Path) -> RunRecord:
    """run.json; an empty one where there is none, as where somebody took the results alone."""
    path = folder / RUN
    if not path.is_file():
        return RunRecord()
    try:
        return msgspec.json.decode(path.read_bytes(), type=RunRecord)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{str(path)!r} is no record of a run ({error}): run winnow clean again, or remove it."
        ) from error


def tally_of(rows: Iterable[ResultRow]) -> RunTally:
    """What rows add up to; each is looked at once, one after the other."""
    tally = RunTally()
    for row in rows:
        tally.add(row)
    return tally


def _verdicts(counts: Counter[str]) -> dict[str, int]:
    """Counts in the order of verdicts, those that nobody foresaw last."""
    others = sorted(set(counts) - set(VERDICTS))
    return {name: counts[name] for name in (*VERDICTS, *others)}


def _reasons(tally: RunTally) -> tuple[ReasonFigures, ...]:
    """Failures before rejections, the commonest first."""
    told = [
        ReasonFigures(reason, status, count, tuple(tally.examples[reason]))
        for (reason, status), count in tally.reasons.items()
    ]
    return tuple(sorted(told, key=lambda item: (item.status != Status.FAILED, -item.documents, item.reason)))


def _bin(share: float) -> int:
    """The part of 0..1 that a share falls into; 1 belongs to the last."""
    return min(max(int(share * BINS), 0), BINS - 1)
