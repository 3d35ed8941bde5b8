"""What the tests of several rooms share: the committed models, a scorer with them, and the shared examples."""

from pathlib import Path

import pytest

from pipeline.score import Models, Scorer, load_models

SHARED = Path(__file__).parents[1].parent / "shared"


@pytest.fixture(scope="session")
def models() -> Models:
    """The models of the checkout."""
    return load_models()


@pytest.fixture(scope="session")
def scorer(models: Models) -> Scorer:
    """A scorer with the models of the checkout."""
    return Scorer(models)


@pytest.fixture(scope="session")
def examples() -> Path:
    """The folder of real documents that the product must get right; it is not part of the repository."""
    folder = SHARED / "examples"
    if not folder.is_dir():
        pytest.skip(f"the shared examples are not here: {folder.name}/ stands beside the checkout where they are")
    return folder
