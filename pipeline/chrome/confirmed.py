"""Short lines of pages that the trees leave standing, and that two other readings call the same kind of chrome.

The trees see no cue but those of talk, since all would cost a page a millisecond, and limits are chosen by words, which
a line of five hardly moves: "Photo: Lena Varro" stays in a short article at a chance of .2. Such lines, and no others,
are read by the cue table and by the model that names kinds. Where these agree, the line goes.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.chrome.kinds import CUE_FEATURES, cue_rows
from pipeline.chrome.naming import Names
from pipeline.document import Block, ChromeKind

# Lines that lead elsewhere are content as often as not: gold texts keep half of "Read more: ..." (53 of 106 on training
# sites), and in a list of posts the tags are what is listed (18 of 19 on validation sites).
_LEADING = frozenset({ChromeKind.RELATED, ChromeKind.TAGS, ChromeKind.NAVIGATION})
# A chance of chrome. Of the lines of pages of validation sites that agree from there on 53 are chrome and 6 content.
_DOUBT = 0.05
CERTAINTY = 0.9  # the chance of chrome that a confirmed line is told with, by the same count
_COLUMNS: Mapping[ChromeKind, int] = {
    kind: column
    for column, kind in enumerate(ChromeKind(name.removeprefix("reads_as_")) for name in CUE_FEATURES)
    if kind not in _LEADING
}


def doubts(
    blocks: Sequence[Block], chrome: NDArray[np.float64], gone: NDArray[np.bool_], title: str | None
) -> NDArray[np.bool_]:
    """(blocks, cues) which cues the blocks of a page have that would stay although they might be chrome.

    Args:
        chrome: for each block the probability that it is chrome.
        gone: for each block whether it goes anyway.
        title: the headline; a cue in it is what the story is about.
    """
    found = np.zeros((len(blocks), len(CUE_FEATURES)), dtype=bool)
    places = [place for place in np.flatnonzero(~gone & (chrome >= _DOUBT)).tolist() if blocks[place].text != title]
    found[places] = cue_rows([blocks[place] for place in places]) > 0
    return found


def confirmed(cues: NDArray[np.bool_], names: Names) -> NDArray[np.bool_]:
    """Which doubted blocks are named as one of their own cues has it.

    Args:
        cues: as `doubts` found them.
        names: the kind of each block that has one.
    """
    found = np.zeros(len(cues), dtype=bool)
    for place in np.flatnonzero(cues.any(axis=1)).tolist():
        column = _COLUMNS.get(names[place])
        found[place] = column is not None and cues[place, column]
    return found
