"""params.yaml as frozen dataclasses, one for each stage; unknown and missing keys are refused.

Only training reads these. What a trained model needs at run time is written into its manifest.
"""

from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from pipeline.errors import MissingExtraError, SettingsError


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """Where the public archives come from, and which corpora are used at all.

    Attributes:
        base: public address; the environment variable WINNOW_MIRROR replaces it.
        corpora: names of the corpora that are fetched and trained on, or `all`; own labels always are.
    """

    base: str
    corpora: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrepareSettings:
    """How documents are cleaned of label leaks and split, by site and by publisher.

    Attributes:
        seed: of the salt that assigns a site or publisher to a split.
        valid_share: share of page sites used to choose thresholds; texts use folds by publisher instead.
        test_share: share of sites, and of each label's documents, that is only looked at in `evaluate`.
        triplet_test_share: share of the authored triplets that is only looked at in `evaluate`.
        train_publishers: publishers that are never held out, with the reason in docs/decisions/0004.
        min_words: shorter texts are dropped; the scorer does not score them either.
    """

    seed: int
    valid_share: float
    test_share: float
    triplet_test_share: float
    train_publishers: tuple[str, ...]
    min_words: int


@dataclass(frozen=True, slots=True)
class TreeSettings:
    """How one classifier of boosted trees is grown.

    Attributes:
        rate: learning rate.
        count: number of trees.
        leaves: in each tree, at most.
        leaf_rows: in each leaf, at least.
        l2: regularisation of the leaf values.
        columns: share of them, drawn anew, among which each split chooses: trees that differ hang less on chance.
    """

    rate: float
    count: int
    leaves: int
    leaf_rows: int
    l2: float
    columns: float


@dataclass(frozen=True, slots=True)
class KindSettings:
    """How the parts that name kinds are fitted.

    Attributes:
        alpha: regularisation of the linear model over words, letters and mark-up.
        passes: over its examples.
        networks: that read its chances and vote.
        hidden: units of each network.
        l2: their regularisation.
        rate: their learning rate.
        batch: examples in a step.
        epochs: passes over the examples.
        lift: power of a kind's number by which its chances are divided: 0 aims at accuracy, 1 at the kinds' recall.
    """

    alpha: float
    passes: int
    networks: int
    hidden: int
    l2: float
    rate: float
    batch: int
    epochs: int
    lift: float


@dataclass(frozen=True, slots=True)
class ChromeSettings:
    """How the block model is fitted and its thresholds are chosen.

    Attributes:
        trained: the day written into the manifest; a setting, since a clock would make no two trainings equal.
        folds: by site, for the out-of-fold scores of the linear models.
        hash_bits: the linear models have 2**hash_bits columns.
        prose: clean documents of the text corpora among the line model's training texts.
        mixed: further ones that get chrome lines of authored texts put into them.
        authored_weight: how much a line of an authored text counts beside a line of a real page.
        authored_wording: the same for the wording model.
        harm_limit: largest share of clean prose lines that the line model may remove on validation texts.
        grafts: articles with posts of forums behind their text that the trees of a page's blocks also learn from.
        blocks: trees of a page's blocks.
        lines: trees of the lines of dumps, and of those of articles.
        dump: trees that tell dumps from other texts.
        kinds: the parts that name what is removed.
    """

    trained: str
    seed: int
    folds: int
    hash_bits: int
    linear_c: float
    prose: int
    mixed: int
    authored_weight: float
    authored_wording: float
    harm_limit: float
    grafts: int
    blocks: TreeSettings
    lines: TreeSettings
    dump: TreeSettings
    kinds: KindSettings


@dataclass(frozen=True, slots=True)
class CleanSettings:
    """How the labelled texts are cleaned before the document model sees them; they go in as plain text.

    Attributes:
        chunk: texts cleaned with one predict.
    """

    chunk: int


@dataclass(frozen=True, slots=True)
class FeaturesSettings:
    """What the document features are computed from.

    Attributes:
        max_words: a document is measured on its first words only, so that length decides little.
        headless: share of the training texts that lose their headings.
    """

    seed: int
    max_words: int
    headless: float


