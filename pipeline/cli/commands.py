"""The command `winnow`: parses options, calls one function, prints, and returns an exit status.

0: every input accounted for and none failed. 1: some failed. 2: wrong use. 130: interrupted.
Rooms that need NumPy are imported inside the commands, so that --help answers at once.
"""

import io
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from pipeline.backend import Backend, Dedup
from pipeline.document import UNSURE, ChromeKind, Label, Status
from pipeline.errors import UsageError, WinnowError
from pipeline.read import MAX_BYTES
from pipeline.write import Format, TextOutput

FAILED, WRONG_USE, INTERRUPTED = 1, 2, 130
_VERDICTS = (*Label, UNSURE, "unscored")

app = typer.Typer(
    name="winnow",
    help="Clean folders of web documents and score each as reporting, analysis or filler.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
_errors = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


class TableFormat(StrEnum):
    """How `winnow score` prints."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


class PageFormat(StrEnum):
    """How `winnow explain` shows a document."""

    TEXT = "text"
    HTML = "html"


Inputs = Annotated[list[str], typer.Argument(metavar="INPUT...", help="Files, folders and s3:// or gs:// addresses.")]
ModelsOption = Annotated[
    Path | None, typer.Option("--models", metavar="DIR", help="Folder with chrome/ and quality/ to use instead.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more of what is done.")]
Glob = Annotated[str, typer.Option("--glob", metavar="PATTERN", help="Take only such file names from folders.")]
MaxBytes = Annotated[int, typer.Option("--max-bytes", min=1, help="Reject larger documents, also once unpacked.")]
FieldOption = Annotated[
    str | None, typer.Option("--field", metavar="NAME", help="Of records, the field with the text or page.")
]
KeepOption = Annotated[str, typer.Option("--keep", metavar="KINDS", help="Chrome kinds that stay: caption,byline,...")]


def main() -> None:
    """Run the command line; the only place that turns exceptions into exit statuses."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except WinnowError as error:
        _refuse(str(error))


@contextmanager
def _ending() -> Iterator[None]:
    """Exit statuses for what typer would turn into others before `main` sees it."""
    try:
        yield
        sys.stdout.flush()
    except KeyboardInterrupt:
        _errors.print("Interrupted: what was done is kept. Run the same command again to do the rest.")
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:  # the reader of our output left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None


@app.command(epilog="Example:  winnow clean pages/ --output cleaned/ --keep caption --drop filler")
def clean(
    inputs: Inputs,
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="DIR", help="Where text/, results and run.json go: folder or address."),
    ],
    *,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Worker processes; 0 means one for each core.")] = 0,
    keep: KeepOption = "",
    drop: Annotated[
        str, typer.Option("--drop", metavar="VERDICTS", help="Write no text for these: filler,unsure,...")
    ] = "",
    models: ModelsOption = None,
    time_limit: Annotated[
        float, typer.Option("--time-limit", min=0.01, metavar="S", help="Seconds that one document may take.")
    ] = 30.0,
    memory_limit: Annotated[
        int, typer.Option("--memory-limit", min=1, metavar="MB", help="Memory of a worker, models included.")
    ] = 2000,
    max_bytes: MaxBytes = MAX_BYTES,
    glob: Glob = "*",
    text: Annotated[
        TextOutput, typer.Option("--text", help="A text file each, records of text.jsonl, or none.")
    ] = TextOutput.FILES,
    form: Annotated[Format, typer.Option("--format", help="How results are written.")] = Format.JSONL,
    field: FieldOption = None,
    dedup: Annotated[
        Dedup, typer.Option("--dedup", help="Copies that are noted: exact ones, or near ones too.")
    ] = Dedup.EXACT,
    backend: Annotated[
        Backend, typer.Option("--backend", help="Processes of this machine, or a Dask cluster.")
    ] = Backend.LOKY,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="ADDRESS", help="Of the Dask cluster: tcp://HOST:PORT.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Do all inputs again, also what is unchanged.")] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Clean and score every file of the inputs into a folder. `-` reads one document from standard input."""
    if scheduler and backend is not Backend.DASK:
        raise UsageError(f"--scheduler {scheduler} is for --backend dask: name that too.")
    kept, dropped = _kinds(keep), _verdicts(drop)
    from pipeline.cli.printing import print_summary, progress_bar  # noqa: PLC0415 - late: --help needs none of it
    from pipeline.pool import Limits  # noqa: PLC0415
    from pipeline.report.writing import report_after  # noqa: PLC0415
    from pipeline.run import CleanSettings, clean_folder  # noqa: PLC0415

    _log(verbose=verbose)
    settings = CleanSettings(
        jobs, kept, dropped, models, text, form, max_bytes, glob,
        limits=Limits(time_limit, memory_limit), field=field, backend=backend, scheduler=scheduler, fresh=fresh,
        dedup=dedup,
    )  # fmt: skip
    with _ending(), progress_bar(quiet=quiet) as progress, report_after(output):
        summary = clean_folder(inputs, output, settings, progress)
    if not quiet:
        print_summary(summary, output)
    if summary.failed:
        raise typer.Exit(FAILED)


@app.command(epilog="Example:  winnow score new.html notes.txt --format jsonl")
def score(
    inputs: Inputs,
    *,
    form: Annotated[TableFormat, typer.Option("--format", help="How rows are printed.")] = TableFormat.TABLE,
    keep: KeepOption = "",
    models: ModelsOption = None,
    max_bytes: MaxBytes = MAX_BYTES,
    glob: Glob = "*",
    field: FieldOption = None,
    sort: Annotated[bool, typer.Option("--sort", help="The likeliest filler first, once all are scored.")] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print verdicts, scores and evidence; write nothing. `-` reads standard input."""
    kept = _kinds(keep)
    from pipeline.cli.printing import print_rows  # noqa: PLC0415
    from pipeline.direct import score_inputs  # noqa: PLC0415

    _log(verbose=verbose)
    rows = score_inputs(inputs, keep=kept, models=models, max_bytes=max_bytes, pattern=glob, field=field)
    with _ending():
        if print_rows(rows, form.value, quiet=quiet, sort=sort):
            raise typer.Exit(FAILED)


