"""The five real documents that the product must get right; their texts are read from outside the repository."""

import re
from collections import Counter
from pathlib import Path

import pytest

from pipeline.chrome.cleaning import clean_texts
from pipeline.chrome.model import ChromeModel
from pipeline.document import ChromeKind, CleanDocument
from pipeline.segment.text import text_blocks

KEPT_SHARE = 0.997  # of the words that are not chrome

CASES = [
    pytest.param(
        "haaretz-reprint",
        (
            (r"HAARETZ 26\.6\.22", ChromeKind.BYLINE),
            (r".*Credit: WANA NEWS AGENCY/ REUTERS", ChromeKind.CAPTION),
            (r"- .*alliance", ChromeKind.RELATED),
            (r"- .*challenge", ChromeKind.RELATED),
            (r"- .*against Iran", ChromeKind.RELATED),
            (r"Leave a Reply", ChromeKind.COMMENT_FORM),
            (r"You must be logged in .*", ChromeKind.COMMENT_FORM),
        ),
        id="haaretz-reprint",
    ),
    pytest.param(
        "israel-hayom",
        ((r"Follow Israel Hayom on .*", ChromeKind.FOLLOW), (r"Subscribe to Israel Hayom.*", ChromeKind.SUBSCRIBE)),
        id="israel-hayom",
    ),
    pytest.param(
        "the-national",
        (
            (r".*seen from Ashkelon\. Reuters", ChromeKind.CAPTION),
            (r"Powered by automated translation", ChromeKind.NOTICE),
            (r"Live updates: .*", ChromeKind.RELATED),
            (r".*– in pictures", ChromeKind.RELATED),
            (r"Updated: April 18, 2024, .*", ChromeKind.TIMESTAMP),
        ),
        id="the-national",
    ),
    pytest.param("jpost-analysis", (), id="jpost-analysis"),
    pytest.param("nato-blog", ((r"B\.Designwall 117 views", ChromeKind.COUNTER),), id="nato-blog"),
]


def cleaned(chrome: ChromeModel, folder: Path, name: str) -> tuple[str, CleanDocument]:
    text = (folder / f"{name}.txt").read_text(encoding="utf-8")
    return text, clean_texts(chrome, [text])[0]


def is_chrome(line: str, expected: tuple[tuple[str, ChromeKind], ...]) -> bool:
    return any(re.fullmatch(pattern, line) for pattern, _ in expected)


@pytest.mark.parametrize(("name", "expected"), CASES)
def test_the_lines_that_are_chrome_go(
    chrome: ChromeModel, examples: Path, name: str, expected: tuple[tuple[str, ChromeKind], ...]
):
    _, document = cleaned(chrome, examples, name)
    removed = [removal.text for removal in document.removed]
    assert [pattern for pattern, _ in expected if not any(re.fullmatch(pattern, text) for text in removed)] == []


@pytest.mark.parametrize(("name", "expected"), CASES)
def test_removed_lines_are_named_for_what_they_are(
    chrome: ChromeModel, examples: Path, name: str, expected: tuple[tuple[str, ChromeKind], ...]
):
    _, document = cleaned(chrome, examples, name)
    kinds = {removal.text: removal.kind for removal in document.removed}
    wrong = [
        (pattern, kind, found)
        for pattern, kind in expected
        for text, found in kinds.items()
        if re.fullmatch(pattern, text) and found is not kind
    ]
    assert wrong == []


@pytest.mark.parametrize(("name", "expected"), CASES)
def test_nearly_every_other_word_stays(
    chrome: ChromeModel, examples: Path, name: str, expected: tuple[tuple[str, ChromeKind], ...]
):
    text, document = cleaned(chrome, examples, name)
    others = [block.text for block in text_blocks(text) if not is_chrome(block.text, expected)]
    title = document.metadata.title
    others = [line for place, line in enumerate(others) if line != title or line not in others[:place]]
    wanted = Counter(word for line in others for word in line.split())
    missing = wanted - Counter(document.text.split())
    assert missing.total() <= (1 - KEPT_SHARE) * wanted.total(), missing


@pytest.mark.parametrize("name", ["jpost-analysis"])
def test_a_clean_analysis_stays_word_for_word(chrome: ChromeModel, examples: Path, name: str):
    text, document = cleaned(chrome, examples, name)
    assert document.text.split() == text.split()


def test_the_blog_keeps_one_title_and_its_literal_marks_become_headings(chrome: ChromeModel, examples: Path):
    text, document = cleaned(chrome, examples, "nato-blog")
    title = text.splitlines()[0]
    headings = [line.split("\\n")[0].lstrip("# ") for line in text.split("\\n\\n") if line.startswith("#")]
    assert document.metadata.title == title
    assert title not in document.lines
    assert len(headings) > 3
    assert [heading for heading in headings if heading not in document.lines] == []
    assert "\\n" not in document.text


def test_byline_and_timestamp_tell_the_date(chrome: ChromeModel, examples: Path):
    dates = [cleaned(chrome, examples, name)[1].metadata.date for name in ("haaretz-reprint", "the-national")]
    assert dates == ["2022-06-26", "2024-04-18"]
