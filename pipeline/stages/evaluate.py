"""Stage `evaluate`: figures on the held-out sites and publishers, plots for DVC, and the model cards."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.corpora import prepared
from pipeline.corpora.manifests import read_kinds, read_readings
from pipeline.corpora.prepared import Split
from pipeline.corpora.table import read_table
from pipeline.evaluation.card import write_card
from pipeline.evaluation.evidence import evidence_figures
from pipeline.evaluation.extraction import extraction_figures
from pipeline.evaluation.kinds import kinds_page, named_blocks, naming_figures
from pipeline.evaluation.structure import structure_figures
from pipeline.evaluation.verdicts import AUTHORED, judge_plain, judge_table, plots, verdict_figures
from pipeline.score import load_models
from pipeline.settings import read_settings

PREPARED, CLEAN, TABLE = Path("data/prepared"), Path("data/clean/texts.jsonl.gz"), Path("data/features/texts.npz")
READINGS, KINDS = Path("data/readings.csv"), Path("data/kinds.csv")
MODELS, METRICS, PLOTS, KINDS_PAGE = Path("models"), Path("metrics"), Path("plots"), Path("docs/kinds.md")


def main() -> int:
    """Write metrics/extraction.json, metrics/verdicts.json, plots/*.csv, docs/kinds.md and models/*/README.md."""
    settings = read_settings(Path("params.yaml")).evaluate
    models = load_models(MODELS)
    pages = [page for page in prepared.read_pages(PREPARED / "pages.jsonl.gz") if page.split is Split.TEST]
    raw = [text for text in prepared.read_texts(PREPARED / "texts.jsonl.gz") if text.split is Split.TEST]
    texts = list(prepared.read_texts(CLEAN))
    named = named_blocks(models.chrome, pages, read_kinds(KINDS))
    extraction = extraction_figures(models.chrome, pages, raw) | {"kinds": naming_figures(named)}
    table = read_table(TABLE).part(Split.TEST)
    train, test = ([text for text in texts if text.split is split] for split in (Split.TRAIN, Split.TEST))
    ours, plain = judge_table(models.quality, table), judge_plain(train, test, table)
    readings = {reading.id: reading for reading in read_readings(READINGS)}
    decide = models.quality.rules.decide
    verdicts = verdict_figures(ours, plain, decide, readings, bootstrap=settings.bootstrap, seed=settings.seed)
    corpora_texts = [text for text in test if text.corpus != AUTHORED]
    verdicts["evidence"] = evidence_figures(models.quality, test, documents=settings.evidence, seed=settings.seed)
    verdicts["structure"] = structure_figures(models.quality, corpora_texts)
    _json(METRICS / "extraction.json", extraction)
    _json(METRICS / "verdicts.json", verdicts)
    _csv(PLOTS / "kinds.csv", [{"told": name.told, "found": name.found} for name in named])
    KINDS_PAGE.parent.mkdir(exist_ok=True)
    KINDS_PAGE.write_text(kinds_page(named, extraction["kinds"]), encoding="utf-8")
    for name, rows in plots(ours.where(table.corpus != AUTHORED)).items():
        _csv(PLOTS / f"{name}.csv", rows)
    for manifest, figures in zip(models.manifests, (extraction, verdicts), strict=True):
        write_card(MODELS / manifest.name, manifest, figures)
    print(f"evaluate: {len(pages)} pages and {len(table)} texts held out; see {METRICS}/ and models/*/README.md.")  # noqa: T201 - a stage talks to its terminal
    return 0


def _json(path: Path, figures: Mapping[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    raise SystemExit(main())
