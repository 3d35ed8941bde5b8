"""Fits the parts that name kinds, on blocks of pages whose kind a person told and on authored lines (training only).

The linear model reads each block of a page twice, with its mark-up and without, so that it can name lines of plain
text. The networks on top read its chances out of fold by site.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import SGDClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from pipeline.chrome.gold import BlockLabel
from pipeline.chrome.letters import BITS
from pipeline.chrome.model import Titled, see_pages, see_texts
from pipeline.chrome.naming import (
    KIND_FEATURES,
    KINDS,
    Matrix,
    Sources,
    context,
    kind_chances,
    measures,
    sources,
)
from pipeline.chrome.seen import Seen
from pipeline.chrome.situations import authored_text
from pipeline.chrome.told import Kinds, as_lines
from pipeline.chrome.training import group_folds
from pipeline.corpora.authored import AuthoredLine
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import ChromeKind
from pipeline.settings import ChromeSettings, KindSettings

_CHUNK = 64  # documents looked at together
_AROUND = 3  # paragraphs on either side of a block that is shown alone within a text
_STEP = 1 / 16  # weights of the linear model are rounded to it: the file is a fourth as large, no figure moves

Look = Callable[[Mapping[str, Any], Sequence[Titled]], Seen]
Chosen = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class KindExample:
    """A document with the kinds of some of its blocks; `group` is the site or text that folds go by."""

    document: Titled
    kinds: Kinds
    group: str


@dataclass(frozen=True, slots=True)
class _Told:
    """A chunk of documents and the blocks in it whose kind is told.

    Attributes:
        seen: the chunk without its feature rows.
        read: what the linear model reads of all blocks.
        wanted: which blocks are told.
        measures: feature rows of the told blocks.
        kinds: their places in KINDS.
        groups: for every document its group.
    """

    seen: Seen
    read: Sources
    wanted: Chosen
    measures: Matrix
    kinds: NDArray[np.int64]
    groups: Sequence[str]

    def owners(self, folds: Mapping[str, int]) -> NDArray[np.int64]:
        """For every block the fold of its document."""
        return np.repeat([folds[group] for group in self.groups], self.seen.counts)


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
    folds = group_folds(
        sorted({group for chunks in told for chunk in chunks for group in chunk.groups}), settings.folds
    )
    every = [chunk for chunks in told for chunk in chunks]
    left_out = [*range(settings.folds), None]
    *without, whole = Parallel(n_jobs=-1)(delayed(_fit_linear)(every, folds, fold, settings) for fold in left_out)
    networks = [
        _fit_networks(
            np.vstack([_rows(chunk, folds, without) for chunk in chunks]),
            np.concatenate([chunk.kinds for chunk in chunks]),
            settings.kinds,
            settings.seed,
        )
        for chunks in told
    ]
    return {"kind_words": whole, **dict(zip(KIND_FEATURES, networks, strict=True))}


def _look(parts: Mapping[str, Any], examples: Sequence[KindExample], see: Look) -> list[_Told]:
    """See all examples in chunks, on all cores; of the features only the told blocks' are kept."""
    filled = [example for example in examples if example.kinds]
    chunks = [filled[start : start + _CHUNK] for start in range(0, len(filled), _CHUNK)]
    linear = {name: parts[name] for name in ("wording", "markup")}
    return list(Parallel(n_jobs=-1)(delayed(_told)(see, linear, chunk) for chunk in chunks))


def _told(see: Look, linear: Mapping[str, Any], examples: Sequence[KindExample]) -> _Told:
    seen = see(linear, [example.document for example in examples])
    wanted = np.array([place in each.kinds for each in examples for place in range(len(each.document.blocks))])
    kinds = [KINDS.index(each.kinds[place]) for each in examples for place in sorted(each.kinds)]
    bare = Seen(seen.rows[:0], seen.words, seen.marks, seen.counts)
    groups = [each.group for each in examples]
    return _Told(bare, sources(seen), wanted, measures(seen)[wanted], np.array(kinds), groups)


def _fit_linear(
    told: Sequence[_Told], folds: Mapping[str, int], left_out: int | None, settings: ChromeSettings
) -> SGDClassifier:
    """The linear model over words, letters and mark-up, of all told blocks but those of one fold."""
    chosen = [chunk.owners(folds)[chunk.wanted] != left_out for chunk in told]
    rows = [_hashed(chunk, mine, 2**settings.hash_bits) for chunk, mine in zip(told, chosen, strict=True)]
    kinds = np.concatenate([chunk.kinds[mine] for chunk, mine in zip(told, chosen, strict=True)])
    model = SGDClassifier(
        loss="log_loss",
        alpha=settings.kinds.alpha,
        max_iter=settings.kinds.passes,
        tol=None,
        average=True,
        random_state=settings.seed,
    )
    model.fit(sparse.vstack(rows).tocsr(), kinds)
    model.coef_ = (np.round(model.coef_ / _STEP) * _STEP).astype(np.float32)
    return _without(model, "_average_coef", "_average_intercept", "_standard_coef", "_standard_intercept")


def _hashed(told: _Told, chosen: Chosen, width: int) -> Any:
    """Sparse rows of the chosen told blocks, every source in its columns; plain lines have no mark-up."""
    places = np.flatnonzero(told.wanted)[chosen]
    parts = [rows[at[places]] for rows, at in told.read]
    nothing = [sparse.csr_matrix((len(places), size)) for size in (width, 2**BITS)]
    return sparse.hstack(parts if told.seen.marks else [*parts, *nothing]).tocsr()


def _rows(told: _Told, folds: Mapping[str, int], without: Sequence[SGDClassifier]) -> Matrix:
    """What the networks read of the told blocks, by the linear models that did not learn from their sites."""
    owners = told.owners(folds)
    chances = np.zeros((len(owners), len(without[0].classes_)), dtype=np.float32)
    for fold in np.unique(owners):
        mine = owners == fold
        chances[mine] = kind_chances(without[fold], told.read)[mine]
    return np.hstack([told.measures, context(told.seen, chances)[told.wanted]])


def _fit_networks(rows: Matrix, kinds: NDArray[np.int64], settings: KindSettings, seed: int) -> Pipeline:
    """Small networks that vote; a rare kind is lifted, since all kinds count the same in the figure."""
    networks = [(f"from_{start}", _network(settings, start)) for start in range(seed, seed + settings.networks)]
    vote = VotingClassifier(networks, voting="soft")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # they stop after `epochs`, on purpose
        model = make_pipeline(StandardScaler(), vote).fit(rows, kinds)
    lift = -settings.lift * np.log(np.bincount(kinds)[vote.classes_])
    for network in vote.estimators_:
        if network.out_activation_ == "softmax":
            network.intercepts_[-1] += lift
        _without(network, "_optimizer", "_random_state")
    _without(vote, "named_estimators_")
    return model


def _network(settings: KindSettings, seed: int) -> MLPClassifier:
    return MLPClassifier(
        (settings.hidden,),
        alpha=settings.l2,
        learning_rate_init=settings.rate,
        max_iter=settings.epochs,
        n_iter_no_change=settings.epochs,
        batch_size=settings.batch,
        random_state=seed,
    )


def _without(model: Any, *names: str) -> Any:
    """The model without what it only needs for learning: it takes room, and is not loaded by the product."""
    for name in names:
        vars(model).pop(name, None)
    return model
