"""Runs to report on: the sample documents, and a folder in which everything is hostile, cleaned for real."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from pipeline.run import CleanSettings, clean_folder
from pipeline.write import Format, Row

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "data" / "samples"
STORY = """\
The night train from Harrow to Selby was stopped for four hours on Monday after a landslip, the railway said.
About 90 passengers spent the night at Calder station, where volunteers brought blankets, according to the mayor.
Engineers cleared 300 tons of mud by 5.15 a.m., spokesman Piet Laren told reporters at the scene.
"Nobody was hurt and the track is sound," he said. The line carries 26 trains a day, the railway said in a statement.
The regional council approved 1.2 million pounds last October to drain the slope, records show.
"""
ATTACKS = {
    "script": "<script>alert('own')</script><img src=x onerror=alert(1)>",
    "closing": '</script></style></title></details><svg onload=alert(2)>"><iframe src=https://quay.example/x>',
    "quotes": "\"' onmouseover='alert(3)' style=\"background:url(https://quay.example/y)\" &lt;b&gt;&#60;i&#62; "
    "{{ 7*7 }} {% x %}",
    "turning": "invoice\u202efdp.exe\u202c \u2066quay\u2069 \u200f\u200e end",
    "long": "quay" * 900,
}


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample documents, an empty file, a binary one and one that cannot be read, cleaned."""
    folder = tmp_path_factory.mktemp("run")
    pages = folder / "pages"
    for path in sorted(SAMPLES.rglob("*.*")):
        place = pages / path.relative_to(SAMPLES)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    (pages / "empty.txt").write_text(" ")
    (pages / "noise.html").write_bytes(bytes(range(32)) * 40)
    (pages / "gone.txt").symlink_to("nowhere")
    clean_folder(pages, folder / "out", CleanSettings(jobs=1))
    return folder / "out"


def hostile_page(attack: str) -> str:
    """A page that attacks from its title, its metadata, its text and its chrome, all escaped as HTML asks."""
    told = attack.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    paragraphs = "".join(f"<p>{told[:200]} {line}</p>" for line in STORY.splitlines())
    return (
        f'<!doctype html><html><head><title>{told}</title><meta property="og:site_name" content="{told}">'
        f'<meta name="author" content="{told}"><link rel="canonical" href="javascript:alert(4)">'
        f'<meta property="og:url" content="javascript:alert(4)"></head><body><nav><a href="javascript:alert(5)">'
        f"{told}</a></nav><article><h1>{told}</h1>{paragraphs}</article><footer><p>© 2024 {told}</p>"
        f"<p>Subscribe to our newsletter {told}</p></footer></body></html>"
    )


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hostile pages under hostile names, and rows that somebody edited to be worse, cleaned."""
    folder = tmp_path_factory.mktemp("hostile")
    pages = folder / "pages"
    pages.mkdir()
    for name, attack in ATTACKS.items():
        (pages / f"{name}.html").write_text(hostile_page(attack))
    (pages / "<img src=x onerror=alert(6)>.txt").write_text(STORY)
    (pages / "a\" onclick='alert(7)' b\u202etxt.exe.html").write_bytes(bytes(range(32)) * 40)
    (pages / ("n" * 240 + ".txt")).write_text(STORY.replace("90", "91"))
    clean_folder(pages, folder / "out", CleanSettings(jobs=1))
    edit_rows(folder / "out", _worse)
    return folder / "out"


def _worse(row: Row) -> Row:
    if row["evidence"]:
        row["evidence"] = [{**piece, "text": piece.get("text", "") or ATTACKS["closing"]} for piece in row["evidence"]]
        row["evidence"].append({"type": "sentence", "text": ATTACKS["script"], "effect": 0.5})
    return {**row, "url": "JavaScript:alert(8)//https://quay.example", "date": ATTACKS["quotes"]}


def edit_rows(folder: Path, edit: Callable[[Row], Row]) -> None:
    """Change the rows of a run in place."""
    write_rows(folder, map(edit, map(json.loads, (folder / "results.jsonl").read_text().splitlines())))


def write_rows(folder: Path, rows: Iterable[Row]) -> Path:
    """A run that holds nothing but rows."""
    told = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    folder.mkdir(exist_ok=True)
    (folder / "results.jsonl").write_text("".join(told), encoding="utf-8")
    return folder


def made(identifier: str, **fields: object) -> Row:
    """A row of a clean document with the fields that matter to a test."""
    return {"id": identifier, "status": "ok", "words": 80, "removed": [], **fields}


def removal(text: str, line: int = 1, kind: str = "share") -> Row:
    """A removed line."""
    return {"kind": kind, "text": text, "probability": 0.9, "line": line}


def scored(verdict: str, filler: float) -> Row:
    """Verdict and scores of a row."""
    left = round(1 - filler, 4)
    scores = {"reporting": left, "analysis": 0.0, "filler": filler}
    return {"verdict": verdict, "flagged": verdict == "filler", "scores": scores}


@pytest.fixture(params=list(Format), ids=lambda form: form.value)
def each_form(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A run in every form of results."""
    form: Format = request.param
    if form is Format.PARQUET:
        pytest.importorskip("pyarrow")
    clean_folder(SAMPLES / "news", tmp_path / "out", CleanSettings(jobs=1, form=form))
    return tmp_path / "out"
