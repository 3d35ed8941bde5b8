"""Stage `evaluate`: figures on the held-out sites and publishers, floors, plots for DVC, and the model cards."""

import sys
from pathlib import Path

from pipeline.corpora import prepared
from pipeline.corpora.authored import read_authored_lines
from pipeline.corpora.authored_pages import authored_kinds
from pipeline.corpora.choice import scale
from pipeline.corpora.manifests import read_corpora, read_kinds, read_readings
from pipeline.corpora.prepared import Split
from pipeline.corpora.table import read_table
from pipeline.evaluation.card import write_card
from pipeline.evaluation.floors import floors, refusal
from pipeline.evaluation.kinds import kinds_page
from pipeline.evaluation.material import PagePlace, page_material, text_material
from pipeline.evaluation.measured import HeldOut, measure
from pipeline.evaluation.tables import write_csv, write_json
from pipeline.score import load_models
from pipeline.settings import read_settings

DATA, MODELS, METRICS, PLOTS, KINDS_PAGE = (
    Path(name) for name in ("data", "models", "metrics", "plots", "docs/kinds.md")
)


def main() -> int:
    """Write metrics, plots, docs/kinds.md and models/*/README.md; 1, and nothing written, when a floor is missed."""
    settings = read_settings(Path("params.yaml"))
    models = load_models(MODELS)
    pages, places = _pages()
    texts = list(prepared.read_texts(DATA / "clean/texts.jsonl.gz"))
    given = HeldOut(
        pages=pages,
        kinds=[*read_kinds(DATA / "kinds.csv"), *authored_kinds(read_authored_lines(DATA / "authored/lines"))],
        raw=[text for text in prepared.read_texts(DATA / "prepared/texts.jsonl.gz") if text.split is Split.TEST],
        texts=texts,
        table=read_table(DATA / "features/texts.npz"),
        readings={reading.id: reading for reading in read_readings(DATA / "readings.csv")},
    )
    found = measure(models, given, settings.evaluate)
    asked = floors(settings.evaluate.floors, found.extraction, found.verdicts, found.plots["sources"])
    if refused := refusal(asked, settings.evaluate.floors):
        print(f"evaluate: {refused}", file=sys.stderr)  # noqa: T201 - a stage talks to its terminal
        return 1
    write_json(METRICS / "extraction.json", found.extraction)
    write_json(METRICS / "verdicts.json", found.verdicts)
    for name, rows in found.plots.items():
        write_csv(PLOTS / f"{name}.csv", rows)
    KINDS_PAGE.parent.mkdir(exist_ok=True)
    KINDS_PAGE.write_text(kinds_page(found.named, found.extraction["kinds"]), encoding="utf-8")
    corpora = read_corpora(DATA / "corpora.csv")
    shared = {"scale": scale(settings.fetch.corpora), "floors": asked, "applied": settings.evaluate.floors.applied}
    material = (page_material(places, corpora), text_material(texts, corpora))
    for manifest, figures, counts in zip(models.manifests, (found.extraction, found.verdicts), material, strict=True):
        write_card(MODELS / manifest.name, manifest, figures, shared | {"material": counts, "plots": found.plots})
    floors_told = "floors are kept" if settings.evaluate.floors.applied else "FLOORS ARE NOT APPLIED (params.yaml)"
    print(f"evaluate: {scale(settings.fetch.corpora)}; {floors_told}: {'; '.join(map(str, asked))}.")  # noqa: T201
    return 0


def _pages() -> tuple[list[prepared.PreparedPage], list[PagePlace]]:
    """Held-out pages, and the places of all: together the pages are larger than memory needs to hold."""
    held_out, places = [], []
    for page in prepared.read_pages(DATA / "prepared/pages.jsonl.gz"):
        places.append(PagePlace(page.corpus, page.site, page.split))
        if page.split is Split.TEST:
            held_out.append(page)
    return held_out, places


if __name__ == "__main__":
    raise SystemExit(main())
