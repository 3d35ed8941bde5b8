"""A document is put back together in the order of its input, and never from a file that is not the run's."""

import json
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import MediaType, Source
from pipeline.read import Entry, load
from pipeline.report.account import Account, Order, account_of_row, account_of_source, text_path
from pipeline.report.rows import RemovedLine, ResultRow, read_rows
from pipeline.run import CleanSettings, clean_folder
from pipeline.segment.text import text_blocks
from pipeline.write import TextOutput

from .conftest import STORY


@pytest.fixture
def rows(run: Path) -> dict[str, ResultRow]:
    return {row.id: row for row in read_rows(run)}


def kept(account: Account) -> list[str]:
    return [line.text for line in account.lines if line.kind is None]


def test_every_clean_document_is_put_together_from_its_input(run: Path, rows: dict[str, ResultRow]):
    clean = [row for row in rows.values() if row.status == "ok"]
    accounts = [account_of_row(row, run) for row in clean]
    assert len(clean) > 10
    assert {account.order for account in accounts} == {Order.INPUT}


def test_kept_and_removed_lines_are_the_text_in_order(rows: dict[str, ResultRow]):
    row = rows["news/tarnfoss-bridge-closed-fullpage.txt"]
    source = load(Entry(row.id, Path(row.input)))
    assert isinstance(source, Source)
    account = account_of_source(row, source)
    assert account
    assert [line.text for line in account.lines] == [block.text for block in text_blocks(source.content)]
    assert len(row.removed or ()) == sum(line.kind is not None for line in account.lines) > 3


def test_kept_lines_of_a_page_are_its_cleaned_text(run: Path, rows: dict[str, ResultRow]):
    row = rows["news/harbour-strike.html"]
    title, _, *body = (run / (row.text_file or "")).read_text().splitlines()
    assert kept(account_of_row(row, run)) == [title, *body]


def test_evidence_is_marked_where_it_stands(run: Path, rows: dict[str, ResultRow]):
    row = rows["opinion/columns/why-the-budget-failed.txt"]
    spans = [span for line in account_of_row(row, run).lines for span in line.spans if span.effect is not None]
    told = {item.text.removesuffix("…"): item.effect for item in row.evidence or () if item.type == "sentence"}
    assert {span.text: span.effect for span in spans} == told
    assert len(told) == 3


def test_headline_is_told_from_the_body(run: Path, rows: dict[str, ResultRow]):
    row = rows["news/harbour-strike.html"]
    assert [line.text for line in account_of_row(row, run).lines if line.is_title] == [row.title]


def test_page_is_put_together_without_its_input(run: Path, rows: dict[str, ResultRow]):
    row = rows["news/harbour-strike.html"]
    source = load(Entry(row.id, Path(row.input)))
    assert isinstance(source, Source)
    assert account_of_row(_with(row, input="nowhere.html"), run) == account_of_source(row, source)


@given(st.lists(st.sampled_from(["kept", "gone"]), min_size=1), st.integers(0, 20), st.booleans())
def test_blocks_of_a_page_stand_where_their_numbers_say(fates: list[str], before: int, is_block: bool):  # noqa: FBT001
    body = [f"{fate} {number}" for number, fate in enumerate([*fates, "gone"])]  # the foot of a page
    kept = [text for text in body if text.startswith("kept")]
    before = min(before, body.index(kept[0])) if kept else before  # a headline stands before the text
    order = [*body[:before], "Headline", *body[before:]] if is_block else body
    removed = [RemovedLine("other", text, 1.0, number) for number, text in enumerate(order, 1) if "gone" in text]
    row = ResultRow("a.html", "ok", title="Headline", text_file="a.txt", removed=removed, media_type="text/html")
    with tempfile.TemporaryDirectory() as name:
        Path(name, "a.txt").write_text("\n".join(["Headline", "", *kept, ""]))
        found = [line.text for line in account_of_row(row, Path(name)).lines]
    assert [text for text in found if text != "Headline"] == body
    assert not set(found[: found.index("Headline")]) & set(kept)


