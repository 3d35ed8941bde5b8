"""The main job: one outcome a source, in order, whatever stands beside it, and a verdict with its reasons."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import HtmlElement

from pipeline import score
from pipeline.chrome.cleaning import clean_texts
from pipeline.chrome.model import ChromeModel, LineChances, Titled
from pipeline.chrome.seen import Seen
from pipeline.document import (
    ChromeKind,
    CleanDocument,
    Failure,
    MediaType,
    Origin,
    Outcome,
    Reason,
    Scored,
    Source,
    Status,
    Unscored,
    Verdict,
)
from pipeline.extract import Page, extract
from pipeline.listing import list_entries
from pipeline.quality.model import QualityModel
from pipeline.read import load
from pipeline.score import CHUNK, Scorer
from pipeline.write import row

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
COLUMNS = (
    "id input sha256 bytes media_type encoding status reason detail title author date url site language text_file "
    "words removed scores verdict flagged unscored evidence duplicate_of seconds models"
).split()
PARAGRAPH = (
    "The ferry Aurelia ran aground off Tarnfoss on Monday night with 61 people on board, the coastguard said. "
    "All of them were brought ashore by 3 a.m. and nobody was hurt, according to harbour master Lena Varro."
)


def page(body: str, head: str = "") -> str:
    return f'<html lang="en"><head><title>Ferry aground</title>{head}</head><body>{body}</body></html>'


STORY = (
    PARAGRAPH,
    "The Aurelia had left Inverlack at 10.40 p.m. and was an hour behind its timetable because of fog in the sound.",
    "Two tugs pulled her free at high water on Tuesday, and divers found a dent of three metres below the bow.",
    "The operator has cancelled sailings until Friday. Passengers with tickets can cross from New Quay, it said.",
)
ARTICLE = page("<article><h1>Ferry aground</h1>" + "".join(f"<p>{text}</p>" for text in STORY) + "</article>")


def source(content: str, media_type: MediaType = MediaType.TEXT, name: str = "a.txt") -> Source:
    return Source(Origin(name, name), content, media_type)


def scored(outcome: Outcome) -> Scored:
    assert isinstance(outcome, Scored), outcome
    return outcome


def failure(outcome: Outcome) -> Failure:
    assert isinstance(outcome, Failure), outcome
    return outcome


def sample_sources() -> list[Source]:
    opened = [load(entry) for entry in list_entries([SAMPLES])]
    return [item for item in opened if isinstance(item, Source)]


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    return sample_sources()


@pytest.fixture(scope="module")
def baseline(scorer: Scorer, sources: list[Source]) -> dict[str, Scored]:
    """Each sample alone."""
    return {item.origin.id: scored(scorer.score_chunk([item])[0]) for item in sources}


# --- what a row holds ---------------------------------------------------------------------------------------


def test_frame_has_the_columns_of_the_results(scorer: Scorer):
    assert list(scorer.frame([PARAGRAPH]).columns) == COLUMNS


def test_frame_of_nothing_has_them_too(scorer: Scorer):
    frame = scorer.frame([])
    assert (len(frame), list(frame.columns)) == (0, COLUMNS)


def test_frame_keeps_the_order_of_pages_texts_and_failures(scorer: Scorer, tmp_path: Path):
    (tmp_path / "page.html").write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "empty.txt").write_bytes(b" \n")
    documents = [
        PARAGRAPH,
        tmp_path / "missing.txt",
        tmp_path / "page.html",
        "",
        ARTICLE,
        tmp_path / "empty.txt",
        "<html><body></body></html>",
        f"{PARAGRAPH} {PARAGRAPH}",
    ]
    frame = scorer.frame(documents)
    assert frame["status"].tolist() == ["ok", "failed", "ok", "rejected", "ok", "rejected", "rejected", "ok"]
    assert [reason for reason in frame["reason"] if isinstance(reason, str)] == [
        Reason.UNREADABLE,
        Reason.EMPTY,
        Reason.EMPTY,
        Reason.NO_CONTENT,
    ]
    assert frame["words"].iloc[7] == 2 * frame["words"].iloc[0]
    assert frame["media_type"].iloc[[2, 4]].tolist() == [MediaType.HTML] * 2


def test_frame_ids_are_unique(scorer: Scorer, tmp_path: Path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "notes.txt").write_text(f"{PARAGRAPH} {folder}", encoding="utf-8")
    frame = scorer.frame([tmp_path / "a" / "notes.txt", tmp_path / "b" / "notes.txt", PARAGRAPH, PARAGRAPH])
    assert frame["id"].is_unique


def test_every_row_names_the_models(scorer: Scorer):
    frame = scorer.frame([PARAGRAPH, ""])
    assert frame["models"].tolist() == [scorer.models.fingerprint] * 2


def test_scores_of_a_row_sum_to_one_in_the_order_of_labels(scorer: Scorer, baseline: dict[str, Scored]):
    for outcome in baseline.values():
        told = row(outcome, scorer.models.fingerprint)["scores"]
        assert list(told) == ["reporting", "analysis", "filler"]
        assert sum(told.values()) == pytest.approx(1, abs=1e-9)


def test_frame_is_what_pandas_users_expect(scorer: Scorer):
    frame = scorer.frame([f"{PARAGRAPH}\n{PARAGRAPH}"])
    assert isinstance(frame, pd.DataFrame)
    assert frame["flagged"].tolist() == [False]


# --- chunks and order ---------------------------------------------------------------------------------------


def assert_same(found: Scored, expected: Scored) -> None:
    """Equal but for time, and for the last digit of scores, which a bigger product rounds differently."""
    assert found.source == expected.source
    assert found.document == expected.document
    assert replace(found.verdict, scores=None) == replace(expected.verdict, scores=None)
    assert found.verdict.scores == pytest.approx(expected.verdict.scores, abs=1e-9)


SAMPLE_COUNT = len(sample_sources())


@settings(max_examples=15, deadline=None)
@given(
    order=st.lists(st.integers(0, SAMPLE_COUNT - 1), min_size=2, max_size=6, unique=True),
    size=st.integers(1, 6),
)
def test_neither_order_nor_chunk_changes_an_outcome(
    scorer: Scorer, sources: list[Source], baseline: dict[str, Scored], order: list[int], size: int
):
    chosen = [sources[place] for place in order]
    found = [outcome for start in range(0, len(chosen), size) for outcome in scorer.score_chunk(chosen[start:][:size])]
    assert [scored(outcome).source for outcome in found] == chosen
    for outcome in found:
        assert_same(scored(outcome), baseline[scored(outcome).source.origin.id])


def test_all_samples_together_are_as_each_alone(scorer: Scorer, sources: list[Source], baseline: dict[str, Scored]):
    found = list(scorer(reversed(sources)))
    assert len(found) == len(sources) == SAMPLE_COUNT > 10
    for outcome in found:
        assert_same(scored(outcome), baseline[scored(outcome).source.origin.id])


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_chunks_neither_lose_nor_repeat_a_source(scorer: Scorer, monkeypatch: pytest.MonkeyPatch, count: int):
    monkeypatch.setattr(score, "CHUNK", 2)
    given_sources = [source(f"{PARAGRAPH} {number}", name=f"{number}.txt") for number in range(count)]
    assert [scored(outcome).source for outcome in scorer(iter(given_sources))] == given_sources


def test_sources_are_taken_a_chunk_at_a_time(scorer: Scorer):
    taken = []

    def endless() -> Iterator[Source]:
        while True:
            taken.append(len(taken))
            yield source("A heron.")

    assert scored(next(iter(scorer(endless())))).verdict.unscored is Unscored.TOO_SHORT
    assert len(taken) == CHUNK


def test_scoring_changes_neither_scorer_nor_models(scorer: Scorer, sources: list[Source]):
    before = (scorer.models.fingerprint, scorer.keep, scorer.models.quality.rules)
    first, second = (scorer.score_chunk(sources[:3]) for _ in range(2))
    assert (scorer.models.fingerprint, scorer.keep, scorer.models.quality.rules) == before
    assert [scored(one).verdict for one in first] == [scored(two).verdict for two in second]


def test_time_is_told_for_every_outcome(scorer: Scorer):
    outcomes = scorer.score_chunk([source(ARTICLE, MediaType.HTML), source(PARAGRAPH), source("<p>", MediaType.HTML)])
    assert [outcome.seconds > 0 for outcome in outcomes] == [True] * 3


# --- what cannot go on --------------------------------------------------------------------------------------


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> type[Exception]:
    """An extractor that raises on pages that hold the word "poison", and is itself on others."""
    error = type("StrangeError", (Exception,), {})

    def raising(tree: HtmlElement) -> Page:
        if "poison" in tree.text_content():
            raise error("a\ntraceback of many lines")
        return extract(tree)

    monkeypatch.setattr("pipeline.extract.extract", raising)
    return error


@pytest.mark.usefixtures("poisoned")
def test_page_on_which_the_extractor_raises_is_one_failure_among_others(scorer: Scorer):
    chunk = [source(ARTICLE, MediaType.HTML), source(page("<p>poison"), MediaType.HTML), source(PARAGRAPH)]
    first, second, third = scorer.score_chunk(chunk)
    lost = failure(second)
    assert (lost.reason, lost.stage, lost.status) == (Reason.EXTRACTOR_ERROR, "extract", Status.FAILED)
    assert lost.detail == "StrangeError while the page was read."
    assert (lost.media_type, lost.origin) == (MediaType.HTML, chunk[1].origin)
    assert "Aurelia" in scored(first).document.body
    assert "Aurelia" in scored(third).document.body


def test_page_that_needs_more_memory_than_there_is(scorer: Scorer, monkeypatch: pytest.MonkeyPatch):
    def greedy(_tree: HtmlElement) -> Page:
        raise MemoryError

    monkeypatch.setattr("pipeline.extract.extract", greedy)
    assert failure(scorer.score_chunk([source(ARTICLE, MediaType.HTML)])[0]).reason is Reason.MEMORY_LIMIT


def test_interrupt_is_not_taken_for_a_bad_page(scorer: Scorer, monkeypatch: pytest.MonkeyPatch):
    def interrupted(_tree: HtmlElement) -> Page:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.extract.extract", interrupted)
    with pytest.raises(KeyboardInterrupt):
        scorer.score_chunk([source(ARTICLE, MediaType.HTML)])


@pytest.mark.parametrize(
    "head",
    [
        pytest.param('{"a":' * 3000 + "1" + "}" * 3000, id="nested without end"),
        pytest.param("[" * 3000 + "]" * 3000, id="lists without end"),
        pytest.param(
            '{"@context": "https://schema.org", "@type": "NewsArticle", "author": [], "publisher": [], "headline": 5}',
            id="a number for a headline",
        ),
        pytest.param('{"@context": "https://schema.org", "@type": "NewsArticle"', id="cut off"),
        pytest.param("null", id="null"),
    ],
)
def test_hostile_description_of_a_page_costs_nothing_of_its_text(scorer: Scorer, head: str):
    content = ARTICLE.replace("</head>", f'<script type="application/ld+json">{head}</script></head>')
    body = scored(scorer.score_chunk([source(content, MediaType.HTML)])[0]).document.body
    assert [text for text in STORY if text not in body] == []


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        pytest.param("", MediaType.HTML, id="empty page"),
        pytest.param("", MediaType.TEXT, id="empty text"),
        pytest.param(" \n\n ", MediaType.TEXT, id="white space"),
        pytest.param("***\n---\n===", MediaType.TEXT, id="rules only"),
        pytest.param("<html><body><script>a()</script></body></html>", MediaType.HTML, id="page without text"),
        pytest.param("no mark-up", MediaType.HTML, id="page without an element"),
    ],
)
def test_document_without_content_is_rejected(scorer: Scorer, content: str, media_type: MediaType):
    lost = failure(scorer.score_chunk([source(content, media_type)])[0])
    assert (lost.reason, lost.status) == (Reason.NO_CONTENT, Status.REJECTED)
    assert lost.detail.endswith(".")


@pytest.mark.parametrize("media_type", MediaType)
@pytest.mark.parametrize("broken", ["\ud800", "\udfff and more of it"], ids=["high", "low"])
def test_half_a_character_does_not_take_the_chunk_with_it(scorer: Scorer, broken: str, media_type: MediaType):
    chunk = [source(f"{broken} {PARAGRAPH}\n{PARAGRAPH}", media_type), source(PARAGRAPH)]
    outcomes = scorer.score_chunk(chunk)
    assert "Aurelia" in scored(outcomes[1]).document.body
    assert row(outcomes[0], "")["id"] == "a.txt"


def test_file_that_claims_an_encoding_of_program_code_does_not_take_the_chunk_with_it(scorer: Scorer, tmp_path: Path):
    raw = b"<meta charset=raw_unicode_escape> caf\xe9 \\ud800 and more words than one in this line.\n" * 3
    (tmp_path / "notes.txt").write_bytes(raw)
    assert scorer.frame([tmp_path / "notes.txt", PARAGRAPH])["status"].iloc[1] == "ok"


POISON = "Nobody foresaw this line about the lamp of the third pier and its keeper."
POISONED = f"{PARAGRAPH}\n{POISON}\n{PARAGRAPH}"


class FragileChrome(ChromeModel):
    """The block model, but some line breaks it."""

    error: ClassVar[type[BaseException]]

    def page_probabilities(self, pages: Sequence[Titled], seen: Seen | None = None) -> list[Any]:
        self.refuse(pages)
        return super().page_probabilities(pages, seen)

    def text_chances(self, texts: Sequence[Titled], seen: Seen | None = None) -> list[LineChances]:
        self.refuse(texts)
        return super().text_chances(texts, seen)

    def refuse(self, documents: Sequence[Titled]) -> None:
        if any(POISON in block.text for document in documents for block in document.blocks):
            raise self.error("a\ntraceback of many lines")


class FragileQuality(QualityModel):
    """The document model, but some line breaks it."""

    error: ClassVar[type[BaseException]]

    def judge(self, documents: Sequence[CleanDocument]) -> list[Verdict]:
        if any(POISON in document.body for document in documents):
            raise self.error("a\ntraceback of many lines")
        return super().judge(documents)


def fragile(scorer: Scorer, stage: str, error: type[BaseException]) -> Scorer:
    """The scorer with a model that raises on the poisoned line, at the stage."""
    loaded = scorer.models
    if stage == "clean":
        chrome = type("Fragile", (FragileChrome,), {"error": error})(loaded.chrome.parts, loaded.chrome.thresholds)
        return Scorer(replace(loaded, chrome=chrome))
    quality = type("Fragile", (FragileQuality,), {"error": error})(loaded.quality.classifier, loaded.quality.rules)
    return Scorer(replace(loaded, quality=quality))


REASONS = {
    RuntimeError: Reason.EXTRACTOR_ERROR,
    RecursionError: Reason.EXTRACTOR_ERROR,
    MemoryError: Reason.MEMORY_LIMIT,
}


@pytest.mark.parametrize("error", REASONS)
@pytest.mark.parametrize("stage", ["clean", "judge"])
@pytest.mark.parametrize("media_type", MediaType)
def test_document_that_breaks_a_model_is_one_failure_among_others(
    scorer: Scorer,
    sources: list[Source],
    baseline: dict[str, Scored],
    *,
    media_type: MediaType,
    stage: str,
    error: type[Exception],
):
    content = POISONED if media_type is MediaType.TEXT else ARTICLE.replace("</p>", f"</p><p>{POISON} {PARAGRAPH}</p>")
    chunk = [*sources[:3], source(content, media_type), source("", MediaType.HTML), *sources[3:6]]
    outcomes = fragile(scorer, stage, error).score_chunk(chunk)
    lost, hollow = failure(outcomes.pop(3)), failure(outcomes.pop(3))
    assert (lost.origin, lost.media_type, lost.status) == (chunk[3].origin, media_type, Status.FAILED)
    assert (lost.stage, lost.reason) == (stage, REASONS[error])
    assert lost.detail == f"{error.__name__} while the document was {stage.removesuffix('e')}ed."
    assert hollow.reason is Reason.NO_CONTENT
    for outcome in outcomes:
        assert_same(scored(outcome), baseline[scored(outcome).source.origin.id])


def test_documents_that_only_together_need_too_much_memory_all_get_their_verdicts(
    scorer: Scorer, sources: list[Source], baseline: dict[str, Scored], monkeypatch: pytest.MonkeyPatch
):
    def narrow(model: ChromeModel, texts: Sequence[str], keep: frozenset[ChromeKind]) -> list[CleanDocument]:
        if len(texts) > 1:
            raise MemoryError
        return clean_texts(model, texts, keep)

    monkeypatch.setattr(score, "clean_texts", narrow)
    outcomes = scorer.score_chunk(sources[:5])
    assert len(outcomes) == 5
    for outcome in outcomes:
        assert_same(scored(outcome), baseline[scored(outcome).source.origin.id])


@pytest.mark.parametrize("stage", ["clean", "judge"])
def test_interrupt_is_not_taken_for_a_document_that_breaks_a_model(scorer: Scorer, stage: str):
    with pytest.raises(KeyboardInterrupt):
        fragile(scorer, stage, KeyboardInterrupt).score_chunk([source(PARAGRAPH), source(POISONED)])


WILD = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(WILD, st.sampled_from(MediaType)), min_size=1, max_size=4))
def test_any_text_ends_as_one_outcome_that_can_be_written(scorer: Scorer, documents: list[tuple[str, MediaType]]):
    chunk = [source(content, media_type, f"{place}.txt") for place, (content, media_type) in enumerate(documents)]
    outcomes = scorer.score_chunk(chunk)
    assert [row(outcome, "")["id"] for outcome in outcomes] == [item.origin.id for item in chunk]


# --- verdicts -----------------------------------------------------------------------------------------------


GERMAN = """Der Hafen bleibt bis Freitag geschlossen, teilte die Behörde am Montagabend mit.
Vier Frachter liegen seit dem Wochenende auf Reede, weil die Kranführer ihre Arbeit niedergelegt haben.
Die Gewerkschaft verlangt sieben Prozent mehr Lohn und längere Pausen in den Nachtschichten.
Ein Sprecher der Reederei nannte die Forderung überzogen, wollte sich aber zu Gesprächen nicht äußern.
Am Dienstag treffen sich beide Seiten zum dritten Mal in diesem Monat im Rathaus der Stadt."""
CHINESE = """港务局周一晚间宣布，港口将关闭至星期五，所有货轮都必须在外海等候通知。
自周末以来，已有四艘货轮停泊在锚地，因为起重机操作员停止了工作。
工会要求加薪百分之七，并要求延长夜班期间的休息时间。
航运公司的一位发言人称这一要求过高，但不愿就谈判发表评论。
双方将于星期二在市政厅举行本月的第三次会谈，市长也将出席。"""


@pytest.mark.parametrize(
    ("text", "language"), [pytest.param(GERMAN, "de", id="de"), pytest.param(CHINESE, "zh", id="zh")]
)
def test_other_languages_are_cleaned_and_not_scored(scorer: Scorer, text: str, language: str):
    outcome = scored(scorer.score_chunk([source(text)])[0])
    assert outcome.document.metadata.language == language
    assert outcome.verdict.unscored is Unscored.LANGUAGE
    assert (outcome.verdict.label, outcome.verdict.scores) == (None, None)


def test_language_that_a_page_declares_is_not_believed_over_its_text(scorer: Scorer):
    german = page("<article>" + "".join(f"<p>{line}</p>" for line in GERMAN.split("\n")) + "</article>")
    assert scored(scorer.score_chunk([source(german, MediaType.HTML)])[0]).document.metadata.language == "de"


def test_short_text_is_not_scored(scorer: Scorer):
    verdict = scored(scorer.score_chunk([source(PARAGRAPH)])[0]).verdict
    assert verdict.unscored is Unscored.TOO_SHORT


SAMPLE_LABELS = {"news": "reporting", "opinion": "analysis", "blogs": "filler"}


@pytest.mark.parametrize("folder", SAMPLE_LABELS)
def test_samples_lean_to_what_they_were_written_as(baseline: dict[str, Scored], folder: str):
    rows = [row(outcome, "") for name, outcome in baseline.items() if name.startswith(f"{folder}/")]
    told = [item["scores"] for item in rows]
    assert {max(scores, key=scores.get) for scores in told} == {SAMPLE_LABELS[folder]}


@pytest.mark.parametrize("folder", SAMPLE_LABELS)
def test_most_samples_are_decided(baseline: dict[str, Scored], folder: str):
    verdicts = [outcome.verdict.label for name, outcome in baseline.items() if name.startswith(f"{folder}/")]
    assert set(verdicts) <= {SAMPLE_LABELS[folder], "unsure"}
    assert verdicts.count("unsure") <= len(verdicts) / 2


def told_verdicts(examples: Path) -> dict[str, Sequence[str]]:
    """File and verdict of each row of the examples' README."""
    rows = re.findall(
        r"^\| (\S+\.txt) \| ([^|]+) \|", (examples / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    return {name: [part.strip() for part in verdict.split(",")] for name, verdict in rows}


def verdict_of(scorer: Scorer, path: Path) -> list[str]:
    found = scorer.frame([path]).iloc[0]
    return [str(found["verdict"]), "flagged"] if found["flagged"] else [str(found["verdict"])]


EXAMPLES = ["haaretz-reprint.txt", "israel-hayom.txt", "jpost-analysis.txt", "nato-blog.txt", "the-national.txt"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_get_the_verdicts_that_their_readme_names(scorer: Scorer, examples: Path, name: str):
    assert verdict_of(scorer, examples / name) == told_verdicts(examples)[name]


def test_verdict_of_a_row_is_what_the_library_says(scorer: Scorer, baseline: dict[str, Scored]):
    some: Any = next(iter(baseline.values()))
    told = row(some, scorer.models.fingerprint)
    assert told["verdict"] == some.verdict.label
    assert np.allclose(list(told["scores"].values()), some.verdict.scores, atol=1e-4)
    assert [item["type"] for item in told["evidence"]] == ["sentence"] * len(some.verdict.quotes) + ["cue"] * len(
        some.verdict.cues
    )
