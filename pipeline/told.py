"""What a worker tells of one document; small, so that the process that only writes need not load any model."""

from dataclasses import dataclass

import msgspec

from pipeline.write import Row


@dataclass(frozen=True, slots=True)
class Told:
    """What goes on from a document.

    Attributes:
        row: the row without its removed lines.
        removed: these as JSON: a page has 150, which nobody on the way to the results looks at.
        text: as its file would hold it.
        letters: a digest of the letters and digits.
        sketch: a MinHash.
    """

    row: Row
    removed: msgspec.Raw
    text: str | None = None
    letters: str | None = None
    sketch: str | None = None


def told_of(row: Row) -> Told:
    """What goes on from a document that has no text."""
    return Told(row | {"removed": None}, msgspec.Raw(msgspec.json.encode(row["removed"])))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker found of one document.

    Attributes:
        state: what the document must still be for this to hold; None for one that could not be read.
        told: None where the document is as it was and nothing is to be told anew.
    """

    state: str | None
    told: Told | None
