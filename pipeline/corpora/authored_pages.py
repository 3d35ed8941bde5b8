"""Authored texts as web pages, for a block model that is trained without any page of a real site.

Every line keeps its place; its mark becomes the element and the class that sites commonly give to such a line.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape

from pipeline.corpora.authored import CONTENT, AuthoredLine
from pipeline.corpora.choice import AUTHORED
from pipeline.corpora.manifests import KindRow
from pipeline.corpora.pages import GoldPage
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import ChromeKind

_ELEMENTS = {
    "title": ("h1", "headline"),
    "heading": ("h2", ""),
    "body": ("p", ""),
    ChromeKind.NAVIGATION: ("li", "menu-item"),
    ChromeKind.COMMENT_FORM: ("p", "comment-respond"),
    ChromeKind.COMMENTS: ("p", "comment-body"),
    ChromeKind.SUBSCRIBE: ("p", "newsletter-signup"),
    ChromeKind.FOLLOW: ("p", "social-follow"),
    ChromeKind.SHARE: ("li", "share-button"),
    ChromeKind.RELATED: ("li", "related-posts"),
    ChromeKind.CAPTION: ("figcaption", "wp-caption-text"),
    ChromeKind.BYLINE: ("p", "byline"),
    ChromeKind.TIMESTAMP: ("time", "entry-date"),
    ChromeKind.COUNTER: ("span", "view-count"),
    ChromeKind.NOTICE: ("p", "disclaimer"),
    ChromeKind.ADVERT: ("p", "ad-slot"),
    ChromeKind.BIO: ("p", "author-bio"),
    ChromeKind.TAGS: ("li", "tag-list"),
    ChromeKind.OTHER: ("p", "widget"),
}
_LINKED = frozenset({ChromeKind.NAVIGATION, ChromeKind.RELATED, ChromeKind.SHARE, ChromeKind.FOLLOW, ChromeKind.TAGS})


def authored_pages(authored: Mapping[str, Sequence[AuthoredLine]]) -> Iterator[GoldPage]:
    """One page a text, with its title, headings and body as the wanted text; each is a site of its own."""
    for name, lines in authored.items():
        yield GoldPage(
            id=page_id(name),
            site=name,
            lang="en",
            page_type="article",
            corpus=AUTHORED,
            html=_html(lines, named=_is_named(name)).encode(),
            title=" ".join(line.text for line in lines if line.mark == "title"),
            content="\n".join(line.text for line in lines if line.mark in CONTENT and line.mark != "title"),
            ignored="",
            wanted=(),
            unwanted=(),
        )


def authored_kinds(authored: Mapping[str, Sequence[AuthoredLine]]) -> Iterator[KindRow]:
    """The kinds of the chrome lines of those pages, as if a person had told them."""
    for name, lines in authored.items():
        for place, line in enumerate(lines):
            if line.is_chrome:
                yield KindRow(page_id(name), place, sha256(line.text.encode()).hexdigest()[:16], ChromeKind(line.mark))


def trained_lines(
    authored: Mapping[str, Sequence[AuthoredLine]], training: Iterable[PreparedPage]
) -> dict[str, Sequence[AuthoredLine]]:
    """All authored texts or, where pages were made of them, those whose page is for training."""
    made = {page.id for page in training if page.corpus == AUTHORED}
    return {name: lines for name, lines in authored.items() if not made or page_id(name) in made}


def lacks(pages: Iterable[PreparedPage]) -> str:
    """What a block model that was trained on these pages lacks; empty when real pages are among them."""
    if any(page.corpus != AUTHORED for page in pages):
        return ""
    return (
        "No page of a real site was seen in training: pages were made out of authored texts, so mark-up of real sites, "
        "pages that are no articles, other languages, and limits chosen on real prose are unknown to it."
    )


def page_id(name: str) -> str:
    """The id of the page that an authored text makes."""
    return f"{AUTHORED}/{name}"


def _is_named(name: str) -> bool:
    """Whether a text's page has class names: half have none, so that the model has to read the wording, too."""
    return sha256(name.encode()).digest()[0] % 2 == 0


def _html(lines: Iterable[AuthoredLine], *, named: bool) -> str:
    body = "\n".join(_element(line, named=named) for line in lines)
    return f'<html lang="en"><body><article>\n{body}\n</article></body></html>'


def _element(line: AuthoredLine, *, named: bool) -> str:
    tag, names = _ELEMENTS[line.mark]
    text = escape(line.text.removeprefix("- "))
    if line.mark in _LINKED:
        text = f'<a href="/">{text}</a>'
    if not named:
        tag, names = (tag if line.mark in CONTENT else "p"), ""
    element = f'<{tag} class="{names}">{text}</{tag}>' if names else f"<{tag}>{text}</{tag}>"
    return f"<div>{element}</div>" if named and line.is_chrome else element
