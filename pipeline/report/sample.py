"""Which documents of a run a page shows: the flagged ones first, and some of every other sort."""

from heapq import heappush, heappushpop
from zlib import crc32

from pipeline.document import UNSURE, Label, Status
from pipeline.report.rows import ResultRow

SAMPLE = 160
# Places that each sort is sure of; what one does not need goes to the others, the sorts in this order.
_PLACES = {"flagged": 70, "unsure": 25, "scored": 30, "unscored": 15, "failed": 20}


class Sample:
    """Keeps the documents that a page shows while rows go by.

    Of the flagged documents those stay that are filler most surely, of the others any: the checksum of the id
    decides, so that the same run always shows the same documents, in whatever order its rows come.
    """

    def __init__(self, size: int = SAMPLE) -> None:
        self._size = size
        self.heaps: dict[str, list[tuple[float, str, int, ResultRow]]] = {sort: [] for sort in _PLACES}
        self._seen = 0

    def add(self, row: ResultRow) -> None:
        """Let one row compete for a place among its sort."""
        self._seen += 1
        sort = _sort(row)
        rank = row.score(Label.FILLER) if sort == "flagged" else float(crc32(row.id.encode(errors="replace")))
        heap = self.heaps[sort]
        if len(heap) < self._size:
            heappush(heap, (rank, row.id, self._seen, row))
        elif (rank, row.id) > heap[0][:2]:
            heappushpop(heap, (rank, row.id, self._seen, row))

    def rows(self) -> tuple[ResultRow, ...]:
        """The chosen rows: flagged, unsure, other verdicts, not scored, failed; the likeliest filler of each first."""
        ranked = {sort: [row for *_, row in sorted(heap, reverse=True)] for sort, heap in self.heaps.items()}
        taken = {sort: min(len(ranked[sort]), places * self._size // SAMPLE) for sort, places in _PLACES.items()}
        for sort in _PLACES:
            spare = self._size - sum(taken.values())
            taken[sort] += min(len(ranked[sort]) - taken[sort], spare)
        return tuple(
            row
            for sort in _PLACES
            for row in sorted(ranked[sort][: taken[sort]], key=lambda row: (-row.score(Label.FILLER), row.id))
        )


def _sort(row: ResultRow) -> str:
    if row.status != Status.OK:
        return "failed"
    if row.verdict is None:
        return "unscored"
    if row.flagged:
        return "flagged"
    return "unsure" if row.verdict == UNSURE else "scored"
