"""Model cards: what a model was trained on, how well it does on held-out sources, and what it must not be used for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.models import CARD, Manifest


def write_card(folder: Path, manifest: Manifest, figures: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    """Write the card of one model beside it; the text is a template, every number comes from the arguments.

    Args:
        told: what the card says beside figures: `scale` of the corpora, `material`, `floors` and whether they were
            `applied`, and the rows of `plots`.
    """
    text = rendered(f"{manifest.name}.md", manifest=manifest, figures=figures, **told)
    (folder / CARD).write_text(text, encoding="utf-8")


def rendered(template: str, **values: Any) -> str:
    """One of the texts of `cards/` with its figures filled in; a figure that is missing is an error."""
    pages = Environment(
        loader=PackageLoader("pipeline.evaluation", "cards"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown out of our own figures
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template(template).render(values).rstrip() + "\n"
