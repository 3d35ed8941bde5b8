"""From an annotated page to a prepared one: extracted, cut into blocks, each block labelled (training only)."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, replace
from pathlib import Path

from joblib import Parallel, delayed

from pipeline.chrome.gold import BlockLabel, label_blocks
from pipeline.corpora.cache import Cache
from pipeline.corpora.manifests import PageRow
from pipeline.corpora.pages import GoldPage, read_page
from pipeline.corpora.prepared import BASELINES, PreparedPage, Split, packed
from pipeline.corpora.splits import split_site
from pipeline.document import Block
from pipeline.errors import CorpusError
from pipeline.extract import extract, kept_lines, parse
from pipeline.read import decode
from pipeline.segment.page import page_blocks
from pipeline.segment.title import headline
from pipeline.settings import PrepareSettings

_CHUNK = 20  # pages a task: one takes a tenth of a second


def packed_pages(rows: Sequence[PageRow], raw: Path, settings: PrepareSettings, cache: Cache) -> list[bytes]:
    """Prepared pages of a manifest in its order, packed, on all cores; empty where a page holds no element.

    Their hashes stand for the content of their files.
    """

    def compute(places: Sequence[int]) -> Iterator[bytes]:
        chunks = [[rows[at] for at in places[start : start + _CHUNK]] for start in range(0, len(places), _CHUNK)]
        work = Parallel(n_jobs=-1, return_as="generator")(delayed(_packed)(chunk, raw, settings) for chunk in chunks)
        return (page for chunk in work for page in chunk)

    return cache.values([repr(astuple(row)) for row in rows], compute)[0]


def _packed(rows: Sequence[PageRow], raw: Path, settings: PrepareSettings) -> list[bytes]:
    pages = (prepare_page(read_page(row, raw), settings) for row in rows)
    return [packed(page) if page else b"" for page in pages]


def held_out_gold(rows: Sequence[PageRow], raw: Path, settings: PrepareSettings) -> Iterator[tuple[str, str]]:
    """Names and gold texts of the pages that the block model is measured on."""
    held_out = (row for row in rows if page_split(row.site, settings) is Split.TEST)
    return ((row.id, read_page(row, raw).content or "") for row in held_out)


def page_split(site: str, settings: PrepareSettings) -> Split:
    """The split of a page by its site."""
    return split_site(site, seed=settings.seed, valid_share=settings.valid_share, test_share=settings.test_share)


def prepare_own_pages(pages: Sequence[GoldPage], settings: PrepareSettings) -> list[PreparedPage]:
    """A user's own pages, whose headline is what the page shows as such: it is neither chrome nor body.

    Raises:
        CorpusError: a page holds nothing, or nothing of the text that is wanted of it.
    """
    return [_own_page(page, settings) for page in pages]


def _own_page(gold: GoldPage, settings: PrepareSettings) -> PreparedPage:
    found = prepare_page(gold, settings)
    if found is not None:
        found = prepare_page(replace(gold, title=found.title or ""), settings)
    if found is None or BlockLabel.CONTENT not in found.labels:
        raise CorpusError(f"{gold.id} holds no block of the text that is wanted of it: compare page and text.")
    return found


def article_text(html: str) -> str:
    """What trafilatura takes for the text of a page, one block a line; empty when it holds none."""
    tree = parse(html)
    return "" if tree is None else "\n".join(kept_lines(tree))


def prepare_page(gold: GoldPage, settings: PrepareSettings) -> PreparedPage | None:
    """Run the page through the product's own extraction and segmentation; None when it holds no element."""
    tree = parse(decode(gold.html)[0])
    if tree is None:
        return None
    page = extract(tree)
    blocks = page_blocks(page)
    split = page_split(gold.site, settings)
    beside = BASELINES if split is Split.TEST else BASELINES[:1]  # nothing is measured on the others
    baselines = [kept_lines(tree, favor_recall=name == "recall") for name in beside]
    cleaned = [Block(line, "line", number) for number, line in enumerate(baselines[0], 1)]
    return PreparedPage(
        id=gold.id,
        corpus=gold.corpus,
        site=gold.site,
        lang=gold.lang,
        page_type=gold.page_type,
        split=split,
        title=headline(blocks, page.metadata.title),
        gold_title=gold.title,
        content=gold.content,
        wanted=gold.wanted,
        unwanted=gold.unwanted,
        baselines=tuple("\n".join(lines) for lines in baselines),
        blocks=tuple(blocks),
        labels=tuple(int(label) for label in label_blocks(blocks, gold, "\n".join(baselines[0]))),
        cleaned=tuple(cleaned),
        cleaned_labels=tuple(int(label) for label in label_blocks(cleaned, gold)),
    )
