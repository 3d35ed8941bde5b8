"""What a worker tells of one document; small, so that the process that only writes need not load any model."""

from dataclasses import dataclass

from pipeline.write import Row


@dataclass(frozen=True, slots=True)
class Told:
    """A document's row, its text as its file would hold it, a digest of its letters and digits, and its MinHash."""

    row: Row
    text: str | None = None
    letters: str | None = None
    sketch: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker found of one document.

    Attributes:
        state: what the document must still be for this to hold; None for one that could not be read.
        told: None where the document is as it was and nothing is to be told anew.
    """

    state: str | None
    told: Told | None
