"""The guard of the cost: it measures whole commands, and trips past the committed ratio plus ten per cent."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def compare() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmark_compare", BENCHMARKS / "compare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_ratio_within_ten_per_cent_passes_and_one_past_it_fails(compare: ModuleType):
    assert not compare.is_slower(1.09, 1.0)
    assert compare.is_slower(1.11, 1.0)


def test_cpu_of_child_processes_counts(compare: ModuleType):
    work = "x = 0\nfor i in range(3_000_000): x += i"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {work!r}], check=True)"
    assert compare.cpu_of([sys.executable, "-c", child]) > 2 * compare.cpu_of([sys.executable, "-c", "pass"])


def test_a_command_that_fails_ends_the_comparison(compare: ModuleType):
    with pytest.raises(SystemExit, match="ended with status 3"):
        compare.cpu_of([sys.executable, "-c", "raise SystemExit(3)"])


def test_a_command_that_is_not_there_is_named(compare: ModuleType):
    with pytest.raises(SystemExit, match="no-such-command is not installed"):
        compare.cpu_of(["no-such-command"])


def test_committed_ratio_is_the_median_of_its_pairs():
    told = json.loads((BENCHMARKS / "compare.json").read_text(encoding="utf-8"))
    ratios = sorted(ours / theirs for ours, theirs in told["pairs"])
    assert told["ratio"] == pytest.approx(ratios[len(ratios) // 2], abs=2e-3)
