"""dvc.yaml names all that a stage reaches, and dvc.lock, models, metrics and code belong together."""

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import grimp
import pytest
import yaml

from pipeline.settings import Settings

ROOT = Path(__file__).parents[1]
DATA = ("data/raw", "data/prepared", "data/clean", "data/features")
"""Made by the stages and not in git: where they are not, nothing can be said of them."""
GONE = ("deleted", "not in cache")


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    return loaded


STAGES: dict[str, dict[str, Any]] = load("dvc.yaml")["stages"]
CARDS = {f"pipeline/evaluation/cards/{path.name}" for path in (ROOT / "pipeline/evaluation/cards").glob("*")}


def outputs(stage: str) -> set[str]:
    """Every path that a stage writes."""
    listed = [item for kind in ("outs", "metrics", "plots") for item in STAGES[stage].get(kind, [])]
    return {path for item in listed for path in (item if isinstance(item, dict) else [item])}


# --- names --------------------------------------------------------------------------------------------------


def test_stages_sections_and_modules_have_the_same_names():
    modules = {path.stem for path in (ROOT / "pipeline" / "stages").glob("*.py")} - {"__init__"}
    sections = [item.name for item in fields(Settings)]
    assert list(STAGES) == sections == list(load("params.yaml"))
    assert modules == set(sections)


@pytest.mark.parametrize("stage", STAGES)
def test_stage_runs_its_module_and_depends_on_its_section(stage: str):
    assert STAGES[stage]["cmd"] == f"python -m pipeline.stages.{stage}"
    assert stage in STAGES[stage]["params"]


def test_every_parameter_that_a_stage_names_exists():
    params = load("params.yaml")
    named = [name.split(".") for stage in STAGES.values() for name in stage["params"]]
    assert [name for name in named if name[0] not in params or (name[1:] and name[1] not in params[name[0]])] == []


def settings_read(stage: str) -> set[str]:
    """The sections of the settings that a stage module mentions."""
    text = (ROOT / "pipeline" / "stages" / f"{stage}.py").read_text(encoding="utf-8")
    whole = 'settings = read_settings(Path("params.yaml"))\n' in text
    used = {section for section in STAGES if re.search(rf"\bsettings\.{section}\b", text)} if whole else set()
    return used | {section for section in STAGES if f'read_settings(Path("params.yaml")).{section}' in text}


@pytest.mark.parametrize("stage", STAGES)
def test_every_section_that_a_stage_reads_is_a_parameter_of_it(stage: str):
    read = settings_read(stage)
    assert stage in read
    assert {name.split(".")[0] for name in STAGES[stage]["params"]} == read


# --- dependencies -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("pipeline", cache_dir=None)


def file_of(module: str) -> str:
    path = module.replace(".", "/")
    return f"{path}/__init__.py" if (ROOT / path).is_dir() else f"{path}.py"


def reached(graph: grimp.ImportGraph, stage: str) -> set[str]:
    """Files of every module that a stage imports, however far away, and of the packages around them."""
    modules = graph.find_upstream_modules(f"pipeline.stages.{stage}") | {f"pipeline.stages.{stage}"}
    around = {".".join(module.split(".")[:depth]) for module in modules for depth in range(1, module.count(".") + 1)}
    return {file_of(module) for module in modules | around}


@pytest.mark.parametrize("stage", STAGES)
def test_dependencies_name_every_module_that_a_stage_reaches_and_no_other(graph: grimp.ImportGraph, stage: str):
    named = {path for path in STAGES[stage]["deps"] if path.startswith("pipeline/")}
    assert named == reached(graph, stage) | (CARDS if stage == "evaluate" else set())


def test_reaching_goes_further_than_direct_imports(graph: grimp.ImportGraph):
    direct = graph.find_modules_directly_imported_by("pipeline.stages.evaluate")
    assert "pipeline.words" not in direct
    assert "pipeline/words.py" in reached(graph, "evaluate")
    assert CARDS


