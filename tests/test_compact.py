"""Long sequences and sets of names keep what they were given, in few bytes."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.compact import Digests, Packed
from pipeline.inputs import list_places
from pipeline.read import MAX_BYTES


@given(st.lists(st.integers()), st.integers(1, 3))
def test_packed_items_come_back_in_order_as_often_as_they_are_asked_for(items: list[int], times: int):
    packed = Packed(items * 400)  # several blocks
    assert len(packed) == len(items) * 400
    assert [list(packed) for _ in range(times)] == [items * 400] * times


@given(st.lists(st.sampled_from([*"abcdef", "caf\udce9.txt"])), st.sampled_from([*"abcxyz", "caf\udce9.txt"]))
def test_last_place_of_a_name_is_told(names: list[str], wanted: str):
    seen = Digests(names)
    places = [place for place, name in enumerate(names) if name == wanted]
    assert seen.last(wanted) == (places[-1] if places else None)
    assert (wanted in seen, len(seen)) == (bool(places), len(names))


def test_name_is_found_that_was_put_in_after_a_question():
    seen = Digests(["a"])
    assert "b" not in seen
    seen.add("b")
    assert "b" in seen


def test_a_listing_holds_fewer_than_twenty_bytes_of_each_file(tmp_path: Path):
    for number in range(3000):
        (tmp_path / f"page-{number:05}.html").touch()
    places = list_places([str(tmp_path)], "*", MAX_BYTES)
    assert len(places) == 3000
    assert sum(map(len, places._blocks)) < 20 * 3000
