"""Feature rows of blocks: what the chrome model sees of a page's blocks and of a text's lines.

Names stand beside the code that computes them; training and cleaning call the same functions. A row
describes one block, its place, its neighbours and the document it is in; wording enters through the scores
of linear models that `chrome` fits (`WORDING`), since their weights are learned.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.document import Block
from pipeline.extract import PRESETS

Matrix = NDArray[np.float32]

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
    *(f"kept_{preset}" for preset in PRESETS), "link_density", "depth", "hidden",
    *(f"tag_{tag}" for tag in _TAGS), *(f"in_{tag}" for tag in _AROUND),
    "twins", "twins_kept", "since_kept", "until_kept", "before_first_kept", "after_last_kept",
)  # fmt: skip
DOM_NEIGHBOUR = (*(f"kept_{preset}" for preset in PRESETS), "link_density")
DOCUMENT = ("blocks", "short_share", "sentence_share", "median_chars", "gap_share", "repeat_share", "bullet_share")
DOM_DOCUMENT = (*(f"kept_share_{preset}" for preset in PRESETS), "preset_gap")
_OFFSETS = (-2, -1, 1, 2)
_WINDOW = 4
_SHORT = 40  # characters below which a line of running prose is rare


def _near(names: Sequence[str]) -> tuple[str, ...]:
    """Names of neighbour columns: each measure at each offset, then averaged over the window on either side."""
    return (
        *(f"{name}@{offset:+d}" for offset in _OFFSETS for name in names),
        *(f"{name}@{side}" for side in ("above", "below") for name in names),
    )


TEXT_FEATURES = (*SHAPE, *PLACE, *_near(NEIGHBOUR), *DOCUMENT)
PAGE_FEATURES = (*TEXT_FEATURES, *DOM, *_near(DOM_NEIGHBOUR), *DOM_DOCUMENT)


def text_rows(blocks: Sequence[Block], title: str | None = None) -> Matrix:
    """(n, len(TEXT_FEATURES)) rows of the lines of one text, in order."""
    if not blocks:
        return np.zeros((0, len(TEXT_FEATURES)), dtype=np.float32)
    shape = _shapes(blocks, title)
    columns = [shape, _places(blocks), _neighbours(_pick(shape, SHAPE, NEIGHBOUR)), _documents(blocks, shape)]
    return np.hstack(columns)


def page_rows(blocks: Sequence[Block], title: str | None = None) -> Matrix:
    """(n, len(PAGE_FEATURES)) rows of the blocks of one page, in document order."""
    if not blocks:
        return np.zeros((0, len(PAGE_FEATURES)), dtype=np.float32)
    dom = _doms(blocks)
    near = _neighbours(_pick(dom, DOM, DOM_NEIGHBOUR))
    return np.hstack([text_rows(blocks, title), dom, near, _dom_documents(blocks)])


def wording(block: Block) -> str:
    """What the wording model reads of a block: its first and last words, digits made alike."""
    words = block.text.split()
    if len(words) > 2 * _EDGE_WORDS:
        words = [*words[:_EDGE_WORDS], "…", *words[-_EDGE_WORDS:]]
    return " ".join(words).lower().translate(_DIGITS_ALIKE)


def surroundings(block: Block) -> str:
    """What the mark-up model reads of a block: tags and the words of classes and ids around it."""
    return f"{block.tag} {' '.join(f'<{tag}>' for tag in block.ancestors[:4])} {block.names}"


def with_neighbours(scores: Matrix) -> Matrix:
    """(n, k) scores of one document's blocks beside those of their neighbours: (n, k * (1 + offsets + sides))."""
    return np.hstack([scores, _neighbours(scores)])


_DIGITS_ALIKE = {ord(digit): "0" for digit in "123456789"}


def _shapes(blocks: Sequence[Block], title: str | None) -> Matrix:
    """(n, len(SHAPE)): what can be seen of each block alone."""
    seen = Counter(block.text for block in blocks)
    headline = " ".join((title or "").split()).casefold()
    rows = [_shape(block, seen[block.text], headline) for block in blocks]
    return np.array(rows, dtype=np.float32).reshape(len(blocks), len(SHAPE))


def _shape(block: Block, repeats: int, headline: str) -> tuple[float, ...]:
    text = block.text
    words = text.split()[:_WORDS_READ]
    size, count = len(text), len(words)
    end = text.rstrip("\"'”’»)]")[-1:]
    return (
        np.log1p(size),
        np.log1p(text.count(" ") + 1),
        size / (text.count(" ") + 1),
        text.count(",") / count,
        (text.count(". ") + text.count("! ") + text.count("? ")) / count,
        bool(end) and end in ".!?…",
        end == ":",
        sum(map(str.isupper, text[:200])) / min(size, 200),
        sum(word[0].isupper() for word in words) / count,
        sum(map(str.isdigit, text[:200])) / min(size, 200),
        sum(word.lower() in _FUNCTION_WORDS for word in words) / count,
        text[0] in "-*•·▪◦–»›>",
        text[0] in "\"'“‘«",
        text.count("|") + text.count("›") + text.count("»") + text.count("·"),
        repeats - 1,
        bool(headline) and text.casefold() == headline,
        end == "?",
    )


