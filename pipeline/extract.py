"""trafilatura at work: a page's tree and metadata, and the lines that it would keep.

The only module that knows trafilatura. The tree stays inside the process that parsed it.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from lxml import etree
from lxml.etree import TreeBuilder
from lxml.html import HtmlComment, HtmlElement, HtmlEntity, HTMLParser, HtmlProcessingInstruction
from trafilatura import bare_extraction
from trafilatura import metadata as page_metadata
from trafilatura.settings import Document

from pipeline.document import Metadata

_DATE_META = (
    "article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.date",
    "dcterms.created", "pubdate", "publishdate", "publish-date", "parsely-pub-date", "sailthru.date",
    "og:published_time", "article:published", "cxenseparse:recs:publishtime", "article.published",
)  # fmt: skip
_LANGUAGE_PARTS = re.compile(r"[-_]")
_VALUE_CHARS = 500
_DEEP = 250  # levels of elements: a few less than the parser's limit, and few enough for trafilatura to recurse
_NAME = re.compile(r"[^\s&<>/\"']+")  # what lxml takes for the name of an element or attribute
_ELEMENT = re.compile(rb"<[A-Za-z]")
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_HEAD = 4096  # bytes in which a document type and the first tag stand
_FAULTY_TYPE = re.compile(rb"< ?! ?DOCTYPE[^>]*/[^<>]*>", re.IGNORECASE)  # bugs.launchpad.net/lxml/+bug/1955915
_CLOSED_HTML = re.compile(rb"(<html[^>]*?)\s*/>", re.IGNORECASE)
_TITLE = re.compile(rb"<title(?:\s[^<>]*)?>\s*[^<\r\n]*", re.IGNORECASE)
_PAST_TITLE = re.compile(rb"<(?:(/title)|/head|body)[\s/>]|\Z", re.IGNORECASE)
_JSON_DEPTH = 6
_ISO_DATE = re.compile(r"\b((?:19|20)\d\d)-?([01]\d)-?([0-3]\d)")

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # its warnings are our rows
_PARSER = HTMLParser(encoding="utf-8", collect_ids=False, remove_comments=True, remove_pis=True)
# lxml.html asks Python for the class of every element that is touched, a few thousand times a page, only to tell forms
# from the rest. This lookup gives the same classes but for forms, of which nobody here asks anything.
_PARSER.set_element_class_lookup(
    etree.ElementDefaultClassLookup(
        element=HtmlElement, comment=HtmlComment, pi=HtmlProcessingInstruction, entity=HtmlEntity
    )
)


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page: its tree and its metadata."""

    tree: HtmlElement
    metadata: Metadata


class _FlatTree:
    """Takes a parser's events and builds a tree of no more than `_DEEP` levels.

    Elements that stand deeper are put side by side, each text in an element of its own tag; those that hold
    none are left out.
    """

    def __init__(self) -> None:
        self.builder = TreeBuilder(parser=HTMLParser())
        self.open: list[tuple[str, dict[str | bytes, str | bytes]]] = []
        self.built = False  # whether the innermost open element is in the tree

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if len(self.open) >= _DEEP and self.built:
            self.builder.end(self.open[-1][0])
            self.built = False
        self.open.append((tag if _NAME.fullmatch(tag) else "div", {}))
        self.open[-1][1].update((name, value) for name, value in attributes.items() if _NAME.fullmatch(name))
        if len(self.open) <= _DEEP:
            self._build()

    def data(self, text: str) -> None:
        """Text comes."""
        if not self.built and not text.isspace():
            self._build()
        if self.built:
            self.builder.data(text)

    def end(self, _tag: str) -> None:
        """The innermost element ends."""
        tag, _ = self.open.pop()
        if self.built:
            self.builder.end(tag)
        self.built = len(self.open) < _DEEP

    def close(self) -> HtmlElement:
        """The finished tree."""
        root: HtmlElement = self.builder.close()
        return root

    def _build(self) -> None:
        self.builder.start(*self.open[-1])
        self.built = True


def parse(html: str) -> HtmlElement | None:
    """Parse a page or a piece of one; None when nothing of it is mark-up that holds an element.

    Where elements stand more than 255 deep the parser ends the page and says nothing. Such a page is built again
    with its innermost elements side by side, so that all of its text is there.
    """
    raw = _repaired(html.encode(errors="replace"))
    if not _ELEMENT.search(raw):
        return None
    tree: HtmlElement | None = etree.fromstring(raw, _PARSER)
    return tree if tree is None or not _ends_deep(tree) else _flat(raw)


