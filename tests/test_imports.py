"""The shape of the code: imports run one way only, every room has its place, and functions stay short."""

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pipeline"
LINES = {str(path.relative_to(ROOT)): path for path in sorted(PACKAGE.rglob("*.py"))}
FUNCTION_LINES, MODULE_LINES, STAGE_LINES = 50, 400, 80


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts of a folder's pyproject.toml against the package in it."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def test_contracts_are_kept():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout
    assert "2 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        pytest.param("errors.py", "import pipeline.score", "Rooms import only from below", id="from above"),
        pytest.param("models.py", "import pipeline.chrome.kinds", "Rooms import only from below", id="from beside"),
        pytest.param("stages/clean.py", "import pipeline.stages.fetch", "Stages are strangers", id="between stages"),
    ],
)
def test_import_that_runs_the_wrong_way_breaks_a_contract(tmp_path: Path, module: str, line: str, contract: str):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(PACKAGE, tmp_path / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "pipeline" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    assert contract in done.stdout
    assert "BROKEN" in done.stdout


def test_every_room_has_a_place_in_the_order():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    placed = sorted(name.strip() for layer in layers for name in layer.split("|"))
    rooms = {path.stem for path in PACKAGE.glob("*.py")} | {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert placed == sorted(f"pipeline.{room}" for room in rooms - {"__init__"})


def test_every_stage_is_a_stranger_to_the_others():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    strangers = settings["tool"]["importlinter"]["contracts"][1]["modules"]
    stages = {path.stem for path in (PACKAGE / "stages").glob("*.py")} - {"__init__"}
    assert sorted(strangers) == sorted(f"pipeline.stages.{stage}" for stage in stages)


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("module", LINES)
def test_bodies_of_functions_have_at_most_50_lines(module: str):
    sizes = {node.name: (node.end_lineno or 0) - node.body[0].lineno + 1 for node in functions(LINES[module])}
    assert {name: size for name, size in sizes.items() if size > FUNCTION_LINES} == {}


@pytest.mark.parametrize("module", LINES)
def test_modules_have_at_most_400_lines_and_open_with_what_they_own(module: str):
    text = LINES[module].read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MODULE_LINES
    assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("stage", [name for name in LINES if name.startswith("pipeline/stages/")])
def test_stages_have_fewer_than_80_lines(stage: str):
    assert len(LINES[stage].read_text(encoding="utf-8").splitlines()) < STAGE_LINES


def test_there_is_code_to_look_at():
    assert sum(len(functions(path)) for path in LINES.values()) > 200
