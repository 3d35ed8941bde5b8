"""Everything that the evaluate stage measures of freshly trained models, before anything of it is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.corpora.choice import AUTHORED
from pipeline.corpora.manifests import KindRow, Reading
from pipeline.corpora.prepared import PreparedPage, PreparedText, Split
from pipeline.corpora.table import FeatureTable
from pipeline.evaluation.curves import precision_recall_rows
from pipeline.evaluation.evidence import evidence_figures
from pipeline.evaluation.extraction import extraction_figures
from pipeline.evaluation.kinds import Named, named_blocks, naming_figures
from pipeline.evaluation.learning import learning_rows
from pipeline.evaluation.structure import structure_figures
from pipeline.evaluation.verdicts import apart, judge_plain, judge_table, plots, verdict_figures
from pipeline.score import Models
from pipeline.settings import EvaluateSettings

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What models are measured on.

    Attributes:
        pages: held-out pages.
        kinds: told kinds of blocks of any page.
        raw: held-out texts as prepared.
        texts: texts of every split, cleaned.
        table: their features.
        readings: by id of the text.
    """

    pages: Sequence[PreparedPage]
    kinds: Sequence[KindRow]
    raw: Sequence[PreparedText]
    texts: Sequence[PreparedText]
    table: FeatureTable
    readings: Mapping[str, Reading]


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of the block model and of the document model, named blocks, and the rows of each plot by its name."""

    extraction: Mapping[str, Any]
    verdicts: Mapping[str, Any]
    named: Sequence[Named]
    plots: Mapping[str, Rows]


def measure(models: Models, given: HeldOut, settings: EvaluateSettings) -> Measured:
    """Measure both models on what was held out."""
    named = named_blocks(models.chrome, given.pages, given.kinds)
    extraction = extraction_figures(models.chrome, given.pages, given.raw) | {"kinds": naming_figures(named)}
    table, known = given.table.part(Split.TEST), given.table.part(Split.TRAIN)
    train, test = ([text for text in given.texts if text.split is split] for split in (Split.TRAIN, Split.TEST))
    ours, plain = judge_table(models.quality, table), judge_plain(train, test, table)
    verdicts = verdict_figures(
        ours, plain, models.quality.rules.decide, given.readings, bootstrap=settings.bootstrap, seed=settings.seed
    )
    verdicts["evidence"] = evidence_figures(models.quality, test, documents=settings.evidence, seed=settings.seed)
    verdicts["structure"] = structure_figures(models.quality, [text for text in test if text.corpus != AUTHORED])
    main = ours.where(~apart(table))
    rows: dict[str, Rows] = {
        **plots(main),
        "precision_recall": precision_recall_rows(main),
        "learning": learning_rows(
            models.quality,
            known,
            main.table,
            classifier=models.manifests[1].parameters["classifier"],
            shares=settings.learning,
            seed=settings.seed,
        ),
        "kinds": [{"told": name.told, "found": name.found} for name in named],
    }
    return Measured(extraction, verdicts, named, rows)
