"""Object stores as input and output, over the real S3 protocol: the same rows as files, parts, going on, refusals."""

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from pipeline.backend import Backend
from pipeline.errors import UsageError
from pipeline.run import CleanSettings, clean_folder
from pipeline.write import Format, TextOutput

from .test_run import ESSAY, PAGE, REPORT, Row, named, put, rows_of, timeless

moto = pytest.importorskip("moto.server", reason="moto[server] is not installed")
s3fs = pytest.importorskip("s3fs", reason="the extra [cloud] is not installed")
distributed = pytest.importorskip("distributed", reason="the extra [dask] is not installed")
pytestmark = pytest.mark.filterwarnings("default")  # of clients and servers, about sockets and deprecations

FILES: Mapping[str, str | bytes] = {
    "a.html": PAGE,
    "b/c [1] #2?.txt": ESSAY,
    "b/d.txt.gz": gzip.compress(REPORT.encode()),
    "b/torn.txt.gz": gzip.compress(REPORT.encode())[:-20],
    "e.txt": "",
    "f.jsonl": json.dumps({"text": REPORT}) + '\n{"text": \n' + json.dumps({"text": ESSAY}) + "\n",
    "g.csv.gz": gzip.compress(b"text,url\n" + f'"{REPORT}",https://quay.example/1\n'.encode() * 3),
    "large.txt": REPORT * 50,
    "ü.md": ESSAY * 2,
}
LIMIT = 20_000


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server that speaks S3, where every process of this run finds it."""
    server = moto.ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    told = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "quay",
        "AWS_SECRET_ACCESS_KEY": "quay",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in told.items():
            patch.setenv(name, value)
        yield told["AWS_ENDPOINT_URL"]
    server.stop()


@contextmanager
def served(port: int, files: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A server of its own, which can be killed, with files in the bucket quay."""
    command = [sys.executable, "-m", "moto.server", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            limit = time.monotonic() + 60
            while not _answers(port):
                assert time.monotonic() < limit
                time.sleep(0.1)
            system = s3fs.S3FileSystem(endpoint_url=f"http://127.0.0.1:{port}", skip_instance_cache=True)
            system.mkdir("s3://quay")
            for name, content in files.items():
                system.pipe_file(f"s3://quay/in/{name}", content.encode())
            yield server
        finally:
            server.kill()


def _answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def bucket(endpoint: str) -> str:  # noqa: ARG001 - it has to run
    """The address of an empty bucket."""
    name = f"s3://quay-{uuid4().hex}"
    s3fs.S3FileSystem().mkdir(name)
    return name


def upload(address: str, files: Mapping[str, str | bytes]) -> str:
    system = s3fs.S3FileSystem()
    for name, content in files.items():
        system.pipe_file(f"{address}/{name}", content.encode() if isinstance(content, str) else content)
    return address


def found(address: str) -> dict[str, bytes]:
    """What lies below an address."""
    system = s3fs.S3FileSystem(use_listings_cache=False, skip_instance_cache=True)
    return {name.partition("/")[2]: system.cat_file(name) for name in system.find(address)}


def parts_in(bucket: str) -> set[str]:
    system = s3fs.S3FileSystem(use_listings_cache=False, skip_instance_cache=True)
    return {name for name in system.find(f"{bucket}/out/.winnow") if name.endswith(".gz")}


def rows_at(address: str) -> list[Row]:
    return [json.loads(line) for line in found(address)["out/results.jsonl"].decode().split("\n")[:-1]]


def placeless(rows: list[Row]) -> list[Row]:
    return [item | {"input": None} for item in timeless(rows)]


def test_files_in_a_bucket_give_the_rows_and_texts_of_files(bucket: str, tmp_path: Path):
    settings = CleanSettings(jobs=2, chunk=3, max_bytes=LIMIT)
    clean_folder(put(tmp_path / "in", FILES), tmp_path / "out", settings)
    clean_folder(upload(f"{bucket}/in", FILES), f"{bucket}/out", settings)
    assert placeless(rows_at(bucket)) == placeless(rows_of(tmp_path / "out"))
    here = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("out/text/**/*.txt")}
    assert {name: raw for name, raw in found(bucket).items() if name.startswith("out/text/")} == here
    assert {item["input"] for item in rows_at(bucket)} == {f"{bucket}/in/{name}" for name in FILES}


