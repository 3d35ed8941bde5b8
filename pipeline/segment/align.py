"""Aligns the lines that an extractor kept with the blocks of the page: which blocks do they stand for?

Extractors merge blocks (table rows, text cut by inline containers), split them (line breaks) and repair broken
mark-up, so texts are compared by their letters and digits only.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.document import Block
from pipeline.segment.rows import is_blank, is_layout

_REACH = 200  # blocks before and after the last match in which a joined or split line is looked for
_PIECE = 12  # letters that tell a piece of a longer text from a chance
_REST_SHARE = 0.2  # share of a block that no line stands for, from which the rest stays a block of its own
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# Deletes all ASCII characters that are neither letters nor digits: three times as fast as asking each.
_ASCII_MARKS = dict.fromkeys(code for code in range(128) if not chr(code).isalnum())


@dataclass(slots=True)
class _Alignment:
    """What has been matched so far of one preset's lines.

    Attributes:
        keys: letters and digits of each block; the text itself where it has none.
        letters: the same, but empty where there are none.
        places: the blocks that have a key, in order.
        lines: the lines that stand for a block, or for the run of blocks that begins there.
        own: kept blocks that stay as the page shows them.
        covered: blocks that some line stands for.
        alone: lines that stand for the whole of one block.
        orphans: lines that no block explains, by the block they came after (-1: before all).
        heads: for each key how many of its places are used up, so that equal blocks are not walked again.
        offsets: how far into a block its lines have come.
    """

    blocks: Sequence[Block]
    keys: list[str]
    letters: list[str]
    places: dict[str, list[int]]
    lines: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    own: set[int] = field(default_factory=set)
    covered: set[int] = field(default_factory=set)
    alone: set[str] = field(default_factory=set)
    orphans: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    heads: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    offsets: dict[int, int] = field(default_factory=dict)
    cursor: int = -1


def mark_kept(blocks: Sequence[Block], kept: Sequence[Sequence[str]]) -> list[Block]:
    """Flag the blocks that each preset's lines stand for, put the first preset's lines in their place, and number all.

    Lines are looked for after the line before them first, since extractors keep reading order. Lines of the first
    preset that no block explains become blocks of their own, so that nothing that was kept is lost. A heading is
    kept once, and a table row that lays out the page gives way to the blocks in its cells.

    Args:
        blocks: of one page, in document order.
        kept: for each preset the lines that it kept, in order.
    """
    letters = [_letters(block.text) for block in blocks]
    keys = [key or block.text for key, block in zip(letters, blocks, strict=True)]
    places: dict[str, list[int]] = defaultdict(list)
    for index, key in enumerate(keys):
        places[key].append(index)
    states = [_aligned(lines, _Alignment(blocks, keys, letters, places)) for lines in kept]
    return [
        Block(text, block.tag, number, block.gap, block.ancestors, block.names, block.link_chars, flags)
        for number, (block, text, flags) in enumerate(_rewritten(blocks, states), 1)
    ]


def _aligned(lines: Sequence[str], state: _Alignment) -> _Alignment:
    before = ""
    for line in lines:
        _place(line, state, before)
        before = line
    return state


def _place(line: str, state: _Alignment, before: str) -> None:
    """Find the blocks of one line and note them, unless it holds nothing or repeats a heading."""
    if is_blank(line):
        return
    key = _letters(line) or line
    exact = _exact(key, state)
    if line in state.alone and _repeats_heading(key, exact, state, is_next=line == before):
        return
    found = _near(line, key, state) if exact is None else (exact,)
    if found:
        _note(line, found, state, key=key)
    else:
        state.orphans[state.cursor].append(line)


def _repeats_heading(key: str, exact: int | None, state: _Alignment, *, is_next: bool) -> bool:
    """Whether a line that was kept before is a heading's: one that follows itself, or that the page shows no more."""
    if exact is None:
        return state.blocks[state.places[key][0]].tag in _HEADINGS
    return is_next and state.blocks[exact].tag in _HEADINGS


def _note(line: str, found: Sequence[int], state: _Alignment, *, key: str) -> None:
    """Remember what a line stands for, and whether it or its blocks are to be written."""
    state.covered.update(found)
    state.cursor = found[-1]
    parts = [state.letters[index] for index in found if state.letters[index]]
    size = sum(map(len, parts))
    is_alone = len(found) == 1 and size == len(key)
    if is_alone:
        state.alone.add(line)
    is_table = (1 - _REST_SHARE) * len(key) <= size <= len(key) and is_layout(line, len(parts))
    if is_table or (is_alone and _lost_marks(line, state.blocks[found[0]].text)):
        state.own.update(found)
    else:
        state.lines[found[0]].append(line)


def _lost_marks(line: str, text: str) -> bool:
    """Whether a line is a block without its unseen marks: trafilatura drops those that join letters or turn direction.

    Persian words are misspelt without them.
    """
    return not text.isprintable() and line == " ".join("".join(filter(str.isprintable, text)).split())


