"""Kinds of removed blocks against kinds that people gave them, on held-out sites."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.chrome.kinds import kind_of
from pipeline.chrome.model import ChromeModel, Titled, see_pages, see_texts
from pipeline.chrome.told import Kinds, as_lines, told_kinds
from pipeline.corpora.manifests import KindRow
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import ChromeKind
from pipeline.evaluation.card import rendered
from pipeline.measure import macro_f1, recalls

_CHUNK = 64
Pairs = Sequence[tuple[ChromeKind, ChromeKind]]


@dataclass(frozen=True, slots=True)
class Named:
    """What one block was told to be, and what it is taken for.

    Attributes:
        found: on its page.
        as_line: as a line of the page's bare text, without its mark-up.
        by_cues: by the table of cues alone.
    """

    told: ChromeKind
    found: ChromeKind
    as_line: ChromeKind
    by_cues: ChromeKind


def named_blocks(model: ChromeModel, pages: Sequence[PreparedPage], rows: Sequence[KindRow]) -> list[Named]:
    """The told blocks of some pages under the names that they are given, whether they would go or not."""
    told = told_kinds(pages, rows)
    chunks = [told[start : start + _CHUNK] for start in range(0, len(told), _CHUNK)]
    return [named for chunk in chunks for named in _named(model, chunk)]


def _named(model: ChromeModel, told: Sequence[tuple[PreparedPage, Kinds]]) -> list[Named]:
    wanted = [_marked(len(page.blocks), kinds) for page, kinds in told]
    titled = [Titled(page.blocks, page.title) for page, _ in told]
    texts = [as_lines(page.blocks) for page, _ in told]
    on_pages = model.kinds(see_pages(model.parts, titled), wanted)
    on_lines = model.kinds(see_texts(model.parts, texts), wanted)
    return [
        Named(kind, found[place], line[place], kind_of(page.blocks[place]))
        for (page, kinds), found, line in zip(told, on_pages, on_lines, strict=True)
        for place, kind in sorted(kinds.items())
    ]


def _marked(size: int, kinds: Kinds) -> NDArray[np.bool_]:
    marked = np.zeros(size, dtype=bool)
    marked[list(kinds)] = True
    return marked


def naming_figures(named: Sequence[Named]) -> dict[str, Any]:
    """Figures of the names given on pages; beside them those of bare lines, and of the table of cues on pages."""
    as_line = kind_figures([(name.told, name.as_line) for name in named])
    by_cues = kind_figures([(name.told, name.by_cues) for name in named])
    return kind_figures([(name.told, name.found) for name in named]) | {
        "as lines": {figure: as_line[figure] for figure in ("blocks", "macro_f1", "accuracy")},
        "table of cues": {figure: by_cues[figure] for figure in ("blocks", "macro_f1", "accuracy")},
    }


def kind_figures(named: Pairs) -> dict[str, Any]:
    """Macro F1 and accuracy over all kinds that were told, and precision and recall of each.

    Args:
        named: what each block was told to be and what it was taken for.
    """
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


def confusion(pairs: Pairs) -> list[list[str]]:
    """A row for each kind: its name, then how often its blocks were taken for each kind, in the order of the rows."""
    kinds = [kind for kind in ChromeKind if kind in set(chain.from_iterable(pairs))]
    counts = dict.fromkeys(((told, found) for told in kinds for found in kinds), 0)
    for pair in pairs:
        counts[pair] += 1
    return [[told.value, *(str(counts[told, found] or "") for found in kinds)] for told in kinds]


def kinds_page(named: Sequence[Named], figures: Mapping[str, Any]) -> str:
    """The page of the documentation that shows which kinds are taken for which."""
    pairs = {
        "On their pages": [(name.told, name.found) for name in named],
        "As lines of the bare text": [(name.told, name.as_line) for name in named],
    }
    tables = {title: confusion(told) for title, told in pairs.items()}
    return rendered("kinds.md", figures=figures, tables=tables)
