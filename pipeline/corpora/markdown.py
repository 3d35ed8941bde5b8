"""Reads blog posts in Markdown: front matter gives the title, the rest becomes lines; it knows no corpus."""

import re
from collections.abc import Iterator

from lxml import html
from markdown_it import MarkdownIt

from pipeline.corpora.markup import lines

_FRONT_MATTER = re.compile(r"\s*(---|\+\+\+)[ \t]*\n(.*?)\n\1[ \t]*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^title[ \t]*[:=][ \t]*(.+?)[ \t]*$", re.MULTILINE)
_TEMPLATE_CODE = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\{/\*.*?\*/\}"  # Hugo shortcodes, Liquid tags, JSX comments
    r"|^import [^\n]+ from ['\"][^\n]*$"  # MDX
    r"|\[\^[^\]]+\]:?",  # footnote signs
    re.DOTALL | re.MULTILINE,
)
_LOST_REFERENCE = re.compile(r"\[([^\[\]]+)\]\[[^\[\]]*\]")
"""A link whose target is defined nowhere: the parser leaves its brackets."""


def split_front_matter(source: str) -> tuple[str, str]:
    r"""Split a post into its title (empty when it states none) and what follows the front matter.

    >>> split_front_matter('---\ntitle: "Ten sheds"\n---\nA shed.')
    ('Ten sheds', 'A shed.')
    """
    head = _FRONT_MATTER.match(source)
    if not head:
        return "", source
    title = _TITLE.search(head[2])
    return _unquoted(title[1]) if title else "", source[head.end() :]


def _unquoted(value: str) -> str:
    """Take the quotes off a YAML or TOML string."""
    quote = value[0]
    if quote not in "'\"" or value[-1] != quote:
        return value
    return value[1:-1].replace(f"\\{quote}", quote).replace("''", "'")


def markdown_lines(source: str) -> Iterator[str]:
    """Yield paragraphs, `## ` headings and `- ` items as lines; of links and emphasis the words stay."""
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    page = parser.render(_TEMPLATE_CODE.sub("", source))
    for line in lines(html.fromstring(f"<div>{page}</div>")):
        yield _LOST_REFERENCE.sub(r"\1", line).replace("**", "")
