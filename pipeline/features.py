"""Feature rows of documents: what the quality model sees of a text.

Two views of the same text. `masked` rewrites it so that names, numbers and topic words no longer tell the
publisher or the subject and the register remains; a vectoriser counts its word patterns. `style` measures it.
Both are used unchanged by training and scoring. Why masking: docs/algorithm.md.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

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
_SENTENCE = re.compile(rf"((?<=[.!?…])[\"”’')\]]*)\s+(?=[\"“‘'(\[]?[{_CAPITALS}0-9])|\n+")
# A straight mark opens before a word and closes behind one; else a mark left open would turn the rest of the
# line inside out. Inches stand behind a figure.
_QUOTE = re.compile(r"(?:“|(?<!\w)\"(?!\s))([^“”\"\n]{2,600})(?:”|(?<!\s)\")")
_MAY = re.compile(r"(?<=\d )May\b|\bMay(?= \d)")  # the month; elsewhere it is a modal verb
_YEAR = re.compile(r"(?:19|20)\d\d$")
_KEPT = FUNCTION | GENERAL
_SUFFIX = 3  # letters of a topic word that are kept: its grammar, not its subject
_SHORT_WORD = 5
_LANGUAGE_CHARS = 2000  # enough to tell; more only costs
_LANGUAGE_WORDS = 5
# Thai, Lao, Burmese, Khmer, kana and Chinese characters: scripts without spaces, two characters a word or so.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")

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

    >>> sentences("The bridge shut. Nobody was hurt, police said.\nIt reopens in May.")
    ['The bridge shut.', 'Nobody was hurt, police said.', 'It reopens in May.']
    """
    parts = [*_SENTENCE.split(text), ""]  # text and the closing marks behind it by turns
    whole = ((raw or "") + (closing or "") for raw, closing in zip(parts[::2], parts[1::2], strict=True))
    return [part for raw in whole if (part := raw.strip())]


def masked(text: str) -> str:
    """Rewrite a text as register: quotations to QUO, names to NE, numbers to NUM, topic words to their endings.

    >>> masked("“We will not pay the toll,” Lena Varro told reporters on Monday.")
    'QUO NE told reporters on TIME .'
    """
    told = _QUOTE.sub(_quotation, _MAY.sub("June", text))
    return " ".join(token for sentence in sentences(told) for token in _masked_sentence(sentence))


def style(text: str) -> NDArray[np.float64]:
    """(len(STYLE),) measures of one text; rates are per the unit in their name."""
    return _measure(text)


def style_rows(texts: Iterable[str]) -> Matrix:
    """(n, len(STYLE)) measures of many texts."""
    rows = [style(text) for text in texts]
    return np.array(rows).reshape(len(rows), len(STYLE))


def language_of(text: str) -> str | None:
    """ISO 639-1 code of the language that a text is in; None when it is too short to tell.

    >>> language_of("Der Hafen bleibt bis Freitag geschlossen, teilte die Behörde am Abend mit.")
    'de'
    """
    import py3langid  # noqa: PLC0415 - late: its model takes a third of a second; it keeps it

    head = text[:_LANGUAGE_CHARS]
    if len(_WORD.findall(head)) + len(_UNSPACED.findall(head)) // 2 < _LANGUAGE_WORDS:
        return None
    code: str = py3langid.classify(head)[0]
    return code


def first_words(text: str, limit: int) -> str:
    """The whole lines of a text until `limit` words are reached, so that length decides little."""
    lines, count = [], 0
    for line in text.split("\n"):
        lines.append(line)
        count += line.count(" ") + 1
        if count >= limit:
            break
    return "\n".join(lines)


def _quotation(found: re.Match[str]) -> str:
    """The mask of a quotation; one that ends in a full stop ends its sentence, in other marks it may go on."""
    return " QUO\n" if found[1].endswith(".") else " QUO "


def _masked_sentence(sentence: str) -> list[str]:
    tokens: list[str] = []
    starts = True
    for token in _TOKEN.findall(sentence):
        mask = _mask(token, starts=starts)
        starts = starts and not token[0].isalnum()  # a bracket or a bullet is not the first word
        if not (mask in ("NE", "QUO") and tokens and tokens[-1] == mask):
            tokens.append(mask)
    return tokens


