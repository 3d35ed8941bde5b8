"""Aligns the lines that an extractor kept with the blocks of the page: which blocks do they stand for?

Extractors merge blocks (table rows, text cut by inline containers), split them (line breaks) and repair broken
mark-up, so texts are compared by their letters and digits only.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from pipeline.document import Block
from pipeline.segment.rows import is_blank, is_layout

_REACH = 200  # blocks before and after the last match in which a joined or split line is looked for
_ROW_REACH = 1000  # the same for a table row: rows that lay out a page hold all of it
_PIECE = 12  # letters that tell a piece of a longer text from a chance
_ENDS = 24  # letters at either end by which a line is known for a block that it lacks a little of, such as note marks
_REST_SHARE = 0.2  # share of a block that no line stands for, from which the rest stays a block of its own
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# Bytes are deleted several times as fast as characters; those beyond ASCII are parts of longer characters.
_ASCII_MARKS = bytes(code for code in range(128) if not chr(code).isalnum())
_MARKS = re.compile(r"[\W_]+")


@dataclass(slots=True)
class _Alignment:
    """What has been matched so far of the lines.

    Attributes:
        keys: letters and digits of each block; the text itself where it has none.
        letters: the same, but empty where there are none.
        places: the blocks that have a key, in order.
        firsts: the blocks whose keys begin with a letter, in order.
        text: all keys, one a line.
        spots: for each block where its key begins in `text`, and where one after the last would.
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
    firsts: dict[str, list[int]]
    text: str
    spots: list[int]
    lines: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    own: set[int] = field(default_factory=set)
    covered: set[int] = field(default_factory=set)
    alone: set[str] = field(default_factory=set)
    orphans: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    heads: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    offsets: dict[int, int] = field(default_factory=dict)
    cursor: int = -1


def mark_kept(blocks: Sequence[Block], lines: Sequence[str]) -> list[Block]:
    """Flag the blocks that an extractor's lines stand for, put the lines in their place, and number all.

    Lines are looked for after the line before them first, since extractors keep reading order. Lines that no block
    explains become blocks of their own, so that nothing that was kept is lost. A heading is kept once, and a table
    row that lays out the page gives way to the blocks in its cells.

    Args:
        blocks: of one page, in document order.
        lines: what the extractor kept, in order.
    """
    letters = [_letters(block.text) for block in blocks]
    keys = [key or block.text for key, block in zip(letters, blocks, strict=True)]
    firsts = _grouped(key[:1] for key in keys)
    spots = [*accumulate((len(key) + 1 for key in keys), initial=0)]
    state = _aligned(lines, _Alignment(blocks, keys, letters, _grouped(keys), firsts, "\n".join(keys), spots))
    return [_numbered(number, written) for number, written in enumerate(_rewritten(blocks, state), 1)]


def _grouped(keys: Iterable[str]) -> dict[str, list[int]]:
    """The places of each key, in order."""
    places: dict[str, list[int]] = defaultdict(list)
    for index, key in enumerate(keys):
        places[key].append(index)
    return places


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
    for start in _candidates(key, state, _around(state, _REACH)):
        block = state.keys[start]
        if key.startswith(block) and start not in state.covered:
            end = _joined(key, state, start)
            if end is not None:
                return range(start, _with_marks(line, state, end))
        if _PIECE <= len(key) < len(block) and (_is_piece(key, state, start) or _is_nearly(key, state, start)):
            return (start,)
    return _scattered(key, state, _around(state, _ROW_REACH if line.startswith("|") else _REACH))


def _candidates(key: str, state: _Alignment, near: range) -> list[int]:
    """The blocks nearby that begin with the same letter as a line or hold it, in order: few of the hundreds there."""
    same = state.firsts.get(key[:1], ())
    alike = same[bisect_left(same, near.start) : bisect_left(same, near.stop)]
    return sorted({*alike, *_holders(key, state, near)}) if len(key) >= _PIECE else [*alike]


