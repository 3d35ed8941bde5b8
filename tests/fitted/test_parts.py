"""Fitted parts read from a file answer as the scikit-learn objects that were saved in it."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier, VotingClassifier
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pipeline import models
from pipeline.chrome.model import CHROME_FEATURES
from pipeline.fitted.parts import read_parts
from pipeline.quality.columns import VIEWS
from pipeline.score import QUALITY_FEATURES

ROOT = Path(__file__).parents[2]
CHANCE = np.random.default_rng(4)
TEXTS = ["A heron stood in the reeds", "The tide rose, the tide fell", "Sign up: 12 offers!", "die Flut stieg"] * 20
WORDS, MARKS = r"[^\W_]+|[^\w\s]", r"\S+"


def again(part: Any) -> Any:
    """A part as it comes out of a file."""
    return read_parts(skops.io.dumps({"part": part}))["part"]


def drawn(rows: int, columns: int) -> np.ndarray:
    """Rows with many equal values, as counts and shares have."""
    return np.round(CHANCE.normal(size=(rows, columns)), 1).astype(np.float32)


@pytest.fixture(scope="module")
def trees() -> HistGradientBoostingClassifier:
    rows = drawn(600, 9)
    labels = (rows[:, 0] * rows[:, 1] + rows[:, 2] > 0).astype(int)
    return HistGradientBoostingClassifier(max_iter=40, random_state=0).fit(rows, labels)


@pytest.mark.parametrize("count", [1, 255, 256, 257, 1000])
def test_trees_give_the_same_log_odds_whatever_the_number_of_rows(trees: HistGradientBoostingClassifier, count: int):
    rows = drawn(count, 9)
    assert np.allclose(again(trees).predict_proba(rows), trees.predict_proba(rows), rtol=0, atol=1e-15)


def test_trees_decide_a_value_on_a_threshold_as_scikit_learn_does(trees: HistGradientBoostingClassifier):
    limits = [node["num_threshold"] for (tree,) in trees._predictors for node in tree.nodes if not node["is_leaf"]]
    near = [np.nextafter(np.float32(limit), np.float32(side)) for limit in limits for side in (-np.inf, np.inf)]
    values = np.array([*limits, *near], dtype=np.float32)
    rows = np.repeat(values[:, None], 9, axis=1)
    assert np.allclose(again(trees).predict_proba(rows), trees.predict_proba(rows), rtol=0, atol=1e-15)


def test_rows_of_another_width_are_refused(trees: HistGradientBoostingClassifier):
    with pytest.raises(ValueError, match="read 9 columns, and rows have 8"):
        again(trees).predict_proba(drawn(3, 8))


def test_no_row_has_no_probability(trees: HistGradientBoostingClassifier):
    assert again(trees).predict_proba(np.zeros((0, 9), dtype=np.float32)).shape == (0, 2)


@pytest.mark.parametrize("word", [WORDS, MARKS], ids=["words and marks", "what stands between spaces"])
@pytest.mark.parametrize("longest", [1, 2])
def test_hashed_words_are_the_same_columns(longest: int, word: str):
    hasher = HashingVectorizer(n_features=64, alternate_sign=False, token_pattern=word, ngram_range=(1, longest))
    linear = make_pipeline(hasher, LogisticRegression()).fit(TEXTS, [0, 1, 2, 1] * 20)
    texts = [*TEXTS[:4], "", "é 漢字 ß İ", "word " * 300]
    ours, theirs = again(linear), linear
    assert (ours[:-1].transform(texts) != theirs[:-1].transform(texts)).nnz == 0
    rows = ours[:-1].transform(texts)
    assert np.array_equal(ours[-1].decision_function(rows), theirs[-1].decision_function(rows))


@given(texts=st.lists(st.text(max_size=80), min_size=1, max_size=5), word=st.sampled_from((WORDS, MARKS)))
def test_hashed_words_of_any_text_are_the_same_columns(texts: list[str], word: str):
    hasher = HashingVectorizer(n_features=2**15, alternate_sign=False, token_pattern=word, ngram_range=(1, 2))
    assert (again(hasher).transform(texts) != hasher.transform(texts)).nnz == 0


def test_known_patterns_are_weighted_the_same():
    vectorizer = TfidfVectorizer(
        ngram_range=(1, 2), token_pattern=r"\S+", lowercase=False, binary=True, dtype=np.float32
    ).fit(TEXTS)
    texts = [*TEXTS[:4], "", "nothing known", "the the tide"]
    assert (again(vectorizer).transform(texts) != vectorizer.transform(texts)).nnz == 0


@pytest.mark.parametrize("labels", [2, 3], ids=["two labels", "three labels"])
def test_logistic_regression_gives_the_same_probabilities(labels: int):
    rows = drawn(90, 5)
    linear = LogisticRegression().fit(rows, np.arange(90) % labels)
    ours = again(linear)
    assert np.array_equal(ours.decision_function(rows), linear.decision_function(rows))
    assert ours.classes_.tolist() == linear.classes_.tolist()
    if labels > 2:
        assert np.allclose(ours.predict_proba(rows), linear.predict_proba(rows), rtol=0, atol=1e-15)


def test_linear_model_of_kinds_keeps_its_weights():
    linear = SGDClassifier(random_state=0).fit(drawn(90, 5), np.arange(90) % 4)
    ours = again(linear)
    assert np.array_equal(ours.coef_, linear.coef_)
    assert np.array_equal(ours.intercept_, linear.intercept_)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("borders", [[0.0], [-0.5, 0.5]], ids=["two kinds", "three kinds"])
def test_networks_that_vote_name_the_same_kinds(borders: list[float]):
    rows = drawn(200, 12)
    labels = np.digitize(rows[:, 0] - rows[:, 3], borders) + 3
    voters = [(str(seed), MLPClassifier((8,), max_iter=15, random_state=seed)) for seed in range(3)]
    networks = make_pipeline(StandardScaler(), VotingClassifier(voters, voting="soft")).fit(rows, labels)
    assert np.array_equal(again(networks).predict(rows), networks.predict(rows))


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(HashingVectorizer(n_features=8), id="signed hashes"),
        pytest.param(HashingVectorizer(n_features=8, alternate_sign=False, ngram_range=(1, 3)), id="runs of three"),
        pytest.param(TfidfVectorizer().fit(TEXTS), id="counts"),
        pytest.param(StandardScaler(with_mean=False).fit([[1.0], [2.0]]), id="scaled without a mean"),
        pytest.param(MLPClassifier(), id="a type that is not known"),
    ],
)
def test_part_that_would_be_evaluated_otherwise_is_refused(part: Any):
    with pytest.raises((TypeError, ValueError), match=r"known here"):
        again(part)


def test_array_of_objects_is_refused_and_never_unpickled():
    marks: list[str] = []

    class Hostile:
        def __reduce__(self) -> Any:
            return marks.append, ("unpickled",)

    head = io.BytesIO()
    np.lib.format.write_array(head, np.array([Hostile()], dtype=object), allow_pickle=True)
    content = retold(skops.io.dumps({"part": StandardScaler().fit([[1.0], [2.0]])}), head.getvalue())
    with pytest.raises(ValueError, match="OBJECT"):
        read_parts(content)
    assert marks == []


def retold(content: bytes, array: bytes) -> bytes:
    """A model file with every array put in place by another."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(out, "w") as changed:
        for name in archive.namelist():
            changed.writestr(name, array if name.endswith(".npy") else archive.read(name))
    return out.getvalue()


