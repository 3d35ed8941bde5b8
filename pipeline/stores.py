"""Where a run's files go: a folder of this machine, or one behind an address.

In both a file appears whole or not at all: here it is written beside its place and renamed, there it is one object,
which a store shows when all of it has arrived.
"""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.errors import UsageError
from pipeline.remote import as_oserror, file_system, is_address, local_path, why
from pipeline.write import printable, unwritable, write_file

STATE = ".winnow"
_KEY_BYTES = 1024  # of S3 and of Google's store
_AT_ONCE = 16  # objects that are fetched together


class Store(Protocol):
    """Named files below one place; picklable, as workers of a cluster write into it too.

    Names are relative and have `/` between their parts. What cannot be done raises UsageError with one sentence.
    """

    @property
    def name(self) -> str:
        """What a user calls the place."""

    def absolute(self) -> "Store":
        """The same place, named so that it is found from any working folder."""

    def fitting(self, name: str) -> str:
        """The name of a text file, cut and with a digest where it is too long for the place."""

    def write(self, name: str, raw: bytes) -> None:
        """Write a file, whole or not at all."""

    def has(self, name: str) -> bool:
        """Whether there is such a file."""

    def names(self, below: str = "") -> Iterator[str]:
        """The files below a folder, at any depth."""

    def read(self, names: Sequence[str]) -> Iterator[bytes | None]:
        """What each of the files holds, in order, few of them at a time; None for one that cannot be read."""

    def remove(self, names: Iterable[str]) -> None:
        """Remove files; missing ones do not matter."""

    def claimed(self) -> AbstractContextManager[None]:
        """The place for one run at a time, where somebody can grant that."""

    def composing(self) -> AbstractContextManager[Path]:
        """A folder of this machine; the files that are written into it stand in the place when the block ends."""


def store_of(name: str | Path) -> "LocalStore | RemoteStore":
    """The store that a user names.

    Raises:
        MissingExtraError, UsageError: the address needs a library that is not installed, or is of an unknown kind.
    """
    told = local_path(os.fspath(name))
    if not is_address(told):
        return LocalStore(Path(told))
    file_system(told)
    return RemoteStore(told.rstrip("/"))


@dataclass(frozen=True, slots=True)
class LocalStore:
    """A folder of this machine."""

    folder: Path

    @property
    def name(self) -> str:
        """Its path."""
        return printable(os.fspath(self.folder))

    def place(self, name: str) -> Path:
        """Where a file lies."""
        return self.folder / name

    def absolute(self) -> "LocalStore":
        """The folder from the root."""
        return LocalStore(self.folder.absolute())

    def fitting(self, name: str) -> str:
        """The name: its parts are short enough."""
        return name

    def write(self, name: str, raw: bytes) -> None:
        """Write a file beside its place, then put it there whole."""
        write_file(self.folder / name, raw)

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self.folder / name).is_file()

    def names(self, below: str = "") -> Iterator[str]:
        """The files below a folder, one folder after the other."""
        for parent, _, files in os.walk(self.folder / below):
            inside = Path(parent).relative_to(self.folder).as_posix()
            yield from files if inside == "." else (f"{inside}/{name}" for name in files)

    def read(self, names: Sequence[str]) -> Iterator[bytes | None]:
        """What each of the files holds."""
        for name in names:
            try:
                yield (self.folder / name).read_bytes()
            except OSError:
                yield None

    def remove(self, names: Iterable[str]) -> None:
        """Remove files, and folders that hold nothing any more."""
        for path in (self.folder / name for name in names):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise unwritable(path, error) from error
            with suppress(OSError):  # the next one still holds something
                for parent in list(path.relative_to(self.folder).parents)[:-1]:
                    (self.folder / parent).rmdir()

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """The folder for one run; the system gives it back however the run ends."""
        try:
            (self.folder / STATE).mkdir(exist_ok=True)
            with (self.folder / STATE / "lock").open("w") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    raise UsageError(
                        f"Another run is writing into {self.name}: wait for it or choose another --output."
                    ) from error
                yield
        except OSError as error:
            raise unwritable(self.folder, error) from error

    def composing(self) -> AbstractContextManager[Path]:
        """The folder itself."""
        return nullcontext(self.folder)


