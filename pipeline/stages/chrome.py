"""Stage `chrome`: fit the block model on labelled pages and texts, choose its thresholds, save it."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pipeline import models
from pipeline.chrome.kind_training import fit_kinds, line_examples, page_examples
from pipeline.chrome.model import CHROME_FEATURES, ChromeModel, Titled
from pipeline.chrome.situations import article_texts, count, other_texts, training_texts
from pipeline.chrome.told import told_kinds
from pipeline.chrome.training import digest, fit_chrome
from pipeline.chrome.tuning import START, page_figures, tune
from pipeline.corpora.authored import read_authored_lines
from pipeline.corpora.authored_pages import authored_kinds, lacks, without_pages
from pipeline.corpora.choice import scale
from pipeline.corpora.manifests import read_kinds
from pipeline.corpora.prepared import PreparedPage, Split, read_pages, read_texts
from pipeline.settings import read_settings

PREPARED, AUTHORED, KINDS = Path("data/prepared"), Path("data/authored/lines"), Path("data/kinds.csv")
MODEL, METRICS = Path("models/chrome"), Path("metrics/chrome.json")


def main() -> int:
    """Write models/chrome and metrics/chrome.json."""
    told_settings = read_settings(Path("params.yaml"))
    settings, corpora = told_settings.chrome, told_settings.fetch.corpora
    every = list(read_pages(PREPARED / "pages.jsonl.gz"))
    pages = [page for page in every if page.split is not Split.TEST]
    training = [page for page in pages if page.split is Split.TRAIN]
    held_out = [page for page in pages if page.split is Split.VALID]
    prose = [text for text in read_texts(PREPARED / "texts.jsonl.gz") if text.split is Split.TRAIN]
    every_line = read_authored_lines(AUTHORED)
    authored = without_pages(every_line, {page.id for page in every if page.split is not Split.TRAIN})
    texts, unseen = training_texts(training, authored, prose, settings)
    parts = fit_chrome(training, texts, settings)
    told = told_kinds(pages, [*read_kinds(KINDS), *authored_kinds(every_line)])
    kinds = fit_kinds(parts, page_examples(told), line_examples(told, authored), settings)
    model = ChromeModel(parts | kinds, START)
    lines = [*article_texts(held_out, settings.seed), *other_texts(held_out, settings.seed)]
    thresholds = tune(model, held_out, lines, unseen, settings.harm_limit)
    figures = _figures(ChromeModel(model.parts, thresholds), held_out)
    models.save(
        MODEL,
        model.parts,
        trained=settings.trained,
        features=CHROME_FEATURES,
        parameters={"thresholds": asdict(thresholds)},
        data={
            "digest": digest(training, texts),
            "corpora": list(corpora),
            "lacks": lacks(training),
            "pages": dict(sorted(Counter(page.corpus for page in training).items())),
            "texts": count(texts),
            "kinds": sum(len(each) for _, each in told),
        },
        figures=figures,
    )
    METRICS.parent.mkdir(exist_ok=True)
    METRICS.write_text(json.dumps(figures | asdict(thresholds), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print("chrome:", figures, thresholds, f"trained on {scale(corpora)}.", lacks(training))  # noqa: T201 - a stage talks to its terminal
    return 0


def _figures(model: ChromeModel, pages: Sequence[PreparedPage]) -> dict[str, float]:
    articles = [page for page in pages if page.content is not None and page.page_type in ("", "article")]
    chrome = model.page_probabilities([Titled(page.blocks, page.title) for page in articles])
    return {
        "validation_f1": round(page_figures(model, articles, chrome).f1, 4),
        "validation_pages": len(articles),
    }


if __name__ == "__main__":
    raise SystemExit(main())
