from hypothesis import given
from hypothesis import strategies as st

from pipeline.quality.windows import windowed

MASKS = st.lists(
    st.lists(st.sampled_from(["the", "~ing", "NE", "."]), max_size=60).map(" ".join), min_size=1, max_size=5
)


@given(MASKS, st.integers(1, 20))
def test_windows_of_a_text_joined_are_the_text(masks: list[str], words: int):
    windows, means = windowed(masks, words)
    for place, mask in enumerate(masks):
        mine = means.indices[means.indptr[place] : means.indptr[place + 1]]
        assert " ".join(windows[at] for at in mine) == mask


@given(MASKS, st.integers(1, 20))
def test_weights_of_a_text_sum_to_one(masks: list[str], words: int):
    _, means = windowed(masks, words)
    assert all(abs(total - 1) < 1e-5 for total in means.sum(axis=1).A1)


def test_a_text_is_cut_into_equal_parts_nearest_to_the_asked_length():
    windows, _ = windowed([" ".join(["word"] * 100)], 30)
    assert [len(window.split()) for window in windows] == [33, 33, 34]


def test_a_short_text_is_one_window():
    assert windowed(["NE said ."], 350)[0] == ["NE said ."]
