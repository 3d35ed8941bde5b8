"""Pages are one file that needs nothing else, stay small, and hold what documents say as text only."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipeline.report.rows import read_rows
from pipeline.report.view import shown
from pipeline.report.writing import report_after, write_comparison, write_report

from .conftest import made, removal, scored, write_rows

LIMIT = 3_000_000


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def names(self) -> set[str]:
        return {tag for tag, _ in self.found}


OURS = set(
    "html head meta title style body script a header p h1 h2 h3 bdi b nav main section svg rect "
    "dl dt dd div span "
    "table caption thead tbody tr th td button figure figcaption form label input "
    "select option output ol li details summary "
    "del mark aside abbr footer".split()
)


@pytest.fixture(params=["run", "hostile"])
def page(request: pytest.FixtureRequest) -> str:
    return write_report(request.getfixturevalue(request.param)).read_text(encoding="utf-8")


def test_page_asks_for_nothing_and_runs_nothing_of_its_documents(page: str):
    elements = Elements(page)
    assert elements.names() <= OURS
    for tag, attributes in elements.found:
        assert not any(name.startswith("on") or name in ("style", "src", "srcset", "action") for name in attributes)
        href = attributes.get("href") or ""
        assert href.startswith(("#", "./", "http://", "https://")) or tag != "a"


def test_policy_names_the_style_and_the_script_of_the_page(page: str):
    policy = next(a["content"] for _, a in Elements(page).found if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    for tag in ("style", "script"):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_links_to_cleaned_texts_lead_to_them(run: Path):
    page = write_report(run).read_text(encoding="utf-8")
    places = [a["href"] for _, a in Elements(page).found if a.get("class") == "file"]
    texts = {row.text_file for row in read_rows(run) if row.text_file}
    assert len(places) == len(texts)
    assert "./text/news/district%20court%20ruling.txt.txt" in places


def test_page_of_hostile_and_endless_rows_stays_small(tmp_path: Path):
    flood = "\"'<&>" * 400
    rows = [
        made(
            f"{number}{flood}",
            title=flood,
            author=flood,
            site=f"{number}{flood}",
            url=flood,
            removed=[removal(flood, line) for line in range(60)],
            evidence=[{"type": "sentence", "text": flood, "effect": 0.1}] * 5,
            **scored("filler", 0.9),
        )
        for number in range(400)
    ]
    page = write_report(write_rows(tmp_path / "out", rows))
    assert page.stat().st_size < LIMIT


def test_report_of_nothing_is_a_page(tmp_path: Path):
    page = write_report(write_rows(tmp_path, []))
    assert "None: every input was cleaned." in page.read_text(encoding="utf-8")


def test_same_run_gives_the_same_page(run: Path):
    assert write_report(run).read_bytes() == write_report(run).read_bytes()


def test_comparison_of_hostile_runs_holds_text_only(hostile: Path, tmp_path: Path):
    rows = [made(row.id, title=row.title, **scored("unsure", 0.4)) for row in read_rows(hostile)]
    page = write_comparison(hostile, write_rows(tmp_path / "<b>", rows)).read_text(encoding="utf-8")
    assert Elements(page).names() <= OURS


def test_interrupted_run_leaves_its_report(run: Path):
    (run / "report.html").unlink(missing_ok=True)
    with pytest.raises(KeyboardInterrupt), report_after(run):
        raise KeyboardInterrupt
    assert (run / "report.html").is_file()


def test_interruption_before_there_is_anything_stays_an_interruption(tmp_path: Path):
    with pytest.raises(KeyboardInterrupt), report_after(tmp_path):
        raise KeyboardInterrupt


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200f", "\x1b", "\x07", "\ud800"], ids=ascii)
def test_marks_that_steer_are_written_out(mark: str):
    assert shown(f"a{mark}b") == f"a{ascii(mark)[1:-1]}b"


@pytest.mark.parametrize("text", ["naïve “quoted” – dash", "日本語", "👩‍🚀 aboard", "שלום"])
def test_other_writing_is_left_as_it_is(text: str):
    assert shown(text) == text
