"""The main job: sources in, outcomes out. Everything else serves this module or is served by it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline import models
from pipeline.chrome.cleaning import clean_pages, clean_texts
from pipeline.chrome.model import CHROME_FEATURES, ChromeModel, Thresholds
from pipeline.chrome.model import PARTS as CHROME_PARTS
from pipeline.document import (
    Block,
    ChromeKind,
    CleanDocument,
    Failure,
    MediaType,
    Metadata,
    Outcome,
    Reason,
    Scored,
    Source,
)
from pipeline.errors import ModelError
from pipeline.features import STYLE
from pipeline.fitted.parts import read_parts
from pipeline.language import language_of
from pipeline.quality.columns import PARTS as QUALITY_PARTS
from pipeline.quality.columns import Fitted, Weights
from pipeline.quality.model import QualityModel, Rules
from pipeline.read import Entry, load, load_text
from pipeline.write import FIELDS, printable, row

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 32  # documents that share one predict: beyond it the share of a call per document is small
QUALITY_FEATURES: Mapping[str, Sequence[str]] = {"style": STYLE}
_Model = TypeVar("_Model", ChromeModel, QualityModel)


@dataclass(frozen=True, slots=True)
class Models:
    """Both models and the fingerprint that identifies them in every row."""

    chrome: ChromeModel
    quality: QualityModel
    manifests: tuple[models.Manifest, models.Manifest]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Segmented:
    """A source whose text is in hand: blocks of a page, or None and the source's own lines."""

    source: Source
    metadata: Metadata = field(default_factory=Metadata)
    blocks: tuple[Block, ...] | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Cleaned:
    """A source whose chrome is gone, on its way to the verdict."""

    source: Source
    document: CleanDocument
    seconds: float


_Given = TypeVar("_Given", _Segmented, _Cleaned)
_Made = TypeVar("_Made", _Cleaned, Scored)
_Step = Callable[[Sequence[_Given | Failure]], list[_Made | Failure]]
_DONE = {"clean": "cleaned", "judge": "judged"}


class Scorer:
    """Cleans and scores sources.

    Args:
        models: from `load_models`.
        keep: kinds of chrome that stay in the text.
    """

    def __init__(self, models: Models, *, keep: Iterable[ChromeKind] = ()) -> None:
        self.models = models
        self.keep = frozenset(keep)

    def __call__(self, sources: Iterable[Source]) -> Iterator[Outcome]:
        """One outcome a source, in order; sources are taken `CHUNK` at a time."""
        for chunk in _chunks(sources):
            yield from self.score_chunk(chunk)

    def score_chunk(self, sources: Iterable[Source]) -> list[Outcome]:
        """The main job on sources that share each model's predict; a Failure passes through every later step."""
        started = perf_counter()
        segmented = [segment(source) for source in sources]
        cleaned = _salvaged("clean", self.clean, segmented)
        outcomes = _salvaged("judge", self.judge, cleaned)
        return _timed(outcomes, perf_counter() - started)

    def clean(self, items: Sequence[_Segmented | Failure]) -> list[_Cleaned | Failure]:
        """Remove chrome, from pages and texts apart; a document of which nothing is left becomes a Failure."""
        pages = [item for item in items if isinstance(item, _Segmented) and item.blocks is not None]
        texts = [item for item in items if isinstance(item, _Segmented) and item.blocks is None]
        chrome = self.models.chrome
        # A page's models cost a millisecond where they are asked of nothing.
        of_pages = (
            clean_pages(chrome, [(item.blocks or (), item.metadata) for item in pages], self.keep) if pages else []
        )
        of_texts = clean_texts(chrome, [_encodable(item.source.content) for item in texts], self.keep)
        documents = {
            id(item): document for item, document in zip((*pages, *texts), (*of_pages, *of_texts), strict=True)
        }
        return [item if isinstance(item, Failure) else _cleaned(item, documents[id(item)]) for item in items]

    def judge(self, items: Sequence[_Cleaned | Failure]) -> list[Outcome]:
        """Give every clean document its verdict."""
        verdicts = iter(self.models.quality.judge([item.document for item in items if isinstance(item, _Cleaned)]))
        return [
            item if isinstance(item, Failure) else Scored(item.source, item.document, next(verdicts), item.seconds)
            for item in items
        ]

    def frame(self, documents: Iterable[str | Path]) -> "pd.DataFrame":
        """A table with one row a document, in order, and the columns of results.jsonl.

        Args:
            documents: paths of files, or texts and HTML as strings.
        """
        import pandas as pd  # noqa: PLC0415 - late: half a second that the command line does not need

        opened = [_opened(document, number) for number, document in enumerate(documents, 1)]
        outcomes = self([item for item in opened if isinstance(item, Source)])
        told = [item if isinstance(item, Failure) else next(outcomes) for item in opened]
        return pd.DataFrame([row(outcome, self.models.fingerprint) for outcome in told], columns=list(FIELDS))


def load_models(folder: Path | None = None) -> Models:
    """Load and verify both models.

    Args:
        folder: holds `chrome/` and `quality/`; by default the models that come with the package.

    Raises:
        ModelError: a folder is missing, damaged or was trained for other code.
    """
    root = folder or default_models()
    block, chrome = _load(root / "chrome", CHROME_FEATURES, CHROME_PARTS, _chrome_model)
    document, quality = _load(root / "quality", QUALITY_FEATURES, QUALITY_PARTS, _quality_model)
    return Models(chrome, quality, (block, document), models.fingerprint((block, document)))