@dataclass(frozen=True, slots=True)
class RemoteStore:
    """A folder behind an address."""

    address: str

    @property
    def name(self) -> str:
        """Its address."""
        return self.address

    def place(self, name: str) -> str:
        """The address of an object."""
        return f"{self.address}/{name}"

    def absolute(self) -> "RemoteStore":
        """Addresses are."""
        return self

    def fitting(self, name: str) -> str:
        """The name, cut where the whole key would be too long."""
        room = _KEY_BYTES - len(f"{self.address}/".encode())
        if len(name.encode()) <= room:
            return name
        digest = hashlib.sha256(name.encode()).hexdigest()[:16]
        head = name.encode()[: room - len(f"~{digest}.txt")].decode(errors="ignore")
        return f"{head}~{digest}.txt"

    def write(self, name: str, raw: bytes) -> None:
        """Put one object."""
        system, path = file_system(self.address)
        with self._writing(name):
            system.pipe_file(f"{path}/{name}", raw)

    def has(self, name: str) -> bool:
        """Whether there is such an object."""
        system, path = file_system(self.address)
        with self._reading():
            return bool(system.isfile(f"{path}/{name}"))

    def names(self, below: str = "") -> Iterator[str]:
        """The objects whose names begin with that of a folder."""
        system, path = file_system(self.address)
        found: list[str] = []
        with self._reading(), suppress(FileNotFoundError):
            found = system.find(f"{path}/{below}" if below else path)
        return (name[len(path) + 1 :] for name in found)

    def read(self, names: Sequence[str]) -> Iterator[bytes | None]:
        """What each of the objects holds."""
        system, path = file_system(self.address)
        for start in range(0, len(names), _AT_ONCE):
            paths = [f"{path}/{name}" for name in names[start : start + _AT_ONCE]]
            found = system.cat_ranges(paths, 0, None)  # unlike `cat` it does not take a * in a name for a pattern
            yield from (raw if isinstance(raw, bytes) else None for raw in found)

    def fetch(self, name: str, file: Path) -> bool:
        """Store an object as a file of this machine; whether there is one."""
        system, path = file_system(self.address)
        try:
            with self._reading():
                file.parent.mkdir(parents=True, exist_ok=True)
                system.get_file(f"{path}/{name}", os.fspath(file))
        except FileNotFoundError:
            file.unlink(missing_ok=True)
            return False
        return True

    def remove(self, names: Iterable[str]) -> None:
        """Remove objects."""
        system, path = file_system(self.address)
        for name in names:
            with self._writing(name), suppress(FileNotFoundError):
                system.rm_file(f"{path}/{name}")

    def claimed(self) -> AbstractContextManager[None]:
        """Nobody grants that for all kinds of stores."""
        return nullcontext()

    @contextmanager
    def composing(self) -> Iterator[Path]:
        """A temporary folder, whose files are put when the block has ended well."""
        system, path = file_system(self.address)
        with tempfile.TemporaryDirectory(prefix="winnow-") as temporary:
            yield Path(temporary)
            for file in sorted(Path(temporary).iterdir()):
                with self._writing(file.name):
                    system.put_file(os.fspath(file), f"{path}/{file.name}")

    @contextmanager
    def _writing(self, name: str) -> Iterator[None]:
        try:
            with as_oserror():
                yield
        except OSError as error:
            raise UsageError(
                f"{self.address}/{name} cannot be written ({why(error)}): "
                "check the address, the rights and the network."
            ) from error

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            with as_oserror():
                yield
        except FileNotFoundError:
            raise
        except OSError as error:
            raise UsageError(
                f"{self.address} cannot be reached ({why(error)}): check the address, the rights and the network."
            ) from error
