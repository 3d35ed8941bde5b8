from pipeline.document import Label
from pipeline.evaluation.structure import structure_figures, structured
from pipeline.features import without_headings
from pipeline.score import load_models

from .conftest import prepared_text

REPORT = "Police said on Monday that the bridge at Harrow Quay had been shut after a crack was found.\n" * 8


def test_structure_that_was_put_in_can_be_taken_out_again():
    assert without_headings(structured(REPORT.strip())).count("##") == 0


def test_documents_with_and_without_headings_are_told_apart():
    texts = [
        prepared_text("a", Label.REPORTING, f"At the quay\n{REPORT}".strip()),
        prepared_text("b", Label.REPORTING, REPORT.strip()),
    ]
    figures = structure_figures(load_models().quality, texts)
    assert [row["documents"] for row in figures.values()] == [1, 1]


def test_what_has_no_documents_has_no_changed_labels():
    figures = structure_figures(load_models().quality, [prepared_text("b", Label.REPORTING, REPORT.strip())])
    assert figures["headings taken away"]["labels_changed"] == 0.0
