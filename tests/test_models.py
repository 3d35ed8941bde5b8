"""Model folders: equal models are equal bytes, and a folder that does not fit is refused with a reason."""

import hashlib
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pipeline.chrome.tuning import START
from pipeline.errors import ModelError
from pipeline.models import CARD, MANIFEST, MODEL, PROTOCOL, fingerprint, load, read_manifest, save
from pipeline.quality.columns import VIEWS, Weights
from pipeline.quality.model import Rules
from pipeline.score import CHROME_FEATURES, CHROME_PARTS, QUALITY_FEATURES, Models, load_models

FEATURES = {"style": ("names", "figures")}
FIELDS: dict[str, Any] = {
    "trained": "2026-01-02",
    "features": FEATURES,
    "parameters": {"rules": {"decide": 0.5}},
    "data": {"digest": "c0ffee"},
    "figures": {"macro_f1": 0.9},
}
RULES = {"decide": 0.5, "min_words": 60, "max_words": 900, "typical": [[1, 2, 3]]}
UNFOLDED = 256 * 2**20
"""Far more than any model of ours (16 MB), and a size that a test can write."""


def fitted_parts() -> dict[str, Any]:
    """Small parts of every kind that the two models are made of."""
    rows = np.random.default_rng(0).random((80, 3))
    labels = (rows[:, 0] > rows[:, 1]).astype(int)
    texts = ["a heron stood", "the tide rose"] * 40
    hashed = make_pipeline(HashingVectorizer(n_features=16, alternate_sign=False), LogisticRegression())
    tfidf = TfidfVectorizer(ngram_range=(1, 2), lowercase=False, binary=True, dtype=np.float32).fit(texts)
    tfidf.transform(texts)
    return {
        "wording": hashed.fit(texts, labels),
        "trees": HistGradientBoostingClassifier(max_iter=2, max_leaf_nodes=3, random_state=0).fit(rows, labels),
        "vectorizer": tfidf,
        "scaler": StandardScaler().fit(rows),
        "linear": LogisticRegression().fit(rows, np.array(["reporting", "filler"])[labels]),
    }


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    return fitted_parts()


@pytest.fixture
def folder(tmp_path: Path, parts: dict[str, Any]) -> Path:
    """A folder as training leaves it."""
    save(tmp_path / "quality", parts, **FIELDS)
    return tmp_path / "quality"


def edit(folder: Path, **changes: Any) -> None:
    """Change fields of a manifest; Ellipsis takes a field out."""
    path = folder / MANIFEST
    fields = json.loads(path.read_text(encoding="utf-8")) | changes
    kept = {name: value for name, value in fields.items() if value is not ...}
    path.write_text(json.dumps(kept), encoding="utf-8")


def swap(folder: Path, content: bytes) -> None:
    """Put another model file in place, and its hash into the manifest, as an attacker would."""
    (folder / MODEL).write_bytes(content)
    edit(folder, sha256=hashlib.sha256(content).hexdigest())


