"""params.yaml as frozen dataclasses, one for each stage; unknown and missing keys are refused.

Only training reads these. What a trained model needs at run time is written into its manifest.
"""

from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from pipeline.errors import SettingsError


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """Where the public archives come from; the environment variable WINNOW_MIRROR replaces `base`."""

    base: str


@dataclass(frozen=True, slots=True)
class PrepareSettings:
    """How documents are cleaned of label leaks and split, by site and by publisher.

    Attributes:
        seed: of the salt that assigns a site or publisher to a split.
        valid_share: share of sites (pages) and publishers (texts) used to choose settings and calibrate.
        test_share: share that is only looked at in `evaluate`.
        min_words: shorter texts are dropped; the scorer does not score them either.
    """

    seed: int
    valid_share: float
    test_share: float
    min_words: int


@dataclass(frozen=True, slots=True)
class Settings:
    """All of params.yaml."""

    fetch: FetchSettings
    prepare: PrepareSettings


def read_settings(path: Path) -> Settings:
    """Read and check params.yaml.

    Raises:
        SettingsError: the file is missing or malformed, a key is unknown or missing, or a value has another type.
    """
    import yaml  # noqa: PLC0415 - only training needs it ([train] extra)

    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SettingsError(f"{path} cannot be read as YAML: {error}") from error
    return _build(Settings, raw, where=path.name)


def _build(kind: Any, raw: Any, *, where: str) -> Any:
    """Make one settings dataclass out of a YAML mapping."""
    if not isinstance(raw, dict):
        raise SettingsError(f"{where} must be a mapping of settings, not {type(raw).__name__}.")
    names = [item.name for item in fields(kind)]
    unknown, missing = sorted(set(raw) - set(names)), [name for name in names if name not in raw]
    if unknown or missing:
        raise SettingsError(
            f"{where} has unknown keys {unknown} and lacks {missing}; allowed keys are {names}."
        )
    types = get_type_hints(kind)
    return kind(**{name: _value(types[name], raw[name], where=f"{where}: {name}") for name in names})


def _value(kind: Any, raw: Any, *, where: str) -> Any:
    """Check one value against its annotation; whole numbers are allowed where floats are."""
    if is_dataclass(kind):
        return _build(kind, raw, where=where)
    if get_origin(kind) is tuple and isinstance(raw, list):
        item = get_args(kind)[0]
        return tuple(_value(item, value, where=where) for value in raw)
    if kind is float and isinstance(raw, int) and not isinstance(raw, bool):
        return float(raw)
    if not isinstance(raw, kind) or (kind is not bool and isinstance(raw, bool)):
        raise SettingsError(f"{where} must be {getattr(kind, '__name__', kind)}, not {raw!r}.")
    return raw
