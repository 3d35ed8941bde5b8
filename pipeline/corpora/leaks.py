"""Removes from training texts what gives the label or the publisher away instead of being written prose.

What is scored is cleaned by the chrome model, never by these patterns.
"""

import re
from collections.abc import Iterable, Iterator

from pipeline.corpora.notices import is_notice
from pipeline.corpora.outlets import hide_outlet

MANY = 3
"""Broken quotes from which on a text is not worth training on."""

# --- author notes: only in the last lines of a text ---------------------------------------------------------

_TITLES = "Mr|Ms|Mrs|Dr|Prof|Professor|Sen|Rep|Gov|Rev|Judge|Lt|Gen|Col|Maj|Capt|Ambassador"
_NAME = (
    r"(?!(?:He|She|We|They|It|That|There|This|You|I|If|But|And|As|His|Her|President|Donald|Barack|Hillary)\b)"
    rf"(?:(?:{_TITLES})\.? |[A-Z][\w.'\u2019-]*,? )(?:(?:de|von|van|der|bin|al|and|la"
    rf"|[\u201c\"(]\w+[\u201d\")]) )*"
    r"[A-Z][\w.'\u2019-]*(?: (?:[A-Z][\w.'\u2019-]*|de|von|van|der|bin|al|and|la))*"
    r"(?:,? (?:Jr|Sr|Ph\.?D|M\.?D|CFA|Esq)\b\.?)*(?:,? \([^)]*\))?(?:, \d\d)?(?:, [^.!?]{3,160},)?,?"
)
_WRITES = (
    r"(?:columnist|(?:co-)?(?:editor|author|founder)|fellow|professor|correspondent|commentator|analyst"
    r"|reporter"
    r"|writer|blogger|strategist|scholar|lecturer|contributor|novelist|economist|historian|journalist|pundit"
    r"|dean|consultant|(?:executive )?director|chief executive|pastor|graduate|adviser|(?:co-)?host)s?"
)
_START = r"(?:an?|the|currently|also|[A-Z][\w.]*(?:['\u2019]s?)?|senior|deputy|managing|former|opinion|media|law)"
_AUTHOR_NOTE = re.compile(
    rf"[^\w\"\u201c']{{0,4}}(?:By |About the author:? )?{_NAME}"
    rf"(?: (?:is|are|has been)(?: {_START}(?: [^\s.!?]+){{0,9}}?)? {_WRITES}\b"
    r"| is (?:[a-z-]+ ){1,4}(?:editor|correspondent|columnist|reporter)\b|.* has been published in "
    r"| (?:is|was) an? (?:[^\s.!?]+ ){0,3}(?:attorney|lawyer|psychiatrist"
    r"|member of the .{0,30}editorial board)"
    r"| (?:writes|blogs|teaches|covers|hosts|edits|co-?founded|can be (?:reached|found|followed))\b)"
)
_SIGNED_NOTE = re.compile(
    rf"[^\w\"\u201c']{{0,4}}{_NAME} (?:is|was|served|serves|worked|works) (?:an?|the|as|for|on|in"
    rf"|president)\b"
)
"""Any statement of what a person is: an author note only where a disclaimer says that there is an author."""

_DISCLAIMER = re.compile(r"(?i)\b(?:views|opinions?)\b.{0,40}\b(?:authors?|contributors?|columnists?|their own)\b")
_CONTACT = re.compile(
    r"(?i).*(?:\b(?:follow|reach(?:ed)?|contact|e-?mail|write to|(?<!\.)twitter)\b.{0,60}@\w"
    r"|\b[\w.]+@[\w-]+\.\w)"
    r"|(?:his|her|their|my) (?:most recent|latest|new|newest|next|first|forthcoming|weekly|upcoming) "
    r"(?:books?|novel|column|podcast)\b|(?:his|her|their|my) (?:books?|column|website|podcast|e-?mail)\b"
)
_LAST_LINES = 4
"""Lines of prose, counted from the end, among which notes are looked for."""

_CONTACT_WORDS = 60

# --- pieces of lines --------------------------------------------------------------------------------------

_DASH = r"[-\u2013\u2014\u2015]"
_PLACE = r"[A-Z][\w.'\u2019]*(?:[ /-][A-Z][\w.'\u2019]*){0,4}"
_AGENCY = r"(?:(?:Thomson )?Reuters|REUTERS|AP|CNN(?: Student News|Money)?|AFP|UPI|(?:ABC|CBN|NBC) News|Bloomberg)"
_SLUG = re.compile(
    rf"(?:{_PLACE}(?:, {_PLACE})?,? ?(?:[A-Z][a-z]+\.? \d{{1,2}},? )?)?\({_AGENCY}(?: [A-Z]\w+)?\)"
    rf" ?{_DASH}* ?"
)
_BRACKETS = r"[\[(][^\])]{2,40}[\])]"
_DATELINE = re.compile(
    r"(?:[A-Z][A-Z.'\u2019/ -]{2,30}[A-Z.](?:, [A-Z][\w. ]{1,20})?"
    r"|(?:Washington|New York|London|Moscow|Beijing|Paris|Jerusalem|Los Angeles|Chicago|Boston)"
    rf"(?:,? [A-Z][\w.]*){{0,2}}|{_BRACKETS}(?:, ?{_BRACKETS})*)"
    r"(?: ?[\u2013\u2014\u2015] ?| --? )(?=[\"\u201c\u2018A-Z])"
)
_SECTION = re.compile(
    r"(?:(?:ANALYSIS/|MY )?OPINION|(?:NEWS )?ANALYSIS|COMMENTARY|EDITORIAL|VIEWPOINT|PERSPECTIVE|EXCLUSIVE"
    r"|FIRST ON FOX|BREAKING|UPDATED?|Opinion|Commentary|Analysis|Editorial)\s*[:|\u2013\u2014]+\s*"
)
_FIRST_LINES = 4
"""Lines that may open with a dateline: notices and captions that stood before it are gone by then."""

