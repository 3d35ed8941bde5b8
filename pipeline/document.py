"""The values that travel between rooms: sources, blocks, clean documents, verdicts and failures.

Everything here is frozen, picklable and built of plain types, so that it can cross a process border
and be written as JSON. It knows nothing of files, models or mark-up.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Label(StrEnum):
    """What a text does for its reader (DESIGN.md section 4), in the order of every score triple."""

    REPORTING = "reporting"
    ANALYSIS = "analysis"
    FILLER = "filler"


LABELS = tuple(Label)
UNSURE = "unsure"


class ChromeKind(StrEnum):
    """What a removed block was."""

    NAVIGATION = "navigation"
    COMMENT_FORM = "comment-form"
    COMMENTS = "comments"
    SUBSCRIBE = "subscribe"
    FOLLOW = "follow"
    SHARE = "share"
    RELATED = "related"
    CAPTION = "caption"
    BYLINE = "byline"
    TIMESTAMP = "timestamp"
    COUNTER = "counter"
    NOTICE = "notice"
    ADVERT = "advert"
    BIO = "bio"
    TAGS = "tags"
    OTHER = "other"


class Status(StrEnum):
    """How an input ended."""

    OK = "ok"
    REJECTED = "rejected"
    FAILED = "failed"


class Reason(StrEnum):
    """Why an input was rejected or failed."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    NOT_TEXT = "not-text"
    NO_CONTENT = "no-content"
    UNREADABLE = "unreadable"
    BROKEN_RECORD = "broken-record"
    TIME_LIMIT = "time-limit"
    MEMORY_LIMIT = "memory-limit"
    WORKER_LOST = "worker-lost"
    EXTRACTOR_ERROR = "extractor-error"
    DUPLICATE = "duplicate"

    @property
    def status(self) -> Status:
        """`rejected` when the input itself is not a document, `failed` when the work on it broke off."""
        return Status.REJECTED if self in _REJECTIONS else Status.FAILED


_REJECTIONS = frozenset({Reason.EMPTY, Reason.TOO_LARGE, Reason.NOT_TEXT, Reason.NO_CONTENT, Reason.DUPLICATE})


class Unscored(StrEnum):
    """Why a clean document has no verdict."""

    TOO_SHORT = "too-short"
    LANGUAGE = "language"


class MediaType(StrEnum):
    """The two ways a document can be read."""

    HTML = "text/html"
    TEXT = "text/plain"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an input came from and what its bytes were.

    Attributes:
        id: unique within a run: the path relative to the input, with `/`.
        input: the path or name as the user gave it.
        sha256: hex digest of the raw bytes, None when they could not be read.
        size: number of raw bytes, None when they could not be read.
    """

    id: str
    input: str
    sha256: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One decoded document, not yet cleaned.

    Attributes:
        encoding: name of the character encoding that was used to decode the bytes.
    """

    origin: Origin
    content: str
    media_type: MediaType
    encoding: str = "utf-8"


NAMES_END = "\t"


@dataclass(frozen=True, slots=True)
class Block:
    """A run of visible text that stands on its own: a paragraph, heading, list item, cell or line.

    Attributes:
        text: white space collapsed to single spaces, never empty.
        tag: the element that holds it (`p`, `h2`, `li`, ...); `line` in plain text.
        line: 1-based place in the document, counting blocks.
        gap: a blank line stood before it (plain text only).
        ancestors: tags around it, innermost first, without html and body.
        names: class, id, role and itemprop words of its element and of those around it, innermost first, with
            NAMES_END between those of two elements.
        link_chars: characters of `text` that are inside links.
        path: numbers of the elements around it, outermost first, without html and body; the same element has the
            same number in all blocks of a page.
    """

    text: str
    tag: str
    line: int
    gap: bool = False
    ancestors: tuple[str, ...] = ()
    names: str = ""
    link_chars: int = 0
    path: tuple[int, ...] = ()

    def at(self, line: int) -> "Block":
        """The same block at another place; `dataclasses.replace` takes four times as long for it."""
        return Block(self.text, self.tag, line, self.gap, self.ancestors, self.names, self.link_chars, self.path)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says about itself; None where it says nothing."""

    title: str | None = None
    author: str | None = None
    date: str | None = None
    url: str | None = None
    site: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """One block that was taken out, with the chrome model's probability that it is chrome.

    Attributes:
        text: the block's text word for word, after literal escapes and heading marks are decoded.
        line: of a text, the 1-based number of the line of the input in which the block begins, blank lines counted;
            lines end in LF, CRLF or CR. Of a page, the 1-based place among its blocks: what was removed stands at
            these places, the lines that were kept fill the others in order, the headline among them.
    """

    kind: ChromeKind
    text: str
    probability: float
    line: int


@dataclass(frozen=True, slots=True)
class CleanDocument:
    """What is left of a source: its metadata and body lines in reading order, and what was removed."""

    metadata: Metadata
    lines: tuple[str, ...]
    removed: tuple[Removal, ...]

    @property
    def body(self) -> str:
        """The body lines joined by line feeds, without the title."""
        return "\n".join(self.lines)

    @property
    def text(self) -> str:
        """The document as its text file: title, a blank line, body; ends in a line feed."""
        head = f"{self.metadata.title}\n\n" if self.metadata.title else ""
        return f"{head}{self.body}\n"


@dataclass(frozen=True, slots=True)
class Cue:
    """One measured property that moved the verdict.

    Attributes:
        value: this document's value; `typical` holds the median of each label in training, in LABELS order.
        effect: signed push toward the verdict, in log-odds.
    """

    name: str
    value: float
    typical: tuple[float, float, float]
    effect: float


@dataclass(frozen=True, slots=True)
class Quote:
    """One sentence of the text that pushed toward the verdict; `effect` is in log-odds."""

    sentence: str
    effect: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The document model's answer.

    Attributes:
        label: a `Label`, `unsure`, or None when `unscored` says why nothing was scored.
        scores: calibrated probabilities in LABELS order, summing to 1; None when unscored.
    """

    label: str | None
    scores: tuple[float, float, float] | None = None
    unscored: Unscored | None = None
    quotes: tuple[Quote, ...] = ()
    cues: tuple[Cue, ...] = ()

    @property
    def flagged(self) -> bool:
        """Filler is what gets flagged."""
        return self.label == Label.FILLER


@dataclass(frozen=True, slots=True)
class Scored:
    """A source that made it through the main job."""

    source: Source
    document: CleanDocument
    verdict: Verdict
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that could not go on, with the stage that gave up and the reason.

    Attributes:
        detail: one sentence for a reader of the results; never a traceback.
    """

    origin: Origin
    stage: str
    reason: Reason
    detail: str
    media_type: MediaType | None = None
    encoding: str | None = None
    seconds: float = 0.0
    metadata: Metadata = field(default_factory=Metadata)
    removed: tuple[Removal, ...] = ()

    @property
    def status(self) -> Status:
        """`rejected` or `failed`, as the reason says."""
        return self.reason.status


Outcome = Scored | Failure
