"""What the document model sees of a text: no name, number, quotation or date of it, and measures made by hand."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.features import (
    STYLE,
    first_words,
    masked,
    openings,
    sentences,
    style,
    style_rows,
    unattributed,
    without_headings,
)
from pipeline.words import FUNCTION, GENERAL, TIME

KEPT = FUNCTION | GENERAL
MASKS = {"QUO", "NE", "NUM", "YEAR", "TIME", "~"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("One. Two.", ["One.", "Two."], id="full stops"),
        pytest.param("Really? Yes! Well… Fine", ["Really?", "Yes!", "Well…", "Fine"], id="other stops"),
        pytest.param("It rose 3.5 per cent.", ["It rose 3.5 per cent."], id="a decimal point is no end"),
        pytest.param("At 3 a.m. police came.", ["At 3 a.m. police came."], id="a small letter goes on"),
        pytest.param("Sen. Varro met Mr. Holt. He left.", ["Sen. Varro met Mr. Holt.", "He left."], id="titles go on"),
        pytest.param("A U.S. Navy ship, J. K. Holt said.", ["A U.S. Navy ship, J. K. Holt said."], id="so do initials"),
        pytest.param("It sank on Nov. 12. It rained.", ["It sank on Nov. 12.", "It rained."], id="and months"),
        pytest.param(
            "It made us wary of Pajan. It rained.",
            ["It made us wary of Pajan.", "It rained."],
            id="whole words alone do",
        ),
        pytest.param("“We lost.” She wept.", ["“We lost.”", "She wept."], id="a closing mark stays with its sentence"),
        pytest.param("(It rained.) Then not.", ["(It rained.)", "Then not."], id="so does a bracket"),
        pytest.param("A heading\n\n\nIts text", ["A heading", "Its text"], id="line ends"),
        pytest.param("  \n ", [], id="nothing"),
    ],
)
def test_sentences(text: str, expected: list[str]):
    assert sentences(text) == expected


@settings(max_examples=60)
@given(st.text(alphabet="aB. !?…\n”(1", max_size=40))
def test_sentences_lose_nothing_but_white_space(text: str):
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Police told Lena Varro today.", "police told NE TIME .", id="first name and surname are one mask"
        ),
        pytest.param("Then O’Brien's boat sank.", "then NE ~ ~ .", id="apostrophes belong to the name"),
        pytest.param("The fund of Al-Nour grew.", "the ~ of NE - NE ~ .", id="hyphens stay between masks"),
        pytest.param("It belongs to THW.", "it ~ngs to NE .", id="capitals throughout"),
        pytest.param("She met Éloïse Çelik.", "she ~ NE .", id="accents"),
    ],
)
def test_names_go(text: str, expected: str):
    assert masked(text) == expected


@pytest.mark.parametrize("name", ["Erdoğan", "Škvorecký", "Łukaszewski", "Szabó-Nagyőr", "Ōtani", "Ðorđević", "Παππάς"])
def test_nothing_of_a_name_in_any_alphabet_survives(name: str):
    assert set(masked(f"Later {name} spoke.").split()) <= {"later", "NE", "-", "spoke", "."}


LATIN = st.text(alphabet="abcdefghijklmnopqrstuvwxyzàéîöüñ", min_size=1, max_size=12).map(str.capitalize)


@settings(max_examples=60)
@given(LATIN.filter(lambda name: name.lower() not in KEPT | TIME))
def test_text_is_the_same_whoever_it_is_about(name: str):
    assert masked(f"Later {name} told reporters why.") == "later NE told reporters why ."


def test_capital_at_the_start_of_a_sentence_is_no_sign_of_a_name():
    assert masked("Ferries sank. Boats too.") == "~ies ~ .\n~ too ."


@pytest.mark.parametrize(
    "mark", ["- ", "(", "“… ", "* "], ids=["list item", "bracket", "quotation left open", "other list item"]
)
def test_mark_before_the_first_word_makes_it_no_name(mark: str):
    assert masked(f"{mark}Ferries sank").split()[-2:] == ["~ies", "~"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("40 boats", "NUM ~", id="whole"),
        pytest.param("1,200.50 boats", "NUM ~", id="with marks inside"),
        pytest.param("7 boats", "NUM ~", id="one digit"),
        pytest.param("$4.5 and 40%", "$ NUM and NUM %", id="with a unit"),
        pytest.param("from 1985 until 2026", "from YEAR until YEAR", id="years"),
        pytest.param("at 10:45", "at NUM", id="time of day"),
        pytest.param("in 1847", "in NUM", id="a year too long ago for the news"),
    ],
)
def test_numbers_go(text: str, expected: str):
    assert masked(text) == expected


@settings(max_examples=40)
@given(st.integers(0, 10**9), st.integers(0, 99))
def test_text_is_the_same_whatever_its_figures(whole: int, part: int):
    assert masked(f"They saw {whole}.{part:02} boats") == "they saw NUM ~"


def test_masks_stand_one_sentence_a_line():
    assert masked("It shut. It\nreopened later.").split("\n") == ["it ~ .", "it", "~ned later ."]


def test_openings_are_the_first_masks_of_each_sentence():
    assert openings("NE told NE that it shut .\nit did").split() == [
        "NE", "NE_told", "NE_told_NE", "NE_told_NE_that", "it", "it_did",
    ]  # fmt: skip


def test_nothing_opens_where_nothing_is_written():
    assert openings("") == ""


@pytest.mark.parametrize("source", ["QUO", "said", "officials", "according"])
def test_sentence_that_names_a_source_is_not_its_authors(source: str):
    assert unattributed(f"it shut .\nit {source} NE .\nit may reopen .") == "it shut .\nit may reopen ."


@given(lines=st.lists(st.sampled_from(["QUO .", "it shut .", "NE said so .", "nobody came ."])))
def test_sentences_are_sourced_or_the_authors(lines: list[str]):
    own = unattributed("\n".join(lines))
    assert own.split("\n") == [line for line in lines if line[:3] in ("it ", "nob")] or own == ""


@pytest.mark.parametrize("day", "Monday Wednesday Sunday January February September October Dec Sept".split())
def test_days_and_months_go(day: str):
    assert masked(f"It shut on {day}.") == "it ~ on TIME ."


def test_month_of_may_is_a_month_beside_a_day():
    assert masked("It shut on 3 May 2024, as it may.") == "it ~ on NUM TIME YEAR , as it may ."


def test_a_country_and_an_agency_are_names_and_no_pronouns():
    assert masked("Later the US and the WHO told us who came.") == "later the NE and the NE told us who came ."
    assert style("The US said it, and the US did it.")[STYLE.index("I, we, my, our per 1000 words")] == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Later “we won” pleased him.", "later QUO ~sed him .", id="curly"),
        pytest.param('He said "no comment at all" twice.', "he said QUO ~ .", id="straight"),
        pytest.param("She said: “We lost.”", "she said : QUO", id="ends with its sentence"),
        pytest.param("He said: “We lost.” She left.", "he said : QUO\nshe left .", id="a sentence follows"),
        pytest.param("He said: “We lost.”\nShe left.", "he said : QUO\nshe left .", id="a line follows"),
        pytest.param("“We lost. Nobody came,” he said.", "QUO he said .", id="several sentences"),
        pytest.param('"Why us? Why now?" he said.', "QUO he said .", id="several questions"),
        pytest.param("“We won” “again” he said.", "QUO he said .", id="one after another"),
    ],
)
def test_quotations_go(text: str, expected: str):
    assert masked(text) == expected


@settings(max_examples=40)
@given(st.text(alphabet=st.sampled_from("Herons wade, 12 (or so)—’ü"), min_size=2, max_size=80).map(str.strip))
def test_text_is_the_same_whatever_it_quotes(quoted: str):
    assert len(quoted) < 2 or masked(f"Later “{quoted}” was heard.") == "later QUO was heard ."


def test_topic_words_keep_their_ending_and_words_of_register_stay():
    assert masked("We argue that warehouses reopened slowly in heat") == "we argue that ~ses ~ned ~wly in ~"


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_masked_text_holds_nothing_but_masks_endings_marks_and_listed_words(text: str):
    left = [token for token in masked(text).split() if token not in MASKS and token not in KEPT]
    assert [token for token in left if token[0].isalnum()] == []
    assert [token for token in left if token[0] == "~" and not re.fullmatch(r"~.{3}", token)] == []


def measure(name: str, text: str) -> float:
    return float(style(text)[STYLE.index(name)])


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("quoted share of words", "He said “it rains now” twice.", 3 / 6, id="quoted"),
        pytest.param("quotations per 1000 words", 'He said "it rains" and “it pours” then.', 2000 / 8, id="quotations"),
        pytest.param("attributions per 1000 words", "Officials said it rained.", 2000 / 4, id="attributions"),
        pytest.param("names per 100 words", "Then Lena Varro met the Thames.", 300 / 6, id="names"),
        pytest.param("figures per 100 words", "All 40 boats sold 1,200 eels.", 200 / 4, id="figures"),
        pytest.param("dates and times per 100 words", "It rained on Monday in June.", 200 / 6, id="dates"),
        pytest.param("I, we, my, our per 1000 words", "We think it’s our rain, I say.", 3000 / 7, id="first person"),
        pytest.param("you, your per 1000 words", "You'll love your rain.", 2000 / 4, id="second person"),
        pytest.param("he, she, they per 1000 words", "She told them.", 2000 / 3, id="third person"),
        pytest.param("modal verbs per 1000 words", "It must rain and should.", 2000 / 5, id="modals"),
        pytest.param("hedges per 1000 words", "Perhaps it seems wet.", 2000 / 4, id="hedges"),
        pytest.param("words of judgement per 1000 words", "A reckless, foolish plan.", 2000 / 4, id="judgement"),
        pytest.param("words of reasoning per 1000 words", "It rains because clouds argue.", 2000 / 5, id="reasoning"),
        pytest.param("words of praise and promise per 1000 words", "Amazing tips here.", 2000 / 3, id="praise"),
        pytest.param("addresses to the reader per 1000 words", "Imagine folks outside.", 2000 / 3, id="address"),
        pytest.param("questions per 100 sentences", "Why? It rained. Did it?", 200 / 3, id="questions"),
        pytest.param("exclamations per 100 sentences", "Look! It rained.", 100 / 2, id="exclamations"),
        pytest.param("past tense share of verbs", "It rained and was wet but is dry.", 2 / 3, id="past tense"),
        pytest.param("contractions per 1000 words", "It’s Lena's and I don't.", 1000 / 5, id="contractions"),
        pytest.param("dashes, colons and semicolons per 1000 words", "Rain—wet; so: yes – no", 4000 / 5, id="dashes"),
        pytest.param("words per sentence", "It rained. Then the sun came out.", 3.5, id="sentence length"),
        pytest.param("spread of sentence length", "It rained. Then the sun did.", 1 / 3, id="spread"),
        pytest.param("distinct words in 100", "rain rain Rain sun", 100 * 2 / 4, id="distinct"),
        pytest.param("repeated word pairs per 100", "wet reeds, wet reeds, wet reeds", 300 / 6, id="repeated pairs"),
        pytest.param("adverbs in -ly per 1000 words", "Slowly, quickly, only July ran.", 2000 / 5, id="adverbs"),
        pytest.param("function words per 100", "The rain of the day.", 300 / 5, id="function words"),
        pytest.param("letters per word", "It rains now", 10 / 3, id="letters"),
    ],
)
def test_style_measure_by_hand(name: str, text: str, expected: float):
    assert measure(name, text) == pytest.approx(expected)


def test_every_measure_has_a_case_by_hand():
    tabled = {case.values[0] for case in test_style_measure_by_hand.pytestmark[0].args[1]}
    assert tabled == set(STYLE)


def test_window_of_a_hundred_words_decides_distinctness_not_length():
    hundred = " ".join(f"w{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(100))
    assert measure("distinct words in 100", hundred) == 100
    assert measure("distinct words in 100", f"{hundred} {hundred}") == 100


def test_measures_of_many_texts_are_those_of_each():
    texts = ["It rained.", "", "Why would it?"]
    assert np.array_equal(style_rows(iter(texts)), np.array([style(text) for text in texts]))


def test_no_text_has_no_row():
    assert style_rows([]).shape == (0, len(STYLE))


@settings(max_examples=60)
@given(st.text(max_size=150))
def test_measures_of_any_text_are_numbers(text: str):
    row = style(text)
    assert row.shape == (len(STYLE),)
    assert np.isfinite(row).all()
    assert (row >= 0).all()


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        pytest.param(1, "one two", id="the line that reaches the limit is whole"),
        pytest.param(2, "one two", id="exactly the first line"),
        pytest.param(3, "one two\nthree", id="a line more"),
        pytest.param(99, "one two\nthree\nfour five", id="all there is"),
    ],
)
def test_first_words_are_whole_lines(limit: int, expected: str):
    assert first_words("one two\nthree\nfour five", limit) == expected


def test_marks_of_structure_leave_no_trace_in_the_masked_text():
    bare = "The bridge over the canal shut.\nIt reopens soon."
    assert masked(f"## {bare.replace(chr(10), chr(10) + '- ')}") == masked(bare)


def test_marks_of_structure_leave_no_trace_in_the_measures():
    bare = "The bridge over the canal shut.\nIt reopens soon."
    assert (style(f"1. {bare.replace(chr(10), chr(10) + '* ')}") == style(bare)).all()


def test_text_of_headings_only_keeps_them():
    assert without_headings("At the quay\nIn the town") == "At the quay\nIn the town"
