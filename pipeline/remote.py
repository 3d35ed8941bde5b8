"""Files behind an address (s3://, gs://, memory://): the only module that knows fsspec.

Its file systems raise OSError where a file is the matter, and errors of their own libraries where the store is.
"""

import gzip
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from pipeline.errors import MissingExtraError, UsageError, WinnowError

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_HERE = "memory"  # lies in the process that wrote it
_WEB = frozenset({"http", "https", "ftp"})
_UNSAFE = {"": "%", ".": "%2E", "..": "%2E%2E"}  # parts of keys that a path takes for something else
_PIECE = 1 << 20


def is_address(name: str) -> bool:
    """Whether a name is an address and no path."""
    return bool(_ADDRESS.match(name))


def is_of_this_process(address: str) -> bool:
    """Whether nobody else can read what lies there."""
    return address.lower().startswith(f"{_HERE}://")


def local_path(name: str) -> str:
    """The path that a file:// address stands for; other names as they are."""
    return unquote(urlsplit(name).path) if name.lower().startswith("file://") else name


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file behind an address.

    Attributes:
        id: unique within the run, and a safe relative path.
        is_empty: whether it was so when it was listed; stores refuse to give the first bytes of nothing.
    """

    id: str
    address: str
    is_empty: bool = False

    def open(self) -> IO[bytes]:
        """A stream of its bytes.

        Raises:
            OSError: it cannot be opened.
        """
        with _reached(self.address):
            system, path = file_system(self.address)
            return io.BufferedReader(_Stream(system.open(path, "rb"), self.address), _PIECE)

    def contents(self, max_bytes: int) -> bytes:
        """At most one byte more than allowed, unpacked if it is compressed.

        Raises:
            OSError, EOFError, zlib.error: it cannot be read, or its compression is broken.
            UsageError: the store cannot be reached, so that no other file could be read either.
        """
        with _reached(self.address):
            system, path = file_system(self.address)
            raw: bytes = b"" if self.is_empty else system.cat_file(path, end=max_bytes + 1)
        return unpacked(raw, self.address, max_bytes)


class _Stream(io.RawIOBase):
    """Tells a store that is gone, whoever reads, from bytes that are broken."""

    def __init__(self, inner: IO[bytes], address: str) -> None:
        self._inner, self._address = inner, address

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as there is something."""
        with _reached(self._address):
            raw = self._inner.read(len(buffer))
        buffer[: len(raw)] = raw
        return len(raw)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        return self._inner.seek(offset, whence)

    def close(self) -> None:
        """Close what is below too."""
        self._inner.close()
        super().close()


@dataclass(frozen=True, slots=True)
class Given:
    """One file whose bytes are in hand, as what came by standard input."""

    id: str
    address: str
    raw: bytes

    def open(self) -> IO[bytes]:
        """A stream of its bytes."""
        return io.BytesIO(self.raw)

    def contents(self, max_bytes: int) -> bytes:
        """As `RemoteFile.contents`."""
        return unpacked(self.raw, self.address, max_bytes)


def unpacked(raw: bytes, name: str, max_bytes: int) -> bytes:
    """The bytes, out of their compression if the name says so; at most one more than allowed is unpacked."""
    if not name.lower().endswith(".gz") or len(raw) > max_bytes:
        return raw
    with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
        return b"".join(_pieces(stream, max_bytes + 1))


def _pieces(stream: gzip.GzipFile, size: int) -> Iterator[bytes]:
    while size > 0 and (piece := stream.read(min(size, _PIECE))):
        yield piece
        size -= len(piece)


def file_system(address: str) -> tuple[Any, str]:
    """The file system of an address, which keeps no listing that others may outdate, and the path in it.

    Raises:
        MissingExtraError: fsspec or what it needs for this kind of address is not installed.
        UsageError: nobody knows this kind of address.
    """
    scheme = address.partition("://")[0].lower()
    if scheme in _WEB:
        raise UsageError(
            f"{address!r} is an address of the web, and winnow runs offline: download it and name the file."
        )
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - optional ([cloud] extra)

        system, path = url_to_fs(address, use_listings_cache=False)
    except ImportError as error:
        raise MissingExtraError(f"{scheme}://", "cloud") from error
    except ValueError as error:
        raise UsageError(f"{address!r} cannot be used ({_first_line(error)}): s3:// and gs:// can.") from error
    return system, path


def listed(address: str, pattern: str) -> list[RemoteFile | Given]:
    """Every file at or below an address, in the order in which a folder of this machine would be listed.

    What only this process can read is read here, as others are to work on it.

    Raises:
        MissingExtraError, UsageError: it does not exist or cannot be reached.
    """
    system, path = file_system(address)
    try:
        with as_oserror():
            info = system.info(path)
            if info["type"] == "file":
                return [_file(path.rpartition("/")[2], info, system)]
            below = {name[len(path.rstrip("/")) + 1 :]: told for name, told in system.find(path, detail=True).items()}
    except FileNotFoundError as error:
        raise UsageError(f"{address!r} does not exist: name a file or a folder of HTML or text files.") from error
    except OSError as error:
        raise UsageError(f"{address!r} cannot be listed: {why(error)}.") from error
    names = [name for name in below if not name.endswith("/") and name and fnmatch(name.rpartition("/")[2], pattern)]
    return [_file(name, below[name], system) for name in sorted(names, key=_walked)]


def _file(name: str, info: Mapping[str, Any], system: Any) -> RemoteFile | Given:
    file = RemoteFile(_safe(name), system.unstrip_protocol(info["name"]), info["size"] == 0)
    if not is_of_this_process(file.address):
        return file
    with file.open() as stream:
        return Given(file.id, file.address, stream.read())


def _walked(name: str) -> list[tuple[bool, str]]:
    """Sorts the files of a folder before those of its folders."""
    *folders, last = name.split("/")
    return [*((True, part) for part in folders), (False, last)]


def _safe(name: str) -> str:
    """A key as an id: no part of it may lead out of a folder or stand for nothing."""
    return "/".join(_UNSAFE.get(part, part) for part in name.replace("\0", "%00").split("/"))


@contextmanager
def _reached(address: str) -> Iterator[None]:
    """What is the store's fault ends the work, as every other file would fail too: a later run goes on."""
    try:
        yield
    except (ConnectionError, TimeoutError) as error:
        raise _unreached(address, error) from error
    except (OSError, EOFError, MemoryError, WinnowError):
        raise
    except Exception as error:
        raise _unreached(address, error) from error


def _unreached(address: str, error: Exception) -> UsageError:
    return UsageError(f"{address} cannot be reached ({_first_line(error)}): once it can, the same command goes on.")


@contextmanager
def as_oserror() -> Iterator[None]:
    """Errors of libraries that have trees of their own become OSError."""
    try:
        yield
    except (OSError, EOFError, MemoryError, WinnowError):
        raise
    except Exception as error:
        raise OSError(0, _first_line(error)) from error


def why(error: BaseException) -> str:
    """The reason of an error, to stand in a sentence."""
    told = (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).rstrip(".")
    return told[:1].lower() + told[1:] if told[1:2].islower() else told


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
