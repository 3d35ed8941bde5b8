"""What the inputs name: files of this machine as they are found, and places of any kind each once under its own id."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from functools import cache
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import TypeVar

from pipeline.errors import UsageError
from pipeline.read import Entry, safe_id
from pipeline.remote import Given, RemoteFile, why

_Place = TypeVar("_Place", bound=Entry | RemoteFile | Given)


def list_entries(inputs: Sequence[Path], pattern: str = "*") -> Iterator[Entry]:
    """Every file that the inputs name, in the order of inputs and then of paths, under a name that may come again.

    A file is known by its name, a file of a folder by its path below the folder. Links to folders are not followed, so
    that a loop ends. A folder that may not be entered is an entry of its own, which then fails, so that its files are
    not lost silently.

    Raises:
        UsageError: an input does not exist or cannot be reached.
    """
    for path in inputs:
        yield from _entries(path, pattern)


def apart(places: Iterable[_Place]) -> Iterator[_Place]:
    """The places without what repeats an earlier one; where two have the same id, later ones get `~2`, `~3`, ...

    The number stands before the suffix. Ids that differ at most in case are the same: file systems may not tell them
    apart. Some 200 bytes of each place are held while they are gone through.
    """
    folder = cache(os.path.realpath)
    seen: set[bytes] = set()
    ids = _Ids()
    for place in places:
        key = _digest(_real(place.path, folder) if isinstance(place, Entry) else place.address)
        if key not in seen:
            seen.add(key)
            name = ids.unique(place.id)
            yield place if name == place.id else replace(place, id=name)


def _real(path: Path, real: Callable[[str], str]) -> str:
    """A file in its real folder; itself it may be a link, which is a file of its own."""
    folder, name = os.path.split(path)
    return f"{real(folder)}/{name}"


class _Ids:
    """The ids that are taken."""

    def __init__(self) -> None:
        self._taken: set[bytes] = set()
        self._numbers: dict[str, int] = {}  # the last one given to an id: counting from 2 each time is quadratic

    def unique(self, name: str) -> str:
        """The name, numbered if it is taken."""
        candidate = name
        number = self._numbers.get(name.casefold(), 1)
        while _digest(candidate.casefold()) in self._taken:
            path, number = PurePosixPath(name), number + 1
            candidate = str(path.with_name(f"{path.stem}~{number}{path.suffix}"))
        if candidate != name:
            self._numbers[name.casefold()] = number
        self._taken.add(_digest(candidate.casefold()))
        return candidate


def _digest(name: str) -> bytes:
    """16 bytes, which no two names share: here a chance hit would lose a file."""
    return blake2b(name.encode(errors="surrogateescape"), digest_size=16).digest()


def _entries(path: Path, pattern: str) -> Iterator[Entry]:
    try:
        is_folder, is_there = path.is_dir(), path.is_symlink() or path.exists()
    except OSError as error:
        raise UsageError(f"{os.fsdecode(path)!r} cannot be reached: {why(error)}.") from error
    if is_folder:
        yield from _entries_below(path, pattern)
    elif is_there:
        yield Entry(safe_id(Path(path.name)), path)
    else:
        raise UsageError(f"{os.fsdecode(path)!r} does not exist: name a file or a folder of HTML or text files.")


def _entries_below(path: Path, pattern: str) -> Iterator[Entry]:
    """The files of a folder, then the folders that could not be listed."""
    errors: list[OSError] = []
    for folder, folders, files in os.walk(path, onerror=errors.append):
        folders.sort()
        here = Path(folder)
        inside = here.relative_to(path)
        for name in sorted(files):
            if fnmatch(name, pattern):
                yield Entry(safe_id(inside / name), here / name)
    for error in errors:
        shut = Path(error.filename)
        if shut == path:
            raise UsageError(f"{os.fsdecode(path)!r} cannot be listed: {why(error)}.") from error
        yield Entry(safe_id(shut.relative_to(path)), shut)
