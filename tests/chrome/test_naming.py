"""What is read of the mark-up around a block when its kind is named."""

import numpy as np
import pytest

from pipeline.blocks import surroundings
from pipeline.chrome.naming import _named
from pipeline.chrome.seen import Hashed
from pipeline.document import Block


def named(tag: str, names: str, ancestors: tuple[str, ...] = ("p", "div")) -> str:
    marks = surroundings(Block("Tides", tag, 1, ancestors=ancestors, names=names))
    return _named(Hashed([marks], None, np.zeros(1, dtype=np.intp)))[0]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param("share", "p share", id="its own"),
        pytest.param("share\tpost body", "p share post body", id="and those of the next element"),
        pytest.param("\tshare", "p share", id="those of the next element only"),
        pytest.param("share\t\tsidebar", "p share", id="none further out"),
        pytest.param("", "p ", id="none"),
    ],
)
def test_the_names_of_a_blocks_own_element_and_of_the_next_are_read(names: str, expected: str):
    assert named("p", names) == expected


def test_a_name_in_a_block_that_stands_in_nothing_is_read():
    assert named("body", "byline", ancestors=()) == "body byline"


def test_long_names_are_cut():
    assert len(named("p", " ".join(["advertisement"] * 20))) == len("p ") + 80
