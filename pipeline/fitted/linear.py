"""Linear models, what scales their columns, and the columns of words that they read."""

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any

import numpy as np
from mmh3 import hash as murmur
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from pipeline.fitted.stored import Stored

_REMEMBERED = 1 << 14  # lines of mark-up whose hashes are remembered


@dataclass(frozen=True, slots=True)
class Linear:
    """A logistic regression, or a linear model of several labels.

    Attributes:
        coef_: (1 or labels, columns) weights.
    """

    coef_: NDArray[np.float64]
    intercept_: NDArray[np.float64]
    classes_: NDArray[Any]

    def decision_function(self, rows: Any) -> NDArray[np.float64]:
        """(n, labels) log-odds, (n,) for two labels."""
        odds = np.asarray(rows @ self.coef_.T + self.intercept_)
        return odds.ravel() if odds.shape[1] == 1 else odds

    def predict_proba(self, rows: Any) -> NDArray[np.float64]:
        """(n, labels) probabilities of three labels or more."""
        return softmax(self.decision_function(rows))

    def predict_log_proba(self, rows: Any) -> NDArray[np.float64]:
        """Their logarithms."""
        return np.asarray(np.log(self.predict_proba(rows)))


def read_linear(told: Stored) -> Linear:
    """A LogisticRegression or an SGDClassifier."""
    return Linear(told["coef_"].array, told["intercept_"].array, told["classes_"].array)


def softmax(scores: NDArray[Any]) -> NDArray[Any]:
    """Scores as chances that sum to 1."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Scaler:
    """Columns brought to mean 0 and deviation 1."""

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]

    def transform(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Scaled rows, in the precision that they have."""
        return np.asarray((rows - self.mean.astype(rows.dtype)) / self.scale.astype(rows.dtype))


def read_scaler(told: Stored) -> Scaler:
    """A StandardScaler."""
    told.expect(with_mean=True, with_std=True)
    return Scaler(told["mean_"].array, told["scale_"].array)


@dataclass(frozen=True, slots=True)
class Hasher:
    """Words, and pairs of them where `pairs` says so, in hashed columns; rows have length 1."""

    find: Callable[[str], list[str]]
    columns: int
    pairs: bool

    def transform(self, texts: Iterable[str]) -> csr_matrix:
        """(n, columns) rows."""
        lower = [text.lower() for text in texts]
        if self.find is str.split and not self.pairs:
            rows = [b"".join(map(_line_hashes, text.split("\n"))) for text in lower]
        else:
            rows = [_hashes(_patterns(self.find(text), pairs=self.pairs)) for text in lower]
        hashes = np.frombuffer(b"".join(rows), dtype=np.intc)
        ends = np.cumsum([0, *map(len, rows)]) // hashes.itemsize
        return _of_length_one(_counted(np.abs(hashes.astype(np.int64)) % self.columns, ends, self.columns))


def _hashes(patterns: Iterable[str]) -> bytes:
    """The hashes of patterns one after the other: to join them is faster than to make an array of each text's."""
    return array("i", map(murmur, patterns)).tobytes()


@lru_cache(maxsize=_REMEMBERED)  # mark-up says what is around a block in a line an element, and few differ
def _line_hashes(line: str) -> bytes:
    return _hashes(line.split())


def read_hasher(told: Stored) -> Hasher:
    """A HashingVectorizer of words."""
    told.expect(
        alternate_sign=False, analyzer="word", binary=False, lowercase=True, norm="l2",
        preprocessor=None, stop_words=None, strip_accents=None, tokenizer=None,
    )  # fmt: skip
    return Hasher(_finder(told), int(told["n_features"].value), _has_pairs(told))