@pytest.mark.parametrize("stage", STAGES)
def test_every_dependency_exists_or_is_made_by_an_earlier_stage(stage: str):
    earlier = set().union(*(outputs(name) for name in list(STAGES)[: list(STAGES).index(stage)]))
    lost = [
        path
        for path in STAGES[stage]["deps"]
        if path not in earlier
        and not any(path.startswith(f"{made}/") for made in earlier)
        and not (ROOT / path).exists()
    ]
    assert lost == []


@pytest.mark.parametrize("stage", STAGES)
def test_dependencies_are_sorted_and_named_once(stage: str):
    assert STAGES[stage]["deps"] == sorted(set(STAGES[stage]["deps"]))


def test_models_metrics_and_plots_are_for_git_and_not_for_the_cache():
    listed = [
        item for stage in STAGES.values() for kind in ("outs", "metrics", "plots") for item in stage.get(kind, [])
    ]
    cached = {path for item in listed for path in _cached(item)}
    assert cached <= set(DATA)
    assert len(listed) > len(DATA)


def _cached(item: str | dict[str, dict[str, Any]]) -> list[str]:
    """The path of an output that DVC keeps a copy of; it does unless told otherwise."""
    return [item] if isinstance(item, str) else [path for path, options in item.items() if options.get("cache", True)]


# --- the lock -----------------------------------------------------------------------------------------------


def changes(status: dict[str, Any]) -> dict[str, list[Any]]:
    """What `dvc status` tells, without data that is simply not here."""
    left: dict[str, list[Any]] = {}
    for stage, entries in status.items():
        for entry in entries:
            kept = entry if isinstance(entry, str) else _without_absent_data(entry)
            if kept:
                left.setdefault(stage, []).append(kept)
    return left


def _without_absent_data(entry: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    kept = {
        kind: {path: state for path, state in found.items() if not (path.startswith(DATA) and state in GONE)}
        for kind, found in entry.items()
    }
    return {kind: found for kind, found in kept.items() if found}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        pytest.param({"changed deps": {"pipeline/blocks.py": "modified"}}, True, id="code"),
        pytest.param({"changed deps": {"params.yaml": {"chrome.folds": "modified"}}}, True, id="a parameter"),
        pytest.param({"changed outs": {"models/chrome/model.skops": "deleted"}}, True, id="a model is missing"),
        pytest.param({"changed outs": {"metrics/quality.json": "modified"}}, True, id="a metric"),
        pytest.param({"changed deps": {"data/texts.csv": "modified"}}, True, id="a manifest"),
        pytest.param({"changed outs": {"data/clean": "modified"}}, True, id="data that is here and differs"),
        pytest.param({"changed outs": {"data/clean": "new"}}, True, id="data that was never locked"),
        pytest.param("changed command", True, id="a command"),
        pytest.param({"changed outs": {"data/raw": "not in cache"}}, False, id="data that is not here"),
        pytest.param({"changed deps": {"data/prepared/texts.jsonl.gz": "deleted"}}, False, id="part of it"),
    ],
)
def test_only_absent_data_is_passed_over(entry: Any, told: bool):  # noqa: FBT001 - a column of the table
    assert bool(changes({"chrome": [entry]})) == told


def test_lock_code_parameters_models_and_metrics_belong_together():
    command = [sys.executable, "-m", "dvc", "status", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    # progress of hashing may be printed before; the JSON is the last line
    assert changes(json.loads(done.stdout.strip().splitlines()[-1])) == {}


def test_lock_has_every_stage():
    assert list(load("dvc.lock")["stages"]) == list(STAGES)


def test_locked_files_that_are_here_are_the_ones_that_were_locked():
    stages = load("dvc.lock")["stages"].values()
    locked = {item["path"]: item["md5"] for stage in stages for item in stage["deps"] + stage["outs"]}
    files = {path: md5 for path, md5 in locked.items() if (ROOT / path).is_file() and not path.startswith(DATA)}
    differ = [path for path, md5 in files.items() if hashlib.md5((ROOT / path).read_bytes()).hexdigest() != md5]  # noqa: S324 - what DVC uses
    assert differ == []
    assert {"models/chrome/model.skops", "models/quality/model.skops", "data/texts.csv"} <= set(files)
