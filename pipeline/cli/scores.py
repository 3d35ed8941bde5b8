"""The table of `winnow score`: on a terminal a line or two a document with bars, elsewhere plain lines to search."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.cli.bars import COLOURS, bar, shown
from pipeline.document import LABELS, Reason
from pipeline.write import Row, RowWriter

_WIDTH = 100  # of evidence on something that is no terminal
_VERDICT, _CELLS = 10, 6  # columns of the verdict, and of each bar
_OUTCOME = max(map(len, Reason))  # columns of what may stand in place of a verdict
_NARROW = 65  # columns below which there is no room for bars


def score_table(*, quiet: bool) -> RowWriter:
    """A printer of documents one at a time; with `quiet` one line each."""
    console = Console(emoji=False, highlight=False)
    if not console.is_terminal or console.width < _NARROW:
        return lambda item: _print_plain(console, item, quiet=quiet)
    console.print(_heading(), style="dim")
    return lambda item: _print_bars(console, item, quiet=quiet)


def _heading() -> Table:
    table = _grid()
    table.add_row(
        "verdict", *(Text(label, overflow="ellipsis") for label in LABELS), "document, and the strongest reason"
    )
    return table


def _grid() -> Table:
    """Columns of fixed width, so that tables of one row each stand under one another."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(width=_OUTCOME, no_wrap=True)
    for _ in LABELS:
        table.add_column(width=_CELLS + 4, no_wrap=True)
    table.add_column(ratio=1)
    return table


def _print_bars(console: Console, item: Row, *, quiet: bool) -> None:
    table = _grid()
    verdict = _verdict(item)
    scores = [_score(item, label.value) for label in LABELS]
    table.add_row(Text(verdict, style=_colour(verdict)), *scores, _told(item, quiet=quiet))
    console.print(table)


def _score(item: Row, label: str) -> Text:
    """One score as a bar and its two decimals."""
    if not item["scores"]:
        return Text("")
    score = item["scores"][label]
    number = f" {score:.2f}".replace(" 0.", "  .")
    return Text.assemble(bar(score, COLOURS[label], _CELLS - 1), number)


def _told(item: Row, *, quiet: bool) -> Text:
    """Title, name and the strongest reason, each on a line of its own."""
    name = Text(shown(item["id"]), overflow="fold")
    if quiet:
        return name
    lines = [Text(shown(item["title"]), style="bold"), Text(name.plain, style="dim")] if item["title"] else [name]
    reason = _reason(item)
    return Text("\n").join([*lines, Text(reason, style="italic")] if reason else lines)


def _reason(item: Row) -> str:
    """The sentence or measure that pushed hardest toward the verdict, or why there is none."""
    if item["detail"]:
        return str(item["detail"])
    evidence = item["evidence"] or ()
    return _evidence(max(evidence, key=lambda piece: piece["effect"])) if evidence else ""


def _print_plain(console: Console, item: Row, *, quiet: bool) -> None:
    """One document: verdict and scores on a line, then what drove the verdict and what was removed."""
    scores = "  ".join(f"{name} {value:.2f}" for name, value in (item["scores"] or {}).items())
    lines = [f"{_verdict(item):<{_VERDICT}} {scores}  {shown(item['id'])}"]
    if not quiet:
        lines += [f"    {text}" for text in _details(item)]
    console.print(Text("\n".join(lines)), soft_wrap=True)


def _details(item: Row) -> list[str]:
    kinds = Counter(removal["kind"] for removal in item["removed"] or ())
    removed = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    told = [shown(item["title"] or ""), item["detail"], *map(_evidence, item["evidence"] or ())]
    return [text for text in (*told, f"removed: {removed}" if removed else "") if text]


def _evidence(piece: Mapping[str, Any]) -> str:
    """A sentence, or a measure beside the median of each label."""
    if piece["type"] == "sentence":
        text = shown(piece["text"])
        return f"“{text if len(text) <= _WIDTH else text[: _WIDTH - 1] + '…'}”"
    typical = ", ".join(f"{name} {value:.3g}" for name, value in piece["typical"].items())
    return f"{piece['name']}: {piece['value']:.3g}  (typical: {typical})"


def _verdict(item: Row) -> str:
    return str(item["verdict"] or item["unscored"] or item["reason"])


def _colour(verdict: str) -> str:
    return f"bold {COLOURS.get(verdict, 'magenta')}"
