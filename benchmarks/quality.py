"""Detectors of filler on the same held-out documents: winnow, plain TF-IDF, and the rules that others publish.

    python benchmarks/quality.py --python .quality-peers/bin/python

Needs data/clean and data/features (`dvc repro features`); the peers live in an environment of their own
(benchmarks/quality-peers.txt). Prints the table, writes benchmarks/quality.json and docs/quality.md.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_score, recall_score, roc_auc_score

from pipeline.corpora import prepared
from pipeline.corpora.prepared import PreparedText, Split
from pipeline.corpora.table import read_table
from pipeline.document import LABELS, Label
from pipeline.evaluation.verdicts import AUTHORED, Judged, judge_plain, judge_table
from pipeline.score import load_models

CLEAN, TABLE = Path("data/clean/texts.jsonl.gz"), Path("data/features/texts.npz")
WORKER = Path(__file__).with_name("flagging.py")
OUT, DOC = Path("benchmarks/quality.json"), Path("docs/quality.md")
COMMAND = "python benchmarks/quality.py --python .quality-peers/bin/python"
ROUNDS, SEED = 1000, 7
FILLER = LABELS.index(Label.FILLER)
Figures = dict[str, Any]


def main() -> int:
    """Measure, print, write benchmarks/quality.json and docs/quality.md."""
    options = _options()
    missing = [str(path) for path in (CLEAN, TABLE) if not path.exists()]
    if missing:
        print(f"Skipped: {', '.join(missing)} is absent; `dvc repro features` makes it.")
        return 0
    texts = list(prepared.read_texts(CLEAN))
    train, test = ([text for text in texts if text.split is split] for split in (Split.TRAIN, Split.TEST))
    models = load_models()
    table = read_table(TABLE).part(Split.TEST)
    told = _flagged(options.python, [text.text for text in test])
    scores = {
        "winnow": _scores(judge_table(models.quality, table)),
        "plain TF-IDF": _scores(judge_plain(train, test, table)),
        **{name: np.asarray(flags, dtype=float) for name, flags in told["flags"].items()},
    }
    figures = {
        "command": COMMAND,
        "models": models.fingerprint,
        "versions": told["versions"],
        "sets": {name: _set(scores, test, chosen) for name, chosen in _sets(test).items()},
    }
    page = render(figures)
    print(page)
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    DOC.write_text(page, encoding="utf-8")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Precision, recall and AUC of detectors of filler.")
    parser.add_argument("--python", default=sys.executable, help="interpreter that has the peers (default: this one)")
    options = parser.parse_args()
    if not which(options.python):
        parser.error(f"--python {options.python!r} is no program: name the interpreter that has the peers.")
    return options


def _flagged(python: str, texts: list[str]) -> Figures:
    """What the peers throw out."""
    given = "\n".join(map(json.dumps, texts))
    ended = subprocess.run([python, str(WORKER)], input=given, capture_output=True, encoding="utf-8", check=False)
    if ended.returncode:
        raise SystemExit(f"The peers do not run in {python}:\n{ended.stderr[-2000:]}")
    told: Figures = json.loads(ended.stdout.splitlines()[-1])
    return told


def _scores(judged: Judged) -> NDArray[np.float64]:
    """(n,) 1 + P(filler) where filler is likeliest, else P(filler): ranks as the model, and 1 parts its flags."""
    return judged.scores[:, FILLER] + (judged.scores.argmax(axis=1) == FILLER)


def _sets(test: list[PreparedText]) -> dict[str, NDArray[np.bool_]]:
    authored = np.array([text.corpus == AUTHORED for text in test])
    return {"public corpora": ~authored, "authored triplets": authored, "all": np.ones(len(test), dtype=bool)}


def _set(scores: dict[str, NDArray[np.float64]], test: list[PreparedText], chosen: NDArray[np.bool_]) -> Figures:
    truth = np.array([text.label is Label.FILLER for text in test])[chosen]
    return {
        "documents": len(truth),
        "filler": int(truth.sum()),
        "detectors": {name: _detector(values[chosen], truth) for name, values in scores.items()},
    }


def _detector(values: NDArray[np.float64], truth: NDArray[np.bool_]) -> Figures:
    """Precision and recall of the flags (values of 1 and more), AUC of the values, with bootstrap intervals."""
    chance = np.random.default_rng(SEED)
    draws = [chance.integers(0, len(truth), len(truth)) for _ in range(ROUNDS)]
    told: Figures = {"flagged": int((values >= 1).sum())}
    for name, figure in (("precision", _precision), ("recall", _recall), ("auc", roc_auc_score)):
        ends = np.percentile([figure(truth[drawn], values[drawn]) for drawn in draws], [2.5, 97.5])
        told[name] = round(float(figure(truth, values)), 4)
        told[f"{name}_95"] = [round(float(end), 4) for end in ends]
    return told


def _precision(truth: NDArray[np.bool_], values: NDArray[np.float64]) -> float:
    return float(precision_score(truth, values >= 1, zero_division=0))


def _recall(truth: NDArray[np.bool_], values: NDArray[np.float64]) -> float:
    return float(recall_score(truth, values >= 1, zero_division=0))


def render(figures: Figures) -> str:
    """The figures as the page of the docs."""
    versions = ", ".join(f"{name} {number}" for name, number in figures["versions"].items())
    lines = [
        "# Filler: winnow beside rules and TF-IDF",
        "",
        f"Written by `{figures['command']}` ({versions}). Held-out publishers and triplets; 95 % intervals by",
        f"resampling documents {ROUNDS} times. Rules flag or do not, with the settings that their authors publish;",
        "a model's flag is filler as its likeliest label. AUC of a flag is the mean of its two rates.",
    ]
    for name, told in figures["sets"].items():
        lines += [
            "",
            f"## {name[0].upper()}{name[1:]}: {told['documents']} documents, {told['filler']} filler",
            "| detector | flagged | precision | recall | AUC |",
            "|---|---:|---:|---:|---:|",
            *(_line(detector, row) for detector, row in told["detectors"].items()),
        ]
    return "\n".join(lines) + "\n"


def _line(name: str, row: Figures) -> str:
    cells = (f"{row[key]:.3f} ({row[f'{key}_95'][0]:.3f} to {row[f'{key}_95'][1]:.3f})" for key in _KEYS)
    return f"| {name} | {row['flagged']} | {' | '.join(cells)} |"


_KEYS = ("precision", "recall", "auc")

if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    raise SystemExit(main())
