"""What a run found source by source: the figures of the report's table, and sources.csv for machines."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path

from pipeline.document import LABELS, UNSURE, Label, Status
from pipeline.report.rows import ResultRow, SourceName
from pipeline.write import write_file

SOURCES = "sources.csv"
_COLUMNS = tuple(
    "source kind inputs ok rejected failed reporting analysis filler unsure unscored filler_share failed_share "
    "mean_reporting mean_analysis mean_filler words removed_words chrome_share badness".split()
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet may run what begins so
_SURE = 1.96  # standard deviations of a 95 % interval


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """One source of a run.

    Attributes:
        kind: `site`, or `folder` where documents name no site.
        verdicts: clean documents by verdict, `unscored` among them; they sum to those that are `ok`.
        means: mean score of each label over the scored documents; None where there are none.
        chrome_share: removed words among all words.
    """

    kind: str
    name: str
    inputs: int
    statuses: Mapping[str, int]
    verdicts: Mapping[str, int]
    means: Mapping[str, float] | None
    words: int
    removed_words: int

    @property
    def filler_share(self) -> float | None:
        """Filler among the documents that were scored."""
        scored = self.statuses[Status.OK] - self.verdicts["unscored"]
        return self.verdicts[Label.FILLER] / scored if scored else None

    @property
    def failed_share(self) -> float:
        """Inputs of which nothing was cleaned."""
        return 1 - self.statuses[Status.OK] / self.inputs

    @property
    def chrome_share(self) -> float | None:
        """Removed words among all words."""
        whole = self.words + self.removed_words
        return self.removed_words / whole if whole else None

    @property
    def badness(self) -> float:
        """The share of inputs that are filler or gave no text, as low as it can be within a 95 % interval.

        Wilson's lower bound: one bad document of one says less than fifty of sixty.
        """
        bad = self.verdicts[Label.FILLER] + self.inputs - self.statuses[Status.OK]
        share, count, square = bad / self.inputs, self.inputs, _SURE * _SURE
        middle = share + square / (2 * count)
        spread = _SURE * sqrt(share * (1 - share) / count + square / (4 * count * count))
        return max((middle - spread) / (1 + square / count), 0.0)


@dataclass(slots=True)
class SourceTally:
    """Counts of one source while rows go by."""

    statuses: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    sums: list[float] = field(default_factory=lambda: [0.0] * len(LABELS))
    scored: int = 0
    words: int = 0
    removed_words: int = 0

    def add(self, row: ResultRow, removed_words: int) -> None:
        """Count one row."""
        self.statuses[row.status] += 1
        self.words += row.words or 0
        self.removed_words += removed_words
        if row.status == Status.OK:
            self.verdicts[row.verdict or "unscored"] += 1
        if row.scores:
            self.scored += 1
            self.sums = [total + row.score(label) for total, label in zip(self.sums, LABELS, strict=True)]

    def figures(self, source: SourceName) -> SourceFigures:
        """What was counted."""
        means = {
            label.value: total / self.scored for label, total in zip(LABELS, self.sums, strict=True) if self.scored
        }
        return SourceFigures(
            source.kind,
            source.name,
            self.statuses.total(),
            {status.value: self.statuses[status] for status in Status},
            {name: self.verdicts[name] for name in (*LABELS, UNSURE, "unscored")},
            means or None,
            self.words,
            self.removed_words,
        )


def write_sources(folder: Path, sources: Iterable[SourceFigures]) -> None:
    """Write sources.csv, in the order given."""
    told = io.StringIO(newline="")
    writer = csv.writer(told, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    writer.writerows(map(_values, sources))
    write_file(folder / SOURCES, told.getvalue())


def _values(source: SourceFigures) -> list[object]:
    means = source.means or {}
    return [
        _quoted(source.name),
        source.kind,
        source.inputs,
        *source.statuses.values(),
        *source.verdicts.values(),
        _rounded(source.filler_share),
        _rounded(source.failed_share),
        *(_rounded(means.get(label)) for label in LABELS),
        source.words,
        source.removed_words,
        _rounded(source.chrome_share),
        _rounded(source.badness),
    ]


def _quoted(name: str) -> str:
    """A name as a spreadsheet takes it for text; a page chooses its own.

    >>> _quoted("=1+1"), _quoted("The Quay")
    ("'=1+1", 'The Quay')
    """
    return f"'{name}" if name.startswith(_FORMULA) else name


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
