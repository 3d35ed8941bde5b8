"""Fits the parts that name kinds, on blocks of pages whose kind a person told and on authored lines (training only).

The linear model reads each block twice, with its mark-up and without, so that it can name lines of plain text. The
networks on top read its chances out of fold by site.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import GroupKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from pipeline.chrome.gold import BlockLabel
from pipeline.chrome.model import Titled, see_pages, see_texts
from pipeline.chrome.naming import KIND_FEATURES, KINDS, Matrix, kind_chances, kind_rows
from pipeline.chrome.seen import Hashed, Seen
from pipeline.chrome.situations import authored_text
from pipeline.chrome.told import Kinds, as_lines
from pipeline.corpora.authored import AuthoredLine
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import ChromeKind
from pipeline.settings import ChromeSettings, KindSettings

_CHUNK = 64  # documents looked at together
_NEAR = 4  # blocks on either side that a block's row is made of, as far as `blocks.with_neighbours` looks
_AROUND = 3  # paragraphs on either side of a block that is shown alone within a text
_STEP = 1 / 16  # weights of the linear model are rounded to it: the file is a fourth as large, no figure moves


@dataclass(frozen=True, slots=True)
class KindExample:
    """A document with the kinds of some of its blocks; `group` is the site or text that folds go by."""

    document: Titled
    kinds: Kinds
    group: str


@dataclass(frozen=True, slots=True)
class _Told:
    """Blocks whose kind is told, each in the middle of its neighbours as if they were a document.

    Attributes:
        centres: which of the blocks of `seen` are told; one in each of its documents.
        kinds: their places in KINDS.
        groups: their sites.
    """

    seen: Seen
    centres: NDArray[np.bool_]
    kinds: NDArray[np.int64]
    groups: Sequence[str]


def page_examples(told: Sequence[tuple[PreparedPage, Kinds]]) -> list[KindExample]:
    """Pages as they are."""
    return [KindExample(Titled(page.blocks, page.title), kinds, page.site) for page, kinds in told]


def line_examples(
    told: Sequence[tuple[PreparedPage, Kinds]], authored: Mapping[str, Sequence[AuthoredLine]]
) -> list[KindExample]:
    """Texts: whole pages without their mark-up, told blocks alone among paragraphs, and authored texts."""
    dumps = [KindExample(as_lines(page.blocks), kinds, page.site) for page, kinds in told]
    alone = [example for page, kinds in told for example in _alone(page, kinds)]
    return [*dumps, *alone, *(_authored(name, lines) for name, lines in authored.items())]


def _alone(page: PreparedPage, kinds: Kinds) -> Iterator[KindExample]:
    """Each told block between the paragraphs nearest to it, as it is found in an extracted text."""
    content = [place for place, label in enumerate(page.labels) if label == BlockLabel.CONTENT]
    for place, kind in kinds.items():
        above = [near for near in content if near < place][-_AROUND:]
        below = [near for near in content if near > place][:_AROUND]
        if above or below:
            text = as_lines([page.blocks[near] for near in (*above, place, *below)])
            yield KindExample(text, {len(above): kind}, page.site)


def _authored(name: str, lines: Sequence[AuthoredLine]) -> KindExample:
    text = authored_text(name, lines)
    kinds = {place: ChromeKind(line.mark) for place, line in enumerate(lines) if line.is_chrome}
    return KindExample(Titled(text.blocks, text.title), kinds, name)


def fit_kinds(
    parts: Mapping[str, Any], pages: Sequence[KindExample], lines: Sequence[KindExample], settings: ChromeSettings
) -> dict[str, Any]:
    """Fit every part that names kinds; `parts` holds the linear models whose hashed words it shares."""
    told = [_look(parts, pages, see_pages), _look(parts, lines, see_texts)]
    folds = _folds(sorted({group for part in told for group in part.groups}), settings.folds)
    mine = [np.array([folds[group] for group in part.groups]) for part in told]
    without = [_fit_linear(told, [own != fold for own in mine], settings) for fold in range(settings.folds)]
    rows = [
        kind_rows(part.seen, _out_of_fold(part, own, without), part.centres)
        for part, own in zip(told, mine, strict=True)
    ]
    networks = [
        _fit_network(seen, part.kinds, settings.kinds, settings.seed) for part, seen in zip(told, rows, strict=True)
    ]
    return {
        "kind_words": _fit_linear(told, [own >= 0 for own in mine], settings),
        **dict(zip(KIND_FEATURES, networks, strict=True)),
    }


def _look(parts: Mapping[str, Any], examples: Sequence[KindExample], see: Any) -> _Told:
    """See all examples in chunks, and keep of them the told blocks and what stands near them."""
    filled = [example for example in examples if example.kinds]
    pieces = [
        _told(see(parts, [example.document for example in chunk]), chunk)
        for chunk in (filled[start : start + _CHUNK] for start in range(0, len(filled), _CHUNK))
    ]
    return _Told(
        seen=_joined([piece.seen for piece in pieces]),
        centres=np.concatenate([piece.centres for piece in pieces]),
        kinds=np.concatenate([piece.kinds for piece in pieces]),
        groups=[group for piece in pieces for group in piece.groups],
    )


def _told(seen: Seen, examples: Sequence[KindExample]) -> _Told:
    """Of a chunk only the told blocks and their neighbours."""
    starts = np.cumsum([0, *seen.counts])
    told = [
        (int(start), len(example.document.blocks), place, kind, example.group)
        for start, example in zip(starts, examples, strict=False)
        for place, kind in sorted(example.kinds.items())
    ]
    windows = [np.arange(max(place - _NEAR, 0), min(place + _NEAR + 1, size)) for _, size, place, _, _ in told]
    chosen = np.concatenate([start + window for (start, *_), window in zip(told, windows, strict=True)])
    centres = np.concatenate([window == item[2] for item, window in zip(told, windows, strict=True)])
    return _Told(
        seen=Seen(
            seen.rows[chosen],
            _picked(seen.words, chosen),
            None if seen.marks is None else _picked(seen.marks, chosen),
            [len(window) for window in windows],
        ),
        centres=centres,
        kinds=np.array([KINDS.index(kind) for *_, kind, _ in told]),
        groups=[group for *_, group in told],
    )


def _picked(read: Hashed, chosen: NDArray[np.intp]) -> Hashed:
    return Hashed(read.rows[read.places[chosen]], np.arange(len(chosen)))


def _joined(pieces: Sequence[Seen]) -> Seen:
    marks = [piece.marks.rows for piece in pieces if piece.marks is not None]
    rows = np.vstack([piece.rows for piece in pieces])
    words = Hashed(sparse.vstack([piece.words.rows for piece in pieces]).tocsr(), np.arange(len(rows)))
    counts = [count for piece in pieces for count in piece.counts]
    return Seen(rows, words, Hashed(sparse.vstack(marks).tocsr(), np.arange(len(rows))) if marks else None, counts)


def _folds(groups: Sequence[str], folds: int) -> dict[str, int]:
    index = np.arange(len(groups))
    return {
        groups[place]: fold
        for fold, (_, held_out) in enumerate(GroupKFold(folds).split(index, groups=groups))
        for place in held_out
    }


def _fit_linear(told: Sequence[_Told], chosen: Sequence[NDArray[np.bool_]], settings: ChromeSettings) -> SGDClassifier:
    """The linear model over hashed words and mark-up, of the chosen blocks; its weights are rounded."""
    width = 2**settings.hash_bits
    rows = sparse.vstack([_hashed(part, mine, width) for part, mine in zip(told, chosen, strict=True)]).tocsr()
    kinds = np.concatenate([part.kinds[mine] for part, mine in zip(told, chosen, strict=True)])
    model = SGDClassifier(
        loss="log_loss",
        alpha=settings.kinds.alpha,
        max_iter=settings.kinds.passes,
        tol=None,
        average=True,
        random_state=settings.seed,
    )
    model.fit(rows, kinds)
    model.coef_ = (np.round(model.coef_ / _STEP) * _STEP).astype(np.float32)
    for name in ("_standard_coef", "_standard_intercept", "_average_coef", "_average_intercept"):
        delattr(model, name)  # four times the size of the file, for learning on alone
    return model


def _hashed(told: _Told, chosen: NDArray[np.bool_], width: int) -> Any:
    """Sparse rows of the chosen blocks: words, then mark-up, which plain lines have none of."""
    words = told.seen.words.rows[told.centres][chosen]
    marks = (
        told.seen.marks.rows[told.centres][chosen]
        if told.seen.marks
        else sparse.csr_matrix((len(words.indptr) - 1, width))
    )
    return sparse.hstack([words, marks]).tocsr()


def _out_of_fold(told: _Told, mine: NDArray[np.int64], without: Sequence[SGDClassifier]) -> Matrix:
    """Chances of all blocks of `told.seen` by the model that did not learn from their site."""
    chances = np.array([kind_chances(model, told.seen.words, told.seen.marks) for model in without])
    owners = np.repeat(mine, told.seen.counts)
    return np.asarray(chances[owners, np.arange(len(owners))])


def _fit_network(rows: Matrix, kinds: NDArray[np.int64], settings: KindSettings, seed: int) -> Pipeline:
    """A small network over what is known of a block; what it only needs for learning is not kept."""
    network = MLPClassifier(
        (settings.hidden,),
        alpha=settings.l2,
        learning_rate_init=settings.rate,
        max_iter=settings.epochs,
        n_iter_no_change=settings.epochs,
        batch_size=settings.batch,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it stops after `epochs`, on purpose
        model = make_pipeline(StandardScaler(), network).fit(rows, kinds)
    for name in ("_optimizer", "_random_state"):
        delattr(network, name)
    return model
