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
    texts_rows,
    with_neighbours,
    wording,
)
from pipeline.chrome.comments import COMMENTS, comment_columns
from pipeline.chrome.confirmed import CERTAINTY, confirmed, doubts
from pipeline.chrome.dumps import DUMP_FEATURES, dump_row
from pipeline.chrome.kinds import CUE_FEATURES, TALK, cue_rows, reads_as_talk
from pipeline.chrome.naming import KIND_FEATURES, KIND_PARTS, Names, kinds_of
from pipeline.chrome.seen import Seen, hashed, odds
from pipeline.containers import CONTAINERS, container_columns
from pipeline.document import Block
from pipeline.passages import PASSAGES, passage_columns

Probabilities = NDArray[np.float64]
_TEASERS = 4  # bullets in the longest list that goes as one
_TEASER = 0.2  # a list with a bullet that is less likely chrome than this is decided bullet by bullet
_CUES = slice(len(TEXT_FEATURES), len(TEXT_FEATURES) + len(CUE_FEATURES))
_TALK = [CUE_FEATURES.index(f"reads_as_{kind}") for kind in sorted(TALK)]
MANNERS = ("text_drop", "bullet_drop", "bare_drop")  # limits for lines with a cue, bullets without, other lines
LINE_FEATURES = (*TEXT_FEATURES, *CUE_FEATURES, *PASSAGES)
CHROME_FEATURES: Mapping[str, Sequence[str]] = {
    "page_blocks": (*PAGE_FEATURES, *CONTAINERS, *COMMENTS),
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
        page_drop: a block of a page goes at or above it, whatever else the page holds.
        page_precision: what expected precision counts beside expected recall where a page's blocks are chosen.
        text_drop: a line of a text that reads as an article goes at or above it if it has a cue.
        bullet_drop: the same for a bullet without a cue.
        bare_drop: the same for a line without either, which may well be a heading.
        dump_drop: the same in a whole page dumped as text, whatever else it holds.
        dump_precision: what expected precision counts beside expected recall where the lines of a dump are chosen.
        dump: probability of being such a dump from which a text is treated as one.
    """

    page_drop: float
    page_precision: float
    text_drop: float
    bullet_drop: float
    bare_drop: float
    dump_drop: float
    dump_precision: float
    dump: float


@dataclass(frozen=True, slots=True)
class Titled:
    """The blocks of one document and the headline that was found for it."""

    blocks: Sequence[Block]
    title: str | None


@dataclass(frozen=True, slots=True)
class LineChances:
    """What the model makes of one text: how likely it is a dumped page, and each of its lines chrome.

    Attributes:
        manners: for each line the place of its limit in MANNERS, should the text be an article.
    """

    dump: float
    chrome: Probabilities
    manners: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Removals:
    """What goes of a page.

    Attributes:
        chrome: for each block the probability that it is chrome.
        drops: whether it goes.
        kinds: of each block that goes.
    """

    chrome: Probabilities
    drops: NDArray[np.bool_]
    kinds: Names


@dataclass(frozen=True, slots=True)
class ChromeModel:
    """Fitted scikit-learn parts and thresholds; documents go in together so that one predict serves many."""

    parts: Mapping[str, Any]
    thresholds: Thresholds

    def page_probabilities(self, pages: Sequence[Titled], seen: Seen | None = None) -> list[Probabilities]:
        """Probability of chrome for every block of every page, in order."""
        rows = (seen or see_pages(self.parts, pages)).rows
        return divided(probabilities(self.parts["page_blocks"], rows), pages)

    def page_removals(self, pages: Sequence[Titled], chrome: Sequence[Probabilities], seen: Seen) -> list[Removals]:
        """What goes of every page, in order: what the trees find and, of short lines that stay, what is confirmed.

        Args:
            chrome: probability of chrome for every block of every page.
        """
        found = list(zip(pages, chrome, strict=True))
        drops = [self.page_drops(*each) for each in found]
        asked = [doubts(page.blocks, told, gone, page.title) for (page, told), gone in zip(found, drops, strict=True)]
        names = self.kinds(seen, [gone | doubtful for gone, doubtful in zip(drops, asked, strict=True)])
        sure = [confirmed(page.blocks, *each) for page, each in zip(pages, zip(asked, names, strict=True), strict=True)]
        return [
            Removals(np.where(certain, np.maximum(told, CERTAINTY), told), gone | certain, kinds)
            for told, gone, certain, kinds in zip(chrome, drops, sure, names, strict=True)
        ]

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
        stand = [manners(text, _has_cue(part)) for text, part in zip(texts, rows, strict=True)]
        return [LineChances(float(dump), part, manner) for dump, part, manner in zip(dumps, chrome, stand, strict=True)]

    def page_drops(self, page: Titled, chrome: Probabilities) -> NDArray[np.bool_]:
        """Which blocks of a page do not belong to its text."""
        limits = self.thresholds
        return _beyond(page.blocks, chrome, limits.page_precision) | (chrome >= limits.page_drop)

    def text_drops(self, text: Titled, chances: LineChances) -> NDArray[np.bool_]:
        """Which lines of a text go: carefully in an article, readily in a dump."""
        if chances.dump >= self.thresholds.dump:
            beyond = _beyond(text.blocks, chances.chrome, self.thresholds.dump_precision)
            return np.asarray(beyond | (chances.chrome >= self.thresholds.dump_drop))
        limits = np.choose(chances.manners, self._careful_limits())
        drops = np.asarray(chances.chrome >= limits)
        for run in _short_lists(text.blocks):
            if chances.chrome[run].min() >= _TEASER:
                drops[run] = drops[run].any()
        return drops

    def _careful_limits(self) -> list[float]:
        return [getattr(self.thresholds, name) for name in MANNERS]


def _beyond(blocks: Sequence[Block], chrome: Probabilities, precision: float) -> NDArray[np.bool_]:
    """Which blocks are left over when those stay at which expected precision and recall of words are highest together.

    The likeliest content stays first. A doubtful block weighs more on a short text than on a long one, so that one
    limit for all pages is wrong for most of them (Lewis 1995, "Evaluating and optimizing autonomous text
    classification systems", derives the same for F1).

    Args:
        precision: what expected precision counts beside expected recall.
    """
    beyond = np.ones(len(blocks), dtype=bool)
    if len(blocks):
        words = np.array([block.text.count(" ") + 1 for block in blocks], dtype=np.float64)
        order = np.argsort(chrome, kind="stable")
        content = np.cumsum((words * (1 - chrome))[order])
        goal = precision * content / np.cumsum(words[order]) + content / max(content[-1], 1e-9)
        beyond[order[: int(np.argmax(goal)) + 1]] = False
    return beyond


def _has_cue(rows: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which lines a pattern of the cue table matches, from their feature rows."""
    return np.asarray(rows[:, _CUES].any(axis=1), dtype=bool)


def manners(text: Titled, has_cue: NDArray[np.bool_]) -> NDArray[np.intp]:
    """How each line of an article stands, as a place in MANNERS: what is bare and short may be a heading.

    The headline is bare whatever it says, since a cue in it ("... by 213 votes") is what the story is about.

    Args:
        has_cue: whether a pattern of the cue table matches each line.
    """
    bullets = np.array([block.tag == "li" for block in text.blocks], dtype=bool)
    headline = np.array([block.text == text.title for block in text.blocks], dtype=bool)
    return np.where(headline, 2, np.where(has_cue, 0, np.where(bullets, 1, 2)))


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


def see_pages(parts: Mapping[str, Any], pages: Sequence[Titled]) -> Seen:
    """All pages' blocks as the models see them; rows as in `page_block_rows`."""
    blocks, counts = _flat(pages), [len(page.blocks) for page in pages]
    words, marks = hashed(parts["wording"], map(wording, blocks)), hashed(parts["markup"], map(surroundings, blocks))
    scores = np.column_stack([odds(parts["wording"], words), odds(parts["markup"], marks)])
    return Seen(page_block_rows(pages, scores), words, marks, counts)


def page_block_rows(pages: Sequence[Titled], scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Features of all pages' blocks, of the elements and the talk around them, then their scores with the neighbours'.

    Args:
        scores: (n, 2) log-odds of the wording and the mark-up model.
    """
    blocks = [page.blocks for page in pages]
    rows = pages_rows(blocks, [page.title for page in pages])
    near = with_neighbours(scores.astype(np.float32, copy=False), list(map(len, blocks)))
    comments = comment_columns(blocks, reads_as_talk(_flat(pages)))
    return np.vstack([rows.T, container_columns(blocks, scores), comments, near.T]).T


def see_texts(parts: Mapping[str, Any], texts: Sequence[Titled]) -> Seen:
    """All texts' lines as the models see them; rows as in `text_line_rows`."""
    words = hashed(parts["wording"], map(wording, _flat(texts)))
    rows = text_line_rows(texts, odds(parts["wording"], words))
    return Seen(rows, words, None, [len(text.blocks) for text in texts])


def text_line_rows(texts: Sequence[Titled], scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Features and cues of all texts' lines, their scores with the neighbours', and what stands around them.

    Args:
        scores: (n,) log-odds of the wording model.
    """
    lines = [text.blocks for text in texts]
    rows = texts_rows(lines, [text.title for text in texts])
    near = with_neighbours(scores[:, None].astype(np.float32, copy=False), list(map(len, lines)))
    cues = cue_rows(_flat(texts))
    talk = np.asarray(cues[:, _TALK].any(axis=1))
    return np.vstack([rows.T, cues.T, near.T, passage_columns(lines, scores, talk)]).T


def scored(linear: Any, texts: Iterable[str]) -> NDArray[np.float32]:
    """Log-odds of a linear model for each text; equal texts are scored once, since mark-up repeats itself."""
    return odds(linear, hashed(linear, texts))


def _flat(documents: Sequence[Titled]) -> list[Block]:
    return [block for document in documents for block in document.blocks]


def probabilities(trees: Any, rows: NDArray[np.float32]) -> Probabilities:
    """Probability of the positive class for each row; none for no rows, which scikit-learn refuses."""
    return np.asarray(trees.predict_proba(rows)[:, 1]) if len(rows) else np.zeros(0)


def divided(values: NDArray[Any], documents: Sequence[Titled]) -> list[NDArray[Any]]:
    """Rows or values of all documents' blocks, cut up by document."""
    ends = np.cumsum([len(document.blocks) for document in documents])[:-1]
    return np.split(values, ends) if len(documents) else []
