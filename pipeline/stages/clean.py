"""Stage `clean`: the labelled texts as our own line model leaves them: training sees what scoring sees."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from joblib import Parallel, delayed

from pipeline import models
from pipeline.chrome.cleaning import clean_texts
from pipeline.chrome.model import CHROME_FEATURES, ChromeModel, Thresholds
from pipeline.corpora import prepared
from pipeline.corpora.prepared import PreparedText
from pipeline.settings import read_settings

IN, OUT, MODEL = (
    Path("data/prepared/texts.jsonl.gz"),
    Path("data/clean/texts.jsonl.gz"),
    Path("models/chrome"),
)


def main() -> int:
    """Write data/clean/texts.jsonl.gz: ids, labels and splits as prepared, texts cleaned."""
    settings = read_settings(Path("params.yaml")).clean
    texts = list(prepared.read_texts(IN))
    chunks = [texts[start : start + settings.chunk] for start in range(0, len(texts), settings.chunk)]
    work = Parallel(n_jobs=-1, return_as="generator")(delayed(_clean)(chunk) for chunk in chunks)
    cleaned = [text for chunk in work for text in chunk]
    prepared.write_lines(OUT, cleaned)
    before, after = (sum(len(text.text.split()) for text in side) for side in (texts, cleaned))
    print(f"clean: {after} of {before} words stay in {len(cleaned)} texts.")  # noqa: T201 - a stage talks to its terminal
    return 0


def _clean(texts: Sequence[PreparedText]) -> list[PreparedText]:
    """Clean one chunk; a text of which nothing is left stays as it was, for the label is still right."""
    saved = models.load(MODEL, CHROME_FEATURES)
    model = ChromeModel(saved.parts, Thresholds(**saved.manifest.parameters["thresholds"]))
    documents = clean_texts(model, [text.text for text in texts])
    return [replace(text, text=document.body or text.text) for text, document in zip(texts, documents, strict=True)]


if __name__ == "__main__":
    raise SystemExit(main())
