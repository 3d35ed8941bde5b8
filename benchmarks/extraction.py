"""Main text of held-out pages: winnow beside the extractors that people would use instead, in one run.

    python -m venv --upgrade-deps .peers && .peers/bin/pip install -r benchmarks/peers.txt
    python benchmarks/extraction.py --python .peers/bin/python

The first line sets the peers up in an environment of their own, the second one measures. Without it, whatever this
interpreter lacks is skipped. Needs data/raw and data/prepared (`dvc repro prepare`). Writes benchmarks/extraction.json
and docs/extraction.md, figures only. Every contender is a process of its own (benchmarks/contenders.py), one after
another, on one thread.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np

from pipeline.corpora import manifests, prepared
from pipeline.corpora.pages import read_page
from pipeline.corpora.prepared import PreparedPage, Split
from pipeline.measure import overlap, snippets
from pipeline.read import decode
from pipeline.score import load_models

RAW, PAGES, MANIFEST = Path("data/raw"), Path("data/prepared/pages.jsonl.gz"), Path("data/pages.csv")
OUT, DOC = Path("benchmarks/extraction.json"), Path("docs/extraction.md")
WORKER = Path(__file__).with_name("contenders.py")
COMMAND = "python benchmarks/extraction.py --python .peers/bin/python"
BASE = "trafilatura"  # what the pages' contenders are compared with, page by page
ROUNDS, SEED, LEVEL = 2000, 7, 95

CORPORA: Mapping[str, Callable[[PreparedPage], bool]] = {
    "wcxb articles": lambda page: page.corpus == "wcxb" and page.page_type == "article",
    "l3s-gn1 news": lambda page: page.corpus == "l3s-gn1",
    "wcxb other pages": lambda page: page.corpus == "wcxb" and page.page_type != "article",
    "snippets, all languages": lambda page: page.content is None,
    "snippets, English": lambda page: page.content is None and page.lang == "en",
}

Figures = dict[str, Any]
Row = Mapping[str, Any]
Counts = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Contender:
    """A contender that some interpreter has; `reads` names the one whose text is its input, None where pages are."""

    name: str
    distribution: str
    version: str
    reads: str | None
    python: str


def main() -> int:
    """Measure, print, write benchmarks/extraction.json and docs/extraction.md."""
    options = _options()
    missing = [str(path) for path in (RAW, PAGES) if not path.exists()]
    if missing:
        print(f"Skipped: {', '.join(missing)} is absent; `dvc repro prepare` makes it.")
        return 0
    contenders = find_contenders((sys.executable, options.python))
    pages, html = held_out(options.pages)
    results = run_all(contenders, html, [page.lang for page in pages])
    figures = measure(contenders, pages, results)
    text = render(figures)
    print(text)
    if not options.pages:
        OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        DOC.write_text(text, encoding="utf-8")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="F1, precision, recall and CPU milliseconds of extractors.")
    parser.add_argument("--python", default=sys.executable, help="interpreter that has the peers (default: this one)")
    parser.add_argument("--pages", type=int, help="try this many pages of each corpus and write nothing")
    options = parser.parse_args()
    if not which(options.python):
        parser.error(f"--python {options.python!r} is no program: name the interpreter that has the peers.")
    return options


def find_contenders(pythons: Sequence[str]) -> list[Contender]:
    """Every contender with the first interpreter that has it; those that none has are named on standard error."""
    found: dict[str, Contender] = {}
    for python in dict.fromkeys(pythons):
        for told in json.loads(_start(python, "--list").stdout):
            if told["version"]:
                found.setdefault(told["name"], Contender(**told, python=python))
            elif python == pythons[-1] and told["name"] not in found:
                print(f"Skipped: {told['name']}, as {told['distribution']} is not installed.", file=sys.stderr)
    return list(found.values())


def held_out(count: int | None) -> tuple[list[PreparedPage], list[str]]:
    """Held-out pages and their decoded HTML; with a count, the first so many of each corpus."""
    test = [page for page in prepared.read_pages(PAGES) if page.split is Split.TEST]
    if count:
        tried = {page.id for holds in CORPORA.values() for page in list(filter(holds, test))[:count]}
        test = [page for page in test if page.id in tried]
    rows = {row.id: row for row in manifests.read_pages(MANIFEST)}
    return test, [decode(read_page(rows[page.id], RAW).html)[0] for page in test]


def run_all(contenders: Sequence[Contender], html: Sequence[str], languages: Sequence[str]) -> dict[str, list[Row]]:
    """What each contender finds in each page or, where it reads texts, in what an earlier one found."""
    results: dict[str, list[Row]] = {}
    for contender in contenders:
        print(f"{contender.name} {contender.version} ...", file=sys.stderr, flush=True)
        inputs = [row["text"] for row in results[contender.reads]] if contender.reads else html
        results[contender.name] = run(contender, inputs, languages)
    return results


def run(contender: Contender, inputs: Sequence[str], languages: Sequence[str]) -> list[Row]:
    """One row a page: text, milliseconds, failed. A page that ends the process has failed; a new one takes the rest."""
    lines = [
        json.dumps({"content": content, "language": language})
        for content, language in zip(inputs, languages, strict=True)
    ]
    rows: list[Row] = []
    while len(rows) < len(lines):
        ended = _start(contender.python, contender.name, "\n".join(lines[len(rows) :]))
        found = [json.loads(line) for line in ended.stdout.splitlines()]
        if ended.returncode and not (rows or found):
            raise SystemExit(f"{contender.name} does not run in {contender.python}:\n{ended.stderr}")
        rows += found
        if len(rows) < len(lines):
            rows.append({"text": "", "milliseconds": None, "failed": True})
    return rows


def _start(python: str, argument: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run a worker on one thread; sets are in the same order every time."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [python, str(WORKER), argument],
        input=given,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def measure(
    contenders: Sequence[Contender], pages: Sequence[PreparedPage], results: Mapping[str, Sequence[Row]]
) -> Figures:
    """All figures of all corpora, and what they were measured with."""
    chosen = {name: [place for place, page in enumerate(pages) if holds(page)] for name, holds in CORPORA.items()}
    return {
        "command": COMMAND,
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": {"python": platform.python_version()} | {one.distribution: one.version for one in contenders},
        "models": load_models().fingerprint,
        "bootstrap": {"rounds": ROUNDS, "seed": SEED, "level": LEVEL},
        "pages": {name: len(places) for name, places in chosen.items()},
        "reads": {one.name: one.reads for one in contenders},
        "corpora": {name: _compare(contenders, pages, results, places) for name, places in chosen.items() if places},
        "all pages": {name: cost(rows) for name, rows in results.items()},
    }


def _compare(
    contenders: Sequence[Contender],
    pages: Sequence[PreparedPage],
    results: Mapping[str, Sequence[Row]],
    places: Sequence[int],
) -> Figures:
    """Each contender on the same pages, with the difference from its base and intervals of both."""
    counts = {
        name: np.array([page_counts(rows[place]["text"], pages[place]) for place in places])
        for name, rows in results.items()
    }
    told: Figures = {}
    for one in contenders:
        base = one.reads or BASE
        told[one.name] = quality(counts[one.name])
        if one.name != base and base in counts:
            told[one.name]["difference"] = difference(counts[one.name], counts[base]) | {"from": base}
        told[one.name] |= cost([results[one.name][place] for place in places])
    return told


def page_counts(text: str, page: PreparedPage) -> tuple[float, float, float, float]:
    """Numerator and denominator of precision, then of recall; summed over pages they are the figures of `measure`."""
    if page.content is not None:
        precision, recall = overlap(text, page.content, page.gold_title)
        return precision, 1.0, recall, 1.0
    hits, alarms = (snippets([(text, strings, ())]).recall * len(strings) for strings in (page.wanted, page.unwanted))
    return hits, hits + alarms, hits, len(page.wanted)


def _f1(sums: Counts) -> Counts:
    """F1 out of sums of `page_counts` in the last axis."""
    precision, recall = _ratios(sums)
    return 2 * precision * recall / np.maximum(precision + recall, np.finfo(float).tiny)


def _ratios(sums: Counts) -> tuple[Counts, Counts]:
    """Precision and recall; 0 where there is nothing to divide by."""
    share = sums[..., [0, 2]] / np.maximum(sums[..., [1, 3]], np.finfo(float).tiny)
    return share[..., 0], share[..., 1]


def _resampled(counts: Counts) -> Counts:
    """F1 of every bootstrap round; equal numbers of pages are drawn alike, so that differences are paired."""
    pages = len(counts)
    draws = np.random.default_rng(SEED).multinomial(pages, np.full(pages, 1 / pages), size=ROUNDS)
    return _f1(draws @ counts)


def _interval(values: Counts) -> list[float]:
    outside = (100 - LEVEL) / 2
    return [round(float(value), 4) for value in np.percentile(values, (outside, 100 - outside))]


def quality(counts: Counts) -> Figures:
    """F1 with its interval over pages, precision and recall."""
    sums = counts.sum(axis=0)
    precision, recall = _ratios(sums)
    return {
        "f1": round(float(_f1(sums)), 4),
        "f1_interval": _interval(_resampled(counts)),
        "precision": round(float(precision), 4),
        "recall": round(float(recall), 4),
    }


def difference(counts: Counts, base: Counts) -> Figures:
    """How much F1 one has more than the other on the same pages, with its paired interval."""
    gain = _f1(counts.sum(axis=0)) - _f1(base.sum(axis=0))
    return {"f1": round(float(gain), 4), "interval": _interval(_resampled(counts) - _resampled(base))}


def cost(rows: Sequence[Row]) -> Figures:
    """CPU milliseconds a page, pages on which it raised, and pages in which it found no text."""
    spent = [row["milliseconds"] for row in rows if row["milliseconds"] is not None]
    return {
        "milliseconds": {"median": round(float(np.median(spent)), 2), "mean": round(float(np.mean(spent)), 2)},
        "failed": sum(row["failed"] for row in rows),
        "empty": sum(not row["text"].strip() for row in rows),
    }


def render(figures: Figures) -> str:
    """The page of the documentation: a summary, then pages and texts of each corpus."""
    lines = [_HEAD.format(**figures, told=_told(figures["versions"]), **figures["bootstrap"])]
    lines += ["", "## Pages", "", *_summary(figures, _of_pages(figures)), "", _PAGES]
    lines += ["", "## Texts", "", *_summary(figures, _of_texts(figures)), "", _TEXTS]
    for corpus, contenders in figures["corpora"].items():
        lines += ["", f"## Corpus {corpus}: {figures['pages'][corpus]} pages"]
        for names in (_of_pages(figures), _of_texts(figures)):
            lines += ["", *_detail({name: contenders[name] for name in names})]
    return "\n".join(lines) + "\n"


def _told(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def _of_texts(figures: Figures) -> list[str]:
    """The contenders of texts, each input before what is made of it."""
    cleaned = [name for name, reads in figures["reads"].items() if reads]
    return list(dict.fromkeys(name for one in cleaned for name in (figures["reads"][one], one)))


def _of_pages(figures: Figures) -> list[str]:
    return [name for name, reads in figures["reads"].items() if not reads and name != "all text"]


def _summary(figures: Figures, names: Sequence[str]) -> Iterator[str]:
    """F1 on each corpus, then cost and failures over all pages."""
    corpora = figures["corpora"]
    heads = [f"{corpus} (n = {figures['pages'][corpus]})" for corpus in corpora]
    yield from _head("F1", [*heads, "CPU ms a page: median", "mean", "failed", "empty"])
    for name in names:
        scores = [f"{contenders[name]['f1']:.3f}" for contenders in corpora.values()]
        yield _line(name, [*scores, *_cost_cells(figures["all pages"][name])])


def _detail(contenders: Mapping[str, Figures]) -> Iterator[str]:
    """Contenders on one corpus as measured, from the best F1 to the worst."""
    heads = ["F1", "95 % interval", "precision", "recall", "F1 more than", "95 % interval"]
    yield from _head("contender", [*heads, "CPU ms a page: median", "mean", "failed", "empty"])
    for name, found in sorted(contenders.items(), key=lambda item: -item[1]["f1"]):
        cells = [f"{found['f1']:.3f}", _span(found["f1_interval"], ".3f")]
        cells += [f"{found['precision']:.3f}", f"{found['recall']:.3f}", *_gain_cells(found.get("difference"))]
        yield _line(name, [*cells, *_cost_cells(found)])


def _gain_cells(gain: Figures | None) -> list[str]:
    return [f"{gain['from']} {gain['f1']:+.3f}", _span(gain["interval"], "+.3f")] if gain else ["", ""]


def _cost_cells(found: Figures) -> list[str]:
    spent = found["milliseconds"]
    return [f"{spent['median']:.1f}", f"{spent['mean']:.1f}", str(found["failed"]), str(found["empty"])]


def _span(interval: Sequence[float], form: str) -> str:
    return f"{interval[0]:{form}} to {interval[1]:{form}}"


def _head(first: str, heads: Sequence[str]) -> Iterator[str]:
    yield _line(first, heads)
    yield "|---|" + "---:|" * len(heads)


def _line(first: str, cells: Sequence[str]) -> str:
    return f"| {first} | " + " | ".join(cells) + " |"


_HEAD = """# Extraction beside other tools

