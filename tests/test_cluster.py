"""The same run on a Dask cluster of several processes: the same rows, also when one of the workers is killed."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.backend import Backend
from pipeline.errors import UsageError
from pipeline.run import CleanSettings, clean_folder

from .test_run import few, output, rows_of, seventy, timeless  # noqa: F401 - fixtures

distributed = pytest.importorskip("distributed", reason="the extra [dask] is not installed")
pytestmark = pytest.mark.filterwarnings("default")  # of Dask and its web server, about ports and unclosed sockets


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two worker processes with a thread each."""
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as found:
        yield found


def on(cluster: Any, **changes: Any) -> CleanSettings:
    return CleanSettings(backend=Backend.DASK, scheduler=cluster.scheduler_address, chunk=5, **changes)


def test_cluster_gives_the_rows_of_this_machine(cluster: Any, tmp_path: Path):
    inputs = seventy(tmp_path / "in")
    clean_folder(inputs, tmp_path / "here", CleanSettings(jobs=2))
    clean_folder(inputs, tmp_path / "there", on(cluster))
    assert timeless(rows_of(tmp_path / "there")) == timeless(rows_of(tmp_path / "here"))


def test_worker_of_a_cluster_that_is_killed_costs_no_row(cluster: Any, tmp_path: Path):
    inputs = seventy(tmp_path / "in")
    with distributed.Client(cluster.scheduler_address) as client:
        victim = next(iter(client.run(os.getpid).values()))
    killed = threading.Event()

    def kill_once(done: int, _total: int) -> None:
        if done >= 10 and not killed.is_set():
            killed.set()
            os.kill(victim, signal.SIGKILL)

    clean_folder(inputs, tmp_path / "out", on(cluster), kill_once)
    assert killed.is_set()
    assert [item["id"] for item in rows_of(tmp_path / "out")] == [f"{number:02}.txt" for number in range(70)]
    assert {item["status"] for item in rows_of(tmp_path / "out")} == {"ok"}


def test_run_on_a_cluster_goes_on_where_one_here_stopped(cluster: Any, tmp_path: Path):
    inputs = seventy(tmp_path / "in")
    clean_folder(inputs, tmp_path / "out", CleanSettings(jobs=1, chunk=5))
    before = rows_of(tmp_path / "out")
    clean_folder(inputs, tmp_path / "out", on(cluster))
    assert rows_of(tmp_path / "out") == before


def test_scheduler_that_does_not_answer_is_refused_in_one_sentence(few: Path, output: Path):  # noqa: F811
    settings = CleanSettings(backend=Backend.DASK, scheduler="tcp://127.0.0.1:9", jobs=1)
    started = time.monotonic()
    with pytest.raises(UsageError, match=r"--scheduler tcp://127\.0\.0\.1:9") as refusal:
        clean_folder(few, output, settings)
    assert ("\n" in str(refusal.value), time.monotonic() - started < 60) == (False, True)
