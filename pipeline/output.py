"""The output: refused where it would harm something, swept of an earlier run.

Knows which names in it are winnow's: run.json, results.*, text/, .winnow/ and its own part files.
Anything else in it is the user's and is never touched.
"""

import os
import re
from collections.abc import Container, Iterable
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.remote import is_address
from pipeline.stores import STATE, LocalStore, RemoteStore, Store
from pipeline.write import Format, printable, unwritable

RUN = "run.json"
_PART = re.compile(r"\.[0-9a-f]{16}\.part")
_RECORDS = re.compile(r"part-\d{5,}\.jsonl")


def prepare_output(store: Store, inputs: Iterable[str]) -> None:
    """Make the folder.

    Raises:
        UsageError: it lies in an input or holds one, is a file, holds somebody else's files, or cannot be written.
    """
    if isinstance(store, LocalStore):
        for name in inputs:
            if not is_address(name):
                _refuse_overlap(store.folder, Path(name))
        _prepare_folder(store.folder)
    elif isinstance(store, RemoteStore):
        _refuse_overlap_of(store.address, [name for name in inputs if is_address(name)])
        if not store.has(RUN) and next(store.names(), None) is not None:
            raise _foreign(store.name)


def _prepare_folder(folder: Path) -> None:
    try:
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"--output {_quoted(folder)} is a file: name a folder.")
        if folder.is_dir() and not (folder / RUN).is_file() and not all(map(_is_begun, folder.iterdir())):
            raise _foreign(printable(os.fspath(folder)))
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error


def _is_begun(path: Path) -> bool:
    """Whether a run leaves this that is killed before it has written its record."""
    return path.name == STATE or bool(_PART.fullmatch(path.name))


def _foreign(name: str) -> UsageError:
    return UsageError(f"--output {name!r} holds files that no run of winnow wrote: name an empty or new folder.")


def sweep(store: Store, form: Format, written: Container[str]) -> None:
    """Remove what an earlier run left that this one did not write: texts, records, other forms of results.

    Args:
        written: text files of this run.
    """
    others = [f"results.{other.value}" for other in Format if other is not form]
    texts = (name for name in store.names("text") if _is_ours(name) and name not in written)
    store.remove([*others, *texts])
    if isinstance(store, LocalStore):
        for path in store.folder.glob(".*.part"):
            path.unlink(missing_ok=True)


def _is_ours(name: str) -> bool:
    return name.endswith((".txt", ".part")) or bool(_RECORDS.fullmatch(name.removeprefix("text/")))


def _refuse_overlap_of(output: str, inputs: Iterable[str]) -> None:
    for given in inputs:
        out, name = f"{output}/", f"{given.rstrip('/')}/"
        if out.startswith(name):
            raise _inside(output, given)
        if name.startswith(out):
            raise _around(output, given)


def _refuse_overlap(folder: Path, path: Path) -> None:
    out, given = folder.resolve(), path.resolve()
    if path.is_dir() and out.is_relative_to(given):
        raise _inside(printable(os.fspath(folder)), printable(os.fspath(path)))
    if given.is_relative_to(out):
        raise _around(printable(os.fspath(folder)), printable(os.fspath(path)))


def _inside(output: str, given: str) -> UsageError:
    return UsageError(
        f"--output {output!r} lies inside the input {given!r}, and nothing is ever "
        "written into an input: choose a folder beside it."
    )


def _around(output: str, given: str) -> UsageError:
    return UsageError(
        f"The input {given!r} lies inside --output {output!r}, where results are replaced: "
        "choose another output folder."
    )


def _quoted(path: Path) -> str:
    return repr(printable(os.fspath(path)))