_Bits = tuple[tuple[re.Pattern[str], str], ...]
_BITS: _Bits = (
    (re.compile(r"\(?https?://\S+"), ""),
    (re.compile(r"Media playback is (?:un|not )supported on (?:this|your) device ?"), ""),
    (re.compile(r"(?:Advertisement )?Continue reading the main story ?"), ""),
    (re.compile(r"\[pullquote\]|\bStory Continued Below\b|\(APPLAUSE\)"), ""),
    (re.compile(r"\s?\[(?:\d{1,3}|note \d+|Trusted Source|X Research source)\]"), ""),
    (re.compile(r"\bAs an AI(?: language)?(?: model)?,[^.!?\n]*[.!?] ?"), ""),
    (re.compile(r"[ \t]{2,}"), " "),
    (re.compile(r"[ \t]+(?=[.,;:!?](?:\s|$))"), ""),
)
# The Hill puts full name and headlines after a name, glued together and ending in MORE.
_HILL_REST = r"[^\n]{10,700}?\bMORE\b"
_HILL_GLUED = rf"\b([A-Z][\w'\u2019-]+)(?: [A-Z(][\w().'\u2019-]*){{0,5}} \1(?=[A-Z0-9'\u2018\"\u201c]){_HILL_REST}"
_HILL_SPACED = (
    rf"\b([A-Z][\w.'\u2019-]+ )([A-Z][\w'\u2019-]+)(?: [A-Z(][\w().'\u2019-]*){{1,4}} \2"
    rf" (?=[A-Z0-9]){_HILL_REST}"
)
_SOURCE_BITS: dict[str, _Bits] = {
    "thehill.com": ((re.compile(_HILL_GLUED), r"\1"), (re.compile(_HILL_SPACED), r"\1\2")),
    # The template of a blog generator, around the post itself.
    "dev.to/": (
        (re.compile(r"\A(?:## )?Overview\n"), ""),
        (re.compile(r"\n## Key Insights\nThis article was discovered.*\Z", re.DOTALL), ""),
    ),
    # The generator's prompt named a feed, and many sentences repeat its address.
    "shiyuyang/": (
        (re.compile(r"\(?(?:https?://)?trends\.google\.com[^\s)]*\)?"), "RSS feed"),
        (re.compile(r"[^.!?\n]*\b(?:RSS feed|provided link|link provided)\b[^.!?\n]*[.!?]* ?"), ""),
    ),
    "khuynhtroc/": ((re.compile(r"\n(?:#+ )?Other languages\n.*\Z", re.DOTALL), ""),),
}

_BROKEN_QUOTE = re.compile(r"(?<=[^\W\d_])(?:\?|\ufffd+)(?=[a-z])")
_WEB_ADDRESS = re.compile(r"\S*(?:://|www\.|\w/\w)\S*")


def is_broken(text: str) -> bool:
    """Say whether several apostrophes became question marks: a letter, `?`, and a small letter.

    >>> is_broken("Ann?s hat, Bob?s coat and what they didn?t say")
    True
    >>> is_broken("Why?Because it was late. Who?She did. When?At noon.")
    False
    """
    return len(_BROKEN_QUOTE.findall(_WEB_ADDRESS.sub("", text))) >= MANY


def strip_leaks(text: str, source: str) -> str:
    """Remove notices, credits, author notes, slugs and the publisher's own name.

    Args:
        text: one paragraph a line, as `texts.read_text` gives it.
        source: publisher, site or author as in the manifest.

    Returns:
        What is left, one paragraph a line; empty when nothing is.
    """
    lines = _without_bits(text, source).split("\n")
    prose = [line.strip() for line in lines if not is_notice(line.strip())]
    body = _without_author_notes(prose, signed=bool(_DISCLAIMER.search(text)))
    return hide_outlet("\n".join(_without_openings(body)), source)


def _without_bits(text: str, source: str) -> str:
    """Remove what stands inside lines or spans several."""
    own = (bits for prefix, bits in _SOURCE_BITS.items() if source.startswith(prefix))
    for pattern, replacement in (*(bit for bits in own for bit in bits), *_BITS):
        text = pattern.sub(replacement, text)
    return text


def _without_author_notes(lines: list[str], *, signed: bool) -> list[str]:
    """Drop notes about the author among the last lines of prose, never the first line of a text."""
    kept, prose = list(lines), 0
    for place in range(len(lines) - 1, 0, -1):
        if _is_note(lines[place], signed=signed):
            del kept[place]
        else:
            prose += 1
        if prose == _LAST_LINES:
            break
    return kept


def _is_note(line: str, *, signed: bool) -> bool:
    """Say whether one of the last lines is about its author."""
    if len(line.split()) > _CONTACT_WORDS:
        return bool(_AUTHOR_NOTE.match(line))
    return any((_AUTHOR_NOTE.match(line), signed and _SIGNED_NOTE.match(line), _CONTACT.match(line)))


def _without_openings(lines: Iterable[str]) -> Iterator[str]:
    """Take section names, datelines and agencies off the first lines; agencies off every line."""
    for number, line in enumerate(lines):
        rest = _at_start(_SLUG, line)
        if number < _FIRST_LINES:
            rest = _at_start(_DATELINE, _at_start(_SLUG, _at_start(_SECTION, rest)))
        if rest:
            yield rest


def _at_start(pattern: re.Pattern[str], line: str) -> str:
    """Remove what a pattern matches at the start of a line."""
    match = pattern.match(line)
    return line[match.end() :] if match else line
