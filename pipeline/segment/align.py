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
        keys: letters and digits of each block.
        lines: the lines that stand for a block, or for the run of blocks that begins there.
        covered: blocks that some line stands for.
        orphans: lines that no block explains, by the block they came after (-1: before all).
    """

    keys: list[str]
    places: dict[str, list[int]]
    lines: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    covered: set[int] = field(default_factory=set)
    orphans: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    cursor: int = -1


def mark_kept(blocks: Sequence[Block], lines: Sequence[str], preset: int, *, rewrite: bool) -> list[Block]:
    """Flag the blocks that a preset's lines stand for; with `rewrite`, the lines replace those blocks.

    Lines are looked for after the line before them first, since extractors keep reading order. Lines that no
    block explains become blocks of their own when rewriting, so that nothing that was kept is lost.
    """
    keys = [_key(block.text) for block in blocks]
    places: dict[str, list[int]] = defaultdict(list)
    for index, key in enumerate(keys):
        places[key].append(index)
    state = _Alignment(keys, places)
    for line in lines:
        _place(line, state)
    if rewrite:
        return list(_rewritten(blocks, state, preset))
    return [_flagged(block, preset) if index in state.covered else block for index, block in enumerate(blocks)]


def _place(line: str, state: _Alignment) -> None:
    """Find the blocks of one line and note them."""
    found = _find(_key(line), state)
    if not found:
        state.orphans[state.cursor].append(line)
        return
    state.lines[found[0]].append(line)
    state.covered.update(found)
    state.cursor = found[-1]


def _find(key: str, state: _Alignment) -> Sequence[int]:
    """The blocks that a line stands for, in order; empty when there are none."""
    if not key:
        return ()
    same = state.places.get(key, [])
    later = same[bisect_right(same, state.cursor) :]
    exact = next((index for index in (*later, *same) if index not in state.covered), None)
    if exact is not None:
        return (exact,)
    near = range(max(state.cursor - _REACH, 0), min(state.cursor + _REACH, len(state.keys)))
    for start in near:
        if state.keys[start] and key.startswith(state.keys[start]):
            end = _joined(key, state.keys, start)
            if end is not None:
                return range(start, end)
        if len(key) >= _PIECE and key in state.keys[start]:
            return (start,)
    return _scattered(key, state, near)


def _joined(key: str, keys: Sequence[str], start: int) -> int | None:
    """The end of the run of blocks from `start` whose keys joined are `key`."""
    length = 0
    for index in range(start, len(keys)):
        if not key.startswith(keys[index], length):
            return None
        length += len(keys[index])
        if length == len(key):
            return index + 1
    return None


def _scattered(key: str, state: _Alignment, near: range) -> Sequence[int]:
    """Blocks of which a line was put together with others left out: a table row without its empty parts."""
    parts = [
        index
        for index in near
        if len(state.keys[index]) >= _PIECE and index not in state.covered and state.keys[index] in key
    ]
    if not parts:
        return ()
    return [
        index for index in range(parts[0], parts[-1] + 1) if index not in state.covered and state.keys[index] in key
    ]


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
