"""The quality stage leaves figures that are numbers, whatever grounds its labels rest on."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from pipeline.corpora.authored import read_triplets
from pipeline.corpora.prepared import PreparedText, Split
from pipeline.corpora.table import feature_table, write_table
from pipeline.features import masked, style_rows
from pipeline.stages.quality import main

ROOT = Path(__file__).parents[2]
NEWS_ANALYSIS = "news-analysis (url/title/author)"


@pytest.fixture
def train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, Any]]:
    """Train on ten triplets whose analyses rest on a ground; the metrics, in which numbers must be numbers."""

    def figures(basis: str) -> dict[str, Any]:
        params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
        params["quality"] |= {"folds": 2, "min_df": 2}
        (tmp_path / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        told = read_triplets(ROOT / "data" / "authored" / "triplets")[:30]
        texts = [
            PreparedText(
                id=text.id, corpus="authored", label=text.label, basis="authored", origin="authored",
                source=text.triplet, group=text.triplet, split=Split.TRAIN, title=text.title, text=text.text,
            )
            for text in told
        ]  # fmt: skip
        texts = [replace(text, basis=basis) if text.label == "analysis" else text for text in texts]
        bodies = [text.text for text in texts]
        table = feature_table(texts, [masked(body) for body in bodies], np.asarray(style_rows(bodies)))
        write_table(tmp_path / "data" / "features" / "texts.npz", table)
        assert main() == 0
        read: dict[str, Any] = json.loads(
            Path("metrics/quality.json").read_text(encoding="utf-8"), parse_constant=refuse
        )
        return read

    return figures


def refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number that JSON knows")


def test_news_analysis_has_a_figure_of_its_own(train: Callable[[str], dict[str, Any]]):
    assert 0 <= train(NEWS_ANALYSIS)["folds_news_analysis"] <= 1


def test_without_news_analysis_there_is_no_figure_of_it(train: Callable[[str], dict[str, Any]]):
    figures = train("authored")
    assert "folds_news_analysis" not in figures
    assert figures["folds_texts"] == 30


def test_limit_of_the_rules_is_the_one_of_the_metrics(train: Callable[[str], dict[str, Any]]):
    figures = train(NEWS_ANALYSIS)
    manifest = json.loads(Path("models/quality/manifest.json").read_text(encoding="utf-8"))
    assert manifest["parameters"]["rules"]["decide"] == figures["decide"]
    assert 1 / 3 <= figures["decide"] <= 1
