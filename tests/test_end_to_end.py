"""A tiny corpus through the whole stage graph with a real `dvc repro`, which re-runs only what changed."""

import csv
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.corpora.authored import AuthoredText, read_triplets
from pipeline.corpora.manifests import GoldKind, PageRow, TextRow
from pipeline.corpora.prepared import Split, read_pages, read_texts
from pipeline.corpora.splits import split_site
from pipeline.document import LABELS, Label, MediaType, Origin, Scored, Source
from pipeline.score import Scorer, load_models

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
AUTHORED = ROOT / "data" / "authored"
STAGES = ["fetch", "prepare", "chrome", "clean", "features", "quality", "evaluate"]
COMMIT = "c0ffee" + "0" * 34
NEWS_ANALYSIS = "news-analysis (url/title/author)"
LEFT_OUT = {"bbc2004-a01-reporting", "seo-blogs-a01-filler"}
KEPT_IN_TRAINING = "mill-0/blog"
"""A publisher that would be held out if the settings did not keep it in training."""
FIXED = {"alpha": 1e-4, "l2": 1.0, "rate": 0.01, "batch": 64, "lift": 0.3}
FEW_TREES = {"rate": 0.1, "count": 12, "leaves": 7, "leaf_rows": 5, "l2": 1.0, "columns": 1.0}
# Floors of the real corpora: among a hundred documents no source is large enough to have one.
FLOORS = {
    "applied": False,
    "macro_f1": 0.94,
    "worst_source": 0.8,
    "reporting_called_filler": 0.01,
    "extraction_f1": 0.94,
}
SMALL = {
    "prepare": {"valid_share": 0.2, "test_share": 0.2, "train_publishers": [KEPT_IN_TRAINING]},
    "chrome": {
        "folds": 2,
        "hash_bits": 10,
        "prose": 40,
        "mixed": 40,
        **dict.fromkeys(("blocks", "lines", "dump"), FEW_TREES),
        "kinds": {"passes": 2, "networks": 1, "hidden": 4, "epochs": 2, **FIXED},
    },
    "quality": {"folds": 2, "min_df": 2},
    "evaluate": {"bootstrap": 10, "floors": FLOORS},
}
SITES = {Split.TRAIN: 10, Split.VALID: 3, Split.TEST: 3}
PAGES = 32
TEXTS = 108
"""The first 36 triplets: as documents of the corpora in other clothes, and once more as the triplets they are."""


# --- a corpus composed from the authored texts --------------------------------------------------------------

Files = dict[str, bytes]


@dataclass
class Corpus:
    """Upstream repositories and the manifests that name their files."""

    repos: dict[str, Files]
    texts: list[TextRow]
    pages: list[PageRow]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def compose(settings: Mapping[str, Any]) -> Corpus:
    told = read_triplets(AUTHORED / "triplets")[:TEXTS]
    by_label = {label: [text for text in told if text.label is label] for label in LABELS}
    corpus = Corpus({}, [], [])
    half = len(by_label[Label.ANALYSIS]) // 2
    add_bbc(corpus, by_label[Label.REPORTING])
    add_argugpt(corpus, by_label[Label.ANALYSIS][:half])
    add_webis(corpus, by_label[Label.ANALYSIS][half:])
    add_blogs(corpus, by_label[Label.FILLER])
    add_pages(corpus, told, settings)
    return corpus


def add_text(corpus: Corpus, kind: str, text: AuthoredText, source: str, path: str, selector: str = "") -> None:
    repo = f"{kind}/corpus"
    row = TextRow(
        id=f"{kind}-{text.id}",
        corpus=kind,
        label=text.label,
        basis=NEWS_ANALYSIS if kind == "webis-editorials" else "publisher",
        origin="llm:made-up" if kind == "argugpt" else "human",
        source=source,
        repo=repo,
        commit=COMMIT,
        path=path,
        selector=selector,
        words=len(text.text.split()),
        sha256=sha256(corpus.repos[repo][path]),
    )
    corpus.texts.append(row)


