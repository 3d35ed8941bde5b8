"""`winnow models` says which models are used; damaged ones are refused in one sentence."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.score import default_models, load_models

from .conftest import Call, winnow


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the models that may be spoiled."""
    return Path(shutil.copytree(default_models(), tmp_path / "models"))


def test_command_tells_names_days_data_and_figures():
    answer = winnow("models")
    manifests = [json.loads((default_models() / name / "manifest.json").read_text()) for name in ("chrome", "quality")]
    assert (answer.status, answer.err) == (0, "")
    assert all(f"{item['name']}  trained {item['trained']}" in answer.out for item in manifests)
    assert all(f"{figure} {value}" in answer.out for item in manifests for figure, value in item["figures"].items())
    assert str(default_models()) in answer.out
    assert "corpora all, digest" in answer.out
    assert " ," not in answer.out  # nothing is named that is empty


def test_quiet_leaves_names_and_the_place_of_other_models(call: Call, copied: Path):
    answer = call("models", "--models", copied, "--quiet")
    assert answer.status == 0
    assert [line.split("  ")[0] for line in answer.out.splitlines()] == ["chrome", "quality", f"from {copied}"]


def test_models_load_in_a_moment():
    started = time.process_time()
    assert len(load_models().manifests) == 2
    assert time.process_time() - started < 4


def spoil(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """A way to spoil one file of a folder of models."""

    def spoiled(folder: Path) -> None:
        (folder / name).write_bytes(change((folder / name).read_bytes()))

    return spoiled


@pytest.mark.parametrize(
    "ruin",
    [
        spoil("chrome/model.skops", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])),
        spoil("quality/model.skops", lambda raw: raw[: len(raw) // 2]),
        spoil("quality/manifest.json", lambda raw: raw[:-3]),
        spoil("quality/manifest.json", lambda raw: raw.replace(b'"protocol": 1', b'"protocol": 0')),
        spoil("chrome/manifest.json", lambda _: b"[]"),
        spoil("chrome/manifest.json", lambda _: b"\xff\xfe\0"),
        lambda folder: (folder / "chrome/model.skops").unlink(),
        lambda folder: shutil.rmtree(folder / "quality"),
        shutil.rmtree,
    ],
    ids=[
        "one bit",
        "half a model",
        "broken manifest",
        "other protocol",
        "list for a manifest",
        "binary manifest",
        "no model",
        "no quality folder",
        "no folder",
    ],
)
def test_damaged_models_are_refused_in_one_sentence(call: Call, copied: Path, ruin: Callable[[Path], None]):
    ruin(copied)
    answer = call("models", "--models", copied)
    assert answer.status == 2
    assert str(copied) in answer.sentence
