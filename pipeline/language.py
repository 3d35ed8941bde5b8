"""Which language a text is in."""

import lzma
import re
from array import array
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from io import BytesIO
from threading import Lock, Thread
from typing import Any

import numpy as np

_CHARS = 1000  # enough to tell: of 2,774 pages one came out otherwise than by 2,000, and right
_WORDS = 5
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Thai, Lao, Burmese, Khmer, kana and Chinese characters: scripts without spaces, two characters a word or so.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")

_LOADING = Lock()

_Classify = Callable[[str], tuple[str, float]]


def language_of(text: str) -> str | None:
    """ISO 639-1 code of the language that a text is in; None when it is too short to tell.

    >>> language_of("Der Hafen bleibt bis Freitag geschlossen, teilte die Behörde am Abend mit.")
    'de'
    """
    head = text[:_CHARS]
    if len(_WORD.findall(head)) + len(_UNSPACED.findall(head)) // 2 < _WORDS:
        return None
    with _LOADING:
        classify = _classifier()
    return classify(head)[0]


def load_beside() -> None:
    """Begin to load the model in a thread, while this one loads the rest; `language_of` waits for it."""
    Thread(target=_load, daemon=True).start()


def _load() -> None:
    """Load the model; what goes wrong is left to who asks for a language, who can say which document it cost."""
    with suppress(Exception), _LOADING:
        _classifier()


@cache
def _classifier() -> _Classify:
    """py3langid, once a process: the language of a text and how sure it is.

    Its model is unpacked here, in one step. Its own loader unpacks 68 MB by many small steps into a temporary file:
    .8 s for .55, and beside another thread each step waits its turn. A release that keeps its model otherwise is
    left to load it by itself.
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
