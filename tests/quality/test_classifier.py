"""QualityClassifier keeps scikit-learn's conventions over texts, and publishers keep its folds apart."""

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted, validate_data

from pipeline.corpora.authored import read_triplets
from pipeline.document import LABELS
from pipeline.features import masked, style_rows
from pipeline.quality.classifier import PARTS, QualityClassifier, _balanced, _frequent, group_weights
from pipeline.quality.columns import VIEWS
from pipeline.words import FUNCTION

TRIPLETS = Path(__file__).parents[2] / "data" / "authored" / "triplets"
Corpus = tuple[list[str], list[str], list[str]]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """Texts, labels and groups: the first lines of authored texts, one event a group."""
    texts = read_triplets(TRIPLETS)[:54]
    return (
        ["\n".join(text.text.split("\n")[:3]) for text in texts],
        [text.label.value for text in texts],
        [text.triplet for text in texts],
    )


def small(**settings: Any) -> QualityClassifier:
    return QualityClassifier(**{"folds": 2, "min_df": 2} | settings)


@pytest.fixture(scope="module")
def fitted(corpus: Corpus) -> QualityClassifier:
    return small().fit(*corpus)


# --- scikit-learn's own checks ------------------------------------------------------------------------------
# They know rows of numbers only: an estimator that says it takes texts, as scikit-learn's vectorizers do, is
# skipped whole. So a thin reader writes each row as a text, and everything behind it is the classifier itself.

_WORDS = sorted(word for word in FUNCTION if word.isalpha() and len(word) > 1)
_STEPS = 13


def as_texts(rows: NDArray[np.float64]) -> list[str]:
    """One text a row: the larger a number, the more of its column's words; they all survive masking."""
    return [
        " ".join(
            _WORDS[(_STEPS * column + step) % len(_WORDS)]
            for column, value in enumerate(row)
            for step in range(_STEPS)
            if value > step / 2 - 3
        )
        or "nothing"
        for row in rows
    ]


