"""What the commands print: rows as a table, JSON lines or CSV, a run's summary, and the models' figures."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pipeline.cli.scores import score_table
from pipeline.document import Label
from pipeline.models import Manifest
from pipeline.write import Format, Row, RowWriter, row_writer

if TYPE_CHECKING:
    from pipeline.run import Progress as Report
    from pipeline.run import Summary


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator["Report | None"]:
    """A bar with rate and time left on a terminal's standard error; nothing elsewhere."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("winnow"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("winnow", total=None, rate="")

        def report(done: int, total: int) -> None:
            speed = bar.tasks[task].finished_speed or bar.tasks[task].speed
            bar.update(task, completed=done, total=total, rate=f"{speed:.0f}/s" if speed else "")

        yield report


def print_summary(summary: "Summary", output: str) -> None:
    """What a run did, in a few lines: counts that add up, reasons, verdicts and where things are."""
    console = Console(emoji=False, highlight=False, soft_wrap=True)
    statuses = ", ".join(f"{count} {name}" for name, count in summary.statuses.items())
    verdicts = ", ".join(f"{count} {name}" for name, count in summary.verdicts.items() if count)
    console.print(f"{summary.inputs} inputs: {statuses} in {summary.seconds:.1f} s")
    if not summary.inputs:
        console.print("no file was found: the inputs are empty folders, or no name in them fits --glob")
    if summary.reasons:
        console.print("reasons: " + ", ".join(f"{count} {name}" for name, count in summary.reasons.items()))
    if verdicts:
        console.print(f"verdicts: {verdicts}")
    console.print(f"written to {output}", markup=False)


def print_rows(rows: Iterable[Row], form: str, *, quiet: bool, sort: bool = False) -> int:
    """Print rows as they come, or the likeliest filler first once all are there; the number of failed ones."""
    failed = 0
    with _row_printer(form, quiet=quiet) as write:
        for item in sorted(rows, key=_likeliest_filler) if sort else rows:
            failed += item["status"] == "failed"
            write(item)
    return failed


def _likeliest_filler(item: Row) -> float:
    """Sorts by the probability of filler, the highest first; what was not scored comes last."""
    return -float((item["scores"] or {}).get(Label.FILLER, -1.0))


@contextmanager
def _row_printer(form: str, *, quiet: bool) -> Iterator[RowWriter]:
    if form == "table":
        yield score_table(quiet=quiet)
        return
    with row_writer(sys.stdout, Format(form)) as write:
        yield write


def print_models(manifests: Iterable[Manifest], folder: Path, *, quiet: bool) -> None:
    """Which models, trained when and on what, with their figures."""
    console = Console(emoji=False, highlight=False, soft_wrap=True)
    for manifest in manifests:
        console.print(f"[bold]{escape(manifest.name)}[/bold]  trained {manifest.trained}, protocol {manifest.protocol}")
        if quiet:
            continue
        told = {"data": manifest.data, "figures": manifest.figures, "libraries": manifest.versions}
        for name, values in told.items():
            console.print(f"  {name}: {_listed(values)}", markup=False)
    console.print(f"from {folder}", markup=False)


def _listed(values: Mapping[str, Any]) -> str:
    """Nested values on one line, without what is empty."""
    return ", ".join(f"{name} {_told(value)}" for name, value in values.items() if value not in ("", [], {}))


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"({_listed(value)})"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
