"""Kinds of removed blocks against kinds that people gave them, on held-out sites."""

import hashlib
from collections.abc import Sequence
from typing import Any

from pipeline.chrome.kinds import kind_of
from pipeline.corpora.manifests import KindRow
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import Block, ChromeKind
from pipeline.measure import macro_f1, recalls

_HASH_CHARS = 16


def named_blocks(pages: Sequence[PreparedPage], rows: Sequence[KindRow]) -> list[tuple[ChromeKind, ChromeKind]]:
    """(told, found) kinds of the labelled blocks of some pages.

    A block is known by the hash of its text; of several with the same text the one nearest to the place where it
    stood when it was labelled is meant. Blocks that are cut otherwise since then are passed over.
    """
    by_id = {page.id: page for page in pages}
    told = [(row, _block(by_id[row.page].blocks, row)) for row in rows if row.page in by_id]
    return [(row.kind, kind_of(block)) for row, block in told if block is not None]


def kind_figures(named: Sequence[tuple[ChromeKind, ChromeKind]]) -> dict[str, Any]:
    """Macro F1 and accuracy over all kinds, and precision and recall of each kind that was told."""
    truth, found = [pair[0].value for pair in named], [pair[1].value for pair in named]
    recall, precision = recalls(truth, found), recalls(found, truth)
    return {
        "blocks": len(named),
        "macro_f1": round(macro_f1(truth, found, sorted(set(truth))), 4) if named else 0.0,
        "accuracy": round(sum(told == got for told, got in named) / max(len(named), 1), 4),
        "kinds": {
            kind: {
                "blocks": truth.count(kind),
                "precision": round(precision.get(kind, 0.0), 4),
                "recall": round(recall[kind], 4),
            }
            for kind in sorted(set(truth))
        },
    }


def _block(blocks: Sequence[Block], row: KindRow) -> Block | None:
    same = [
        place
        for place, block in enumerate(blocks)
        if hashlib.sha256(block.text.encode()).hexdigest()[:_HASH_CHARS] == row.text
    ]
    return blocks[min(same, key=lambda place: abs(place - row.block))] if same else None