def test_committed_trees_and_words_answer_as_scikit_learns():
    theirs = models.load(ROOT / "models" / "chrome", CHROME_FEATURES).parts
    ours = models.load(ROOT / "models" / "chrome", CHROME_FEATURES, read_parts).parts
    assert ours.keys() == theirs.keys()
    for name in ("page_blocks", "article_lines", "dump_lines", "dump"):
        rows = drawn(300, ours[name].columns) * 3
        assert np.allclose(ours[name].predict_proba(rows), theirs[name].predict_proba(rows), rtol=0, atol=1e-15)
    for name in ("wording", "markup"):
        assert (ours[name][:-1].transform(TEXTS) != theirs[name][:-1].transform(TEXTS)).nnz == 0


def test_committed_document_model_counts_as_scikit_learns():
    folder = ROOT / "models" / "quality"
    theirs, ours = models.load(folder, QUALITY_FEATURES).parts, models.load(folder, QUALITY_FEATURES, read_parts).parts
    texts = ["NE said on TIME that the ~ing was NUM .", "we ~ to ~ed , I think"]
    for view in VIEWS:
        assert ours[view].vocabulary_ == theirs[view].vocabulary_
        assert (ours[view].transform(texts) != theirs[view].transform(texts)).nnz == 0
    rows = drawn(20, theirs["linear"].coef_.shape[1])
    assert np.array_equal(ours["linear"].decision_function(rows), theirs["linear"].decision_function(rows))