def add_bbc(corpus: Corpus, texts: list[AuthoredText]) -> None:
    """Plain files whose first line is the title."""
    files = corpus.repos.setdefault("bbc2004/corpus", {})
    for number, text in enumerate(texts):
        path = f"news/{number:03}.txt"
        paragraphs = "\n\n".join(text.text.split("\n"))
        files[path] = f"{text.title}\n\n{paragraphs}\n".encode()
        add_text(corpus, "bbc2004", text, f"post{number % 6}.example", path)


def add_argugpt(corpus: Corpus, texts: list[AuthoredText]) -> None:
    """One CSV file with a text a row."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerows([["id", "text"], *((text.id, text.text) for text in texts)])
    corpus.repos["argugpt/corpus"] = {"data/essays.csv": table.getvalue().encode()}
    for number, text in enumerate(texts):
        add_text(corpus, "argugpt", text, f"generator-{number % 3}", "data/essays.csv", f"row[{number}].text")


def add_webis(corpus: Corpus, texts: list[AuthoredText]) -> None:
    """JSON files of paragraphs, each cut into units."""
    files = corpus.repos.setdefault("webis-editorials/corpus", {})
    for number, text in enumerate(texts):
        path = f"editorials/{number:03}.json"
        title = [{"label": "title", "text": text.title}]
        units = [[{"label": "assumption", "text": line}] for line in text.text.split("\n")]
        files[path] = json.dumps({"paragraphs": [title, *units]}).encode()
        add_text(corpus, "webis-editorials", text, f"weekly{number % 3}.example", path)


def add_blogs(corpus: Corpus, texts: list[AuthoredText]) -> None:
    """Markdown posts with front matter."""
    files = corpus.repos.setdefault("seo-blogs/corpus", {})
    for number, text in enumerate(texts):
        path = f"_posts/{number:03}.md"
        files[path] = f'---\ntitle: "{text.title}"\nlayout: post\n---\n\n{text.text}\n'.encode()
        add_text(corpus, "seo-blogs", text, f"mill-{number % 6}/blog", path)


def sites(settings: Mapping[str, Any]) -> list[str]:
    """Sites with as many in each split as `SITES` says."""
    shares = {name: settings["prepare"][name] for name in ("seed", "valid_share", "test_share")}
    names = [f"site{number}.example" for number in range(200)]
    return [
        name
        for split, wanted in SITES.items()
        for name in islice((name for name in names if split_site(name, **shares) is split), wanted)
    ]


def add_pages(corpus: Corpus, texts: tuple[AuthoredText, ...], settings: Mapping[str, Any]) -> None:
    """Pages with gold text and snippets, and one in eight with snippets only."""
    files = corpus.repos.setdefault("pages/bench", {})
    snippets: dict[str, dict[str, Any]] = {}
    for number, text, site in zip(range(PAGES), cycle(texts[::3]), cycle(sites(settings))):
        html = page(text, site, number)
        wanted, unwanted = text.text.split("\n")[1][:60], f"More stories from {site}"
        if number % 8 == 7:
            name = f"p{number:03}.html"
            files[f"cache/{name}"] = html
            snippets[f"https://{site}/{number}"] = {"file": name, "with": [wanted], "without": [unwanted], "title": ""}
            add_page(corpus, number, site, GoldKind.SNIPPETS, f"cache/{name}", "evaldata.json")
        else:
            truth = {"title": text.title, "main_content": text.text, "with": [wanted], "without": [unwanted]}
            files[f"html/{number:04}.html.gz"] = gzip.compress(html, mtime=0)
            files[f"truth/{number:04}.json"] = json.dumps({"ground_truth": truth}).encode()
            add_page(corpus, number, site, GoldKind.TEXT, f"html/{number:04}.html.gz", f"truth/{number:04}.json")
    files["evaldata.json"] = json.dumps(snippets).encode()
    corpus.pages = [
        PageRow(**{**_told(row), "html_sha256": sha256(files[row.html]), "gold_sha256": sha256(files[row.gold])})
        for row in corpus.pages
    ]


def _told(row: PageRow) -> dict[str, Any]:
    return {item.name: getattr(row, item.name) for item in fields(row)}


def add_page(corpus: Corpus, number: int, site: str, kind: GoldKind, html: str, gold: str) -> None:
    with_gold = kind is GoldKind.TEXT
    row = PageRow(
        id=f"page-{number:04}",
        corpus="wcxb" if with_gold else "trafilatura-eval",
        site=site,
        lang="en",
        page_type="article" if with_gold else "",
        gold_kind=kind,
        repo="pages/bench",
        commit=COMMIT,
        html=html,
        gold=gold,
        html_sha256="",
        gold_sha256="",
    )
    corpus.pages.append(row)


TOPICS = "Home World Business Sport Culture Weather Opinion Science Travel Food Health Jobs".split()
FOOTERS = (
    "© {site}. All rights reserved.",
    "Terms of use of {site} and privacy policy",
    "Follow {site} on all channels",
    "Subscribe to the newsletter of {site}",
    "Leave a Reply",
)


def page(text: AuthoredText, site: str, number: int) -> bytes:
    """An article inside the mark-up of a site: navigation, related links and a footer differ from site to site."""
    style = int(re.sub(r"\D", "", site))
    links = list(islice(cycle(TOPICS), style % 12, style % 12 + 3 + style % 5))
    body = "".join(
        f"<h2>{line.lstrip('# ')}</h2>" if line.startswith("#") else f"<p>{line}</p>" for line in text.text.split("\n")
    )
    menu = "".join(f'<li><a href="/{link.lower()}">{link}</a></li>' for link in links)
    teasers = "".join(
        f'<li><a href="/{number + n}">{title}</a></li>' for n, title in enumerate(TOPICS[: 3 + style % 4])
    )
    feet = "".join(f"<p>{line.format(site=site)}</p>" for line in islice(cycle(FOOTERS), style % 5, style % 5 + 3))
    holder = ("article", "main", "div")[style % 3]
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{text.title} | {site}</title></head><body class="s{style}">'
        f'<header id="top"><nav class="menu-{style % 4}"><ul>{menu}</ul></nav></header>'
        f'<{holder} class="post-body"><h1>{text.title}</h1><p class="byline">By Staff Writer {style}</p>'
        f"{body}</{holder}>"
        f'<aside class="related"><h3>More stories from {site}</h3><ul>{teasers}</ul></aside>'
        f'<footer class="foot-{style % 3}">{feet}</footer></body></html>'
    ).encode()


# --- the project around it ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Project:
    """A folder with the code, a small params.yaml, manifests and a mirror of what they name."""

    folder: Path

    def run(self, *command: str) -> str:
        """Run a command with this interpreter first in the path; its output, which it must end well."""
        home = self.folder / ".home"
        env = os.environ | {
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
            "WINNOW_MIRROR": str(self.folder / "mirror"),
            "PYTHONPATH": str(self.folder),
            "DVC_NO_ANALYTICS": "1",
            "CI": "1",  # DVC does not look for a newer version of itself
            "LOKY_MAX_CPU_COUNT": "1",  # the corpus is smaller than the start of a worker
            "OMP_NUM_THREADS": "1",
            **{f"DVC_{name}": str(home) for name in ("GLOBAL_CONFIG_DIR", "SYSTEM_CONFIG_DIR", "SITE_CACHE_DIR")},
        }
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=self.folder,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def repro(self) -> list[str]:
        """The stages that `dvc repro` ran."""
        return re.findall(r"Running stage '(\w+)'", self.run("dvc", "repro"))

    def status(self) -> dict[str, Any]:
        """What `dvc status` tells as changed."""
        told: dict[str, Any] = json.loads(self.run("dvc", "status", "--json").strip().splitlines()[-1])
        return told

    def json(self, name: str) -> dict[str, Any]:
        """A metrics file; numbers that are none are refused."""
        loaded: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"), parse_constant=refuse)
        return loaded

    def edit_params(self, section: str, **changes: Any) -> None:
        path = self.folder / "params.yaml"
        params = yaml.safe_load(path.read_text(encoding="utf-8"))
        params[section] |= changes
        path.write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")


def refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number that JSON knows")


def write_manifest(path: Path, kind: type[TextRow] | type[PageRow], rows: list[TextRow] | list[PageRow]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[item.name for item in fields(kind)], *map(astuple, rows)])


Table = list[tuple[str, ...]]


def left_out(corpus: Corpus) -> Table:
    """The doubtful texts, all of them in the manifest."""
    return [(row.id, "read otherwise, twice") for row in corpus.texts if row.id in LEFT_OUT]


def readings(corpus: Corpus) -> Table:
    """A reader, sure of every other text, takes filler for analysis and all else for what it is."""
    taken = {Label.FILLER: Label.ANALYSIS}
    return [
        (row.id, taken.get(row.label, row.label), "yes" if number % 2 else "no")
        for number, row in enumerate(corpus.texts)
    ]


def kinds(corpus: Corpus) -> Table:
    """On every page the headline above related links, a line that stands elsewhere by now and one that is gone."""
    return [
        (row.id, place, sha256(text.encode())[:16], kind)
        for row in corpus.pages
        for place, text, kind in (
            ("0", f"More stories from {row.site}", "related"),
            ("99", "Home", "navigation"),
            ("3", "A line that is gone", "other"),
        )
    ]


def write_table(path: Path, header: str, rows: Table) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])


def write_archive(path: Path, files: Files) -> None:
    path.parent.mkdir(parents=True)
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"corpus-{COMMIT}/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("project")
    made = Project(folder)
    shutil.copytree(ROOT / "pipeline", folder / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(AUTHORED / "lines", folder / "data" / "authored" / "lines")
    shutil.copytree(ROOT / "data" / "labelled", folder / "data" / "labelled")
    (folder / "data" / "authored" / "triplets").mkdir()
    for path in sorted((AUTHORED / "triplets").glob("*.md"))[:TEXTS]:
        shutil.copy(path, folder / "data" / "authored" / "triplets")
    for name in ("dvc.yaml", "params.yaml", ".dvcignore", "data/corpora.csv"):
        shutil.copy(ROOT / name, folder / name)
    for section, changes in SMALL.items():
        made.edit_params(section, **changes)
    corpus = compose(yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8")))
    write_manifest(folder / "data" / "texts.csv", TextRow, corpus.texts)
    write_manifest(folder / "data" / "pages.csv", PageRow, corpus.pages)
    write_table(folder / "data" / "left_out.csv", "id,reason", left_out(corpus))
    write_table(folder / "data" / "readings.csv", "id,label,sure", readings(corpus))
    write_table(folder / "data" / "kinds.csv", "page,block,text,kind", kinds(corpus))
    for repo, files in corpus.repos.items():
        write_archive(folder / "mirror" / repo / f"{COMMIT}.tar.gz", files)
    made.run("dvc", "init", "--no-scm", "--quiet")
    return made


@dataclass(frozen=True)
class Trained:
    """What the first `dvc repro` ran and left."""

    ran: list[str]
    files: dict[str, bytes]
    splits: dict[str, list[tuple[str, Split]]]
    texts: set[str]


KEPT = ("models", "metrics", "plots", "docs")


def files_of(project: Project) -> dict[str, bytes]:
    paths = (path for name in KEPT for path in (project.folder / name).rglob("*") if path.is_file())
    return {str(path.relative_to(project.folder)): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def trained(project: Project) -> Trained:
    """The project after its first `dvc repro`."""
    ran = project.repro()
    prepared = project.folder / "data" / "prepared"
    texts = list(read_texts(prepared / "texts.jsonl.gz"))
    splits = {
        "pages": [(page.site, page.split) for page in read_pages(prepared / "pages.jsonl.gz")],
        "texts": [(text.group, text.split) for text in texts],
    }
    return Trained(ran, files_of(project), splits, {text.id for text in texts})


@pytest.fixture(scope="module")
def again(project: Project, trained: Trained) -> tuple[list[str], dict[str, bytes]]:
    """What a second `dvc repro` ran and left."""
    assert trained.ran
    return project.repro(), files_of(project)


@pytest.fixture(scope="module")
def retrained(project: Project, again: tuple[list[str], dict[str, bytes]]) -> dict[str, bytes]:
    """What the training stages leave when they are started by hand once more."""
    assert again[0] == []
    for stage in ("chrome", "quality"):
        project.run(f"pipeline.stages.{stage}")
    return files_of(project)


@pytest.fixture(scope="module")
def changed(project: Project, retrained: dict[str, bytes], again: Any) -> tuple[list[str], dict[str, bytes]]:
    """What `dvc repro` ran and left once `quality.c` was another one."""
    for name, content in again[1].items():  # whatever the training by hand left
        assert name in retrained
        (project.folder / name).write_bytes(content)
    project.edit_params("quality", c=0.01)
    return project.repro(), files_of(project)


def test_first_run_runs_every_stage_in_order(trained: Trained):
    assert trained.ran == STAGES


def test_first_run_leaves_models_metrics_plots_and_cards(trained: Trained):
    assert sorted(trained.files) == [
        "docs/kinds.md",
        "metrics/chrome.json",
        "metrics/extraction.json",
        "metrics/quality.json",
        "metrics/verdicts.json",
        "models/chrome/README.md",
        "models/chrome/manifest.json",
        "models/chrome/model.skops",
        "models/quality/README.md",
        "models/quality/manifest.json",
        "models/quality/model.skops",
        "plots/calibration.csv",
        "plots/confusion.csv",
        "plots/kinds.csv",
        "plots/learning.csv",
        "plots/precision_recall.csv",
        "plots/sources.csv",
        "plots/weakest.csv",
        "plots/worst.csv",
    ]
    empty = {name for name, content in trained.files.items() if content.count(b"\n") < 2}
    assert empty <= {"plots/worst.csv"}  # errors only, and on a hundred documents there may be none


def test_worst_errors_are_ten_of_each_kind_of_the_confusion_table(trained: Trained):
    pairs, worst = (
        Counter((row["label"], row["verdict"]) for row in csv.DictReader(plot(trained, name)))
        for name in ("confusion", "worst")
    )
    wrong = {pair: count for pair, count in pairs.items() if pair[0] != pair[1]}
    assert worst == {pair: min(count, 10) for pair, count in wrong.items()}


def test_models_load_and_score_a_text(project: Project, trained: Trained):
    models = load_models(project.folder / "models")
    text = "\n".join(text.text for text in read_triplets(AUTHORED / "triplets")[:1])
    outcome = next(Scorer(models)([Source(Origin("a.txt", "a.txt"), text, MediaType.TEXT)]))
    assert trained.ran == STAGES
    assert [manifest.name for manifest in models.manifests] == ["chrome", "quality"]
    assert isinstance(outcome, Scored)
    assert sum(outcome.verdict.scores or ()) == pytest.approx(1)


def test_every_page_and_text_is_in_one_split_with_its_site_or_publisher(trained: Trained):
    for name, wanted in (("pages", set(Split)), ("texts", {Split.TRAIN, Split.TEST})):
        places = set(trained.splits[name])
        assert len({group for group, _ in places}) == len(places)
        assert {split for _, split in places} == wanted
    assert len(trained.splits["pages"]) == PAGES
    assert len(trained.splits["texts"]) == len(trained.texts) == 2 * TEXTS - len(LEFT_OUT)


def test_texts_that_are_left_out_are_in_no_split(project: Project, trained: Trained):
    with (project.folder / "data" / "texts.csv").open(encoding="utf-8", newline="") as file:
        named = {row["id"] for row in csv.DictReader(file)}
    assert named - trained.texts == LEFT_OUT


def test_publisher_of_the_settings_stays_in_training(trained: Trained):
    assert (KEPT_IN_TRAINING, Split.TRAIN) in trained.splits["texts"]
    assert (KEPT_IN_TRAINING, Split.TEST) not in trained.splits["texts"]


def test_metrics_hold_figures(project: Project, trained: Trained):
    assert trained.ran == STAGES
    chrome, quality = project.json("metrics/chrome.json"), project.json("metrics/quality.json")
    extraction, verdicts = project.json("metrics/extraction.json"), project.json("metrics/verdicts.json")
    assert chrome["validation_pages"] >= SITES[Split.VALID]
    assert 0.5 < chrome["validation_f1"] <= 1
    assert quality["folds_texts"] > 100
    assert 1 / 3 < quality["folds_macro_f1"] <= 1
    assert extraction["wcxb articles"]["pages: winnow"]["pages"] >= SITES[Split.TEST]
    assert 0.5 < extraction["wcxb articles"]["pages: winnow"]["f1"] <= 1
    assert verdicts["winnow"]["documents"] > 10
    assert set(verdicts["winnow"]["recall"]) == set(LABELS)
    assert 0 <= quality["folds_news_analysis"] <= 1


def test_readings_of_held_out_documents_are_counted(project: Project, trained: Trained):
    assert trained.ran == STAGES
    verdicts = project.json("metrics/verdicts.json")
    reader, labels = verdicts["reader"], [row["label"] for row in csv.DictReader(plot(trained, "confusion"))]
    assert reader["documents"] == verdicts["winnow"]["documents"] == len(labels)
    assert reader["agrees"] == pytest.approx(1 - labels.count("filler") / len(labels), abs=1e-4)
    assert verdicts["where the reader is sure: winnow"]["documents"] == reader["sure"]
    assert 0 < reader["sure"] < reader["documents"]


def test_labelled_blocks_of_held_out_pages_are_counted_but_those_that_are_gone(project: Project, trained: Trained):
    pages = [split for _, split in trained.splits["pages"]].count(Split.TEST)
    figures = project.json("metrics/extraction.json")["kinds"]
    told = [row["told"] for row in csv.DictReader(plot(trained, "kinds"))]
    assert figures["blocks"] == len(told) == 2 * pages
    assert {kind: row["blocks"] for kind, row in figures["kinds"].items()} == {"navigation": pages, "related": pages}


def plot(trained: Trained, name: str) -> list[str]:
    """The lines of a plot's table."""
    return trained.files[f"plots/{name}.csv"].decode().splitlines()


