"""Runs of letters in hashed columns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.chrome.letters import BITS, lettered

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), min_size=1, max_size=6)


@given(TEXTS)
def test_every_text_has_a_row_of_unit_length_which_the_others_do_not_change(texts: list[str]):
    rows = lettered(texts)
    assert rows.shape == (len(texts), 2**BITS)
    alone = [lettered([text]).toarray()[0] for text in texts]
    assert np.array_equal(rows.toarray(), np.array(alone))


def likeness(one: str, other: str) -> float:
    rows = lettered([one, other])
    return float((rows[0] @ rows[1].T).toarray()[0, 0])


def test_compounds_share_columns_with_their_parts():
    assert likeness("tagcloud", "tag cloud") > 2 * likeness("tagcloud", "newsletter")
    assert likeness("kommentare", "kommentar schreiben") > 0.3


@pytest.mark.parametrize("text", ["", "a", "港", "\0\0\0", "x" * 100_000])
def test_odd_texts_have_numbers(text: str):
    assert np.isfinite(lettered([text]).data).all()
