"""What the report of a large run costs: seconds, peak memory and bytes of the page, for rows made from real ones.

    python benchmarks/report.py --run cleaned --rows 100000

Multiplies the rows of a run that `winnow clean` left, with small edits, into a folder that is thrown away, and writes
its report in a process of its own. Prints the figures and writes benchmarks/report.json. A run of web pages is the
hard case: a page has 150 removed lines where a text has two.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

OUT = Path("benchmarks/report.json")
LIMITS = {"seconds": 20.0, "peak_mb": 400.0, "page_mb": 3.0}
SITES = 2000
FRESH = 3  # every third removed line is one that no other document has


def main() -> None:
    """Make the rows, report on them, and say what it took."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--run", type=Path, required=True, help="folder that winnow clean wrote, as JSON lines")
    options.add_argument("--rows", type=int, default=100_000)
    given = options.parse_args()
    real = [json.loads(line) for line in (given.run / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        size = write_rows(Path(folder) / "results.jsonl", islice(multiplied(real), given.rows))
        figures = measure(Path(folder))
    removed = sum(len(row["removed"] or ()) for row in real) / len(real)
    told = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "rows": given.rows,
        "made_from": len(real),
        "removed_lines_a_row": round(removed, 1),
        "results_mb": round(size / 1e6),
        "figures": figures,
        "limits": LIMITS,
    }
    OUT.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(told, indent=1))
    sys.exit(any(figures[name] > limit for name, limit in LIMITS.items()))


def multiplied(real: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Real rows over and over, each time as another document of another site with some lines of its own."""
    number = 0
    while True:
        for row in real:
            number += 1
            yield edited(row, number)


def edited(row: dict[str, Any], number: int) -> dict[str, Any]:
    """A row as that of another document; its input is none that can be read again."""
    removed = [
        {**item, "text": f"{item['text']} {number}"} if place % FRESH == 0 else item
        for place, item in enumerate(row["removed"] or ())
    ]
    changed = {"id": f"{number % 50}/{number}.html", "input": f"{number}.html", "title": f"{row['title']} {number}"}
    return row | changed | {"site": f"site-{number % SITES}.example", "removed": removed}


def write_rows(path: Path, rows: Iterator[dict[str, Any]]) -> int:
    """Write rows as `winnow clean` does; the bytes of the file."""
    with path.open("w", encoding="utf-8") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path.stat().st_size


def measure(folder: Path) -> dict[str, float]:
    """Seconds, CPU seconds and peak memory of `winnow report`, imports among them, and the size of its page."""
    started = perf_counter()
    subprocess.run([sys.executable, "-m", "pipeline.cli", "report", folder, "--quiet"], check=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": round(perf_counter() - started, 1),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(used.ru_maxrss / 1024, 1),
        "page_mb": round((folder / "report.html").stat().st_size / 1e6, 2),
    }


if __name__ == "__main__":
    main()
