"""`winnow explain` shows one document with its removed lines in place and what drove the verdict; it writes nothing."""

import io
import json
import re
import sys
from pathlib import Path

import pytest

from .conftest import REPORT, Call, put, winnow

TEXT = f"Night train stopped\n\n{REPORT}Share this article\nLeave a Reply\nYou must be logged in to post a comment.\n"
COLOUR = {"FORCE_COLOR": "1", "COLUMNS": "90"}


@pytest.fixture
def text(tmp_path: Path) -> Path:
    return put(tmp_path, {"a.txt": TEXT}) / "a.txt"


def test_piped_document_is_plain_and_whole_with_removed_lines_under_their_kinds(call: Call, text: Path):
    answer = call("explain", text)
    told, _, reasons = answer.out.partition("\n\n")
    assert (answer.status, answer.err, "\x1b" in answer.out) == (0, "", False)
    bare = re.sub(r"^- \[[a-z-]+\] |⟦|⟧ \([+-]\d\.\d\d\)", "", told, flags=re.MULTILINE)
    assert bare.splitlines() == [line for line in TEXT.splitlines() if line]
    assert "- [comment-form] You must be logged in to post a comment." in told
    assert told.count("⟦") == 3
    assert reasons.startswith("reporting  a.txt\nreporting  ")


def test_terminal_gets_colours_tags_and_bars(text: Path):
    answer = winnow("explain", text, **COLOUR)
    assert "comment-form" in answer.out
    assert all(code in answer.out for code in ("\x1b[2;9m", "\x1b[30;43m", "█"))


def test_cues_stand_beside_what_is_typical(call: Call, text: Path):
    out = call("explain", text, "--quiet").out
    heading = next(line for line in out.splitlines() if line.startswith("measure"))
    assert heading.split() == ["measure", "here", "reporting", "analysis", "filler"]
    assert "Engineers" not in out


def test_page_is_one_html_document(call: Call, text: Path):
    out = call("explain", text, "--format", "html").out
    assert out.startswith("<!doctype html>")
    assert out.count("<mark>") == 3
    assert re.search(r"comment-form</span>\s*<del dir=\"auto\">", out)


def test_kept_kinds_are_not_marked_as_removed(call: Call, text: Path):
    out = call("explain", text, "--keep", "comment-form").out
    assert "\nYou must be logged in to post a comment." in out


def test_standard_input_is_explained(call: Call, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert "reporting  -" in call("explain", "-").out


def test_document_that_cannot_be_read_says_why_and_makes_the_status_one(call: Call, tmp_path: Path):
    (tmp_path / "gone.txt").symlink_to("nowhere")
    answer = call("explain", tmp_path / "gone.txt")
    assert (answer.status, "unreadable  gone.txt" in answer.out) == (1, True)
    assert "it is not there" in answer.out


def test_record_of_a_container_is_named_by_its_number(call: Call, tmp_path: Path):
    lines = [json.dumps({"story": text}) for text in ("The train runs again.", TEXT)]
    put(tmp_path, {"dump.jsonl": "\n".join(lines)})
    answer = call("explain", tmp_path / "dump.jsonl#2", "--field", "story")
    assert (answer.status, "reporting  dump.jsonl#2" in answer.out) == (0, True)


@pytest.mark.parametrize(("name", "told"), [("dump.jsonl", "dump.jsonl#1"), ("no.jsonl#2", "does not exist")])
def test_container_and_record_of_none_are_refused_in_one_sentence(call: Call, tmp_path: Path, name: str, told: str):
    answer = call("explain", put(tmp_path, {"dump.jsonl": '{"text": "x"}'}) / name)
    assert (answer.status, told in answer.sentence) == (2, True)


def test_record_that_a_container_does_not_have_says_so(call: Call, tmp_path: Path):
    answer = call("explain", put(tmp_path, {"dump.jsonl": '{"text": "x"}'}) / "dump.jsonl#5")
    assert (answer.status, "unreadable  dump.jsonl#5" in answer.out) == (1, True)


def test_rejected_document_is_no_failure(call: Call, tmp_path: Path):
    assert call("explain", put(tmp_path, {"e.txt": " "}) / "e.txt").status == 0


@pytest.mark.parametrize("name", ["", "absent.txt", "https://quay.example/a"], ids=["folder", "absent", "address"])
def test_what_is_no_file_is_refused_in_one_sentence(call: Call, tmp_path: Path, name: str):
    answer = call("explain", name if "://" in name else tmp_path / name)
    assert answer.status == 2
    assert answer.sentence


def test_empty_name_is_no_folder(call: Call):
    answer = call("explain", "")
    assert (answer.status, "'' does not exist" in answer.sentence) == (2, True)


def test_document_cannot_command_the_terminal(tmp_path: Path):
    put(tmp_path, {"a.html": f"<article><h1>Quay</h1><p>\x1b]0;own\x07\u202e{REPORT}</p></article>"})
    answer = winnow("explain", tmp_path / "a.html", **COLOUR)
    assert answer.status == 0
    assert not any(mark in answer.out for mark in ("\x1b]", "\x07", "\u202e"))
