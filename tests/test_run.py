"""A folder becomes a folder: one row an input, counts that add up, and nothing that depends on how it was run."""

import gzip
import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.chrome.model import ChromeModel, LineChances, Titled
from pipeline.chrome.seen import Seen
from pipeline.direct import score_inputs
from pipeline.document import ChromeKind, Label
from pipeline.errors import ModelError, UsageError
from pipeline.inputs import list_places
from pipeline.pool import Limits
from pipeline.read import MAX_BYTES
from pipeline.run import CleanSettings, Summary, clean_folder
from pipeline.score import Scorer, load_models
from pipeline.write import Format, Row, TextOutput

REPORT = """\
Ferry service to the northern islands resumed on Tuesday after a nine-day stoppage, the port authority said.
The first boat left Marlow quay at 6.40 a.m. with 112 passengers and 31 cars on board, according to the harbour log.
Engineers replaced a cracked propeller shaft over the weekend, operations chief Dana Whitlow told reporters.
“We tested it twice in open water before we let anybody on,” she said.
The stoppage stranded about 400 residents and delayed fuel deliveries to the clinic on Sower Island, officials said.
The council will meet on 14 March to decide whether to pay the operator's claim for 260,000 pounds.
"""
ESSAY = """\
The quay has been closed for nine days and nobody in the council seems to think that this is a scandal. I do.
A town that cannot keep one boat running has stopped believing in its own islands, and we should say so plainly.
The usual excuse is money. But money is a choice, and the council chose a new roof for its own meeting hall instead.
What should worry us more is the silence: not one member has explained why no second vessel was ever leased.
If the islands matter, then the timetable must be a promise and not a hope. Perhaps a new board would see that.
"""
GERMAN = """\
Die Fähre zu den nördlichen Inseln fährt seit Dienstag wieder, wie die Hafenbehörde am Abend mitteilte.
Das erste Schiff legte um zwanzig vor sieben ab und hatte mehr als hundert Fahrgäste und dreißig Autos an Bord.
Am Wochenende hatten Techniker eine gebrochene Welle ersetzt, sagte die Leiterin des Betriebs vor der Presse.
Rund vierhundert Bewohner saßen neun Tage lang fest, und die Klinik wartete auf Treibstoff für ihre Generatoren.
Der Rat entscheidet im März darüber, ob die Stadt dem Betreiber die Kosten des Ausfalls erstattet.
"""
PAGE = f"""\
<!DOCTYPE html><html lang="en"><head><title>Ferry to the islands runs again | The Quay</title></head><body>
<nav class="menu"><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li><li><a href="/sea">Sea</a></li>
</ul></nav><main><article><h1>Ferry to the islands runs again</h1>
<p class="byline">By Ana Melo</p><div class="share"><a href="#">Share on Facebook</a> <a href="#">Tweet</a></div>
{"".join(f"<p>{line}</p>" for line in REPORT.splitlines())}
<p class="newsletter">Sign up for our newsletter to get the best stories in your inbox.</p></article></main>
<footer><p>© 2026 The Quay. All rights reserved.</p></footer></body></html>
"""
LIMIT = 20_000
ENDS = {
    "Ünï.txt": ("ok", None),
    "archive.jsonl#1": ("ok", None),
    "big.txt": ("rejected", "too-large"),
    "binary.bin": ("rejected", "not-text"),
    "caf\\xe9.txt": ("ok", None),
    "copy/b.txt": ("ok", None),
    "b.txt": ("ok", None),
    "empty.txt": ("rejected", "empty"),
    "essay.md": ("ok", None),
    "german.txt": ("ok", None),
    "gone.txt": ("failed", "unreadable"),
    "hollow.html": ("rejected", "no-content"),
    "packed.html.gz": ("ok", None),
    "page.html": ("ok", None),
    "short.txt": ("ok", None),
    "torn.txt.gz": ("failed", "unreadable"),
    "two\nlines.txt": ("ok", None),
}


@dataclass(frozen=True)
class Run:
    """What a run was given and left."""

    inputs: Path
    output: Path
    summary: Summary
    rows: list[Row]
    record: Mapping[str, Any]
    before: Mapping[str, Any]
    told: list[tuple[int, int]]

    @property
    def by_id(self) -> dict[str, Row]:
        return {item["id"]: item for item in self.rows}