def _near(line: str, key: str, state: _Alignment) -> Sequence[int]:
    """The blocks around the last match that a line was joined or cut from, in order; empty when there are none."""
    near = range(max(state.cursor - _REACH, 0), min(state.cursor + _REACH, len(state.keys)))
    for start in near:
        block = state.keys[start]
        if key.startswith(block) and start not in state.covered:
            end = _joined(key, state, start)
            if end is not None:
                return range(start, _with_marks(line, state, end))
        if _PIECE <= len(key) < len(block) and _is_piece(key, state, start):
            return (start,)
    return _scattered(key, state, near)


def _exact(key: str, state: _Alignment) -> int | None:
    """The next block with this very text that no line stands for yet, or else the first such block."""
    same = state.places.get(key)
    if same is None:
        return None
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
    place = state.keys[start].find(key, state.offsets.get(start, 0))
    if place < 0:
        return False
    state.offsets[start] = place + len(key)
    return True


def _joined(key: str, state: _Alignment, start: int) -> int | None:
    """The end of the run of blocks from `start` whose letters joined are `key`."""
    length = 0
    for index in range(start, len(state.keys)):
        letters = state.letters[index]
        if index in state.covered or not key.startswith(letters, length):
            return None
        length += len(letters)
        if length == len(key):
            return index + 1
    return None


def _with_marks(line: str, state: _Alignment, end: int) -> int:
    """The end of a run once the blocks without letters that the line ends with are taken in."""
    while end < len(state.keys) and not state.letters[end] and line.rstrip(" |").endswith(state.blocks[end].text):
        end += 1
    return end


def _scattered(key: str, state: _Alignment, near: range) -> Sequence[int]:
    """Blocks of which a line was put together with others left out: a table row without its empty parts.

    Long parts are placed first, each after the one before. Short ones are only taken for parts where they fill
    the whole of what is left between two long ones, or after the last.
    """
    free = [index for index in near if index not in state.covered]
    ends = dict(_long_parts(key, state, free))
    if not ends:
        return ()
    parts: list[int] = []
    short: list[int] = []
    place = 0
    for index in free[free.index(next(iter(ends))) :]:
        if index not in ends:
            short.append(index)
            continue
        begin = ends[index] - len(state.keys[index])
        parts += [*_filling(key[place:begin], state, short), index]
        short, place = [], ends[index]
    return [*parts, *_filling(key[place:], state, short)]


def _long_parts(key: str, state: _Alignment, free: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Blocks long enough to be told from chance that follow each other in the line, each with its end there."""
    place = 0
    for index in free:
        letters = state.keys[index]
        found = key.find(letters, place) if len(letters) >= _PIECE else -1
        if found >= 0:
            place = found + len(letters)
            yield index, place


def _filling(gap: str, state: _Alignment, short: Sequence[int]) -> list[int]:
    """Those of the short blocks that joined are the gap; none where they leave some of it."""
    parts: list[int] = []
    place = 0
    for index in short:
        letters = state.keys[index]
        if place < len(gap) and len(letters) < _PIECE and gap.startswith(letters, place):
            parts.append(index)
            place += len(letters)
    return parts if place == len(gap) else []


Written = tuple[Block, str, tuple[bool, ...]]  # a block to take everything else from, a text, a flag for each preset


def _rewritten(blocks: Sequence[Block], states: Sequence[_Alignment]) -> Iterator[Written]:
    """The blocks with the first preset's lines in place of those that they stand for, orphans where they came."""
    first, *others = states
    orphan = (Block(text="", tag="line", line=0), (True,) + (False,) * len(others))
    yield from ((orphan[0], line, orphan[1]) for line in first.orphans.get(-1, ()))
    for index, block in enumerate(blocks):
        flags = tuple([index in state.covered for state in others])
        if index not in first.covered:
            yield block, block.text, (False, *flags)
        elif index in first.own:
            yield block, block.text, (True, *flags)
        lines = first.lines.get(index, ())
        yield from ((block, line, (True, *flags)) for line in lines)
        rest = _rest(block, lines) if lines else ""
        if rest:
            yield block, rest, (False, *flags)
        yield from ((orphan[0], line, orphan[1]) for line in first.orphans.get(index, ()))


def _rest(block: Block, lines: Sequence[str]) -> str:
    """What of a block no line stands for, when it is a good part of it."""
    if sum(len(line) for line in lines) >= (1 - _REST_SHARE) * len(block.text):
        return ""
    rest = block.text
    for line in lines:
        rest = rest.replace(line, " ", 1)
    return " ".join(rest.split())


def _letters(text: str) -> str:
    """Letters and digits only, case folded."""
    if text.isascii():
        return text.translate(_ASCII_MARKS).lower()
    return "".join(filter(str.isalnum, text)).casefold()
