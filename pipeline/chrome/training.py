"""Fits the block model: linear wording and mark-up models out of fold by site, then boosted trees on top."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline

from pipeline.blocks import page_rows, surroundings, wording
from pipeline.chrome.gold import BlockLabel
from pipeline.chrome.model import Titled, line_rows, scored, stacked
from pipeline.chrome.situations import LabelledText, Situation
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import Block
from pipeline.settings import ChromeSettings

Examples = list[tuple[str, int, str, float]]  # text, label, group, weight
_WORDINGS = frozenset({Situation.AUTHORED, Situation.CLEAN})  # the other situations repeat the pages' blocks


def fit_chrome(
    pages: Sequence[PreparedPage], texts: Sequence[LabelledText], settings: ChromeSettings
) -> dict[str, Any]:
    """Fit every part of the block model on labelled pages and texts; the parts are plain scikit-learn."""
    wordings = _wordings(pages, texts, settings)
    markups = [
        (surroundings(block), label, page.site, 1.0)
        for page in pages
        for block, label in _known(page.blocks, page.labels)
    ]
    folds = _folds([page.site for page in pages] + [text.group for text in texts], settings.folds)
    word_folds = [_fit_linear(_outside(wordings, folds, fold), "wording", settings) for fold in range(settings.folds)]
    mark_folds = [_fit_linear(_outside(markups, folds, fold), "markup", settings) for fold in range(settings.folds)]
    return {
        "wording": _fit_linear(wordings, "wording", settings),
        "markup": _fit_linear(markups, "markup", settings),
        "page_blocks": _fit_pages(pages, folds, word_folds, mark_folds, settings),
        "text_blocks": _fit_texts(texts, folds, word_folds, settings),
    }


def _wordings(pages: Sequence[PreparedPage], texts: Sequence[LabelledText], settings: ChromeSettings) -> Examples:
    """Wording examples, each text once a site: pages' blocks, authored lines and clean prose."""
    weights = {
        (wording(block), label, page.site): 1.0 for page in pages for block, label in _known(page.blocks, page.labels)
    }
    for text in texts:
        if text.situation in _WORDINGS:
            emphasis = settings.authored_wording if text.situation is Situation.AUTHORED else 1.0
            known = _known(text.blocks, text.labels)
            weights |= {(wording(block), label, text.group): emphasis for block, label in known}
    return [(*example, weight) for example, weight in sorted(weights.items())]


def _known(blocks: Sequence[Block], labels: Sequence[int]) -> list[tuple[Block, int]]:
    return [(block, label) for block, label in zip(blocks, labels, strict=True) if label != BlockLabel.UNKNOWN]


def _folds(groups: Sequence[str], folds: int) -> dict[str, int]:
    """A fold number for each site or document, of about equal size."""
    index = np.arange(len(groups))
    return {
        groups[place]: fold
        for fold, (_, held_out) in enumerate(GroupKFold(folds).split(index, groups=groups))
        for place in held_out
    }


def _outside(examples: Examples, folds: Mapping[str, int], fold: int) -> Examples:
    return [example for example in examples if folds[example[2]] != fold]


def _fit_linear(examples: Examples, kind: str, settings: ChromeSettings) -> Pipeline:
    """Logistic regression over hashed words; hashing keeps the file small and free of third-party words."""
    words = 2 if kind == "wording" else 1
    vectorizer = HashingVectorizer(
        n_features=2**settings.hash_bits,
        ngram_range=(1, words),
        token_pattern=r"[^\W_]+|[^\w\s]",
        alternate_sign=False,
    )
    model = make_pipeline(vectorizer, LogisticRegression(C=settings.linear_c, max_iter=300, class_weight="balanced"))
    texts, labels, _, weights = zip(*examples, strict=True)
    return model.fit(list(texts), np.array(labels), logisticregression__sample_weight=np.array(weights))


def _fit_pages(
    pages: Sequence[PreparedPage],
    folds: Mapping[str, int],
    word_folds: Sequence[Pipeline],
    mark_folds: Sequence[Pipeline],
    settings: ChromeSettings,
) -> HistGradientBoostingClassifier:
    rows, labels, weights = [], [], []
    for page in pages:
        fold = folds[page.site]
        scores = np.column_stack(
            [
                scored(word_folds[fold], map(wording, page.blocks)),
                scored(mark_folds[fold], map(surroundings, page.blocks)),
            ]
        )
        rows.append(stacked([page_rows(page.blocks, page.title)], scores))
        labels.append(np.array(page.labels))
        weights.append(_weights(page.blocks))
    return _fit_trees(rows, labels, weights, settings)


def _fit_texts(
    texts: Sequence[LabelledText],
    folds: Mapping[str, int],
    word_folds: Sequence[Pipeline],
    settings: ChromeSettings,
) -> HistGradientBoostingClassifier:
    rows, labels, weights = [], [], []
    for text in texts:
        scores = scored(word_folds[folds[text.group]], map(wording, text.blocks))
        rows.append(stacked([line_rows(Titled(text.blocks, text.title))], scores[:, None]))
        labels.append(np.array(text.labels))
        emphasis = settings.authored_weight if text.situation is Situation.AUTHORED else 1.0
        weights.append(_weights(text.blocks) * emphasis)
    return _fit_trees(rows, labels, weights, settings)


def _weights(blocks: Sequence[Block]) -> NDArray[np.float64]:
    """A block weighs the logarithm of its words: long ones decide the figures, short ones are the chrome."""
    return np.array([1.0 + np.log1p(block.text.count(" ")) for block in blocks])


def _fit_trees(
    rows: Sequence[NDArray[np.float32]],
    labels: Sequence[NDArray[np.int64]],
    weights: Sequence[NDArray[np.float64]],
    settings: ChromeSettings,
) -> HistGradientBoostingClassifier:
    matrix, target, weight = np.vstack(rows), np.concatenate(labels), np.concatenate(weights)
    known = target != BlockLabel.UNKNOWN
    trees = HistGradientBoostingClassifier(
        learning_rate=settings.learning_rate,
        max_iter=settings.trees,
        max_leaf_nodes=settings.leaves,
        min_samples_leaf=settings.leaf_blocks,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=settings.seed,
    )
    return trees.fit(matrix[known], target[known], sample_weight=weight[known])


def titled(pages: Sequence[PreparedPage]) -> list[Titled]:
    """The blocks and headline of prepared pages, as the model takes them."""
    return [Titled(page.blocks, page.title) for page in pages]
