"""Authored training data: texts with a mark on every line, and contrast triplets with a label each.

data/authored/lines/*.tsv hold `MARK<TAB>TEXT`; data/authored/triplets/*.md hold front matter and a text, one
event told as reporting, as analysis and as filler.
"""

from dataclasses import dataclass
from pathlib import Path

from pipeline.document import ChromeKind, Label
from pipeline.errors import CorpusError

CONTENT = frozenset({"title", "body", "heading"})
_ALLOWED = CONTENT | frozenset(ChromeKind)


@dataclass(frozen=True, slots=True)
class AuthoredLine:
    """One line of a text; `gap` says that a blank line stood before it."""

    mark: str
    text: str
    gap: bool

    @property
    def is_chrome(self) -> bool:
        """Everything that is not title, body or heading goes."""
        return self.mark not in CONTENT


def read_authored_lines(folder: Path) -> dict[str, tuple[AuthoredLine, ...]]:
    """Read every file of the folder by its stem, in the order of names.

    Raises:
        CorpusError: the folder holds no file, or a line is not `MARK<TAB>TEXT` with a known mark.
    """
    files = sorted(folder.glob("*.tsv"))
    if not files:
        raise CorpusError(f"{folder} holds no .tsv file: authored texts belong there.")
    return {path.stem: tuple(_read(path)) for path in files}


def _read(path: Path) -> list[AuthoredLine]:
    lines: list[AuthoredLine] = []
    gap = False
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not raw:
            gap = True
            continue
        mark, tab, text = raw.partition("\t")
        if not tab or mark not in _ALLOWED or not text.strip():
            raise CorpusError(f"{path}, line {number}: expected MARK<TAB>TEXT with MARK among {sorted(_ALLOWED)}.")
        lines.append(AuthoredLine(mark, text, gap))
        gap = False
    return lines


@dataclass(frozen=True, slots=True)
class AuthoredText:
    """One text of a triplet; `is_held_out` says that it is never trained on, whatever share of the others is."""

    id: str
    triplet: str
    label: Label
    title: str
    text: str
    topic: str
    is_held_out: bool = False


def read_triplets(folder: Path) -> tuple[AuthoredText, ...]:
    """Read every triplet file of the folder, in the order of names; an absent folder holds none.

    Raises:
        CorpusError: a file lacks front matter with id, triplet, class, title and topic.
    """
    return tuple(_triplet(path) for path in sorted(folder.glob("*.md")))


def _triplet(path: Path) -> AuthoredText:
    head, _, text = path.read_text(encoding="utf-8").removeprefix("---\n").partition("\n---\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    try:
        label = Label(fields["class"].strip())
        told = [fields[name].strip() for name in ("id", "triplet", "title", "topic")]
    except (KeyError, ValueError) as error:
        raise CorpusError(
            f"{path}: front matter needs id, triplet, title, topic and class (reporting, analysis, filler): {error}."
        ) from error
    identifier, triplet, title, topic = told
    is_held_out = fields.get("held_out", "no").strip() == "yes"
    return AuthoredText(identifier, triplet, label, title, text.strip(), topic, is_held_out)