@pytest.fixture(scope="module")
def cluster(endpoint: str) -> Iterator[Any]:  # noqa: ARG001 - workers are told of it
    """Two worker processes with a thread each."""
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as workers:
        yield workers


def command(*arguments: str, scratch: Path, lines: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *arguments],
        input=lines,
        capture_output=True,
        cwd=scratch,
        check=False,
        timeout=240,
    )
    return subprocess.CompletedProcess(told.args, told.returncode, told.stdout.decode(), told.stderr.decode())


def test_command_on_a_cluster_with_buckets_gives_the_rows_of_files_here(cluster: Any, bucket: str, tmp_path: Path):
    clean_folder(put(tmp_path / "in", FILES), tmp_path / "out", CleanSettings(jobs=2))
    upload(f"{bucket}/in", FILES)
    backend = ["--backend", "dask", "--scheduler", cluster.scheduler_address]
    told = command("clean", f"{bucket}/in", "--output", f"{bucket}/out", *backend, scratch=tmp_path)
    assert (told.returncode, told.stderr) == (1, "")  # one file is torn
    assert f"written to {bucket}/out" in told.stdout
    assert placeless(rows_at(bucket)) == placeless(rows_of(tmp_path / "out"))
    assert b"<html" in found(bucket)["out/report.html"][:200].lower()
    assert json.loads(found(bucket)["out/run.json"])["interrupted"] is False


def test_worker_of_a_cluster_that_is_killed_costs_no_row_in_a_bucket(cluster: Any, bucket: str):
    names = [f"{number:02}.txt" for number in range(40)]
    upload(f"{bucket}/in", {name: REPORT.replace("112", name) for name in names})
    with distributed.Client(cluster.scheduler_address) as client:
        victim = next(iter(client.run(os.getpid).values()))
    killed: list[int] = []

    def kill_once(done: int, _total: int) -> None:
        if done >= 8 and not killed:
            killed.append(victim)
            os.kill(victim, signal.SIGKILL)

    settings = CleanSettings(backend=Backend.DASK, scheduler=cluster.scheduler_address, chunk=4)
    clean_folder(f"{bucket}/in", f"{bucket}/out", settings, kill_once)
    assert killed
    assert [(item["id"], item["status"]) for item in rows_at(bucket)] == [(name, "ok") for name in names]


def test_unchanged_objects_are_not_done_again_and_changed_ones_are(bucket: str):
    settings = CleanSettings(jobs=1, chunk=2)
    upload(f"{bucket}/in", FILES)
    clean_folder(f"{bucket}/in", f"{bucket}/out", settings)
    before = {item["id"]: item for item in rows_at(bucket)}
    s3fs.S3FileSystem().rm_file(f"{bucket}/in/e.txt")
    upload(f"{bucket}/in", {"b/d.txt.gz": gzip.compress(ESSAY.replace("nine", "six").encode()), "new.txt": REPORT * 2})
    clean_folder(f"{bucket}/in", f"{bucket}/out", settings)
    after = {item["id"]: item for item in rows_at(bucket)}
    fresh = {name for name in after if after[name] != before.get(name)}
    assert (fresh, set(before) - set(after)) == ({"b/d.txt.gz", "new.txt"}, {"e.txt"})
    assert set(found(f"{bucket}/out/text")) == {f"out/{name}" for name in named(list(after.values()))}


