"""Stage `clean`: the labelled texts as our own line model leaves them: training sees what scoring sees."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from joblib import Parallel, delayed

from pipeline import models
from pipeline.chrome.cleaning import clean_texts
from pipeline.chrome.model import CHROME_FEATURES, ChromeModel, Thresholds
from pipeline.corpora import prepared
from pipeline.corpora.cache import cache_of
from pipeline.settings import read_settings

IN, OUT, MODEL = Path("data/prepared"), Path("data/clean/texts.jsonl.gz"), Path("models/chrome")


def main() -> int:
    """Write data/clean/texts.jsonl.gz: ids, labels and splits as prepared, own texts last, texts cleaned."""
    settings = read_settings(Path("params.yaml")).clean
    texts = [text for name in ("texts", "own") for text in prepared.read_texts(IN / f"{name}.jsonl.gz")]
    bodies = [text.text for text in texts]

    def compute(places: Sequence[int]) -> Iterator[bytes]:
        size = settings.chunk
        chunks = [[bodies[at] for at in places[start : start + size]] for start in range(0, len(places), size)]
        work = Parallel(n_jobs=-1, return_as="generator")(delayed(_clean)(chunk) for chunk in chunks)
        return (body.encode() for chunk in work for body in chunk)

    cache = cache_of("clean", "pipeline.chrome.cleaning", models.read_manifest(MODEL))
    found, computed = cache.values(bodies, compute)
    cleaned = [replace(text, text=body.decode()) for text, body in zip(texts, found, strict=True)]
    prepared.write_lines(OUT, cleaned)
    before, after = (sum(len(text.text.split()) for text in side) for side in (texts, cleaned))
    print(f"clean: {after} of {before} words stay in {len(cleaned)} texts, {computed} of them new.")  # noqa: T201 - a stage talks to its terminal
    return 0


def _clean(texts: Sequence[str]) -> list[str]:
    """Clean one chunk; a text of which nothing is left stays as it was, for the label is still right."""
    saved = models.load(MODEL, CHROME_FEATURES)
    model = ChromeModel(saved.parts, Thresholds(**saved.manifest.parameters["thresholds"]))
    return [document.body or text for document, text in zip(clean_texts(model, texts), texts, strict=True)]


if __name__ == "__main__":
    raise SystemExit(main())