def _places(blocks: Sequence[Block]) -> Matrix:
    """(n, len(PLACE)): where each block stands; counts are logarithms, shares are 0..1."""
    n = len(blocks)
    order = np.arange(n)
    sizes = np.array([len(block.text) for block in blocks])
    before = (np.cumsum(sizes) - sizes) / max(sizes.sum(), 1)
    gaps = np.array([block.gap for block in blocks])
    return np.column_stack([np.log1p(order), np.log1p(n - 1 - order), before, gaps]).astype(np.float32)


def _pick(rows: Matrix, names: Sequence[str], wanted: Sequence[str]) -> Matrix:
    return rows[:, [names.index(name) for name in wanted]]


def _neighbours(rows: Matrix) -> Matrix:
    """Each measure at `_OFFSETS`, then its mean over `_WINDOW` blocks above and below; -1 off the edge."""
    n, width = rows.shape
    pad = max(*_OFFSETS, _WINDOW)
    padded = np.full((n + 2 * pad, width), -1, dtype=np.float32)
    padded[pad : pad + n] = rows
    shifted = [padded[pad + offset : pad + offset + n] for offset in _OFFSETS]
    above = sum(padded[pad - step : pad - step + n] for step in range(1, _WINDOW + 1)) / _WINDOW
    below = sum(padded[pad + step : pad + step + n] for step in range(1, _WINDOW + 1)) / _WINDOW
    return np.hstack([*shifted, above, below]).astype(np.float32)


def _documents(blocks: Sequence[Block], shape: Matrix) -> Matrix:
    """(n, len(DOCUMENT)): the same row for every block; it tells which situation the text is in."""
    sizes = np.array([len(block.text) for block in blocks])
    ends = shape[:, SHAPE.index("ends_sentence")]
    row = (
        np.log1p(len(blocks)),
        float(np.mean(sizes < _SHORT)),
        float((ends * sizes).sum() / max(sizes.sum(), 1)),
        float(np.log1p(np.median(sizes))),
        float(np.mean([block.gap for block in blocks])),
        float(np.mean(shape[:, SHAPE.index("repeats")] > 0)),
        float(np.mean(shape[:, SHAPE.index("bullet")])),
    )
    return np.tile(np.array(row, dtype=np.float32), (len(blocks), 1))


def _doms(blocks: Sequence[Block]) -> Matrix:
    """(n, len(DOM)): what the mark-up and trafilatura say of each block."""
    n = len(blocks)
    styles = [(block.tag, block.names) for block in blocks]
    twins, twins_kept = (
        Counter(styles),
        Counter(style for style, block in zip(styles, blocks, strict=True) if block.kept[0]),
    )
    kept = np.array([block.kept for block in blocks], dtype=np.float32).reshape(n, len(PRESETS))
    marks = np.array([_dom(block) for block in blocks], dtype=np.float32)
    repeated = np.array([(np.log1p(twins[style]), twins_kept[style] / twins[style]) for style in styles])
    return np.hstack([kept, marks, repeated, _distances(kept[:, 0])]).astype(np.float32)


def _dom(block: Block) -> tuple[float, ...]:
    tag = _HEADINGS.get(block.tag, block.tag)
    around = set(block.ancestors)
    letters = len(block.text) - block.text.count(" ")
    return (
        min(block.link_chars / max(letters, 1), 1.0),
        len(block.ancestors),
        "hidden" in block.names,
        *(tag == name for name in _TAGS),
        *(name in around for name in _AROUND),
    )


def _distances(kept: NDArray[np.float32]) -> Matrix:
    """(n, 4): log blocks since and until one that trafilatura kept, and whether none came yet or comes still."""
    n = len(kept)
    order = np.arange(n)
    last = np.maximum.accumulate(np.where(kept > 0, order, -1))
    following = np.minimum.accumulate(np.where(kept > 0, order, 2 * n)[::-1])[::-1]
    since = np.where(last < 0, n, order - last)
    until = np.where(following >= n, n, following - order)
    return np.column_stack([np.log1p(since), np.log1p(until), last < 0, following >= n]).astype(np.float32)


def _dom_documents(blocks: Sequence[Block]) -> Matrix:
    """(n, len(DOM_DOCUMENT)): share of the page's characters that each preset keeps, and their difference."""
    sizes = np.array([len(block.text) for block in blocks], dtype=np.float32)
    kept = np.array([block.kept for block in blocks], dtype=np.float32).reshape(len(blocks), len(PRESETS))
    shares = (kept * sizes[:, None]).sum(axis=0) / max(float(sizes.sum()), 1.0)
    row = np.append(shares, shares[-1] - shares[0])
    return np.tile(row.astype(np.float32), (len(blocks), 1))
