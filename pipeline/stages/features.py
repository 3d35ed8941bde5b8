"""Stage `features`: the masked words and the style measures of every cleaned text."""

from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from pipeline.corpora import prepared
from pipeline.corpora.prepared import PreparedText, Split
from pipeline.corpora.splits import fraction
from pipeline.corpora.table import feature_table, write_table
from pipeline.features import STYLE, first_words, masked, style, without_headings
from pipeline.settings import FeaturesSettings, read_settings

IN, OUT = Path("data/clean/texts.jsonl.gz"), Path("data/features/texts.npz")


def main() -> int:
    """Write data/features/texts.npz."""
    settings = read_settings(Path("params.yaml")).features
    texts = list(prepared.read_texts(IN))
    read = [_seen(text, settings) for text in texts]
    views = Parallel(n_jobs=-1, batch_size=64)(delayed(_views)(text, settings.max_words) for text in read)
    write_table(OUT, feature_table(texts, [mask for mask, _ in views], [row for _, row in views]))
    print(f"features: {len(texts)} texts, {len(STYLE)} measures.")  # noqa: T201 - a stage talks to its terminal
    return 0


def _seen(text: PreparedText, settings: FeaturesSettings) -> str:
    """A text as it is learned from: some lose their headings, so that the model cannot lean on them."""
    bare = text.split is Split.TRAIN and fraction(text.id, settings.seed) < settings.headless
    return without_headings(text.text) if bare else text.text


def _views(text: str, limit: int) -> tuple[str, NDArray[np.float64]]:
    read = first_words(text, limit)
    return masked(read), style(read)


if __name__ == "__main__":
    raise SystemExit(main())
