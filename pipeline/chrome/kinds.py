"""Which kind of chrome a removed block is: a transparent table of cues, read from top to bottom.

Each row of the table gives words of the mark-up around the block and a pattern of its own wording, and the first row
that matches wins. It names what the block model has decided on; short lines in doubt go only where it agrees
(`confirmed`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import re2
from numpy.typing import NDArray

from pipeline.document import Block, ChromeKind

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\.?\s+(?:of\s+)?{_MONTH},?|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?)\s+\d{{4}}"
_NUMERIC = r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d\d-\d\d"
_CLOCK = r"\d{1,2}[:.]\d\d\s*(?:[ap]\.?m\.?)?"
DATE = rf"(?:{_DAY}|{_NUMERIC})"
_AGENCY = r"(?:reuters|afp|ap|epa|getty images?|wana|xinhua|anadolu|associated press|press association|shutterstock)"
_SHORT_WORDS = 25  # above it a wording cue inside a paragraph says little about the paragraph


@dataclass(frozen=True, slots=True)
class _Cue:
    """One row of the table.

    Attributes:
        names: pattern over the mark-up words around the block.
        text: pattern over the block's text, lower case, in what RE2 and `re` both understand.
        words: all words of `names`, one of which must be there for it to match.
    """

    kind: ChromeKind
    names: re.Pattern[str]
    text: str
    words: frozenset[str] = frozenset()


def _cue(kind: ChromeKind, names: str, text: str) -> _Cue:
    return _Cue(kind, re.compile(rf"\b(?:{names})\b"), text, frozenset(_NAME_WORD.findall(names)))


_NAME_WORD = re.compile(r"\w+")


_CUES = (
    _cue(
        ChromeKind.COMMENT_FORM,
        "respond|commentform|reply form|comment form|comment respond",
        r"^(leave|post|add|write|submit) (a |your )?(reply|comment)|logged in to (post|comment|leave)|"
        r"^(log ?in|sign in|register) to (comment|post|reply)|your email address will not be published|"
        r"^(no|\d+) (comments?|responses?|replies)\b|^(cancel reply|join the (conversation|discussion)|comments? (are )?closed)|"
        r"^(show|hide|view|load|see) (all )?(\d+ )?comments?|notify me of (new|follow)|^required fields",
    ),
    _cue(
        ChromeKind.NOTICE,
        "cookie|cookies|consent|gdpr|disclaimer|copyright|legal|disclosure|correction",
        r"©|\(c\) ?\d{4}|copyright|all rights reserved|cookie|terms (of|and)|privacy (policy|notice)|translat(ed|ion)|"
        r"disclaimer|disclosure|affiliate|(article|story|piece|version|post|page|report) (was|has been|is) (\w+ )?(amended|updated|corrected|"
        r"originally|first|edited|published)|editor.?s.? note|^correction|^(first|originally) published|reprinted|"
        r"views? expressed|sponsored by|we may earn",
    ),
    _cue(
        ChromeKind.SUBSCRIBE,
        "newsletter|subscribe|subscription|signup|paywall|piano|mailchimp",
        r"subscri|newsletter|sign ?up (for|to|now)|your inbox|daily briefing|already a (member|subscriber)|"
        r"(get|try) (unlimited|full) access|to (continue|keep) reading|become a member|support our (journalism|work)|donate",
    ),
    _cue(
        ChromeKind.ADVERT,
        "advert|advertisement|ad|ads|adsense|sponsor|sponsored|promo|promotion|dfp|banner",
        r"^(advert(isement|ising)?|sponsored( content| links?)?|promoted|ad|continue reading below)\b|story continues below|% off|promo code",
    ),
    _cue(
        ChromeKind.SHARE,
        "share|sharing|sharebar|addthis|sharethis|social share|shareaholic",
        r"^(share|tweet|pin|email|print|whatsapp|facebook|twitter|linkedin|pinterest|reddit|copy link|save)\b.{0,60}$|"
        r"^(share|send|e-?mail) (this|on|via|with|to)|click to (share|email|print)",
    ),
    _cue(
        ChromeKind.FOLLOW,
        "follow|follow us|social links|social icons|socials",
        r"\bfollow\b.{0,60}\b(on|us|me|@)|(like|find|join) us on|download (our|the) .{0,30}app|@\w+ on (twitter|instagram|x)\b|"
        r"listen to .{0,40}(podcast|article)",
    ),
    _cue(
        ChromeKind.COUNTER,
        "views|viewcount|post views|reading time|readtime|read time|comment count|shares count",
        r"^.{0,40}\b[\d.,]+ ?[km]? ?(views?|reads?|shares?|likes?|comments?|votes?|claps?)\W*$|\b\d+ ?-?min(ute)?s? (to )?read\b|"
        r"^(estimated )?reading time",
    ),
    _cue(
        ChromeKind.CAPTION,
        "caption|figcaption|credit|photo credit|image credit|wp caption|gallery caption",
        rf"(photo|image|picture|illustration|graphic|video|credit|courtesy|file photo)s?\s*(:|by\b|/|credit|courtesy)|"
        rf"\b{_AGENCY}\.?\)?$|\((photo|image|file|pictured?)\b|getty images|/{_AGENCY}",
    ),
    _cue(
        ChromeKind.TIMESTAMP,
        "timestamp|published date|entry date|post date|datetime|dateline|pubdate|updated",
        rf"^\W*((first |last )?(published|updated|posted|modified|created|date)( on| at)?\W*)?(\w+day,? )?{DATE}\W*(at |\||-|–|,)?\W*({_CLOCK})?.{{0,12}}$|"
        rf"^(updated|published|posted|last (updated|modified)|date)\b.{{0,60}}\d|^\d+ (minutes?|hours?|days?|weeks?|months?|years?) ago|^{_CLOCK}\W*(gmt|utc|e[sd]t|bst)?$",
    ),
    _cue(
        ChromeKind.BYLINE,
        "byline|author name|posted by|entry author|vcard|byline name",
        rf"^(by|written by|posted by|reported by|author|words by|text by|von|por|par)\b:? .{{2,80}}$|"
        rf"^[^.!?]{{2,50}}\W{DATE}$|\b(staff writer|correspondent|(staff|bureau) report(er|s)?|news agency|associated press|editorial team)\W*$",
    ),
    _cue(
        ChromeKind.TAGS,
        "tags|tag|tagcloud|post tags|entry tags|categories|hashtags|keywords",
        r"^(tags?|topics?|filed under|categor(y|ies)|keywords?|posted in|labels?|more on these topics)\b\s*:?|^#[\wÀ-ɏ]+(\s+#?[\wÀ-ɏ]+)*$",
    ),
    _cue(
        ChromeKind.BIO,
        "bio|author bio|author box|about author|author description|author info",
        r"^(about the author|about us)|\b(is|was) (a|an|the) .{0,60}(writer|journalist|editor|reporter|columnist|author|professor|fellow|"
        r"contributor|blogger|correspondent|analyst|director|founder)\b|^the (author|writer) (is|was)|lives in .{2,40}\.$",
    ),
    _cue(
        ChromeKind.RELATED,
        "related|recommended|recommendations|more|also|trending|popular|most read|read next|teaser|teasers|latest|promo|carousel|outbrain|taboola|recirc",
        r"^(related|read|see|also|you (may|might)|recommended|trending|popular|most (read|popular|viewed)|latest|live updates?|live:|up next|next|previous|"
        r"prev|don.t miss|in case you missed|keep reading|further reading|watch|editor.?s picks?|don’t miss|must read|top stories|in pictures|gallery)\b|"
        r"in pictures$|^(what we know|who is|explained):|"
        r"^more\b($|[^ ]| ($|[^t]|t($|[^h]|h($|[^a]|a($|[^n])))))",  # more, not "more than": RE2 cannot look ahead
    ),
    _cue(
        ChromeKind.COMMENTS,
        "comment|comments|commentlist|comment body|disqus|replies|reply",
        r"^(reply|report( abuse| comment)?|like|flag|permalink|quote|link|reply ?delete|recommend|(up|down)vote)\W*$|"
        r"^\S.{0,40} says$|^\S.{0,40} (says|said|wrote|writes)\b.{0,40}:$|^(in )?(reply|response) to .{1,40}$|"
        r"^(\d+|no|one|all|reader|user|latest|show|showing|view)( \d+)? (comments?|responses?|replies|thoughts?)\b[^.]{0,60}$|"
        r"^(comments?|responses?|replies)\W*\d*\W*$|^(posted|submitted|commented) (by|on|at)\b.{0,80}$|"
        r"\b\d+ (second|minute|hour|day|week|month|year)s? ago\W*$",
    ),
    _cue(
        ChromeKind.NAVIGATION,
        "nav|navigation|menu|navbar|breadcrumb|breadcrumbs|header|footer|sidebar|pagination|topbar|masthead|widget|skip",
        r"^(home|menu|search|skip to|log ?in|sign in|contact|about|back to|go to|jump to|table of contents|top|close|toggle|sitemap)\b.{0,30}$|»|›",
    ),
)  # fmt: skip
CUE_FEATURES = tuple(f"reads_as_{cue.kind}" for cue in _CUES)
PATTERNED = frozenset(cue.kind for cue in _CUES)
TALK = frozenset({ChromeKind.COMMENTS, ChromeKind.COMMENT_FORM})  # kinds of lines between which comments stand
_TOGETHER = 4  # patterns that one automaton looks for
_AT_ONCE = 16  # blocks in which talk is looked for together
_NAVIGATION_TAGS = frozenset({"nav", "header", "footer"})
_LIVE = re.compile(r"live( updates?)?:")  # "Live updates: Follow ..." leads to another piece, follow or not
_LEAD_CHARS = 400  # enough of a block to see its cue


def cue_rows(blocks: Sequence[Block]) -> NDArray[np.float32]:
    """(n, len(CUE_FEATURES)): which patterns of the table match each line; long lines match none.

    For the line model these are measures among others: what a match is worth is learned.
    """
    rows = np.zeros((len(blocks), len(CUE_FEATURES)), dtype=np.float32)
    for row, block in zip(rows, blocks, strict=True):
        row[list(_matching(block.text[:_LEAD_CHARS]))] = 1
    return rows


def is_short(block: Block) -> bool:
    """Whether a pattern of the table may match a block at all."""
    return block.text.count(" ", 0, _LEAD_CHARS) < _SHORT_WORDS


def says(block: Block, kind: ChromeKind) -> bool:
    """Whether the pattern of one kind matches a block; none matches a long one."""
    return is_short(block) and bool(_ALONE[kind].Match(_folded(block.text[:_LEAD_CHARS])))


def reads_as_talk(blocks: Sequence[Block]) -> NDArray[np.bool_]:
    """(n,) which blocks are short and read as the lines between which readers' comments stand.

    Few do. So several are asked at once, and one by one only where one of them is.
    """
    leads = [block.text[:_LEAD_CHARS] if is_short(block) else "" for block in blocks]
    is_talk = np.zeros(len(leads), dtype=bool)
    for start in range(0, len(leads), _AT_ONCE):
        several = slice(start, start + _AT_ONCE)
        if _TALK_LINES.Match(_folded("\n".join(leads[several]))):
            is_talk[several] = [_TALK.Match(_folded(lead)) is not None for lead in leads[several]]
    return is_talk


def _automaton(cues: Sequence[_Cue]) -> re2.Set:
    """What finds the patterns of some rows in one pass over a line, in time that grows with the line alone.

    One for all rows is slower: its states are so many that new lines go on making them. Microseconds a line after
    1,000 and 100,000 lines: 20 and 2.0 for one of fifteen patterns, 10 and 3.3 for fours, 12 and 12 for `re`.
    """
    found = re2.Set.SearchSet()
    for cue in cues:
        found.Add(cue.text)
    found.Compile()
    return found


_AUTOMATA = tuple(_automaton(_CUES[start : start + _TOGETHER]) for start in range(0, len(_CUES), _TOGETHER))
_ALONE = {cue.kind: _automaton([cue]) for cue in _CUES}
_TALK = _automaton([cue for cue in _CUES if cue.kind in TALK])
_TALK_LINES = _automaton([replace(cue, text=f"(?m){cue.text}") for cue in _CUES if cue.kind in TALK])


def _folded(lead: str) -> bytes:
    return lead.lower().encode(errors="replace")


@lru_cache(maxsize=8192)  # the same menus and buttons stand on every page of a site, and in every round of cleaning
def _matching(lead: str) -> tuple[int, ...]:
    """Places in the table of the rows whose patterns match a short line, in no order; none for a long one."""
    if lead.count(" ") >= _SHORT_WORDS:
        return ()
    folded = _folded(lead)
    found = ((number * _TOGETHER, automaton.Match(folded) or ()) for number, automaton in enumerate(_AUTOMATA))
    return tuple([start + place for start, places in found for place in places])


def kind_of(block: Block) -> ChromeKind:
    """Name the kind of a block that is known to be chrome.

    >>> kind_of(Block("You must be logged in to post a comment.", "line", 9)).value
    'comment-form'
    >>> kind_of(Block("Updated: April 18, 2024, 5:47 PM", "line", 40)).value
    'timestamp'
    """
    lead = block.text[:_LEAD_CHARS]
    if block.tag == "figcaption":
        return ChromeKind.CAPTION
    if _LIVE.match(lead.lower()):
        return ChromeKind.RELATED
    if said := _matching(lead):  # what a short block says it is
        return _CUES[min(said)].kind
    return _by_names(block.names) or _by_structure(block)


@lru_cache(maxsize=4096)  # blocks of one list have the same names around them
def _by_names(names: str) -> ChromeKind | None:
    """What the mark-up calls the block or what is around it: the first row of the table that has one of its words."""
    words = set(_NAME_WORD.findall(names))
    return next((cue.kind for cue in _CUES if not cue.words.isdisjoint(words) and cue.names.search(names)), None)


def _by_structure(block: Block) -> ChromeKind:
    """What the place in the page says where neither wording nor class names do."""
    if _NAVIGATION_TAGS & set(block.ancestors):
        return ChromeKind.NAVIGATION
    if block.tag in ("li", "a") or block.link_chars * 2 > len(block.text):
        return ChromeKind.RELATED if len(block.text.split()) >= 4 else ChromeKind.NAVIGATION  # noqa: PLR2004 - a headline has four words, a menu entry fewer
    return ChromeKind.OTHER