def test_changed_text_gives_way_to_the_cleaned_one(run: Path, rows: dict[str, ResultRow], tmp_path: Path):
    row = rows["news/tarnfoss-bridge-closed-fullpage.txt"]
    other = tmp_path / "text.txt"
    other.write_text("Somebody else's text")
    account = account_of_row(_with(row, input=str(other)), run)
    assert account.order is Order.TEXT
    assert kept(account) == kept(account_of_row(row, run))
    assert [line.text for line in account.lines[-len(row.removed or ()) :]] == [item.text for item in row.removed or ()]


def test_removal_that_stands_nowhere_gives_no_order(rows: dict[str, ResultRow]):
    row = rows["blogs/benefits-of-morning-walks.txt"]
    source = Source(None, "Quite another text.", MediaType.TEXT)  # type: ignore[arg-type]
    assert account_of_source(row, source) is None


def test_without_input_and_text_the_removed_lines_are_left(run: Path, rows: dict[str, ResultRow]):
    row = _with(rows["news/harbour-strike.html"], input="nowhere.html", text_file=None)
    account = account_of_row(row, run)
    assert (account.order, kept(account)) == (Order.NOTHING, [])
    assert len(account.lines) == len(row.removed or ())


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "text/../../secret.txt", "run.json", "text", "a\0b"])
def test_text_outside_the_run_is_never_read(run: Path, rows: dict[str, ResultRow], name: str):
    (run.parent / "secret.txt").write_text("secret")
    row = _with(rows["news/harbour-strike.html"], input="nowhere.html", text_file=name)
    assert text_path(row, run) is None
    assert "secret" not in str(account_of_row(row, run))


def test_link_out_of_the_run_is_not_followed(run: Path, rows: dict[str, ResultRow], tmp_path: Path):
    (tmp_path / "secret.txt").write_text("secret")
    link = run / "text" / "link.txt"
    link.symlink_to(tmp_path / "secret.txt")
    assert text_path(_with(rows["news/harbour-strike.html"], text_file="text/link.txt"), run) is None
    link.unlink()


@pytest.mark.parametrize("fields", [{"seconds": 9.0}, {"bytes": 9_000_000}, {"status": "failed"}], ids=str)
def test_input_that_was_trouble_is_not_read_again(run: Path, rows: dict[str, ResultRow], fields: dict[str, object]):
    row = _with(rows["news/tarnfoss-bridge-closed-fullpage.txt"], **fields)
    assert account_of_row(row, run).order is Order.TEXT


def _with(row: ResultRow, **fields: object) -> ResultRow:
    return msgspec.structs.replace(row, **fields)


def test_record_of_a_container_is_put_together_from_the_part_that_holds_its_text(tmp_path: Path):
    texts = [f"Night train stopped\n\n{STORY}", STORY.replace("Harrow", "Calder")]
    (tmp_path / "dump.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in texts))
    clean_folder(tmp_path / "dump.jsonl", tmp_path / "out", CleanSettings(jobs=1, text=TextOutput.RECORDS))
    for row, text in zip(read_rows(tmp_path / "out"), texts, strict=True):
        assert kept(account_of_row(row, tmp_path / "out")) == [line for line in text.splitlines() if line]


@pytest.mark.parametrize(
    "raw", [b"", b'{"id": "a.txt", torn\n', b'{"id": "a.txt", "title": 5, "text": "x"}\n', b"\xff"]
)
def test_part_that_somebody_edited_holds_no_text(tmp_path: Path, raw: bytes):
    (tmp_path / "part.jsonl").write_bytes(raw)
    row = ResultRow("a.txt", "ok", text_file="part.jsonl")
    assert account_of_row(row, tmp_path) == Account((), Order.NOTHING)
