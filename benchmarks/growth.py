"""CPU time of one page against its size, 10 kB to 10 MB: a quadratic step would show as a rising cost of a megabyte.

    OMP_NUM_THREADS=1 python benchmarks/growth.py

The pages are generated: articles and lists of links, all words drawn, so that no text is there twice. Prints a table
and writes benchmarks/growth.csv.
"""

import argparse
import csv
import random
from collections.abc import Iterator
from pathlib import Path
from time import process_time

from pipeline.read import load_text
from pipeline.score import Scorer, load_models

OUT = Path(__file__).with_suffix(".csv")
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)


def main() -> int:
    """Measure every size, print, write benchmarks/growth.csv."""
    options = _options()
    scorer = Scorer(load_models(options.models))
    _seconds(scorer, page(SIZES[0]))  # what is loaded late is loaded now
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["bytes", "seconds", "seconds_a_megabyte"])
        for size in SIZES:
            html = page(size)
            seconds = min(_seconds(scorer, html) for _ in range(options.repeat if size < SIZES[-2] else 1))
            row = [len(html), round(seconds, 4), round(seconds / len(html) * 1e6, 4)]
            print(*row, sep="\t", flush=True)
            writer.writerow(row)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="CPU time of a page against its size.")
    parser.add_argument("--repeat", type=int, default=3, help="runs of all sizes but the largest (default 3)")
    parser.add_argument("--models", type=Path, help="models to use instead of the ones in the box")
    return parser.parse_args()


def page(size: int) -> str:
    """A page of about so many bytes."""
    chance = random.Random(size)  # noqa: S311 - text, not secrecy
    parts, length = [], 0
    for part in _parts(chance):
        parts.append(part)
        length += len(part)
        if length >= size:
            break
    return f"<html><head><title>Harbour news</title></head><body><main>{''.join(parts)}</main></body></html>"


def _parts(chance: random.Random) -> Iterator[str]:
    while True:
        paragraphs = "".join(f"<p>{_words(chance, chance.randint(20, 90)).capitalize()}.</p>" for _ in range(6))
        yield f"<article><h2>{_words(chance, 6)}</h2>{paragraphs}</article>"
        links = "".join(f'<li><a href="/{number}">{_words(chance, 4)}</a></li>' for number in range(12))
        yield f'<ul class="related">{links}</ul>'


def _words(chance: random.Random, count: int) -> str:
    return " ".join("".join(chance.choices("aeioulnrstdm", k=chance.randint(2, 9))) for _ in range(count))


def _seconds(scorer: Scorer, html: str) -> float:
    source = load_text(html, 1)
    started = process_time()
    scorer.score_chunk([source])
    return process_time() - started


if __name__ == "__main__":
    raise SystemExit(main())
