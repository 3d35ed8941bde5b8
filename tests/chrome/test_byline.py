"""Author and date out of the lines that tell them."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.chrome.byline import author_of, date_of


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("By Mara Lindqvist", "Mara Lindqvist"),
        ("BY MARA LINDQVIST", "MARA LINDQVIST"),
        ("by: Mara Lindqvist", "Mara Lindqvist"),
        ("Written by Mara Lindqvist", "Mara Lindqvist"),
        ("Posted by Mara Lindqvist on 18 April 2024", "Mara Lindqvist"),
        ("Author: Mara Lindqvist", "Mara Lindqvist"),
        ("Words by Mara Lindqvist | Photos by Ilse Varga", "Mara Lindqvist"),
        ("By Mara Lindqvist, Harbour Correspondent", "Mara Lindqvist"),
        ("By Mara Lindqvist – Kolmar", "Mara Lindqvist"),
        ("By Mara Lindqvist in Kolmar", "Mara Lindqvist"),
        ("By Mara Lindqvist (Reuters)", "Mara Lindqvist"),
        ("By Mara Lindqvist 18 April 2024", "Mara Lindqvist"),
        ("By Jean-Luc O’Brien", "Jean-Luc O’Brien"),
        ("By Juan von der Leiden", "Juan von der Leiden"),
        ("By Mara Lindqvist and Ilse Varga", "Mara Lindqvist and Ilse Varga"),
        ("Mara Lindqvist", "Mara Lindqvist"),
        ("Bystanders waited", None),
        ("By", None),
        ("By 2024", None),
        ("By the time that the boats had come in it was dark", None),
        ("", None),
    ],
)
def test_the_name_after_a_word_like_by(line: str, name: str | None):
    assert author_of(line) == name


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("2024-04-18", "2024-04-18"),
        ("18 April 2024", "2024-04-18"),
        ("18th of April, 2024", "2024-04-18"),
        ("18. Apr. 2024", "2024-04-18"),
        ("April 18, 2024", "2024-04-18"),
        ("Sept 3rd 1999", "1999-09-03"),
        ("Updated: April 18, 2024, 5:47 PM", "2024-04-18"),
        ("THE HERALD 26.6.22", "2022-06-26"),
        ("6/26/2022", "2022-06-26"),
        ("26-06-2022", "2022-06-26"),
        ("3/4/2020", None),
        ("31 February 2024", None),
        ("2024-13-01", None),
        ("April 2024", None),
        ("18 April", None),
        ("", None),
    ],
)
def test_the_day_that_a_line_tells(line: str, day: str | None):
    assert date_of(line) == day


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("18 April 2024, updated 2024-05-01", id="named before numbered"),
        pytest.param("April 18, 2024 (first told 1 March 2020)", id="month first before day first"),
        pytest.param("18.4.2024, corrected 1 May 2024", id="figures before names"),
        pytest.param("2024-04-18, updated 1 May 2024", id="numbered before named"),
    ],
)
def test_the_first_of_two_days_is_the_one(line: str):
    assert date_of(line) == "2024-04-18"


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("Room 12 2024, 18 April 2024", id="a word that is no month"),
        pytest.param("12 items 2024 – April 18, 2024", id="a number before a word"),
        pytest.param("2024-13-45, 18 April 2024", id="no such day"),
        pytest.param("3/4/2024 or rather 18 April 2024", id="a day that could be two"),
    ],
)
def test_what_only_looks_like_a_day_is_passed_over(line: str):
    assert date_of(line) == "2024-04-18"


@pytest.mark.parametrize("line", ["Maybe 12, 2024", "Marching 12 2024", "12 decisions 2024", "Octopus 8 2024"])
def test_a_word_that_begins_like_a_month_is_none(line: str):
    assert date_of(line) is None


@settings(max_examples=60)
@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2049, 12, 31)))
def test_every_day_is_read_in_every_clear_form(day: date):
    forms = ("%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%d %b. %Y")
    assert {date_of(f"Published: {day.strftime(form)}") for form in forms} == {day.isoformat()}


@settings(max_examples=60)
@given(st.text(max_size=40) | st.from_regex(r"[0-9]{1,4}[./ -][0-9A-Za-z]{1,4}[./ -][0-9]{2,4}", fullmatch=True))
def test_a_day_is_none_or_real(line: str):
    found = date_of(line)
    assert found is None or date.fromisoformat(found).isoformat() == found