def refusal(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load(folder, FEATURES)
    return str(caught.value)


def test_what_was_saved_is_loaded(folder: Path, parts: dict[str, Any]):
    saved = load(folder, FEATURES)
    rows = np.random.default_rng(1).random((20, 3))
    for name in ("trees", "linear"):
        assert np.array_equal(saved.parts[name].predict_proba(rows), parts[name].predict_proba(rows))
    assert np.array_equal(saved.parts["scaler"].transform(rows), parts["scaler"].transform(rows))
    assert (saved.parts["vectorizer"].transform(["the heron"]) != parts["vectorizer"].transform(["the heron"])).nnz == 0
    assert saved.parts["wording"].predict(["a tide"]) == parts["wording"].predict(["a tide"])


def test_manifest_tells_what_was_given_and_what_it_was_made_with(folder: Path):
    manifest = read_manifest(folder)
    assert (manifest.name, manifest.protocol, manifest.trained) == ("quality", PROTOCOL, "2026-01-02")
    assert manifest.parameters == FIELDS["parameters"]
    assert manifest.features == {"style": ["names", "figures"]}
    assert manifest.versions["scikit-learn"] == metadata.version("scikit-learn")
    assert manifest.sha256 == hashlib.sha256((folder / MODEL).read_bytes()).hexdigest()


def test_saving_leaves_nothing_else_behind(folder: Path):
    assert sorted(path.name for path in folder.iterdir()) == [MANIFEST, MODEL]


def test_saved_twice_gives_equal_bytes(folder: Path, tmp_path: Path, parts: dict[str, Any]):
    save(tmp_path / "again" / "quality", parts, **FIELDS)
    for name in (MODEL, MANIFEST):
        assert (tmp_path / "again" / "quality" / name).read_bytes() == (folder / name).read_bytes()


def test_trained_twice_gives_equal_bytes(folder: Path, tmp_path: Path):
    save(tmp_path / "again" / "quality", fitted_parts(), **FIELDS)
    assert (tmp_path / "again" / "quality" / MODEL).read_bytes() == (folder / MODEL).read_bytes()


def test_trained_in_two_processes_gives_equal_bytes(tmp_path: Path):
    code = (
        "import sys; from pathlib import Path; sys.path[:0] = [sys.argv[1]]; ballast = [object()] * int(sys.argv[3])\n"
        "import test_models as t; t.save(Path(sys.argv[2]) / 'quality', t.fitted_parts(), **t.FIELDS)"
    )
    started = []
    for seed in ("1", "2"):
        command = [sys.executable, "-c", code, str(Path(__file__).parent), str(tmp_path / seed), seed + "0000"]
        paths = os.pathsep.join(filter(None, sys.path))
        started.append(subprocess.Popen(command, env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": paths}))
    assert [process.wait(timeout=60) for process in started] == [0, 0]
    first, second = ((tmp_path / seed / "quality" / MODEL).read_bytes() for seed in ("1", "2"))
    assert first == second


@pytest.mark.parametrize("name", ["chrome", "quality"])
def test_committed_model_holds_no_memory_address(name: str):
    with zipfile.ZipFile(Path(__file__).parents[1] / "models" / name / MODEL) as archive:
        schema = json.loads(archive.read("schema.json"))
    addresses = range(2**32, 2**64)  # beyond it are the 128-bit states of random generators, which seeds decide
    assert [number for number in numbers_in(schema) if number in addresses] == []


def numbers_in(node: Any) -> list[int]:
    """Every whole number of a schema, also those that skops wrote as text."""
    if isinstance(node, dict):
        return [number for value in node.values() for number in numbers_in(value)]
    if isinstance(node, list):
        return [number for value in node for number in numbers_in(value)]
    return [int(node)] if str(node).isdecimal() else []


def test_missing_folder(tmp_path: Path):
    with pytest.raises(ModelError, match=r"nowhere/manifest\.json cannot be read \(No such file.*--models"):
        load(tmp_path / "nowhere", FEATURES)


def test_missing_model_file(folder: Path):
    (folder / MODEL).unlink()
    assert f"{MODEL} cannot be read (No such file" in refusal(folder)


def test_file_in_place_of_the_folder(tmp_path: Path):
    (tmp_path / "quality").write_text("no folder", encoding="utf-8")
    assert "cannot be read (Not a directory)" in refusal(tmp_path / "quality")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"name": "quality"', id="cut off"),
        pytest.param(b"\xff\xfe\x00", id="not text"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"name": "quality"}', id="fields are missing"),
        pytest.param(b"[" * 100_000, id="nested without end"),
    ],
)
def test_damaged_manifest(folder: Path, content: bytes):
    (folder / MANIFEST).write_bytes(content)
    message = refusal(folder)
    assert f"{MANIFEST} is not a model manifest" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"extra": 1}, id="unknown field"),
        pytest.param({"features": ...}, id="no features"),
        pytest.param({"features": None}, id="features are null"),
        pytest.param({"features": ["style"]}, id="features are a list"),
        pytest.param({"features": {"style": None}}, id="a feature list is null"),
        pytest.param({"versions": None}, id="versions are null"),
        pytest.param({"versions": {"scikit-learn": 1}}, id="a version is a number"),
        pytest.param({"sha256": None}, id="hash is null"),
    ],
)
def test_manifest_with_a_wrong_field(folder: Path, changes: dict[str, Any]):
    edit(folder, **changes)
    assert str(folder) in refusal(folder)


