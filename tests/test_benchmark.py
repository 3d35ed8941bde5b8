"""The extraction benchmark on two tiny pages: contenders run, a broken one is counted, figures become a table."""

import importlib.util
import re
import sys
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from pipeline.corpora.prepared import PreparedPage, Split
from pipeline.evaluation.verdicts import Judged
from pipeline.measure import extraction, overlap, snippets
from pipeline.score import Models

from .evaluation.conftest import table_of

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
TITLE = "Ferry runs aground off Tarnfoss"
STORY = (
    "The ferry Aurelia ran aground off Tarnfoss on Monday night with 61 people on board, the coastguard said.",
    "All of them were brought ashore by 3 a.m. and nobody was hurt, according to harbour master Lena Varro.",
    "Two tugs pulled her free at high water on Tuesday, and divers found a dent of three metres below the bow.",
)
HTML = (
    f'<html lang="en"><head><title>{TITLE}</title></head><body><nav><ul><li><a href="/">Home</a></li></ul></nav>'
    f"<article><h1>{TITLE}</h1>{''.join(f'<p>{line}</p>' for line in STORY)}</article>"
    '<footer class="footer"><p>Follow us on all channels</p></footer></body></html>'
)


def loaded(name: str) -> ModuleType:
    """A script of the benchmarks, which are no package."""
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


benchmark, workers = loaded("extraction"), loaded("contenders")
detectors = loaded("quality")


def page(name: str, *, gold: bool) -> PreparedPage:
    return PreparedPage(
        id=name, corpus="l3s-gn1" if gold else "trafilatura-eval", site="tarn.example", lang="en", page_type="",
        split=Split.TEST, title=TITLE, gold_title=TITLE, content="\n".join(STORY) if gold else None,
        wanted=("brought ashore by 3 a.m.", "pulled her free"), unwanted=("Follow us on all channels",),
        baselines=("", ""), blocks=(), labels=(), cleaned=(), cleaned_labels=(),
    )  # fmt: skip


PAGES = [page("one", gold=True), page("two", gold=False)]


NAMES = ("winnow", "trafilatura", "all text", "all text, then winnow", "trafilatura, then winnow")


def contender(name: str) -> Any:
    made = workers.CONTENDERS[name]
    return benchmark.Contender(name, made.distribution, "1", made.reads, sys.executable)


