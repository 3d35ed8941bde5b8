"""Author and date out of byline and timestamp lines, before those lines go."""

import re
from datetime import date

_NAMES = "january february march april may june july august september october november december".split()
_MONTHS = {name[:3]: number for number, name in enumerate(_NAMES, 1)}
_MONTH = rf"({'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _NAMES)}|sept)\b\.?"
_ORDINAL = r"(\d{1,2})(?:st|nd|rd|th)?\b"
_DATES = re.compile(
    r"\b(?P<iso>(\d{4})-(\d\d)-(\d\d))\b"
    rf"|\b(?P<day>{_ORDINAL}\.?\s+(?:of\s+)?{_MONTH},?\s+(\d{{4}}))\b"
    rf"|\b(?P<month>{_MONTH}\s+{_ORDINAL},?\s+(\d{{4}}))\b"
    r"|\b(?P<numbers>(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d\d))\b",
    re.IGNORECASE,
)
_BY = re.compile(r"^(?:by|written by|posted by|words by|author)\b:?\s+(.+)$", re.IGNORECASE)
_AFTER_NAME = re.compile(r"\s*(?:[|,•·(/]|\s[-–—]\s|\bin\b|\bon\b|\bfor\b|\d).*$")
_BARE = re.compile(r"(?:[A-Z][\w.'’-]*\s+){1,3}[A-Z][\w'’-]+")  # a line that is a name and nothing else
_NAME_WORDS = 6
_CENTURY = 2000


def author_of(line: str) -> str | None:
    """The name in a byline: what follows a word like "By", or all of it where it reads as a name.

    >>> author_of("By Mara Lindqvist, Defence Correspondent"), author_of("Mara A. Lindqvist")
    ('Mara Lindqvist', 'Mara A. Lindqvist')
    """
    match = _BY.match(line)
    if not match and _BARE.fullmatch(line):
        return line
    name = _AFTER_NAME.sub("", match[1]).strip() if match else ""
    return name if 0 < len(name.split()) <= _NAME_WORDS else None


def date_of(line: str) -> str | None:
    """The first full date of a line as YYYY-MM-DD; None where day and month cannot be told apart.

    >>> date_of("Updated: April 18, 2024, 5:47 PM"), date_of("THE HERALD 26.6.22"), date_of("03/04/2020")
    ('2024-04-18', '2022-06-26', None)
    """
    found = (_read(match) for match in _DATES.finditer(line))
    return next((day for day in found if day), None)


def _read(match: re.Match[str]) -> str | None:
    """The day that one match of `_DATES` stands for."""
    parts = [part for part in match.groups() if part is not None][1:]
    if match["iso"]:
        return _iso(int(parts[0]), int(parts[1]), int(parts[2]))
    if match["day"]:
        return _iso(int(parts[2]), _MONTHS[parts[1][:3].lower()], int(parts[0]))
    if match["month"]:
        return _iso(int(parts[2]), _MONTHS[parts[0][:3].lower()], int(parts[1]))
    return _from_numbers(*(int(part) for part in parts))


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
