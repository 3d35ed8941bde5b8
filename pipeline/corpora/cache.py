"""What stages computed for a document before, kept in data/cache: by its content and by the code that computed it.

A value is found again only under the same content, the same text of every first-party module that the computing module
reaches, the same settings and the same libraries. The folder can be deleted at any time; results are the same bytes.
"""

import ast
import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata
from itertools import islice
from pathlib import Path

CACHE = Path("data/cache")
_LIBRARIES = ("charset-normalizer", "lxml", "numpy", "scikit-learn", "trafilatura")
_PACKAGE, _FOLDER = __name__.partition(".")[0], Path(__file__).parents[1]
_TOGETHER = 200  # values stored with one commit: so much is lost when a stage is interrupted
_ASKED = 500  # keys in one query; SQLite takes a thousand at least


@dataclass(frozen=True, slots=True)
class Cache:
    """The values of one computation; without a path nothing is kept.

    Attributes:
        path: the file, made when missing; values of other code than `code` are dropped from it.
        code: from `code_digest`.
    """

    path: Path | None
    code: str = ""

    def values(
        self, contents: Sequence[str], compute: Callable[[Sequence[int]], Iterable[bytes]]
    ) -> tuple[list[bytes], int]:
        """The value of each document, and how many of them had to be computed.

        Args:
            contents: what each value depends on beside the code.
            compute: takes places in `contents`, in order, and yields their values.
        """
        if self.path is None:
            return list(compute(range(len(contents)))), len(contents)
        keys = [hashlib.sha256(content.encode(errors="surrogatepass")).hexdigest() for content in contents]
        with closing(self._opened(self.path)) as file:
            found = dict(_kept(file, keys))
            missing = [place for place, key in enumerate(keys) if key not in found]
            computed = zip((keys[place] for place in missing), compute(missing), strict=True) if missing else iter(())
            while some := list(islice(computed, _TOGETHER)):
                with file:
                    file.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", some)
                found.update(some)
        return [found[key] for key in keys], len(missing)

    def _opened(self, path: Path) -> sqlite3.Connection:
        """The file with a table for this code; one that is damaged or of other code is begun anew."""
        path.parent.mkdir(parents=True, exist_ok=True)
        file = sqlite3.connect(path)
        try:
            known = file.execute("SELECT code FROM code").fetchone()
        except sqlite3.DatabaseError:
            known = None
        if known == (self.code,):
            return file
        file.close()
        path.unlink()
        file = sqlite3.connect(path)
        with file:
            file.execute("CREATE TABLE code (code TEXT)")
            file.execute("INSERT INTO code VALUES (?)", (self.code,))
            file.execute("CREATE TABLE kept (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID")
        return file


NO_CACHE = Cache(None)


def cache_of(name: str, module: str, *told: object) -> Cache:
    """The cache of the values that a module computes under some settings, as a file of data/cache."""
    return Cache(CACHE / f"{name}.sqlite", code_digest(module, *told))


def code_digest(module: str, *told: object) -> str:
    """Digest of all that a module's results depend on beside its input: code, settings as told, and libraries."""
    digest = hashlib.sha256(repr(told).encode())
    for name in sorted(reached(module)):
        digest.update(name.encode() + b"\0" + _source(name).read_bytes() + b"\0")
    for library in _LIBRARIES:
        digest.update(f"{library} {metadata.version(library)}\n".encode())
    return digest.hexdigest()


def reached(module: str) -> set[str]:
    """The module, every first-party module that it imports, however far away, and the packages around them."""
    found: set[str] = set()
    ends = [module]
    while ends:
        name = ends.pop()
        if name not in found:
            found.add(name)
            ends += _imported(ast.parse(_source(name).read_bytes()))
    around = {".".join(name.split(".")[:depth]) for name in found for depth in range(1, name.count(".") + 1)}
    return found | around


def _imported(tree: ast.AST) -> Iterator[str]:
    """The first-party modules that the imports of a module name."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if _is_module(name) else node.module for name in inner]
        yield from (name for name in names if _is_module(name))


def _is_module(name: str) -> bool:
    return name.partition(".")[0] == _PACKAGE and _source(name).is_file()


def _source(name: str) -> Path:
    """The file of a first-party module."""
    place = _FOLDER.joinpath(*name.split(".")[1:])
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


def _kept(file: sqlite3.Connection, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    for start in range(0, len(keys), _ASKED):
        some = keys[start : start + _ASKED]
        places = ", ".join("?" * len(some))
        yield from file.execute(f"SELECT key, value FROM kept WHERE key IN ({places})", some)  # noqa: S608 - marks only