class OfRows(QualityClassifier):
    """The classifier behind a reader of rows."""

    def fit(self, X: ArrayLike, y: ArrayLike, groups: Sequence[str] | None = None) -> Self:  # noqa: N803
        return super().fit(as_texts(validate_data(self, X)), y, groups)

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        check_is_fitted(self)
        return super().predict_proba(as_texts(validate_data(self, X, reset=False)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.one_d_array, tags.input_tags.string = True, False, False
        return tags


@pytest.mark.filterwarnings("ignore:The least populated class in y has only:UserWarning")
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")
@parametrize_with_checks([OfRows(folds=2, min_df=1)])
def test_check_of_scikit_learn(estimator: OfRows, check: Any):
    assert check(estimator) is None


def test_tags_say_that_texts_go_in():
    tags = get_tags(QualityClassifier()).input_tags
    assert (tags.string, tags.two_d_array) == (True, False)


def test_it_is_a_classifier():
    assert is_classifier(QualityClassifier())


def test_clone_has_the_settings_and_nothing_learnt(fitted: QualityClassifier):
    copy = clone(fitted)
    assert copy.get_params() == fitted.get_params()
    with pytest.raises(NotFittedError):
        copy.predict_proba(["A text."])


def test_settings_are_read_and_written():
    model = QualityClassifier().set_params(c=0.5, folds=3)
    assert (model.get_params()["c"], model.folds) == (0.5, 3)


@pytest.mark.parametrize("method", ["predict", "predict_proba"])
def test_unfitted_classifier_says_so(method: str):
    with pytest.raises(NotFittedError):
        getattr(QualityClassifier(), method)(["A text."])


def test_fit_returns_the_classifier_and_changes_no_setting(corpus: Corpus):
    model = small()
    before = model.get_params()
    assert model.fit(*corpus) is model
    assert model.get_params() == before


def test_classes_are_sorted(fitted: QualityClassifier):
    assert fitted.classes_.tolist() == sorted(label.value for label in LABELS)


def test_probabilities_sum_to_one_and_predict_names_the_highest(fitted: QualityClassifier, corpus: Corpus):
    scores = fitted.predict_proba(corpus[0])
    assert scores.shape == (len(corpus[0]), 3)
    assert scores.sum(axis=1) == pytest.approx(1)
    assert (scores >= 0).all()
    assert (fitted.predict(corpus[0]) == fitted.classes_[scores.argmax(axis=1)]).all()


def test_it_learns_what_it_is_taught(fitted: QualityClassifier, corpus: Corpus):
    assert fitted.score(corpus[0], corpus[1]) > 0.9


def test_it_says_something_of_events_that_it_has_not_seen(fitted: QualityClassifier):
    texts = read_triplets(TRIPLETS)[54:]
    assert fitted.score([text.text for text in texts], [text.label.value for text in texts]) > 0.7


@pytest.mark.parametrize("kind", [list, tuple, np.array], ids=["list", "tuple", "array"])
def test_texts_and_labels_come_in_any_sequence(fitted: QualityClassifier, corpus: Corpus, kind: Any):
    model = small().fit(*(kind(column) for column in corpus))
    assert np.array_equal(model.predict_proba(kind(corpus[0][:5])), fitted.predict_proba(corpus[0][:5]))


def test_labels_may_be_members_of_the_enumeration(fitted: QualityClassifier, corpus: Corpus):
    members = [next(label for label in LABELS if label == name) for name in corpus[1]]
    model = small().fit(corpus[0], members, corpus[2])
    assert np.array_equal(model.predict_proba(corpus[0][:5]), fitted.predict_proba(corpus[0][:5]))


def test_two_labels_are_enough(corpus: Corpus):
    chosen = [place for place, label in enumerate(corpus[1]) if label != "analysis"]
    model = small().fit(*([column[place] for place in chosen] for column in corpus))
    assert model.classes_.tolist() == ["filler", "reporting"]
    assert model.predict_proba(corpus[0][:4]).sum(axis=1) == pytest.approx(1)


def test_same_seed_gives_the_same_model(fitted: QualityClassifier, corpus: Corpus):
    again = small().fit(*corpus)
    assert np.array_equal(again.out_of_fold_, fitted.out_of_fold_)
    assert np.array_equal(again.predict_proba(corpus[0]), fitted.predict_proba(corpus[0]))


def test_other_seed_gives_other_folds(fitted: QualityClassifier, corpus: Corpus):
    assert not np.allclose(small(random_state=1).fit(*corpus).out_of_fold_, fitted.out_of_fold_)


def test_only_the_first_words_are_read(fitted: QualityClassifier, corpus: Corpus):
    text = corpus[0][0]
    longer = f"{text}\nAmazing tips, folks!"
    model = QualityClassifier.from_parts(fitted.parts(), max_words=len(text.split()))
    assert np.array_equal(model.predict_proba([text]), model.predict_proba([longer]))
    assert not np.array_equal(fitted.predict_proba([text]), fitted.predict_proba([longer]))


def test_views_made_beforehand_give_the_same_model(fitted: QualityClassifier, corpus: Corpus):
    texts, labels, groups = corpus
    model = small().fit_views([masked(text) for text in texts], style_rows(texts), labels, groups=groups)
    assert np.array_equal(model.predict_proba(texts), fitted.predict_proba(texts))


def test_texts_that_count_more_are_believed_more(fitted: QualityClassifier, corpus: Corpus):
    texts, labels, groups = corpus
    emphasis = [5.0 if place == 0 else 1.0 for place in range(len(texts))]
    column = list(fitted.classes_).index(labels[0])
    heeding = small().fit(texts, labels, groups, emphasis)
    believed, before = (  # by the first regression: calibrated, a text that was learned from is sure to its last digit
        model.linear_.predict_proba(model.rows([masked(texts[0])], style_rows(texts[:1])))[0, column]
        for model in (heeding, fitted)
    )
    assert believed > before


def test_texts_that_all_count_the_same_change_nothing(fitted: QualityClassifier, corpus: Corpus):
    texts, labels, groups = corpus
    model = small().fit(texts, labels, groups, [3.0] * len(texts))
    assert np.allclose(model.predict_proba(texts), fitted.predict_proba(texts), atol=1e-4)


def test_classifier_put_together_from_its_parts_predicts_the_same(fitted: QualityClassifier, corpus: Corpus):
    again = QualityClassifier.from_parts(fitted.parts(), **fitted.get_params())
    assert np.array_equal(again.predict_proba(corpus[0]), fitted.predict_proba(corpus[0]))
    assert again.classes_.tolist() == fitted.classes_.tolist()
    assert again.get_params() == fitted.get_params()


def test_parts_are_scikit_learn_and_nothing_of_ours(fitted: QualityClassifier):
    assert tuple(fitted.parts()) == PARTS
    assert {type(part).__module__.partition(".")[0] for part in fitted.parts().values()} == {"sklearn"}


def test_parts_hold_no_numpy_scalars_that_would_each_become_a_file(fitted: QualityClassifier):
    places = [place for view in VIEWS for place in fitted.parts()[view].vocabulary_.values()]
    assert {type(place) for place in places} == {int}


def test_pickled_classifier_predicts_the_same(fitted: QualityClassifier, corpus: Corpus):
    again = pickle.loads(pickle.dumps(fitted))  # noqa: S301 - our own bytes
    assert np.array_equal(again.predict_proba(corpus[0][:5]), fitted.predict_proba(corpus[0][:5]))


def test_it_works_inside_scikit_learns_own_tools(corpus: Corpus):
    texts, labels = corpus[0][:24], corpus[1][:24]
    search = GridSearchCV(small(), {"c": [0.01, 10.0]}, cv=2).fit(texts, labels)
    piped = make_pipeline(FunctionTransformer(lambda chosen: [text.strip() for text in chosen]), small())
    assert search.best_params_["c"] in (0.01, 10.0)
    assert cross_val_score(piped, texts, labels, cv=2).mean() > 1 / 3


def test_texts_that_name_a_source_in_every_sentence_can_be_learned():
    texts, labels = ["Police said it shut."] * 6 + ["Officials told us so."] * 6, ["reporting", "analysis"] * 6
    assert small().fit(texts, labels).predict_proba(texts).shape == (12, 2)


def given_away() -> Corpus:
    """Texts that are all alike, but for a word that tells the group, which tells the label."""
    names = "above across after again against almost along already among another any around".split()
    labels = ["reporting", "filler"] * 6
    rows = [(f"{name} it was and had been " * 8, label, name) for name, label in zip(names, labels, strict=True)]
    texts, told, groups = zip(*(row for row in rows for _ in range(4)), strict=True)
    return list(texts), list(told), list(groups)


def test_groups_keep_folds_apart():
    texts, labels, groups = given_away()
    target = np.array(labels)
    apart, mixed = small(folds=4).fit(texts, labels, groups), small(folds=4).fit(texts, labels)
    right = [(model.classes_[model.out_of_fold_.argmax(axis=1)] == target).mean() for model in (apart, mixed)]
    assert right[0] < 0.7
    assert right[1] > 0.95
    assert apart.out_of_fold_.max() < mixed.out_of_fold_.max()


def test_labels_weigh_the_same_and_groups_by_the_root_of_their_size():
    target = np.array(["a"] * 5 + ["b"])
    groups = np.array(["big"] * 4 + ["small", "other"])
    weights = _balanced(target, group_weights(target, groups))
    # within a: four times 1/2 and once 1, stretched from 3 to half of 6; b weighs half of 6 alone
    assert weights == pytest.approx([0.5] * 4 + [1.0] + [3.0])


def test_group_with_two_labels_counts_for_each_apart():
    target, groups = np.array(["a", "a", "b"]), np.array(["one", "two", "one"])
    weights = _balanced(target, group_weights(target, groups))
    assert weights == pytest.approx([0.75, 0.75, 1.5])


@pytest.mark.parametrize(
    ("texts", "labels", "message"),
    [
        pytest.param([], [], "at least one text", id="nothing"),
        pytest.param(["A text.", "Another."], ["a", "a"], "one class", id="one label"),
    ],
)
def test_what_cannot_be_learnt_is_refused(texts: list[str], labels: list[str], message: str):
    with pytest.raises(ValueError, match=message):
        small(min_df=1).fit(texts, labels)


@pytest.mark.parametrize("cut", [slice(None, -1), slice(1, None), slice(None, 9)], ids=["last", "first", "most"])
def test_texts_and_labels_of_different_number_are_refused(corpus: Corpus, cut: slice):
    texts, labels, _ = corpus
    with pytest.raises(ValueError, match=r"inconsistent|number of samples"):
        small().fit(texts[cut], labels)
    with pytest.raises(ValueError, match=r"inconsistent|number of samples"):
        small().fit(texts, labels[cut])


def test_one_string_is_not_taken_for_many_texts(fitted: QualityClassifier, corpus: Corpus):
    with pytest.raises(ValueError, match="string"):
        fitted.predict_proba("A text.")
    with pytest.raises(ValueError, match="string"):
        small().fit("x" * len(corpus[1]), corpus[1])


def test_groups_of_another_length_are_refused(corpus: Corpus):
    with pytest.raises(ValueError, match=r"inconsistent|number of samples"):
        small().fit(corpus[0], corpus[1], corpus[2][:-1])


@pytest.mark.filterwarnings("ignore:The least populated class in y has only:UserWarning")
def test_one_group_a_label_cannot_be_calibrated_and_is_refused(corpus: Corpus):
    texts, labels, _ = corpus
    with pytest.raises(ValueError, match="group"):
        small().fit(texts, labels, labels)


def test_nothing_to_predict_is_refused(fitted: QualityClassifier):
    with pytest.raises(ValueError, match=r"0 sample|at least one"):
        fitted.predict_proba([])


@pytest.mark.parametrize("text", ["", " ", "\n", "—", "🙂", "\ud800", "a" * 5000, "。" * 50])
def test_any_text_gets_probabilities(fitted: QualityClassifier, text: str):
    scores = fitted.predict_proba([text, "A text."])
    assert np.isfinite(scores).all()
    assert scores.sum(axis=1) == pytest.approx(1)


@given(
    windows=st.lists(st.lists(st.sampled_from("abcdefg"), min_size=1).map(" ".join), min_size=1, max_size=30),
    room=st.integers(1, 40),
    least=st.integers(1, 9),
)
def test_patterns_that_are_equally_frequent_stay_or_go_together(windows: list[str], room: int, least: int):
    reading = {"token_pattern": r"\S+", "ngram_range": (1, 2), "binary": True}
    frequent = np.bincount(CountVectorizer(**reading).fit_transform(windows).indices)
    limit = _frequent(windows, reading, least, room)
    least = min(least, int(frequent.max()))
    assert limit >= least
    assert (frequent >= limit).sum() >= min(room, (frequent >= least).sum())
    assert limit == least or (frequent > limit).sum() < room
