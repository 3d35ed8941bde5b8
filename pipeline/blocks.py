"""Feature rows of blocks: what the chrome model sees of a page's blocks and of a text's lines.

Names stand beside the code that computes them; training and cleaning call the same functions. A row
describes one block, its place, its neighbours and the document it is in; wording enters through the scores
of linear models that `chrome` fits, since their weights are learned.

Rows are made for many documents at once, a measure at a time: inside, `Columns` hold one measure a line, and what
is handed out is their transpose. Trees read rows twice as fast in that order of memory.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from math import log1p
from operator import itemgetter
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.document import NAMES_END, Block

Matrix = NDArray[np.float32]
Columns = NDArray[np.float32]  # (measures, blocks)
Places = NDArray[np.int64]

_EDGE_WORDS = 14  # words from each end of a block that the wording models read: chrome shows at the edges
_WORDS_READ = 60  # words of a block that are measured for case and function words
_FUNCTION_WORDS = frozenset(
    "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they "
    "which one you were her all she there would their we him been has when who will more no if out so said what "
    "der die und den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass "
    "la le les et des en un une du que dans qui pour au el los las y por con para".split()
)
_TAGS = ("p", "li", "h1", "h2", "h3", "td", "div", "figcaption", "blockquote", "button", "pre", "line")
_AROUND = (
    "article",
    "main",
    "nav",
    "header",
    "footer",
    "aside",
    "form",
    "ul",
    "table",
    "figure",
    "section",
    "a",
)
_HEADINGS = {"h4": "h3", "h5": "h3", "h6": "h3", "th": "td", "dt": "li", "dd": "li", "caption": "figcaption"}

SHAPE = (
    "chars", "words", "word_length", "commas", "stops", "ends_sentence", "ends_colon", "capitals", "title_case",
    "digits", "function_words", "bullet", "quote", "pipe", "repeats", "is_title", "question",
)  # fmt: skip
PLACE = ("index", "index_from_end", "chars_before", "gap")
NEIGHBOUR = ("chars", "words", "ends_sentence", "title_case", "function_words", "bullet")
DOM = (
    "link_density", "depth", "hidden",
    *(f"tag_{tag}" for tag in _TAGS), *(f"in_{tag}" for tag in _AROUND), "twins", "copies_before",
)  # fmt: skip
DOM_NEIGHBOUR = ("link_density",)
DOCUMENT = ("blocks", "short_share", "sentence_share", "median_chars", "gap_share", "repeat_share", "bullet_share")
_OFFSETS = (-2, -1, 1, 2)
_WINDOW = 4
_SHORT = 40  # characters below which a line of running prose is rare
_FAR = 400  # blocks from a page's ends, and in it, beyond which all are alike: the trees have hardly seen more
_MANY_TWINS = 250  # the same for blocks of one style; further out, paragraphs of long articles went for comments
_TAGS_READ = 12  # elements around a block whose tags the mark-up model reads
_LEVELS = (*range(5), *(5,) * _TAGS_READ)  # of the elements around a block: far out all are alike
_LETTERS_READ = 200  # characters of a block that are measured for capitals and digits
_REMEMBERED = 1000  # characters of a block whose shape is remembered
_SHAPE_ROW, _TAG_ROW = Struct(f"{len(SHAPE)}f"), Struct(f"{1 + len(_TAGS) + len(_AROUND)}f")
_CAPITALS, _DIGITS = bytes(range(65, 91)), bytes(range(48, 58))


def _near(names: Sequence[str]) -> tuple[str, ...]:
    """Names of neighbour columns: each measure at each offset, then averaged over the window on either side."""
    return (
        *(f"{name}@{offset:+d}" for offset in _OFFSETS for name in names),
        *(f"{name}@{side}" for side in ("above", "below") for name in names),
    )


TEXT_FEATURES = (*SHAPE, *PLACE, *_near(NEIGHBOUR), *DOCUMENT)
PAGE_FEATURES = (*TEXT_FEATURES, *DOM, *_near(DOM_NEIGHBOUR))


@dataclass(frozen=True, slots=True)
class _Chunk:
    """The blocks of several documents one after the other, and how many each document has.

    Attributes:
        sizes: characters of each block.
        same: a number for the text of each block, the same for equal ones of a document.
        owners: for each block the number of its document.
        starts: for each document the place of its first block.
    """

    blocks: Sequence[Block]
    sizes: Places
    same: Places
    counts: Places
    owners: Places
    starts: Places


def text_rows(blocks: Sequence[Block], title: str | None = None) -> Matrix:
    """(n, len(TEXT_FEATURES)) rows of the lines of one text, in order."""
    return texts_rows([blocks], [title])


def page_rows(blocks: Sequence[Block], title: str | None = None) -> Matrix:
    """(n, len(PAGE_FEATURES)) rows of the blocks of one page, in document order."""
    return pages_rows([blocks], [title])


def texts_rows(texts: Sequence[Sequence[Block]], titles: Sequence[str | None]) -> Matrix:
    """(n, len(TEXT_FEATURES)) rows of all texts' lines; cheaper than `text_rows` one by one, and equal to it."""
    return _text_columns(_chunk(texts), titles).T