def _holders(key: str, state: _Alignment, near: range) -> Iterator[int]:
    """The blocks nearby that a line's letters stand in, by one search in all letters instead of one in each block's."""
    begin, end = state.spots[near.start] + state.offsets.get(near.start, 0), state.spots[near.stop]
    while (place := state.text.find(key, begin, end)) >= 0:
        index = bisect_right(state.spots, place) - 1
        yield index
        begin = state.spots[index + 1]


def _around(state: _Alignment, reach: int) -> range:
    return range(max(state.cursor - reach, 0), min(state.cursor + reach, len(state.keys)))


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


def _is_nearly(key: str, state: _Alignment, start: int) -> bool:
    """Whether a line is a block that no line stands for yet, but for a few words within."""
    block = state.keys[start]
    return (
        len(key) >= (1 - _REST_SHARE) * len(block) > 2 * _ENDS
        and key.startswith(block[:_ENDS])
        and key.endswith(block[-_ENDS:])
        and start not in state.covered
    )


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
    """Blocks of which a line was put together with others left out or in another order: a table row, mostly.

    Long parts are told by their letters, wherever in the line they stand. Short ones that come after the first of
    them on the page are only taken for parts where they fill the whole of a gap that the long ones leave.
    """
    letters = state.letters
    long = [i for i in near if len(letters[i]) >= _PIECE and letters[i] in key and i not in state.covered]
    if not long:
        return ()
    parts, rest = _taken(sorted(long, key=lambda index: -len(letters[index])), key, state)
    after = range(min(parts) + 1, near.stop)
    short = [i for i in after if 0 < len(letters[i]) < _PIECE and i not in state.covered]
    for gap in rest.split():
        filling = _filling(gap, state, short)
        parts += filling
        short = [index for index in short if index not in filling]
    return sorted(parts)


def _taken(blocks: Sequence[int], key: str, state: _Alignment) -> tuple[list[int], str]:
    """Those of the blocks whose letters stand in a line, each letter of it taken once, and what they leave of it."""
    found = []
    for index in blocks:
        if state.letters[index] in key:
            key = key.replace(state.letters[index], " ", 1)
            found.append(index)
    return found, key


def _filling(gap: str, state: _Alignment, short: Sequence[int]) -> list[int]:
    """Those of the short blocks that joined are the gap; none where they leave some of it."""
    parts: list[int] = []
    place = 0
    for index in short:
        letters = state.letters[index]
        if place < len(gap) and gap.startswith(letters, place):
            parts.append(index)
            place += len(letters)
    return parts if place == len(gap) else []


Written = tuple[Block, str, bool]  # a block to take everything else from, a text, and whether it was kept
_ORPHAN = Block(text="", tag="line", line=0)


def _rewritten(blocks: Sequence[Block], state: _Alignment) -> Iterator[Written]:
    """The blocks with lines in place of those that they stand for, orphans where they came."""
    yield from ((_ORPHAN, line, True) for line in state.orphans.get(-1, ()))
    for index, block in enumerate(blocks):
        if index not in state.covered:
            yield block, block.text, False
        elif index in state.own:
            yield block, block.text, True
        if index in state.lines:
            yield from _replaced(block, state.lines[index])
        if index in state.orphans:
            yield from ((_ORPHAN, line, True) for line in state.orphans[index])


def _replaced(block: Block, lines: Sequence[str]) -> Iterator[Written]:
    """The lines that stand for a block, and the rest of it."""
    yield from ((block, line, True) for line in lines)
    if rest := _rest(block, lines):
        yield block, rest, False


def _numbered(number: int, written: Written) -> Block:
    """A written block at its place on the page; a new one only where something changed, since they cost most here."""
    block, text, is_kept = written
    if (number, is_kept, text) == (block.line, block.kept, block.text):
        return block
    return Block(
        text, block.tag, number, block.gap, block.ancestors, block.names, block.link_chars, is_kept, block.path
    )


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
    letters = text.encode(errors="surrogatepass").translate(None, _ASCII_MARKS).decode(errors="surrogatepass")
    return (letters if text.isascii() else _MARKS.sub("", letters)).casefold()
