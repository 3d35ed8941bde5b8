"""The whole job against trafilatura's own command line: the same folder, by turns, CPU seconds of all processes.

    python benchmarks/compare.py PAGES [--runs 3] [--write]

PAGES is a folder of HTML files. Prints a line for each pair of runs and the median ratio; fails where that is past
the ratio of benchmarks/compare.json plus 10 %. `--write` writes the ratio there. What an idle machine and a busy one
take differs by a third; the ratio of two runs that follow each other hardly does. What they write is removed at the
end: new files cost more where as many were removed a moment before (`bulk.py`).
"""

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

OUT = Path(__file__).with_suffix(".json")
ALLOWANCE = 1.1
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def main() -> int:
    """Measure, print, compare with the committed ratio."""
    options = _options()
    with TemporaryDirectory() as folder:
        pairs = [_pair(options.pages, options.models, Path(folder, str(run))) for run in range(1, options.runs + 1)]
    ratio = median(ours / theirs for ours, theirs in pairs)
    committed = json.loads(OUT.read_text(encoding="utf-8"))["ratio"] if OUT.exists() else None
    print(f"median ratio {ratio:.3f}, committed {committed}")
    if options.write:
        OUT.write_text(json.dumps(_record(options.pages, pairs, ratio), indent=1) + "\n", encoding="utf-8")
        return 0
    return int(committed is not None and is_slower(ratio, committed))


def is_slower(ratio: float, committed: float) -> bool:
    """Whether a ratio is past the committed one by more than runs differ."""
    return ratio > committed * ALLOWANCE


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="CPU of winnow clean over that of trafilatura's command line.")
    parser.add_argument("pages", type=Path, help="folder of HTML files")
    parser.add_argument("--runs", type=int, default=3, help="pairs of runs (default 3)")
    parser.add_argument("--models", type=Path, help="models to use instead of the ones in the box")
    parser.add_argument("--write", action="store_true", help="write benchmarks/compare.json")
    return parser.parse_args()


def _pair(pages: Path, models: Path | None, folder: Path) -> tuple[float, float]:
    """CPU seconds of winnow, then of trafilatura, each with one worker process into a new folder."""
    ours = ["winnow", "clean", str(pages), "--output", f"{folder}/ours", "--jobs", "1", "--quiet"]
    theirs = ["trafilatura", "--input-dir", str(pages), "--output-dir", f"{folder}/theirs", "--parallel", "1"]
    spent = cpu_of([*ours, "--models", str(models)] if models else ours), cpu_of(theirs)
    print(f"pair {folder.name}: winnow {spent[0]:.2f} s, trafilatura {spent[1]:.2f} s, ratio {spent[0] / spent[1]:.3f}")
    return spent


def cpu_of(command: Sequence[str]) -> float:
    """User and system seconds of a command and all processes that it waits for.

    Raises:
        SystemExit: the command is missing or fails.
    """
    program = shutil.which(command[0])
    if program is None:
        sys.exit(f"{command[0]} is not installed: pip install .")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([program, *command[1:]], env=os.environ | ONE_THREAD, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):  # 1: some documents failed, which pages of the web may
        sys.exit(f"{command[0]} ended with status {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _record(pages: Path, pairs: Sequence[tuple[float, float]], ratio: float) -> dict[str, object]:
    files = [path for path in pages.rglob("*") if path.is_file()]
    return {
        "ratio": round(ratio, 3),
        "pairs": [[round(seconds, 2) for seconds in pair] for pair in pairs],
        "pages": len(files),
        "megabytes": round(sum(path.stat().st_size for path in files) / 2**20, 1),
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": {name: version(name) for name in ("trafilatura", "lxml", "numpy")},
    }


if __name__ == "__main__":
    raise SystemExit(main())
