"""Model cards: what a model was trained on, how well it does on held-out sources, and what it must not be used for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.models import CARD, Manifest


def write_card(folder: Path, manifest: Manifest, figures: Mapping[str, Any]) -> None:
    """Write the card of one model beside it; the text is a template, every number comes from the arguments."""
    pages = Environment(
        loader=PackageLoader("pipeline.evaluation", "cards"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown out of our own figures
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = pages.get_template(f"{manifest.name}.md").render(manifest=manifest, figures=figures)
    (folder / CARD).write_text(text.rstrip() + "\n", encoding="utf-8")
