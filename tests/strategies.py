"""Made-up pages, texts, scores and corpora for properties, and a limit on the time that hostile input may take."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from hypothesis import strategies as st

SENTENCES = (
    "The harbour master said on Monday that four ships had left the port before dawn.",
    "None of them carried the grain that the ministry had promised a week earlier.",
    "“We waited all night,” said Ilse Varga, who runs the weighbridge, “and nobody came.”",
    "Rain fell on the terraces for 17 days, and the lower road was closed to lorries.",
    "Whether the town can pay for a second dredger is a question that nobody at the meeting wanted to answer.",
    "The bridge, built in 1931, carries about 2,400 cars a day; its deck was last replaced in 1988.",
    "A report by the river authority put the cost at €3.1m, a third more than planned.",
    "It would be a mistake to blame the weather alone, and a greater one to blame the farmers.",
)
CHROME_LINES = (
    "Leave a Reply",
    "You must be logged in to post a comment.",
    "Subscribe to our newsletter",
    "Follow us on Facebook, Twitter and Instagram",
    "Share this article",
    "Read more: Ten bridges you must see",
    "Advertisement",
    "By Mara Lindqvist, Harbour Correspondent",
    "Updated: April 18, 2024, 5:47 PM",
    "Photo: Ilse Varga / Port Archive",
    "117 views",
    "© 2024 The Port Herald. All rights reserved.",
    "Home | News | Sport | Weather",
)
HEADINGS = ("# Four ships gone", "## Why it fell", "### What comes next ###", "Quiet at the weighbridge")
BULLETS = ("- the lower road", "* two dredgers", "• a new weighbridge", "1. Fill the basin", "2) Wait for spring")
LITERALS = (
    r"The gates stay shut.\n\nNobody knows for how long.",
    r"Three things are missing:\n- sand\n- money\n- time",
    r"\n\n## After the flood\n\nThe water went down.",
    r"Sums in tonnes\n\nGrain\t120\nCoal\t80",
)
LINKS = (
    "The [river authority](https://river.example/report) did not reply.",
    "![the quay](quay.jpg) Boats wait at **the outer quay** for high water.",
    '[Tide tables](/tides "today\'s tides")',
)
RULES = ("---", "* * *", "=====")
PATHS = (
    r"C:\new\table\readme.txt",
    r"The log is at D:\temp\notes\night.log on the old machine.",
    r"Run .\node_modules\.bin\tsc or ..\tools\new.bat from the folder.",
    r"\\nas\reports\tides\new.xls holds the older figures.",
    r'printf("Done.\n");',
    r'print("Ships left:\t4\n")',
    r'print("\nShips left: 4")',
    r'lines = text.split("\n")',
    r"Proof.\noindent Let the basin be empty.",
    r"The pattern \d+\.\d+\n? matches a figure.",
)
"""Lines with backslashes that stand for themselves."""

PARAGRAPH = f"<p>{SENTENCES[0]} {SENTENCES[1]}</p>"
NAVIGATION = f"<nav><ul>{'<li><a href=/>Tides</a></li>' * 20}</ul></nav>"


def document(body: str, head: str = "<title>Four ships gone</title>") -> str:
    """Set a page around its body."""
    return f"<html><head>{head}</head><body>{body}</body></html>"


_BLOCK_TAGS = ("div", "p", "ul", "li", "section", "article", "h2", "blockquote", "pre", "table", "tr", "td", "x-card")
_INLINE_TAGS = ("b", "em", "span", "a", "code", "sup", "q", "time", "wbr")
_UNSEEN_TAGS = ("script", "style", "template", "noscript", "svg", "iframe")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&nbsp;": "\xa0", "&eacute;": "é", "&#8212;": "—", "&#x1F6A2;": "🚢"}
_WORDS = ("rain", "Port", "4", "2,400", "é", "港口", "שלום", "x", "★", "—", "the", "quay’s")
_ATTRIBUTES = ("", ' class="postBody main-text"', ' id="quay"', " hidden", ' style="display: none"', ' role="note"')


@dataclass(frozen=True, slots=True)
class Marked:
    """A piece of mark-up and the characters of it that a reader sees, white space left out."""

    html: str
    seen: str


def _join(parts: list[Marked]) -> Marked:
    return Marked("".join(part.html for part in parts), "".join(part.seen for part in parts))


def _element(tag: str, attributes: str, inside: Marked) -> Marked:
    return Marked(f"<{tag}{attributes}>{inside.html}</{tag}>", inside.seen)


_ENTITY = st.sampled_from(sorted(_ENTITIES)).map(lambda name: Marked(name, "".join(_ENTITIES[name].split())))
_WORD = st.sampled_from(_WORDS).map(lambda word: Marked(word, word))
_SPACE = st.sampled_from((" ", "\n", "\t ")).map(lambda space: Marked(space, ""))
_COMMENT = st.sampled_from(("<!-- rain -->", "<!---->")).map(lambda comment: Marked(comment, ""))
_VOID = st.sampled_from(("<br>", "<hr>", "<img alt=rain>", "<br/>")).map(lambda tag: Marked(tag, ""))
_UNSEEN = st.sampled_from(_UNSEEN_TAGS).map(lambda tag: Marked(f"<{tag}>unseen</{tag}>", ""))
_LEAVES = st.one_of(_WORD, _WORD, _SPACE, _ENTITY, _COMMENT, _VOID, _UNSEEN)


def _grow(children: st.SearchStrategy[Marked]) -> st.SearchStrategy[Marked]:
    inside = st.lists(children, max_size=5).map(_join)
    tags = st.sampled_from(_BLOCK_TAGS + _INLINE_TAGS)
    return st.builds(_element, tags, st.sampled_from(_ATTRIBUTES), inside)


def trees() -> st.SearchStrategy[Marked]:
    """Bodies of random mark-up: block in inline, cells without tables, text anywhere, elements that are not shown."""
    return st.lists(st.recursive(_LEAVES, _grow, max_leaves=25), min_size=1, max_size=6).map(_join)


def _paragraph(parts: list[str]) -> str:
    return f"<p>{' '.join(parts)}</p>"


_INLINE = st.sampled_from(SENTENCES).flatmap(
    lambda text: st.sampled_from(
        (
            text,
            f"<em>{text}</em>",
            f'<a href="/a">{text}</a>',
            f"{text}<br>",
            f"<x-mark>{text}</x-mark>",
            f"{text}<q>x</q>",
        )
    )
)
_PARAGRAPH = st.lists(_INLINE, min_size=1, max_size=4).map(_paragraph)
_LIST = st.lists(st.sampled_from(SENTENCES + CHROME_LINES), min_size=1, max_size=4).map(
    lambda items: f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
)
_CELL = st.sampled_from((*SENTENCES[:3], "4", "", "the", "★", "2,400", "coal"))


def _table(rows: list[list[str]]) -> str:
    lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


_TABLE = st.lists(st.lists(_CELL, min_size=1, max_size=4), min_size=1, max_size=3).map(_table)
_ASIDE = st.sampled_from(CHROME_LINES).flatmap(
    lambda line: st.sampled_from(
        (
            f"<div class=share>{line}</div>",
            f"<aside><p>{line}</p></aside>",
            f"<h3>{line}</h3>",
            f"<figcaption>{line}</figcaption>",
            f"<p>{line}</p>",
        )
    )
)


def articles() -> st.SearchStrategy[str]:
    """Pages with a menu, an article in which trafilatura finds something, and a footer."""
    piece = st.one_of(_PARAGRAPH, _PARAGRAPH, _LIST, _TABLE, _ASIDE)
    body = st.lists(piece, min_size=1, max_size=8).map("".join)
    return body.map(
        lambda inside: document(
            f"{NAVIGATION}<article><h1>Four ships gone</h1>{PARAGRAPH}{inside}</article>"
            "<footer>© The Port Herald</footer>"
        )
    )


def texts() -> st.SearchStrategy[str]:
    """Texts as users have them: prose, chrome, headings, bullets, literal escapes, links and rules, in any order."""
    lines = st.one_of(
        *map(st.sampled_from, (SENTENCES, SENTENCES, CHROME_LINES, HEADINGS, BULLETS, LITERALS, LINKS, RULES, PATHS))
    )
    ends = st.sampled_from(("\n", "\n\n", "\r\n", "\n \n"))
    return st.builds(lambda parts, end: end.join(parts), st.lists(lines, max_size=14), ends)


def dirty_texts() -> st.SearchStrategy[str]:
    """Articles with lines of chrome, one line each, blank lines and line ends of any kind between them."""
    lines = st.sampled_from(SENTENCES + CHROME_LINES + HEADINGS[-1:] + BULLETS)
    ends = st.sampled_from(("\n", "\n\n", "\r\n", "\r", "\n\n\n", "  \n\t\n "))
    rows = st.lists(st.builds(str.__add__, lines, ends), min_size=1, max_size=14)
    return st.builds(lambda start, parts: start + "".join(parts), st.sampled_from(("", "\n", "\r\n")), rows)


def crooked_texts() -> st.SearchStrategy[str]:
    """Texts of marks that begin, end and hide structure, such as nobody would write on purpose."""
    marks = st.sampled_from(
        ("\\n", "\\n\\n", "\\t", "\\r\\n", "#", "##", "---", "-", "*", "**", "!", "[", "]", "(", ")", "](/", '"', "\\"
         , " ", "\t", "\xa0", "\n", "\u2028", "\x1c", ".", "Rain", "x", "1.", "★")
    )  # fmt: skip
    return st.lists(marks, max_size=24).map("".join)


def scored_documents() -> st.SearchStrategy[list[tuple[float, float]]]:
    """Documents as pairs of a top probability, many of them equal, and what they count."""
    scores = st.one_of(st.floats(1 / 3, 1), st.sampled_from((0.5, 0.7005, 0.9)))
    return st.lists(st.tuples(scores, st.floats(0.01, 100)), min_size=1, max_size=30)


def published() -> st.SearchStrategy[list[tuple[str, str]]]:
    """One (publisher, label) a document, of a few publishers, some large."""
    publishers = st.sampled_from([f"post{number}.example" for number in range(8)])
    labels = st.sampled_from(("reporting", "analysis", "filler"))
    runs = st.builds(lambda name, label, count: [(name, label)] * count, publishers, labels, st.integers(1, 12))
    return st.lists(runs, min_size=1, max_size=12).map(lambda found: [pair for run in found for pair in run])


@contextmanager
def ends_within(seconds: float) -> Iterator[None]:
    """Break off work on a hostile input that would not end; the limit is far above what the work should take."""

    def give_up(signum: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"signal {signum}: not done after {seconds} s, at {frame and frame.f_code.co_qualname}")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
