"""From a model file to its parts at work, by the types that scikit-learn gave them."""

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from pipeline.fitted.linear import read_hasher, read_linear, read_scaler, read_vocabulary
from pipeline.fitted.networks import Steps, read_networks
from pipeline.fitted.stored import Stored, stored
from pipeline.fitted.trees import read_trees


def read_parts(content: bytes) -> dict[str, Any]:
    """The parts of a model file by name, each with the methods of the scikit-learn object that the run time asks for.

    Raises:
        Exception: whatever a damaged or foreign file makes of it: LookupError, TypeError, ValueError, zlib.error, ...
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = stored(archive)
        return {name: _part(told[name]) for name in told.names}


def _part(told: Stored) -> Any:
    read = _READERS.get(told.type)
    if read is None:
        raise TypeError(f"{told.type} is not known here")
    return read(told)


def _steps(told: Stored) -> Steps:
    return Steps([_part(step) for _, step in told["steps"]])


_READERS: Mapping[str, Callable[[Stored], Any]] = {
    "HashingVectorizer": read_hasher,
    "HistGradientBoostingClassifier": read_trees,
    "LogisticRegression": read_linear,
    "Pipeline": _steps,
    "SGDClassifier": read_linear,
    "StandardScaler": read_scaler,
    "TfidfVectorizer": read_vocabulary,
    "VotingClassifier": read_networks,
}
