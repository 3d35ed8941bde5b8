"""What a user can import is a short list that is pinned here, and importing it costs nothing."""

import subprocess
import sys
import tomllib
from importlib import import_module, metadata
from pathlib import Path

import pytest

import pipeline

ROOT = Path(__file__).parents[1]
EXPORTS = {
    "CleanSettings": "pipeline.run",
    "QualityClassifier": "pipeline.quality.classifier",
    "Scorer": "pipeline.score",
    "clean_folder": "pipeline.run",
    "load_models": "pipeline.score",
}
HEAVY = ("joblib", "lxml", "numpy", "pandas", "rich", "scipy", "skops", "sklearn", "trafilatura", "typer")


def python(code: str, folder: Path) -> str:
    """Run code in a fresh interpreter and give what it prints; warnings are errors there, too."""
    paths = [str(Path(pipeline.__file__).parents[1])]
    command = [sys.executable, "-W", "error", "-c", f"import sys; sys.path[:0] = {paths}\n{code}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_exports_are_pinned():
    assert sorted(pipeline.__all__) == sorted(EXPORTS)


@pytest.mark.parametrize(("name", "room"), EXPORTS.items())
def test_export_is_the_object_of_its_room(name: str, room: str):
    assert getattr(pipeline, name) is getattr(import_module(room), name)


def test_star_import_gives_the_exports_and_nothing_else():
    names: dict[str, object] = {}
    exec("from pipeline import *", names)  # noqa: S102 - the statement under test
    assert set(names) - {"__builtins__"} == set(EXPORTS)


@pytest.mark.parametrize("name", ["scorer", "load", "__version_info__", "_nothing"])
def test_other_names_are_attribute_errors(name: str):
    with pytest.raises(AttributeError, match=f"module 'pipeline' has no attribute '{name}'"):
        getattr(pipeline, name)


def test_importing_the_package_costs_nothing(tmp_path: Path):
    loaded = python("import pipeline; print(*(name.partition('.')[0] for name in sys.modules))", tmp_path).split()
    assert "pipeline" in loaded
    assert sorted(set(loaded) & set(HEAVY)) == []


def test_looking_at_the_command_line_does_not_load_scikit_learn(tmp_path: Path):
    loaded = python("import pipeline.cli.commands; print(*(name.partition('.')[0] for name in sys.modules))", tmp_path)
    assert sorted(set(loaded.split()) & {"sklearn", "scipy", "pandas", "trafilatura", "joblib"}) == []


def test_importing_any_module_says_nothing_and_touches_no_file(tmp_path: Path):
    code = (
        "import importlib, pkgutil, pipeline\n"
        "found = [module.name for module in pkgutil.walk_packages(pipeline.__path__, 'pipeline.')]\n"
        "for name in found: name.endswith('__main__') or importlib.import_module(name)\n"
        "sys.exit(0 if 'pipeline.stages.evaluate' in found else 'nothing was imported')"
    )
    assert python(code, tmp_path) == ""
    assert list(tmp_path.iterdir()) == []


def test_package_tells_type_checkers_that_it_is_typed():
    assert (ROOT / "pipeline" / "py.typed").is_file()


def test_version_is_that_of_the_project():
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    try:
        installed = metadata.version(told["name"])
    except metadata.PackageNotFoundError:
        pytest.skip(f"{told['name']} is not installed here: the checkout is used as it stands")
    assert installed == told["version"]
