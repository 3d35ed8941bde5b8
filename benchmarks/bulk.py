"""What bulk runs cost: documents per second, CPU a document and peak memory of the process tree, by size and by jobs.

    python benchmarks/bulk.py PAGES [--sizes 500,2000,8000] [--jobs 1,2] [--rounds 1] [--trafilatura]

PAGES is a folder of real pages and texts. They are multiplied, each copy with an edit that makes it a document of its
own, into a folder that is removed afterwards. Commands take turns, `--rounds` times, and medians are told: others use
the machine too, and their load comes and goes. Last comes how many times the throughput of the first command each has,
the median of its rounds and all of them. What runs write is removed when all have ended: ext4 gives out no inode that
was freed within the last seconds, and looks at each of them for each new file, which took 1.9 s of the machine's time
where two jobs wrote 3,000 texts just after as many had been removed, and next to none where one job did. Memory is what
all processes of the run have resident together, looked at every few seconds: pages that several of them share are
counted once (PSS), and in brackets for each (RSS).
"""

import argparse
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_SIZE = re.compile(r"^(Pss|Rss): +(\d+) kB", re.MULTILINE)
_LOOK = 3.0  # seconds: a look takes 12 ms of a core that the run wants; twice a second it took 1.2 % of two jobs


@dataclass(frozen=True)
class Cost:
    """What one run took."""

    seconds: float
    cpu: float
    megabytes: tuple[float, float]
    status: int


def multiplied(pages: Sequence[Path], folder: Path, size: int) -> None:
    """So many documents, a thousand a folder; each is a page with a sentence of its own."""
    for number in range(size):
        page = pages[number % len(pages)]
        place = folder / f"{number // 1000:03}" / f"{number}{page.suffix}"
        place.parent.mkdir(parents=True, exist_ok=True)
        raw, mark = page.read_bytes(), f"Copy {number} was made on day {number % 365} of the year.".encode()
        place.write_bytes(raw.replace(b"</p>", b" " + mark + b"</p>", 1) if b"</p>" in raw else raw + b"\n" + mark)


def run(command: Sequence[str]) -> Cost:
    """Run a command and watch its process tree."""
    before, started, peak = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter(), (0.0, 0.0)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            now = resident(process.pid)
            peak = max(peak[0], now[0]), max(peak[1], now[1])
            time.sleep(_LOOK)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.perf_counter() - started, cpu, peak, process.returncode)


def resident(root: int) -> tuple[float, float]:
    """Megabytes that a process and all that descend from it hold: shared pages counted once, and for each."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
    tree, grown = {root}, True
    while grown:
        found = {child for child, parent in parents.items() if parent in tree} - tree
        tree |= found
        grown = bool(found)
    sizes = [_sizes(process) for process in tree]
    return sum(pss for pss, _ in sizes), sum(rss for _, rss in sizes)


def _sizes(process: int) -> tuple[float, float]:
    """Megabytes of one process, (0, 0) when it has ended."""
    try:
        told = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0, 0.0
    found = {name: int(size) / 1024 for name, size in _SIZE.findall(told)}
    return found.get("Pss", 0.0), found.get("Rss", 0.0)


def commands(pages: Path, out: Path, jobs: Sequence[int], *, other: bool) -> dict[str, list[str]]:
    """What is measured: winnow with each number of jobs, and what people would use instead."""
    winnow = [sys.executable, "-m", "pipeline.cli", "clean", str(pages), "--quiet"]
    told = {f"winnow --jobs {count}": [*winnow, "--output", str(out / f"w{count}"), "-j", str(count)] for count in jobs}
    if other:
        trafilatura = ["trafilatura", "--input-dir", str(pages), "--output-dir", str(out / "t"), "--parallel", "2"]
        told["trafilatura --parallel 2"] = trafilatura
    return told


def measured(rounds: Iterable[Mapping[str, Sequence[str]]]) -> dict[str, list[Cost]]:
    """What each command cost, round by round; they take turns."""
    costs: defaultdict[str, list[Cost]] = defaultdict(list)
    for taken in rounds:
        for told, command in taken.items():
            costs[told].append(run(command))
    return costs


def table_row(told: str, size: int, costs: Sequence[Cost], first: Sequence[Cost]) -> str:
    """Medians of the rounds of a command, and its throughput in those of the first."""
    seconds, cpu = (median(getattr(cost, name) for cost in costs) for name in ("seconds", "cpu"))
    memory = [max(cost.megabytes[place] for cost in costs) for place in (0, 1)]
    status = max(cost.status for cost in costs)
    spread = (
        f"{1000 * min(cost.cpu for cost in costs) / size:.1f} to {1000 * max(cost.cpu for cost in costs) / size:.1f}"
    )
    times = sorted(one.seconds / cost.seconds for one, cost in zip(first, costs, strict=True))
    gain = f"{median(times):.2f} ({', '.join(f'{value:.2f}' for value in times)})"
    return (
        f"| {size} | {told} | {size / seconds:.1f} | {1000 * cpu / size:.1f} ({spread}) "
        f"| {memory[0]:.0f} ({memory[1]:.0f}) | {status} | {gain} |"
    )


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--sizes", default="500,2000,8000")
    parser.add_argument("--jobs", default="1,2")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--trafilatura", action="store_true")
    given = parser.parse_args()
    found = sorted(path for path in given.pages.rglob("*") if path.suffix in {".html", ".txt", ".md"})
    jobs = [int(count) for count in given.jobs.split(",")]
    print("| documents | command | documents/s | CPU ms/document | peak MB | status | times the first |")
    print("|---:|---|---:|---:|---:|---:|---|")
    for size in map(int, given.sizes.split(",")):
        with tempfile.TemporaryDirectory() as name:
            pages = Path(name, "pages")
            multiplied(found, pages, size)
            outs = (Path(name, f"out{number}") for number in range(given.rounds))
            costs = measured(commands(pages, out, jobs, other=given.trafilatura) for out in outs)
            first = next(iter(costs.values()))
            for told, taken in costs.items():
                print(table_row(told, size, taken, first), flush=True)


if __name__ == "__main__":
    main()