def pages_rows(pages: Sequence[Sequence[Block]], titles: Sequence[str | None]) -> Matrix:
    """(n, len(PAGE_FEATURES)) rows of all pages' blocks; cheaper than `page_rows` one by one, and equal to it."""
    chunk = _chunk(pages)
    dom = _doms(chunk)
    near = _neighbours(_pick(dom, DOM, DOM_NEIGHBOUR), chunk)
    return np.vstack([_text_columns(chunk, titles), dom, near]).T


def wording(block: Block) -> str:
    """What the wording model reads of a block: its first and last words, digits made alike."""
    words = block.text.split()
    if len(words) > 2 * _EDGE_WORDS:
        words = [*words[:_EDGE_WORDS], "…", *words[-_EDGE_WORDS:]]
    told = " ".join(words).lower()
    for digit in "123456789":  # twice as fast as one translation, which looks at every character
        told = told.replace(digit, "0")
    return told


def surroundings(block: Block) -> str:
    r"""What the mark-up model reads of a block: tags and names around it, each with the level that it stands at.

    What `sidebar` says of a block depends on how far out it stands. Names are there by themselves too, and in pairs.

    Returns:
        Marks with a space between them: a line for the tags, then one for the names of each element.

    >>> surroundings(Block("Tide", "p", 1, ancestors=("p", "div"), names="lead\tpost body"))
    'p 0<p 1<div\n0lead lead\n1post post 1body body post_body'
    """
    return _marks(block.tag, block.ancestors[:_TAGS_READ], block.names)


def with_neighbours(scores: Matrix, counts: Sequence[int] | None = None) -> Matrix:
    """(n, k) scores of blocks beside those of their neighbours: (n, k * (1 + offsets + sides)).

    Args:
        counts: how many blocks each document has; by default all are of one.
    """
    chunk = _spread([], [len(scores)] if counts is None else counts)
    columns = np.ascontiguousarray(scores.T)
    return np.vstack([columns, _neighbours(columns, chunk)]).T


def _chunk(documents: Sequence[Sequence[Block]]) -> _Chunk:
    return _spread(list(chain.from_iterable(documents)), [len(blocks) for blocks in documents])


def _spread(blocks: Sequence[Block], counts: Sequence[int]) -> _Chunk:
    numbers = np.array(counts, dtype=np.int64)
    owners = np.repeat(np.arange(len(numbers)), numbers)
    sizes = np.array([len(block.text) for block in blocks], dtype=np.int64)
    same = _numbered(zip(owners.tolist(), [block.text for block in blocks], strict=False))  # scores have no blocks
    return _Chunk(blocks, sizes, same, numbers, owners, np.cumsum(numbers) - numbers)


@lru_cache(maxsize=8192)  # a page has some dozens of them
def _marks(tag: str, around: tuple[str, ...], names: str) -> str:
    lines = map(_names, _LEVELS, names.split(NAMES_END))
    return "\n".join([f"{tag} {_tags(around)}".rstrip(), *filter(None, lines)])


@lru_cache(maxsize=4096)  # few combinations of tags stand around most blocks
def _tags(around: tuple[str, ...]) -> str:
    return " ".join(map("{}<{}".format, _LEVELS, around))


