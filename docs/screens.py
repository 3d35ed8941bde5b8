"""Draws docs/report.png and docs/report-document.png: the report of the sample documents, as Chromium shows it.

Needs Debian's chromium and the extra `browser`. Run it from the checkout after the report or the models changed:

    python3 docs/screens.py
"""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from pipeline.report.writing import write_report
from pipeline.run import CleanSettings, clean_folder

SAMPLES = Path("data/samples")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
WIDE = {"width": 1180, "height": 1000}
LOW = {"width": 1100, "height": 700}


def main() -> None:
    """Clean the samples, open their report and take two pictures."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        clean_folder(SAMPLES, Path(folder), CleanSettings(jobs=1))
        report = write_report(Path(folder))
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        take_figures(browser.new_page(viewport=WIDE), report.as_uri())
        take_document(browser.new_page(viewport=LOW, color_scheme="dark"), report.as_uri())
        browser.close()


def take_figures(page: Any, address: str) -> None:
    """The top of the report."""
    page.goto(address)
    page.screenshot(path="docs/report.png")


def take_document(page: Any, address: str) -> None:
    """One document, opened, in the dark."""
    page.goto(address)
    document = page.locator(".doc", has_text="Crane operators' strike")
    document.locator("summary").click()
    document.evaluate("item => item.scrollIntoView({behavior: 'instant'})")
    page.wait_for_timeout(500)  # the mark that shows that it is open turns
    page.screenshot(path="docs/report-document.png")


if __name__ == "__main__":
    main()
