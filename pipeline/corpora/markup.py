"""Turns a parsed HTML tree into lines of text, one block a line; it knows tags, never sites.

Only gold text and training files pass through here; pages that are scored are walked by `pipeline.segment`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

MARKDOWN = {**{f"h{level}": "#" * level + " " for level in range(1, 7)}, "li": "- "}
"""What stands before the text of a heading or list item, by tag."""

_INVISIBLE = frozenset({"head", "script", "style", "noscript", "template", "iframe", "svg", "figcaption"})
_INLINE_TAGS = (
    "a abbr acronym b bdo big cite code del dfn em font i img ins kbd label mark nobr q s samp small span "
    "strike strong sub sup time tt u var wbr"
)
_INLINE = frozenset(_INLINE_TAGS.split())
_CELLS = frozenset({"td", "th"})


@dataclass(frozen=True, slots=True)
class _Break:
    """The border of a block; `mark` goes before the next text, `opens` keeps an earlier mark alive."""

    mark: str
    opens: bool


def lines(
    root: Any, *, marks: Mapping[str, str] = MARKDOWN, wanted: Callable[[Any], bool] = lambda _: True
) -> Iterator[str]:
    """Yield the visible text of each block, white space collapsed, in document order.

    Args:
        root: an lxml element.
        marks: what to put before the text of a block, by tag; nothing when empty.
        wanted: asked for the element around each piece of text; what is unwanted leaves a space.
    """
    return _join(_pieces(root, marks, wanted))


def _join(pieces: Iterable[str | _Break]) -> Iterator[str]:
    """Join the text between two breaks and put the pending mark before it."""
    mark, parts = "", list[str]()
    for piece in [*pieces, _Break("", opens=False)]:
        if isinstance(piece, str):
            parts.append(piece)
            continue
        text = " ".join("".join(parts).split())
        if text:
            yield mark + text
        mark = piece.mark or (mark if piece.opens and not text else "")
        parts = []


def _pieces(root: Any, marks: Mapping[str, str], wanted: Callable[[Any], bool]) -> Iterator[str | _Break]:
    """Yield texts and block borders in document order."""
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event == "start":
            yield from _border(element, marks, opens=True)
            if element.tag in _INVISIBLE:
                walk.skip_subtree()
            elif element.text:
                yield element.text if wanted(element) else " "
            continue
        if event == "end":
            yield from _border(element, marks, opens=False)
        if element is not root and element.tail:
            yield element.tail if wanted(element.getparent()) else " "


def _border(element: Any, marks: Mapping[str, str], *, opens: bool) -> Iterator[str | _Break]:
    """Yield what stands between the inside and the outside of an element."""
    if element.tag in _CELLS:
        yield " "
    elif element.tag not in _INLINE:
        yield _Break(marks.get(element.tag, "") if opens else "", opens)
