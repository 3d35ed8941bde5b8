"""Small networks of one or more hidden layers that vote, behind the steps that prepare their rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from pipeline.fitted.linear import softmax
from pipeline.fitted.stored import Stored

Layer = tuple[NDArray[Any], NDArray[Any]]  # weights and biases


@dataclass(frozen=True, slots=True)
class Networks:
    """Networks whose mean chance of each label decides."""

    layers: Sequence[Sequence[Layer]]
    classes_: NDArray[Any]

    def predict(self, rows: NDArray[Any]) -> NDArray[Any]:
        """The likeliest label of each row."""
        chances = np.mean([_chances(rows, layers) for layers in self.layers], axis=0)
        return np.asarray(self.classes_[chances.argmax(axis=1)])


def read_networks(told: Stored) -> Networks:
    """A VotingClassifier of MLPClassifiers."""
    told.expect(voting="soft", weights=None)
    return Networks([_layers(network) for network in told["estimators_"]], told["classes_"].array)


def _layers(told: Stored) -> list[Layer]:
    told.expect(activation="relu")
    weights, biases = ([item.array for item in told[name]] for name in ("coefs_", "intercepts_"))
    *hidden, last = zip(weights, biases, strict=True)
    if told["out_activation_"].value == "logistic":
        return [*hidden, _of_two(*last)]
    told.expect(out_activation_="softmax")
    return [*hidden, last]


def _of_two(weights: NDArray[Any], biases: NDArray[Any]) -> Layer:
    """The last layer of a network for two labels, which scores the second alone, as one that scores the first 0."""
    return np.pad(weights, ((0, 0), (1, 0))), np.pad(biases, (1, 0))


def _chances(rows: NDArray[Any], layers: Sequence[Layer]) -> NDArray[Any]:
    *hidden, (weights, biases) = layers
    for inner, shift in hidden:
        rows = np.maximum(rows @ inner + shift, 0)
    return softmax(rows @ weights + biases)


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps one after the other: all but the last transform, the last one answers."""

    steps: Sequence[Any]

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> "Steps": ...
    def __getitem__(self, place: int | slice) -> Any:
        """One step, or several as steps of their own."""
        return Steps(self.steps[place]) if isinstance(place, slice) else self.steps[place]

    def transform(self, rows: Any) -> Any:
        """What all steps make of rows."""
        for step in self.steps:
            rows = step.transform(rows)
        return rows

    def predict(self, rows: Any) -> Any:
        """What the last step says of what the others make of rows."""
        return self.steps[-1].predict(self[:-1].transform(rows))
