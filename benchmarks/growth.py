"""CPU time of one page against its size, 10 kB to 10 MB: a quadratic step would show as a rising cost of a megabyte.

    OMP_NUM_THREADS=1 python benchmarks/growth.py

The pages are generated: articles and lists of links, all words drawn, so that no text is there twice. Prints a table
and writes benchmarks/growth.csv and the plot docs/growth.svg, both axes logarithmic: what grows in proportion to the
size is parallel to the dashed line.
"""

import argparse
import csv
import random
from collections.abc import Iterator, Sequence
from math import log10
from pathlib import Path
from time import process_time

from pipeline.read import load_text
from pipeline.score import Scorer, load_models

OUT = Path(__file__).with_suffix(".csv")
PLOT = Path(__file__).parents[1] / "docs" / "growth.svg"
WIDTH, HEIGHT, MARGIN = 560, 400, 60  # of the plot, in pixels
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)


def main() -> int:
    """Measure every size, print, write benchmarks/growth.csv and docs/growth.svg."""
    options = _options()
    scorer = Scorer(load_models(options.models))
    _seconds(scorer, page(SIZES[0]))  # what is loaded late is loaded now
    points = []
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["bytes", "seconds", "seconds_a_megabyte"])
        for size in SIZES:
            html = page(size)
            seconds = min(_seconds(scorer, html) for _ in range(options.repeat if size < SIZES[-2] else 1))
            row = [len(html), round(seconds, 4), round(seconds / len(html) * 1e6, 4)]
            print(*row, sep="\t", flush=True)
            writer.writerow(row)
            points.append((len(html), seconds))
    PLOT.write_text(plot(points), encoding="utf-8")
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


def plot(points: Sequence[tuple[int, float]]) -> str:
    """(bytes, seconds) as an SVG with logarithmic axes, and a dashed line of the same cost for every byte.

    The line goes through the point in the middle.
    """
    size, seconds = points[len(points) // 2]
    even = [(at, seconds / size * at) for at in (points[0][0], points[-1][0])]
    marks = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in map(_place, points))
    ticks = "".join(_tick(10**power, f"{10**power / 1e6:g} MB", across=True) for power in range(4, 8))
    ticks += "".join(_tick(10**power, f"{10**power:g} s", across=False) for power in range(-1, 2))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>{ticks}'
        f'<polyline points="{_line(even)}" fill="none" stroke="#888" stroke-dasharray="6 4"/>'
        f'<polyline points="{_line(points)}" fill="none" stroke="#1f5fa8" stroke-width="2"/>'
        f'<g fill="#1f5fa8">{marks}</g>'
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">size of the page</text>'
        f'<text x="{MARGIN}" y="24">CPU time of one page</text></svg>\n'
    )


def _place(point: tuple[float, float]) -> tuple[float, float]:
    """Where a point of (bytes, seconds) stands: 10 kB to 10 MB across, 10 ms to 30 s up."""
    across, up = (log10(point[0]) - 4) / 3, (log10(point[1]) + 2) / 3.5
    return MARGIN + across * (WIDTH - 2 * MARGIN), HEIGHT - MARGIN - up * (HEIGHT - 2 * MARGIN)


def _line(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in map(_place, points))


def _tick(value: float, text: str, *, across: bool) -> str:
    """A thin line at a value of one axis, with its name."""
    x, y = _place((value, 0.01) if across else (10_000, value))
    end = f'x2="{x:.1f}" y2="{MARGIN}"' if across else f'x2="{WIDTH - MARGIN}" y2="{y:.1f}"'
    name = f'x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle"'
    if not across:
        name = f'x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end"'
    return f'<line x1="{x:.1f}" y1="{y:.1f}" {end} stroke="#ddd"/><text {name} fill="#555">{text}</text>'


def _seconds(scorer: Scorer, html: str) -> float:
    source = load_text(html, 1)
    started = process_time()
    scorer.score_chunk([source])
    return process_time() - started


if __name__ == "__main__":
    raise SystemExit(main())
