"""Run the work on papers on the machines of a Dask cluster.

The cluster only fills the cache, which is a shared folder or an object store. The build then finds
the results there, as if an earlier build had left them, and computes missing ones itself. So the
database does not depend on the cluster, and its failures cost nothing but time.
"""

from __future__ import annotations

import multiprocessing
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

from papersette.cache import to_rules_version
from papersette.errors import UserError
from papersette.workers import DEFAULTS, Limits, Outcome, Workers

J = TypeVar("J")
R = TypeVar("R")

BATCH = 8
"""Jobs in one task: the scheduler takes about a millisecond for each task."""
TASKS_AHEAD = 4
"""Tasks, for each thread of the cluster, that are submitted before the first result is used."""
PATIENCE = 10
"""Time limit in seconds for the connection to the scheduler."""

Call = tuple[Callable[[Any], Any], Any]
"""(function, argument)."""
Remote = tuple[Callable[[Any], Any], Callable[[Any], Any]]
"""(function that prepares a job for other machines, function that runs there)."""


@dataclass
class _Sent(Generic[J, R]):
    """A job that was sent to the cluster, with its outcome so far."""

    job: J
    found: R | None = None
    error: Exception | None = None
    """Reason why the job has no result."""
    lost: bool = False
    """Whether the cluster could not do the job."""


