"""Finds the blocks whose kind a person has told (data/kinds.csv) in pages that were cut again since then.

A block is known by the hash of its text; of several with the same text the one nearest to the place where it stood
when it was labelled is meant. Blocks that are cut otherwise since then are passed over.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline.chrome.model import Titled
from pipeline.corpora.manifests import KindRow
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import Block, ChromeKind
from pipeline.segment.text import text_blocks
from pipeline.segment.title import find_title

Kinds = Mapping[int, ChromeKind]  # by place among a document's blocks

_HASH_CHARS = 16


def told_kinds(pages: Iterable[PreparedPage], rows: Sequence[KindRow]) -> list[tuple[PreparedPage, Kinds]]:
    """Each page that has told blocks, with their kinds by their places among its blocks."""
    by_page: dict[str, list[KindRow]] = defaultdict(list)
    for row in rows:
        by_page[row.page].append(row)
    told = [(page, _kinds(page.blocks, by_page[page.id])) for page in pages if page.id in by_page]
    return [(page, kinds) for page, kinds in told if kinds]


def _kinds(blocks: Sequence[Block], rows: Sequence[KindRow]) -> Kinds:
    places: dict[str, list[int]] = defaultdict(list)
    for place, block in enumerate(blocks):
        places[hashlib.sha256(block.text.encode()).hexdigest()[:_HASH_CHARS]].append(place)
    found = ((_nearest(places, row), row.kind) for row in rows)
    return {place: kind for place, kind in found if place is not None}


def _nearest(places: Mapping[str, Sequence[int]], row: KindRow) -> int | None:
    same = places.get(row.text, ())
    return min(same, key=lambda place: abs(place - row.block)) if same else None


def as_lines(blocks: Sequence[Block]) -> Titled:
    """Blocks as somebody gets them who copies their text: one line each, nothing of their mark-up."""
    lines = [_line(block.text) for block in blocks]
    found = find_title(lines)
    return Titled(lines, found.text if found else None)


def _line(text: str) -> Block:
    found = text_blocks(text)
    return found[0] if len(found) == 1 else Block(text=text, tag="line", line=1)
