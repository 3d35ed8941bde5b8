"""params.yaml becomes frozen settings, and what is wrong with it is said in one sentence."""

import json
import sys
from dataclasses import FrozenInstanceError, asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.errors import MissingExtraError, SettingsError
from pipeline.settings import Settings, TreeSettings, read_settings

PARAMS = Path(__file__).parents[1] / "params.yaml"


@pytest.fixture
def params() -> dict[str, Any]:
    """The committed parameters, to be changed by a test."""
    loaded: dict[str, Any] = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    return loaded


def read(folder: Path, content: str | bytes) -> Settings:
    path = folder / "params.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_settings(path)


def refusal(folder: Path, content: str | bytes) -> str:
    with pytest.raises(SettingsError) as caught:
        read(folder, content)
    return str(caught.value)


def test_committed_parameters_are_read_as_they_stand(params: dict[str, Any]):
    read = json.loads(json.dumps(asdict(read_settings(PARAMS))))  # tuples become lists again
    assert read == params


def test_settings_are_frozen():
    settings = read_settings(PARAMS)
    with pytest.raises(FrozenInstanceError):
        settings.prepare.seed = 2  # type: ignore[misc]


def test_whole_numbers_stand_for_fractions(tmp_path: Path, params: dict[str, Any]):
    params["quality"]["c"] = 3
    value = read(tmp_path, yaml.safe_dump(params)).quality.c
    assert (value, type(value)) == (3.0, float)


SECTIONS = list(yaml.safe_load(PARAMS.read_text(encoding="utf-8")))


@pytest.mark.parametrize("section", SECTIONS)
def test_unknown_key_is_refused_with_the_allowed_ones(tmp_path: Path, params: dict[str, Any], section: str):
    known = next(iter(params[section]))
    params[section]["sede"] = 1
    message = refusal(tmp_path, yaml.safe_dump(params))
    assert section in message
    assert "sede" in message
    assert known in message


@pytest.mark.parametrize("section", SECTIONS)
def test_missing_key_is_named(tmp_path: Path, params: dict[str, Any], section: str):
    missing = next(iter(params[section]))
    del params[section][missing]
    message = refusal(tmp_path, yaml.safe_dump(params))
    assert message.startswith(f"params.yaml: {section}")
    assert missing in message


@pytest.mark.parametrize("section", SECTIONS)
def test_missing_section_is_named(tmp_path: Path, params: dict[str, Any], section: str):
    del params[section]
    assert section in refusal(tmp_path, yaml.safe_dump(params))


@pytest.mark.parametrize(
    ("section", "key", "value", "wanted"),
    [
        pytest.param("prepare", "seed", "ten", "int", id="word for a number"),
        pytest.param("prepare", "seed", 1.5, "int", id="fraction for a whole number"),
        pytest.param("prepare", "seed", True, "int", id="truth for a whole number"),
        pytest.param("prepare", "test_share", False, "float", id="truth for a fraction"),
        pytest.param("prepare", "test_share", "0.2", "float", id="quoted number"),
        pytest.param("clean", "chunk", None, "int", id="nothing"),
        pytest.param("fetch", "base", 7, "str", id="number for a word"),
        pytest.param("quality", "folds", [5], "int", id="list"),
        pytest.param("quality", "c", {"value": 2}, "float", id="mapping"),
    ],
)
def test_value_of_another_type_is_refused(
    tmp_path: Path, params: dict[str, Any], section: str, key: str, value: Any, wanted: str
):
    params[section][key] = value
    assert refusal(tmp_path, yaml.safe_dump(params)) == (
        f"params.yaml: {section}: {key} must be {wanted}, not {value!r}."
    )


def test_list_becomes_a_tuple(tmp_path: Path, params: dict[str, Any]):
    params["prepare"]["train_publishers"] = ["heron.example", "reed.example"]
    settings = read(tmp_path, yaml.safe_dump(params))
    assert settings.prepare.train_publishers == ("heron.example", "reed.example")


def test_list_may_be_empty(tmp_path: Path, params: dict[str, Any]):
    params["prepare"]["train_publishers"] = []
    assert read(tmp_path, yaml.safe_dump(params)).prepare.train_publishers == ()


