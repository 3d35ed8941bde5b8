"""The judge at work: what is not scored, when it is unsure, and evidence that comes out of the text."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.corpora.authored import read_triplets
from pipeline.document import LABELS, UNSURE, CleanDocument, Metadata, Unscored, Verdict
from pipeline.features import STYLE, first_words, masked, style, style_rows
from pipeline.quality.model import QualityModel
from pipeline.score import Models

from .test_classifier import TRIPLETS


def document(*lines: str, language: str | None = "en") -> CleanDocument:
    return CleanDocument(Metadata(title="A title", language=language), lines, ())


@pytest.fixture(scope="module")
def judge(models: Models) -> QualityModel:
    return models.quality


@pytest.fixture(scope="module")
def documents() -> list[CleanDocument]:
    """Authored texts of every label."""
    return [document(*text.text.split("\n")) for text in read_triplets(TRIPLETS)[:18]]


@pytest.fixture(scope="module")
def verdicts(judge: QualityModel, documents: list[CleanDocument]) -> list[Verdict]:
    return judge.judge(documents)


def with_decide(judge: QualityModel, decide: float) -> QualityModel:
    return replace(judge, rules=replace(judge.rules, decide=decide))


def words(count: int) -> str:
    return " ".join(["rain"] * count)


def test_nothing_to_judge(judge: QualityModel):
    assert judge.judge([]) == []


def test_document_one_word_too_short_is_not_scored_and_one_long_enough_is(judge: QualityModel):
    least = judge.rules.min_words
    short, enough = judge.judge([document(words(least - 1)), document(words(least))])
    assert short == Verdict(None, unscored=Unscored.TOO_SHORT)
    assert (enough.unscored, enough.scores is None) == (None, False)


def test_title_does_not_make_a_document_longer(judge: QualityModel):
    titled = CleanDocument(Metadata(title=words(100), language="en"), (words(5),), ())
    assert judge.judge([titled])[0].unscored is Unscored.TOO_SHORT


@pytest.mark.parametrize("language", ["de", "fr", None])
def test_document_in_another_language_is_not_scored(judge: QualityModel, language: str | None):
    assert judge.judge([document(words(200), language=language)]) == [Verdict(None, unscored=Unscored.LANGUAGE)]


def test_order_is_kept_among_scored_and_unscored(
    judge: QualityModel, documents: list[CleanDocument], verdicts: list[Verdict]
):
    mixed = [document("Short."), documents[0], document(words(200), language="de"), documents[1]]
    found = judge.judge(mixed)
    assert [verdict.unscored for verdict in found] == [Unscored.TOO_SHORT, None, Unscored.LANGUAGE, None]
    assert [found[1].scores, found[3].scores] == [pytest.approx(verdicts[0].scores), pytest.approx(verdicts[1].scores)]


def test_scores_are_the_classifiers_in_the_order_of_labels(
    judge: QualityModel, documents: list[CleanDocument], verdicts: list[Verdict]
):
    classifier = judge.classifier
    texts = [item.body for item in documents]
    scores = classifier.proba_of(classifier.rows([masked(text) for text in texts], style_rows(texts)))
    columns = [list(classifier.classes_).index(label) for label in LABELS]
    assert np.array([verdict.scores for verdict in verdicts]) == pytest.approx(scores[:, columns])
    assert [sum(verdict.scores or ()) for verdict in verdicts] == pytest.approx([1.0] * len(verdicts))


def test_below_the_threshold_the_verdict_is_unsure(judge: QualityModel, documents: list[CleanDocument]):
    strict = with_decide(judge, 1.01).judge(documents)
    assert {verdict.label for verdict in strict} == {UNSURE}
    assert [verdict.flagged for verdict in strict] == [False] * len(strict)


def test_without_a_threshold_the_verdict_is_the_highest_score(judge: QualityModel, documents: list[CleanDocument]):
    bold = with_decide(judge, 0.0).judge(documents)
    highest = [LABELS[int(np.argmax(verdict.scores))].value for verdict in bold]
    assert [verdict.label for verdict in bold] == highest
    assert [verdict.flagged for verdict in bold] == [label == "filler" for label in highest]
    assert len(set(highest)) == 3


def test_score_on_the_threshold_is_decided(judge: QualityModel, documents: list[CleanDocument]):
    top = max(judge.judge(documents[:1])[0].scores or ())
    assert with_decide(judge, top).judge(documents[:1])[0].label != UNSURE
    assert with_decide(judge, np.nextafter(top, 2)).judge(documents[:1])[0].label == UNSURE


def test_unsure_verdicts_have_scores_and_evidence(judge: QualityModel, documents: list[CleanDocument]):
    unsure = with_decide(judge, 1.01).judge(documents[:1])[0]
    assert unsure.scores is not None
    assert unsure.quotes


def test_only_the_first_words_are_judged(judge: QualityModel):
    line = f"The port shut on Monday, officials said. {words(judge.rules.max_words)}"
    longer = document(line, "You won't believe these amazing tips, folks! Ready? Let's dive in!")
    assert judge.judge([document(line)]) == judge.judge([longer])


def test_quotes_stand_in_the_text(documents: list[CleanDocument], verdicts: list[Verdict]):
    for item, verdict in zip(documents, verdicts, strict=True):
        assert 1 <= len(verdict.quotes) <= 3
        assert [quote.sentence for quote in verdict.quotes if quote.sentence.removesuffix("…") not in item.body] == []


def test_quotes_are_sentences_of_six_words_or_more_each_once(verdicts: list[Verdict]):
    quoted = [[quote.sentence for quote in verdict.quotes] for verdict in verdicts]
    assert [sentence for part in quoted for sentence in part if len(sentence.split()) < 6] == []
    assert [part for part in quoted if len(set(part)) < len(part)] == []


def test_effects_push_toward_the_verdict_hardest_first(verdicts: list[Verdict]):
    for verdict in verdicts:
        for effects in ([quote.effect for quote in verdict.quotes], [cue.effect for cue in verdict.cues]):
            assert effects == sorted(effects, reverse=True)
            assert min(effects, default=1) > 0


def test_cues_tell_this_documents_measures_beside_typical_ones(
    judge: QualityModel, documents: list[CleanDocument], verdicts: list[Verdict]
):
    assert sum(len(verdict.cues) for verdict in verdicts) > len(verdicts)
    for item, verdict in zip(documents, verdicts, strict=True):
        measured = style(first_words(item.body, judge.rules.max_words))
        assert len(verdict.cues) <= 3
        for cue in verdict.cues:
            place = STYLE.index(cue.name)
            assert cue.value == pytest.approx(measured[place], abs=5e-4)
            assert cue.typical == judge.rules.typical[place]


def test_evidence_names_what_drives_the_verdict(judge: QualityModel):
    told = "Police said on Monday that 40 people were taken to hospital, according to officials in Tarnfoss."
    chatty = "So grab a coffee, folks, because you won't believe these amazing tips for your journey!"
    even = [f"The weather in the valley was as it had been for most of the week before number {n}." for n in "abcdefgh"]
    for driving in (told, chatty):
        verdict = with_decide(judge, 0).judge([document(*even[:4], driving, *even[4:])])[0]
        wanted = {told: "reporting", chatty: "filler"}[driving]
        assert verdict.label != wanted or verdict.quotes[0].sentence == driving
    report, advert = (with_decide(judge, 0).judge([document(*[line] * 6)])[0] for line in (told, chatty))
    assert (report.label, advert.label) == ("reporting", "filler")
    assert (report.quotes[0].sentence, advert.quotes[0].sentence) == (told, chatty)


def test_sentence_that_is_too_long_to_quote_is_cut_and_says_so(judge: QualityModel):
    long = "Police said " + ", ".join(f"that {name} was taken to hospital on Monday" for name in "abcdefghijklmnop")
    quote = judge.judge([document(long)])[0].quotes[0]
    assert len(quote.sentence) <= 300
    assert quote.sentence.endswith("…")
    assert long.startswith(quote.sentence.removesuffix("…"))


def test_document_of_scraps_has_scores_and_no_quotes(judge: QualityModel):
    verdict = judge.judge([document(*["No rain."] * 60)])[0]
    assert verdict.scores is not None
    assert verdict.quotes == ()


def test_repeated_sentence_is_quoted_once(judge: QualityModel):
    line = "The coastguard said on Monday that nobody was hurt."
    assert [quote.sentence for quote in judge.judge([document(*[line] * 20)])[0].quotes] in ([line], [])


def test_one_document_alone_is_judged_as_among_others(
    judge: QualityModel, documents: list[CleanDocument], verdicts: list[Verdict]
):
    for item, verdict in zip(documents[:5], verdicts, strict=False):
        alone = judge.judge([item])[0]
        assert replace(alone, scores=None) == replace(verdict, scores=None)
        assert alone.scores == pytest.approx(verdict.scores, abs=1e-9)


@pytest.mark.parametrize("line", ["12 34 56", "— ! ?", "ÆØÅ ñ ü"], ids=["figures", "marks", "letters"])
def test_document_without_a_known_word_is_judged_all_the_same(judge: QualityModel, line: str):
    scores = judge.judge([document(*[line] * 80)])[0].scores
    assert scores is not None
    assert sum(scores) == pytest.approx(1)
