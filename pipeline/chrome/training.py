"""Fits the block model: linear wording and mark-up models out of fold by site, then boosted trees on top."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline

from pipeline.blocks import surroundings, wording
from pipeline.chrome.dumps import dump_row
from pipeline.chrome.gold import BlockLabel
from pipeline.chrome.grafting import grafted
from pipeline.chrome.model import Titled, page_block_rows, scored, text_line_rows
from pipeline.chrome.situations import DUMPS, LabelledText, Situation
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import Block
from pipeline.settings import ChromeSettings, TreeSettings

Examples = list[tuple[str, int, str, float]]  # text, label, group, weight
_CHUNK = 200  # documents a task
_READING = {"wording": (2, r"[^\W_]+|[^\w\s]"), "markup": (1, r"\S+")}  # longest run of words, and what a word is
_UNSURE = 0.3  # what a block counts on a page without gold text, most of whose labels are trafilatura's choice
_GRAFT = 0.5  # what a block of a page with grafted comments counts
_STEP = 2.0**-8  # of coefficients: what is finer hangs on the machine
_Document = TypeVar("_Document", PreparedPage, LabelledText)
_WORDINGS = frozenset({Situation.AUTHORED, Situation.CLEAN})  # the other situations repeat the pages' blocks


@dataclass(frozen=True, slots=True)
class _Rows:
    """One document's part of a training matrix: a row, a label and a weight for each block."""

    rows: NDArray[np.float32]
    labels: NDArray[np.int64]
    weights: NDArray[np.float64]


