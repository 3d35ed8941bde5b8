"""Stage `prepare`: labelled texts without leaks, annotated pages cut into labelled blocks, all with a split."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pipeline.chrome.preparing import article_text, held_out_gold, packed_pages, prepare_own_pages, prepare_page
from pipeline.corpora import prepared
from pipeline.corpora.authored import read_authored_lines, read_triplets
from pipeline.corpora.authored_pages import authored_pages
from pipeline.corpora.cache import cache_of
from pipeline.corpora.choice import AUTHORED, check_corpora, chosen, is_chosen, scale
from pipeline.corpora.copies import check_copies
from pipeline.corpora.labelled import check_labels, held_out_texts, prepare_own, prepare_texts, prepare_triplets
from pipeline.corpora.manifests import PageRow, read_corpora, read_exclusions, read_pages, read_texts
from pipeline.corpora.own import read_own_files, read_own_pages
from pipeline.corpora.prepared import PreparedText
from pipeline.errors import WinnowError
from pipeline.settings import Settings, read_settings

DATA, RAW, OUT = Path("data"), Path("data/raw"), Path("data/prepared")


def main() -> int:
    """Write texts, own texts and pages to data/prepared; 1, and nothing written, when a file or label is wrong."""
    try:
        settings = read_settings(Path("params.yaml"))
        check_corpora(settings.fetch.corpora, read_corpora(DATA / "corpora.csv"))
        texts = _texts(settings)
        own = prepare_own(read_own_files(DATA / "labelled"), settings.prepare, texts, article_text)
        check_labels([*texts, *own])
        own_pages = prepare_own_pages(read_own_pages(DATA / "labelled"), settings.prepare)
        check_copies({text.id: text.text for text in own}, held_out_texts([*texts, *own]))
        rows = chosen(read_pages(DATA / "pages.csv"), settings.fetch.corpora)
        gold = held_out_gold(rows if own_pages else (), RAW, settings.prepare)
        check_copies({page.id: page.content or "" for page in own_pages}, gold)
        pages = _pages(rows, settings)
    except WinnowError as error:
        print(f"prepare: {error}", file=sys.stderr)  # noqa: T201 - a stage talks to its terminal
        return 1
    prepared.write_lines(OUT / "texts.jsonl.gz", texts)
    prepared.write_lines(OUT / "own.jsonl.gz", own)
    prepared.write_packed(OUT / "pages.jsonl.gz", [*pages, *map(prepared.packed, own_pages)])
    for name, records in (("texts", texts), ("own texts", own), ("own pages", own_pages)):
        print(f"prepare: {name}", dict(Counter(record.split.value for record in records)))  # noqa: T201
    print(f"prepare: {len(pages)} other pages; {scale(settings.fetch.corpora)}.")  # noqa: T201
    return 0


def _texts(settings: Settings) -> list[PreparedText]:
    corpora, told = settings.fetch.corpora, settings.prepare
    cache = cache_of("texts", "pipeline.corpora.labelled", told.min_words)
    left_out = {row.id for row in read_exclusions(DATA / "left_out.csv")}
    rows = chosen(read_texts(DATA / "texts.csv"), corpora)
    texts = list(prepare_texts(rows, RAW, told, left_out=left_out, cache=cache))
    if is_chosen(AUTHORED, corpora):
        texts += prepare_triplets(read_triplets(DATA / "authored" / "triplets"), told)
    return texts


def _pages(rows: Sequence[PageRow], settings: Settings) -> list[bytes]:
    """Pages of the chosen corpora or, where these have none, pages made of the authored texts."""
    if rows:
        return packed_pages(rows, RAW, settings.prepare, cache_of("pages", packed_pages.__module__, settings.prepare))
    made = authored_pages(read_authored_lines(DATA / "authored" / "lines"))
    return [prepared.packed(page) for gold in made if (page := prepare_page(gold, settings.prepare))]


if __name__ == "__main__":
    raise SystemExit(main())
