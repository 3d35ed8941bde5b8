"""The committed block model, prose written for this project, and labelled pages that are made up."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pipeline.chrome.gold import BlockLabel
from pipeline.chrome.model import ChromeModel
from pipeline.corpora.authored import AuthoredText, read_triplets
from pipeline.corpora.prepared import PreparedPage, Split
from pipeline.document import Block, Label
from pipeline.score import Models

TRIPLETS = Path(__file__).parents[2] / "data" / "authored" / "triplets"


@pytest.fixture(scope="session")
def chrome(models: Models) -> ChromeModel:
    return models.chrome


@pytest.fixture(scope="session")
def prose() -> list[AuthoredText]:
    """Clean articles: the authored reporting and analysis, which the block model was not trained on."""
    return [text for text in read_triplets(TRIPLETS) if text.label is not Label.FILLER]


@pytest.fixture
def make_page() -> Callable[..., PreparedPage]:
    """Make a labelled page out of lines: text, label, and whether trafilatura kept it."""

    def make(lines: Sequence[tuple[str, int, bool]], site: str = "herald.example", title: str = "") -> PreparedPage:
        blocks = tuple(
            Block(text=text, tag="p" if kept else "li", line=number, names="" if kept else "menu")
            for number, (text, _, kept) in enumerate(lines, 1)
        )
        content = "\n".join(text for text, label, _ in lines if label == BlockLabel.CONTENT)
        return PreparedPage(
            id=f"{site}/1",
            corpus="made-up",
            site=site,
            lang="en",
            page_type="article",
            split=Split.TRAIN,
            title=title or None,
            gold_title=title,
            content=content,
            wanted=(),
            unwanted=(),
            baselines=("", ""),
            blocks=blocks,
            labels=tuple(int(label) for _, label, _ in lines),
            cleaned=tuple(block for block, (_, _, kept) in zip(blocks, lines, strict=True) if kept),
            cleaned_labels=tuple(int(label) for _, label, kept in lines if kept),
        )

    return make
