"""Work on a Dask cluster of separate processes:
the same database, and nothing lost with a worker."""

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import PATIENCE, ROOT, build_here

from papersette import cluster
from papersette.cluster import ClusterWorkers
from papersette.errors import UserError
from papersette.knowledge import findings
from papersette.knowledge.findings import PaperText

pytestmark = pytest.mark.slow

pytest.importorskip("distributed", reason="needs distributed: pip install -r requirements-dev.txt")
fsspec = pytest.importorskip("fsspec", reason="needs fsspec: pip install -r requirements-dev.txt")


def start(folder, name, module, *arguments):
    """Start a process of the cluster; return it and its log."""
    log = folder / f"{name}.log"
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    command = [sys.executable, "-m", f"distributed.cli.{module}", *map(str, arguments)]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    return process, log


def wait_for(log, pattern):
    """Return what a process has written into its log."""
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        if found := re.search(pattern, log.read_text()):
            return found
        time.sleep(0.05)
    pytest.fail(f"{log.name} has no {pattern}: {log.read_text()[-2000:]}")


@contextlib.contextmanager
def run_cluster(folder, workers=2):
    """Yield the address of a scheduler with separate workers, and the workers' processes."""
    processes = []
    try:
        scheduler, log = start(
            folder,
            "scheduler",
            "dask_scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
        )
        processes.append(scheduler)
        address = wait_for(log, r"Scheduler at:\s+(tcp://\S+)")[1]
        for number in range(workers):
            worker, log = start(
                folder, f"worker-{number}", "dask_worker", address, "--no-nanny", "--nthreads", "1",
                "--no-dashboard", "--local-directory", folder / f"space-{number}",
            )  # fmt: skip
            processes.append(worker)
            wait_for(log, r"Registered to:\s+tcp")
        yield address, processes[1:]
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with run_cluster(tmp_path_factory.mktemp("cluster")) as (address, _):
        yield address


def dump(database):
    """Return all rows of a database but those of its builds and of the statistics of tables."""
    with contextlib.closing(sqlite3.connect(database)) as conn:
        left_out = ('INTO "builds"', '"sqlite_stat', "writable_schema")
        return [line for line in conn.iterdump() if not any(part in line for part in left_out)]


def build_sample(database, location, *more):
    built = build_here("--db", database, "--cache", location, *more)
    assert built.returncode == 0, built.stderr
    return built


def test_a_cluster_makes_the_same_database_row_for_row(running, sample_db, tmp_path):
    built = build_sample(tmp_path / "papers.db", tmp_path / "shared", "--scheduler", running)
    assert dump(tmp_path / "papers.db") == dump(sample_db)
    assert "warning" not in built.stderr


def test_the_work_is_done_by_the_cluster_and_found_in_the_cache(running, tmp_path):
    texts = [PaperText(f"p{n}", ((1, f"Paper {n}.", None),), None, (), tmp_path) for n in range(30)]
    with ClusterWorkers(running, {}) as pool:
        found = [o.result() for o in pool.run(findings.find, texts, find=findings.find_cached)]
        assert (pool.lost, pool._pool) == (0, None)
    assert found == [findings.find_cached(text) for text in texts]


def fail(text):
    """What a worker does: fail for one paper."""
    if text.paper_id == "p3":
        raise ValueError("not enough values")
    return findings.find(text)


@pytest.fixture
def bucket(monkeypatch, tmp_path):
    """The address of a bucket of a local object store, which this process and its children know."""
    server = pytest.importorskip("moto.server", reason="pip install -r requirements-dev.txt")
    s3fs = pytest.importorskip("s3fs", reason="pip install -r requirements-dev.txt")
    store = server.ThreadedMotoServer(port=0, verbose=False)
    store.start()
    host, port = store.get_host_and_port()
    settings = {"endpoint_url": f"http://{host}:{port}", "key": "test", "secret": "test"}
    monkeypatch.setitem(fsspec.config.conf, "s3", settings)
    for name, value in settings.items():
        monkeypatch.setenv(f"FSSPEC_S3_{name.upper()}", value)
    s3fs.S3FileSystem.clear_instance_cache()
    s3fs.S3FileSystem().makedirs("papersette", exist_ok=True)  # moto keeps it
    yield f"s3://papersette/{tmp_path.name}"
    store.stop()
    s3fs.S3FileSystem.clear_instance_cache()


