"""Measures of readers' comments: elements that are named for them, and marks of talk."""

import numpy as np

from pipeline.chrome.comments import COMMENTS, Columns, comment_columns
from pipeline.document import Block

STORY = [Block("Four ships left the harbour before the storm.", "p", 1, names="story")]
TALK = [
    Block("2 Comments", "h3", 2, names="title\treader comments"),
    Block("I saw them go, and nobody on the quay believed me.", "p", 3, names="\ttext\treader comments"),
    Block("Reply", "a", 4, names="button\treader comments"),
]


def columns(*pages: list[Block]) -> Columns:
    return comment_columns(pages, np.array([len(block.text) < 20 for page in pages for block in page], dtype=bool))


def measured(*pages: list[Block]) -> dict[str, list[float]]:
    return {name: column.tolist() for name, column in zip(COMMENTS, columns(*pages), strict=True)}


def test_no_block_gives_no_column():
    assert columns().shape == columns([], []).shape == (len(COMMENTS), 0)


def test_the_innermost_element_of_comments_is_found_by_its_name():
    found = measured([*STORY, *TALK])
    assert found["in_comments"] == [0, 1, 1, 1]
    assert found["comments_level"] == [9, 1, 2, 1]
    assert found["comments_share"] == [0.75] * 4
    assert np.allclose(found["comments_before"], np.log1p([0, 1, 2, 3]))


def test_a_paragraph_knows_the_marks_of_talk_around_it():
    found = measured([*STORY, *TALK])
    assert found["talk"] == [0, 1, 0, 1]
    assert found["talk_above~8"] == [0, 0, 1, 1]
    assert found["talk_below~8"] == [2, 1, 1, 0]


def test_a_page_is_measured_the_same_whatever_stands_before_it():
    alone = columns([*STORY, *TALK])
    assert np.array_equal(columns(TALK, [], [*STORY, *TALK])[:, len(TALK) :], alone)