def _mask(token: str, *, starts: bool) -> str:
    """The mask of one token; a capital at the start of a sentence is no sign of a name."""
    lower = token.lower().replace("’", "'")
    if token == "QUO" or not token[0].isalnum():
        return token
    if token[0].isdigit():
        return "YEAR" if _YEAR.match(token) else "NUM"
    if lower in TIME:
        return "TIME"
    if lower in _KEPT:
        return lower
    if token[0].isupper() and not starts:
        return "NE"
    return f"~{lower[-_SUFFIX:]}" if len(lower) > _SHORT_WORD else "~"


def _measure(text: str) -> NDArray[np.float64]:
    text = _MAY.sub("June", text)
    parts = sentences(text)
    words = _WORD.findall(text)
    lower = [word.lower().replace("’", "'") for word in words]
    counts = Counter(lower)
    total, lengths = max(len(words), 1), [max(part.count(" ") + 1, 1) for part in parts] or [1]
    quotes = _QUOTE.findall(text)
    verbs = sum(word.endswith("ed") for word in lower) + counts["was"] + counts["were"] + counts["had"] + counts["said"]
    present = sum(counts[word] for word in ("is", "are", "has", "have", "does", "do", "says"))
    names = sum(_is_name(words, place) for place in range(1, len(words)))
    row = (
        sum(len(quote.split()) for quote in quotes) / total,
        1000 * len(quotes) / total,
        1000 * _hits(counts, ATTRIBUTION) / total,
        100 * names / total,
        100 * len(re.findall(r"\d[\d.,]*", text)) / total,
        100 * _hits(counts, TIME) / total,
        1000 * _hits(counts, _FIRST) / total,
        1000 * _hits(counts, _SECOND) / total,
        1000 * _hits(counts, _THIRD) / total,
        1000 * _hits(counts, MODALS) / total,
        1000 * _hits(counts, HEDGES) / total,
        1000 * _hits(counts, EVALUATION) / total,
        1000 * _hits(counts, REASONING) / total,
        1000 * _hits(counts, PUFF) / total,
        1000 * _hits(counts, ADDRESS) / total,
        100 * text.count("?") / len(lengths),
        100 * text.count("!") / len(lengths),
        verbs / max(verbs + present, 1),
        1000 * sum("'" in word and not word.endswith("'s") for word in lower) / total,
        1000 * (text.count("—") + text.count(" – ") + text.count(";") + text.count(": ")) / total,
        float(np.mean(lengths)),
        float(np.std(lengths) / np.mean(lengths)),
        _distinct(lower),
        100 * _repeated_pairs(lower) / total,
        1000 * sum(word.endswith("ly") and len(word) > _SHORT_WORD for word in lower) / total,
        100 * _hits(counts, FUNCTION) / total,
        sum(map(len, words)) / total,
    )
    return np.array(row, dtype=float)


_FIRST = frozenset("i we my our us me mine ours i'm we're i've we've i'd we'd i'll we'll".split())
_SECOND = frozenset("you your yours you're you'll you've you'd yourself".split())
_THIRD = frozenset("he she they his her their him them".split())


def _hits(counts: Counter[str], words: frozenset[str]) -> int:
    return sum(counts[word] for word in words & counts.keys())


def _is_name(words: Sequence[str], place: int) -> bool:
    word = words[place]
    return word[0].isupper() and word.lower() not in _KEPT and word.lower() not in TIME


def _distinct(words: Sequence[str]) -> float:
    """Mean number of distinct words in windows of 100, so that length does not decide."""
    windows = [words[start : start + 100] for start in range(0, max(len(words) - 99, 1), 100)]
    return float(np.mean([100 * len(set(window)) / max(len(window), 1) for window in windows]))


def _repeated_pairs(words: Sequence[str]) -> int:
    """Pairs of neighbouring topic words that were there before."""
    pairs = Counter(
        (first, second) for first, second in pairwise(words) if first not in FUNCTION and second not in FUNCTION
    )
    return sum(number - 1 for number in pairs.values())