class Numbers(dict[str, int]):
    """A number for each known word, and one for all others: asked by `map` it costs half of `get` with a default."""

    def __init__(self, words: Iterable[str]) -> None:
        super().__init__((word, number) for number, word in enumerate(dict.fromkeys(words)))
        self.unknown = len(self)

    def __missing__(self, word: str) -> int:
        return self.unknown


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Known words and pairs of words in a column each, weighted by how rare they are; rows have length 1.

    Attributes:
        numbers: of each word that a pattern holds.
        words: for each number the column of the word alone, -1 where it has none; one more for what is unknown.
        pairs: known pairs of numbers, each as one, in order; a number that no pair has ends them.
        places: the columns of those pairs, and -1.
    """

    find: Callable[[str], list[str]]
    vocabulary_: dict[str, int]
    weights: NDArray[np.float32]
    numbers: "Numbers"
    words: NDArray[np.int64]
    pairs: NDArray[np.int64]
    places: NDArray[np.int64]

    def found(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Every time that a known pattern is in a text: its column, and the text; words first, then pairs."""
        cut = [self.find(text) for text in texts]
        sizes, unknown = list(map(len, cut)), self.numbers.unknown
        told = map(self.numbers.__getitem__, chain.from_iterable(cut))
        numbers = np.fromiter(told, dtype=np.int64, count=sum(sizes))
        owners = np.repeat(np.arange(len(cut)), sizes)
        pairs = numbers[:-1] * (unknown + 1) + numbers[1:]
        near = np.searchsorted(self.pairs, pairs)
        is_pair = (self.pairs[near] == pairs) & (owners[:-1] == owners[1:])
        columns = np.concatenate([self.words[numbers], np.where(is_pair, self.places[near], -1)])
        is_known = columns >= 0
        return columns[is_known], np.concatenate([owners, owners[:-1]])[is_known]

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """(n, patterns) rows; a pattern counts once a text."""
        width = len(self.vocabulary_)
        columns, owners = self.found(texts)
        told = np.sort(owners * width + columns)
        told = told[np.diff(told, prepend=-1) > 0]  # np.unique costs half as much again
        rows, places = told // width, told % width
        ends = np.searchsorted(rows, np.arange(len(texts) + 1))
        return _of_length_one(csr_matrix((self.weights[places], places, ends), shape=(len(texts), width)))


def read_vocabulary(told: Stored) -> Vocabulary:
    """A TfidfVectorizer of words, or of words and their pairs."""
    told.expect(
        analyzer="word", binary=True, lowercase=False, norm="l2", sublinear_tf=False, use_idf=True,
        preprocessor=None, stop_words=None, strip_accents=None, tokenizer=None,
    )  # fmt: skip
    _has_pairs(told)  # refuses longer runs; where there are no pairs, none is found
    columns = told["vocabulary_"].integers()
    numbers = Numbers(" ".join(columns).split(" "))
    words = [columns.get(word, -1) for word in numbers]
    pairs, places = _numbered_pairs(columns, numbers)
    weights = told["_tfidf"]["idf_"].array.astype(np.float32)
    return Vocabulary(_finder(told), columns, weights, numbers, np.array([*words, -1]), pairs, places)


def _numbered_pairs(
    columns: Mapping[str, int], numbers: Mapping[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The pairs among patterns as numbers, in order, and their columns; then what ends them."""
    told = sorted(
        (numbers[first] * (len(numbers) + 1) + numbers[second], column)
        for first, mark, second, column in ((*pattern.partition(" "), column) for pattern, column in columns.items())
        if mark
    )
    ended = np.array([*told, (np.iinfo(np.int64).max, -1)], dtype=np.int64)
    return ended[:, 0].copy(), ended[:, 1].copy()


def _finder(told: Stored) -> Callable[[str], list[str]]:
    """What cuts a text into words; `split` tells white space as patterns do, and faster."""
    pattern = told["token_pattern"].value
    return str.split if pattern == r"\S+" else re.compile(pattern).findall


def _has_pairs(told: Stored) -> bool:
    """Whether pairs of words are read beside words; longer runs, or pairs alone, are not known here."""
    fewest, most = (number.value for number in told["ngram_range"])
    if fewest != 1 or most not in (1, 2):
        raise ValueError(f"{told.type} has ngram_range=({fewest}, {most}), and words and pairs alone are known here")
    return bool(most > 1)


def _patterns(words: Sequence[str], *, pairs: bool) -> Iterator[str]:
    return chain(words, map(" ".join, pairwise(words))) if pairs else iter(words)


def _counted(places: NDArray[np.int64], ends: NDArray[np.int64], columns: int) -> csr_matrix:
    """How often each row holds each column; a row's places end where the next one's begin."""
    told = (np.ones(len(places)), places.astype(np.int32), ends.astype(np.int32))
    counts = csr_matrix(told, shape=(len(ends) - 1, columns))
    counts.sum_duplicates()
    return counts


def _of_length_one(rows: csr_matrix) -> csr_matrix:
    """Rows divided by their lengths; empty ones stay as they are."""
    owners = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    lengths = np.sqrt(np.bincount(owners, weights=rows.data * rows.data, minlength=rows.shape[0]))
    rows.data /= lengths[owners]
    return rows
