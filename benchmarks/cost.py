"""What a document costs: CPU milliseconds of every step, on held-out pages and texts, beside trafilatura's own.

    OMP_NUM_THREADS=1 python benchmarks/cost.py --pages 300

Needs data/raw and data/prepared (`dvc repro prepare`) and data/clean (`dvc repro clean`). Prints a table and writes
benchmarks/cost.json. Documents go through in chunks, in one process. A step that a chunk shares is divided among
its documents by their blocks or words, which is what its cost grows with. The package's caches are emptied before
every repetition, so that none of them profits from the one before.
"""

import argparse
import gc
import json
import os
import platform
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import _lru_cache_wrapper
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import sklearn

from pipeline.blocks import surroundings, wording
from pipeline.chrome.cleaning import assemble, clean_texts
from pipeline.chrome.model import ChromeModel, Removals, Titled, scored, see_pages, see_texts
from pipeline.corpora import manifests, prepared
from pipeline.corpora.pages import read_page
from pipeline.corpora.prepared import Split
from pipeline.document import CleanDocument, Metadata
from pipeline.extract import kept_lines, parse, read_metadata
from pipeline.features import masked, style_rows
from pipeline.language import language_of
from pipeline.quality.model import QualityModel
from pipeline.read import decode
from pipeline.score import load_models
from pipeline.segment.page import tree_blocks
from pipeline.segment.rows import joined_rows
from pipeline.segment.text import text_blocks
from pipeline.segment.title import find_title, headline

if TYPE_CHECKING:
    from lxml.html import HtmlElement

RAW, PREPARED, CLEAN = Path("data/raw"), Path("data/prepared"), Path("data/clean/texts.jsonl.gz")
OUT = Path("benchmarks/cost.json")
CORPORA = ("wcxb", "l3s-gn1")
CHUNK = 64
VERDICT_WORDS = (600, 800)  # the target is stated for a document of 700

