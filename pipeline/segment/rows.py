"""Table rows as an extractor writes them (`| a | b |`): which are empty, and which lay out the page."""

import re

_BAR = re.compile(r"(?<!\\)\|")  # a bar within a cell is written with a backslash before it
_CELL_WORDS = 25  # a cell with more is running text: cells of data tables rarely have ten


def is_blank(line: str) -> bool:
    """Whether a line is a row without a letter or digit, such as the rule below a table's head.

    >>> is_blank("|---|---|"), is_blank("| 4 | |"), is_blank("* * *")
    (True, False, False)
    """
    return line.startswith("|") and not any(map(str.isalnum, line))


def is_layout(line: str, blocks: int) -> bool:
    """Whether a row lays out the page instead of telling figures: one cell only, several blocks in a cell, or prose.

    Args:
        blocks: how many blocks of the page, marks left out, the row was put together from.
    """
    if not (line.startswith("|") and line.endswith("|")):
        return False
    cells = [cell.split() for cell in _BAR.split(line[1:-1])]
    filled = sum(map(bool, cells))
    return len(cells) == 1 or blocks > filled or any(len(words) > _CELL_WORDS for words in cells)
