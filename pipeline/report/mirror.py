"""The folder of a run on this machine: itself, or a copy of what pages are made of, if it lies behind an address."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.output import RUN
from pipeline.stores import LocalStore, RemoteStore
from pipeline.write import Format


@contextmanager
def at_hand(store: LocalStore | RemoteStore) -> Iterator[Path]:
    """The folder, or a temporary one with what the run told of itself."""
    if isinstance(store, LocalStore):
        yield store.folder
        return
    with TemporaryDirectory(prefix="winnow-") as temporary:
        folder = Path(temporary)
        bring(store, folder, [RUN, *(f"results.{form}" for form in Format)])
        yield folder


def bring(store: LocalStore | RemoteStore, folder: Path, names: Iterable[str | None]) -> None:
    """Copy files into the folder that is at hand, as far as there are such and they stay within it."""
    if isinstance(store, LocalStore):
        return
    for name in filter(None, names):
        if (folder / name).resolve().is_relative_to(folder.resolve()):
            store.fetch(name, folder / name)


def put_back(store: LocalStore | RemoteStore, folder: Path, names: Iterable[str]) -> None:
    """Store files that were written into the folder that is at hand."""
    if isinstance(store, RemoteStore):
        for name in names:
            store.write(name, (folder / name).read_bytes())
