"""The pages in a real Chromium: sorting, filtering, opening, by mouse and keyboard, on a phone, dark and on paper.

Needs Debian's chromium and the extra `browser`; axe-core comes from npm for the time of the test.
"""

import shutil
import socket
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.report.explain import explain
from pipeline.report.render import document_page
from pipeline.report.rows import read_rows
from pipeline.report.view import document_view
from pipeline.report.writing import write_comparison, write_report
from pipeline.score import load_models

from .conftest import SAMPLES, made, scored, write_rows

sync_api = pytest.importorskip("playwright.sync_api", reason="needs pip install 'prosewinnow[browser]'")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is missing: apt-get install chromium")
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@dataclass
class Opened:
    """A page in the browser, and what went wrong or out while it was open."""

    page: Any
    told: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def shown(self) -> list[str]:
        """The titles of the documents that are listed."""
        return [title.strip() for title in self.page.locator(".doc:visible .title").all_inner_texts()]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


class Opener:
    """Opens files in contexts of their own."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.contexts: list[Any] = []

    def __call__(self, path: Path, **settings: Any) -> Opened:
        context = self.browser.new_context(**{"viewport": WIDE, **settings})
        self.contexts.append(context)
        context.set_default_timeout(5000)
        opened = Opened(context.new_page())
        opened.page.on("dialog", lambda dialog: (opened.told.append(f"dialog {dialog.message}"), dialog.dismiss()))
        opened.page.on("console", lambda message: opened.told.append(f"{message.type} {message.text}"))
        opened.page.on("pageerror", lambda error: opened.told.append(f"error {error}"))
        context.on("request", lambda request: opened.requests.append(request.url))
        opened.page.goto(path.as_uri())
        return opened


@pytest.fixture
def show(browser: Any) -> Iterator[Opener]:
    opener = Opener(browser)
    yield opener
    for context in opener.contexts:
        context.close()


@pytest.fixture(scope="session")
def report(run: Path) -> Path:
    return write_report(run)


@pytest.fixture(scope="session")
def comparison(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [made(row.id, title=row.title, sha256=row.sha256, **scored("unsure", 0.5)) for row in read_rows(run)]
    return write_comparison(run, write_rows(tmp_path_factory.mktemp("compared") / "after", rows))


@pytest.fixture(scope="session")
def explained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    told = explain(str(SAMPLES / "news" / "harbour-strike.html"), load_models(), max_bytes=10**6)
    path = tmp_path_factory.mktemp("explained") / "page.html"
    path.write_text(document_page(document_view(told.row, told.account)), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, from npm."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is missing, which brings axe-core")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run([npm, "pack", "axe-core@4"], cwd=folder, capture_output=True, timeout=120, check=False)
    if done.returncode:
        pytest.skip("npm cannot bring axe-core here")
    with tarfile.open(next(folder.glob("*.tgz"))) as packed:
        member = packed.extractfile("package/axe.min.js")
        assert member
        return member.read().decode()


def column(opened: Opened, table: str, number: int) -> list[str]:
    return [text.strip() for text in opened.page.locator(f"{table} tbody tr > :nth-child({number})").all_inner_texts()]


def test_sources_are_sorted_by_the_column_that_is_chosen(show: Opener, report: Path):
    opened = show(report)
    heading = opened.page.get_by_role("button", name="inputs", exact=True)
    heading.click()
    falling = [int(text) for text in column(opened, ".sources", 2)]
    heading.click()
    rising = [int(text) for text in column(opened, ".sources", 2)]
    assert (falling, rising) == (sorted(falling, reverse=True), sorted(falling))
    assert falling != rising
    assert opened.page.locator(".sources th[aria-sort]").get_attribute("aria-sort") == "ascending"


def test_names_of_sources_are_sorted_as_words(show: Opener, report: Path):
    opened = show(report)
    opened.page.get_by_role("button", name="source", exact=True).click()
    names = [name.removesuffix("folder").strip().lower() for name in column(opened, ".sources", 1)]
    assert names == sorted(names)


def test_verdict_filter_leaves_that_verdict(show: Opener, report: Path):
    opened = show(report)
    opened.page.get_by_role("combobox", name="Verdict", exact=True).select_option("analysis")
    assert set(opened.page.locator(".doc:visible .verdict").all_inner_texts()) == {"analysis"}
    assert opened.page.locator("output").inner_text().startswith(f"{len(opened.shown)} of ")


def test_reason_and_source_filters_work_together_and_say_when_nothing_is_left(show: Opener, report: Path):
    opened = show(report)
    opened.page.get_by_role("combobox", name="Reason", exact=True).select_option("unreadable")
    assert opened.shown == ["gone.txt"]
    opened.page.get_by_role("combobox", name="Source", exact=True).select_option("folder:news")
    assert opened.shown == []
    assert opened.page.get_by_text("No document is like that.").is_visible()
    opened.page.get_by_role("button", name="Clear").click()
    sync_api.expect(opened.page.locator(".doc[hidden]")).to_have_count(0)


def test_search_finds_words_of_titles_and_texts(show: Opener, report: Path):
    opened = show(report)
    opened.page.get_by_label("Search").fill("CRANE operators reefers")
    assert opened.shown == ["Crane operators' strike halts cargo at Portugal's Vale Negro port"]


def test_source_of_the_table_filters_its_documents(show: Opener, report: Path):
    opened = show(report)
    opened.page.locator("button.pick", has_text="Ashmere Courier").click()
    assert opened.shown == ["Thornbeck library saved from closure after late-night vote"]


def test_one_click_opens_a_document_with_removed_lines_in_place(show: Opener, report: Path):
    opened = show(report)
    document = opened.page.locator(".doc", has_text="Crane operators' strike")
    document.locator("summary").click()
    assert document.locator("del", has_text="Advertisement · Scroll to continue").is_visible()
    text = document.locator(".text").inner_text()
    assert text.index("Atlantic Quays said") < text.index("Read next") < text.index("1.31 million")
    style = document.locator("del").first.evaluate("item => getComputedStyle(item).textDecorationLine")
    assert style == "line-through"
    assert document.locator("mark").count() == 3
    assert document.get_by_role("table").count() == 2


def test_link_leads_to_the_cleaned_text(show: Opener, report: Path):
    opened = show(report)
    document = opened.page.locator(".doc", has_text="Crane operators' strike")
    document.locator("summary").click()
    document.get_by_role("link", name="Open the cleaned text").click()
    assert opened.page.url.endswith("/text/news/harbour-strike.html.txt")
    assert "72-hour strike" in opened.page.inner_text("body")


def test_keyboard_alone_reaches_filters_and_opens_a_document(show: Opener, report: Path):
    page = show(report).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "words"
    page.keyboard.type("oyster")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.press("Enter")
    assert (page.locator("details[open]").count(), ring) == (1, "solid")


def test_keyboard_sorts_a_table(show: Opener, report: Path):
    page = show(report).page
    page.get_by_role("button", name="chrome", exact=True).focus()
    page.keyboard.press("Enter")
    assert page.locator(".sources th[aria-sort]").get_attribute("aria-sort") == "descending"


@pytest.mark.parametrize("name", ["report", "explained", "comparison"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["1280", "390"])
def test_page_never_scrolls_sideways(show: Opener, request: pytest.FixtureRequest, name: str, size: dict[str, int]):
    page = show(request.getfixturevalue(name), viewport=size).page
    page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


def test_hostile_page_never_scrolls_sideways(show: Opener, hostile: Path):
    page = show(write_report(hostile), viewport=PHONE).page
    page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_dark_readers_get_a_dark_page(show: Opener, report: Path):
    def brightness(scheme: str) -> int:
        told = show(report, color_scheme=scheme).page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(int(part) for part in told.removeprefix("rgb(").removesuffix(")").split(","))

    dark, light = brightness("dark"), brightness("light")
    assert (dark < 120, light > 600) == (True, True)


def test_paper_shows_all_of_the_tables_and_no_controls(show: Opener, report: Path):
    page = show(report).page
    page.emulate_media(media="print")
    assert page.locator(".filters").is_hidden()
    heights = page.locator(".sources").evaluate("item => [item.scrollHeight, item.parentElement.clientHeight]")
    assert heights[0] <= heights[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["report", "explained", "comparison"])
def test_axe_finds_nothing_serious(show: Opener, request: pytest.FixtureRequest, axe: str, name: str, scheme: str):
    opened = show(request.getfixturevalue(name), color_scheme=scheme, bypass_csp=True)
    opened.page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
    opened.page.evaluate(axe)
    found = opened.page.evaluate("axe.run().then(result => result.violations)")
    worst = [
        (item["id"], [node["html"][:120] for node in item["nodes"]][:3])
        for item in found
        if item["impact"] in ("serious", "critical")
    ]
    assert worst == []
    assert opened.page.evaluate("axe.version")


def test_hostile_documents_open_no_dialog_ask_for_nothing_and_break_nothing(show: Opener, hostile: Path):
    opened = show(write_report(hostile))
    opened.page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
    opened.page.get_by_label("Search").fill("alert")
    for button in opened.page.locator("th button:visible").all():
        button.click()
    smuggled = opened.page.locator("a[href^='javascript' i], iframe, img, style:not(head *), [onerror], [onload]")
    assert smuggled.count() == 0
    assert "<script>alert('own')</script>" in opened.page.inner_text("body")
    opened.page.wait_for_timeout(300)
    assert opened.told == []
    assert [url for url in opened.requests if url != opened.page.url] == []


def test_hostile_document_explained_is_as_harmless(show: Opener, hostile: Path, tmp_path: Path):
    path = tmp_path / "page.html"
    for source in sorted((hostile.parent / "pages").iterdir()):
        told = explain(str(source), load_models(), max_bytes=10**6)
        path.write_text(document_page(document_view(told.row, told.account)), encoding="utf-8")
        opened = show(path)
        assert (opened.told, opened.requests) == ([], [path.as_uri()])


def test_policy_stops_what_got_in_after_all(show: Opener, report: Path, tmp_path: Path):
    path = tmp_path / "page.html"
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        smuggled = f"<script>alert(1)</script><img src='{address}'><h1>"
        path.write_text(report.read_text(encoding="utf-8").replace("<h1>", smuggled), encoding="utf-8")
        opened = show(path)
        server.settimeout(0.5)
        with pytest.raises(TimeoutError):
            server.accept()
    assert not any(text.startswith("dialog") for text in opened.told)
    assert sum("Content Security Policy" in text for text in opened.told) == 2


def test_comparison_is_sorted_and_opened(show: Opener, comparison: Path):
    opened = show(comparison)
    opened.page.get_by_role("button", name="filler before").click()
    told = [float(text) for text in column(opened, ".flips", 4)]
    assert told == sorted(told, reverse=True)
    opened.page.locator(".doc summary").first.click()
    assert opened.page.locator("details[open] .won").first.is_visible()
    assert opened.told == []
