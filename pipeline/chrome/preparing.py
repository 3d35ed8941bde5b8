"""From an annotated page to a prepared one: extracted, cut into blocks, each block labelled (training only)."""

from pipeline.chrome.gold import label_blocks
from pipeline.corpora.pages import GoldPage
from pipeline.corpora.prepared import BASELINES, PreparedPage
from pipeline.corpora.splits import split_site
from pipeline.document import Block
from pipeline.extract import extract, kept_lines, parse
from pipeline.read import decode
from pipeline.segment.page import page_blocks
from pipeline.segment.title import headline
from pipeline.settings import PrepareSettings


def prepare_page(gold: GoldPage, settings: PrepareSettings) -> PreparedPage | None:
    """Run the page through the product's own extraction and segmentation; None when it holds no element."""
    tree = parse(decode(gold.html)[0])
    if tree is None:
        return None
    page = extract(tree)
    blocks = page_blocks(page)
    baselines = [kept_lines(tree, favor_recall=name == "recall") for name in BASELINES]
    cleaned = [Block(line, "line", number) for number, line in enumerate(baselines[0], 1)]
    return PreparedPage(
        id=gold.id,
        corpus=gold.corpus,
        site=gold.site,
        lang=gold.lang,
        page_type=gold.page_type,
        split=split_site(
            gold.site, seed=settings.seed, valid_share=settings.valid_share, test_share=settings.test_share
        ),
        title=headline(blocks, page.metadata.title),
        gold_title=gold.title,
        content=gold.content,
        wanted=gold.wanted,
        unwanted=gold.unwanted,
        baselines=tuple("\n".join(lines) for lines in baselines),
        blocks=tuple(blocks),
        labels=tuple(int(label) for label in label_blocks(blocks, gold)),
        cleaned=tuple(cleaned),
        cleaned_labels=tuple(int(label) for label in label_blocks(cleaned, gold)),
    )
