"""Opens inputs and decodes them: paths in, sources or failures out.

Everything that it opens is hostile: size, compression, names and encodings. It never writes.
"""

import codecs
import gzip
import hashlib
import os
import re
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from pipeline.document import Failure, MediaType, Origin, Reason, Source

MAX_BYTES = 20_000_000
STDIN = "-"
_HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
_TEXT_SUFFIXES = frozenset({".txt", ".md"})
_CONTAINER_SUFFIXES = frozenset({".jsonl", ".parquet", ".csv", ".warc"})
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE
)
_MARKUP = re.compile(r"<(?:!doctype\s+html|html|head|body|div|p|table|article|section|span|a\s|br)\b", re.IGNORECASE)
_WHOLE_PAGE = re.compile(
    # possessive, as a comment that may also end at a later "-->" takes exponential time on hostile pages
    r"\s*+(?:<\?xml[^>]*>\s*+)?(?:<!--.*?-->\s*+)*+<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP_SEEN = 3  # tags in the first characters from which an unnamed text is a page
_SNIFFED = 4000
_DECLARED_WITHIN = 4096
_PIECE = 1 << 20
_BOMS = (  # the mark of UTF-32 begins with that of UTF-16
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# What a browser reads these names as (WHATWG Encoding Standard, "latin1").
_BROWSER_NAMES = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
}
_ESCAPES = frozenset({"unicode_escape", "raw_unicode_escape"})  # codecs of Python that make half character pairs
_SURROGATE = re.compile(rb"(?:\xed[\xa0-\xbf][\x80-\xbf])+")
_ASCII = bytes(range(128))
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_BROKEN_SHARE = 0.05  # broken places to high bytes up to which bytes are UTF-8; other encodings break almost everywhere
_WESTERN_SHARE = 0.03  # high bytes to bytes, up to which a guess is worse than cp1252 for English with a few accents
_ALONE_SHARE = 0.7  # high bytes without another beside them; words of other scripts stand together
_GUESSED = 100_000
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127), " ")
_SPACED = bytes(32 if code in _CONTROLS else code for code in range(256))  # the same for bytes of UTF-8
_BINARY = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1b")
_BINARY_SHARE = 0.02  # share of control characters above which bytes are no text


@dataclass(frozen=True, slots=True)
class Entry:
    """One input before it is opened; `id` is unique within the run and is a safe relative path."""

    id: str
    path: Path


@dataclass(frozen=True, slots=True)
class Raw:
    """One document as bytes, with what a container says about it.

    Attributes:
        suffix: of the file, in lower case, where it tells page from text.
    """

    raw: bytes
    origin: Origin
    suffix: str = ""
    url: str | None = None
    date: str | None = None


def load(entry: Entry, max_bytes: int = MAX_BYTES) -> Source | Failure:
    """Read and decode one input; what cannot be read or is no text becomes a Failure."""
    if is_container(entry.path):
        detail = f"{_suffix(entry.path)} files hold many documents: winnow clean and winnow score read them."
        return Failure(Origin(entry.id, os.fsdecode(entry.path)), "read", Reason.NOT_TEXT, detail)
    opened = fetch(entry, max_bytes)
    return opened if isinstance(opened, Failure) else source_of(opened.raw, opened.origin, opened.suffix)


def fetch(entry: Entry, max_bytes: int = MAX_BYTES) -> Raw | Failure:
    """Read one input and decode nothing, which is where hostile bytes do harm."""
    origin = Origin(entry.id, os.fsdecode(entry.path))
    try:
        raw = _contents(entry.path, max_bytes)
    except (OSError, EOFError, zlib.error) as error:
        return Failure(origin, "read", Reason.UNREADABLE, f"The file cannot be read: {_why(error)}.")
    return raw_of(raw, origin, max_bytes, suffix=_suffix(entry.path))


def raw_of(raw: bytes, origin: Origin, max_bytes: int, **told: Any) -> Raw | Failure:
    """Bytes under their digest and size, unless there are too many; `told` are the other fields of `Raw`."""
    if len(raw) > max_bytes:
        return _too_large(origin, max_bytes)
    return Raw(raw, replace(origin, sha256=hashlib.sha256(raw).hexdigest(), size=len(raw)), **told)


def is_container(path: Path) -> bool:
    """Whether a file holds many documents, by its suffix."""
    return _suffix(path) in _CONTAINER_SUFFIXES


def load_stream(stream: IO[bytes], max_bytes: int = MAX_BYTES) -> Source | Failure:
    """Read one document from standard input."""
    raw = _at_most(stream, max_bytes + 1)
    if len(raw) > max_bytes:
        return _too_large(Origin(STDIN, STDIN), max_bytes)
    return source_of(raw, Origin(STDIN, STDIN, hashlib.sha256(raw).hexdigest(), len(raw)))


def load_text(document: str | Path, number: int) -> Source | Failure:
    """A source out of a path, or out of a string that holds a text or a page; `number` names the latter."""
    if isinstance(document, Path):
        return load(Entry(safe_id(Path(document.name)), document))
    raw = document.encode("utf-8", errors="replace")
    return source_of(raw, Origin(f"text-{number}", "", hashlib.sha256(raw).hexdigest(), len(raw)))


def safe_id(path: Path) -> str:
    """A path as an id: `/` between parts; bytes that are no UTF-8 escaped, so that it can be written anywhere."""
    return os.fsencode(path.as_posix()).decode("utf-8", errors="backslashreplace")


