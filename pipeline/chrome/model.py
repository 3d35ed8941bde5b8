"""The learned block model: how likely each block is chrome, and what is done about it.

Linear models read wording (and, on pages, the mark-up's class names); their scores, with those of the
neighbours, join the feature rows of `blocks` in boosted trees. Dumped pages and articles have trees of their
own, since a short line is chrome in the one and a heading in the other; a third classifier says which a text is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.blocks import (
    PAGE_FEATURES,
    TEXT_FEATURES,
    pages_rows,
    surroundings,
    text_rows,
    texts_rows,
    with_neighbours,
    wording,
)
from pipeline.chrome.dumps import DUMP_FEATURES, dump_row
from pipeline.chrome.kinds import CUE_FEATURES, cue_rows
from pipeline.chrome.naming import KIND_FEATURES, KIND_PARTS, Names, kinds_of
from pipeline.chrome.seen import Seen, hashed, odds
from pipeline.document import Block

Probabilities = NDArray[np.float64]
_TEASERS = 4  # bullets in the longest list that goes as one
_TEASER = 0.2  # a list with a bullet that is less likely chrome than this is decided bullet by bullet
MANNERS = ("text_drop", "bullet_drop", "bare_drop")  # limits for lines with a cue, bullets without, other lines
LINE_FEATURES = (*TEXT_FEATURES, *CUE_FEATURES)
CHROME_FEATURES: Mapping[str, Sequence[str]] = {
    "page_blocks": PAGE_FEATURES,
    "dump": DUMP_FEATURES,
    "dump_lines": LINE_FEATURES,
    "article_lines": LINE_FEATURES,
    **KIND_FEATURES,
}
PARTS = ("wording", "markup", *(part for part in CHROME_FEATURES if part not in KIND_PARTS), *KIND_PARTS)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities of chrome at which blocks go, chosen on validation sites (metrics/chrome.json).

    Attributes:
        page_drop: a block that trafilatura kept is dropped at or above it.
        page_rescue: a block that trafilatura dropped is brought back below it.
        text_drop: a line of a text that reads as an article goes at or above it if it has a cue.
        bullet_drop: the same for a bullet without a cue.
        bare_drop: the same for a line without either, which may well be a heading.
        dump_drop: the same in a whole page dumped as text.
        dump: probability of being such a dump from which a text is treated as one.
    """

    page_drop: float
    page_rescue: float
    text_drop: float
    bullet_drop: float
    bare_drop: float
    dump_drop: float
    dump: float


@dataclass(frozen=True, slots=True)
class Titled:
    """The blocks of one document and the headline that was found for it."""

    blocks: Sequence[Block]
    title: str | None


@dataclass(frozen=True, slots=True)
class LineChances:
    """What the model makes of one text: how likely it is a dumped page, and each of its lines chrome."""

    dump: float
    chrome: Probabilities


@dataclass(frozen=True, slots=True)
class ChromeModel:
    """Fitted scikit-learn parts and thresholds; documents go in together so that one predict serves many."""

    parts: Mapping[str, Any]
    thresholds: Thresholds

    def page_probabilities(self, pages: Sequence[Titled], seen: Seen | None = None) -> list[Probabilities]:
        """Probability of chrome for every block of every page, in order."""
        rows = (seen or see_pages(self.parts, pages)).rows
        return divided(probabilities(self.parts["page_blocks"], rows), pages)

    def kinds(self, seen: Seen, wanted: Sequence[NDArray[np.bool_]]) -> list[Names]:
        """The kinds of the wanted blocks of every page or text of a chunk; the others' are not told."""
        names = kinds_of(self.parts, seen, np.concatenate([np.zeros(0, dtype=bool), *wanted]))
        return np.split(names, np.cumsum(seen.counts)[:-1]) if seen.counts else []

    def text_chances(self, texts: Sequence[Titled], seen: Seen | None = None) -> list[LineChances]:
        """The chances of every text and its lines, in order; a text without lines is no dump."""
        rows = divided((seen or see_texts(self.parts, texts)).rows, texts)
        filled = [place for place, part in enumerate(rows) if len(part)]
        dumps = np.zeros(len(texts))
        if filled:
            dumps[filled] = probabilities(self.parts["dump"], np.array([dump_row(rows[place]) for place in filled]))
        chrome = [np.zeros(0)] * len(texts)
        is_dump = dumps >= self.thresholds.dump
        for name, chosen_kind in (("dump_lines", is_dump), ("article_lines", ~is_dump)):
            places = np.flatnonzero(chosen_kind).tolist()
            chosen = [rows[place] for place in places]
            found = probabilities(self.parts[name], np.vstack(chosen)) if chosen else np.zeros(0)
            for place, part in zip(places, divided(found, [texts[place] for place in places]), strict=True):
                chrome[place] = part
        return [LineChances(float(dump), part) for dump, part in zip(dumps, chrome, strict=True)]

    def page_drops(self, page: Titled, chrome: Probabilities) -> NDArray[np.bool_]:
        """Which blocks of a page do not belong to its text."""
        kept = np.array([block.kept[0] for block in page.blocks], dtype=bool)
        limits = np.where(kept, self.thresholds.page_drop, self.thresholds.page_rescue)
        return np.asarray(chrome >= limits)

    def text_drops(self, text: Titled, chances: LineChances) -> NDArray[np.bool_]:
        """Which lines of a text go: carefully in an article, readily in a dump."""
        if chances.dump >= self.thresholds.dump:
            return np.asarray(chances.chrome >= self.thresholds.dump_drop)
        limits = np.choose(manners(text), self._careful_limits())
        drops = np.asarray(chances.chrome >= limits)
        for run in _short_lists(text.blocks):
            if chances.chrome[run].min() >= _TEASER:
                drops[run] = drops[run].any()
        return drops

    def _careful_limits(self) -> list[float]:
        return [getattr(self.thresholds, name) for name in MANNERS]


