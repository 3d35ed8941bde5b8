"""Feature rows of documents: what the quality model sees of a text.

Two readings of the same text. `masked` rewrites it so that names, numbers and topic words no longer tell the
publisher or the subject and the register remains; vectorisers count the word patterns of all of it, of how its
sentences open and of those that name no source. `style` measures it.
Both are used unchanged by training and scoring. Why masking: docs/algorithm.md.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from operator import add

import numpy as np
from numpy.typing import NDArray

from pipeline.words import (
    ADDRESS,
    ATTRIBUTION,
    EVALUATION,
    FUNCTION,
    GENERAL,
    HEDGES,
    MODALS,
    PUFF,
    REASONING,
    TIME,
)

Matrix = NDArray[np.float64]

_LETTERS = r"[^\W\d_]+"  # of any alphabet: a name that is cut at a letter of its own is no longer masked
_WORD = re.compile(rf"{_LETTERS}(?:['’]{_LETTERS})*")
_TOKEN = re.compile(rf"{_WORD.pattern}|\d[\d.,:]*\d|\d|[.!?…]+|[,;:—–()$€£%\"“”-]")
_CAPITALS = "".join(letter for letter in map(chr, range(0x590)) if letter.isupper())  # Latin, Greek, Cyrillic, Armenian
_BETWEEN = rf"[\"”’')\]]*)\s+(?=[\"“‘'(\[]?[{_CAPITALS}0-9])"  # two sentences: closing marks, a space, a beginning
_STOP = re.compile(rf"([.!?…]{_BETWEEN}")
# Words whose full stop ends no sentence, whatever follows: initials, titles, months. Each length is a look of its own,
# since `re` looks back over fixed lengths only.
_SHORTENED = (
    f"[{_CAPITALS}]",
    "Mr|Ms|Dr|Lt|St|Mt|Ft|No|vs",
    "Mrs|Gen|Col|Sgt|Maj|Cpl|Adm|Sen|Rep|Gov|Rev|Hon|Nos|Jan|Feb|Aug|Sep|Oct|Nov|Dec",
    "Prof|Capt|Sept|Sens|Reps",
)
_NOT_BEHIND = "".join(rf"(?<!\b(?:{words})\.)" for words in _SHORTENED)
_SENTENCE_STOP = re.compile(rf"([.!?…]{_NOT_BEHIND}{_BETWEEN}")
# A straight mark opens before a word and closes behind one; else a mark left open would turn the rest of the
# line inside out. Inches stand behind a figure. The pattern begins with the marks and looks around them after, so
# that the search jumps from mark to mark.
_QUOTE = re.compile(r"[“\"](?:(?<=“)|(?<!\w\")(?!\s))([^“”\"\n]{2,600})(?:”|(?<!\s)\")")
_MARK = re.compile(r"^(?:#{1,6}|[-*•]|\d{1,2}[.)])[ \t]+", re.MULTILINE)  # of a heading or list item
_HEADING = re.compile(r"^.{1,100}(?<=\w)$\n?", re.MULTILINE)  # cleaning leaves no mark on it, only its missing stop
# Names that are other words in small letters, and what stands for them. The country made authors speak of themselves
# ("us") in a tenth of all texts.
_MISREAD = (
    ("US", re.compile(r"\bUS\b"), "UN"),
    ("WHO", re.compile(r"\bWHO\b"), "UN"),
    ("May", re.compile(r"(?<=\d )May\b|\bMay(?= \d)"), "June"),
)
_FIGURE = re.compile(r"\d[\d.,]*")
_YEAR = re.compile(r"(?:19|20)\d\d$")
_KEPT = FUNCTION | GENERAL
_SOURCED = ATTRIBUTION | {"QUO"}
_SUFFIX = 3  # letters of a topic word that are kept: its grammar, not its subject
_SHORT_WORD = 5
_OPENING = 4  # masks of a sentence's longest opening: three did as well on folds, five no better
_REMEMBERED = 1000  # characters of a sentence whose masks are remembered; what has no end must not fill the memory

STYLE = (
    "quoted share of words", "quotations per 1000 words", "attributions per 1000 words",
    "names per 100 words", "figures per 100 words", "dates and times per 100 words",
    "I, we, my, our per 1000 words", "you, your per 1000 words", "he, she, they per 1000 words",
    "modal verbs per 1000 words", "hedges per 1000 words", "words of judgement per 1000 words",
    "words of reasoning per 1000 words", "words of praise and promise per 1000 words",
    "addresses to the reader per 1000 words", "questions per 100 sentences", "exclamations per 100 sentences",
    "past tense share of verbs", "contractions per 1000 words", "dashes, colons and semicolons per 1000 words",
    "words per sentence", "spread of sentence length", "distinct words in 100", "repeated word pairs per 100",
    "adverbs in -ly per 1000 words", "function words per 100", "letters per word",
)  # fmt: skip


def sentences(text: str) -> list[str]:
    r"""Cut a text into sentences at line ends and sentence ends; white space at the edges is dropped.

    >>> sentences("The bridge shut. Nobody was hurt, Sgt. Lena Varro said.\nIt reopens in May.")
    ['The bridge shut.', 'Nobody was hurt, Sgt. Lena Varro said.', 'It reopens in May.']
    """
    return _cut(text, _SENTENCE_STOP)


def without_headings(text: str) -> str:
    r"""The text without headings and other short lines that end in no full stop; one without others stays as it is.

    >>> without_headings("At the quay\nThe bridge shut.")
    'The bridge shut.'
    """
    return _HEADING.sub("", text).strip() or text


def masked(text: str) -> str:
    r"""Rewrite a text as register: quotations to QUO, names to NE, numbers to NUM, topic words to their endings.

    Marks of headings and list items are left out: hardly any news corpus has them, so that they tell the corpus.

    Returns:
        Masks with a space between them, one sentence a line.

    >>> masked("“We will not pay the toll,” Lena Varro told reporters on Monday. Nobody paid.")
    'QUO NE told reporters on TIME .\nnobody ~ .'
    """
    masks = (_remembered_masks(part) if len(part) <= _REMEMBERED else _masks(part) for part in _pieces(_told(text)))
    return "\n".join(map(" ".join, filter(None, masks)))


def openings(mask: str) -> str:
    r"""How the sentences of a masked text open: of each its first one to `_OPENING` masks, every run as one word.

    >>> openings("QUO NE told reporters on TIME .\nnobody ~ .")
    'QUO QUO_NE QUO_NE_told QUO_NE_told_reporters nobody nobody_~ nobody_~_.'
    """
    told = (sentence.split(" ", _OPENING)[:_OPENING] for sentence in mask.split("\n"))
    return " ".join(chain.from_iterable(accumulate(masks, "{}_{}".format) for masks in told))


def unattributed(mask: str) -> str:
    r"""The sentences of a masked text that quote nobody and name no source: what its author vouches for.

    >>> unattributed("QUO NE told reporters on TIME .\nnobody ~ .")
    'nobody ~ .'
    """
    return "\n".join(part for part in mask.split("\n") if _SOURCED.isdisjoint(part.split(" ")))


def style(text: str) -> NDArray[np.float64]:
    """(len(STYLE),) measures of one text; rates are per the unit in their name."""
    return _measure(text)


def style_rows(texts: Iterable[str]) -> Matrix:
    """(n, len(STYLE)) measures of many texts."""
    rows = [style(text) for text in texts]
    return np.array(rows).reshape(len(rows), len(STYLE))


def first_words(text: str, limit: int) -> str:
    """The whole lines of a text until `limit` words are reached, so that length decides little."""
    lines, count = [], 0
    for line in text.split("\n"):
        lines.append(line)
        count += line.count(" ") + 1
        if count >= limit:
            break
    return "\n".join(lines)


def _cut(text: str, stop: re.Pattern[str]) -> list[str]:
    """The lines of a text cut behind stops, closing marks with the sentence that they close."""
    return [part for line in text.split("\n") for raw in _sentences_of(line, stop) if (part := raw.strip())]


def _sentences_of(line: str, stop: re.Pattern[str]) -> Iterator[str]:
    parts = [*stop.split(line), ""]  # text, and the marks that end it, by turns
    return map(add, parts[::2], parts[1::2])


def _pieces(text: str) -> list[str]:
    """What masks and measures take for sentences: shortened words end them too.

    Cut as readers would, texts gave folds of .8211 for .8203 and held-out documents .957 for .959, which is no
    difference, and another model.
    """
    return _cut(text, _STOP)


def _told(text: str) -> str:
    """The text as it is read, its quotations masked."""
    text = _read(text)
    return _QUOTE.sub(_quotation, text) if '"' in text or "“" in text else text


def _read(text: str) -> str:
    """The text without marks of structure, and with names that look like other words replaced."""
    text = _MARK.sub("", text)
    for name, pattern, other in _MISREAD:
        text = pattern.sub(other, text) if name in text else text
    return text


def _quotation(found: re.Match[str]) -> str:
    """The mask of a quotation; one that ends in a full stop ends its sentence, in other marks it may go on."""
    return " QUO\n" if found[1].endswith(".") else " QUO "


def _masks(sentence: str) -> tuple[str, ...]:
    """The masks of a sentence; a run of names or of quotations is one."""
    tokens = _TOKEN.findall(sentence)
    # A bracket or a bullet is not the first word.
    first = next((place for place, token in enumerate(tokens) if token[0].isalnum()), 0)
    masks = [*map(_opening_mask, tokens[: first + 1]), *map(_mask, tokens[first + 1 :])]
    before = ["", *masks]
    return tuple([mask for mask, last in zip(masks, before, strict=False) if mask != last or mask not in _ONCE])


# Evidence asks for the sentences of texts that were just masked as a whole; 4096 are more than a chunk has.
_remembered_masks = lru_cache(maxsize=4096)(_masks)
_ONCE = ("NE", "QUO")


def _opening_mask(token: str) -> str:
    """The mask of a token at the start of a sentence, where a capital is no sign of a name."""
    mask = _mask(token)
    return _topic_mask(token.lower().replace("’", "'")) if mask == "NE" else mask


@lru_cache(maxsize=1 << 15)  # half of what is written are a few hundred words
def _mask(token: str) -> str:
    """The mask of one token within a sentence."""
    lower = token.lower().replace("’", "'")
    if token == "QUO" or not token[0].isalnum():
        return token
    if token[0].isdigit():
        return "YEAR" if _YEAR.match(token) else "NUM"
    if lower in TIME:
        return "TIME"
    if lower in _KEPT:
        return lower
    return "NE" if token[0].isupper() else _topic_mask(lower)


def _topic_mask(lower: str) -> str:
    return f"~{lower[-_SUFFIX:]}" if len(lower) > _SHORT_WORD else "~"


def _measure(text: str) -> NDArray[np.float64]:
    text = _read(text)
    words = _WORD.findall(text)
    joined = " ".join(words)
    lower = joined.lower().replace("’", "'").split()
    total = max(len(words), 1)
    lengths = np.array([part.count(" ") + 1 for part in _pieces(text)] or [1])
    quotes = _QUOTE.findall(text) if '"' in text or "“" in text else []
    sums = Counter(chain.from_iterable(map(_classes, lower)))  # how many words are of each class
    past = sums["past"]
    spread, length = float(np.std(lengths)), float(np.mean(lengths))
    row = (
        sum(len(quote.split()) for quote in quotes) / total,
        1000 * len(quotes) / total,
        1000 * sums["attribution"] / total,
        100 * sum(map(_is_name, [word for word in words[1:] if word[0].isupper()])) / total,
        100 * len(_FIGURE.findall(text)) / total,
        100 * sums["time"] / total,
        1000 * sums["first"] / total,
        1000 * sums["second"] / total,
        1000 * sums["third"] / total,
        1000 * sums["modals"] / total,
        1000 * sums["hedges"] / total,
        1000 * sums["evaluation"] / total,
        1000 * sums["reasoning"] / total,
        1000 * sums["puff"] / total,
        1000 * sums["address"] / total,
        100 * text.count("?") / len(lengths),
        100 * text.count("!") / len(lengths),
        past / max(past + sums["present"], 1),
        1000 * sums["contractions"] / total,
        1000 * (text.count("—") + text.count(" – ") + text.count(";") + text.count(": ")) / total,
        length,
        spread / length,
        _distinct(lower),
        100 * _repeated_pairs(lower) / total,
        1000 * sums["adverbs"] / total,
        100 * sums["function"] / total,
        (len(joined) - joined.count(" ")) / total,
    )
    return np.array(row, dtype=float)


_FIRST = frozenset("i we my our us me mine ours i'm we're i've we've i'd we'd i'll we'll".split())
_SECOND = frozenset("you your yours you're you'll you've you'd yourself".split())
_THIRD = frozenset("he she they his her their him them".split())
_PAST = frozenset("was were had said".split())  # beside words in -ed
_PRESENT = frozenset("is are has have does do says".split())
_CLASSES = {
    "attribution": ATTRIBUTION, "time": TIME, "first": _FIRST, "second": _SECOND, "third": _THIRD, "modals": MODALS,
    "hedges": HEDGES, "evaluation": EVALUATION, "reasoning": REASONING, "puff": PUFF, "address": ADDRESS,
    "function": FUNCTION, "past": _PAST, "present": _PRESENT,
}  # fmt: skip
_LISTED = {
    word: tuple(name for name, words in _CLASSES.items() if word in words)
    for word in frozenset().union(*_CLASSES.values())
}


@lru_cache(maxsize=1 << 15)
def _classes(word: str) -> tuple[str, ...]:
    """The classes that a word in small letters belongs to, by lists and by endings."""
    names = _LISTED.get(word, ())
    if word.endswith("ed"):
        names = (*names, "past")
    if word.endswith("ly") and len(word) > _SHORT_WORD:
        names = (*names, "adverbs")
    if "'" in word and not word.endswith("'s"):
        names = (*names, "contractions")
    return names


@lru_cache(maxsize=1 << 15)
def _is_name(word: str) -> bool:
    """Whether a word with a capital is a name: no word of register, no month or day."""
    lower = word.lower()
    return lower not in _KEPT and lower not in TIME


def _distinct(words: Sequence[str]) -> float:
    """Mean number of distinct words in windows of 100, so that length does not decide."""
    windows = [words[start : start + 100] for start in range(0, max(len(words) - 99, 1), 100)]
    return float(np.mean([100 * len(set(window)) / max(len(window), 1) for window in windows]))


def _repeated_pairs(words: Sequence[str]) -> int:
    """Pairs of neighbouring topic words that were there before."""
    pairs = [pair for pair in pairwise(words) if pair[0] not in FUNCTION and pair[1] not in FUNCTION]
    return len(pairs) - len(set(pairs))
