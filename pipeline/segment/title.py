"""Which block of a document is its headline."""

from collections.abc import Iterable, Sequence

from pipeline.document import Block

_SITE_CUTS = (" | ", " - ", " – ", " — ", " : ", ": ", " · ", " « ", " » ")
_CUT_WORDS = 3  # a headline that is cut out of a page's declared title has at least as many
_TITLE_CHARS = 150
# Deletes all ASCII characters that are neither letters nor digits: three times as fast as asking each.
_ASCII_MARKS = dict.fromkeys(code for code in range(128) if not chr(code).isalnum())
_GROWTH = 3  # letters at most that folding makes of one (Unicode 15, full case folding)
_HEADLINES = frozenset({"h1", "h2", "h3", "line"})
_NOT_A_TITLE = (".", ",", ";", ":")
_NAME_WORDS = range(2, 5)


def find_title(blocks: Sequence[Block]) -> Block | None:
    """The first block, when it reads as a headline: short, no full stop, and set apart from what follows.

    Set apart means: marked as a heading, followed by a blank line or by a paragraph, or repeated below.
    """
    if len(blocks) < 2:  # noqa: PLR2004 - a single line is the body, whatever it looks like
        return None
    first, second = blocks[0], blocks[1]
    if (
        len(first.text) > _TITLE_CHARS
        or first.text.endswith(_NOT_A_TITLE)
        or first.tag == "li"
        or _is_byline(first.text)
    ):
        return None
    apart = first.tag == "h1" or second.gap or len(second.text) > _TITLE_CHARS
    return first if apart or any(block.text == first.text for block in blocks[1:]) else None


def _is_byline(text: str) -> bool:
    """Whether a line is "By" and a name: a text that lost its headline must not take its author for one."""
    words = text.split()
    return words[:1] == ["By"] and len(words) - 1 in _NAME_WORDS and all(word[0].isupper() for word in words)


def headline(blocks: Iterable[Block], title: str | None) -> str | None:
    """The headline as the page shows it: the heading that its declared title names, else that title itself."""
    if not title:
        return None
    named = {_fold(title), *(_fold(part) for end in _SITE_CUTS for part in _pieces(title, end))} - {""}
    headings = [block.text for block in blocks if block.tag in _HEADLINES and _fold(block.text) in named]
    return max(headings, key=len, default=title)


def _pieces(title: str, end: str) -> list[str]:
    """The title without its last part, and its last part, where a separator cuts the site's name off."""
    if end not in title:
        return []
    pieces = [title.rpartition(end)[0], title.partition(end)[0], title.partition(end)[2]]
    return [piece for piece in pieces if len(piece.split()) >= _CUT_WORDS]


def title_copies(texts: Iterable[str], title: str) -> list[bool]:
    """Whether each block repeats the title, case and punctuation aside."""
    first, folded = _first(title), _fold(title)
    least = len(folded) / _GROWTH  # most blocks are shorter, and told by that
    return [
        text == title or (len(text) >= least and _alike(_first(text), first) and _fold(text) == folded != "")
        for text in texts
    ]


def is_title(text: str, title: str) -> bool:
    """Whether a block repeats the title, case and punctuation aside."""
    return title_copies([text], title)[0]


def _alike(first: str, other: str) -> bool:
    """Whether first letters or digits agree, where both are ASCII: most blocks are told from a title by them.

    Beyond ASCII one letter may fold to several, so that nothing is told by one.
    """
    return first == other or not (first + other).isascii()


def _first(text: str) -> str:
    return next(filter(str.isalnum, text), "").lower()


def _fold(text: str) -> str:
    if text.isascii():
        return text.translate(_ASCII_MARKS).lower()
    return "".join(filter(str.isalnum, text)).casefold()
