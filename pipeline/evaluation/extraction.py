"""Extraction on held-out sites: ours beside trafilatura's own output, on pages, dumps and cleaned texts, in one run.

The input of "cleaned" is trafilatura's own text, the input of "dump" every visible block of the page as a line.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.chrome.cleaning import assemble, clean_texts
from pipeline.chrome.model import ChromeModel, Titled, see_pages
from pipeline.corpora.choice import AUTHORED, OWN
from pipeline.corpora.prepared import BASELINES, PreparedPage, PreparedText
from pipeline.document import Label, Metadata
from pipeline.measure import Extraction, extraction, overlap, snippets

Figures = dict[str, Any]
_CHUNK = 64
_DRAWS = 1000


def extraction_figures(model: ChromeModel, pages: Sequence[PreparedPage], texts: Sequence[PreparedText]) -> Figures:
    """All extraction figures: a table for each corpus, the snippets, and the harm done to clean prose."""
    by_corpus = {
        "wcxb articles": [page for page in pages if page.corpus == "wcxb" and page.page_type == "article"],
        "wcxb other pages": [page for page in pages if page.corpus == "wcxb" and page.page_type != "article"],
        "l3s-gn1 news": [page for page in pages if page.corpus == "l3s-gn1"],
        "authored pages": [page for page in pages if page.corpus == AUTHORED],
        "own pages": [page for page in pages if page.corpus == OWN],
    }
    checked = [page for page in pages if page.content is None]
    english = [page for page in checked if page.lang == "en"]
    return {
        **{name: _compare(model, chosen) for name, chosen in by_corpus.items() if chosen},
        "snippets, all languages": _snippets(model, checked),
        "snippets, English": _snippets(model, english),
        "clean prose": prose_harm(model, texts),
    }


def our_lines(model: ChromeModel, pages: Sequence[PreparedPage]) -> list[str]:
    """The cleaned body of each page, from its stored blocks."""
    bodies = []
    for start in range(0, len(pages), _CHUNK):
        titled = [Titled(page.blocks, page.title) for page in pages[start : start + _CHUNK]]
        seen = see_pages(model.parts, titled)
        removals = model.page_removals(titled, model.page_probabilities(titled, seen), seen)
        for page, told in zip(titled, removals, strict=True):
            bodies.append(assemble(page, told.chrome, told.drops, Metadata(), frozenset()).body)
    return bodies


def our_texts(model: ChromeModel, texts: Sequence[str]) -> list[str]:
    """The cleaned text of each text, title included."""
    return [
        document.text
        for start in range(0, len(texts), _CHUNK)
        for document in clean_texts(model, texts[start : start + _CHUNK])
    ]


def _compare(model: ChromeModel, pages: Sequence[PreparedPage]) -> Figures:
    """Precision, recall and F1 of each contender on the same pages."""
    dumps = ["\n".join(block.text for block in page.blocks) for page in pages]
    cleaned = [page.baselines[0] for page in pages]
    contenders = {
        "pages: winnow": our_lines(model, pages),
        **{f"pages: trafilatura {name}": texts for name, texts in _baselines(pages)},
        "dumps: winnow": our_texts(model, dumps),
        "dumps: all text": dumps,
        "cleaned by trafilatura, then winnow": our_texts(model, cleaned),
    }
    return {name: _figures(pages, found) for name, found in contenders.items()}


def _baselines(pages: Sequence[PreparedPage]) -> list[tuple[str, list[str]]]:
    """What trafilatura makes of each page, under the name of its settings."""
    return [(name, [page.baselines[place] for page in pages]) for place, name in enumerate(BASELINES)]


def _figures(pages: Sequence[PreparedPage], found: Sequence[str]) -> Figures:
    pairs = [overlap(text, page.content or "", page.gold_title) for page, text in zip(pages, found, strict=True)]
    return _rounded(extraction(pairs)) | {"f1_95": _interval(np.array(pairs))}


def _interval(pairs: NDArray[np.float64]) -> list[float]:
    """95 % interval of the F1 of averages, resampling pages; the draws are the same for every contender."""
    draws = np.random.default_rng(0).integers(0, len(pairs), (_DRAWS, len(pairs)))
    precision, recall = pairs[draws].mean(axis=1).T
    f1 = 2 * precision * recall / np.maximum(precision + recall, np.finfo(float).tiny)
    return [round(float(end), 4) for end in np.percentile(f1, [2.5, 97.5])]


def _rounded(figures: Extraction) -> Figures:
    return {
        "f1": round(figures.f1, 4),
        "precision": round(figures.precision, 4),
        "recall": round(figures.recall, 4),
        "pages": figures.pages,
    }


def _snippets(model: ChromeModel, pages: Sequence[PreparedPage]) -> Figures:
    """Share of must-have strings that are there and of must-not-have strings that are gone, and their F1."""
    contenders = {"winnow": our_lines(model, pages)}
    contenders |= {f"trafilatura {name}": texts for name, texts in _baselines(pages)}
    return {name: _snippet_figures(pages, found) for name, found in contenders.items()} | {"pages": len(pages)}


def _snippet_figures(pages: Sequence[PreparedPage], found: Sequence[str]) -> Figures:
    figures = _rounded(snippets((text, page.wanted, page.unwanted) for page, text in zip(pages, found, strict=True)))
    return {name: figures[name] for name in ("f1", "precision", "recall")}


def prose_harm(model: ChromeModel, texts: Sequence[PreparedText]) -> Figures:
    """What cleaning takes from clean human articles: lines and words removed, and documents touched."""
    human = [text for text in texts if text.origin == "human" and text.label in (Label.REPORTING, Label.ANALYSIS)]
    documents = [
        document
        for start in range(0, len(human), _CHUNK)
        for document in clean_texts(model, [text.text for text in human[start : start + _CHUNK]])
    ]
    removed = [[item.text for item in document.removed] for document in documents]
    words = sum(len(text.text.split()) for text in human)
    lost = sum(len(line.split()) for lines in removed for line in lines)
    lines = sum(len(text.text.splitlines()) for text in human)
    return {
        "documents": len(human),
        "lines": lines,
        "lines_removed": round(sum(map(len, removed)) / max(lines, 1), 6),
        "words_kept": round(1 - lost / max(words, 1), 6),
        "documents_touched": round(sum(map(bool, removed)) / max(len(removed), 1), 4),
    }
