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
from pipeline.corpora.authored_pages import authored_kinds, lacks, trained_lines
from pipeline.corpora.choice import scale
from pipeline.corpora.manifests import read_kinds
from pipeline.corpora.prepared import PreparedPage, Split, read_pages, read_texts
from pipeline.settings import read_settings

PREPARED, AUTHORED, KINDS = Path("data/prepared"), Path("data/authored/lines"), Path("data/kinds.csv")
MODEL, METRICS = Path("models/chrome"), Path("metrics/chrome.json")


def main() -> int:
    """Write models/chrome and metrics/chrome.json."""
    settings = read_settings(Path("params.yaml"))
    ours, corpora = settings.chrome, settings.fetch.corpora
    pages = [page for page in read_pages(PREPARED / "pages.jsonl.gz") if page.split is not Split.TEST]
    training = [page for page in pages if page.split is Split.TRAIN]
    held_out = [page for page in pages if page.split is Split.VALID]
    prose = [text for text in read_texts(PREPARED / "texts.jsonl.gz") if text.split is Split.TRAIN]
    written = read_authored_lines(AUTHORED)
    authored = trained_lines(written, training)
    texts, unseen = training_texts(training, authored, prose, ours)
    parts = fit_chrome(training, texts, ours)
    told = told_kinds(pages, [*read_kinds(KINDS), *authored_kinds(written)])
    kinds = fit_kinds(parts, page_examples(told), line_examples(told, authored), ours)
    model = ChromeModel(parts | kinds, START)
    lines = [*article_texts(held_out, ours.seed), *other_texts(held_out, ours.seed)]
    thresholds = tune(model, held_out, lines, unseen, ours.harm_limit)
    figures = _figures(ChromeModel(model.parts, thresholds), held_out)
    models.save(
        MODEL,
        model.parts,
        trained=ours.trained,
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
