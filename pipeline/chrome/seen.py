"""What the models see of a chunk of documents: feature rows and hashed words, made once for deciding and naming.

Hashing words costs more than all models that read them, so that every distinct text of a chunk is hashed once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Hashed:
    """The distinct texts of a chunk as sparse rows of hashed words.

    Attributes:
        texts: the distinct texts.
        rows: (distinct texts, columns), compressed by rows.
        places: for each block the place of its text among `texts`.
    """

    texts: Sequence[str]
    rows: Any
    places: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Seen:
    """All blocks of some documents, one after the other.

    Attributes:
        rows: (blocks, measures); what the boosted trees read, features by name first.
        words: wording of the blocks.
        marks: the mark-up around them; None where there is none, in plain text.
        counts: how many blocks each document has.
    """

    rows: NDArray[np.float32]
    words: Hashed
    marks: Hashed | None
    counts: Sequence[int]


def hashed(linear: Any, texts: Iterable[str]) -> Hashed:
    """Hash the words of texts as a linear model reads them; equal texts are hashed once, since mark-up repeats."""
    listed = list(texts)
    unique = {text: place for place, text in enumerate(dict.fromkeys(listed))}
    distinct = list(unique) or [""]
    places = np.array([unique[text] for text in listed], dtype=np.intp)
    return Hashed(distinct, linear[:-1].transform(distinct), places)


def odds(linear: Any, read: Hashed) -> NDArray[np.float32]:
    """Log-odds of a linear model for each block."""
    return np.asarray(linear[-1].decision_function(read.rows).astype(np.float32)[read.places])
