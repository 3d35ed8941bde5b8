"""Verdict figures of a handful of documents, worked out by hand."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.corpora.authored import read_triplets
from pipeline.corpora.manifests import Reading
from pipeline.document import LABELS, Label
from pipeline.evaluation.verdicts import (
    Judged,
    calibration_rows,
    confusion_rows,
    judge_plain,
    judge_table,
    source_rows,
    verdict_figures,
    weakest_rows,
    worst_rows,
)
from pipeline.features import masked, style_rows
from pipeline.quality.classifier import QualityClassifier
from pipeline.quality.model import QualityModel, Rules

from .conftest import prepared_text, table_of

TRIPLETS = Path(__file__).parents[2] / "data" / "authored" / "triplets"
# corpus, label, source and the scores of the model
ROWS = (
    ("abp", "reporting", "tarn.example", (0.92, 0.05, 0.03)),
    ("abp", "reporting", "tarn.example", (0.80, 0.15, 0.05)),
    ("abp", "reporting", "reed.example", (0.10, 0.20, 0.70)),
    ("abp", "analysis", "reed.example", (0.55, 0.40, 0.05)),
    ("abp", "analysis", "reed.example", (0.02, 0.96, 0.02)),
    ("seo", "filler", "mill.example", (0.01, 0.01, 0.98)),
    ("authored", "reporting", "authored/t1", (0.60, 0.30, 0.10)),
    ("authored", "analysis", "authored/t1", (0.60, 0.30, 0.10)),
)


def judged(rows: Sequence[tuple[str, str, str, Sequence[float]]] = ROWS, **told: Sequence[Any]) -> Judged:
    scores = np.array([row[3] for row in rows], dtype=float).reshape(-1, 3)
    return Judged(table_of([row[:3] for row in rows], **told), scores)


def figures_of(
    ours: Judged,
    plain: Judged | None = None,
    readings: Mapping[str, Reading] | None = None,
    *,
    bootstrap: int = 20,
    seed: int = 1,
) -> dict[str, Any]:
    return verdict_figures(ours, plain or ours, 0.75, readings or {}, bootstrap=bootstrap, seed=seed)


def readings_of(*told: tuple[str, str, bool]) -> dict[str, Reading]:
    """Readings out of (id, label, whether the reader was sure)."""
    return {name: Reading(name, Label(label), sure) for name, label, sure in told}


# of three reports and two analyses in ROWS; one document that was read is not held out
READINGS = readings_of(
    ("d0", "reporting", True),
    ("d2", "reporting", False),
    ("d3", "reporting", False),
    ("d4", "analysis", True),
    ("d5", "reporting", True),
    ("elsewhere", "filler", True),
)


def test_guess_is_the_highest_score():
    assert judged(ROWS[:4]).guesses.tolist() == ["reporting", "reporting", "filler", "reporting"]


def test_figures_by_hand():
    figures = figures_of(judged())["winnow"]
    # 6 documents of the corpora: reporting 2 of 3 right and 1 false alarm, analysis 1 of 2, filler 1 and 1 false alarm
    assert (figures["documents"], figures["sources"]) == (6, 3)
    assert figures["recall"] == {"analysis": 0.5, "filler": 1.0, "reporting": 0.6667}
    assert figures["precision"] == {"analysis": 1.0, "filler": 0.5, "reporting": 0.6667}
    assert figures["macro_f1"] == pytest.approx((4 / 6 + 2 / 3 + 2 / 3) / 3, abs=1e-4)
    assert figures["reporting_called_filler"] == pytest.approx(1 / 3, abs=1e-4)
    # reporting: tarn 1, reed 0; analysis: reed 1/2; filler: mill 1
    assert figures["source_recall"] == pytest.approx((0.5 + 0.5 + 1) / 3, abs=1e-4)


def test_abstention_by_hand():
    figures = figures_of(judged())["winnow"]
    assert figures["coverage"] == pytest.approx(4 / 6, abs=1e-4)
    assert figures["decided_right"] == 1.0


def test_authored_documents_are_told_apart():
    figures = figures_of(judged())
    assert figures["authored triplets: winnow"] == {"documents": 2, "recall": {"analysis": 0.0, "reporting": 1.0}}


def test_baseline_stands_beside():
    plain = Judged(judged().table, np.tile([0.1, 0.1, 0.8], (len(ROWS), 1)))
    figures = figures_of(judged(), plain)["plain TF-IDF"]
    assert figures["recall"] == {"analysis": 0.0, "filler": 1.0, "reporting": 0.0}


def test_label_that_is_never_called_has_a_precision_all_the_same():
    plain = Judged(judged().table, np.tile([0.1, 0.1, 0.8], (len(ROWS), 1)))
    assert figures_of(judged(), plain)["plain TF-IDF"]["precision"] == {
        "analysis": 0.0,
        "filler": pytest.approx(1 / 6, abs=1e-4),
        "reporting": 0.0,
    }


def test_interval_lies_around_the_figure_and_depends_on_the_seed_alone():
    first, again = (figures_of(judged(), bootstrap=200)["winnow"] for _ in range(2))
    other = figures_of(judged(), bootstrap=200, seed=2)["winnow"]
    low, high = first["macro_f1_95"]
    assert 0 <= low <= first["macro_f1"] <= high <= 1
    assert again == first
    assert other["macro_f1"] == first["macro_f1"]


def test_slices_by_length():
    slices = figures_of(judged(words=[299, 300, 799, 800, 5000, 10, 400, 400]))["slices"]
    counted = {name: row["documents"] for name, row in slices.items() if name.startswith("words")}
    assert counted == {"words under 300": 2, "words 300 to 800": 2, "words over 800": 2}


def test_slices_by_origin_go_by_its_kind():
    ours = judged(origins=["human", *["llm:one", "llm:two"] * 3, "human"])
    slices = figures_of(ours)["slices"]
    counted = {name: row["documents"] for name, row in slices.items() if name.startswith("origin")}
    assert counted == {"origin human": 1, "origin llm": 5}


def test_slices_by_the_ground_of_labels():
    bases = ["publisher", "publisher", "", "news analysis", "news analysis", "", "publisher", "publisher"]
    slices = figures_of(judged(bases=bases))["slices"]
    counted = {name: row["documents"] for name, row in slices.items() if name.startswith("basis")}
    assert counted == {"basis news analysis": 2, "basis of the corpus": 2, "basis publisher": 2}
    assert slices["basis news analysis"]["recall"] == {"analysis": 0.5}
    assert slices["basis publisher"]["recall"] == {"reporting": 1.0}


def test_reader_by_hand():
    # of five readings two differ from the label, one of them without doubt
    assert figures_of(judged(), readings=READINGS)["reader"] == {
        "documents": 5,
        "agrees": 0.6,
        "sure": 3,
        "agrees_where_sure": 0.6667,
    }


def test_documents_of_which_the_reader_is_sure_have_figures_of_their_own():
    plain = Judged(judged().table, np.tile([0.1, 0.1, 0.8], (len(ROWS), 1)))
    figures = figures_of(judged(), plain, READINGS)
    ours, baseline = (figures[f"where the reader is sure: {name}"] for name in ("winnow", "plain TF-IDF"))
    assert (ours["documents"], ours["sources"]) == (3, 3)
    assert ours["recall"] == {"analysis": 1.0, "filler": 1.0, "reporting": 1.0}
    assert baseline["documents"] == 3
    assert baseline["recall"] == {"analysis": 0.0, "filler": 1.0, "reporting": 0.0}


def test_figures_where_the_reader_is_sure_go_by_the_label_not_by_the_reading():
    figures = figures_of(judged(), readings=readings_of(("d0", "filler", True)))
    assert figures["where the reader is sure: winnow"]["recall"] == {"reporting": 1.0}
    assert figures["reader"]["agrees_where_sure"] == 0.0


def test_readings_change_no_other_figure():
    told, untold = figures_of(judged(), readings=READINGS), figures_of(judged())
    differ = {name for name in told if told[name] != untold[name]}
    assert differ == {"reader", "where the reader is sure: winnow", "where the reader is sure: plain TF-IDF"}


@pytest.mark.parametrize(
    "readings",
    [
        pytest.param({}, id="nothing read"),
        pytest.param(readings_of(("elsewhere", "filler", True)), id="nothing held out was read"),
        pytest.param(readings_of(("d0", "reporting", False)), id="never sure"),
    ],
)
def test_few_readings_still_give_figures_that_are_numbers(readings: dict[str, Reading]):
    figures = figures_of(judged(), readings=readings)
    assert json.loads(json.dumps(figures, allow_nan=False))["where the reader is sure: winnow"]["documents"] == 0
    assert figures["reader"]["sure"] == 0


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(ROWS[3:6], id="no reporting"),
        pytest.param(ROWS[:1], id="one document"),
        pytest.param(ROWS[:6], id="nothing authored"),
        pytest.param(ROWS[6:], id="authored only"),
        pytest.param((), id="nothing"),
    ],
)
def test_small_sets_still_give_figures_that_are_numbers(rows: Any):
    figures = figures_of(judged(rows))
    aside = sum(row[0] == "authored" for row in rows)
    main = len(rows) - aside or len(rows)  # authored documents are measured in their stead where there are no others
    assert json.loads(json.dumps(figures, allow_nan=False))["winnow"]["documents"] == main


def test_confusion_has_a_row_a_document():
    assert confusion_rows(judged(ROWS[2:4])) == [
        {"label": "reporting", "verdict": "filler"},
        {"label": "analysis", "verdict": "reporting"},
    ]


def test_sources_come_worst_first():
    rows = source_rows(judged(ROWS[:6]))
    assert [(row["source"], row["label"], row["documents"], row["recall"]) for row in rows] == [
        ("reed.example", "reporting", 1, 0.0),
        ("reed.example", "analysis", 2, 0.5),
        ("mill.example", "filler", 1, 1.0),
        ("tarn.example", "reporting", 2, 1.0),
    ]


def test_the_plot_of_the_weakest_sources_can_be_read():
    weakest = weakest_rows(judged(ROWS[:6]))
    told = source_rows(judged(ROWS[:6]))
    assert [row["recall"] for row in weakest] == [row["recall"] for row in told][:25]
    assert len({row["source"] for row in weakest}) == len(weakest) <= 25


def test_calibration_by_hand():
    rows = calibration_rows(judged(ROWS[:6]))
    assert rows == [
        {"confidence": 0.55, "accuracy": 0.0, "documents": 1},
        {"confidence": 0.7, "accuracy": 0.0, "documents": 1},
        {"confidence": 0.8, "accuracy": 1.0, "documents": 1},
        {"confidence": pytest.approx((0.92 + 0.96 + 0.98) / 3, abs=1e-4), "accuracy": 1.0, "documents": 3},
    ]


def test_certain_score_falls_into_the_last_bin():
    rows = calibration_rows(
        judged([("abp", "filler", "a", (0.0, 0.0, 1.0)), ("abp", "filler", "a", (0.05, 0.0, 0.95))])
    )
    assert [row["documents"] for row in rows] == [2]


@pytest.fixture(scope="module")
def texts() -> list[Any]:
    return [prepared_text(text.id, text.label, text.text) for text in read_triplets(TRIPLETS)[:30]]


def test_table_is_scored_in_the_order_of_labels(texts: list[Any]):
    bodies = [text.text for text in texts]
    classifier = QualityClassifier(folds=2, min_df=2).fit(bodies, [text.label.value for text in texts])
    table = table_of([("abp", text.label.value, "a") for text in texts], [masked(body) for body in bodies])
    table.styles[:] = style_rows(bodies)
    ours = judge_table(QualityModel(classifier.fitted(), Rules(0.5, 60, 1500, ())), table)
    assert ours.scores[:, [2, 1, 0]] == pytest.approx(classifier.predict_proba(bodies)[:, [1, 0, 2]])
    assert (ours.guesses == table.label).mean() > 0.9


def test_baseline_learns_from_training_texts_only(texts: list[Any]):
    held_out = [prepared_text(str(place), label, "zebra") for place, label in enumerate(LABELS)]
    table = table_of([("abp", text.label.value, "a") for text in held_out])
    plain = judge_plain(texts, held_out, table)
    assert plain.scores.shape == (3, 3)
    assert np.ptp(plain.scores, axis=0) == pytest.approx([0, 0, 0])
    assert plain.scores.sum(axis=1) == pytest.approx([1, 1, 1])


def test_baseline_scores_stand_in_the_order_of_labels():
    train = [prepared_text(f"{label}{place}", label, f"{label.value} word") for label in Label for place in range(3)]
    held_out = [prepared_text(str(place), label, label.value) for place, label in enumerate(LABELS)]
    plain = judge_plain(train, held_out, table_of([("abp", text.label.value, "a") for text in held_out]))
    assert plain.guesses.tolist() == [label.value for label in LABELS]


def test_the_worst_errors_of_each_kind_come_surest_first():
    rows = worst_rows(judged())
    assert [(row["label"], row["verdict"], row["id"], row["score"]) for row in rows] == [
        ("reporting", "filler", "d2", 0.70),
        ("analysis", "reporting", "d7", 0.60),
        ("analysis", "reporting", "d3", 0.55),
    ]


def test_no_more_errors_of_a_kind_are_listed_than_asked():
    assert [row["id"] for row in worst_rows(judged(), count=1)] == ["d2", "d7"]


def test_intervals_hold_their_figures():
    figures = figures_of(judged(), bootstrap=200)["winnow"]
    for name in ("macro_f1", "source_recall", "reporting_called_filler"):
        low, high = figures[f"{name}_95"]
        assert low <= figures[name] <= high


def test_topics_of_few_documents_make_no_slice():
    assert [name for name in figures_of(judged())["slices"] if name.startswith("topic")] == []


def test_authored_topics_are_told_apart_from_the_corpora():
    assert figures_of(judged())["authored topics"]["bridges"]["documents"] == 2