@app.command(epilog="Example:  winnow explain story.html --format html > story-explained.html")
def explain(
    name: Annotated[
        str, typer.Argument(metavar="FILE", help="HTML or text, also .gz; a record: dump.jsonl#3; -: standard input.")
    ],
    *,
    form: Annotated[PageFormat, typer.Option("--format", help="For the terminal, or one page.")] = PageFormat.TEXT,
    keep: KeepOption = "",
    models: ModelsOption = None,
    max_bytes: MaxBytes = MAX_BYTES,
    field: FieldOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Leave the text out: verdict and reasons only.")] = False,
    verbose: Verbose = False,
) -> None:
    """Show one document: what was removed where, and what drove the verdict; write nothing."""
    kept = _kinds(keep)
    from pipeline.cli.explaining import print_explained, print_page  # noqa: PLC0415
    from pipeline.report.explain import explain as explained  # noqa: PLC0415
    from pipeline.score import load_models  # noqa: PLC0415

    _log(verbose=verbose)
    told = explained(name, load_models(models), keep=kept, max_bytes=max_bytes, field=field)
    with _ending():
        print_page(told) if form is PageFormat.HTML else print_explained(told, quiet=quiet)
    if told.row.status == Status.FAILED:
        raise typer.Exit(FAILED)


@app.command(epilog="Example:  winnow report cleaned/    or, what changed:  winnow report before/ after/")
def report(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="What `winnow clean` wrote.")],
    other: Annotated[
        str | None, typer.Argument(metavar="[DIR2]", help="A later run of the same inputs, to compare with it.")
    ] = None,
    *,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write DIR/report.html and DIR/sources.csv again, or compare two runs in DIR2/compare.html."""
    from pipeline.report.writing import write_comparison, write_report  # noqa: PLC0415 - late: imports NumPy

    _log(verbose=verbose)
    with _ending():
        page = write_comparison(folder, other) if other else write_report(folder)
        if not quiet:
            typer.echo(f"written to {page}")


@app.command("models", epilog="Example:  winnow models --models trained/models")
def show_models(*, models: ModelsOption = None, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Say which models are used, when and on what they were trained, with their figures."""
    from pipeline.cli.printing import print_models  # noqa: PLC0415 - late: imports NumPy
    from pipeline.score import default_models, load_models  # noqa: PLC0415

    _log(verbose=verbose)
    print_models(load_models(models).manifests, models or default_models(), quiet=quiet)


def _kinds(text: str) -> frozenset[ChromeKind]:
    """Chrome kinds out of a list with commas."""
    return frozenset(ChromeKind(name) for name in _names(text, "--keep", [kind.value for kind in ChromeKind]))


def _verdicts(text: str) -> frozenset[str]:
    """Verdicts out of a list with commas."""
    return frozenset(_names(text, "--drop", [str(verdict) for verdict in _VERDICTS]))


def _names(text: str, option: str, allowed: list[str]) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    wrong = [name for name in names if name not in allowed]
    if wrong:
        raise UsageError(f"{option} does not know {', '.join(wrong)}; allowed are {', '.join(allowed)}.")
    return names


def _log(*, verbose: bool) -> None:
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, format="%(message)s", stream=sys.stderr)


def _refuse(message: str) -> NoReturn:
    _errors.print(f"winnow: {message}", markup=False)
    sys.exit(WRONG_USE)