@lru_cache(maxsize=8192)
def _names(level: int, names: str) -> str:
    words = names.split()
    return " ".join([*(f"{mark}{word}" for word in words for mark in (level, "")), *map("_".join, pairwise(words))])


def _text_columns(chunk: _Chunk, titles: Sequence[str | None]) -> Columns:
    """(len(TEXT_FEATURES), n): what pages and texts share."""
    gaps = np.array([block.gap for block in chunk.blocks], dtype=np.float32)
    shape = _shapes(chunk, titles)
    near = _neighbours(_pick(shape, SHAPE, NEIGHBOUR), chunk)
    return np.vstack([shape, _places(chunk, gaps), near, _documents(chunk, shape, gaps)])


def _shapes(chunk: _Chunk, titles: Sequence[str | None]) -> Columns:
    """(len(SHAPE), n): what can be seen of each block alone, and whether it is said again or is the headline."""
    texts = [block.text for block in chunk.blocks]
    rows = [_remembered_shape(text) if len(text) <= _REMEMBERED else _shape(text) for text in texts]
    shape = _unpacked(rows, len(SHAPE)).copy()
    shape[SHAPE.index("repeats")] = np.bincount(chunk.same)[chunk.same] - 1
    headlines = [" ".join((title or "").split()).casefold() for title in titles]
    owners = chunk.owners.tolist()
    shape[SHAPE.index("is_title")] = [
        headlines[owner] != "" and text.casefold() == headlines[owner]
        for owner, text in zip(owners, texts, strict=True)
    ]
    return shape


def _unpacked(rows: Iterable[bytes], measures: int) -> Columns:
    """(measures, n): remembered rows are packed floats, since to join them is ten times as fast as to convert each."""
    return np.frombuffer(b"".join(rows), dtype=np.float32).reshape(-1, measures).T


def _shape(text: str) -> bytes:
    words = text.split()[:_WORDS_READ]
    size, count, spaces = len(text), len(words), text.count(" ")
    capitals, digits = _capitals_and_digits(text[:_LETTERS_READ])
    end = text.rstrip("\"'”’»)]")[-1:]
    return _SHAPE_ROW.pack(
        log1p(size),
        log1p(spaces + 1),
        size / (spaces + 1),
        text.count(",") / count,
        (text.count(". ") + text.count("! ") + text.count("? ")) / count,
        end != "" and end in ".!?…",
        end == ":",
        capitals / min(size, _LETTERS_READ),
        sum(map(str.isupper, map(itemgetter(0), words))) / count,
        digits / min(size, _LETTERS_READ),
        sum(map(_FUNCTION_WORDS.__contains__, map(str.lower, words))) / count,
        text[0] in "-*•·▪◦–»›>",
        text[0] in "\"'“‘«",
        text.count("|") + text.count("›") + text.count("»") + text.count("·"),
        0,  # repeats and is_title depend on the document: `_shapes` fills them in
        0,
        end == "?",
    )


# Menus repeat over a site, and a text is read once more after each round of cleaning. Long blocks are not
# remembered: they hardly repeat, and would take memory without a limit.
_remembered_shape = lru_cache(maxsize=8192)(_shape)


def _capitals_and_digits(text: str) -> tuple[int, int]:
    """How many capitals and digits a text has; in ASCII, deleting bytes is faster than asking each character."""
    if not text.isascii():
        return sum(map(str.isupper, text)), sum(map(str.isdigit, text))
    letters = text.encode("ascii")
    size = len(letters)
    return size - len(letters.translate(None, _CAPITALS)), size - len(letters.translate(None, _DIGITS))


def _numbered(keys: Iterable[Hashable]) -> Places:
    """A number for each key, the same for equal ones, in order of first sight."""
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(key, len(seen)) for key in keys], dtype=np.int64)


def _places(chunk: _Chunk, gaps: Columns) -> Columns:
    """(len(PLACE), n): where each block stands; counts are logarithms, shares are 0..1."""
    sizes = chunk.sizes
    order = np.arange(len(sizes)) - chunk.starts[chunk.owners]
    left = chunk.counts[chunk.owners] - 1 - order
    totals = _sums(sizes, chunk)
    before = np.cumsum(sizes) - sizes - (np.cumsum(totals) - totals)[chunk.owners]
    shares = before / np.maximum(totals, 1)[chunk.owners]
    far = [np.log1p(np.minimum(count, _FAR)) for count in (order, left)]
    return np.array([*far, shares, gaps], dtype=np.float32)


