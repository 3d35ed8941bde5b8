"""Model cards say every figure that they are given, in tables that Markdown can read."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pytest

from pipeline.corpora.manifests import CorpusRow
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import ChromeKind, Label
from pipeline.evaluation.card import write_card
from pipeline.evaluation.evidence import evidence_figures
from pipeline.evaluation.extraction import extraction_figures
from pipeline.evaluation.floors import Floor
from pipeline.evaluation.kinds import Named, naming_figures
from pipeline.evaluation.material import text_material
from pipeline.evaluation.structure import structure_figures
from pipeline.evaluation.verdicts import Judged, verdict_figures
from pipeline.models import CARD, Manifest
from pipeline.score import Models

from .conftest import STORY, prepared_text
from .test_verdicts import READINGS, judged

NAVIGATION, RELATED, OTHER = ChromeKind.NAVIGATION, ChromeKind.RELATED, ChromeKind.OTHER
NAMED = [
    Named(NAVIGATION, NAVIGATION, NAVIGATION, OTHER),
    Named(NAVIGATION, RELATED, RELATED, OTHER),
    Named(RELATED, RELATED, OTHER, RELATED),
]
CORPORA = [CorpusRow("bbc2004", "none stated", "publisher")]
TOLD = {
    "scale": "all corpora",
    "floors": [Floor("macro_f1", 0.95, 0.9)],
    "applied": True,
    "material": text_material([prepared_text("a", Label.REPORTING, "A heron.")], CORPORA),
    "plots": {
        "sources": [{"source": "reed.example", "label": "analysis", "documents": 30, "recall": 0.5}],
        "learning": [
            {"sources": 4, "documents": 9, "macro_f1": 0.5},
            {"sources": 8, "documents": 20, "macro_f1": 0.75},
        ],
    },
}


@pytest.fixture(scope="module")
def manifests(models: Models) -> dict[str, Manifest]:
    return {manifest.name: manifest for manifest in models.manifests}


@pytest.fixture(scope="module")
def figures(models: Models, pages: list[PreparedPage]) -> dict[str, Any]:
    """Figures of both models as the evaluate stage makes them."""
    texts = [prepared_text("a", Label.REPORTING, "\n".join(STORY))]
    return {
        "chrome": extraction_figures(models.chrome, pages, texts) | {"kinds": naming_figures(NAMED)},
        "quality": verdict_figures(judged(), judged(), 0.75, READINGS, bootstrap=5, seed=1)
        | {
            "evidence": evidence_figures(models.quality, texts, documents=5, seed=1),
            "structure": structure_figures(models.quality, texts),
        },
    }


def card(folder: Path, manifest: Manifest, figures: dict[str, Any]) -> str:
    write_card(folder, manifest, figures, TOLD)
    return (folder / CARD).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["chrome", "quality"])
def test_card_names_day_data_and_libraries(tmp_path: Path, manifests: Any, figures: Any, name: str):
    manifest = manifests[name]
    text = card(tmp_path, manifest, figures[name])
    assert text.startswith(f"# {name}: the ")
    assert f"Trained {manifest.trained} on all corpora, protocol {manifest.protocol}" in text
    assert manifest.data["digest"] in text
    for library, version in manifest.versions.items():
        assert f"{library} {version}" in text


@pytest.mark.parametrize("name", ["chrome", "quality"])
def test_card_ends_in_one_line_feed_and_holds_no_template(tmp_path: Path, manifests: Any, figures: Any, name: str):
    text = card(tmp_path, manifests[name], figures[name])
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert re.findall(r"\{[{%]|[}%]\}|None|nan|Undefined", text) == []


def tables(text: str) -> list[list[str]]:
    """Runs of table lines."""
    found = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [table.splitlines() for table in found]


@pytest.mark.parametrize(("name", "count"), [("chrome", 4), ("quality", 3)])
def test_tables_are_whole(tmp_path: Path, manifests: Any, figures: Any, name: str, count: int):
    found = tables(card(tmp_path, manifests[name], figures[name]))
    assert len(found) == count
    for table in found:
        assert set(table[1]) <= set("|-: ")
        assert {line.count("|") for line in table} == {table[0].count("|")}
        assert len(table) > 2


def test_card_of_the_block_model_has_a_row_for_every_contender(tmp_path: Path, manifests: Any, figures: Any):
    text = card(tmp_path, manifests["chrome"], figures["chrome"])
    for corpus in ("wcxb articles", "l3s-gn1 news"):
        for contender, row in figures["chrome"][corpus].items():
            told = (f"{row[name]:.3f}" for name in ("precision", "recall", "f1"))
            assert f"| {corpus} | {contender} | {row['pages']} | {' | '.join(told)} |" in text
    for value in manifests["chrome"].parameters["thresholds"].values():
        assert str(value) in text


def test_card_of_the_block_model_has_a_row_for_every_kind_that_was_told(tmp_path: Path, manifests: Any, figures: Any):
    text = card(tmp_path, manifests["chrome"], figures["chrome"])
    assert "| navigation | 2 | 1.00 | 0.50 |" in text
    assert "| related | 1 | 0.50 | 1.00 |" in text
    assert "macro F1 0.667, 66.7 % right, on 3 removed blocks labelled by hand" in text
    assert "0.333 where the same blocks are lines of bare text, 0.500 by a table of cues" in text


def test_kinds_are_no_corpus_of_the_extraction_table(tmp_path: Path, manifests: Any, figures: Any):
    assert "| kinds |" not in card(tmp_path, manifests["chrome"], figures["chrome"])


def test_card_of_the_document_model_tells_what_the_reader_took_documents_for(
    tmp_path: Path, manifests: Any, figures: Any
):
    text = " ".join(card(tmp_path, manifests["quality"], figures["quality"]).split())
    assert "agrees with 60.0 % of them on 5 of these documents" in text
    assert "with 66.7 % of the 3 of which the reader was sure" in text
    assert "| macro F1 where a reader is sure (3 documents) | 1.0 (" in text


def test_card_of_the_document_model_has_every_figure(tmp_path: Path, manifests: Any, figures: Any):
    text = card(tmp_path, manifests["quality"], figures["quality"])
    ours = figures["quality"]["winnow"]
    for value in (ours["macro_f1"], ours["source_recall"], ours["calibration_error"], *ours["recall"].values()):
        assert f" {value} " in text
    assert f"{ours['documents']} documents of {ours['sources']} held-out sources" in text
    assert f"`unsure` below a top probability of {manifests['quality'].parameters['rules']['decide']}" in text
    for name in figures["quality"]["slices"]:
        assert f"| {name} |" in text


def test_card_can_be_written_when_a_label_is_never_called(tmp_path: Path, manifests: Any, figures: Any):
    ours = judged()
    plain = Judged(ours.table, np.tile([0.1, 0.1, 0.8], (len(ours.table), 1)))
    verdicts = verdict_figures(ours, plain, 0.75, {}, bootstrap=5, seed=1)
    text = card(tmp_path, manifests["quality"], figures["quality"] | verdicts)
    assert re.search(r"\| reporting: precision / recall \| 0\.6667 / 0\.6667 \| 0(?:\.0)? / 0\.0 \|", text)


def test_missing_figure_is_an_error_not_a_gap(tmp_path: Path, manifests: Any, figures: Any):
    ours = {name: value for name, value in figures["quality"]["winnow"].items() if name != "macro_f1"}
    with pytest.raises(jinja2.UndefinedError, match="macro_f1"):
        write_card(tmp_path, manifests["quality"], figures["quality"] | {"winnow": ours}, TOLD)
    assert not (tmp_path / CARD).exists()


def test_figures_come_from_the_arguments(tmp_path: Path, manifests: Any, figures: Any):
    told = figures["quality"] | {"winnow": figures["quality"]["winnow"] | {"macro_f1": 0.1234567}}
    text = card(tmp_path, replace(manifests["quality"], trained="1999-09-09"), told)
    assert "0.1234567" in text
    assert "Trained 1999-09-09 on" in text


def test_card_says_what_was_trained_on_and_fails(tmp_path: Path, manifests: Any, figures: Any):
    text = card(tmp_path, manifests["quality"], figures["quality"])
    assert "| bbc2004 | reporting | human | none stated | publisher | 0 | 1 (1) |" in text
    assert "Floors of params.yaml: macro_f1 0.95 (at least 0.9)." in text
    assert "* reed.example: recall 0.5 of 30 analysis." in text
    assert "macro F1 0.5 with 4 sources, 0.75 with 8 sources" in text


def test_card_says_that_floors_were_not_applied(tmp_path: Path, manifests: Any, figures: Any):
    write_card(tmp_path, manifests["chrome"], figures["chrome"], TOLD | {"applied": False, "scale": "only own labels"})
    text = (tmp_path / CARD).read_text(encoding="utf-8")
    assert "(**not applied**: this model was let pass" in text
    assert "on only own labels" in text
