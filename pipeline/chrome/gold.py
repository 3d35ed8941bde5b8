"""Labels for blocks out of gold main texts: which blocks of a page an annotator kept (training only).

The corpora disagree on headline, byline and caption (data/README.md). Ours is DESIGN.md section 4, so blocks
that a corpus treats the other way are left out of training, not learned.
"""

from collections import Counter
from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.chrome.kinds import kind_of
from pipeline.corpora.pages import GoldPage
from pipeline.document import Block, ChromeKind
from pipeline.measure import SHINGLE, tokens


class BlockLabel(IntEnum):
    """What a block is in the gold standard; `UNKNOWN` blocks train nothing."""

    UNKNOWN = -1
    CONTENT = 0
    CHROME = 1


Labels = NDArray[np.int8]
_CONTENT_COVER = 0.6  # share of a block's tokens in gold 4-grams from which it is content
_CHROME_COVER = 0.25  # and below which it is chrome; between the two the alignment is not trusted
_AMONG = 6  # blocks before and after a copy in which other content is looked for
_DIFFERENTLY_TREATED = frozenset({ChromeKind.BYLINE, ChromeKind.TIMESTAMP, ChromeKind.COUNTER, ChromeKind.CAPTION})


def label_blocks(blocks: Sequence[Block], gold: GoldPage, kept: str = "") -> Labels:
    """One BlockLabel a block, from the gold text or, where a corpus has none, from its snippets.

    Args:
        kept: what trafilatura takes for the text of the page. It labels what snippets say nothing of, so that the
            pages that have no gold text, most of them German, teach what is around German text.
    """
    if gold.content is None:
        labels = _from_snippets(blocks, gold)
        labels = np.where(labels == BlockLabel.UNKNOWN, _from_text(blocks, kept), labels) if kept else labels
    else:
        labels = _from_text(blocks, gold.content)
        _refuse_copies(labels, blocks, gold.content)
    _forget_other_conventions(labels, blocks, gold)
    return labels


def _from_text(blocks: Sequence[Block], content: str) -> Labels:
    """Blocks that a text holds are content, those that it does not hold chrome."""
    cover = _cover([tokens(block.text) for block in blocks], content)
    labels = np.full(len(blocks), BlockLabel.UNKNOWN, dtype=np.int8)
    labels[cover >= _CONTENT_COVER] = BlockLabel.CONTENT
    labels[cover < _CHROME_COVER] = BlockLabel.CHROME
    return labels


def _from_snippets(blocks: Sequence[Block], gold: GoldPage) -> Labels:
    """Blocks that hold a must-have string are content, those that hold a must-not-have string chrome."""
    labels = np.full(len(blocks), BlockLabel.UNKNOWN, dtype=np.int8)
    for index, block in enumerate(blocks):
        wanted = any(snippet in block.text for snippet in gold.wanted)
        unwanted = any(snippet in block.text for snippet in gold.unwanted)
        if wanted != unwanted:
            labels[index] = BlockLabel.CHROME if unwanted else BlockLabel.CONTENT
    return labels


def _cover(blocks: Sequence[Sequence[str]], content: str) -> NDArray[np.float64]:
    """Share of each block's tokens that lie in a 4-gram of the gold text; 4-grams may cross block borders.

    A short block has no 4-gram of its own: it is covered when it is a whole gold line, or when it stands
    between the same words in the gold text.
    """
    gold = _grams(tokens(content))
    lines = {tuple(tokens(line)) for line in content.splitlines()}
    words = [word for block in blocks for word in block]
    inside = np.zeros(len(words), dtype=bool)
    for start, gram in enumerate(zip(*(words[shift:] for shift in range(SHINGLE)), strict=False)):
        if gram in gold:
            inside[start : start + SHINGLE] = True
    cover = np.zeros(len(blocks))
    place = 0
    for index, block in enumerate(blocks):
        if block:
            cover[index] = 1.0 if tuple(block) in lines else inside[place : place + len(block)].mean()
        place += len(block)
    return cover


def _grams(words: Sequence[str]) -> set[tuple[str, ...]]:
    return set(zip(*(words[shift:] for shift in range(SHINGLE)), strict=False))


def _refuse_copies(labels: Labels, blocks: Sequence[Block], content: str) -> None:
    """Of blocks with the same text only as many are content as the gold text has: those that stand among content.

    A box at the head of a page or a teaser repeats a sentence of the story. Where the first copy was taken, F1 of
    articles on unseen sites was .948, where the copy among other content is, .955 (two seeds, 144 pages).
    """
    keys = [tuple(tokens(block.text)) for block in blocks]
    places: dict[tuple[str, ...], list[int]] = {}
    for index, key in enumerate(keys):
        places.setdefault(key, []).append(index)
    is_known = [label == BlockLabel.CONTENT and len(places[key]) == 1 for label, key in zip(labels, keys, strict=True)]
    counts = np.concatenate([[0], np.cumsum(is_known)])
    gold_lines = Counter(tuple(tokens(line)) for line in content.splitlines())

    def among(index: int) -> int:
        return int(counts[min(index + _AMONG + 1, len(blocks))] - counts[max(index - _AMONG, 0)])

    for key, indexes in places.items():
        if len(indexes) > 1 and (labels[indexes] == BlockLabel.CONTENT).any():
            best = sorted(indexes, key=lambda index: (-among(index), index))
            labels[best] = BlockLabel.CHROME
            labels[best[: max(gold_lines[key], 1)]] = BlockLabel.CONTENT


def _forget_other_conventions(labels: Labels, blocks: Sequence[Block], gold: GoldPage) -> None:
    """Unlabel headlines, and captions, bylines and the like that the gold text keeps.

    What l3s-gn1 marks as supplemental (captions, boxes, agency notices) is chrome by our convention.
    """
    title = tokens(gold.title)
    for index, block in enumerate(blocks):
        kept_by_gold = labels[index] == BlockLabel.CONTENT
        if tokens(block.text) == title or (kept_by_gold and _differently_treated(block)):
            labels[index] = BlockLabel.UNKNOWN


def _differently_treated(block: Block) -> bool:
    """Short blocks that the cue table takes for byline, timestamp, counter or caption."""
    return len(block.text.split()) <= 25 and kind_of(block) in _DIFFERENTLY_TREATED  # noqa: PLR2004 - a paragraph is longer