TRAFILATURA = ("parse", "default")
PAGE = ("parse", "metadata", "blocks", "headline", "rows", "trees", "names", "assemble")
GROUPS: Mapping[str, tuple[str, ...]] = {
    "page: trafilatura": TRAFILATURA,
    "page: winnow": PAGE,
    "page: of rows": ("wording scores", "mark-up scores"),
    "text: cleaning": ("clean",),
    "text: first round alone": ("lines", "line rows", "line trees"),
    "verdict: 600 to 800 words": ("verdict",),
    "verdict: of it": ("masking", "measuring"),
    "verdict: before it": ("language",),
}
ON_TOP = "page: winnow on top"  # of what trafilatura's own body extraction costs, metadata included on our side only
TARGETS = {ON_TOP: 6.0, "text: cleaning": 3.0, "verdict: 600 to 800 words": 3.0}

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(slots=True)
class Meter:
    """CPU milliseconds of each step, one number a document, documents in order."""

    costs: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def each(self, step: str, work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Do the work document by document."""
        return [self.shared(step, lambda item=item: work(item), [1]) for item in items]  # type: ignore[misc]

    def shared(self, step: str, work: Callable[[], Result], sizes: Sequence[int]) -> Result:
        """Do the work of a chunk at once and divide its cost by the sizes of the documents."""
        started = process_time()
        result = work()
        spent = 1000 * (process_time() - started)
        self.costs[step] += [spent * size / max(sum(sizes), 1) for size in sizes]
        return result


def main() -> int:
    """Measure, print, write benchmarks/cost.json."""
    options = _options()
    missing = [str(path) for path in (RAW, PREPARED, CLEAN) if not path.exists()]
    if missing:
        print(f"Skipped: {', '.join(missing)} is absent; `dvc repro clean` makes it.")
        return 0
    models = load_models()
    pages, dirty, clean = _pages(options.pages), _texts(options.pages), _cleaned(options.pages)
    _pass(models.chrome, models.quality, (pages[:8], dirty[:8], clean[:8]))  # what is loaded late is loaded now
    passes = [_pass(models.chrome, models.quality, (pages, dirty, clean)) for _ in range(options.repeat)]
    table = _table(passes)
    _print(table)
    _write(table, {"pages": len(pages), "texts": len(dirty), "verdicts": len(clean), "repetitions": options.repeat})
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="CPU milliseconds of every step on held-out documents.")
    parser.add_argument("--pages", type=int, default=300, help="pages, and texts of either kind (default 300)")
    parser.add_argument("--repeat", type=int, default=3, help="repetitions; the median counts (default 3)")
    return parser.parse_args()


def _order(name: str) -> str:
    """A fixed order that mixes the corpora."""
    return sha256(name.encode()).hexdigest()


def _pages(count: int) -> list[str]:
    """Decoded HTML of held-out pages."""
    test = {page.id for page in prepared.read_pages(PREPARED / "pages.jsonl.gz") if page.split is Split.TEST}
    rows = [row for row in manifests.read_pages(Path("data/pages.csv")) if row.id in test and row.corpus in CORPORA]
    chosen = sorted(rows, key=lambda row: _order(row.id))[:count]
    return [decode(read_page(row, RAW).html)[0] for row in chosen]


def _texts(count: int) -> list[str]:
    """Held-out texts before cleaning."""
    texts = [text for text in prepared.read_texts(PREPARED / "texts.jsonl.gz") if text.split is Split.TEST]
    return [text.text for text in sorted(texts, key=lambda text: _order(text.id))[:count]]


def _cleaned(count: int) -> list[CleanDocument]:
    """Held-out clean documents of about 700 words, in English as far as the model is told."""
    few, many = VERDICT_WORDS
    texts = [text for text in prepared.read_texts(CLEAN) if text.split is Split.TEST]
    fitting = [text for text in texts if few <= len(text.text.split()) <= many]
    chosen = sorted(fitting, key=lambda text: _order(text.id))[:count]
    return [CleanDocument(Metadata(language="en"), tuple(text.text.split("\n")), ()) for text in chosen]


def _pass(
    chrome: ChromeModel, quality: QualityModel, documents: tuple[list[str], list[str], list[CleanDocument]]
) -> Meter:
    """Every document once, each kind from empty caches."""
    meter = Meter()
    pages, dirty, clean = documents
    _empty_caches()
    titled = [_measure_pages(meter, chrome, chunk) for chunk in _chunks(pages)]
    _empty_caches()
    for chunk in titled:
        _measure_scores(meter, chrome, chunk)
    _empty_caches()
    for texts in _chunks(dirty):
        sizes = [len(text.split()) for text in texts]
        meter.shared("clean", lambda texts=texts: clean_texts(chrome, texts), sizes)
    _empty_caches()
    for texts in _chunks(dirty):
        _measure_round(meter, chrome, texts)
    _empty_caches()
    for told in _chunks(clean):
        sizes = [len(document.body.split()) for document in told]
        meter.shared("verdict", lambda told=told: quality.judge(told), sizes)
    _empty_caches()
    for told in _chunks(clean):
        _measure_views(meter, told)
    return meter


def _empty_caches() -> None:
    for thing in gc.get_objects():
        if isinstance(thing, _lru_cache_wrapper) and (thing.__module__ or "").startswith("pipeline."):
            thing.cache_clear()
    gc.collect()


def _measure_pages(meter: Meter, model: ChromeModel, chunk: Sequence[str]) -> list[Titled]:
    """trafilatura's steps, then ours as `score.segment` and `chrome.cleaning.clean_pages` take them."""
    trees: list[HtmlElement] = [tree for tree in meter.each("parse", parse, chunk) if tree is not None]
    meter.each("default", kept_lines, trees)
    metadata = meter.each("metadata", read_metadata, trees)
    told = list(zip(meter.each("blocks", lambda tree: joined_rows(tree_blocks(tree)), trees), metadata, strict=True))
    pages = meter.each("headline", lambda page: Titled(page[0], headline(page[0], page[1].title)), told)
    sizes = [len(page.blocks) for page in pages]
    seen = meter.shared("rows", lambda: see_pages(model.parts, pages), sizes)
    chances = meter.shared("trees", lambda: model.page_probabilities(pages, seen), sizes)
    removals = meter.shared("names", lambda: model.page_removals(pages, chances, seen), sizes)
    meter.each("assemble", lambda page: _assembled(*page), list(zip(pages, metadata, removals, strict=True)))
    return pages


def _assembled(page: Titled, metadata: Metadata, told: Removals) -> CleanDocument:
    return assemble(page, told.chrome, told.drops, metadata, frozenset(), kinds=told.kinds)


def _measure_scores(meter: Meter, model: ChromeModel, pages: Sequence[Titled]) -> None:
    """What of the rows is the linear models' part."""
    blocks, sizes = [block for page in pages for block in page.blocks], [len(page.blocks) for page in pages]
    meter.shared("wording scores", lambda: scored(model.parts["wording"], map(wording, blocks)), sizes)
    meter.shared("mark-up scores", lambda: scored(model.parts["markup"], map(surroundings, blocks)), sizes)


def _measure_round(meter: Meter, model: ChromeModel, texts: Sequence[str]) -> None:
    """The steps of the first round of `clean_texts`; a text takes two rounds at least."""
    lines = meter.each("lines", text_blocks, texts)
    drafts = [Titled(blocks, found.text if (found := find_title(blocks)) else None) for blocks in lines]
    sizes = [len(blocks) for blocks in lines]
    seen = meter.shared("line rows", lambda: see_texts(model.parts, drafts), sizes)
    meter.shared("line trees", lambda: model.text_chances(drafts, seen), sizes)


def _measure_views(meter: Meter, documents: Sequence[CleanDocument]) -> None:
    """The two views that the document model takes of a text, and the language guess that comes before."""
    bodies = [document.body for document in documents]
    meter.each("language", language_of, bodies)
    _empty_caches()
    meter.each("masking", masked, bodies)
    meter.each("measuring", lambda body: style_rows([body]), bodies)


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def _table(passes: Sequence[Meter]) -> dict[str, dict[str, dict[str, float]]]:
    """Median and mean over documents for each step and the sum of each group; a document's cost is its median pass."""
    costs = {step: np.median([one.costs[step] for one in passes], axis=0) for step in passes[0].costs}
    table = {}
    for group, steps in GROUPS.items():
        columns = {step: costs[step] for step in steps}
        if len(steps) > 1:
            columns["sum"] = sum(columns.values(), np.zeros(1))
        table[group] = {step: _figures(column) for step, column in columns.items()}
    ours, theirs = (sum((costs[step] for step in steps), np.zeros(1)) for steps in (PAGE, TRAFILATURA))
    return table | {ON_TOP: {"sum": _figures(ours - theirs), "share": _figures(ours / theirs)}}


def _figures(column: np.ndarray) -> dict[str, float]:
    return {"median": round(float(np.median(column)), 3), "mean": round(float(np.mean(column)), 3)}


def _print(table: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    print(f"{'CPU ms a document':<44}{'median':>9}{'mean':>9}{'target':>9}")
    for group, steps in table.items():
        for step, figures in steps.items():
            total = step == "sum" or len(steps) == 1
            target = f"{TARGETS[group]:9.1f}" if total and group in TARGETS else ""
            print(f"{group:<28}{step:<16}{figures['median']:9.2f}{figures['mean']:9.2f}{target}")


def _write(table: Mapping[str, object], counts: Mapping[str, int]) -> None:
    told = {
        "counts": counts,
        "chunk": CHUNK,
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": {"python": platform.python_version(), "scikit-learn": sklearn.__version__}
        | {name: version(name) for name in ("trafilatura", "lxml", "numpy")},
        "milliseconds": table,
        "targets": TARGETS,
    }
    OUT.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