def test_object_that_vanishes_during_the_run_is_a_failed_row_and_the_next_run_forgets_it(bucket: str):
    names = [f"{number:02}.txt" for number in range(20)]
    upload(f"{bucket}/in", {name: REPORT.replace("112", name) for name in names})

    def remove_last(_done: int, _total: int) -> None:
        with suppress(FileNotFoundError):
            s3fs.S3FileSystem().rm_file(f"{bucket}/in/19.txt")

    clean_folder(f"{bucket}/in", f"{bucket}/out", CleanSettings(jobs=1, chunk=1), remove_last)
    assert [item["reason"] for item in rows_at(bucket)] == [*[None] * 19, "unreadable"]
    clean_folder(f"{bucket}/in", f"{bucket}/out", CleanSettings(jobs=1, chunk=1))
    assert [(item["id"], item["status"]) for item in rows_at(bucket)] == [(name, "ok") for name in names[:-1]]


def test_somebody_elses_object_is_no_output(bucket: str):
    upload(bucket, {"in/a.txt": ESSAY, "page.html": "<p>mine"})
    with pytest.raises(UsageError, match="no run of winnow wrote"):
        clean_folder(f"{bucket}/in", f"{bucket}/page.html", CleanSettings(jobs=1))
    assert set(found(bucket)) == {"in/a.txt", "page.html"}


