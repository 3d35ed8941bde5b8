"""What the commands print: rows as a table, JSON lines or CSV, a run's summary, and the models' figures."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pipeline.models import Manifest
from pipeline.run import Progress as Report
from pipeline.run import Summary
from pipeline.write import Format, Row, row_writer

_COLOURS = {"reporting": "green", "analysis": "cyan", "filler": "red", "unsure": "yellow"}
_WIDTH = 100  # of evidence on something that is no terminal


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[Report | None]:
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


def print_summary(summary: Summary, output: Path) -> None:
    """What a run did, in a few lines: counts that add up, reasons, verdicts and where things are."""
    console = Console(emoji=False, highlight=False, soft_wrap=True)
    statuses = ", ".join(f"{count} {name}" for name, count in summary.statuses.items())
    verdicts = ", ".join(f"{count} {name}" for name, count in summary.verdicts.items() if count)
    console.print(f"{summary.inputs} inputs: {statuses} in {summary.seconds:.1f} s")
    if summary.reasons:
        console.print("reasons: " + ", ".join(f"{count} {name}" for name, count in summary.reasons.items()))
    if verdicts:
        console.print(f"verdicts: {verdicts}")
    console.print(f"written to {output}", markup=False)


def print_rows(rows: Iterable[Row], form: str, *, quiet: bool) -> int:
    """Print rows as they come; the number of failed ones."""
    failed = 0
    if form == "table":
        console = Console(emoji=False, highlight=False, soft_wrap=True)
        for item in rows:
            failed += item["status"] == "failed"
            _print_row(console, item, quiet=quiet)
        return failed
    with row_writer(sys.stdout, Format(form)) as write:
        for item in rows:
            failed += item["status"] == "failed"
            write(item)
    return failed


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
    """Nested values on one line."""
    parts = (
        f"{name} ({_listed(value)})" if isinstance(value, Mapping) else f"{name} {value}"
        for name, value in values.items()
    )
    return ", ".join(parts)


def _print_row(console: Console, item: Row, *, quiet: bool) -> None:
    """One document: verdict and scores on a line, then what drove the verdict and what was removed."""
    verdict = item["verdict"] or item["unscored"] or item["reason"]
    colour = _COLOURS.get(verdict, "magenta")
    scores = "  ".join(f"{name} {value:.2f}" for name, value in (item["scores"] or {}).items())
    console.print(f"[{colour}]{verdict:<10}[/{colour}] {scores}  {escape(_shown(item['id']))}", soft_wrap=True)
    if quiet:
        return
    if item["detail"]:
        console.print(f"    {item['detail']}", markup=False)
    for piece in item["evidence"] or ():
        _print_evidence(console, piece)
    if item["removed"]:
        kinds: dict[str, int] = {}
        for removal in item["removed"]:
            kinds[removal["kind"]] = kinds.get(removal["kind"], 0) + 1
        console.print("    removed: " + ", ".join(f"{count} {kind}" for kind, count in kinds.items()), markup=False)


def _print_evidence(console: Console, piece: Mapping[str, Any]) -> None:
    if piece["type"] == "sentence":
        text = piece["text"] if len(piece["text"]) <= _WIDTH else piece["text"][: _WIDTH - 1] + "…"
        console.print(f"    “{text}”", markup=False)
        return
    typical = ", ".join(f"{name} {value:.3g}" for name, value in piece["typical"].items())
    console.print(f"    {piece['name']}: {piece['value']:.3g}  (typical: {typical})", markup=False)


def _shown(name: str) -> str:
    """A name on one line, without what would command a terminal."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in name)
