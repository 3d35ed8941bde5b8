"""The floors of params.yaml: whether freshly trained models are good enough for their figures to be written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.settings import FloorSettings

_SIZE = 20  # documents of a label that a source needs before its recall says something
_ARTICLES = ("wcxb articles", "authored pages")  # the table whose F1 is asked: the second where there is no first


@dataclass(frozen=True, slots=True)
class Floor:
    """One figure and the limit that it must keep; `at_most` turns the comparison around. None: nothing to measure."""

    name: str
    found: float | None
    limit: float
    at_most: bool = False

    @property
    def missed(self) -> bool:
        """Whether the figure is on the wrong side of its limit; a figure that is missing is."""
        if self.found is None:
            return True
        return self.found > self.limit if self.at_most else self.found < self.limit

    def __str__(self) -> str:
        """The figure beside its limit."""
        return f"{self.name} {self.found} ({'at most' if self.at_most else 'at least'} {self.limit})"


def floors(
    settings: FloorSettings,
    extraction: Mapping[str, Any],
    verdicts: Mapping[str, Any],
    sources: Sequence[Mapping[str, Any]],
) -> tuple[Floor, ...]:
    """Every floor with what was measured.

    Args:
        extraction: figures of the block model.
        verdicts: figures of the document model.
        sources: its recall of each source and label.
    """
    ours = verdicts["winnow"]
    large = [row["recall"] for row in sources if row["documents"] >= _SIZE]
    called = ours["reporting_called_filler"]
    return (
        Floor("macro_f1", ours["macro_f1"], settings.macro_f1),
        Floor("worst_source", min(large, default=None), settings.worst_source),
        Floor("reporting_called_filler", called, settings.reporting_called_filler, at_most=True),
        Floor("extraction_f1", next(_article_f1(extraction), None), settings.extraction_f1),
    )


def _article_f1(extraction: Mapping[str, Any]) -> Iterator[float]:
    return (extraction[name]["pages: winnow"]["f1"] for name in _ARTICLES if name in extraction)


def refusal(found: Sequence[Floor], settings: FloorSettings) -> str:
    """Why these models may not be committed, in one sentence; empty when they may."""
    missed = [str(floor) for floor in found if floor.missed]
    if not missed or not settings.applied:
        return ""
    return (
        f"floors are missed: {'; '.join(missed)}. Metrics, plots and cards are those of before; "
        "git checkout dvc.lock models  goes back to the models that they belong to, "
        "evaluate.floors in params.yaml moves a floor or, with applied: false, lets any model pass."
    )
