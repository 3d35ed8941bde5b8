"""Stage `prepare`: labelled texts without leaks, annotated pages cut into labelled blocks, both with a split."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from joblib import Parallel, delayed

from pipeline.chrome.preparing import prepare_page
from pipeline.corpora import prepared
from pipeline.corpora.authored import read_triplets
from pipeline.corpora.labelled import prepare_texts, prepare_triplets
from pipeline.corpora.manifests import PageRow, read_exclusions, read_pages, read_texts
from pipeline.corpora.pages import read_page
from pipeline.errors import WinnowError
from pipeline.settings import PrepareSettings, read_settings

RAW, OUT = Path("data/raw"), Path("data/prepared")
_CHUNK = 20  # pages a task: one takes a tenth of a second


def main() -> int:
    """Write data/prepared/texts.jsonl.gz and pages.jsonl.gz; 1 when a corpus file is missing or wrong."""
    try:
        settings = read_settings(Path("params.yaml")).prepare
        left_out = {row.id for row in read_exclusions(Path("data/left_out.csv"))}
        texts = list(prepare_texts(read_texts(Path("data/texts.csv")), RAW, settings, left_out=left_out))
        texts += prepare_triplets(read_triplets(Path("data/authored/triplets")), settings)
        pages = list(_pages(read_pages(Path("data/pages.csv")), settings))
    except WinnowError as error:
        print(f"prepare: {error}", file=sys.stderr)  # noqa: T201 - a stage talks to its terminal
        return 1
    prepared.write_lines(OUT / "texts.jsonl.gz", texts)
    prepared.write_lines(OUT / "pages.jsonl.gz", pages)
    print("prepare: texts", dict(Counter(text.split.value for text in texts)))  # noqa: T201
    print("prepare: pages", dict(Counter(page.split.value for page in pages)))  # noqa: T201
    return 0


def _pages(rows: Sequence[PageRow], settings: PrepareSettings) -> Iterator[prepared.PreparedPage]:
    """Prepare pages on all cores, in the order of the manifest."""
    chunks = [rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK)]
    work = Parallel(n_jobs=-1, return_as="generator")(delayed(_prepare)(chunk, settings) for chunk in chunks)
    return (page for chunk in work for page in chunk)


def _prepare(rows: Sequence[PageRow], settings: PrepareSettings) -> list[prepared.PreparedPage]:
    pages = (prepare_page(read_page(row, RAW), settings) for row in rows)
    return [page for page in pages if page is not None]


if __name__ == "__main__":
    raise SystemExit(main())