@pytest.mark.parametrize("protocol", [PROTOCOL + 1, 0, "1", None])
def test_other_protocol(folder: Path, protocol: Any):
    edit(folder, protocol=protocol)
    assert f"has model protocol {protocol}, this version reads {PROTOCOL}: retrain" in refusal(folder)


@pytest.mark.parametrize(
    "features",
    [
        pytest.param({"style": ["figures", "names"]}, id="other order"),
        pytest.param({"style": ["names"]}, id="one fewer"),
        pytest.param({"style": ["names", "figures"], "blocks": ["chars"]}, id="one part more"),
        pytest.param({}, id="none"),
    ],
)
def test_other_features(folder: Path, features: dict[str, list[str]]):
    edit(folder, features=features)
    assert "was trained with other features for" in refusal(folder)


@pytest.mark.parametrize("version", ["1.0.2", "0.24", "99.9.9"])
def test_other_scikit_learn(folder: Path, version: str):
    edit(folder, versions={"scikit-learn": version})
    message = refusal(folder)
    assert f"was trained with scikit-learn {version}, installed is {metadata.version('scikit-learn')}" in message
    assert f"install scikit-learn {'.'.join(version.split('.')[:2])} or retrain" in message


def test_manifest_that_names_no_scikit_learn(folder: Path):
    edit(folder, versions={})
    assert "was trained with scikit-learn none" in refusal(folder)


def test_other_patch_of_scikit_learn_is_fine(folder: Path):
    major, minor, *_ = metadata.version("scikit-learn").split(".")
    edit(folder, versions={"scikit-learn": f"{major}.{minor}.99"})
    assert set(load(folder, FEATURES).parts) == set(fitted_parts())


@pytest.mark.parametrize("place", [0, 200, -1])
def test_one_changed_byte(folder: Path, place: int):
    content = bytearray((folder / MODEL).read_bytes())
    content[place] ^= 1
    (folder / MODEL).write_bytes(content)
    assert f"{MODEL} is not the file that {MANIFEST} describes" in refusal(folder)


def test_model_of_another_training(folder: Path, tmp_path: Path, parts: dict[str, Any]):
    save(tmp_path / "other" / "quality", {"linear": parts["linear"]}, **FIELDS)
    (folder / MODEL).write_bytes((tmp_path / "other" / "quality" / MODEL).read_bytes())
    assert "restore both from one training" in refusal(folder)


STARTED: list[str] = []


class Hostile:
    """What an attacker would put into a model file: building or loading it leaves a mark."""

    def __init__(self) -> None:
        STARTED.append("built")

    def __setstate__(self, state: object) -> None:
        STARTED.append("loaded")

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return STARTED.append, ("reduced",)


@pytest.mark.parametrize(
    ("hostile", "named"),
    [
        pytest.param(Hostile(), "Hostile", id="object of a class of one's own"),
        pytest.param(Hostile, "Hostile", id="the class itself"),
        pytest.param(os.system, "system", id="function that starts programs"),
        pytest.param(eval, "eval", id="function that runs code"),
        pytest.param(make_pipeline(Hostile()), "Hostile", id="inside a scikit-learn object"),
    ],
)
def test_type_that_is_not_allowed_is_refused_and_never_built(folder: Path, hostile: Any, named: str):
    swap(folder, skops.io.dumps({"linear": hostile}))
    STARTED.clear()
    message = refusal(folder)
    assert f"{MODEL} holds types that winnow never loads" in message
    assert named in message
    assert STARTED == []


def test_object_that_only_claims_to_be_trusted_is_refused_or_harmless(folder: Path):
    swap(folder, retold(folder, "sklearn.linear_model._logistic", "LogisticRegression", "os", "system"))
    assert "holds types that winnow never loads" in refusal(folder)


def test_module_that_does_not_exist(folder: Path):
    swap(folder, retold(folder, "sklearn.linear_model._logistic", "LogisticRegression", "no_such_module", "Thing"))
    assert "no_such_module" in refusal(folder)


def retold(folder: Path, module: str, name: str, other_module: str, other_name: str) -> bytes:
    """The model file with one type written as another."""
    target = folder / "retold.zip"
    with zipfile.ZipFile(folder / MODEL) as archive, zipfile.ZipFile(target, "w") as changed:
        for member in archive.namelist():
            content = archive.read(member)
            if member == "schema.json":
                text = content.decode().replace(f'"{module}"', f'"{other_module}"')
                content = text.replace(f'"{name}"', f'"{other_name}"').encode()
            changed.writestr(member, content)
    return target.read_bytes()