def _repaired(raw: bytes) -> bytes:
    """The page without what makes the parser end it early: all that follows would be left out.

    These are control characters, a document type with a slash, `<html/>`, ends of `html` before the end, and a title
    without one.
    """
    raw = raw.translate(None, _CONTROLS)
    head = _FAULTY_TYPE.sub(b"", raw[:_HEAD])
    raw = _titled(_CLOSED_HTML.sub(rb"\1>", head) + raw[_HEAD:])
    for end in (b"</html>", b"</HTML>"):
        place = raw.find(end)
        if place >= 0 and raw[place + len(end) :].strip():
            raw = raw.replace(end, b"")
    return raw


def _titled(raw: bytes) -> bytes:
    """The page with an end for a title whose own is torn (`</tit`): it ends with its line, or before the next tag."""
    title = _TITLE.search(raw)
    past = title and _PAST_TITLE.search(raw, title.end())
    if not (title and past) or past[1]:
        return raw
    return raw[: title.end()] + b"</title>" + raw[title.end() :]


def _ends_deep(tree: HtmlElement) -> bool:
    """Whether the last element of a tree stands about as deep as the parser goes."""
    depth, last = 0, tree
    while len(last):
        depth, last = depth + 1, last[-1]
    return depth >= _DEEP


def _flat(raw: bytes) -> HtmlElement:
    """The tree of a page whose elements stand too deep, after the repairs that ordinary pages get."""
    target: Any = _FlatTree()  # not a ParserTarget to the type checker, since it leaves comments out
    parser = etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True)
    root: HtmlElement = etree.fromstring(raw, parser)
    return root


def extract(tree: HtmlElement) -> Page:
    """A page's tree beside its metadata, which are read here; the tree is left as it was."""
    return Page(tree, read_metadata(tree))


def kept_lines(tree: HtmlElement, *, favor_recall: bool = False) -> tuple[str, ...]:
    """The lines of trafilatura's plain text, comments off; empty when it finds no content."""
    document = bare_extraction(tree, include_comments=False, favor_recall=favor_recall)
    text = document.text if isinstance(document, Document) else None
    return tuple(line for raw in (text or "").splitlines() if (line := " ".join(raw.split())))


def read_metadata(tree: HtmlElement) -> Metadata:
    """Title, author, date, address and site from meta tags and JSON-LD first, from mark-up where those are silent.

    Dates and authors are read only where the page declares them; lines that go as byline or timestamp tell them
    otherwise. Guessing a date from the text costs more than the whole extraction (9 ms a page, DESIGN.md section 9),
    guessing an author from class names 4 ms, and half of what it finds is nobody's name.
    """
    found = page_metadata.examine_meta(tree)
    with suppress(AttributeError, TypeError, ValueError, LookupError, RecursionError):  # hostile JSON-LD
        found = page_metadata.extract_meta_json(tree, found)
    return Metadata(
        title=_clean(found.title or page_metadata.extract_title(tree)),
        author=_clean(found.author),
        date=_declared_date(tree),
        url=_clean(found.url or page_metadata.extract_url(tree)),
        site=_clean(found.sitename or page_metadata.extract_sitename(tree)),
        language=_LANGUAGE_PARTS.split((tree.get("lang") or "").strip().lower())[0] or None,
    )


def _clean(value: Any) -> str | None:
    """Collapse white space; refuse what is no text (JSON-LD holds anything) or too long to be what it claims."""
    if not isinstance(value, str):
        return None
    text = " ".join(value.encode(errors="replace").decode().split())  # JSON-LD can smuggle in surrogates
    return text if 0 < len(text) <= _VALUE_CHARS else None


def _declared_date(tree: HtmlElement) -> str | None:
    """The publication day as YYYY-MM-DD from meta tags, JSON-LD or the first `time` element."""
    for value in _date_candidates(tree):
        for match in _ISO_DATE.finditer(value):
            with suppress(ValueError):
                return date(*(int(part) for part in match.groups())).isoformat()
    return None


def _date_candidates(tree: HtmlElement) -> Iterator[str]:
    named = {
        (element.get("property") or element.get("name") or element.get("itemprop") or "").lower(): element
        for element in reversed(list(tree.iter("meta")))  # in C, where a path with a condition asks every element
        if element.get("content")
    }
    yield from (named[name].get("content") for name in _DATE_META if name in named)
    for script in tree.iter("script"):
        if script.get("type") == "application/ld+json":
            yield from _published(_json(script.text or ""))
    yield from islice(filter(None, (element.get("datetime") for element in tree.iter("time"))), 1)


def _json(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _published(data: Any, depth: int = 0) -> Iterator[str]:
    """Every datePublished in JSON-LD, outermost first; depth is bounded because pages are hostile."""
    if depth > _JSON_DEPTH:
        return
    if isinstance(data, dict):
        if isinstance(data.get("datePublished"), str):
            yield data["datePublished"]
        data = list(data.values())
    if isinstance(data, list):
        for item in data:
            yield from _published(item, depth + 1)
