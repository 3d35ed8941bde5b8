"""Stage `features`: the masked words and the style measures of every cleaned text."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from pipeline.corpora import prepared
from pipeline.corpora.cache import cache_of
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

    def compute(places: Sequence[int]) -> Iterator[bytes]:
        work = Parallel(n_jobs=-1, batch_size=64, return_as="generator")
        yield from work(delayed(_views)(read[place], settings.max_words) for place in places)

    found, computed = cache_of("features", "pipeline.features", settings.max_words).values(read, compute)
    views = [json.loads(value) for value in found]
    write_table(OUT, feature_table(texts, [mask for mask, _ in views], [np.array(row) for _, row in views]))
    print(f"features: {len(texts)} texts, {computed} of them new, {len(STYLE)} measures.")  # noqa: T201 - a stage talks to its terminal
    return 0


def _seen(text: PreparedText, settings: FeaturesSettings) -> str:
    """A text as it is learned from: some lose their headings, so that the model cannot lean on them."""
    bare = text.split is Split.TRAIN and fraction(text.id, settings.seed) < settings.headless
    return without_headings(text.text) if bare else text.text


def _views(text: str, limit: int) -> bytes:
    """Mask and measures as JSON, which keeps every digit of a measure."""
    read = first_words(text, limit)
    return json.dumps([masked(read), style(read).tolist()]).encode()


if __name__ == "__main__":
    raise SystemExit(main())
