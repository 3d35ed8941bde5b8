"""Languages are told as py3langid tells them, however its model is loaded."""

from pathlib import Path

import py3langid
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import language
from pipeline.language import language_of

_TEXTS = [path.read_text() for path in sorted(Path("data/authored/triplets").rglob("*.md"))[:40]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("The harbour stays shut until Friday, the port authority said in the evening.", "en", id="en"),
        pytest.param("Der Hafen bleibt bis Freitag geschlossen, teilte die Behörde am Abend mit.", "de", id="de"),
        pytest.param("Le port restera fermé jusqu’à vendredi, a annoncé la direction dans la soirée.", "fr", id="fr"),
        pytest.param("El puerto seguirá cerrado hasta el viernes, dijo la autoridad por la noche.", "es", id="es"),
        pytest.param("Порт останется закрытым до пятницы, сообщила вечером администрация.", "ru", id="ru"),
        pytest.param("港口将关闭至星期五，港务局当晚表示，所有船只都必须在外海等候，直到罢工结束。", "zh", id="zh"),
        pytest.param("港は金曜日まで閉鎖されると港湾当局が夕方に発表した。船はすべて沖で待っている。", "ja", id="ja"),
    ],
)
def test_language_is_told(text: str, code: str):
    assert language_of(text) == code


@pytest.mark.parametrize("text", ["", "Yes", "The port is shut", "\n\n"])
def test_too_short_to_tell_the_language(text: str):
    assert language_of(text) is None


def test_language_is_told_by_the_beginning():
    english = "The harbour stays shut until Friday, the port authority said. " * 60
    assert language_of(english + "Der Hafen bleibt geschlossen. " * 900) == "en"


@settings(deadline=None)  # the first one loads the models
@given(st.one_of(st.sampled_from(_TEXTS).map(lambda text: text[:300]), st.text(min_size=40, max_size=200)))
def test_a_model_that_is_unpacked_here_tells_what_the_library_tells(text: str):
    assert language._classifier()(text) == py3langid.classify(text)


def test_a_model_of_another_layout_is_left_to_the_library(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("py3langid.langid.LanguageIdentifier", dict)  # has no such parts
    language._classifier.cache_clear()
    try:
        assert language._classifier() is py3langid.classify
    finally:
        language._classifier.cache_clear()


def test_english_is_told_without_the_model(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(language, "_classifier", pytest.fail)
    assert {language_of(text) for text in _TEXTS} == {"en"}


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2])
def test_what_quotes_english_is_not_told_by_its_words(share: float):
    german = "Der Hafen bleibt bis Freitag geschlossen, teilte die Behörde am Abend mit. Niemand kam zu Schaden. "
    english = "We will not pay the toll, she said to them. "
    text = german * 8
    assert language_of(english * round(share * len(text) / len(english)) + text) == "de"