@pytest.mark.parametrize("keep", [0, 1, 60, 1000, -1, -22])
def test_cut_off_model_file(folder: Path, keep: int):
    swap(folder, (folder / MODEL).read_bytes()[:keep])
    assert f"{MODEL} cannot be loaded" in refusal(folder)


def test_damage_anywhere_in_the_model_file_is_refused_or_without_effect(folder: Path):
    whole = (folder / MODEL).read_bytes()
    chance = random.Random(5)  # noqa: S311 - sampling, not secrecy
    crashes = []
    for _ in range(150):
        content = bytearray(whole)
        for _ in range(chance.choice((1, 3))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        swap(folder, bytes(content))
        try:
            load(folder, FEATURES)
        except ModelError:
            continue
        except Exception as error:  # noqa: BLE001 - what is looked for
            crashes.append(f"{type(error).__name__}: {error}")
    assert crashes == []


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"__loader__": "DictNode"}', id="a node without fields"),
        pytest.param(b'{"__class__": "dict", "__module__": "builtins", "__loader__": "NoNode"}', id="unknown node"),
        pytest.param(b'{"a":' * 50_000 + b"1" + b"}" * 50_000, id="nested without end"),
    ],
)
def test_model_file_with_a_foreign_schema(folder: Path, schema: bytes):
    target = folder / "foreign.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("schema.json", schema)
    swap(folder, target.read_bytes())
    assert MODEL in refusal(folder)


def test_zip_without_a_schema(folder: Path):
    target = folder / "other.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("readme.txt", "no model")
    swap(folder, target.read_bytes())
    assert f"{MODEL} cannot be loaded" in refusal(folder)


def bomb(folder: Path) -> bytes:
    """A model file of half a megabyte with one array that unfolds to `UNFOLDED` zeros."""
    small = skops.io.dumps({"linear": np.zeros(4, dtype=np.uint8)})
    target = folder / "bomb.zip"
    (folder / "small.zip").write_bytes(small)
    with zipfile.ZipFile(folder / "small.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            with archive.open(name, "w", force_zip64=True) as file:
                if name.endswith(".npy"):
                    told = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({UNFOLDED},), }}".ljust(117) + "\n"
                    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(told)) + told.encode())
                    for _ in range(UNFOLDED // 2**24):
                        file.write(bytes(2**24))
                else:
                    file.write(content)
    return target.read_bytes()


def test_zip_bomb_is_refused_before_it_unfolds(folder: Path):
    content = bomb(folder)
    assert len(content) < UNFOLDED // 100
    swap(folder, content)
    assert MODEL in refusal(folder)


def test_fingerprint_is_stable_and_short(folder: Path):
    manifest = read_manifest(folder)
    assert fingerprint([manifest]) == fingerprint([read_manifest(folder)])
    assert len(fingerprint([manifest])) == 16
    assert set(fingerprint([manifest])) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"parameters": {"rules": {"decide": 0.6}}}, id="threshold"),
        pytest.param({"sha256": "0" * 64}, id="model bytes"),
    ],
)
def test_fingerprint_changes_with_what_decides(folder: Path, changes: dict[str, Any]):
    manifest = read_manifest(folder)
    assert fingerprint([replace(manifest, **changes)]) != fingerprint([manifest])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"figures": {"macro_f1": 0.1}}, id="figures"),
        pytest.param({"trained": "2031-01-01"}, id="day"),
        pytest.param({"data": {}}, id="description of the data"),
    ],
)
def test_fingerprint_stays_with_what_decides_nothing(folder: Path, changes: dict[str, Any]):
    manifest = read_manifest(folder)
    assert fingerprint([replace(manifest, **changes)]) == fingerprint([manifest])


