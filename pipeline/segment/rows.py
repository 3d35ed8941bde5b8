"""Table rows: the cells of a row that tells figures are one block, those of a row that lays out the page are not."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from pipeline.document import Block

_CELL_WORDS, _CELL_CHARS = 25, 200  # a cell with more is running text, in scripts without spaces too


def joined_rows(blocks: Iterable[Block]) -> list[Block]:
    """The blocks of a page, the cells of each row of a data table joined to one block, numbered anew.

    >>> cells = [Block(str(line), "td", line, ancestors=("td", "tr"), path=(1, line + 1)) for line in (1, 2)]
    >>> [block.text for block in joined_rows(cells)]
    ['| 1 | 2 |']
    """
    told = list(blocks)
    if not any("tr" in block.ancestors for block in told):
        return told
    layout = {row for block in told for row in _rows(block)[1:]}
    runs = (list(run) for _, run in groupby(told, key=_row))
    found = (block for run in runs for block in ([_joined(run)] if _is_data(run, layout) else run))
    return [block if block.line == number else block.at(number) for number, block in enumerate(found, 1)]


def _rows(block: Block) -> list[int]:
    """The numbers of the rows around a block, innermost first; a row that holds a table lays out the page."""
    return [block.path[-1 - place] for place, tag in enumerate(block.ancestors) if tag == "tr"]


def _row(block: Block) -> int:
    """The number of a block's row; below 0, and its alone, where there is none."""
    return next((block.path[-1 - place] for place, tag in enumerate(block.ancestors) if tag == "tr"), -block.line)


def _is_data(run: Sequence[Block], layout: Collection[int]) -> bool:
    """Whether the blocks of a row are its cells: two or more, a block each, none of them prose."""
    cells = {_cell(block) for block in run}
    is_short = all(block.text.count(" ") < _CELL_WORDS and len(block.text) <= _CELL_CHARS for block in run)
    return is_short and 1 < len(run) == len(cells) and _row(run[0]) not in layout


def _cell(block: Block) -> int:
    """The number of the element within its row that a block is in; 0 where it stands in the row itself."""
    place = block.ancestors.index("tr") if "tr" in block.ancestors else 0
    return block.path[-place] if place else 0


def _joined(run: Sequence[Block]) -> Block:
    text = f"| {' | '.join(block.text for block in run)} |"
    return replace(run[0], text=text, link_chars=sum(block.link_chars for block in run))
