"""The lines that were removed from most documents, counted in bounded memory."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.report.rows import RemovedLine

_LONGEST = 300  # characters; what stands on many pages is short, and long lines would fill the memory
_HELD = 16_000  # lines of a kind


@dataclass(frozen=True, slots=True)
class FrequentLine:
    """A removed line and the number of documents that it was removed from."""

    kind: str
    text: str
    documents: int


@dataclass(frozen=True, slots=True)
class KindFigures:
    """What was removed under one kind."""

    kind: str
    lines: int
    words: int
    documents: int


class LineCounts:
    """Counts removed lines by kind and text.

    Lossy counting: when more than `held` lines of a kind are known, those that were seen least are forgotten, which
    takes from the count of a line that comes again later. Lines that are frequent are never among them.
    """

    def __init__(self, held: int = _HELD) -> None:
        self.held = held
        self.by_line: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.forgotten: Counter[str] = Counter()
        self.by_kind: dict[str, list[int]] = {}

    def add(self, removed: Iterable[RemovedLine]) -> int:
        """Count the removed lines of one document; the number of their words."""
        kinds: defaultdict[str, list[str]] = defaultdict(list)
        for item in removed:
            kinds[item.kind].append(item.text)
        return sum(self._add_kind(kind, texts) for kind, texts in kinds.items())

    def _add_kind(self, kind: str, texts: list[str]) -> int:
        joined = " ".join(texts)
        words = joined.count(" ") + 1  # white space in them is collapsed
        figures = self.by_kind.setdefault(kind, [0, 0, 0])
        figures[0] += len(texts)
        figures[1] += words
        figures[2] += 1
        counts = self.by_line[kind]
        is_short = len(joined) <= _LONGEST  # then none of them is long, which saves asking each
        counts.update(set(texts) if is_short else {text for text in texts if len(text) <= _LONGEST})
        self._forget(kind)
        return words

    def _forget(self, kind: str) -> None:
        counts = self.by_line[kind]
        if len(counts) <= self.held:
            return
        floor = 0
        while len(counts) > self.held // 2:
            floor += 1
            counts = Counter({text: count for text, count in counts.items() if count > floor})
        self.forgotten[kind] += floor
        self.by_line[kind] = counts

    @property
    def missed(self) -> int:
        """How many documents at most the count of a line can lack."""
        return max(self.forgotten.values(), default=0)

    def kinds(self) -> tuple[KindFigures, ...]:
        """What was removed under each kind, most lines first."""
        told = (KindFigures(kind, *figures) for kind, figures in self.by_kind.items())
        return tuple(sorted(told, key=lambda item: (-item.lines, item.kind)))

    def most_frequent(self, count: int) -> tuple[FrequentLine, ...]:
        """The lines of the most documents, at least two."""
        found = [
            FrequentLine(kind, text, documents)
            for kind, counts in self.by_line.items()
            for text, documents in counts.most_common(count)
            if documents > 1
        ]
        return tuple(sorted(found, key=lambda line: (-line.documents, line.kind, line.text))[:count])