def test_cards_tell_the_figures_of_this_training(project: Project, trained: Trained):
    card = trained.files["models/quality/README.md"].decode()
    manifest = json.loads(trained.files["models/quality/manifest.json"])
    verdicts = json.loads(trained.files["metrics/verdicts.json"])
    assert manifest["data"]["digest"] in card
    assert f"{verdicts['winnow']['documents']} documents of {verdicts['winnow']['sources']} held-out sources" in card
    assert (project.folder / "models" / "chrome" / "README.md").is_file()


def test_second_run_runs_nothing_and_changes_nothing(trained: Trained, again: tuple[list[str], dict[str, bytes]]):
    assert again == ([], trained.files)


@pytest.mark.parametrize("model", ["chrome", "quality"])
def test_training_again_gives_the_same_bytes(trained: Trained, retrained: dict[str, bytes], model: str):
    names = [f"models/{model}/{name}" for name in ("manifest.json", "model.skops")] + [f"metrics/{model}.json"]
    assert [name for name in names if retrained[name] != trained.files[name]] == []


def test_changed_parameter_runs_its_stage_and_what_follows_alone(
    trained: Trained, changed: tuple[list[str], dict[str, bytes]]
):
    ran, files = changed
    assert ran == ["quality", "evaluate"]
    assert files["models/quality/model.skops"] != trained.files["models/quality/model.skops"]
    assert files["models/chrome/model.skops"] == trained.files["models/chrome/model.skops"]
    assert json.loads(files["models/quality/manifest.json"])["parameters"]["classifier"]["c"] == 0.01


def test_changed_helper_is_noticed_by_the_stages_that_use_it(
    project: Project, changed: tuple[list[str], dict[str, bytes]]
):
    assert changed[0]
    helper = project.folder / "pipeline" / "quality" / "tuning.py"
    before = helper.read_bytes()
    helper.write_bytes(before + b"# changed\n")
    try:
        assert project.status() == {"quality": [{"changed deps": {"pipeline/quality/tuning.py": "modified"}}]}
    finally:
        helper.write_bytes(before)


@pytest.mark.parametrize(
    ("name", "stages"),
    [("left_out", ["prepare"]), ("readings", ["evaluate"]), ("kinds", ["chrome", "evaluate"])],
)
def test_changed_table_is_noticed_by_the_stages_that_read_it(
    project: Project, changed: tuple[list[str], dict[str, bytes]], name: str, stages: list[str]
):
    assert changed[0]
    table = project.folder / "data" / f"{name}.csv"
    before = table.read_bytes()
    table.write_bytes(b"".join(before.splitlines(keepends=True)[:-1]))
    try:
        assert project.status() == {stage: [{"changed deps": {f"data/{name}.csv": "modified"}}] for stage in stages}
    finally:
        table.write_bytes(before)
