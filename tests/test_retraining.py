"""Retraining as a stranger does it: `dvc repro` in a checkout, on a tiny corpus, without network, with own labels."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pytest
import yaml

from pipeline.chrome.cleaning import clean_pages
from pipeline.corpora.authored import AuthoredText, read_triplets
from pipeline.document import Label
from pipeline.extract import extract, parse
from pipeline.features import masked, style_rows
from pipeline.score import load_models
from pipeline.segment.page import page_blocks

ROOT = Path(__file__).parents[1]
AFFIRMATIONS = ROOT / "tests" / "corpora" / "affirmations"
TREES = {"rate": 0.2, "count": 8, "leaves": 8, "leaf_rows": 10, "l2": 1.0, "columns": 1.0}
TINY = {
    "fetch": {"corpora": ["authored"]},
    "chrome": {"folds": 2, "hash_bits": 12, "blocks": TREES, "lines": TREES, "dump": TREES},
    "quality": {"folds": 2, "min_df": 3},
    "evaluate": {"bootstrap": 10, "evidence": 5, "learning": [0.5]},
}
MADE = ("models", "metrics", "plots", "docs/kinds.md", "data/prepared", "data/clean", "data/features")

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Run:
    """One `dvc repro`: what it printed, and which stages ran."""

    code: int
    said: str

    @property
    def stages(self) -> list[str]:
        return re.findall(r"^Running stage '(\w+)'", self.said, re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Project:
    """A checkout."""

    folder: Path

    def run(self, *command: str) -> Run:
        # The stages import the checkout's own package, whichever is installed.
        here = os.environ | {"PYTHONPATH": str(self.folder), "OMP_NUM_THREADS": "1", "DVC_NO_ANALYTICS": "1"}
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=self.folder, env=here, capture_output=True, text=True, check=False,
            timeout=900,
        )  # fmt: skip
        return Run(done.returncode, done.stdout + done.stderr)

    def repro(self, *options: str) -> Run:
        return self.run("dvc", "repro", *options)

    def made(self) -> dict[str, bytes]:
        """Everything that stages write, by path."""
        files = (path for name in MADE for path in [self.folder / name, *(self.folder / name).rglob("*")])
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in files if path.is_file()}

    def label(self, file: str, text: str) -> Path:
        path = self.folder / "data" / "labelled" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def teach_page(self, site: str, html: str, wanted: str) -> None:
        for kind, content in (("html", html), ("txt", wanted)):
            self.label(f"pages/{site}/page.{kind}", content)

    def tides_left(self) -> list[bool]:
        """Whether the box of tides is left in the text, for four pages that were never taught."""
        model = load_models(self.folder / "models").chrome
        pages = [extract(tree) for html, _ in pages_with_tides()[20:] if (tree := parse(html)) is not None]
        cleaned = clean_pages(model, [(page_blocks(page), page.metadata) for page in pages])
        return ["High water" in document.body for document in cleaned]

    def filler_found(self) -> float:
        """Share of the affirmations of sites that were never taught that are taken for filler."""
        quality = load_models(self.folder / "models").quality.classifier
        texts = [path.read_text(encoding="utf-8") for path in sorted((AFFIRMATIONS / "others").rglob("*.txt"))]
        assert len(texts) == 30
        scores = quality.proba_of(quality.rows([masked(text) for text in texts], style_rows(texts)))
        found = quality.classes_[scores.argmax(axis=1)]
        return float((found == "filler").mean())


def pages_with_tides() -> list[tuple[str, str]]:
    """Reports as pages whose sites put a box of tides among the paragraphs, which reads like one, and the wanted texts.

    They are none of the documents of the checkout.
    """
    told = read_triplets(ROOT / "data" / "authored" / "triplets")
    reports = [text for text in told if text.label is Label.REPORTING and not text.is_held_out]
    return [_with_tides(text, number) for number, text in enumerate(reports[-24:])]


def _with_tides(text: AuthoredText, number: int) -> tuple[str, str]:
    told = [f"<p>{escape(line)}</p>" for line in text.text.splitlines() if line.strip()]
    time = f"{number % 12 + 1}.{number + 15}"
    tides = f'<p class="tide-box">High water at the old pier comes at {time} and leaves the lower steps wet.</p>'
    body = "".join([*told[:2], tides, *told[2:]])
    return f"<html><body><article><h1>{escape(text.title)}</h1>{body}</article></body></html>", text.text


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A checkout with a fraction of the authored documents and a hasty training, not yet trained."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "pipeline", folder / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "data" / "labelled", folder / "data" / "labelled")
    shutil.copy(ROOT / "dvc.yaml", folder)
    for path in (ROOT / "data").glob("*.csv"):
        shutil.copy(path, folder / "data")
    for name, count in (("lines", 45), ("triplets", 120)):
        (folder / "data" / "authored" / name).mkdir(parents=True)
        for path in sorted((ROOT / "data" / "authored" / name).iterdir())[:count]:
            shutil.copy(path, folder / "data" / "authored" / name)
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for section, values in TINY.items():
        params[section] |= values
    params["chrome"]["kinds"] |= {"networks": 1, "hidden": 8, "epochs": 3, "passes": 3}
    params["evaluate"]["floors"]["applied"] = False
    (folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
    made = Project(folder)
    assert made.run("dvc", "init", "--no-scm", "-q").code == 0
    return made


@pytest.fixture(scope="module")
def trained(project: Project) -> tuple[Project, Run]:
    """The checkout after a first `dvc repro`."""
    done = project.repro()
    assert done.code == 0, done.said
    return project, done


def test_small_corpus_trains_everything_and_says_that_it_is_small(trained: tuple[Project, Run]):
    project, done = trained
    assert done.stages == ["fetch", "prepare", "chrome", "clean", "features", "quality", "evaluate"]
    assert done.said.count("only authored and own labels") == 5
    assert "FLOORS ARE NOT APPLIED" in done.said
    card = (project.folder / "models/chrome/README.md").read_text(encoding="utf-8")
    assert "on only authored and own labels" in card
    assert "No page of a real site was seen in training" in card
    assert "**not applied**" in card


def test_second_training_without_what_was_remembered_gives_the_same_bytes(trained: tuple[Project, Run]):
    project, _ = trained
    before = project.made()
    shutil.rmtree(project.folder / "data" / "cache")
    assert project.repro("--force").code == 0
    assert project.made() == before
    assert len(before) > 15


def test_remembered_values_give_the_same_bytes(trained: tuple[Project, Run]):
    project, _ = trained
    before = project.made()
    done = project.repro("--force", "--single-item", "clean", "features")
    assert "texts, 0 of them new" in done.said
    assert project.made() == before


def test_thirty_documents_of_a_new_kind_of_filler_are_learned(trained: tuple[Project, Run]):
    project, _ = trained
    before = project.filler_found()
    taught = sorted((AFFIRMATIONS / "taught").rglob("*.txt"))
    for path in taught:
        project.label(f"filler/{path.parent.name}/{path.name}", path.read_text(encoding="utf-8"))
    done = project.repro()
    after = project.filler_found()
    assert done.code == 0, done.said
    assert done.stages == ["prepare", "clean", "features", "quality", "evaluate"]  # the block model does not need them
    assert done.said.count(", 30 of them new") == 2
    assert (len(taught), before <= 0.2, after >= 0.6) == (30, True, True), (before, after)


def test_pages_of_a_user_teach_the_block_model_what_their_sites_put_in(trained: tuple[Project, Run]):
    project, _ = trained
    assert project.repro().code == 0
    assert project.tides_left() == [True] * 4
    for number, (html, wanted) in enumerate(pages_with_tides()[:20]):
        project.teach_page(f"ness{number}.example", html, wanted)
    done = project.repro()
    after = project.tides_left()
    shutil.rmtree(project.folder / "data" / "labelled" / "pages")
    assert done.code == 0, done.said
    assert "prepare: own pages {" in done.said
    assert done.stages[:2] == ["prepare", "chrome"]
    assert after == [False] * 4
    assert project.repro().code == 0
    # DVC gives back the texts of the run before, but not what `clean` remembered of them: the next test counts on it.
    assert project.repro("--force", "--single-item", "clean").code == 0


def test_missed_floor_leaves_figures_and_cards_as_they_were(trained: tuple[Project, Run]):
    project, _ = trained
    before = {path: content for path, content in project.made().items() if not path.startswith("data")}
    params = project.folder / "params.yaml"
    told = params.read_text(encoding="utf-8")
    params.write_text(
        told.replace("applied: false", "applied: true").replace("macro_f1: 0.94", "macro_f1: 1.01"), "utf-8"
    )
    done = project.repro()
    params.write_text(told, encoding="utf-8")
    assert done.code != 0
    assert re.search(r"^evaluate: floors are missed: macro_f1 [\d.]+ \(at least 1.01\)", done.said, re.MULTILINE)
    assert {path: content for path, content in project.made().items() if not path.startswith("data")} == before


def test_wrong_label_stops_before_anything_is_written(trained: tuple[Project, Run]):
    project, _ = trained
    assert project.repro().code == 0
    before = project.made()
    lost = project.label("opinion/somewhere.example/a.txt", "A heron stood in the reeds. " * 30)
    done = project.repro()
    lost.unlink()
    assert done.code != 0
    assert "prepare: data/labelled/opinion/somewhere.example/a.txt has no label: move it to reporting" in done.said
    assert done.stages == ["prepare"]
    # DVC takes the outputs of a stage away before it starts; without the wrong label the next run has them again.
    assert project.repro().code == 0
    assert project.made() == before
