"""What the commands draw with: a colour for each verdict, small bars, and text that cannot command a terminal."""

from rich.text import Text

from pipeline.document import UNSURE, Label

COLOURS = {
    Label.REPORTING.value: "blue",
    Label.ANALYSIS.value: "green",
    Label.FILLER.value: "red",
    UNSURE: "yellow",
}
_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(share: float, colour: str, cells: int) -> Text:
    """A share of one as a bar of so many cells, in steps of an eighth of a cell.

    >>> bar(0.55, "red", 4).plain, bar(0.0, "red", 4).plain
    ('██▎ ', '    ')
    """
    full, part = divmod(round(share * cells * 8), 8)
    drawn = "█" * full + (_EIGHTHS[part] if part else "")
    return Text(drawn.ljust(cells), style=colour)


def shown(name: str) -> str:
    """A text on one line, without what would command a terminal."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in name)
