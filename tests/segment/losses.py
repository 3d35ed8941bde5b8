"""Which words may be missing from a page's blocks once an extractor's lines have taken the place of some of them."""

from collections import Counter
from collections.abc import Iterable, Sequence

from pipeline.measure import tokens
from pipeline.segment.align import _REST_SHARE


def words(texts: Iterable[str]) -> Counter[str]:
    return Counter(word for text in texts for word in tokens(text))


def given_up(texts: Sequence[str], lines: Sequence[str]) -> Counter[str]:
    """The words that lines leave of the blocks that they stand for nearly the whole of; they are few, so they go."""
    return sum((_left(text, lines) for text in texts), Counter[str]())


def _left(text: str, lines: Sequence[str]) -> Counter[str]:
    pieces = [line for line in lines if _letters(line) in _letters(text)]
    nearly_all = sum(map(len, pieces)) >= (1 - _REST_SHARE) * len(text)
    return words([text]) - words(pieces) if nearly_all else Counter()


def _letters(text: str) -> str:
    return "".join(tokens(text))
