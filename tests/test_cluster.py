"""Work on a Dask cluster of separate processes: the same database, and nothing lost with a worker."""

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from conftest import PATIENCE, ROOT, build_here

pytest.importorskip("distributed", reason="needs distributed: pip install -r requirements-dev.txt")

from papersette import cluster
from papersette.cluster import ClusterWorkers
from papersette.errors import UserError
from papersette.knowledge import findings
from papersette.knowledge.findings import PaperText

COMMAND = [sys.executable, "-W", "ignore", "-m", "distributed.cli"]


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
            folder, "scheduler", "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"
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
    """Return all rows of a database but those of its builds."""
    with contextlib.closing(sqlite3.connect(database)) as conn:
        return [line for line in conn.iterdump() if 'INTO "builds"' not in line]


def build_sample(database, location, *more):
    built = build_here("--db", database, "--cache", location, *more)
    assert built.returncode == 0, built.stderr
    return built


def test_a_cluster_makes_the_same_database_row_for_row(running, sample_db, tmp_path):
    built = build_sample(tmp_path / "papers.db", tmp_path / "shared", "--scheduler", running)
    assert dump(tmp_path / "papers.db") == dump(sample_db)
    assert "warning" not in built.stderr


def test_the_work_is_done_by_the_cluster_and_found_in_the_cache(running, tmp_path):
    texts = [PaperText(f"p{n}", ((1, f"Paper {n}.", None),), None, tmp_path) for n in range(30)]
    with ClusterWorkers(running, {}) as pool:
        found = [o.result() for o in pool.run(findings.find, texts, find=findings.find_cached)]
        assert (pool.lost, pool._pool) == (0, None)
    assert found == [findings.find_cached(text) for text in texts]


def fail(text):
    """What a worker does: fail for one paper."""
    if text.paper_id == "p3":
        raise ValueError("not enough values")
    return findings.find(text)


def test_a_paper_that_fails_on_the_cluster_is_not_tried_again_here(running, tmp_path):
    texts = [PaperText(f"p{n}", ((1, f"Paper {n}.", None),), None, tmp_path) for n in range(9)]
    with ClusterWorkers(running, {}) as pool:
        outcomes = list(pool.run(fail, texts, find=findings.find_cached))
        assert pool.lost == 0
    with pytest.raises(ValueError, match="not enough values"):
        outcomes[3].result()
    assert all(outcome.result() for outcome in outcomes if outcome.job.paper_id != "p3")


def wait_in_first_worker(text):
    """What a worker does: wait for ever in the process that comes first, else find."""
    mark = text.cache / "first"
    with contextlib.suppress(FileExistsError):
        mark.mkdir(parents=True)
        time.sleep(10 * PATIENCE)
    return findings.find(text)


def test_a_worker_that_is_killed_loses_nothing(tmp_path):
    shared = tmp_path / "shared"
    texts = [PaperText(f"p{n}", ((1, f"Paper {n}.", None),), None, shared) for n in range(40)]
    with run_cluster(tmp_path) as (address, workers), ClusterWorkers(address, {}) as pool:
        results = pool.run(wait_in_first_worker, texts, seconds=10 * PATIENCE, find=findings.find_cached)
        batch = pool._client.submit(os.getpid, pure=False)
        batch.result()
        finding = iter(results)
        thread_of = pool._client.processing
        found = []

        def take():
            found.extend(outcome.result() for outcome in finding)

        import threading

        thread = threading.Thread(target=take)
        thread.start()
        while not (shared / "first").exists():
            time.sleep(0.05)
        stuck = next(key for key, keys in thread_of().items() if keys)
        pids = pool._client.run(os.getpid)
        busy = pids[stuck]
        os.killpg(busy, signal.SIGKILL)
        thread.join(PATIENCE / 1000)
        assert not thread.is_alive()
        assert workers
    assert [f is not None for f in found] == [True] * 40


def test_an_address_without_a_scheduler_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(UserError, match="does not answer"):
        cluster.connect("tcp://127.0.0.1:1")


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