def _sums(values: NDArray[Any], chunk: _Chunk) -> NDArray[np.float64]:
    """(documents,) sums over the blocks of each document."""
    return np.asarray(np.bincount(chunk.owners, weights=values, minlength=len(chunk.counts)), dtype=np.float64)


def _pick(columns: Columns, names: Sequence[str], wanted: Sequence[str]) -> Columns:
    return columns[[names.index(name) for name in wanted]]


def _neighbours(columns: Columns, chunk: _Chunk) -> Columns:
    """Each measure at `_OFFSETS`, then its mean over `_WINDOW` blocks above and below; -1 off a document's edge."""
    pad = max(*_OFFSETS, _WINDOW)  # between two documents, so that none looks into the next
    places = np.arange(columns.shape[1]) + pad * chunk.owners
    width = columns.shape[1] + pad * (len(chunk.counts) - 1)
    padded = np.full((len(columns), pad + width + pad), -1, dtype=np.float32)
    padded[:, pad + places] = columns
    near = {step: padded[:, pad + step : pad + step + width] for step in range(-pad, pad + 1) if step}
    above = sum(near[-step] for step in range(1, _WINDOW + 1)) / _WINDOW
    below = sum(near[step] for step in range(1, _WINDOW + 1)) / _WINDOW
    return np.vstack([*(near[offset] for offset in _OFFSETS), above, below])[:, places]


def _documents(chunk: _Chunk, shape: Columns, gaps: Columns) -> Columns:
    """(len(DOCUMENT), n): the same for every block of a document; it tells which situation the text is in."""
    ends, repeats, bullets = (shape[SHAPE.index(name)] for name in ("ends_sentence", "repeats", "bullet"))
    sizes, counts = chunk.sizes, np.maximum(chunk.counts, 1)
    spans = zip(chunk.starts, chunk.starts + chunk.counts, strict=True)
    rows = (
        np.log1p(np.minimum(chunk.counts, _FAR)),
        _sums(sizes < _SHORT, chunk) / counts,
        _sums(ends * sizes, chunk) / np.maximum(_sums(sizes, chunk), 1),
        np.log1p([np.median(sizes[start:end]) if start < end else 0.0 for start, end in spans]),
        _sums(gaps, chunk) / counts,
        _sums(repeats > 0, chunk) / counts,
        _sums(bullets, chunk) / counts,
    )
    return np.array(rows, dtype=np.float32)[:, chunk.owners]


def _doms(chunk: _Chunk) -> Columns:
    """(len(DOM), n): what the mark-up says of each block."""
    blocks, owners = chunk.blocks, chunk.owners.tolist()
    letters = [len(block.text) - block.text.count(" ") for block in blocks]
    links = np.minimum(np.array([block.link_chars for block in blocks]) / np.maximum(letters, 1), 1.0)
    hidden = ["hidden" in block.names for block in blocks]
    tags = [_tag_marks(block.tag, block.ancestors) for block in blocks]
    depth, *marks = _unpacked(tags, 1 + len(_TAGS) + len(_AROUND))
    styles = _numbered((owner, block.tag, block.names) for owner, block in zip(owners, blocks, strict=True))
    alike = np.log1p(np.minimum(np.bincount(styles)[styles], _MANY_TWINS))
    return np.array([links, depth, hidden, *marks, alike, _copies_before(chunk.same)], dtype=np.float32)


def _copies_before(same: Places) -> NDArray[Any]:
    """How many blocks with the same text stand before each: pages repeat a text for phones."""
    order = np.argsort(same, kind="stable")
    firsts = np.searchsorted(same[order], same[order])
    before = np.empty(len(same))
    before[order] = np.arange(len(same)) - firsts
    return before


@lru_cache(maxsize=8192)  # a page has some dozens of them
def _tag_marks(tag: str, ancestors: tuple[str, ...]) -> bytes:
    """How deep a block stands, then which of `_TAGS` it is and which of `_AROUND` are around it."""
    named = _HEADINGS.get(tag, tag)
    return _TAG_ROW.pack(len(ancestors), *(named == name for name in _TAGS), *(name in ancestors for name in _AROUND))
