"""The blocks of an HTML page: the only code that walks a tree.

Nothing visible is lost between blocks: joined without white space, and without the bars that join cells, they are the
visible text of the page (tests/segment/test_page.py states it as a law). Blocks know where they stood; whether they
are chrome is decided elsewhere.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

from lxml.html import HtmlElement

from pipeline.document import NAMES_END, Block
from pipeline.extract import Page, kept_lines
from pipeline.segment.rows import joined_rows

# Elements whose text no reader sees. A template or noscript repeats what scripts show.
HIDDEN = frozenset(
    "script style template noscript head iframe svg math object embed audio video canvas map datalist".split()
)
# Elements that flow within a line; every other element begins and ends a block.
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label link mark meta nobr q rp rt "
    "ruby s samp small span strike strong sub sup time tt u var wbr".split()
)
_NAME_WORD = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{2,}")
_DISPLAY_NONE = re.compile(r"display\s*:\s*none")
_NAME_CHARS = 200  # generated class lists run to kilobytes
_WHOLE_PAGE = ("html", "body")  # around every block, so that they tell nothing
_SHOWN = 250  # characters of a page below which its text is looked for in scripts; one page in a hundred
_ANCESTORS = 8  # how many levels of names and tags a block carries: beyond, they describe the site


@dataclass(slots=True, eq=False)
class _Open:
    """An element that is open, without html and body, and what the blocks in it tell of where they stand.

    Most elements hold no text of their own, so that this is put together for those alone that a block asks for.

    Attributes:
        number: how many elements were opened before it, and itself.
        outer: the element around it; None around all.
        place: see `told`.
        levels: names of the element and of those around it, innermost first.
        names: the same as a block carries them.
    """

    element: HtmlElement
    tag: str
    number: int
    outer: "_Open | None"
    place: "_Place | None" = None
    levels: tuple[str, ...] | None = None
    names: str | None = None


_Place = tuple[str, tuple[str, ...], tuple[int, ...]]  # holder, tags innermost first, numbers outermost first
_NOWHERE: _Place = ("body", (), ())


def _place(here: _Open | None) -> _Place:
    """The innermost element here that begins a block, the tags around a text here, and their numbers."""
    if here is None:
        return _NOWHERE
    if here.place is None:
        holder, tags, path = _place(here.outer)
        here.place = (holder if here.tag in INLINE else here.tag, (here.tag, *tags), (*path, here.number))
    return here.place


def _levels(here: _Open | None) -> tuple[str, ...]:
    """The names of an element and of those around it, innermost first, as many as a block carries."""
    if here is None:
        return ()
    if here.levels is None:
        here.levels = (_names(here.element), *_levels(here.outer)[: _ANCESTORS - 1])
    return here.levels


def _names_around(here: _Open | None) -> str:
    if here is None:
        return ""
    if here.names is None:
        here.names = NAMES_END.join(_levels(here)).rstrip(NAMES_END)
    return here.names


@dataclass(slots=True)
class _Walk:
    """What the walker has seen: finished blocks, and the run of text under way.

    Attributes:
        run: pieces of text; the first is never white space only.
        linked: those of them that are inside links.
        marks: which of them are.
        began: the element that the run began in, or the innermost around it that has not ended.
        held: the innermost inline element that has ended and holds all text of the run.
        links: how many links are open.
        opened: how many elements were opened so far.
    """

    blocks: list[Block] = field(default_factory=list)
    run: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    marks: list[bool] = field(default_factory=list)
    began: _Open | None = None
    held: _Open | None = None
    links: int = 0
    opened: int = 0

    def visit(self, element: HtmlElement, tag: str, outer: _Open | None) -> None:
        """Take in an element that is shown, and all that is in it: `parse` lets no tree be too deep for that."""
        run, is_inline, is_link = self.run, tag in INLINE, tag == "a"
        if run and not is_inline:
            self.flush()
        here = outer
        if tag not in _WHOLE_PAGE:
            self.opened += 1
            here = _Open(element, tag, self.opened, outer)
        self.links += is_link
        # Most texts are the white space between blocks: to ask here spares a call for each.
        if (text := element.text) and (run or not text.isspace()):
            self.add(text, here)
        for child in element:
            name = child.tag
            if name not in HIDDEN and isinstance(name, str):  # the tag of a comment is none
                self.visit(child, name, here)
            if (text := child.tail) and (run or not text.isspace()):
                self.add(text, here)
        self.links -= is_link
        if run:
            if not is_inline:
                self.flush()
            elif self.began is here:
                self.held, self.began = self.held or here, outer

    def add(self, text: str, here: _Open | None) -> None:
        """Take in a piece of text; where it begins a run it is not white space only."""
        if not self.run:
            self.began = here
        elif self.held and not text.isspace():
            self.held = None
        self.run.append(text)
        self.marks.append(self.links > 0)
        if self.links:
            self.linked.append(text)

    def flush(self) -> None:
        """End the run under way, which holds text, as a block; what is set as it was typed is a block a line."""
        tag, around, path = _place(self.began)
        names = _names_around(self.held or self.began)
        for pieces, linked in self.typed() if "pre" in around else [(self.run, self.linked)]:
            if text := " ".join("".join(pieces).split()):
                chars = len("".join("".join(linked).split())) if linked else 0
                block = Block(
                    text, tag, len(self.blocks) + 1, ancestors=around, names=names, link_chars=chars, path=path
                )
                self.blocks.append(block)
        self.run.clear()
        self.linked.clear()
        self.marks.clear()
        self.held = None

    def typed(self) -> list[tuple[list[str], list[str]]]:
        """The pieces of each line of the run, and those of them that are inside links."""
        lines: list[tuple[list[str], list[str]]] = [([], [])]
        for text, is_linked in zip(self.run, self.marks, strict=True):
            for number, piece in enumerate(text.split("\n")):
                if number:
                    lines.append(([], []))
                lines[-1][0].append(piece)
                if is_linked:
                    lines[-1][1].append(piece)
        return lines


def page_blocks(page: Page) -> list[Block]:
    """The blocks of a page in document order.

    A page that shows next to nothing is mostly an application that holds its text as data in a script: what
    trafilatura finds there are its blocks.
    """
    blocks = joined_rows(tree_blocks(page.tree))
    if sum(len(block.text) for block in blocks) >= _SHOWN:
        return blocks
    with suppress(Exception):  # whatever it makes of a page that shows next to nothing, what is shown is there
        lines = [Block(line, "p", number, ancestors=("p",)) for number, line in enumerate(kept_lines(page.tree), 1)]
        return max(blocks, lines, key=_letters)
    return blocks


def _letters(blocks: Sequence[Block]) -> int:
    """Letters and digits of blocks: extractors set marks before items."""
    return sum(sum(map(str.isalnum, block.text)) for block in blocks)


def tree_blocks(tree: HtmlElement) -> list[Block]:
    """Cut a tree into blocks in document order, without regard to what is chrome.

    >>> from lxml.html import document_fromstring
    >>> [b.text for b in tree_blocks(document_fromstring("<p>Rain <b>fell</b>.<br>Then</p><ul><li>sun</ul>"))]
    ['Rain fell.', 'Then', 'sun']
    """
    walk = _Walk()
    if tree.tag not in HIDDEN:
        walk.visit(tree, tree.tag, None)
    if walk.run:  # the tree is an inline element
        walk.flush()
    return walk.blocks


def visible_text(tree: HtmlElement) -> str:
    """Every visible character of a page without white space: what the blocks must add up to."""
    hidden = " or ".join(f"ancestor-or-self::{tag}" for tag in sorted(HIDDEN))
    texts: list[str] = tree.xpath(f".//text()[not({hidden})]")
    return "".join("".join(texts).split())


def _names(element: HtmlElement) -> str:
    """The words of an element's class, id, role and itemprop, lower case, camel case cut; `hidden` if it is."""
    get = element.get
    words = _name_words(f"{get('class', '')} {get('id', '')} {get('role', '')} {get('itemprop', '')}"[:_NAME_CHARS])
    style = get("style")
    if get("hidden") is not None or (style and _DISPLAY_NONE.search(style)):
        return f"{words} hidden".lstrip()
    return words


@lru_cache(maxsize=4096)  # the same classes stand all over a page, and over a site
def _name_words(raw: str) -> str:
    return " ".join(_NAME_WORD.findall(raw)).lower()
