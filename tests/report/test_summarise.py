"""Figures add up, are the same whatever the order of the rows, and take no more memory for more documents."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.lines import LineCounts
from pipeline.report.rows import RemovedLine, SourceName, read_rows, row_of
from pipeline.report.sample import SAMPLE, Sample
from pipeline.report.sources import SOURCES, SourceTally, write_sources
from pipeline.report.summarise import RunFigures, RunRecord, summarise, tally_of

from .conftest import made, removal, scored


@pytest.fixture(scope="module")
def figures(run: Path) -> RunFigures:
    return summarise(run)


def test_counts_add_up_and_are_those_of_the_run(figures: RunFigures):
    assert figures.inputs == sum(figures.statuses.values()) == figures.record.counts["inputs"]
    assert dict(figures.statuses) == {name: figures.record.counts[name] for name in ("ok", "rejected", "failed")}
    assert figures.ok == sum(figures.verdicts.values())
    assert sum(reason.documents for reason in figures.reasons) == figures.inputs - figures.ok


def test_kinds_add_up_to_the_removed_lines_and_words(figures: RunFigures, run: Path):
    removed = [item for row in read_rows(run) for item in row.removed or ()]
    assert sum(kind.lines for kind in figures.kinds) == len(removed)
    assert sum(kind.words for kind in figures.kinds) == sum(len(item.text.split()) for item in removed)
    assert figures.removed_words == sum(kind.words for kind in figures.kinds)


def test_distributions_hold_every_document_once(figures: RunFigures, run: Path):
    scored_rows = sum(row.scores is not None for row in read_rows(run))
    assert {sum(counts) for counts in figures.scores.values()} == {scored_rows}
    assert sum(figures.chrome) == figures.ok


def test_sources_add_up_to_the_run(figures: RunFigures):
    assert sum(source.inputs for source in figures.sources) == figures.inputs
    assert sum(source.verdicts["filler"] for source in figures.sources) == figures.verdicts["filler"]
    assert sum(source.removed_words for source in figures.sources) == figures.removed_words


def test_failures_name_their_reasons_with_examples(figures: RunFigures):
    told = {item.reason: item.examples[0].id for item in figures.reasons}
    assert told == {"empty": "empty.txt", "not-text": "noise.html", "unreadable": "gone.txt"}
    assert figures.reasons[0].status == "failed"


def test_source_with_many_bad_documents_is_worse_than_one_bad_document():
    rows = [made(f"mill/{n}", **scored("filler" if n < 9 else "reporting", 0.9)) for n in range(10)]
    rows += [made("one/a", **scored("filler", 0.9)), made("good/a", **scored("reporting", 0.1))]
    figures = tally_of(map(row_of, rows)).figures(RunRecord())
    assert [source.name for source in figures.sources] == ["mill", "one", "good"]


def test_sources_file_holds_the_figures_of_the_report(figures: RunFigures, tmp_path: Path):
    write_sources(tmp_path, figures.sources)
    with (tmp_path / SOURCES).open(newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert [(item["source"], int(item["inputs"])) for item in table] == [
        (source.name, source.inputs) for source in figures.sources
    ]
    assert all(
        int(item["inputs"]) == sum(int(item[name]) for name in ("ok", "rejected", "failed"))
        and int(item["ok"])
        == sum(int(item[name]) for name in ("reporting", "analysis", "filler", "unsure", "unscored"))
        for item in table
    )


@pytest.mark.parametrize("name", ['a,"b"', "two\r\nlines", "1=1", "東京"])
def test_any_name_of_a_source_survives_its_file(tmp_path: Path, name: str):
    tally = SourceTally()
    tally.add(row_of(made("a")), 0)
    write_sources(tmp_path, [tally.figures(SourceName("site", name))])
    with (tmp_path / SOURCES).open(newline="", encoding="utf-8") as file:
        assert [item["source"] for item in csv.DictReader(file)] == [name]


def test_line_is_counted_once_a_document_and_by_kind():
    counts = LineCounts()
    counts.add([RemovedLine("share", "Share this", 0.9, 1), RemovedLine("share", "Share this", 0.9, 2)])
    counts.add([RemovedLine("share", "Share this", 0.9, 1), RemovedLine("follow", "Share this", 0.9, 9)])
    (line,) = counts.most_frequent(5)
    assert (line.kind, line.text, line.documents) == ("share", "Share this", 2)
    assert [(kind.kind, kind.lines, kind.documents) for kind in counts.kinds()] == [("share", 3, 2), ("follow", 1, 1)]


@given(st.lists(st.lists(st.integers(0, 60).map(str), max_size=12), max_size=80), st.integers(4, 40))
def test_bounded_counts_are_never_too_high_and_lack_no_more_than_they_say(documents: list[list[str]], held: int):
    counts = LineCounts(held)
    for lines in documents:
        counts.add([RemovedLine("other", text, 0.9, 1) for text in lines])
    true = Counter(text for lines in documents for text in set(lines))
    told = {line.text: line.documents for line in counts.most_frequent(100)}
    assert all(true[text] - counts.missed <= count <= true[text] for text, count in told.items())
    assert all(text in told for text, count in true.items() if count > counts.missed + 1)


def test_frequent_line_survives_a_flood_of_rare_ones():
    counts = LineCounts(held=50)
    for number in range(2000):
        counts.add([RemovedLine("other", text, 0.9, 1) for text in ("Home", f"a{number}", f"b{number}", f"c{number}")])
    (line,) = counts.most_frequent(1)
    assert line.text == "Home"
    assert 2000 - counts.missed <= line.documents <= 2000


def test_small_run_is_shown_whole(figures: RunFigures):
    assert len(figures.sample) == figures.inputs
    flagged = [row.flagged for row in figures.sample]
    assert flagged == sorted(flagged, reverse=True)


def test_large_run_shows_some_of_every_sort_the_likeliest_filler_first():
    sample = Sample()
    for number in range(3000):
        verdict = ("filler", "reporting", "unsure")[number % 3]
        sample.add(row_of(made(str(number), **scored(verdict, number / 3000))))
    sample.add(row_of({"id": "gone", "status": "failed", "reason": "unreadable"}))
    rows = sample.rows()
    assert len(rows) == SAMPLE
    assert [row.id for row in rows[:3]] == ["2997", "2994", "2991"]
    assert Counter(row.outcome for row in rows).keys() == {"filler", "reporting", "unsure", "unreadable"}


def test_order_of_the_rows_does_not_change_the_sample():
    rows = [row_of(made(str(number), **scored("reporting", 0.1))) for number in range(1000)]
    first, second = Sample(), Sample()
    for row in rows:
        first.add(row)
    for row in reversed(rows):
        second.add(row)
    assert first.rows() == second.rows()


def test_nothing_at_all_gives_figures():
    figures = tally_of([]).figures(RunRecord())
    assert (figures.inputs, figures.chrome_share, figures.sample) == (0, 0.0, ())


def test_line_too_long_to_be_frequent_is_counted_as_removed_only():
    counts = LineCounts()
    for _ in range(3):
        counts.add([RemovedLine(**removal("a " * 400 + "b"))])
    assert counts.most_frequent(5) == ()
    assert counts.kinds()[0].lines == 3


@pytest.mark.parametrize("name", ["=HYPERLINK(A1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_name_of_a_source_is_no_formula_to_a_spreadsheet(tmp_path: Path, name: str):
    tally = SourceTally()
    tally.add(row_of(made("a")), 0)
    write_sources(tmp_path, [tally.figures(SourceName("site", name))])
    with (tmp_path / SOURCES).open(newline="", encoding="utf-8") as file:
        (told,) = csv.DictReader(file)
    assert told["source"] == f"'{name}"
