"""Copies are found by what they say: exact ones always, reprints by MinHash, and different texts are left alone."""

import random
from pathlib import Path

import pytest

from pipeline.backend import Dedup
from pipeline.corpora.authored import read_triplets
from pipeline.duplicates import firsts, nearly, sketch
from pipeline.run import CleanSettings, clean_folder

from .test_run import REPORT, put, rows_of

pytest.importorskip("datasketch", reason="the extra [near] is not installed")


def reprinted(text: str, chance: random.Random, *, changed: float) -> str:
    """What another outlet makes of a text: without its first sentence, words replaced, an agency's line added."""
    _, _, rest = text.partition(". ")
    words = ["further" if chance.random() < changed else word for word in rest.split()]
    return "NORTHPORT (Quay Agency) - " + " ".join(words) + " Additional reporting by the Quay desk."


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Authored texts; what belongs together tells of one event in different words and for different ends."""
    folder = Path(__file__).parents[1] / "data/authored/triplets"
    return [item.text for item in read_triplets(folder)]


@pytest.mark.parametrize(("changed", "least"), [(0.0, 0.97), (0.02, 0.95), (0.05, 0.85)])
def test_reprints_are_found_and_other_texts_are_not(texts: list[str], changed: float, least: float):
    chance = random.Random(11)  # noqa: S311
    told = [*texts, *(reprinted(text, chance, changed=changed) for text in texts)]
    found = nearly(sketch(text) for text in told)
    right = {place: origin for place, origin in found.items() if place - len(texts) == origin}
    print(f"changed {changed}: recall {len(right) / len(texts):.3f}, precision {len(right) / len(found):.3f}")  # noqa: T201
    assert len(right) / len(texts) >= least
    assert len(right) / len(found) >= 0.99


def test_text_without_a_run_of_words_has_no_sketch_and_no_copy():
    assert sketch("two words") is None
    assert nearly([None, None]) == {}
    assert firsts([None, None]) == {}


def test_near_copies_are_noted_only_where_they_are_asked_for(tmp_path: Path):
    inputs = put(tmp_path / "in", {"a.txt": REPORT, "b.txt": REPORT.replace("Tuesday", "Monday")})
    for dedup, copy in ((Dedup.EXACT, None), (Dedup.NEAR, "a.txt")):
        clean_folder(inputs, tmp_path / dedup, CleanSettings(jobs=1, dedup=dedup))
        assert [item["duplicate_of"] for item in rows_of(tmp_path / dedup)] == [None, copy]
