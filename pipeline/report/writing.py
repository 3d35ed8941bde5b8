"""The files of a report: report.html and sources.csv beside a run's results, compare.html for two runs."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import UsageError, WinnowError
from pipeline.report.account import account_of_row, is_read_again
from pipeline.report.compare import compare
from pipeline.report.mirror import at_hand, bring, put_back
from pipeline.report.render import comparison_page, report_page
from pipeline.report.rows import ResultRow
from pipeline.report.sources import SOURCES, write_sources
from pipeline.report.summarise import summarise
from pipeline.report.view import DocumentView, document_view
from pipeline.stores import store_of
from pipeline.write import write_file

REPORT = "report.html"
COMPARISON = "compare.html"
_READING = 5.0  # seconds that the run took for the documents that are read a second time


def write_report(output: str | Path) -> str | Path:
    """Write report.html and sources.csv into the folder of a run, also one behind an address; the place of the page.

    Raises:
        UsageError: the folder holds no run, its results are not winnow's, or it cannot be written.
        MissingExtraError: results in parquet without pyarrow.
    """
    store = store_of(output)
    with at_hand(store) as folder:
        figures = summarise(folder)
        bring(store, folder, (name for row in figures.sample if (name := row.text_file or "").endswith(".txt")))
        documents = list(_views(figures.sample, folder))
        write_sources(folder, figures.sources)
        write_file(folder / REPORT, report_page(figures, documents, sources=SOURCES))
        put_back(store, folder, [SOURCES, REPORT])
    return store.place(REPORT)


def write_comparison(first: str | Path, second: str | Path) -> str | Path:
    """Write what changed between two runs as compare.html into the folder of the second; the place of the page.

    Raises:
        UsageError: as for `write_report`.
    """
    store = store_of(second)
    with at_hand(store_of(first)) as before, at_hand(store) as after:
        write_file(after / COMPARISON, comparison_page(compare(before, after)))
        put_back(store, after, [COMPARISON])
    return store.place(COMPARISON)


@contextmanager
def report_after(output: str | Path) -> Iterator[None]:
    """Write the report once the run in the block has ended, also when the user ended it (Ctrl-C).

    A comparison with the run that was there before goes.
    """
    try:
        yield
    except KeyboardInterrupt:
        with suppress(WinnowError):  # it ended before there was anything to report
            _report_anew(output)
        raise
    _report_anew(output)


def _report_anew(output: str | Path) -> None:
    write_report(output)
    with suppress(UsageError):
        store_of(output).remove([COMPARISON])


def _views(rows: tuple[ResultRow, ...], folder: Path) -> Iterator[DocumentView]:
    """The documents of a page; inputs are read again as long as the budget lasts, then cleaned texts are."""
    left = _READING
    for place, row in enumerate(rows, 1):
        left -= (row.seconds or 0.0) if is_read_again(row) else 0.0
        yield document_view(row, account_of_row(row, folder, read_input=left > 0), place=place, folder=folder)
