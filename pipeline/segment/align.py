"""Aligns the lines that an extractor kept with the blocks of the page: which blocks do they stand for?

Extractors merge blocks (table rows, text cut by inline containers), split them (line breaks) and repair broken
mark-up, so texts are compared by their letters and digits only.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pipeline.document import Block
from pipeline.extract import PRESETS

_REACH = 200  # blocks before and after the last match in which a joined or split line is looked for
_PIECE = 12  # letters that tell a piece of a longer text from a chance
_REST_SHARE = 0.2  # share of a block that no line stands for, from which the rest stays a block of its own


@dataclass(slots=True)
class _Alignment:
    """What has been matched so far.

    Attributes:
        texts: the blocks' texts.
        keys: letters and digits of each block; the text itself where it has none.
        lines: the lines that stand for a block, or for the run of blocks that begins there.
        covered: blocks that some line stands for.
        orphans: lines that no block explains, by the block they came after (-1: before all).
        heads: for each key how many of its places are used up, so that equal blocks are not walked again.
        offsets: how far into a block its lines have come.
    """

    texts: list[str]
    keys: list[str]
    places: dict[str, list[int]]
    lines: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    covered: set[int] = field(default_factory=set)
    orphans: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    heads: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    offsets: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    cursor: int = -1


def mark_kept(blocks: Sequence[Block], lines: Sequence[str], preset: int, *, rewrite: bool) -> list[Block]:
    """Flag the blocks that a preset's lines stand for; with `rewrite`, the lines replace those blocks.

    Lines are looked for after the line before them first, since extractors keep reading order. Lines that no
    block explains become blocks of their own when rewriting, so that nothing that was kept is lost.
    """
    texts = [block.text for block in blocks]
    keys = [_key(text) or text for text in texts]
    places: dict[str, list[int]] = defaultdict(list)
    for index, key in enumerate(keys):
        places[key].append(index)
    state = _Alignment(texts, keys, places)
    for line in lines:
        _place(line, state)
    if rewrite:
        return list(_rewritten(blocks, state, preset))
    return [_flagged(block, preset) if index in state.covered else block for index, block in enumerate(blocks)]


def _place(line: str, state: _Alignment) -> None:
    """Find the blocks of one line and note them."""
    found = _find(line, state)
    if not found:
        state.orphans[state.cursor].append(line)
        return
    state.lines[found[0]].append(line)
    state.covered.update(found)
    state.cursor = found[-1]


def _find(line: str, state: _Alignment) -> Sequence[int]:
    """The blocks that a line stands for, in order; empty when there are none."""
    key = _key(line) or line
    exact = _exact(key, state)
    if exact is not None:
        return (exact,)
    near = range(max(state.cursor - _REACH, 0), min(state.cursor + _REACH, len(state.keys)))
    for start in near:
        if key.startswith(state.keys[start]) and start not in state.covered:
            end = _joined(line, key, state, start)
            if end is not None:
                return range(start, end)
        if len(key) >= _PIECE and _is_piece(key, state, start):
            return (start,)
    return _scattered(key, state, near)


def _exact(key: str, state: _Alignment) -> int | None:
    """The next block with this very text that no line stands for yet, or else the first such block."""
    same = state.places.get(key, [])
    head = state.heads[key]
    while head < len(same) and same[head] in state.covered:
        head += 1
    state.heads[key] = head
    later = bisect_right(same, state.cursor, head)
    while later < len(same) and same[later] in state.covered:
        later += 1
    if later < len(same):
        return same[later]
    return same[head] if head < len(same) else None


def _is_piece(key: str, state: _Alignment, start: int) -> bool:
    """Whether a line is the next piece of a block, or any piece of it."""
    if len(key) >= len(state.keys[start]):
        return False
    place = state.keys[start].find(key, state.offsets[start])
    if place < 0:
        return False
    state.offsets[start] = place + len(key)
    return True


def _joined(line: str, key: str, state: _Alignment, start: int) -> int | None:
    """The end of the run of blocks from `start` whose letters joined are `key`; marks between them are theirs."""
    length = 0
    for index in range(start, len(state.keys)):
        letters = _key(state.texts[index])
        if index in state.covered or not key.startswith(letters, length):
            return None
        length += len(letters)
        if length == len(key):
            end = index + 1
            while end < len(state.keys) and not _key(state.texts[end]) and line.rstrip(" |").endswith(state.texts[end]):
                end += 1
            return end
    return None


def _scattered(key: str, state: _Alignment, near: range) -> Sequence[int]:
    """Blocks of which a line was put together with others left out: a table row without its empty parts.

    The parts must follow each other in the line; a short one must stand exactly where the one before it ended.
    """
    parts: list[int] = []
    place = 0
    for index in near:
        letters = state.keys[index]
        if index in state.covered:
            continue
        if len(letters) >= _PIECE:
            found = key.find(letters, place)
        else:
            found = place if parts and key.startswith(letters, place) else -1
        if found >= 0:
            parts.append(index)
            place = found + len(letters)
    return parts


def _rewritten(blocks: Sequence[Block], state: _Alignment, preset: int) -> Iterator[Block]:
    """The blocks with the lines in place of those that they stand for, orphans where they came."""
    yield from (_orphan(line, preset) for line in state.orphans[-1])
    for index, block in enumerate(blocks):
        if index not in state.covered:
            yield block
        lines = state.lines.get(index, ())
        yield from (_flagged(replace(block, text=line), preset) for line in lines)
        rest = _rest(block, lines) if lines else ""
        if rest:
            yield replace(block, text=rest)
        yield from (_orphan(line, preset) for line in state.orphans.get(index, ()))


def _rest(block: Block, lines: Sequence[str]) -> str:
    """What of a block no line stands for, when it is a good part of it."""
    if sum(len(line) for line in lines) >= (1 - _REST_SHARE) * len(block.text):
        return ""
    rest = block.text
    for line in lines:
        rest = rest.replace(line, " ", 1)
    return " ".join(rest.split())


def _flagged(block: Block, preset: int) -> Block:
    return replace(block, kept=(*block.kept[:preset], True, *block.kept[preset + 1 :]))


def _orphan(line: str, preset: int) -> Block:
    return _flagged(Block(text=line, tag="line", line=0, kept=(False,) * len(PRESETS)), preset)


def _key(text: str) -> str:
    """Letters and digits only, case folded."""
    return "".join(filter(str.isalnum, text)).casefold()