def put(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files under their relative paths."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def state(folder: Path) -> dict[str, Any]:
    """What a folder holds: names, contents and times of change, links as they are."""
    return {
        os.fsdecode(path.relative_to(folder)): (
            str(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else None,
            path.lstat().st_mtime_ns,
        )
        for path in folder.rglob("*")
    }


def rows_of(output: Path) -> list[Row]:
    return [json.loads(line) for line in (output / "results.jsonl").read_text().split("\n")[:-1]]


def timeless(rows: list[Row]) -> list[Row]:
    """Rows without what the clock decides."""
    return [item | {"seconds": None} for item in rows]


def texts_of(output: Path) -> set[str]:
    """The text files that stand in an output folder."""
    return {path.relative_to(output).as_posix() for path in output.rglob("text/**/*") if path.is_file()}


def named(rows: list[Row]) -> set[str]:
    """The text files that rows name."""
    return {item["text_file"] for item in rows if item["text_file"]}


def clean(inputs: Path, output: Path, **changes: Any) -> Summary:
    """Clean in this process, with settings as given."""
    return clean_folder(inputs, output, CleanSettings(**{"jobs": 1, **changes}))


EVIDENCE = dict.fromkeys(("type", "text", "name", "value", "typical", "effect"))
"""A struct of Parquet has all of its fields."""


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an input for every end that an input can come to without a broken worker."""
    folder = put(
        tmp_path_factory.mktemp("mixed"),
        {
            "b.txt": REPORT,
            "copy/b.txt": f"{REPORT}\n\n",
            "essay.md": ESSAY,
            "german.txt": GERMAN,
            "page.html": PAGE.replace("Tuesday", "Monday"),
            "packed.html.gz": gzip.compress(PAGE.replace("Tuesday", "Friday").encode()),
            "short.txt": "The ferry runs again.",
            "Ünï.txt": ESSAY.replace("nine", "ten"),
            "two\nlines.txt": ESSAY.replace("nine", "six"),
            os.fsdecode(b"caf\xe9.txt"): REPORT.replace("Tuesday", "Sunday"),
            "empty.txt": " \n",
            "hollow.html": "<html><body><script>x()</script></body></html>",
            "binary.bin": bytes(range(256)),
            "big.txt": REPORT * 50,
            "archive.jsonl": '{"text": "x"}\n',
            "torn.txt.gz": gzip.compress(REPORT.encode())[:-20],
        },
    )
    (folder / "gone.txt").symlink_to("nowhere.txt")
    return folder


@pytest.fixture(scope="module")
def run(mixed: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run over the mixed folder in this process."""
    output = tmp_path_factory.mktemp("outputs") / "deep" / "cleaned"
    before, told = state(mixed), []
    settings = CleanSettings(jobs=1, max_bytes=LIMIT)
    summary = clean_folder(mixed, output, settings, lambda done, total: told.append((done, total)))
    record = json.loads((output / "run.json").read_text())
    return Run(mixed, output, summary, rows_of(output), record, before, told)


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """A small folder: a report, an essay and an empty file."""
    return put(tmp_path / "few", {"a.txt": REPORT, "b/c.txt": ESSAY, "d.txt": ""})


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "cleaned"


# Accounting


def test_every_input_ends_as_one_row_with_the_status_and_reason_it_deserves(run: Run):
    assert {item["id"]: (item["status"], item["reason"]) for item in run.rows} == ENDS
    assert len(run.rows) == len(ENDS)


def test_rows_are_in_input_order(run: Run):
    named = [entry.id for entry in list_places([str(run.inputs)], "*", MAX_BYTES)]
    assert [item["id"].removesuffix("#1") for item in run.rows] == named


def test_counts_add_up_and_agree_with_the_rows(run: Run):
    counts = run.record["counts"]
    assert counts == {"inputs": len(run.rows), **Counter(item["status"] for item in run.rows)}
    assert counts["inputs"] == counts["ok"] + counts["rejected"] + counts["failed"]


def test_reasons_and_verdicts_agree_with_the_rows(run: Run):
    assert run.record["reasons"] == Counter(item["reason"] for item in run.rows if item["reason"])
    verdicts = {name: count for name, count in run.record["verdicts"].items() if count}
    assert verdicts == Counter(item["verdict"] or "unscored" for item in run.rows if item["status"] == "ok")


def test_summary_says_what_run_json_says(run: Run):
    told = {"inputs": run.summary.inputs, **run.summary.statuses}
    assert (told, run.summary.reasons, run.summary.verdicts) == (
        run.record["counts"],
        run.record["reasons"],
        run.record["verdicts"],
    )
    assert (run.summary.failed, run.summary.interrupted, run.record["interrupted"]) == (2, False, False)


def test_run_json_says_what_was_asked_and_with_which_models(run: Run):
    assert run.record["settings"] == {
        "jobs": 1,
        "keep": [],
        "drop": [],
        "models": None,
        "text": "files",
        "format": "jsonl",
        "max_bytes": LIMIT,
        "glob": "*",
        "time_limit": 30.0,
        "memory_limit": 2000,
        "field": None,
        "backend": "loky",
        "scheduler": None,
        "dedup": "exact",
    }
    assert (run.record["inputs"], {item["models"] for item in run.rows}) == (
        [str(run.inputs)],
        {run.record["models"]},
    )


def test_progress_counts_every_input(run: Run):
    total = len(run.rows)
    assert run.told == [(done, total) for done in range(1, total + 1)]


# Rows and texts


def test_ok_rows_name_their_text_files_and_others_have_none(run: Run):
    assert {item["id"] for item in run.rows if item["text_file"]} == {
        name for name, (status, _) in ENDS.items() if status == "ok"
    }
    assert texts_of(run.output) == named(run.rows)


def test_text_file_is_title_blank_line_body(run: Run):
    item = run.by_id["page.html"]
    text = (run.output / item["text_file"]).read_text(encoding="utf-8")
    title, blank, body = text.split("\n", 2)
    assert (title, blank, len(body.split())) == (item["title"], "", item["words"])
    assert REPORT.splitlines()[1] in body


def test_page_loses_its_chrome_and_tells_which(run: Run):
    item = run.by_id["page.html"]
    gone = [removal["text"] for removal in item["removed"]]
    assert any("All rights reserved" in text for text in gone)
    assert "All rights reserved" not in (run.output / item["text_file"]).read_text()


def test_scores_sum_to_one_and_scored_rows_have_all_three(run: Run):
    scored = [item["scores"] for item in run.rows if item["scores"]]
    assert len(scored) >= 6
    assert all(list(scores) == list(Label) and round(sum(scores.values()), 9) == 1 for scores in scored)


@pytest.mark.parametrize(("name", "why"), [("short.txt", "too-short"), ("german.txt", "language")])
def test_unscored_row_says_why(run: Run, name: str, why: str):
    item = run.by_id[name]
    assert (item["unscored"], item["verdict"], item["scores"], item["flagged"]) == (why, None, None, False)


def test_same_document_again_names_the_first_and_is_still_written(run: Run):
    item = run.by_id["copy/b.txt"]
    assert {name: told["duplicate_of"] for name, told in run.by_id.items() if told["duplicate_of"]} == {
        "copy/b.txt": "b.txt"
    }
    assert item["text_file"] == "text/copy/b.txt.txt"


def test_sizes_and_digests_are_there_for_what_could_be_read(run: Run):
    lacking = {item["id"] for item in run.rows if item["sha256"] is None or item["bytes"] is None}
    assert lacking == {"big.txt", "gone.txt", "torn.txt.gz"}


def test_nothing_is_written_into_the_input(run: Run):
    assert state(run.inputs) == run.before


def test_output_holds_what_the_design_names_and_nothing_else(run: Run):
    assert {path.name for path in run.output.iterdir()} == {"results.jsonl", "run.json", "text", ".winnow"}


# Options


@pytest.mark.parametrize(
    ("text", "left", "place"),
    [
        (TextOutput.RECORDS, {"results.jsonl", "run.json", "text", ".winnow"}, "text/part-00000.jsonl"),
        (TextOutput.NONE, {"results.jsonl", "run.json", ".winnow"}, None),
    ],
    ids=["records", "none"],
)
def test_texts_go_where_they_are_wanted(few: Path, output: Path, text: TextOutput, left: set[str], place: str | None):
    clean(few, output, text=text)
    assert {path.name for path in output.iterdir()} == left
    assert [item["text_file"] for item in rows_of(output)] == [place, None, place]


def test_formats_hold_the_same_rows(few: Path, output: Path):
    summaries = [clean(few, output / form, form=form) for form in (Format.JSONL, Format.PARQUET)]
    table = pq.read_table(output / "parquet/results.parquet").to_pylist()
    rows = [
        item | {"evidence": [EVIDENCE | piece for piece in item["evidence"] or ()] or item["evidence"]}
        for item in rows_of(output / "jsonl")
    ]
    assert timeless(table) == timeless(rows)
    assert [summary.inputs for summary in summaries] == [3, 3]


def test_kept_kinds_stay_in_the_text(run: Run, output: Path):
    removed = run.by_id["page.html"]["removed"]
    kind = next(item["kind"] for item in removed if item["kind"] != "other")
    kept = [item["text"] for item in removed if item["kind"] == kind]
    clean(run.inputs / "page.html", output, keep=frozenset({ChromeKind(kind)}))
    (item,) = rows_of(output)
    text = (output / item["text_file"]).read_text()
    assert kind not in {removal["kind"] for removal in item["removed"]}
    assert all(line in text for line in kept)


def test_texts_of_dropped_verdicts_are_not_written_but_their_rows_are(run: Run, output: Path):
    verdict = run.by_id["essay.md"]["verdict"]
    clean(run.inputs, output, drop=frozenset({verdict, "unscored"}), max_bytes=LIMIT)
    dropped = {
        name for name, item in run.by_id.items() if item["status"] == "ok" and item["verdict"] in {verdict, None}
    }
    wanted = [item | {"text_file": None} if item["id"] in dropped else item for item in run.rows]
    assert timeless(rows_of(output)) == timeless(wanted)
    assert texts_of(output) == named(wanted)


def test_glob_takes_only_such_names(few: Path, output: Path):
    assert clean(few, output, pattern="c.*").inputs == 1


def test_folder_without_an_input_is_a_run_without_a_row(tmp_path: Path, output: Path):
    (tmp_path / "none").mkdir()
    summary = clean(tmp_path / "none", output)
    assert (summary.inputs, rows_of(output)) == (0, [])


@pytest.mark.parametrize(
    ("jobs", "chunk"), [(1, 1), (2, 3), (2, 40)], ids=["one by one", "two workers", "fewer chunks than workers"]
)
def test_workers_and_chunks_change_no_row(run: Run, output: Path, jobs: int, chunk: int):
    summary = clean(run.inputs, output, jobs=jobs, chunk=chunk, max_bytes=LIMIT)
    assert timeless(rows_of(output)) == timeless(run.rows)
    assert (summary.statuses, texts_of(output)) == (run.summary.statuses, texts_of(run.output))


# Hostile inputs


def test_document_that_declares_half_characters_is_cleaned_like_any_other(few: Path, output: Path):
    put(few, {"half.txt": b"<meta charset=unicode_escape>\xff \\ud83d\n" + REPORT.encode()})
    assert clean(few, output).statuses == {"ok": 3, "rejected": 1, "failed": 0}


def test_file_and_folder_that_differ_by_txt_are_both_cleaned(tmp_path: Path, output: Path):
    summary = clean(put(tmp_path / "in", {"a": REPORT, "a.txt/b": ESSAY, "a.txt.txt/c": ESSAY * 2}), output)
    assert (summary.statuses["ok"], texts_of(output)) == (3, named(rows_of(output)))


# Outputs that are refused


@pytest.mark.parametrize("place", [".", "cleaned", "b/../b/deep", "link"], ids=["itself", "in it", "crooked", "linked"])
def test_output_inside_the_input_is_refused_before_anything_is_written(few: Path, tmp_path: Path, place: str):
    (tmp_path / "link").symlink_to(few / "b")
    before = state(few)
    with pytest.raises(UsageError, match="inside the input"):
        clean(few, tmp_path / "link" / "x" if place == "link" else few / place)
    assert state(few) == before


def test_texts_of_an_earlier_run_are_not_cleaned_into_themselves(few: Path, output: Path):
    clean(few, output)
    before = state(output / "text")
    with pytest.raises(UsageError, match="lies inside --output"):
        clean(output / "text", output)
    assert state(output / "text") == before


def test_output_beside_an_input_with_a_name_that_begins_alike_is_allowed(few: Path):
    assert clean(few / "a.txt", few.with_name("few-cleaned")).inputs == 1


@pytest.mark.parametrize("left", [".winnow/lock", f".{'0a' * 8}.part"])
def test_folder_of_a_run_that_was_killed_before_its_record_is_taken(few: Path, output: Path, left: str):
    put(output, {left: ""})
    assert clean(few, output).inputs == len(list(few.iterdir()))


def test_folder_of_others_is_refused_and_left_alone(few: Path, output: Path):
    put(output, {"thesis.doc": "mine"})
    with pytest.raises(UsageError, match="no run of winnow wrote"):
        clean(few, output)
    assert list(state(output)) == ["thesis.doc"]


@pytest.mark.parametrize("place", ["taken", "taken/deeper", "n" * 300], ids=["a file", "below a file", "too long"])
def test_output_that_cannot_be_a_folder_is_refused_in_one_sentence(few: Path, tmp_path: Path, place: str):
    put(tmp_path, {"taken": "x"})
    with pytest.raises(UsageError) as refusal:
        clean(few, tmp_path / place)
    assert "\n" not in str(refusal.value)


def test_models_that_are_not_there_are_refused_before_the_output_is_made(few: Path, output: Path, tmp_path: Path):
    with pytest.raises(ModelError):
        clean(few, output, models=tmp_path / "absent")
    assert not output.exists()


# Again into the same output


def test_same_run_again_gives_the_same(few: Path, output: Path):
    clean(few, output)
    first = timeless(rows_of(output)), texts_of(output)
    clean(few, output)
    assert (timeless(rows_of(output)), texts_of(output)) == first


def test_texts_of_inputs_that_are_gone_go_too(few: Path, output: Path):
    clean(few, output)
    (few / "b/c.txt").unlink()
    clean(few, output)
    assert texts_of(output) == named(rows_of(output)) == {"text/a.txt.txt"}


def test_texts_that_an_option_drops_now_go(few: Path, output: Path):
    clean(few, output)
    clean(few, output, drop=frozenset({*Label, "unsure", "unscored"}))
    assert texts_of(output) == named(rows_of(output)) == set()


@pytest.mark.parametrize("changes", [{"form": Format.CSV}, {"text": TextOutput.RECORDS}, {"text": TextOutput.NONE}])
def test_other_way_of_writing_leaves_nothing_of_the_old_one(few: Path, output: Path, changes: dict[str, Any]):
    clean(few, output)
    clean(few, output, **changes)
    clean(few, fresh := output.with_name("fresh"), **changes)
    assert {path.name for path in output.iterdir()} == {path.name for path in fresh.iterdir()}


def test_file_of_the_user_in_an_earlier_output_is_left_alone(few: Path, output: Path):
    clean(few, output)
    put(output, {"notes.md": "mine"})
    clean(few, output)
    assert (output / "notes.md").read_text() == "mine"


# Documents that break a model, and such that kill their process

KILLER = "This line about the lamp of the third pier is one that no model survives."


class Mortal(ChromeModel):
    """The block model, but one line is its end."""

    def text_chances(self, texts: Sequence[Titled], seen: Seen | None = None) -> list[LineChances]:
        if any(KILLER in block.text for text in texts for block in text.blocks):
            self.end()
        return super().text_chances(texts, seen)

    def end(self) -> None:
        os.abort()


class Fragile(Mortal):
    """The block model, but one line makes it raise."""

    def end(self) -> None:
        raise ArithmeticError("a\ntraceback of many lines")


def scorer_of(kind: type[ChromeModel], models: Path | None, keep: frozenset[ChromeKind]) -> Scorer:
    """A scorer with a block model of another kind."""
    loaded = load_models(models)
    return Scorer(replace(loaded, chrome=kind(loaded.chrome.parts, loaded.chrome.thresholds)), keep=keep)


class Harmful(ChromeModel):
    """The block model, but lines do what hostile documents do to libraries: for real, in C code where it is said."""

    def text_chances(self, texts: Sequence[Titled], seen: Seen | None = None) -> list[LineChances]:
        told = " ".join(block.text for text in texts for block in text.blocks)
        for line, harm in HARMS.items():
            if line in told:
                harm()
        return super().text_chances(texts, seen)


def spin_in_c() -> None:
    sum(range(10**12))  # one call of a built-in, which no signal interrupts


def spin() -> None:
    while True:
        pass


def allocate() -> None:
    bytearray(10**11)


def fill_slowly() -> None:
    held = []
    while True:
        held.append(bytearray(b"x") * 2**20)


HARMS: dict[str, Callable[[], None]] = {
    "This line spins in C code for ever.": spin_in_c,
    "This line spins in Python for ever.": spin,
    "This line ends the interpreter.": os.abort,
    "This line allocates a hundred gigabytes.": allocate,
    "This line fills the memory bit by bit.": fill_slowly,
}
HARM_ENDS = {5: "time-limit", 12: "time-limit", 30: "worker-lost", 41: "memory-limit", 69: "memory-limit"}


def mortal(models: Path | None, keep: frozenset[ChromeKind]) -> Scorer:
    return scorer_of(Mortal, models, keep)


def fragile(models: Path | None, keep: frozenset[ChromeKind]) -> Scorer:
    return scorer_of(Fragile, models, keep)


def harmful(models: Path | None, keep: frozenset[ChromeKind]) -> Scorer:
    return scorer_of(Harmful, models, keep)


def seventy(folder: Path, killers: Collection[int] = ()) -> Path:
    """Seventy texts, no two alike; those that are named hold the line that no model survives."""
    texts = [text.replace("nine", str(number)) for number, text in enumerate((REPORT, ESSAY) * 35)]
    lines = dict.fromkeys(killers, f"{KILLER}\n")
    return put(folder, {f"{place:02}.txt": f"{text}{lines.get(place, '')}" for place, text in enumerate(texts)})


def logging_scorer(log: Path) -> Callable[[Path | None, frozenset[ChromeKind]], Scorer]:
    """What makes scorers, and notes each time in which process; workers cannot import it, as nothing of a notebook."""

    def make(models: Path | None, keep: frozenset[ChromeKind]) -> Scorer:
        with log.open("a") as stream:
            stream.write(f"{os.getpid()}\n")
        return Scorer(load_models(models), keep=keep)

    return make


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_scorer_of_ones_own_is_made_once_a_process(tmp_path: Path, jobs: int):
    clean(seventy(tmp_path / "in"), tmp_path / "out", jobs=jobs, scorer=logging_scorer(tmp_path / "log"))
    assert set(Counter((tmp_path / "log").read_text().split()).values()) == {1}


@pytest.fixture(scope="module")
def unharmed(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """The rows of seventy texts of which none does any harm."""
    folder = tmp_path_factory.mktemp("unharmed")
    clean(seventy(folder / "in"), folder / "out")
    return timeless(rows_of(folder / "out"))


def assert_only_these_failed(output: Path, unharmed: list[Row], ends: Mapping[int, tuple[str, str]]) -> None:
    """Seventy rows in order: those at the places failed with reason and detail, the others are as ever."""
    rows = timeless(rows_of(output))
    assert [item["id"] for item in rows] == [f"{number:02}.txt" for number in range(70)]
    failed = {place: (item["reason"], item["detail"]) for place, item in enumerate(rows) if item["status"] == "failed"}
    assert failed == ends
    inputs = {place: item["input"] for place, item in enumerate(rows)}
    expected = [item | {"input": inputs[place]} for place, item in enumerate(unharmed) if place not in ends]
    assert [item for place, item in enumerate(rows) if place not in ends] == expected
    counts = json.loads((output / "run.json").read_text())["counts"]
    assert counts == {"inputs": 70, "ok": 70 - len(ends), "rejected": 0, "failed": len(ends)}
    assert texts_of(output) == named(rows)


LOST = ("worker-lost", "The worker process ended abruptly while it was on this document alone.")


def test_document_that_kills_its_worker_is_one_lost_row(tmp_path: Path, output: Path, unharmed: list[Row]):
    summary = clean(seventy(tmp_path / "in", killers=[35]), output, jobs=2, scorer=mortal)
    assert_only_these_failed(output, unharmed, {35: LOST})
    assert summary.failed == 1


def test_documents_that_kill_workers_in_different_chunks_are_the_only_lost_rows(
    tmp_path: Path, output: Path, unharmed: list[Row]
):
    summary = clean(seventy(tmp_path / "in", killers=[10, 60]), output, jobs=2, chunk=8, scorer=mortal)
    assert_only_these_failed(output, unharmed, {10: LOST, 60: LOST})
    assert (summary.failed, summary.reasons, summary.interrupted) == (2, {"worker-lost": 2}, False)


def test_document_on_which_a_model_raises_is_one_failed_row(tmp_path: Path, output: Path, unharmed: list[Row]):
    clean(seventy(tmp_path / "in", killers=[35]), output, scorer=fragile)
    ends = {35: ("extractor-error", "ArithmeticError while the document was cleaned.")}
    assert_only_these_failed(output, unharmed, ends)


def test_each_harmful_document_costs_one_row_of_its_kind(tmp_path: Path, output: Path, unharmed: list[Row]):
    inputs = seventy(tmp_path / "in")
    for place, line in zip(HARM_ENDS, HARMS, strict=True):
        with (inputs / f"{place:02}.txt").open("a") as file:
            file.write(f"{line}\n")
    clean(inputs, output, jobs=2, limits=Limits(4.0, 900), scorer=harmful)
    rows = timeless(rows_of(output))
    assert {place: item["reason"] for place, item in enumerate(rows) if item["status"] == "failed"} == HARM_ENDS
    inputs_of = {place: item["input"] for place, item in enumerate(rows)}
    expected = [item | {"input": inputs_of[place]} for place, item in enumerate(unharmed) if place not in HARM_ENDS]
    assert [item for place, item in enumerate(rows) if place not in HARM_ENDS] == expected
    assert all(rows[place]["sha256"] and rows[place]["detail"] for place in HARM_ENDS)


def test_memory_limit_below_the_models_is_refused_in_one_sentence(few: Path, output: Path):
    with pytest.raises(UsageError, match=r"--memory-limit 100 MB") as refusal:
        clean(few, output, limits=Limits(30.0, 100))
    assert ("\n" in str(refusal.value), output.exists()) == (False, False)


# Interrupted


@pytest.fixture
def interrupt_after() -> Iterator[Callable[[float], Callable[[int, int], None]]]:
    """Have Ctrl-C pressed so many seconds after the first document; the answer is to be called with each one."""
    before = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))

    def press(delay: float) -> Callable[[int, int], None]:
        def progress(done: int, _total: int) -> None:
            if done == 1:
                signal.setitimer(signal.ITIMER_REAL, delay)

        return progress

    yield press
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_interrupt_at_any_moment_leaves_rows_counts_and_texts_that_agree(
    tmp_path: Path, interrupt_after: Callable[[float], Callable[[int, int], None]]
):
    inputs = put(tmp_path / "in", {f"{number}.txt": f"The boat number {number} is back." for number in range(64)})
    settings, interruptions = CleanSettings(jobs=1, chunk=4), 0
    for moment in range(1, 21, 4):
        output = tmp_path / str(moment)
        try:
            clean_folder(inputs, output, settings, interrupt_after(moment / 250))
            signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:
            interruptions += 1
        rows, record = rows_of(output), json.loads((output / "run.json").read_text())
        assert (record["counts"]["inputs"], named(rows)) == (len(rows), texts_of(output))
        assert record["interrupted"] or len(rows) == 64
        assert {path.name for path in output.rglob(".*")} == {".winnow"}
    assert interruptions > 1


# Scoring without writing


def test_scoring_gives_the_rows_of_cleaning_without_files(run: Run):
    before = state(run.inputs)
    rows = list(score_inputs([run.inputs], keep=frozenset(), models=None, max_bytes=LIMIT, pattern="*"))
    files = {"text_file": None, "duplicate_of": None, "seconds": None}
    assert [item | files for item in rows] == [item | files for item in run.rows]
    assert state(run.inputs) == before


def test_scoring_takes_inputs_in_the_order_in_which_they_are_named(few: Path):
    inputs = [few / "d.txt", few / "b", few / "a.txt"]
    rows = score_inputs(inputs, keep=frozenset(), models=None, max_bytes=MAX_BYTES, pattern="*")
    assert [item["id"] for item in rows] == ["d.txt", "c.txt", "a.txt"]
