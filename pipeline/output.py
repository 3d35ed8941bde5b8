"""The output folder: refused where it would harm something, swept of an earlier run.

Knows which names in the folder are winnow's: run.json, results.*, text/, .winnow/ and its own part files.
Anything else in it is the user's and is never touched.
"""

import os
import re
from collections.abc import Container, Iterable
from contextlib import suppress
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.write import Format, printable, unwritable

RUN = "run.json"
_RECORDS = re.compile(r"part-\d{5,}\.jsonl")


def prepare_output(folder: Path, inputs: Iterable[Path]) -> None:
    """Make the folder.

    Raises:
        UsageError: it lies in an input or holds one, is a file, holds somebody else's files, or cannot be written.
    """
    for path in inputs:
        _refuse_overlap(folder, path)
    try:
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"--output {_quoted(folder)} is a file: name a folder.")
        if folder.is_dir() and any(folder.iterdir()) and not (folder / RUN).is_file():
            raise UsageError(
                f"--output {_quoted(folder)} holds files that no run of winnow wrote: name an empty or new folder."
            )
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error


def sweep(folder: Path, form: Format, written: Container[str]) -> None:
    """Remove what an earlier run left that this one did not write: texts, records, other forms of results.

    Args:
        written: text files of this run, relative to the folder.
    """
    others = [f"results.{other.value}" for other in Format if other is not form]
    _remove(folder / name for name in others)
    for parent, _, files in os.walk(folder / "text", topdown=False):
        here = Path(parent)
        texts = [here / name for name in files if name.endswith((".txt", ".part")) or _RECORDS.fullmatch(name)]
        _remove(path for path in texts if path.relative_to(folder).as_posix() not in written)
        with suppress(OSError):  # it still holds something
            here.rmdir()
    _remove(folder.glob(".*.part"))


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(FileNotFoundError):
            path.unlink()


def _refuse_overlap(folder: Path, path: Path) -> None:
    out, given = folder.resolve(), path.resolve()
    if path.is_dir() and out.is_relative_to(given):
        raise UsageError(
            f"--output {_quoted(folder)} lies inside the input {_quoted(path)}, and nothing is ever "
            "written into an input: choose a folder beside it."
        )
    if given.is_relative_to(out):
        raise UsageError(
            f"The input {_quoted(path)} lies inside --output {_quoted(folder)}, where results are replaced: "
            "choose another output folder."
        )


def _quoted(path: Path) -> str:
    return repr(printable(os.fspath(path)))