class ClusterWorkers(Workers):
    """Workers of this machine that find their results in a cache that a cluster fills.

    Args:
        address: Address of the scheduler, such as `tcp://10.0.0.1:8786`.
        remote: Function whose jobs name files of this machine -> what other machines run instead.
        jobs, limits, prepare: As for `Workers`; also used for the processes on the cluster.

    Raises:
        UserError: The cluster cannot be used; the message says why.
    """

    def __init__(
        self,
        address: str,
        remote: Mapping[Any, Remote],
        jobs: int = 1,
        limits: Limits = DEFAULTS,
        prepare: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(jobs, limits, prepare)
        self._remote = remote
        self._client = connect(address)
        self._threads = sum(self._client.nthreads().values())

    def __exit__(self, *raised: Any) -> None:
        super().__exit__(*raised)
        self._client.close()

    def run(
        self,
        function: Callable[[J], R],
        jobs: Iterable[J],
        *,
        seconds: float | None = None,
        find: Callable[[J], R | None] = lambda job: None,
    ) -> Iterator[Outcome[J, R]]:
        """Yield the outcome of each job, in order, as `Workers.run` does."""
        waiting: deque[Outcome[J, R]] = deque()
        for sent in self._run_on_cluster(function, iter(jobs), seconds, find):
            found = sent.found if sent.error or sent.lost else sent.found or find(sent.job)
            if found is not None:
                waiting.append(Outcome(sent.job, found))
            elif sent.error:
                waiting.append(Outcome(sent.job, None, _to_failed(sent.error)))
            else:
                self.lost += 1
                waiting.append(Outcome(sent.job, None, self._schedule(function, sent.job, seconds)))
            yield from self._take_ended(waiting)
        yield from waiting

    def _run_on_cluster(
        self,
        function: Callable[[J], R],
        jobs: Iterator[J],
        seconds: float | None,
        find: Callable[[J], R | None],
    ) -> Iterator[_Sent[J, R]]:
        """Yield each job in order, when the cluster has done it or cannot do it."""
        tasks: deque[tuple[list[_Sent[J, R]], Any]] = deque()
        while batch := [_Sent(job, find(job)) for job in islice(jobs, BATCH)]:
            tasks.append((batch, self._submit(function, batch, seconds)))
            while len(tasks) > TASKS_AHEAD * self._threads:
                yield from _wait(*tasks.popleft())
        for task in tasks:
            yield from _wait(*task)

    def _submit(
        self, function: Callable[[J], R], batch: list[_Sent[J, R]], seconds: float | None
    ) -> Any:
        """Start a task for the jobs of a batch without a result; return None if there are none."""
        prepare, remote = self._remote.get(function, (None, function))
        calls: list[Call] = []
        for sent in batch:
            if sent.found is None:
                try:
                    calls.append((remote, prepare(sent.job) if prepare else sent.job))
                except OSError:  # the file cannot be copied into the cache of the cluster
                    sent.lost = True
                except Exception as error:  # noqa: BLE001 - the file is unusable
                    sent.error = error
        if not calls:
            return None
        limit = seconds or self.limits.seconds
        return self._client.submit(run_batch, calls, limit, self.limits, self._prepare, pure=False)


def _wait(batch: list[_Sent[J, R]], task: Any) -> Iterator[_Sent[J, R]]:
    """Yield the jobs of a batch after its task has ended."""
    given = [s for s in batch if s.found is None and s.error is None and not s.lost]
    try:
        errors = task.result() if task else []
    except Exception:  # noqa: BLE001 - the cluster lost the task for any reason
        errors = []
        for sent in given:
            sent.lost = True
    for sent, error in zip(given, errors, strict=False):
        sent.error = error
    yield from batch


def _to_failed(error: Exception) -> Future[Any]:
    failed: Future[Any] = Future()
    failed.set_exception(error)
    return failed


ADDRESS = re.compile(r"(?:[a-z]+://)?\S+:\d+/?")
NO_ANSWER = "start “dask scheduler”, and give the address that it prints, as in tcp://10.0.0.1:8786"


def connect(address: str) -> Any:
    """Return a client of a cluster with usable workers.

    Raises `UserError` if no scheduler answers, or if it has no workers, or workers with another
    version of Papersette, or workers that may not start processes.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UserError("--scheduler needs dask.distributed: pip install -e '.[cluster]'") from None
    if not ADDRESS.fullmatch(address):
        raise UserError(f"--scheduler {address} is no address with a port; {NO_ANSWER}")
    try:
        client: Any = Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise UserError(f"--scheduler {address} does not answer ({error}); {NO_ANSWER}") from error
    reason = _find_fault(client)
    if reason:
        client.close()
        raise UserError(f"--scheduler {address}: {reason}")
    return client


def _find_fault(client: Any) -> str | None:
    """Return the reason why the workers of a cluster cannot be used, or None."""
    try:
        states = list(client.run(to_state).values())
    except Exception as error:  # noqa: BLE001 - for example, the workers have no Papersette
        return f"its workers cannot run Papersette: {type(error).__name__}: {error}"
    if not states:
        return "has no workers; start some with “dask worker ADDRESS --no-nanny”"
    version, _ = to_state()
    if any(other != version for other, _ in states):
        return "its workers have another version of Papersette or of Python; install this one"
    if any(is_daemon for _, is_daemon in states):
        return "its workers may not start processes; start them with --no-nanny"
    return None


def to_state() -> tuple[str, bool]:
    """Return the version of this process's code, and whether it may not start other processes."""
    version = to_rules_version(("**/*.py", "**/*.yml"))
    return version, multiprocessing.current_process().daemon


_own = threading.local()


def run_batch(
    calls: list[Call], seconds: float, limits: Limits, prepare: Callable[[], None] | None
) -> list[Exception | None]:
    """Run functions in a separate process on a worker of the cluster; return their errors.

    The results go into the cache. Each thread of the worker keeps one such process.
    """
    if not hasattr(_own, "pool"):
        _own.pool = Workers(1, limits, prepare)
    errors: list[Exception | None] = []
    for outcome in _own.pool.run(call, calls, seconds=seconds):
        try:
            outcome.result()
            errors.append(None)
        except Exception as error:  # noqa: BLE001 - the build raises it again
            errors.append(error)
    return errors


def call(given: Call) -> bool:
    """Call a function, whose result goes into the cache."""
    function, argument = given
    function(argument)
    return True
