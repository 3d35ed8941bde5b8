"""Stage `features`: the masked words and the style measures of every cleaned text."""

from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from pipeline.corpora import prepared
from pipeline.corpora.table import feature_table, write_table
from pipeline.features import STYLE, first_words, masked, style
from pipeline.settings import read_settings

IN, OUT = Path("data/clean/texts.jsonl.gz"), Path("data/features/texts.npz")


def main() -> int:
    """Write data/features/texts.npz."""
    settings = read_settings(Path("params.yaml")).features
    texts = list(prepared.read_texts(IN))
    views = Parallel(n_jobs=-1, batch_size=64)(delayed(_views)(text.text, settings.max_words) for text in texts)
    write_table(OUT, feature_table(texts, [mask for mask, _ in views], [row for _, row in views]))
    print(f"features: {len(texts)} texts, {len(STYLE)} measures.")  # noqa: T201 - a stage talks to its terminal
    return 0


def _views(text: str, limit: int) -> tuple[str, NDArray[np.float64]]:
    read = first_words(text, limit)
    return masked(read), style(read)


if __name__ == "__main__":
    raise SystemExit(main())
