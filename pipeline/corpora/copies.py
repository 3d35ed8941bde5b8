"""Finds texts that a model would learn from although it is measured on them: copies, whole or in part."""

from collections import Counter
from collections.abc import Iterable, Mapping

from pipeline.errors import CorpusError
from pipeline.measure import tokens

_RUN = 8  # words in a row that two texts do not share by chance
_SHARE = 0.5  # share of either text's runs from which one is a copy of the other


def check_copies(own: Mapping[str, str], held_out: Iterable[tuple[str, str]]) -> None:
    """Refuse own texts that occur twice, or that hold or lie within a held-out one.

    Args:
        own: texts by name.
        held_out: names and texts of what models are measured on; a text of `own` that is held out is no copy of itself.

    Raises:
        CorpusError: names both texts.
    """
    runs = {name: _runs(text) for name, text in own.items()}
    owners: dict[int, list[str]] = {}
    for name, found in runs.items():
        for run in found:
            owners.setdefault(run, []).append(name)
    for name, found in runs.items():
        if twin := _copied(name, found, owners, runs):
            raise CorpusError(f"{name} is a copy of {twin}: keep one of the two, under the label that is right.")
    for name, text in held_out:
        if copy := _copied(name, _runs(text), owners, runs):
            raise CorpusError(
                f"{copy} is a copy of {name}, on which the model is measured: remove it, or its figures are not true."
            )


def _copied(
    name: str, found: frozenset[int], owners: Mapping[int, list[str]], runs: Mapping[str, frozenset[int]]
) -> str | None:
    """The first own text, other than `name` itself, that shares enough runs with those that were found."""
    shared = Counter(owner for run in found for owner in owners.get(run, ()) if owner != name)
    return next(
        (owner for owner, count in sorted(shared.items()) if count >= _SHARE * min(len(found), len(runs[owner]))),
        None,
    )


def _runs(text: str) -> frozenset[int]:
    """Hashes of all runs of words, whatever their case and punctuation; a shorter text is one run."""
    words = tokens(text)
    return frozenset(hash(tuple(words[start : start + _RUN])) for start in range(max(len(words) - _RUN + 1, 1)))
