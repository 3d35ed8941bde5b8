"""Saves, loads and verifies model folders: model.skops, manifest.json and a model card.

It knows how a folder is told from a damaged or foreign one; it does not know what the parts inside compute.
Loading runs no code: skops builds plain scikit-learn and NumPy objects from a list of allowed types.
"""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, get_origin, get_type_hints

from pipeline.errors import ModelError

# Raise it when the meaning of parts, features or parameters changes so that an older folder would load and
# answer wrongly. Folders of another protocol are refused.
PROTOCOL = 1
MODEL, MANIFEST, CARD = "model.skops", "manifest.json", "README.md"
_UNFOLDED = 128 * 2**20  # bytes of an unpacked model.skops; ours have up to 24 MB, a zip bomb far more
# Types beyond the ones that skops trusts by itself. All of them are data holders of scikit-learn.
_ALLOWED_TYPES = frozenset({"sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"})
Read = Callable[[bytes], Any]
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can hold: equal models are equal bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is written beside a model.

    Attributes:
        trained: the day that params.yaml gives for the training, YYYY-MM-DD.
        features: feature names of each part, in column order.
        parameters: what decides at run time beside the parts, such as thresholds.
        data: digest and counts of the training data.
        figures: measured quality, by name.
        sha256: of model.skops.
    """

    name: str
    protocol: int
    trained: str
    features: Mapping[str, Sequence[str]]
    parameters: Mapping[str, Any]
    data: Mapping[str, Any]
    figures: Mapping[str, Any]
    versions: Mapping[str, str]
    sha256: str


@dataclass(frozen=True, slots=True)
class Saved:
    """A loaded and verified folder; `parts` are fitted scikit-learn objects by name."""

    manifest: Manifest
    parts: Mapping[str, Any]


def library_versions() -> dict[str, str]:
    """The versions that a model depends on."""
    return {name: metadata.version(name) for name in ("scikit-learn", "numpy", "skops", "trafilatura")}


def save(folder: Path, parts: Mapping[str, Any], **fields: Any) -> Manifest:
    """Write model.skops and manifest.json; equal parts and fields give equal bytes.

    Args:
        folder: made when missing; its name is the model's name.
        parts: fitted scikit-learn objects.
        fields: the `Manifest` fields trained, features, parameters, data and figures.
    """
    import skops.io  # noqa: PLC0415 - late: it imports scikit-learn (1 s)

    content = _normalised(skops.io.dumps(dict(parts)))
    manifest = Manifest(
        name=folder.name,
        protocol=PROTOCOL,
        versions=library_versions(),
        sha256=hashlib.sha256(content).hexdigest(),
        **fields,
    )
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / MODEL, content)
    _replace(folder / MANIFEST, (json.dumps(asdict(manifest), indent=1, sort_keys=True) + "\n").encode())
    return manifest


def load(folder: Path, features: Mapping[str, Sequence[str]], read: Read | None = None) -> Saved:
    """Load a folder after checking that it is whole and made for this code.

    Args:
        folder: one model's folder.
        features: the feature names that this code computes; the manifest must hold the same.
        read: makes the parts out of the model file; by default they are scikit-learn objects.

    Raises:
        ModelError: the folder is missing, damaged, of another protocol, of another scikit-learn, was trained
            with other features, or holds types that are not allowed.
    """
    manifest = read_manifest(folder)
    _check(folder, manifest, features)
    content = _read(folder / MODEL)
    if hashlib.sha256(content).hexdigest() != manifest.sha256:
        raise ModelError(f"{folder / MODEL} is not the file that {MANIFEST} describes: restore both from one training.")
    return Saved(manifest, _construct(folder, content, read or partial(_scikit_learn, folder / MODEL)))


def read_manifest(folder: Path) -> Manifest:
    """Read a folder's manifest without loading the model.

    Raises:
        ModelError: it is missing or does not have the fields of `Manifest`.
    """
    try:
        return _typed(Manifest(**json.loads(_read(folder / MANIFEST))))
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelError(f"{folder / MANIFEST} is not a model manifest ({error}): restore or retrain it.") from error


def fingerprint(manifests: Sequence[Manifest]) -> str:
    """16 hex digits that change whenever any verdict could: model bytes and run-time parameters."""
    told = [[item.name, item.sha256, item.parameters] for item in manifests]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def _typed(manifest: Manifest) -> Manifest:
    """The manifest itself, or TypeError naming the fields that hold something else than they should."""
    kinds = get_type_hints(Manifest)
    kinds.pop("protocol")  # compared as it is: another one has a reason of its own
    wrong = [name for name, kind in kinds.items() if not isinstance(getattr(manifest, name), get_origin(kind) or kind)]
    if not wrong and not all(isinstance(names, list) for names in manifest.features.values()):
        wrong.append("features")
    if not wrong and not all(isinstance(version, str) for version in manifest.versions.values()):
        wrong.append("versions")
    if wrong:
        raise TypeError(f"wrong type of {', '.join(wrong)}")
    return manifest


def _check(folder: Path, manifest: Manifest, features: Mapping[str, Sequence[str]]) -> None:
    if manifest.protocol != PROTOCOL:
        raise ModelError(
            f"{folder} has model protocol {manifest.protocol}, this version reads {PROTOCOL}: retrain with dvc repro."
        )
    changed = sorted(
        part
        for part in {*features, *manifest.features}
        if list(features.get(part, ())) != list(manifest.features.get(part, ()))
    )
    if changed:
        raise ModelError(
            f"{folder} was trained with other features for {', '.join(changed)}: retrain it with dvc repro."
        )
    trained_with, here = manifest.versions.get("scikit-learn", "none"), metadata.version("scikit-learn")
    if trained_with.split(".")[:2] != here.split(".")[:2]:
        raise ModelError(
            f"{folder} was trained with scikit-learn {trained_with}, installed is {here}: "
            f"install scikit-learn {'.'.join(trained_with.split('.')[:2])} or retrain with dvc repro."
        )


def _construct(folder: Path, content: bytes, read: Read) -> Mapping[str, Any]:
    try:
        _check_size(folder / MODEL, content)
        parts = read(content)
    except ModelError:
        raise
    except Exception as error:  # the border to zlib, NumPy, skops and scikit-learn: damaged bytes raise anything
        reason = " ".join(str(error).split())
        raise ModelError(f"{folder / MODEL} cannot be loaded ({reason}): restore or retrain it.") from error
    if not isinstance(parts, dict):
        raise ModelError(f"{folder / MODEL} holds {type(parts).__name__}, not parts by name: restore or retrain it.")
    return parts


def _check_size(path: Path, content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > _UNFOLDED:
        raise ModelError(f"{path} unpacks to {size} bytes, more than any model: restore or retrain it.")


def _scikit_learn(path: Path, content: bytes) -> Any:
    """What a model file holds, once its types are known to be harmless."""
    import skops.io  # noqa: PLC0415 - late: it imports scikit-learn (1 s)

    unknown = set(skops.io.get_untrusted_types(data=content))
    if unknown - _ALLOWED_TYPES:
        raise ModelError(f"{path} holds types that winnow never loads: {sorted(unknown - _ALLOWED_TYPES)}.")
    return skops.io.loads(content, trusted=sorted(unknown))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read ({error.strerror}): --models names a folder that holds chrome/ and quality/."
        ) from error


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    os.replace(beside, path)  # noqa: PTH105 - the atomic primitive is named


def _normalised(content: bytes) -> bytes:
    """The same archive without what differs between equal models: memory addresses and dates.

    skops names arrays and objects by their address in memory; here they are numbered in order of appearance.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(members.pop("schema.json"))
    numbers: dict[int, int] = {}
    names: dict[str, str] = {}
    _renumber(schema, numbers, names)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for old, new in names.items():
            archive.writestr(zipfile.ZipInfo(new, _ZIP_DATE), members[old], zipfile.ZIP_DEFLATED, 9)
        told = json.dumps(schema, sort_keys=True).encode()
        archive.writestr(zipfile.ZipInfo("schema.json", _ZIP_DATE), told, zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()


def _renumber(node: Any, numbers: dict[int, int], names: dict[str, str]) -> None:
    """Replace object ids and file names of a skops schema, in place, by running numbers."""
    if isinstance(node, list):
        for item in node:
            _renumber(item, numbers, names)
    elif isinstance(node, dict):
        if "__id__" in node:
            node["__id__"] = numbers.setdefault(node["__id__"], len(numbers))
        if isinstance(node.get("file"), str):
            suffix = Path(node["file"]).suffix
            node["file"] = names.setdefault(node["file"], f"{len(names)}{suffix}")
        if "_stop_words_id" in node:  # the address of a vectorizer's stop words; 0 lets it check them once more
            node["_stop_words_id"]["content"] = "0"
        for value in node.values():
            _renumber(value, numbers, names)