WEIGHTS = {"view_weight": 0.25, "style_weight": 0.5}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, parts: dict[str, Any]) -> Path:
    """Small models with everything that loading looks at; they would not fit a document."""
    root = tmp_path_factory.mktemp("models")
    chrome = {**dict.fromkeys(CHROME_PARTS, "trees"), "wording": "wording", "markup": "wording"}
    quality = {**dict.fromkeys(VIEWS, "vectorizer"), "scaler": "scaler", "linear": "linear", "calibrator": "linear"}
    for room, names, features, parameters in (
        ("chrome", chrome, CHROME_FEATURES, {"thresholds": asdict(START)}),
        (
            "quality",
            quality,
            QUALITY_FEATURES,
            {"rules": RULES, "classifier": {"view_weight": 0.25, "style_weight": 0.5}},
        ),
    ):
        chosen = {part: parts[name] for part, name in names.items()}
        save(root / room, chosen, **FIELDS | {"features": features, "parameters": parameters})
    return root


@pytest.fixture
def both(tmp_path: Path, small: Path) -> Path:
    """A copy of the small models, to be damaged by a test."""
    return Path(shutil.copytree(small, tmp_path / "models"))


def test_committed_models_have_cards():
    committed = Path(__file__).parents[1] / "models"
    names = {str(path.relative_to(committed)) for path in committed.rglob("*") if path.is_file()}
    assert names == {f"{room}/{name}" for room in ("chrome", "quality") for name in (MODEL, MANIFEST, CARD)}


def test_committed_models_are_under_12_megabytes():
    sizes = [path.stat().st_size for path in (Path(__file__).parents[1] / "models").rglob("*") if path.is_file()]
    assert 100_000 < sum(sizes) < 12_000_000


def test_committed_models_were_made_for_this_code(models: Models):
    told = {manifest.name: manifest.features for manifest in models.manifests}
    assert told == {
        "chrome": {part: list(names) for part, names in CHROME_FEATURES.items()},
        "quality": {part: list(names) for part, names in QUALITY_FEATURES.items()},
    }
    assert len(models.quality.rules.typical) == len(QUALITY_FEATURES["style"])


def test_rules_and_thresholds_come_from_the_manifests(both: Path):
    loaded = load_models(both)
    assert loaded.chrome.thresholds == START
    assert loaded.quality.rules == Rules(decide=0.5, min_words=60, max_words=900, typical=((1.0, 2.0, 3.0),))
    assert loaded.quality.classifier.reader.weights == Weights(views=0.25, style=0.5)


def test_changed_threshold_changes_the_fingerprint_of_both_models(both: Path, small: Path):
    edit(both / "chrome", parameters={"thresholds": asdict(replace(START, text_drop=0.123))})
    changed = load_models(both)
    assert changed.chrome.thresholds.text_drop == 0.123
    assert changed.fingerprint != load_models(small).fingerprint


def test_models_in_each_others_place_are_refused(both: Path):
    (both / "chrome").rename(both / "x")
    (both / "quality").rename(both / "chrome")
    (both / "x").rename(both / "quality")
    with pytest.raises(ModelError, match="trained with other features"):
        load_models(both)


@pytest.mark.parametrize(
    ("room", "parameters"),
    [
        pytest.param("chrome", None, id="parameters are null"),
        pytest.param("chrome", {}, id="no thresholds"),
        pytest.param("chrome", {"thresholds": {"page_drop": 0.5}}, id="thresholds are missing"),
        pytest.param("chrome", {"thresholds": None}, id="thresholds are null"),
        pytest.param("quality", {}, id="no rules"),
        pytest.param("quality", {"rules": {"typical": [[1, 2, 3]]}, "classifier": {}}, id="rules are missing"),
        pytest.param("quality", {"rules": RULES, "classifier": {}}, id="no weight of the measures"),
        pytest.param("quality", {"rules": RULES | {"typical": [[1]]}, "classifier": {}}, id="typical values too few"),
    ],
)
def test_manifest_without_what_decides_is_refused(both: Path, room: str, parameters: dict[str, Any] | None):
    edit(both / room, parameters=parameters)
    with pytest.raises(ModelError, match=room):
        load_models(both)


@pytest.mark.parametrize("room", ["chrome", "quality"])
@pytest.mark.parametrize("content", [pytest.param({}, id="no part"), pytest.param([1], id="a list")])
def test_model_file_without_its_parts_is_refused(both: Path, room: str, content: Any):
    swap(both / room, skops.io.dumps(content))
    with pytest.raises(ModelError, match=room):
        load_models(both)
