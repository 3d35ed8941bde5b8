"""Floors: which figures are asked, and what is said of one that is missed."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline.evaluation.floors import floors, refusal
from pipeline.settings import FloorSettings

SETTINGS = FloorSettings(applied=True, macro_f1=0.9, worst_source=0.8, reporting_called_filler=0.01, extraction_f1=0.94)
EXTRACTION = {"wcxb articles": {"pages: winnow": {"f1": 0.95}}, "authored pages": {"pages: winnow": {"f1": 0.5}}}
SOURCES = [{"recall": 0.1, "documents": 19}, {"recall": 0.8, "documents": 20}, {"recall": 0.9, "documents": 300}]


def said(
    extraction: Any = EXTRACTION, sources: Any = SOURCES, settings: FloorSettings = SETTINGS, **told: float
) -> str:
    ours = {"macro_f1": 0.9, "reporting_called_filler": 0.01} | told
    return refusal(floors(settings, extraction, {"winnow": ours}, sources), settings)


def test_figures_on_their_limits_are_good_enough():
    assert said() == ""


@pytest.mark.parametrize(
    ("told", "message"),
    [
        pytest.param({"macro_f1": 0.8999}, "macro_f1 0.8999 (at least 0.9).", id="macro F1"),
        pytest.param({"reporting_called_filler": 0.02}, "reporting_called_filler 0.02 (at most 0.01).", id="filler"),
        pytest.param({"sources": [{"recall": 0.7, "documents": 20}]}, "worst_source 0.7 (at least 0.8).", id="source"),
        pytest.param({"sources": SOURCES[:1]}, "worst_source None (at least 0.8).", id="no large source"),
        pytest.param({"extraction": {}}, "extraction_f1 None (at least 0.94).", id="no page"),
        pytest.param(
            {"extraction": {"authored pages": {"pages: winnow": {"f1": 0.9}}}}, "extraction_f1 0.9 (at", id="made pages"
        ),
    ],
)
def test_missed_floor_is_named_with_its_figure_and_the_way_back(told: dict[str, Any], message: str):
    sentence = said(**told)
    assert sentence.startswith(f"floors are missed: {message}")
    assert "git checkout dvc.lock models" in sentence


def test_every_missed_floor_is_named():
    assert "macro_f1 0.1 (at least 0.9); reporting_called_filler 0.5 (at most" in said(
        macro_f1=0.1, reporting_called_filler=0.5
    )


def test_floors_that_are_not_applied_let_anything_pass():
    assert said(macro_f1=0.1, settings=replace(SETTINGS, applied=False)) == ""
