"""What `winnow explain` prints: the document with its removed lines in place, then what drove the verdict."""

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.cli.bars import COLOURS, bar, shown
from pipeline.document import UNSURE, ChromeKind
from pipeline.report.account import Line
from pipeline.report.explain import Explained
from pipeline.report.render import document_page
from pipeline.report.rows import Evidence, ResultRow
from pipeline.report.view import document_view

_MARK = "black on yellow"
_TAG = max(len(kind) for kind in ChromeKind)
_WIDE = 100  # columns of a paragraph on a terminal; longer lines are hard to read


def print_explained(told: Explained, *, quiet: bool) -> None:
    """Print a document; with `quiet` only the verdict and its reasons.

    On something that is no terminal every line stands as it is: removed ones behind `- [kind]`, evidence in ⟦ ⟧.
    """
    console = Console(emoji=False, highlight=False)
    if console.is_terminal:
        console.width = min(console.width, _WIDE)
    is_plain = not console.is_terminal
    if not quiet:
        for line in told.account.lines:
            console.print(_plain(line) if is_plain else _shaded(line), soft_wrap=is_plain)
        console.print()
    for part in _reasons(told.row, is_plain=is_plain):
        console.print(part, soft_wrap=is_plain)


def print_page(told: Explained) -> None:
    """Print a document as one HTML page."""
    sys.stdout.write(document_page(document_view(told.row, told.account)))


def _shaded(line: Line) -> Text | Table:
    if line.kind:
        row = Table.grid(padding=(0, 1, 0, 0))
        row.add_column(width=_TAG, justify="right")
        row.add_row(Text(line.kind, "dim magenta"), Text(shown(line.text), "dim strike"))
        return row
    text = Text(style="bold" if line.is_title else "")
    for span in line.spans:
        if span.effect is None:
            text.append(shown(span.text))
        else:
            text.append(shown(span.text), _MARK).append(f" {span.effect:+.2f}", "bold yellow")
    return Text.assemble("\n", text, "\n") if line.is_title else Text.assemble(text, "\n")


def _plain(line: Line) -> Text:
    if line.kind:
        return Text(f"- [{line.kind}] {shown(line.text)}")
    pieces = (
        shown(span.text) if span.effect is None else f"⟦{shown(span.text)}⟧ ({span.effect:+.2f})" for span in line.spans
    )
    return Text("".join(pieces))


def _reasons(row: ResultRow, *, is_plain: bool) -> Iterator[Text | Table]:
    """Verdict, scores, cues and what was removed, as far as there are any."""
    verdict = Text.assemble((row.outcome, f"bold {COLOURS.get(row.outcome, 'magenta')}"), f"  {shown(row.id)}")
    yield verdict
    if row.detail:
        yield Text(shown(row.detail))
    if row.scores:
        yield _scores(row.scores, is_plain=is_plain)
    cues = [item for item in row.evidence or () if item.type == "cue"]
    if cues:
        yield _cues(cues)
    if row.removed:
        yield Text(f"{row.words or 0:,} words kept, {row.removed_words:,} removed in {len(row.removed):,} lines")


def _scores(scores: dict[str, float], *, is_plain: bool) -> Table:
    table = Table.grid(padding=(0, 2))
    for label, score in scores.items():
        drawn = [] if is_plain else [bar(score, COLOURS.get(label, UNSURE), 20)]
        table.add_row(label, *drawn, f"{score:.2f}")
    return table


def _cues(cues: list[Evidence]) -> Table:
    """The measures beside the median of each label."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("measure")
    for heading in ("here", *cues[0].typical):
        table.add_column(heading, justify="right", style="bold" if heading == "here" else "dim")
    for cue in cues:
        table.add_row(cue.name, f"{cue.value:.3g}", *(f"{value:.3g}" for value in cue.typical.values()))
    return table
