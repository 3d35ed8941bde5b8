"""Stage `fetch`: bring the files named by data/texts.csv and data/pages.csv to data/raw."""

import os
import sys
from pathlib import Path

from pipeline.corpora.choice import check_corpora, chosen, scale
from pipeline.corpora.fetch import fetch
from pipeline.corpora.manifests import read_corpora, read_pages, read_texts
from pipeline.errors import WinnowError
from pipeline.settings import read_settings

RAW = Path("data/raw")


def main() -> int:
    """Fetch, verify and say what is there; 1 when something is missing or wrong."""
    try:
        settings = read_settings(Path("params.yaml")).fetch
        corpora = settings.corpora
        check_corpora(corpora, read_corpora(Path("data/corpora.csv")))
        RAW.mkdir(parents=True, exist_ok=True)
        texts, pages = (
            chosen(read_texts(Path("data/texts.csv")), corpora),
            chosen(read_pages(Path("data/pages.csv")), corpora),
        )
        fetch(texts, pages, base=settings.base, mirror=os.environ.get("WINNOW_MIRROR"), raw=RAW)
    except WinnowError as error:
        print(f"fetch: {error}", file=sys.stderr)  # noqa: T201 - a stage talks to its terminal
        return 1
    print(f"fetch: {len(texts)} texts and {len(pages)} pages are in {RAW}, verified; {scale(corpora)}.")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
