"""Table rows: the cells of a row that tells figures are one block, those of a row that lays out the page are not."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from pipeline.document import Block

_CELL_WORDS = 25  # a cell with more is running text: cells of data tables rarely have ten


def joined_rows(blocks: Iterable[Block]) -> list[Block]:
    """The blocks of a page, the cells of each row of a data table joined to one block, numbered anew.

    >>> cells = [Block(str(line), "td", line, ancestors=("td", "tr"), path=(1, line + 1)) for line in (1, 2)]
    >>> [block.text for block in joined_rows(cells)]
    ['| 1 | 2 |']
    """
    told = list(blocks)
    layout = {row for block in told for row in _outer_rows(block)}
    rows = (list(run) for _, run in groupby(told, key=_row))
    found = (block for run in rows for block in ([_joined(run)] if _is_data(run, layout) else run))
    return [block if block.line == number else replace(block, line=number) for number, block in enumerate(found, 1)]


def _row(block: Block) -> tuple[int, ...]:
    """The path to the row that a block is in; to the block's own element, and so its alone, where there is none."""
    if "tr" not in block.ancestors:
        return (*block.path, -block.line)
    return block.path[: len(block.path) - block.ancestors.index("tr")]


def _outer_rows(block: Block) -> Iterator[tuple[int, ...]]:
    """The paths to the rows around a block's own row: what holds a table lays out the page."""
    rows = [place for place, tag in enumerate(block.ancestors) if tag == "tr"]
    return (block.path[: len(block.path) - place] for place in rows[1:])


def _is_data(run: Sequence[Block], layout: Collection[tuple[int, ...]]) -> bool:
    """Whether the blocks of a row are its cells: two or more, a block each, none of them prose."""
    row = _row(run[0])
    cells = {block.path[len(row) : len(row) + 1] for block in run}
    is_short = all(block.text.count(" ") < _CELL_WORDS for block in run)
    return is_short and 1 < len(run) == len(cells) and row not in layout


def _joined(run: Sequence[Block]) -> Block:
    text = f"| {' | '.join(block.text for block in run)} |"
    return replace(run[0], text=text, link_chars=sum(block.link_chars for block in run))