def manners(text: Titled) -> NDArray[np.intp]:
    """How each line of an article stands, as a place in MANNERS: what is bare and short may be a heading.

    The headline is bare whatever it says, since a cue in it ("... by 213 votes") is what the story is about.
    """
    bullets = np.array([block.tag == "li" for block in text.blocks], dtype=bool)
    headline = np.array([block.text == text.title for block in text.blocks], dtype=bool)
    return np.where(headline, 2, np.where(cue_rows(text.blocks).any(axis=1), 0, np.where(bullets, 1, 2)))


def _short_lists(blocks: Sequence[Block]) -> Iterator[slice]:
    """Two to four bullets in a row: teasers come in such lists, and one that is known tells of the others.

    Longer lists are content for the most part, and numbered ones nearly always: they are decided line by line.
    """
    for is_list, places in groupby(range(len(blocks)), key=lambda place: _is_bullet(blocks[place])):
        run = list(places)
        if is_list and 1 < len(run) <= _TEASERS:
            yield slice(run[0], run[-1] + 1)


def _is_bullet(block: Block) -> bool:
    return block.tag == "li" and not block.text[0].isdigit()


def page_matrix(parts: Mapping[str, Any], pages: Sequence[Titled]) -> NDArray[np.float32]:
    """Rows of all pages' blocks: features, then wording and mark-up scores with their neighbours'."""
    return see_pages(parts, pages).rows


def see_pages(parts: Mapping[str, Any], pages: Sequence[Titled]) -> Seen:
    """All pages' blocks as the models see them; rows as in `page_matrix`."""
    blocks, counts = _flat(pages), [len(page.blocks) for page in pages]
    words, marks = hashed(parts["wording"], map(wording, blocks)), hashed(parts["markup"], map(surroundings, blocks))
    scores = [odds(parts["wording"], words), odds(parts["markup"], marks)]
    rows = pages_rows([page.blocks for page in pages], [page.title for page in pages])
    return Seen(_beside(rows, np.column_stack(scores), counts), words, marks, counts)


def text_matrix(parts: Mapping[str, Any], texts: Sequence[Titled]) -> NDArray[np.float32]:
    """Rows of all texts' lines: features and cues as in `line_rows`, then wording scores with their neighbours'."""
    return see_texts(parts, texts).rows


def see_texts(parts: Mapping[str, Any], texts: Sequence[Titled]) -> Seen:
    """All texts' lines as the models see them; rows as in `text_matrix`."""
    lines, counts = _flat(texts), [len(text.blocks) for text in texts]
    words = hashed(parts["wording"], map(wording, lines))
    rows = np.hstack([texts_rows([text.blocks for text in texts], [text.title for text in texts]), cue_rows(lines)])
    return Seen(_beside(rows, odds(parts["wording"], words)[:, None], counts), words, None, counts)


def line_rows(text: Titled) -> NDArray[np.float32]:
    """(n, len(LINE_FEATURES)) rows of one text's lines before wording scores join them."""
    return np.hstack([text_rows(text.blocks, text.title), cue_rows(text.blocks)])


def scored(linear: Any, texts: Iterable[str]) -> NDArray[np.float32]:
    """Log-odds of a linear model for each text; equal texts are scored once, since mark-up repeats itself."""
    return odds(linear, hashed(linear, texts))


def stacked(rows: Sequence[NDArray[np.float32]], scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Feature rows of each document beside its part of the scores, neighbours included."""
    if not rows:
        return np.zeros((0, 0), dtype=np.float32)
    return _beside(np.vstack(rows), scores, [len(part) for part in rows])


def _beside(rows: NDArray[np.float32], scores: NDArray[np.float32], counts: Sequence[int]) -> NDArray[np.float32]:
    """Rows and scores side by side, column after column in memory: the trees take half the time to read them so."""
    near = with_neighbours(scores.astype(np.float32, copy=False), counts)
    return np.vstack([rows.T, near.T]).T


def _flat(documents: Sequence[Titled]) -> list[Block]:
    return [block for document in documents for block in document.blocks]


def probabilities(trees: Any, rows: NDArray[np.float32]) -> Probabilities:
    """Probability of the positive class for each row; none for no rows, which scikit-learn refuses."""
    return np.asarray(trees.predict_proba(rows)[:, 1]) if len(rows) else np.zeros(0)


def divided(values: NDArray[Any], documents: Sequence[Titled]) -> list[NDArray[Any]]:
    """Rows or values of all documents' blocks, cut up by document."""
    ends = np.cumsum([len(document.blocks) for document in documents])[:-1]
    return np.split(values, ends) if len(documents) else []