@cache
def default_models() -> Path:
    """The models of the installed package, or of the checkout that the package is imported from."""
    package = Path(__file__).parent
    packed = package / "_models"
    return packed if packed.is_dir() else package.parent / "models"


def segment(source: Source) -> _Segmented | Failure:
    """Parse, extract and cut a page; a text is cut later, round by round. What cannot go on becomes a Failure."""
    if source.media_type is MediaType.TEXT:
        return _Segmented(source)
    from pipeline.extract import extract, parse  # noqa: PLC0415 - late: plain text does without trafilatura (0.3 s)
    from pipeline.segment.page import page_blocks  # noqa: PLC0415

    started = perf_counter()
    try:
        tree = parse(source.content)
        if tree is None:
            return _failure(source, "extract", Reason.NO_CONTENT, "The page holds no element with text.")
        page = extract(tree)
        blocks = tuple(page_blocks(page))
    except MemoryError:
        return _failure(source, "extract", Reason.MEMORY_LIMIT, "The page needs more memory than there is.")
    except Exception as error:  # noqa: BLE001 - the one border to libraries that raise anything on hostile mark-up
        return _failure(source, "extract", Reason.EXTRACTOR_ERROR, f"{type(error).__name__} while the page was read.")
    return _Segmented(source, page.metadata, blocks, perf_counter() - started)


def _salvaged(stage: str, step: _Step[_Given, _Made], items: Sequence[_Given | Failure]) -> list[_Made | Failure]:
    """What a step makes of all items together or, where that breaks off, of each alone: one costs no other."""
    with suppress(Exception):  # what one item is to blame for comes again with that item
        return step(items)
    # Outside the handling: what the exception holds, such as memory that ran out, is free again.
    return [_alone(stage, step, item) for item in items]


def _alone(stage: str, step: _Step[_Given, _Made], item: _Given | Failure) -> _Made | Failure:
    """What a step makes of one item; what breaks it off becomes a Failure."""
    if isinstance(item, Failure):
        return item
    try:
        return step([item])[0]
    except Exception as error:  # noqa: BLE001 - the one border to models, which meet texts that nobody foresaw
        reason = Reason.MEMORY_LIMIT if isinstance(error, MemoryError) else Reason.EXTRACTOR_ERROR
        failure = _failure(item.source, stage, reason, f"{type(error).__name__} while the document was {_DONE[stage]}.")
        return replace(failure, seconds=item.seconds)


def _load(
    folder: Path, features: Mapping[str, Sequence[str]], parts: Sequence[str], build: Callable[..., _Model]
) -> tuple[models.Manifest, _Model]:
    """A verified folder's manifest and the model that its parts and parameters make."""
    saved = models.load(folder, features, read_parts)
    missing = [part for part in parts if part not in saved.parts]
    if missing:
        raise ModelError(f"{folder / models.MODEL} lacks {', '.join(missing)}: restore or retrain it.")
    try:
        return saved.manifest, build(saved.parts, saved.manifest.parameters)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"{folder / models.MANIFEST} does not hold the parameters that decide ({error}): restore or retrain it."
        ) from error


def _chrome_model(parts: Mapping[str, Any], parameters: Mapping[str, Any]) -> ChromeModel:
    return ChromeModel(parts, Thresholds(**{name: float(value) for name, value in parameters["thresholds"].items()}))


def _quality_model(parts: Mapping[str, Any], parameters: Mapping[str, Any]) -> QualityModel:
    told = parameters["rules"]
    rules = Rules(
        decide=float(told["decide"]),
        min_words=int(told["min_words"]),
        max_words=int(told["max_words"]),
        typical=tuple((float(a), float(b), float(c)) for a, b, c in told["typical"]),
    )
    fixed = parameters["classifier"]
    weights = Weights(float(fixed["view_weight"]), float(fixed["style_weight"]))
    return QualityModel(Fitted.of(parts, weights), rules)


def _cleaned(item: _Segmented, document: CleanDocument) -> _Cleaned | Failure:
    """A cleaned source under the language that its text is in, or a Failure when no text is left."""
    if not document.lines:
        failure = _failure(item.source, "clean", Reason.NO_CONTENT, "Nothing is left once the chrome is removed.")
        return replace(failure, seconds=item.seconds, metadata=document.metadata, removed=document.removed)
    language = language_of(document.body) or document.metadata.language
    told = replace(document, metadata=replace(document.metadata, language=language))
    return _Cleaned(item.source, told, item.seconds)


def _opened(document: str | Path, number: int) -> Source | Failure:
    """A row's source: a file is known by its path as given, a string by its number."""
    if isinstance(document, Path):
        return load(Entry(printable(document.as_posix()), document))
    return load_text(document, number)


def _encodable(text: str) -> str:
    """The text without halves of characters, which no file and no model can take."""
    return text.encode(errors="replace").decode()


def _failure(source: Source, stage: str, reason: Reason, detail: str) -> Failure:
    return Failure(source.origin, stage, reason, detail, source.media_type, source.encoding)


def _timed(outcomes: Sequence[Outcome], seconds: float) -> list[Outcome]:
    """Give each document its own extraction time and an equal share of the work done together."""
    own = sum(outcome.seconds for outcome in outcomes)
    share = max(seconds - own, 0.0) / max(len(outcomes), 1)
    return [replace(outcome, seconds=round(outcome.seconds + share, 4)) for outcome in outcomes]


def _chunks(sources: Iterable[Source]) -> Iterator[list[Source]]:
    chunk: list[Source] = []
    for source in sources:
        chunk.append(source)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
