"""Which site or publisher belongs to which split: by hash for the many sites, by size for the few publishers."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from pipeline.corpora.prepared import Split

_OVERFLOW = 1.1  # a publisher that overfills what room is left by no more than a tenth is still taken
# Names under which one newsroom appears in several corpora; its documents share a split.
_SAME_NEWSROOM = {
    "NYT": "nytimes.com", "FOX": "foxnews.com", "HPO": "huffingtonpost.com", "bbc.co.uk": "bbc.com",
    "bbc.co.uk (2004-05)": "bbc.com", "xsum": "bbc.com", "reuters (RCV1)": "reuters.com", "cbn.com": "www1.cbn.com",
}  # fmt: skip


def publisher(source: str) -> str:
    """The group that a source is split by: one newsroom, one generator or one mill.

    >>> publisher("reuters (RCV1)"), publisher("economist.com")
    ('reuters.com', 'economist.com')
    """
    return _SAME_NEWSROOM.get(source, source)


def fraction(name: str, seed: int) -> float:
    """A number in 0..1 that depends on name and seed alone."""
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def split_site(site: str, *, seed: int, valid_share: float, test_share: float) -> Split:
    """The split of one of many small sites."""
    place = fraction(site, seed)
    if place < test_share:
        return Split.TEST
    return Split.VALID if place < test_share + valid_share else Split.TRAIN


def split_publishers(
    labels: Iterable[tuple[str, str]], *, seed: int, test_share: float, trained: Collection[str] = ()
) -> dict[str, Split]:
    """Assign whole publishers to test so that each label has about its share of documents there.

    Publishers are too few for a validation split of their own: settings are chosen by folds of the others.

    Args:
        labels: one (publisher, label) a document.
        trained: publishers that stay in training.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name, label in labels:
        counts[name][label] += 1
    totals: Counter[str] = sum(counts.values(), Counter())
    splits = dict.fromkeys(counts, Split.TRAIN)
    room = {label: test_share * total for label, total in totals.items()}
    for name in sorted(set(counts) - set(trained), key=lambda name: fraction(name, seed)):
        if all(count <= room[label] * _OVERFLOW for label, count in counts[name].items()):
            splits[name] = Split.TEST
            for label, count in counts[name].items():
                room[label] -= count
    return splits