Made by `{command}` (its docstring says how the peers are set up); do not edit.
Models {models}; {told}.

Every contender reads the same held-out pages, whose sites are in no training set, decoded by winnow. Losses are
published as they are.

* F1, precision and recall are those of multiset 4-grams of words, averaged over pages, F1 of the two averages; lines
  that are the headline count on neither side. The snippet sets are counted in strings that a text must hold and
  strings that it must not hold.
* Intervals come from a bootstrap over pages ({rounds} rounds, {level} %). Differences in F1 are paired: both
  contenders are drawn on the same pages.
* CPU milliseconds are those of one process and one thread, parsing included, decoding and imports not. winnow works
  in chunks; what a chunk shares is divided among its pages by their blocks. Its time includes reading the metadata
  and guessing the language, and no verdict. newspaper4k and goose3 read metadata too; the others, trafilatura among
  them, do not.
* Every tool runs with its defaults, comments off where it knows them (trafilatura, resiliparse), bullets and texts of
  pictures off (resiliparse), and is told the language where it takes one (jusText, newspaper4k, goose3).
* `failed`: pages on which the tool raised; they count with an empty text. `empty`: pages of which it gave no text,
  failed ones included."""

_PAGES = "`trafilatura` is its default; the others are its presets `fast`, `favor_precision` and `favor_recall`."

_TEXTS = """`all text` is every visible block of a page as a line, which is what a page dumped as text looks like.
The time of a line with "then winnow" is that of winnow alone, on a text that is there already, and its difference
below is from its own input."""


if __name__ == "__main__":
    raise SystemExit(main())