def test_store_that_stops_ends_the_run_in_one_sentence_and_the_next_run_goes_on(
    endpoint: str,  # noqa: ARG001 - for the names and keys that it sets
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    files = {f"{number:03}.txt": REPORT.replace("112", str(number)) for number in range(160)}
    arguments = [sys.executable, "-m", "pipeline.cli", "clean", "s3://quay/in", "--output", tmp_path, "--jobs", "1"]
    with served(port, files) as server, subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as run:
        while not list(tmp_path.glob(".winnow/*.gz")):
            assert run.poll() is None
            time.sleep(0.02)
        server.kill()
        _, told = run.communicate(timeout=200)
    kept = {path.name for path in tmp_path.glob(".winnow/*.gz")}
    assert (run.returncode, told.count("\n"), "cannot be reached" in told) == (2, 1, True)
    with served(port, files):
        assert subprocess.run(arguments, check=False, stdout=subprocess.DEVNULL).returncode == 0
    assert {path.name for path in tmp_path.glob(".winnow/*.gz")} > kept > set()
    assert [(item["id"], item["status"]) for item in rows_of(tmp_path)] == [(name, "ok") for name in files]


def test_run_into_a_bucket_that_was_killed_goes_on_by_parts(bucket: str, tmp_path: Path):
    names = [f"{number:03}.txt" for number in range(100)]
    upload(f"{bucket}/in", {name: ESSAY.replace("nine", name) for name in names})
    arguments = ["clean", f"{bucket}/in", "--output", f"{bucket}/out", "--jobs", "1", "--text", "none"]
    with subprocess.Popen([sys.executable, "-m", "pipeline.cli", *arguments], cwd=tmp_path) as run:
        while not parts_in(bucket):
            assert run.poll() is None
        run.kill()
    kept = parts_in(bucket)
    assert (command(*arguments, scratch=tmp_path).returncode, len(kept) < len(parts_in(bucket))) == (0, True)
    assert [item["id"] for item in rows_at(bucket)] == names
    assert kept < parts_in(bucket)


@pytest.mark.parametrize("form", [Format.PARQUET, Format.CSV])
def test_other_formats_and_records_of_text_go_into_a_bucket_and_replace_what_was_there(bucket: str, form: Format):
    upload(f"{bucket}/in", {"a.txt": REPORT, "b.txt": ESSAY})
    clean_folder(f"{bucket}/in", f"{bucket}/out", CleanSettings(jobs=1))
    clean_folder(f"{bucket}/in", f"{bucket}/out", CleanSettings(jobs=1, form=form, text=TextOutput.RECORDS))
    left = {name for name in found(f"{bucket}/out") if "/.winnow/" not in name}
    assert left == {"out/run.json", f"out/results.{form}", "out/text/part-00000.jsonl"}


def test_report_of_a_run_in_a_bucket_is_written_there_and_shows_its_texts(bucket: str, tmp_path: Path):
    upload(f"{bucket}/in", {"a.txt": REPORT, "b.txt": ESSAY})
    clean_folder(f"{bucket}/in", f"{bucket}/out", CleanSettings(jobs=1))
    told = command("report", f"{bucket}/out", scratch=tmp_path)
    assert (told.returncode, told.stdout) == (0, f"written to {bucket}/out/report.html\n")
    page = found(bucket)["out/report.html"].decode()
    assert REPORT.splitlines()[0] in page
    assert "out/sources.csv" in found(bucket)


def test_keys_that_no_path_can_have_stay_within_the_output_and_apart(bucket: str, tmp_path: Path):
    keys = ["../up.txt", "a//b.txt", "a/b.txt", "A/B.txt", "./c.txt", "a/%/b.txt", f"{'long/' * 200}d.txt"]
    upload(f"{bucket}/in", {key: REPORT.replace("112", str(number)) for number, key in enumerate(keys)})
    clean_folder(f"{bucket}/in", tmp_path / "out", CleanSettings(jobs=1))
    rows = rows_of(tmp_path / "out")
    assert {path.relative_to(tmp_path / "out").as_posix() for path in tmp_path.rglob("*.txt")} == named(rows)
    assert (len(rows), len(named(rows)), {item["status"] for item in rows}) == (len(keys), len(keys), {"ok"})
    clean_folder(f"{bucket}/in", f"{bucket}/out", CleanSettings(jobs=1))
    assert set(found(f"{bucket}/out/text")) == {f"out/{name}" for name in named(rows_at(bucket))}
    assert len(rows_at(bucket)) == len(keys)


@pytest.mark.parametrize(
    ("given", "output", "told"),
    [
        ("{}/none", "{}/out", "does not exist"),
        ("s3://quay-absent-0/in", "{}/out", "s3://quay-absent-0/in"),
        ("{}/in", "s3://quay-absent-0/out", "s3://quay-absent-0/out"),
        ("{}/in", "{}/in/out", "inside the input"),
        ("{}/in/a", "{}/in", "lies inside --output"),
        ("{}/in", "{}/other", "no run of winnow wrote"),
        ("gopher://quay.example/in", "{}/out", "gopher"),
        ("https://quay.example/in", "{}/out", "runs offline"),
    ],
)
def test_address_that_cannot_be_used_is_refused_in_one_sentence(bucket: str, given: str, output: str, told: str):
    upload(bucket, {"in/a/b.txt": REPORT, "other/mine.txt": "mine"})
    before = found(bucket)
    with pytest.raises(UsageError) as refusal:
        clean_folder(given.format(bucket), output.format(bucket), CleanSettings(jobs=1))
    assert told in str(refusal.value)
    assert ("\n" in str(refusal.value), found(bucket)) == (False, before)


def test_memory_is_input_and_output_of_this_process(tmp_path: Path):
    system = pytest.importorskip("fsspec").filesystem("memory")
    for name, content in FILES.items():
        system.pipe_file(f"/{tmp_path.name}/in/{name}", content.encode() if isinstance(content, str) else content)
    settings = CleanSettings(jobs=1, max_bytes=LIMIT)
    clean_folder(put(tmp_path / "in", FILES), tmp_path / "out", settings)
    clean_folder(f"memory://{tmp_path.name}/in", f"memory://{tmp_path.name}/out", settings)
    raw = system.cat_file(f"/{tmp_path.name}/out/results.jsonl").decode()
    assert placeless([json.loads(line) for line in raw.split("\n")[:-1]]) == placeless(rows_of(tmp_path / "out"))


def test_memory_is_refused_as_output_of_a_cluster(tmp_path: Path):
    with pytest.raises(UsageError, match="memory://quay/out lies in this process"):
        clean_folder(put(tmp_path, {"a.txt": REPORT}), "memory://quay/out", CleanSettings(backend=Backend.DASK))


def test_missing_extra_is_named_in_one_line(tmp_path: Path):
    hidden = "import sys; sys.modules.update({'s3fs': None}); from pipeline.cli import main; main()"
    arguments = ["clean", "s3://quay/in", "--output", str(tmp_path / "out")]
    told = subprocess.run([sys.executable, "-c", hidden, *arguments], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr.count("\n")) == (2, 1)
    assert "pip install 'prosewinnow[cloud]'" in told.stderr