def fit_chrome(
    pages: Sequence[PreparedPage], texts: Sequence[LabelledText], settings: ChromeSettings
) -> dict[str, Any]:
    """Fit every part of the block model on labelled pages and texts; the parts are plain scikit-learn."""
    wordings = _wordings(pages, texts, settings)
    folds = group_folds([page.site for page in pages] + [text.group for text in texts], settings.folds)
    word, word_folds = _fit_folds(wordings, folds, "wording", settings)
    mark, mark_folds = _fit_folds(_markups(pages), folds, "markup", settings)
    return {
        "wording": word,
        "markup": mark,
        "page_blocks": _fit_pages(pages, folds, word_folds, mark_folds, settings),
        **_fit_texts(texts, folds, word_folds, settings),
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


def _markups(pages: Sequence[PreparedPage]) -> Examples:
    """Mark-up examples, one a block: what is said without a gold text counts less here, but not in wordings.

    trafilatura keeps prompts that are paragraphs. That paragraphs are content, learned of it in full, kept a newsletter
    prompt in a short article (.44 and .62 with seeds 7 and 8; so, .82 and .79). What it tells of wordings does no such
    harm, and lists of related stories in plain texts are less sure to go without it.
    """
    return [
        (surroundings(block), label, page.site, _trust(page))
        for page in pages
        for block, label in _known(page.blocks, page.labels)
    ]


def _trust(page: PreparedPage) -> float:
    """What a block of a page counts where its place and mark-up are learned."""
    return 1.0 if page.content is not None else _UNSURE


def _known(blocks: Sequence[Block], labels: Sequence[int]) -> list[tuple[Block, int]]:
    return [(block, label) for block, label in zip(blocks, labels, strict=True) if label != BlockLabel.UNKNOWN]


def group_folds(groups: Sequence[str], folds: int) -> dict[str, int]:
    """A fold number for each site or document, of about equal size."""
    index = np.arange(len(groups))
    return {
        groups[place]: fold
        for fold, (_, held_out) in enumerate(GroupKFold(folds).split(index, groups=groups))
        for place in held_out
    }


def _outside(examples: Examples, folds: Mapping[str, int], fold: int) -> Examples:
    return [example for example in examples if folds[example[2]] != fold]


def _fit_folds(
    examples: Examples, folds: Mapping[str, int], kind: str, settings: ChromeSettings
) -> tuple[Pipeline, list[Pipeline]]:
    """One linear model of all examples, then one without each fold; side by side, since each keeps to one core."""
    parts = [examples, *(_outside(examples, folds, fold) for fold in range(settings.folds))]
    whole, *without = Parallel(n_jobs=-1)(delayed(_fit_linear)(part, kind, settings) for part in parts)
    return whole, without


def _fit_linear(examples: Examples, kind: str, settings: ChromeSettings) -> Pipeline:
    """Logistic regression over hashed words; hashing keeps the file small and free of third-party words.

    Another processor's kernels, which differ in the last digits, must find the same coefficients, since trees on top
    of others come out as different as from another seed. lbfgs was apart by 6 % of a coefficient after its 200 steps;
    liblinear is apart by less than rounding takes away, in no more time (docs/decisions/0022).
    """
    longest, word = _READING[kind]
    vectorizer = HashingVectorizer(
        n_features=2**settings.hash_bits, ngram_range=(1, longest), token_pattern=word, alternate_sign=False
    )
    regression = LogisticRegression(C=settings.linear_c, solver="liblinear", tol=1e-7, class_weight="balanced")
    model = make_pipeline(vectorizer, regression)
    texts, labels, _, weights = zip(*examples, strict=True)
    model.fit(list(texts), np.array(labels), logisticregression__sample_weight=np.array(weights))
    regression.coef_ = np.round(regression.coef_ / _STEP) * _STEP
    regression.intercept_ = np.round(regression.intercept_ / _STEP) * _STEP
    return model


def _fit_pages(
    pages: Sequence[PreparedPage],
    folds: Mapping[str, int],
    word_folds: Sequence[Pipeline],
    mark_folds: Sequence[Pipeline],
    settings: ChromeSettings,
) -> HistGradientBoostingClassifier:
    """Trees for the blocks of pages, and of articles with comments that they never had."""
    grafts = grafted(pages, folds, settings.grafts, settings.seed)
    trusted = [*((page, _trust(page)) for page in pages), *((page, _GRAFT) for page in grafts)]
    rows = _on_all_cores(partial(_page_rows, folds=folds, words=word_folds, marks=mark_folds), [*pages, *grafts])
    examples = [
        _Rows(part, np.array(page.labels), _weights(page.blocks) * trust)
        for (page, trust), part in zip(trusted, rows, strict=True)
    ]
    return _fit_trees(examples, settings.blocks, settings.seed)


def _on_all_cores(rows_of: Callable[[_Document], NDArray[np.float32]], documents: Sequence[_Document]) -> list[Any]:
    """Feature rows of every document, in order; the models that they need travel with each chunk of documents."""
    chunks = [documents[start : start + _CHUNK] for start in range(0, len(documents), _CHUNK)]
    return [
        rows for part in Parallel(n_jobs=-1)(delayed(_rows_of_all)(rows_of, chunk) for chunk in chunks) for rows in part
    ]


def _rows_of_all(rows_of: Callable[[_Document], NDArray[np.float32]], chunk: Sequence[_Document]) -> list[Any]:
    return [rows_of(document) for document in chunk]


def _page_rows(
    page: PreparedPage, folds: Mapping[str, int], words: Sequence[Pipeline], marks: Sequence[Pipeline]
) -> NDArray[np.float32]:
    fold = folds[page.site]
    scores = [scored(words[fold], map(wording, page.blocks)), scored(marks[fold], map(surroundings, page.blocks))]
    return page_block_rows([Titled(page.blocks, page.title)], np.column_stack(scores))


def _fit_texts(
    texts: Sequence[LabelledText],
    folds: Mapping[str, int],
    word_folds: Sequence[Pipeline],
    settings: ChromeSettings,
) -> dict[str, HistGradientBoostingClassifier]:
    """Trees for the lines of dumps, for those of other texts, and for telling which a text is."""
    filled = [text for text in texts if text.blocks]
    rows = _on_all_cores(partial(_line_rows, folds=folds, words=word_folds), filled)
    examples = [
        _Rows(part, np.array(text.labels), _weights(text.blocks) * _emphasis(text, settings))
        for text, part in zip(filled, rows, strict=True)
    ]
    dumps = [seen for text, seen in zip(filled, examples, strict=True) if text.situation is Situation.DUMP]
    articles = [seen for text, seen in zip(filled, examples, strict=True) if text.situation not in DUMPS]
    is_dump = np.array([text.situation in DUMPS for text in filled], dtype=np.int64)
    even = len(filled) / (2 * np.maximum(np.bincount(is_dump, minlength=2), 1))  # as if there were as many of each
    whole = _Rows(np.array([dump_row(seen.rows) for seen in examples]), is_dump, even[is_dump])
    return {
        "dump_lines": _fit_trees(dumps, settings.lines, settings.seed),
        "article_lines": _fit_trees(articles, settings.lines, settings.seed),
        "dump": _fit_trees([whole], settings.dump, settings.seed),
    }


def _line_rows(text: LabelledText, folds: Mapping[str, int], words: Sequence[Pipeline]) -> NDArray[np.float32]:
    scores = scored(words[folds[text.group]], map(wording, text.blocks))
    return text_line_rows([Titled(text.blocks, text.title)], scores)


def _emphasis(text: LabelledText, settings: ChromeSettings) -> float:
    return settings.authored_weight if text.situation is Situation.AUTHORED else 1.0


def _weights(blocks: Sequence[Block]) -> NDArray[np.float64]:
    """A block weighs the logarithm of its words: long ones decide the figures, short ones are the chrome."""
    return np.array([1.0 + np.log1p(block.text.count(" ")) for block in blocks])


def _fit_trees(examples: Sequence[_Rows], settings: TreeSettings, seed: int) -> HistGradientBoostingClassifier:
    target = np.concatenate([seen.labels for seen in examples])
    known = target != BlockLabel.UNKNOWN
    matrix = np.vstack([seen.rows for seen in examples])[known]
    weight = np.concatenate([seen.weights for seen in examples])[known]
    trees = HistGradientBoostingClassifier(
        learning_rate=settings.rate,
        max_iter=settings.count,
        max_leaf_nodes=settings.leaves,
        min_samples_leaf=settings.leaf_rows,
        l2_regularization=settings.l2,
        max_features=settings.columns,
        early_stopping=False,
        random_state=seed,
    )
    trees.fit(matrix, target[known], sample_weight=weight)
    return trees


def titled(pages: Sequence[PreparedPage]) -> list[Titled]:
    """The blocks and headline of prepared pages, as the model takes them."""
    return [Titled(page.blocks, page.title) for page in pages]


def digest(pages: Sequence[PreparedPage], texts: Sequence[LabelledText]) -> str:
    """16 hex digits of what the model was trained on."""
    told = hashlib.sha256()
    for page in pages:
        told.update(f"{page.id} {len(page.blocks)} {page.labels}".encode())
    for text in texts:
        told.update("\n".join(block.text for block in text.blocks).encode())
    return told.hexdigest()[:16]
