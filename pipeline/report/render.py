"""Pages out of figures: the templates, what they may say, and the policy that keeps everything else out of them.

Every value is escaped by the templates. Style and script come from this folder and are named by their digests in the
page's content security policy, so that nothing that a document smuggles in is ever run or fetched.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.report import charts
from pipeline.report.compare import Comparison
from pipeline.report.summarise import RunFigures
from pipeline.report.view import DocumentView, shown

_TEMPLATES = Path(__file__).parent / "templates"
_ROOM = 1_900_000  # bytes for the texts of documents: with all else, at its longest, a page stays below 3 MB
_SOURCES = 200  # rows of the table of sources
_FAMILIES = {
    "navigation": "navigation related tags",
    "social": "subscribe follow share",
    "talk": "comments comment-form",
    "credit": "byline timestamp caption bio",
    "notice": "notice advert",
}
_FAMILY = {kind: family for family, kinds in _FAMILIES.items() for kind in kinds.split()}


def report_page(figures: RunFigures, documents: Sequence[DocumentView], *, sources: str) -> str:
    """The report of a run; `sources` is the name of the file with all of its sources."""
    told = Markup("\n").join(_fragments(documents))
    listed = figures.sources[:_SOURCES]
    in_page = {(view.source.kind, view.source.name) for view in documents}
    return _page(
        "report.html",
        figures=figures,
        documents=documents,
        fragments=told,
        sources=listed,
        sources_file=sources,
        in_page=in_page,
    )


def document_page(view: DocumentView) -> str:
    """One document as a page of its own."""
    return _page("explain.html", view=view)


def comparison_page(comparison: Comparison) -> str:
    """What changed between two runs."""
    return _page("compare.html", told=comparison)


def _fragments(documents: Sequence[DocumentView]) -> Iterator[Markup]:
    """The documents as mark-up, without their texts once the room is used up."""
    template = _environment().get_template("listed.html")
    room = _ROOM
    for view in documents:
        fragment = template.render(view=view, with_text=True)
        size = len(fragment.encode())
        if size > room:
            fragment, size = template.render(view=view, with_text=False), 0
        room -= size
        yield Markup(fragment)  # noqa: S704 - a template's own output, which is escaped


def _page(name: str, **values: Any) -> str:
    style, script = _asset("page.css"), _asset("page.js")
    return _environment().get_template(name).render(style=style, script=script, policy=_policy(style, script), **values)


@cache
def _asset(name: str) -> Markup:
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - a file of this package


def _policy(style: str, script: str) -> str:
    """Nothing but our own style and script, and no address to send anything to."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "shown": shown,
        "count": lambda number: f"{number:,}",
        "percent": _percent,
        "signed": lambda value, form: form.format(value).replace("-", "−") if value else "=",
        "measure": lambda value: f"{value:,.3g}",
        "place": lambda name: "no folder" if name == "." else name,
        "family": lambda kind: _FAMILY.get(kind, "other"),
    }
    environment.globals |= {
        "stacked_bar": charts.stacked_bar,
        "score_bar": charts.score_bar,
        "share_bar": charts.share_bar,
        "histogram": charts.histogram,
    }
    return environment


def _percent(share: float | None) -> str:
    r"""A share in per cent; what is not nothing is never shown as nothing.

    >>> _percent(0.314), _percent(0.001), _percent(0)
    ('31\u202f%', '<1\u202f%', '0\u202f%')
    """
    if share is None:
        return "–"
    return "<1\u202f%" if 0 < share < 0.005 else f"{share:.0%}".replace("%", "\u202f%")  # noqa: PLR2004 - rounds to 0
