"""Which language a text is in."""

import lzma
import re
from array import array
from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np

from pipeline.words import FUNCTION

_CHARS = 1000  # enough to tell: of 2,774 pages one came out otherwise than by 2,000, and right
_WORDS = 5
_FEW = 40  # words below which a share of function words says little
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Thai, Lao, Burmese, Khmer, kana and Chinese characters: scripts without spaces, two characters a word or so.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")

# Share of English function words from which a text is English, whatever else is in it: 97 % of 10,803 English texts and
# 79 % of 2,014 bodies of English pages have it, none of 816 in other languages, of which three have more than .14.
_ENGLISH = 0.36

_Classify = Callable[[str], tuple[str, float]]


def language_of(text: str) -> str | None:
    """ISO 639-1 code of the language that a text is in; None when it is too short to tell.

    >>> language_of("Der Hafen bleibt bis Freitag geschlossen, teilte die Behörde am Abend mit.")
    'de'
    """
    head = text[:_CHARS]
    words = _WORD.findall(head.lower().replace("’", "'"))
    if len(words) + len(_UNSPACED.findall(head)) // 2 < _WORDS:
        return None
    return "en" if _is_english(words) else _classifier()(head)[0]


def _is_english(words: Sequence[str]) -> bool:
    """Whether so many of some words, in small letters, are English function words that no model need be loaded."""
    return sum(map(FUNCTION.__contains__, words)) >= _ENGLISH * max(len(words), _FEW)


@cache
def _classifier() -> _Classify:
    """py3langid, once a process: the language of a text and how sure it is.

    Its model is unpacked here, in one step. Its own loader unpacks 68 MB by many small steps into a temporary file:
    .8 s for .55. A release that keeps its model otherwise is left to load it by itself.
    """
    from py3langid import langid  # noqa: PLC0415 - late, as is its model

    try:
        classify: _Classify = _unpacked(langid).classify
    except (AttributeError, LookupError, TypeError, ValueError, lzma.LZMAError, OSError):
        classify = langid.classify
    return classify


def _unpacked(langid: Any) -> Any:
    """py3langid's identifier over the model that it brings, in the layout of its release 0.4."""
    packed = (langid.MODEL_DIR / langid.MODEL_FILE).read_bytes()
    with np.load(BytesIO(lzma.decompress(packed)), allow_pickle=False) as model:
        moves, rows = (array(model[name].dtype.char, model[name].tobytes()) for name in ("nextmove", "nextmove_row"))
        return langid.LanguageIdentifier(
            model["ptc"], model["pc"], model["classes"].tolist(), moves, model["out_feat"].tolist(), tk_row=rows
        )
