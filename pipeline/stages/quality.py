"""Stage `quality`: fit and calibrate the document model on training publishers, choose its rules, save it."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import numpy as np

from pipeline import models
from pipeline.corpora.choice import scale
from pipeline.corpora.prepared import Split
from pipeline.corpora.table import FeatureTable, read_table
from pipeline.document import LABELS
from pipeline.features import STYLE
from pipeline.measure import calibration_error, macro_f1
from pipeline.quality.classifier import QualityClassifier, group_weights
from pipeline.quality.tuning import choose_decide, typical_values
from pipeline.settings import read_settings

IN, MODEL, METRICS = Path("data/features/texts.npz"), Path("models/quality"), Path("metrics/quality.json")


def main() -> int:
    """Write models/quality and metrics/quality.json (figures of the out-of-fold scores)."""
    settings = read_settings(Path("params.yaml"))
    table = read_table(IN).part(Split.TRAIN)
    told = {name: getattr(settings.quality, name) for name in ("c", "min_df", "view_weight", "style_weight", "folds")}
    fixed = told | {"max_words": settings.features.max_words, "random_state": settings.quality.seed}
    emphasis = np.where(table.is_news_analysis, settings.quality.news_analysis, 1.0).tolist()
    model = QualityClassifier(**fixed, n_jobs=-1).fit_views(
        list(table.masks), table.styles, list(table.label), groups=list(table.group), sample_weight=emphasis
    )
    scores = model.out_of_fold_
    guess = model.classes_[scores.argmax(axis=1)]
    decide = choose_decide(scores.max(axis=1), settings.quality.coverage, group_weights(table.label, table.group))
    figures = {
        "folds_macro_f1": round(macro_f1(list(table.label), list(guess), LABELS), 4),
        "folds_calibration_error": round(calibration_error(list(table.label), scores, list(model.classes_)), 4),
        "folds_texts": len(table),
    }
    if table.is_news_analysis.any():
        figures["folds_news_analysis"] = round(float((guess == table.label)[table.is_news_analysis].mean()), 4)
    rules = {
        "decide": decide,
        "min_words": settings.prepare.min_words,
        "max_words": settings.features.max_words,
        "typical": typical_values(table.styles, table.label),
    }
    models.save(
        MODEL,
        model.parts(),
        trained=settings.quality.trained,
        features={"style": STYLE},
        parameters={"rules": rules, "classifier": fixed},
        data={"digest": _digest(table), "corpora": list(settings.fetch.corpora), "texts": _counts(table)},
        figures=figures,
    )
    METRICS.parent.mkdir(exist_ok=True)
    METRICS.write_text(json.dumps(figures | {"decide": decide}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print("quality:", figures, f"decide {decide};", f"trained on {scale(settings.fetch.corpora)}.")  # noqa: T201 - a stage talks to its terminal
    return 0


def _counts(table: FeatureTable) -> dict[str, int]:
    return dict(sorted(Counter(f"{a} {b}" for a, b in zip(table.corpus, table.label, strict=True)).items()))


def _digest(table: FeatureTable) -> str:
    """16 hex digits of what the model was trained on."""
    told = hashlib.sha256("\n".join([*table.masks, *table.label, *table.group]).encode())
    told.update(np.ascontiguousarray(table.styles).tobytes())
    return told.hexdigest()[:16]


if __name__ == "__main__":
    raise SystemExit(main())
