"""The blocks of an HTML page: the only code that walks a tree.

Nothing visible is lost between blocks: joined without white space they are the visible text of the page
(tests/segment/test_page.py states it as a law). Blocks know where they stood and which extractor preset
kept them; whether they are chrome is decided elsewhere.
"""

import re
from dataclasses import dataclass, field, replace

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from pipeline.document import Block
from pipeline.extract import PRESETS, Page
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
_ANCESTORS = 8  # how many levels of names and tags a block carries: beyond, they describe the site


@dataclass(slots=True)
class _Open:
    """An element on the walker's stack."""

    tag: str
    names: str


@dataclass(slots=True)
class _Walk:
    """What the walker has seen: finished blocks, the run of text under way, and the open elements."""

    blocks: list[Block] = field(default_factory=list)
    run: list[str] = field(default_factory=list)
    link_chars: int = 0
    links: int = 0
    stack: list[_Open] = field(default_factory=list)

    def add(self, text: str | None) -> None:
        """Take in a piece of text."""
        if text:
            self.run.append(text)
            if self.links:
                self.link_chars += len("".join(text.split()))

    def flush(self) -> None:
        """End the run under way as a block, unless it is white space only."""
        text = " ".join("".join(self.run).split())
        if text:
            holders = [entry for entry in reversed(self.stack) if entry.tag not in ("html", "body")]
            self.blocks.append(
                Block(
                    text=text,
                    tag=next((entry.tag for entry in holders if entry.tag not in INLINE), "body"),
                    line=len(self.blocks) + 1,
                    ancestors=tuple(entry.tag for entry in holders),
                    names=" ".join(entry.names for entry in holders[:_ANCESTORS] if entry.names),
                    link_chars=min(self.link_chars, len(text)),
                )
            )
        self.run, self.link_chars = [], 0


def page_blocks(page: Page) -> list[Block]:
    """The blocks of a page in document order, each marked with the presets that kept it.

    Lines of trafilatura that no block of the page explains (its own repairs of broken mark-up) become
    blocks too, so that nothing that it kept is lost.
    """
    blocks = tree_blocks(page.tree)
    flags = (False,) * len(PRESETS)
    blocks = [replace(block, kept=flags) for block in blocks]
    for preset in reversed(range(len(PRESETS))):  # the default preset last: its lines are the ones written
        blocks = mark_kept(blocks, page.kept[preset], preset, rewrite=preset == 0)
    return [replace(block, line=number) for number, block in enumerate(blocks, 1)]


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
                walk.add(element.tail if element is not tree else None)
        elif event in ("comment", "pi"):
            walk.add(element.tail)
        elif event == "start" and element.tag in HIDDEN:
            hidden = element
        elif event == "start":
            _enter(walk, element)
        else:
            _leave(walk, element, is_root=element is tree)
    walk.flush()
    return walk.blocks


def visible_text(tree: HtmlElement) -> str:
    """Every visible character of a page without white space: what the blocks must add up to."""
    hidden = " or ".join(f"ancestor-or-self::{tag}" for tag in sorted(HIDDEN))
    texts: list[str] = tree.xpath(f".//text()[not({hidden})]")
    return "".join("".join(texts).split())


def _enter(walk: _Walk, element: HtmlElement) -> None:
    tag = element.tag
    if tag not in INLINE:
        walk.flush()
    walk.stack.append(_Open(tag, _names(element)))
    walk.links += tag == "a"
    walk.add(element.text)


def _leave(walk: _Walk, element: HtmlElement, *, is_root: bool) -> None:
    if element.tag not in INLINE:
        walk.flush()
    walk.links -= element.tag == "a"
    walk.stack.pop()
    if not is_root:
        walk.add(element.tail)


def _names(element: HtmlElement) -> str:
    """The words of an element's class, id, role and itemprop, lower case, camel case cut; `hidden` if it is."""
    raw = " ".join(element.get(name, "") for name in _NAME_ATTRIBUTES)[:200]
    words = _NAME_WORD.findall(raw) if raw.strip() else []
    if element.get("hidden") is not None or _DISPLAY_NONE.search(element.get("style", "")):
        words.append("hidden")
    return " ".join(words).lower()
