"""Reads the values of a skops file: numbers, texts, lists and arrays, each only where it is asked for.

It builds nothing else, whatever types a file names, so that reading one runs no code.
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

_SCHEMA = "schema.json"
_HEAD = Struct("<8sH")  # of an array's file: what it is, and how long the description is that follows


@dataclass(frozen=True, slots=True)
class Stored:
    """One node of a file: an object of scikit-learn, a list, an array or a plain value.

    What is asked for and is not there raises LookupError, TypeError or ValueError.
    """

    archive: zipfile.ZipFile
    told: Mapping[str, Any]

    @property
    def type(self) -> str:
        """The name of its type, without the module."""
        return str(self.told["__class__"])

    @property
    def names(self) -> Mapping[str, Any]:
        """What a dictionary holds, or the attributes of an object."""
        content = self.told["content"]
        found = content if self._is("DictNode") else content["content"]
        if not isinstance(found, dict):
            raise TypeError(f"{self.type} holds no names")
        return found

    def __getitem__(self, name: str) -> "Stored":
        """What a name stands for."""
        return Stored(self.archive, self.names[name])

    def __iter__(self) -> Iterator["Stored"]:
        """The items of a list or tuple."""
        if not (self._is("ListNode") or self._is("TupleNode")):
            raise TypeError(f"{self.type} is no list")
        return (Stored(self.archive, item) for item in self.told["content"])

    @property
    def value(self) -> Any:
        """A number, a text, a truth value or nothing."""
        if not self._is("JsonNode"):
            raise TypeError(f"{self.type} is no plain value")
        return json.loads(self.told["content"])

    @property
    def array(self) -> NDArray[Any]:
        """An array of numbers, texts or structures; none that could hold objects is made from bytes."""
        if not self._is("NdArrayNode") or self.told["type"] != "numpy":
            raise TypeError(f"{self.type} is no array")
        content = self.archive.read(self.told["file"])
        begin = _HEAD.size + _HEAD.unpack_from(content)[1]
        kind, order, shape = _described(content[:begin])
        return np.frombuffer(content, kind, offset=begin).reshape(shape, order=order)

    def integers(self) -> dict[str, int]:
        """A dictionary of whole numbers, which a vocabulary of thousands is."""
        return {name: int(told["content"]) for name, told in self.names.items()}

    def expect(self, **values: Any) -> None:
        """Refuse an object whose settings differ from the ones that its evaluation here knows."""
        for name, value in values.items():
            if self[name].value != value:
                raise ValueError(f"{self.type} has {name}={self[name].value!r}, and {value!r} alone is known here")

    def _is(self, loader: str) -> bool:
        return bool(self.told["__loader__"] == loader)


@lru_cache(maxsize=256)  # hundreds of trees have few headers, and to read one costs more than to read the array
def _described(head: bytes) -> tuple[np.dtype[Any], Literal["F", "C"], tuple[int, ...]]:
    """Type, order and shape of an array by the head of its file, of version 1.0, which small arrays have."""
    stream = io.BytesIO(head)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("an array is not of version 1.0 of its format")
    shape, is_fortran, kind = np.lib.format.read_array_header_1_0(stream)
    return kind, "F" if is_fortran else "C", shape


def stored(archive: zipfile.ZipFile) -> Stored:
    """What a file holds as a whole."""
    return Stored(archive, msgspec.json.decode(archive.read(_SCHEMA)))
