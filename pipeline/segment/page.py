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


@dataclass(slots=True)
class _Walk:
    """What the walker has seen: finished blocks, the run of text under way, and the open elements.

    Open elements are listed outermost first, without html and body. Most of them hold no text of their own, so what
    a block tells of them is put together only when there is one.

    Attributes:
        run: pieces of text; the first is never white space only.
        linked: those of them that are inside links.
        marks: which of them are.
        held: inline elements that have ended, with all text of the run in them, innermost first.
        began: how many elements were open when the run began, less those of them that have ended.
        opened: how many elements were opened so far.
        elements: the open elements.
        tags: their tags.
        path: their numbers.
        named: their names, as far inwards as a block has asked for them.
    """

    blocks: list[Block] = field(default_factory=list)
    run: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    marks: list[bool] = field(default_factory=list)
    held: list[HtmlElement] = field(default_factory=list)
    began: int = 0
    links: int = 0
    opened: int = 0
    elements: list[HtmlElement] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    path: list[int] = field(default_factory=list)
    named: list[str] = field(default_factory=list)

    def visit(self, element: HtmlElement, tag: str) -> None:
        """Take in an element that is shown, and all that is in it: `parse` lets no tree be too deep for that."""
        run, is_inline, is_link = self.run, tag in INLINE, tag == "a"
        is_around = tag not in _WHOLE_PAGE
        if run and not is_inline:
            self.flush()
        if is_around:
            self.opened += 1
            self.elements.append(element)
            self.tags.append(tag)
            self.path.append(self.opened)
        self.links += is_link
        # Most texts are the white space between blocks: to ask here spares a call for each.
        if (text := element.text) and (run or not text.isspace()):
            self.add(text)
        for child in element:
            name = child.tag
            if name not in HIDDEN and isinstance(name, str):  # the tag of a comment is none
                self.visit(child, name)
            if (text := child.tail) and (run or not text.isspace()):
                self.add(text)
        self.links -= is_link
        if run and not is_inline:
            self.flush()
        if is_around:
            self.leave(element)

    def leave(self, element: HtmlElement) -> None:
        """Take the innermost element off the lists; the run under way may have begun in it."""
        if self.run and self.began == len(self.elements):
            self.held.append(element)
            self.began -= 1
        if len(self.named) == len(self.elements):
            self.named.pop()
        self.elements.pop()
        self.tags.pop()
        self.path.pop()

    def add(self, text: str) -> None:
        """Take in a piece of text; where it begins a run it is not white space only."""
        if not self.run:
            self.began = len(self.elements)
        elif self.held and not text.isspace():
            self.held.clear()
        self.run.append(text)
        self.marks.append(self.links > 0)
        if self.links:
            self.linked.append(text)

    def flush(self) -> None:
        """End the run under way, which holds text, as a block; what is set as it was typed is a block a line."""
        lines = self.typed() if "pre" in self.tags else [(self.run, self.linked)]
        tag, around, names, path = _holder(self.tags), tuple(self.tags[::-1]), self.names(), tuple(self.path)
        for pieces, linked in lines:
            if text := " ".join("".join(pieces).split()):
                chars = len("".join("".join(linked).split()))
                block = Block(
                    text, tag, len(self.blocks) + 1, ancestors=around, names=names, link_chars=chars, path=path
                )
                self.blocks.append(block)
        self.run.clear()
        self.linked.clear()
        self.marks.clear()
        self.held.clear()

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

    def names(self) -> str:
        """Names of inline elements that held the whole run, then of those around it, innermost first."""
        self.named += map(_names, self.elements[len(self.named) :])
        levels = self.named[: -_ANCESTORS - 1 : -1]
        if self.held:
            levels = [*map(_names, self.held), *levels][:_ANCESTORS]
        return NAMES_END.join(levels).rstrip(NAMES_END)


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
        walk.visit(tree, tree.tag)
    if walk.run:  # the tree is an inline element
        walk.flush()
    return walk.blocks


def visible_text(tree: HtmlElement) -> str:
    """Every visible character of a page without white space: what the blocks must add up to."""
    hidden = " or ".join(f"ancestor-or-self::{tag}" for tag in sorted(HIDDEN))
    texts: list[str] = tree.xpath(f".//text()[not({hidden})]")
    return "".join("".join(texts).split())


def _holder(tags: Sequence[str]) -> str:
    """The innermost of some tags, outermost first, that begins a block."""
    for tag in reversed(tags):
        if tag not in INLINE:
            return tag
    return "body"


def _names(element: HtmlElement) -> str:
    """The words of an element's class, id, role and itemprop, lower case, camel case cut; `hidden` if it is."""
    attributes = dict(element.items())
    if not attributes:
        return ""
    get = attributes.get
    words = _name_words(f"{get('class', '')} {get('id', '')} {get('role', '')} {get('itemprop', '')}"[:_NAME_CHARS])
    style = get("style")
    if "hidden" in attributes or (style and _DISPLAY_NONE.search(style)):
        return f"{words} hidden".lstrip()
    return words


@lru_cache(maxsize=4096)  # the same classes stand all over a page, and over a site
def _name_words(raw: str) -> str:
    return " ".join(_NAME_WORD.findall(raw)).lower()
