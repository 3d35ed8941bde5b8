"""Short lines of pages that the trees leave standing, and that two other readings call the same kind of chrome.

The trees see no cue but those of talk, since all would cost a page a millisecond, and limits are chosen by words, which
a line of five hardly moves: "Photo: Lena Varro" stays in a short article at a chance of .2. Such lines, and no others,
are read by the cue table and by the model that names kinds. Where these agree, the line goes.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.chrome.kinds import PATTERNED, is_short, says
from pipeline.chrome.naming import Names
from pipeline.document import Block, ChromeKind

# Lines that lead elsewhere are content as often as not: gold texts keep half of "Read more: ..." (53 of 106 on training
# sites), and in a list of posts the tags are what is listed (18 of 19 on validation sites).
_LEADING = frozenset({ChromeKind.RELATED, ChromeKind.TAGS, ChromeKind.NAVIGATION})
_TOLD = PATTERNED - _LEADING
# A chance of chrome. Of the lines of pages of validation sites that agree from there on 53 are chrome and 6 content.
_DOUBT = 0.05
CERTAINTY = 0.9  # the chance of chrome that a confirmed line is told with, by the same count


def doubts(
    blocks: Sequence[Block], chrome: NDArray[np.float64], gone: NDArray[np.bool_], title: str | None
) -> NDArray[np.bool_]:
    """(blocks,) which blocks of a page would stay, are short, and might be chrome.

    Args:
        chrome: for each block the probability that it is chrome.
        gone: for each block whether it goes anyway.
        title: the headline; a cue in it is what the story is about.
    """
    found = ~gone & (chrome >= _DOUBT)
    for place in np.flatnonzero(found).tolist():
        found[place] = is_short(blocks[place]) and blocks[place].text != title
    return np.asarray(found)


def confirmed(blocks: Sequence[Block], doubtful: NDArray[np.bool_], names: Names) -> NDArray[np.bool_]:
    """(blocks,) which doubtful blocks say what they are named.

    Args:
        names: the kind of each doubtful block. Asked for first, since a name costs less than a look into the table.
    """
    found = np.zeros(len(blocks), dtype=bool)
    for place in np.flatnonzero(doubtful).tolist():
        found[place] = names[place] in _TOLD and says(blocks[place], names[place])
    return found
