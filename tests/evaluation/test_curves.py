"""Curves for DVC's plots, on scores whose curves are known."""

import numpy as np

from pipeline.corpora.table import FeatureTable
from pipeline.document import LABELS
from pipeline.evaluation.curves import precision_recall_rows
from pipeline.evaluation.learning import learning_rows
from pipeline.quality.classifier import QualityClassifier
from pipeline.quality.model import QualityModel, Rules

from .conftest import table_of
from .test_verdicts import judged

SETTINGS = {"min_df": 1}
WORDS = {"reporting": "said police on", "analysis": "therefore we must", "filler": "best tips for"}


def test_perfect_scores_have_full_precision_at_every_recall():
    rows = precision_recall_rows(
        judged([("abp", label, "a", scores) for label, scores in zip(LABELS, np.eye(3), strict=True)])
    )
    assert [row["recall"] for row in rows[:3]] == [0.0, 0.02, 0.04]
    assert len(rows) == 51
    assert {row[label] for row in rows for label in LABELS} == {1.0}


def test_precision_at_full_recall_is_the_share_of_the_label_above_its_lowest_score():
    rows = precision_recall_rows(
        judged([
            ("abp", "filler", "a", (0.1, 0.1, 0.8)),
            ("abp", "reporting", "a", (0.3, 0.1, 0.6)),
            ("abp", "filler", "a", (0.5, 0.1, 0.4)),
        ])
    )  # fmt: skip
    assert (rows[0]["filler"], rows[25]["filler"], rows[26]["filler"], rows[-1]["filler"]) == (1.0, 1.0, 0.6667, 0.6667)
    assert {row["analysis"] for row in rows} == {0.0}


def table(sources: range) -> FeatureTable:
    rows = [("abp", label, f"{label}{number}") for number in sources for label in WORDS]
    return table_of(rows, masks=[f"{WORDS[label]} {source}" for _, label, source in rows])


def model(train: FeatureTable) -> QualityModel:
    classifier = QualityClassifier(min_df=1, folds=2)
    classifier.fit_views(list(train.masks), train.styles, list(train.label), groups=list(train.group))
    return QualityModel(classifier.fitted(), Rules(decide=0.5, min_words=1, max_words=100, typical=()))


def test_learning_curve_grows_by_sources_and_ends_with_the_model():
    train = table(range(16))
    rows = learning_rows(model(train), train, table(range(20, 25)), classifier=SETTINGS, shares=(0.5, 0.125), seed=1)
    assert [(row["sources"], row["documents"]) for row in rows] == [(6, 6), (24, 24), (48, 48)]
    assert rows[-1]["macro_f1"] == rows[-1]["source_recall"] == 1.0


def test_too_few_sources_are_made_two():
    train = table(range(4))
    assert (
        learning_rows(model(train), train, table(range(9, 12)), classifier=SETTINGS, shares=(0.01,), seed=1)[0][
            "sources"
        ]
        == 6
    )


def test_without_held_out_documents_there_is_no_curve():
    train = table(range(4))
    assert (
        learning_rows(
            model(train), train, train.where(train.label == "none"), classifier=SETTINGS, shares=(0.5,), seed=1
        )
        == []
    )