def test_a_cluster_and_an_object_store_make_the_same_database(bucket, sample_db, tmp_path):
    with run_cluster(tmp_path) as (address, _):
        built = build_sample(tmp_path / "papers.db", bucket, "--scheduler", address)
    assert dump(tmp_path / "papers.db") == dump(sample_db)
    assert "warning" not in built.stderr
    names = fsspec.filesystem("s3").find(bucket)
    assert sum("/files/" in name for name in names) == 33
    again = build_sample(tmp_path / "again.db", bucket, "--rebuild")
    assert dump(tmp_path / "again.db") == dump(sample_db)
    assert len(fsspec.filesystem("s3").find(bucket)) == len(names)
    assert "warning" not in again.stderr


def test_an_object_store_that_refuses_is_a_warning(bucket, tmp_path):
    built = build_sample(tmp_path / "papers.db", "s3://nosuchbucket/cache")
    assert "the text of 33 of 33 files could not be kept" in built.stderr
    assert (tmp_path / "papers.db").exists()


def test_a_paper_that_fails_on_the_cluster_is_not_tried_again_here(running, tmp_path):
    texts = [PaperText(f"p{n}", ((1, f"Paper {n}.", None),), None, (), tmp_path) for n in range(9)]
    with ClusterWorkers(running, {}) as pool:
        outcomes = list(pool.run(fail, texts, find=findings.find_cached))
        assert pool.lost == 0
    with pytest.raises(ValueError, match="not enough values"):
        outcomes[3].result()
    assert all(outcome.result() for outcome in outcomes if outcome.job.paper_id != "p3")


def wait_in_first_worker(text):
    """What a worker does: wait for ever in the process that comes first, else find."""
    with contextlib.suppress(FileExistsError):
        (text.cache / "first").mkdir(parents=True)
        (text.cache / "group").write_text(f"{os.getpgrp()}\n")
        time.sleep(1e6)
    return findings.find(text)


def test_a_worker_that_is_killed_loses_nothing(tmp_path):
    group = tmp_path / "shared" / "group"
    texts = [
        PaperText(f"p{n}", ((1, f"Paper {n}.", None),), None, (), group.parent) for n in range(40)
    ]
    with (
        ThreadPoolExecutor(1) as thread,
        run_cluster(tmp_path) as (address, _),
        ClusterWorkers(address, {}) as pool,
    ):
        running = pool.run(wait_in_first_worker, texts, seconds=1e6, find=findings.find_cached)
        taking = thread.submit(lambda: [outcome.result() for outcome in running])
        while not (group.exists() and group.read_text().endswith("\n")):
            assert not taking.done()
            time.sleep(0.05)
        os.killpg(int(group.read_text()), signal.SIGKILL)
        found = taking.result(PATIENCE / 1000)
        assert pool.lost == 0
    assert found == [findings.find_cached(text) for text in texts]


def test_an_address_without_a_scheduler_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(UserError, match=r"does not answer \(.*\); start “dask scheduler”"):
        cluster.connect("tcp://127.0.0.1:1")


@pytest.mark.parametrize("address", ["10.0.0.1", "tcp://scheduler", "nonsense"])
def test_an_address_without_a_port_is_an_error_at_once(address):
    with pytest.raises(UserError, match="is no address with a port; start “dask scheduler”"):
        cluster.connect(address)


def test_workers_with_another_version_are_an_error(running, monkeypatch):
    monkeypatch.setattr(cluster, "to_rules_version", lambda patterns: "another")
    with pytest.raises(UserError, match="another version of Papersette"):
        cluster.connect(running)


def test_a_cluster_without_workers_is_an_error(tmp_path):
    with (
        run_cluster(tmp_path, workers=0) as (address, _),
        pytest.raises(UserError, match="has no workers"),
    ):
        cluster.connect(address)
