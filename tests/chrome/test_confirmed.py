"""Short lines that the trees leave standing: which of them two other readings take out."""

import numpy as np
import pytest

from pipeline.chrome.confirmed import CERTAINTY, confirmed, doubts
from pipeline.chrome.model import ChromeModel, Titled, see_pages
from pipeline.document import Block, ChromeKind

PHOTO, BYLINE = "Photo: Lena Varro", "By Lena Varro"
PROSE = "The ferry ran aground on the sandbank off Norhaven shortly after noon on Tuesday, the coast guard said. " * 4


def blocks(*texts: str) -> list[Block]:
    return [Block(text=text, tag="p", line=place + 1) for place, text in enumerate(texts)]


def asked(text: str, chance: float, *, gone: bool = False, title: str | None = None) -> bool:
    return bool(doubts(blocks(text), np.array([chance]), np.array([gone]), title).any())


def goes(text: str, name: ChromeKind) -> bool:
    (sure,) = confirmed(blocks(text), np.array([True]), np.array([name], dtype=object))
    return bool(sure)


@pytest.mark.parametrize(
    ("text", "chance", "is_asked"),
    [
        pytest.param(PHOTO, 0.2, True, id="short and in doubt"),
        pytest.param(PHOTO, 0.01, False, id="surely content"),
        pytest.param(f"{PHOTO} {'ferry ' * 30}", 0.4, False, id="a long paragraph"),
    ],
)
def test_short_doubtful_lines_are_asked(text: str, chance: float, *, is_asked: bool):
    assert asked(text, chance) == is_asked


def test_headline_is_never_asked():
    assert not asked(BYLINE, 0.2, title=BYLINE)


def test_what_goes_anyway_is_not_asked():
    assert not asked(BYLINE, 0.9, gone=True)


@pytest.mark.parametrize(
    ("text", "name", "is_sure"),
    [
        pytest.param(PHOTO, ChromeKind.CAPTION, True, id="both say caption"),
        pytest.param(PHOTO, ChromeKind.BYLINE, False, id="they differ"),
        pytest.param(PHOTO, ChromeKind.OTHER, False, id="nobody named it"),
        pytest.param("Read more: the ferry", ChromeKind.RELATED, False, id="it leads elsewhere"),
        pytest.param("The ferry ran aground.", ChromeKind.CAPTION, False, id="it does not say so"),
        pytest.param(f"{PHOTO} {'ferry ' * 30}", ChromeKind.CAPTION, False, id="a long paragraph"),
    ],
)
def test_line_goes_where_its_name_is_what_it_says(text: str, name: ChromeKind, *, is_sure: bool):
    assert goes(text, name) == is_sure


def test_page_without_blocks_has_no_doubts():
    doubtful = doubts([], np.zeros(0), np.zeros(0, dtype=bool), None)
    assert confirmed([], doubtful, np.zeros(0, dtype=object)).shape == (0,)


def test_line_that_is_not_in_doubt_stays():
    assert not confirmed(blocks(PHOTO), np.array([False]), np.array([ChromeKind.CAPTION], dtype=object)).any()


def test_confirmed_line_goes_under_its_kind_with_the_chance_of_such_lines(chrome: ChromeModel):
    texts = (PROSE, PROSE, "Copyright 2024 The Norhaven Press. All rights reserved.", "Read more: the ferry", PROSE)
    page = Titled(blocks(*texts), None)
    seen = see_pages(chrome.parts, [page])
    (told,) = chrome.page_removals([page], [np.array([0.0, 0.0, 0.2, 0.2, 0.0])], seen)
    assert told.drops.tolist() == [False, False, True, False, False]
    assert (told.kinds[2], told.chrome[2]) == (ChromeKind.NOTICE, CERTAINTY)