@dataclass(frozen=True, slots=True)
class QualitySettings:
    """How the document model is fitted, calibrated and made to abstain.

    Attributes:
        trained: the day written into the manifest, as for chrome.
        c: inverse regularisation of the logistic regression.
        folds: by publisher, for the out-of-fold scores that calibrate and choose the threshold.
        min_df: windows that a word pattern must occur in.
        view_weight: scale of each of the lesser views (openings, sentences that name no source) beside all words.
        style_weight: scale of the style measures beside the word patterns.
        news_analysis: what a news analysis counts beside another text of its publisher: the rarest analysis (242 of
            4,000 rows) and the hardest to tell from a report.
        coverage: share of documents of unseen publishers that get a verdict; the rest is `unsure`.
    """

    trained: str
    seed: int
    c: float
    folds: int
    min_df: int
    view_weight: float
    style_weight: float
    news_analysis: float
    coverage: float


@dataclass(frozen=True, slots=True)
class FloorSettings:
    """What a retrained model must reach before its figures are written; set for a training on all corpora.

    Attributes:
        applied: false lets any model pass, and the model cards say so.
        macro_f1: of verdicts, at least.
        worst_source: recall of the worst source of some size, at least.
        reporting_called_filler: share of the reporting, at most.
        extraction_f1: of held-out article pages, at least.
    """

    applied: bool
    macro_f1: float
    worst_source: float
    reporting_called_filler: float
    extraction_f1: float


@dataclass(frozen=True, slots=True)
class EvaluateSettings:
    """What is measured on the held-out sites and publishers.

    Attributes:
        bootstrap: resamples for the 95 % intervals.
        evidence: documents whose quoted sentences are taken away, to see whether they decided.
        learning: shares of the training sources on which the learning curve is measured, beside all of them.
        floors: what the models must reach.
    """

    seed: int
    bootstrap: int
    evidence: int
    learning: tuple[float, ...]
    floors: FloorSettings


@dataclass(frozen=True, slots=True)
class Settings:
    """All of params.yaml."""

    fetch: FetchSettings
    prepare: PrepareSettings
    chrome: ChromeSettings
    clean: CleanSettings
    features: FeaturesSettings
    quality: QualitySettings
    evaluate: EvaluateSettings


def read_settings(path: Path) -> Settings:
    """Read and check params.yaml.

    Raises:
        SettingsError: the file is missing or malformed, a key is unknown or missing, or a value has another type.
        MissingExtraError: the YAML reader is not installed.
    """
    try:
        import yaml  # noqa: PLC0415 - only training needs it ([train] extra)
    except ImportError as error:
        raise MissingExtraError("Training", "train") from error
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:  # ValueError: no UTF-8, or no such day
        reason = " ".join(str(error).split())  # YAML draws the place over several lines
        raise SettingsError(f"{path} cannot be read as YAML: {reason}") from error
    settings: Settings = _build(Settings, raw, where=path.name)
    return settings


def _build(kind: Any, raw: Any, *, where: str) -> Any:
    """Make one settings dataclass out of a YAML mapping."""
    if not isinstance(raw, dict):
        raise SettingsError(f"{where} must be a mapping of settings, not {type(raw).__name__}.")
    names = [item.name for item in fields(kind)]
    unknown, missing = sorted(map(str, set(raw) - set(names))), [name for name in names if name not in raw]
    if unknown or missing:
        raise SettingsError(f"{where} has unknown keys {unknown} and lacks {missing}; allowed keys are {names}.")
    types = get_type_hints(kind)
    return kind(**{name: _value(types[name], raw[name], where=f"{where}: {name}") for name in names})


def _value(kind: Any, raw: Any, *, where: str) -> Any:
    """Check one value against its annotation; whole numbers are allowed where floats are."""
    if is_dataclass(kind):
        return _build(kind, raw, where=where)
    if get_origin(kind) is tuple:
        return _values(get_args(kind)[0], raw, where=where)
    if kind is float and isinstance(raw, int) and not isinstance(raw, bool):
        return float(raw)
    if not isinstance(raw, kind) or (kind is not bool and isinstance(raw, bool)):
        raise SettingsError(f"{where} must be {getattr(kind, '__name__', kind)}, not {raw!r}.")
    return raw


def _values(kind: Any, raw: Any, *, where: str) -> tuple[Any, ...]:
    """Check a list of values of one kind."""
    if not isinstance(raw, list):
        raise SettingsError(f"{where} must be a list of {kind.__name__}, not {raw!r}.")
    return tuple(_value(kind, value, where=where) for value in raw)
