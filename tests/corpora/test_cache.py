"""What was computed is found again under the same content and code, and never under another."""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import grimp
import pytest

from pipeline.corpora.cache import NO_CACHE, Cache, code_digest, reached


class Counting:
    """Upper case, and which places were asked for."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.asked: list[int] = []

    def __call__(self, places: Sequence[int]) -> Iterable[bytes]:
        self.asked += places
        return (self.texts[place].upper().encode() for place in places)


def values(cache: Cache, *texts: str) -> tuple[list[bytes], list[int]]:
    compute = Counting(texts)
    found, count = cache.values(texts, compute)
    assert count == len(compute.asked)
    return found, compute.asked


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "deep" / "values.sqlite", "code one")


def test_only_new_contents_are_computed(cache: Cache):
    assert values(cache, "heron", "reed") == ([b"HERON", b"REED"], [0, 1])
    assert values(cache, "nest", "reed", "heron") == ([b"NEST", b"REED", b"HERON"], [0])
    assert values(cache, "reed", "nest") == ([b"REED", b"NEST"], [])


def test_many_and_equal_contents(cache: Cache):
    texts = [f"nest {number % 1200}" for number in range(2500)]
    assert values(cache, *texts)[0] == [text.upper().encode() for text in texts]
    assert values(cache, *texts)[1] == []


def test_values_of_other_code_are_gone(cache: Cache):
    values(cache, "heron")
    other = Cache(cache.path, "code two")
    assert values(other, "heron")[1] == [0]
    assert values(cache, "heron")[1] == [0]


def test_damaged_file_is_begun_anew(cache: Cache):
    values(cache, "heron")
    assert cache.path is not None
    cache.path.write_bytes(b"no database " * 1000)
    assert values(cache, "heron") == ([b"HERON"], [0])
    assert values(cache, "heron")[1] == []


def test_what_was_computed_before_an_interruption_is_kept(cache: Cache):
    def broken(places: Sequence[int]) -> Iterable[bytes]:
        for place in places:
            if place == 450:
                raise KeyboardInterrupt
            yield b"value"

    with pytest.raises(KeyboardInterrupt):
        cache.values([str(place) for place in range(500)], broken)
    assert values(cache, *(str(place) for place in range(500)))[1] == list(range(400, 500))


def test_without_a_cache_everything_is_computed():
    assert values(NO_CACHE, "heron", "heron") == ([b"HERON", b"HERON"], [0, 1])


def test_too_few_values_are_an_error(cache: Cache):
    with pytest.raises(ValueError, match="shorter"):
        cache.values(["heron", "reed"], lambda _: [b"HERON"])


def test_code_of_a_module_is_all_that_it_imports_however_far_away():
    graph = grimp.build_graph("pipeline", cache_dir=None)
    for module in (
        "pipeline.corpora.labelled",
        "pipeline.chrome.preparing",
        "pipeline.chrome.cleaning",
        "pipeline.run",
    ):
        names = graph.find_upstream_modules(module) | {module}
        around = {".".join(name.split(".")[:depth]) for name in names for depth in range(1, name.count(".") + 1)}
        assert reached(module) == names | around, module


def test_digest_depends_on_module_and_settings():
    told = [
        code_digest("pipeline.features", 1),
        code_digest("pipeline.features", 2),
        code_digest("pipeline.measure", 1),
    ]
    assert len(set(told)) == 3
    assert told[0] == code_digest("pipeline.features", 1)


def test_file_holds_nothing_but_keys_and_values(cache: Cache):
    values(cache, "heron")
    assert cache.path is not None
    with sqlite3.connect(cache.path) as file:
        assert [value for _, value in file.execute("SELECT * FROM kept")] == [b"HERON"]
    file.close()