def source_of(raw: bytes, origin: Origin, suffix: str = "") -> Source | Failure:
    """Decode bytes and tell page from text: by suffix where it says so, else by the content."""
    if _is_binary(raw):
        return Failure(origin, "read", Reason.NOT_TEXT, "The bytes are not text in any encoding.")
    content, encoding = decode(raw)
    if not content.strip():
        return Failure(origin, "read", Reason.EMPTY, "The document holds nothing other than white space.")
    media_type = _media_type(content, suffix)
    return Source(origin, content, media_type, encoding)


def decode(raw: bytes) -> tuple[str, str]:
    """Text and the encoding that gave it: byte order mark, UTF-8, declaration, then a guess; never fails.

    A declaration is only believed when the bytes agree; control characters become spaces.
    """
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return _cleaned(raw[len(mark) :].decode(encoding, errors="replace")), encoding
    try:
        # A control character is one byte of UTF-8 and no part of another: a hundred times as fast as asking characters.
        return raw.translate(_SPACED).decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        with suppress(UnicodeDecodeError):
            return _cleaned(_SURROGATE.sub(_paired, raw).decode("utf-8")), "utf-8"
        encoding = "utf-8" if _nearly_utf8(raw) else _declared(raw) or _guess(raw)
        return _cleaned(raw.decode(encoding, errors="replace")), encoding


def _paired(halves: re.Match[bytes]) -> bytes:
    """Halves of characters that were written as UTF-8 one by one: the characters that pairs of them stand for."""
    told = halves[0].decode("utf-8", errors="surrogatepass").encode("utf-16", errors="surrogatepass")
    return told.decode("utf-16", errors="replace").encode()


def _declared(raw: bytes) -> str | None:
    """The encoding that a page names, if the bytes agree.

    A name that was found as ASCII is false when its encoding would write it otherwise (UTF-16, EBCDIC).
    """
    found = _DECLARED.search(raw[:_DECLARED_WITHIN])
    written = found[1].decode("ascii") if found else ""
    name = _BROWSER_NAMES.get(written.lower(), written.lower())
    try:
        if codecs.lookup(name).name.replace("-", "_") in _ESCAPES or written.encode("ascii").decode(name) != written:
            return None
        raw.decode(name)
    except (LookupError, ValueError):
        return None
    return name


def _nearly_utf8(raw: bytes) -> bool:
    """A few stray bytes, as where texts were pasted together or cut, do not make another encoding."""
    return raw.decode("utf-8", errors="replace").count("\ufffd") <= _BROKEN_SHARE * len(raw.translate(None, _ASCII))


def _guess(raw: bytes) -> str:
    """The likely encoding of bytes that are no UTF-8 and say nothing; guessers need more than a few accents."""
    high = len(raw.translate(None, _ASCII))
    if high <= _WESTERN_SHARE * len(raw) and len(_HIGH_ALONE.findall(raw)) >= _ALONE_SHARE * high:
        return "cp1252"
    first = _HIGH.search(raw)
    start = first.start() // _GUESSED * _GUESSED if first else 0
    from charset_normalizer import from_bytes  # noqa: PLC0415 - late: hardly a document needs it

    best = from_bytes(raw[start : start + _GUESSED]).best()
    return best.encoding if best else "cp1252"


def _too_large(origin: Origin, max_bytes: int) -> Failure:
    detail = f"The document is larger than {max_bytes} bytes; --max-bytes raises the limit."
    return Failure(origin, "read", Reason.TOO_LARGE, detail)


def _suffix(path: Path) -> str:
    """The suffix in lower case, without .gz."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _contents(path: Path, max_bytes: int) -> bytes:
    """At most one byte more than allowed, so that a compressed bomb is never unpacked whole."""
    if path.is_dir():
        raise OSError(0, "it is a folder that cannot be listed")
    if not path.is_file():
        raise OSError(0, "it is not a regular file" if path.exists() else "it is not there")
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    with opener(path, "rb") as file:
        return _at_most(file, max_bytes + 1)


def _at_most(stream: IO[bytes] | gzip.GzipFile, size: int) -> bytes:
    """Read in pieces: `read(size)` sets `size` bytes aside before it knows how few there are."""
    pieces: list[bytes] = []
    while size > 0 and (piece := stream.read(min(size, _PIECE))):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _why(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).rstrip(".").lower()


def _is_binary(raw: bytes) -> bool:
    """Control characters beyond white space tell binary data, unless they are few, as where a byte went wrong.

    UTF-16 is only believed with its mark.
    """
    if raw.startswith(tuple(mark for mark, _ in _BOMS)):
        return False
    head = raw[:_SNIFFED]
    return len(head) - len(head.translate(None, _BINARY)) > _BINARY_SHARE * len(head)


def _cleaned(text: str) -> str:
    return text.translate(_CONTROLS)


def _media_type(content: str, suffix: str) -> MediaType:
    """What the suffix says, else whether mark-up stands in the first characters; a whole page is never text."""
    if suffix in _HTML_SUFFIXES or _WHOLE_PAGE.match(content):
        return MediaType.HTML
    if suffix in _TEXT_SUFFIXES:
        return MediaType.TEXT
    head = content[:_SNIFFED]
    return MediaType.HTML if len(_MARKUP.findall(head)) >= _MARKUP_SEEN else MediaType.TEXT
