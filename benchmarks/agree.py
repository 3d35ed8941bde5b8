"""Compare two folders of metrics: figures of winnow must agree within 0.002, as trainings on two machines do.

    python benchmarks/agree.py COMMITTED MADE

Slices of few documents and what is drawn at random are left out.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LIMIT = 0.002
FILES = ("extraction.json", "verdicts.json")
# Of fewer documents than 500, so that one more or less is beyond the limit, drawn at random, or not winnow's.
APART = (
    "slices", "authored topics", "authored triplets: winnow", "evidence", "structure", "kinds", "snippets, English",
)  # fmt: skip


def figures(told: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Shares of 0 to 1 by the keys that lead to them."""
    if isinstance(told, dict):
        for key, value in told.items():
            if key not in APART and "trafilatura default" not in key and "TF-IDF" not in key:
                yield from figures(value, f"{path} / {key}" if path else key)
    elif isinstance(told, float):
        yield path, told


def read(folder: Path) -> dict[str, float]:
    """All figures of a folder of metrics."""
    return {
        f"{file}: {path}": value
        for file in FILES
        for path, value in figures(json.loads((folder / file).read_text(encoding="utf-8")))
    }


def main(committed: Path, made: Path) -> int:
    """Print the largest differences; 1 if one is beyond the limit, or a figure is missing."""
    before, after = read(committed), read(made)
    if before.keys() != after.keys():
        print(f"These figures are in one folder only: {sorted(before.keys() ^ after.keys())}.")
        return 1
    apart = sorted(((abs(before[name] - after[name]), name) for name in before), reverse=True)
    for size, name in apart[:5]:
        print(f"{size:.4f}  {name}: {before[name]} committed, {after[name]} made here")
    beyond = sum(size > LIMIT for size, _ in apart)
    print(f"{len(apart)} figures, {beyond} of them apart by more than {LIMIT}")
    return int(beyond > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