@pytest.fixture
def figures(models: Models, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Figures of the contenders that need nothing other than winnow, run in this process."""
    monkeypatch.setattr("pipeline.score.load_models", lambda: models)
    monkeypatch.setattr(benchmark, "load_models", lambda: models)
    results: dict[str, list[dict[str, Any]]] = {}
    for name in NAMES:
        reads = workers.CONTENDERS[name].reads
        inputs = [row["text"] for row in results[reads]] if reads else [HTML, HTML]
        work = workers.CONTENDERS[name].prepare()
        results[name] = [asdict(found) for found in work([workers.Page(text, "en") for text in inputs])]
    return benchmark.measure([contender(name) for name in NAMES], PAGES, results)


def test_winnow_and_trafilatura_find_the_story(figures: dict[str, Any]):
    news, checked = figures["corpora"]["l3s-gn1 news"], figures["corpora"]["snippets, all languages"]
    assert news["winnow"]["f1"] == news["trafilatura"]["f1"] == checked["winnow"]["f1"] == 1.0
    assert news["all text"]["precision"] < news["all text"]["recall"] == 1.0
    assert checked["all text"]["precision"] == pytest.approx(2 / 3, abs=1e-4)
    assert {row["failed"] for row in figures["all pages"].values()} == {0}


def test_pages_are_compared_with_trafilatura_and_texts_with_their_input(figures: dict[str, Any]):
    news = figures["corpora"]["l3s-gn1 news"]
    assert news["winnow"]["difference"] == {"f1": 0.0, "interval": [0.0, 0.0], "from": "trafilatura"}
    assert news["all text, then winnow"]["difference"]["from"] == "all text"
    assert "difference" not in news["trafilatura"]


def test_table_names_every_contender_and_corpus(figures: dict[str, Any]):
    told = benchmark.render(figures)
    rows = {line.split(" | ")[0].strip("| ") for line in told.splitlines() if line.startswith("| ")}
    assert set(NAMES) < rows
    assert "## Corpus l3s-gn1 news: 1 pages" in told


def test_worker_of_its_own_gives_a_row_a_page():
    rows = benchmark.run(contender("trafilatura"), [HTML, ""], ["en", "en"])
    assert [STORY[0] in row["text"] for row in rows] == [True, False]
    assert all(row["milliseconds"] > 0 and not row["failed"] for row in rows)


def test_library_that_raises_has_failed_and_found_nothing():
    found = workers.measured(lambda page: page.content[99], workers.Page("", "en"))
    assert (found.text, found.failed) == ("", True)


def test_page_that_ends_a_worker_costs_no_other_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    worker = tmp_path / "worker.py"
    worker.write_text(
        "import json, os, sys\n"
        "for line in sys.stdin:\n"
        "    text = json.loads(line)['content']\n"
        "    if text == 'bad': os._exit(3)\n"
        "    print(json.dumps({'text': text, 'milliseconds': 1.0, 'failed': False}), flush=True)\n"
    )
    monkeypatch.setattr(benchmark, "WORKER", worker)
    dying = benchmark.Contender("some", "some", "1", None, sys.executable)
    rows = benchmark.run(dying, ["a", "bad", "b", "bad"], ["en"] * 4)
    assert [(row["text"], row["failed"]) for row in rows] == [("a", False), ("", True), ("b", False), ("", True)]
    assert benchmark.cost(rows) == {"milliseconds": {"median": 1.0, "mean": 1.0}, "failed": 2, "empty": 2}


def test_missing_contenders_are_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    told = '[{"name": "some", "distribution": "somelib", "version": null, "reads": null}]'
    monkeypatch.setattr(benchmark, "_start", lambda *_: type("Ended", (), {"stdout": told}))
    assert benchmark.find_contenders(["python"]) == []
    assert capsys.readouterr().err == "Skipped: some, as somelib is not installed.\n"


def test_figures_are_those_that_the_stages_measure():
    texts = ["\n".join(STORY[:2]), "\n".join((*STORY, "Follow us on all channels"))]
    gold, checked = PAGES
    sums = np.array([benchmark.page_counts(text, gold) for text in texts])
    told = extraction(overlap(text, gold.content or "", TITLE) for text in texts)
    assert benchmark.quality(sums)["f1"] == pytest.approx(told.f1, abs=1e-4)
    sums = np.array([benchmark.page_counts(text, checked) for text in texts])
    told = snippets((text, checked.wanted, checked.unwanted) for text in texts)
    figures = benchmark.quality(sums)
    assert (figures["precision"], figures["recall"]) == pytest.approx((told.precision, told.recall), abs=1e-4)


def test_difference_of_a_contender_to_itself_is_nothing_in_every_round():
    counts = np.array([[0.5, 1, 0.25, 1], [1, 1, 0.75, 1], [0, 1, 0, 1]], dtype=float)
    assert benchmark.difference(counts, counts) == {"f1": 0.0, "interval": [0.0, 0.0]}
    low, high = benchmark.quality(counts)["f1_interval"]
    assert low < benchmark.quality(counts)["f1"] < high


def test_a_detector_that_flags_all_filler_and_nothing_else_is_perfect():
    truth = np.array([True, False] * 50)
    row = detectors._detector(truth.astype(float), truth)
    assert (row["flagged"], row["precision"], row["recall"], row["auc"]) == (50, 1.0, 1.0, 1.0)


def test_a_detector_that_flags_nothing_has_no_recall_and_ranks_by_chance():
    row = detectors._detector(np.zeros(100), np.array([True, False] * 50))
    assert (row["flagged"], row["precision"], row["recall"], row["auc"]) == (0, 0.0, 0.0, 0.5)


def test_a_model_flags_what_is_likeliest_filler_and_ranks_by_its_score():
    table = table_of([("abp", "filler", "mill.example")] * 3)
    judged = Judged(table, np.array([[0.5, 0.2, 0.3], [0.3, 0.2, 0.5], [0.1, 0.1, 0.8]]))
    assert detectors._scores(judged).tolist() == [0.3, 1.5, 1.8]


def test_what_grows_with_the_size_lies_on_the_dashed_line_of_the_plot():
    svg = loaded("growth").plot([(10_000 * 10**power, 0.01 * 10**power) for power in range(4)])
    dashed, measured = re.findall(r'<polyline points="([^"]+)"', svg)
    assert dashed.split() == [measured.split()[0], measured.split()[-1]]
