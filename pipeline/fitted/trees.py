"""Boosted trees: all rows walk down all trees at once, one level a step; those that are in a leaf are left there.

As fast as scikit-learn's own compiled walk, and the same sums in the same order.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.fitted.stored import Stored

_Value = TypeVar("_Value", bound=np.generic)
_ROWS = 256  # walked together: what they need stays in the processor's cache
_FULL, _PAUSE = 8, 3  # levels until leaves are first looked for, and between two such looks, which cost a step each


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees of a classifier of two classes, as they were fitted; all nodes of all trees stand in one table.

    Attributes:
        features: what a node asks for; 0 in a leaf.
        limits: up to which value a row goes left.
        children: the left child of each node, then the right child of each; a leaf is its own.
        values: what a leaf adds to the log-odds.
        inner: which nodes are no leaf.
        roots: where each tree begins.
        depth: levels of the deepest tree.
        columns: that a row has.
        start: log-odds before all trees.
    """

    features: NDArray[np.intp]
    limits: NDArray[np.float32]
    children: NDArray[np.intp]
    values: NDArray[np.float64]
    inner: NDArray[np.bool_]
    roots: NDArray[np.intp]
    depth: int
    columns: int
    start: float

    def predict_proba(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, 2) probabilities.

        Raises:
            ValueError: rows have another number of columns than the trees were fitted on.
        """
        if rows.shape[1] != self.columns:
            raise ValueError(f"the trees read {self.columns} columns, and rows have {rows.shape[1]}")
        odds = [self._odds(rows[start : start + _ROWS]) for start in range(0, len(rows), _ROWS)]
        positive = 1 / (1 + np.exp(-np.concatenate([np.zeros(0), *odds])))
        return np.column_stack([1 - positive, positive])

    def _odds(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        flat = np.ascontiguousarray(rows, dtype=np.float32).ravel()
        begins = np.tile(np.arange(len(rows)) * rows.shape[1], len(self.roots))
        nodes = np.repeat(self.roots, len(rows))  # tree after tree
        walking, here = np.arange(len(nodes)), nodes
        for level in range(1, self.depth + 1):
            asked = _taken(self.features, here) + begins
            goes_right = _taken(flat, asked) > _taken(self.limits, here)
            here = _taken(self.children, here + goes_right * len(self.values))
            if level >= _FULL and (level - _FULL) % _PAUSE == 0:
                nodes[walking] = here
                on = _taken(self.inner, here)
                walking, here, begins = walking[on], here[on], begins[on]
        nodes[walking] = here
        total = np.full(len(rows), self.start)
        for values in self.values.take(nodes.reshape(len(self.roots), len(rows))):
            total += values
        return total


def _taken(values: NDArray[_Value], places: NDArray[np.intp]) -> NDArray[_Value]:
    """The values at places, none of which is beyond them: "wrap" spares NumPy a second look at each."""
    return values.take(places, mode="wrap")


def read_trees(told: Stored) -> Trees:
    """A HistGradientBoostingClassifier of two classes, numbers only."""
    told.expect(n_trees_per_iteration_=1, is_categorical_=None)
    grown = [tree["nodes"].array for trees in told["_predictors"] for tree in trees]
    nodes = np.concatenate(grown)
    sizes = np.array(list(map(len, grown)))
    roots = np.cumsum(sizes) - sizes
    is_leaf, own, begin = nodes["is_leaf"].astype(bool), np.arange(len(nodes)), np.repeat(roots, sizes)
    left, right = (np.where(is_leaf, own, nodes[side] + begin) for side in ("left", "right"))
    return Trees(
        features=np.where(is_leaf, 0, nodes["feature_idx"]).astype(np.intp),
        limits=_single(nodes["num_threshold"]),
        children=np.concatenate([left, right]).astype(np.intp),
        values=nodes["value"].copy(),
        inner=~is_leaf,
        roots=roots.astype(np.intp),
        depth=int(nodes["depth"].max()),
        columns=int(told["n_features_in_"].value),
        start=float(told["_baseline_prediction"].array.item()),
    )


def _single(limits: NDArray[np.float64]) -> NDArray[np.float32]:
    """The greatest numbers of single precision that are not above: for rows of that kind they decide the same."""
    near = limits.astype(np.float32)
    return np.where(near > limits, np.nextafter(near, np.float32(-np.inf)), near)
