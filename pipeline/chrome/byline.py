"""Author and date out of byline and timestamp lines, before those lines go."""

import re
from datetime import date

_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_DAY_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?([A-Za-z]{3})[a-z]*\.?,?\s+(\d{4})\b")
_MONTH_DAY = re.compile(r"\b([A-Za-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_NUMERIC = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d\d)\b")
_BY = re.compile(r"^(?:by|written by|posted by|words by|author:?)\s+(.+)$", re.IGNORECASE)
_AFTER_NAME = re.compile(r"\s*(?:[|,•·(/]|\s[-–—]\s|\bin\b|\bon\b|\bfor\b|\d).*$")
_NAME_WORDS = 6
_CENTURY = 2000


def author_of(line: str) -> str | None:
    """The name in a line that begins with a word like "By".

    >>> author_of("By Mara Lindqvist, Defence Correspondent")
    'Mara Lindqvist'
    """
    match = _BY.match(line)
    name = _AFTER_NAME.sub("", match[1]).strip() if match else ""
    return name if 0 < len(name.split()) <= _NAME_WORDS else None


def date_of(line: str) -> str | None:
    """The first full date of a line as YYYY-MM-DD; None where day and month cannot be told apart.

    >>> date_of("Updated: April 18, 2024, 5:47 PM"), date_of("THE HERALD 26.6.22"), date_of("03/04/2020")
    ('2024-04-18', '2022-06-26', None)
    """
    if match := _ISO.search(line):
        return _iso(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_MONTH.search(line):
        return _iso(int(match[3]), _MONTHS.get(match[2].lower(), 0), int(match[1]))
    if match := _MONTH_DAY.search(line):
        return _iso(int(match[3]), _MONTHS.get(match[1].lower(), 0), int(match[2]))
    match = _NUMERIC.search(line)
    return _from_numbers(*(int(part) for part in match.groups())) if match else None


def _from_numbers(first: int, second: int, year: int) -> str | None:
    """Day and month from their sizes: 26.6. and 6/26/ are clear, 3/4 is not."""
    full = year if year >= 100 else year + _CENTURY  # noqa: PLR2004 - two digits or four
    if first > 12:  # noqa: PLR2004 - months
        return _iso(full, second, first)
    return _iso(full, first, second) if second > 12 else None  # noqa: PLR2004 - months


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
