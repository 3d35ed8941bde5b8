"""The blocks of an HTML page: the only code that walks a tree.

Nothing visible is lost between blocks: joined without white space they are the visible text of the page
(tests/segment/test_page.py states it as a law). Blocks know where they stood and which extractor preset
kept them; whether they are chrome is decided elsewhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from pipeline.document import Block
from pipeline.extract import Page
from pipeline.segment.align import mark_kept

# Elements whose text no reader sees. A template or noscript repeats what scripts show.
HIDDEN = frozenset(
    "script style template noscript head iframe svg math object embed audio video canvas map datalist".split()
)
# Elements that flow within a line; every other element begins and ends a block.
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label link mark meta nobr q rp rt "
    "ruby s samp small span strike strong sub sup time tt u var wbr".split()
)
_NAME_ATTRIBUTES = ("class", "id", "role", "itemprop")
_NAME_WORD = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{2,}")
_DISPLAY_NONE = re.compile(r"display\s*:\s*none")
_NAME_CHARS = 200  # generated class lists run to kilobytes
_WHOLE_PAGE = ("html", "body")  # around every block, so that they tell nothing
_ANCESTORS = 8  # how many levels of names and tags a block carries: beyond, they describe the site


@dataclass(slots=True)
class _Open:
    """An element on the walker's stack; what only blocks ask for is worked out when the first one does.

    Attributes:
        tags: its own tag and those around it, innermost first, without html and body.
        holder: the tag of the nearest element that begins a block, itself included.
        path: its number and those of the elements around it, outermost first.
        end: how many pieces of the run that began in it had come when it ended; None while it is open.
    """

    element: HtmlElement
    tag: str
    parent: "_Open | None"
    tags: tuple[str, ...]
    holder: str
    path: tuple[int, ...]
    end: int | None = None
    own: str | None = None
    around: tuple[str, ...] | None = None

    def names(self) -> tuple[str, ...]:
        """The names of the element and of those around it, innermost first, `_ANCESTORS` levels in all."""
        outer: tuple[str, ...] = ()
        if self.parent is not None:
            outer = self.parent.around or self.parent.outer()
        return (self.own_names(), *outer)

    def outer(self) -> tuple[str, ...]:
        """The names that its children find around them: those of all but the outermost level."""
        levels: list[str] = []
        entry: _Open | None = self
        while entry is not None and len(levels) < _ANCESTORS - 1:
            levels.append(entry.own_names())
            entry = entry.parent
        self.around = tuple(levels)
        return self.around

    def own_names(self) -> str:
        if self.own is None:
            self.own = _names(self.element)
        return self.own


@dataclass(slots=True)
class _Walk:
    """What the walker has seen: finished blocks, the run of text under way, and the open elements.

    Attributes:
        run: pieces of text; the first is never white space only.
        lead: inline elements that the run began in, innermost first.
        top: the innermost open element, None within html and body only.
    """

    blocks: list[Block] = field(default_factory=list)
    run: list[str] = field(default_factory=list)
    lead: list[_Open] = field(default_factory=list)
    link_chars: int = 0
    links: int = 0
    top: _Open | None = None
    opened: int = 0

    def add(self, text: str) -> None:
        """Take in a piece of text that is not empty."""
        if not self.run:
            if text.isspace():
                return
            if self.top and self.top.tag in INLINE:
                self.lead = list(_inline(self.top))
        self.run.append(text)
        if self.links:
            self.link_chars += len("".join(text.split()))

    def flush(self) -> None:
        """End the run under way, which holds text, as a block."""
        text = " ".join("".join(self.run).split())
        self.blocks.append(
            Block(
                text=text,
                tag=self.top.holder if self.top else "body",
                line=len(self.blocks) + 1,
                ancestors=self.top.tags if self.top else (),
                names=self.names(),
                link_chars=min(self.link_chars, len(text)),
                path=self.top.path if self.top else (),
            )
        )
        self.run, self.lead, self.link_chars = [], [], 0

    def names(self) -> str:
        """Names of inline elements that held the whole run, then of those around it, innermost first."""
        levels = self.top.names() if self.top else ()
        if self.lead:
            held = [entry.own_names() for entry in self.lead if entry.end is not None and self.is_whole(entry.end)]
            levels = (*held, *levels)[:_ANCESTORS]
        return " ".join(filter(None, levels))

    def is_whole(self, end: int) -> bool:
        """Whether nothing but white space came after the first `end` pieces of the run."""
        return all(map(str.isspace, self.run[end:]))


def page_blocks(page: Page) -> list[Block]:
    """The blocks of a page in document order, those marked that trafilatura kept.

    Lines of trafilatura that no block of the page explains (its own repairs of broken mark-up) become
    blocks too, so that nothing that it kept is lost.
    """
    return mark_kept(tree_blocks(page.tree), page.kept)


def tree_blocks(tree: HtmlElement) -> list[Block]:
    """Cut a tree into blocks in document order, without regard to what is chrome.

    >>> from lxml.html import document_fromstring
    >>> [b.text for b in tree_blocks(document_fromstring("<p>Rain <b>fell</b>.<br>Then</p><ul><li>sun</ul>"))]
    ['Rain fell.', 'Then', 'sun']
    """
    walk = _Walk()
    hidden: HtmlElement | None = None
    for event, element in iterwalk(tree, events=("start", "end", "comment", "pi")):
        if hidden is not None:
            if event == "end" and element is hidden:
                hidden = None
                _follow(walk, element, tree)
        elif event == "start" and element.tag in HIDDEN:
            hidden = element
        elif event == "start":
            _enter(walk, element)
        else:
            if event == "end":
                _leave(walk, element.tag)
            _follow(walk, element, tree)
    if walk.run:
        walk.flush()
    return walk.blocks


def visible_text(tree: HtmlElement) -> str:
    """Every visible character of a page without white space: what the blocks must add up to."""
    hidden = " or ".join(f"ancestor-or-self::{tag}" for tag in sorted(HIDDEN))
    texts: list[str] = tree.xpath(f".//text()[not({hidden})]")
    return "".join("".join(texts).split())


def _enter(walk: _Walk, element: HtmlElement) -> None:
    tag = element.tag
    inline = tag in INLINE
    if walk.run and not inline:
        walk.flush()
    if tag not in _WHOLE_PAGE:
        top = walk.top
        tags, holder, path = (top.tags, top.holder, top.path) if top else ((), "body", ())
        walk.opened += 1
        walk.top = _Open(element, tag, top, (tag, *tags), holder if inline else tag, (*path, walk.opened))
    if tag == "a":
        walk.links += 1
    if text := element.text:
        walk.add(text)


def _leave(walk: _Walk, tag: str) -> None:
    if walk.run and tag not in INLINE:
        walk.flush()
    if tag == "a":
        walk.links -= 1
    if walk.top and tag not in _WHOLE_PAGE:
        walk.top.end = len(walk.run)
        walk.top = walk.top.parent


def _follow(walk: _Walk, element: HtmlElement, tree: HtmlElement) -> None:
    """Take in the text after an element, unless it is the tree's own end."""
    if (text := element.tail) and element is not tree:
        walk.add(text)


def _inline(entry: _Open | None) -> Iterator[_Open]:
    """The inline elements from an open one outwards, up to the first that begins a block."""
    while entry is not None and entry.tag in INLINE:
        yield entry
        entry = entry.parent


def _names(element: HtmlElement) -> str:
    """The words of an element's class, id, role and itemprop, lower case, camel case cut; `hidden` if it is."""
    attributes = dict(element.items())
    if not attributes:
        return ""
    raw = " ".join([attributes.get(name, "") for name in _NAME_ATTRIBUTES])
    words = _name_words(raw[:_NAME_CHARS])
    if "hidden" in attributes or _DISPLAY_NONE.search(attributes.get("style", "")):
        return f"{words} hidden".lstrip()
    return words


@lru_cache(maxsize=4096)  # the same classes stand all over a page, and over a site
def _name_words(raw: str) -> str:
    return " ".join(_NAME_WORD.findall(raw)).lower()
