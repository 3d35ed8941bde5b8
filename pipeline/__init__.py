"""winnow: clean text, typed removals, calibrated verdicts and evidence for folders of web documents.

    from pipeline import Scorer, clean_folder, load_models

Names are looked up when they are first used, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.quality.classifier import QualityClassifier
    from pipeline.run import CleanSettings, clean_folder
    from pipeline.score import Scorer, load_models

__all__ = ["CleanSettings", "QualityClassifier", "Scorer", "clean_folder", "load_models"]

_PLACES = {
    "CleanSettings": "pipeline.run",
    "QualityClassifier": "pipeline.quality.classifier",
    "Scorer": "pipeline.score",
    "clean_folder": "pipeline.run",
    "load_models": "pipeline.score",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its room."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