def test_list_with_a_value_of_another_type_is_refused(tmp_path: Path, params: dict[str, Any]):
    params["prepare"]["train_publishers"] = ["heron.example", 7]
    assert refusal(tmp_path, yaml.safe_dump(params)) == "params.yaml: prepare: train_publishers must be str, not 7."


@pytest.mark.parametrize(
    "value",
    [pytest.param("heron.example", id="word"), pytest.param(None, id="nothing"), pytest.param({}, id="mapping")],
)
def test_anything_but_a_list_of_publishers_is_refused(tmp_path: Path, params: dict[str, Any], value: Any):
    params["prepare"]["train_publishers"] = value
    message = refusal(tmp_path, yaml.safe_dump(params))
    assert message == f"params.yaml: prepare: train_publishers must be a list of str, not {value!r}."


TREES = ["blocks", "lines", "dump"]


@pytest.mark.parametrize("trees", TREES)
def test_trees_have_settings_of_their_own(tmp_path: Path, params: dict[str, Any], trees: str):
    params["chrome"][trees] = {"rate": 0.5, "count": 3, "leaves": 4, "leaf_rows": 5, "l2": 2, "columns": 0.5}
    chrome = read(tmp_path, yaml.safe_dump(params)).chrome
    others = [getattr(chrome, name) for name in TREES if name != trees]
    assert getattr(chrome, trees) == TreeSettings(rate=0.5, count=3, leaves=4, leaf_rows=5, l2=2.0, columns=0.5)
    assert getattr(chrome, trees) not in others


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"depth": 3}, "chrome: blocks has unknown keys ['depth'] and lacks []", id="unknown key"),
        pytest.param({"count": 1.5}, "chrome: blocks: count must be int, not 1.5.", id="fraction for a number"),
        pytest.param({"rate": "fast"}, "chrome: blocks: rate must be float, not 'fast'.", id="word for a number"),
    ],
)
def test_wrong_tree_setting_is_named_with_its_place(
    tmp_path: Path, params: dict[str, Any], change: dict[str, Any], message: str
):
    params["chrome"]["blocks"] |= change
    assert refusal(tmp_path, yaml.safe_dump(params)).startswith(f"params.yaml: {message}")


def test_missing_tree_setting_is_named(tmp_path: Path, params: dict[str, Any]):
    del params["chrome"]["lines"]["l2"]
    assert "chrome: lines has unknown keys [] and lacks ['l2']" in refusal(tmp_path, yaml.safe_dump(params))


def test_number_where_trees_belong_is_refused(tmp_path: Path, params: dict[str, Any]):
    params["chrome"]["dump"] = 80
    assert refusal(tmp_path, yaml.safe_dump(params)) == (
        "params.yaml: chrome: dump must be a mapping of settings, not int."
    )


def test_unquoted_day_is_refused(tmp_path: Path):
    text = PARAMS.read_text(encoding="utf-8").replace('"', "")
    assert "trained must be str, not datetime.date" in refusal(tmp_path, text)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("- fetch\n- prepare\n", id="a list"),
        pytest.param("fetch", id="a word"),
        pytest.param("fetch: [\n", id="no YAML"),
        pytest.param("fetch: {a: 1}}\n", id="one bracket too many"),
        pytest.param("\t- fetch\n", id="a tab"),
        pytest.param(b"# caf\xe9\nfetch: 1\n", id="not UTF-8"),
        pytest.param("1: a\nb: c\n", id="keys of several types"),
        pytest.param("on: a\nb: c\n", id="keys that YAML takes for truth values"),
        pytest.param("a: &a [*a]\n", id="a loop"),
        pytest.param("!!python/object/apply:os.system [exit]\n", id="an object"),
    ],
)
def test_malformed_file_is_one_sentence(tmp_path: Path, content: str | bytes):
    message = refusal(tmp_path, content)
    assert "params.yaml" in message
    assert "\n" not in message


def test_missing_file_is_one_sentence(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"params\.yaml cannot be read .*No such file") as caught:
        read_settings(tmp_path / "params.yaml")
    assert "\n" not in str(caught.value)


def test_missing_yaml_reader_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(MissingExtraError, match=r"prosewinnow\[train\]"):
        read(tmp_path, "fetch: 1\n")
