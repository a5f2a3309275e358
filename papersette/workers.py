"""Run functions in worker processes, so that a bad file or paper affects no other.

A call has limits of time and memory. One that crashes ends only its own process. Workers start when
the first call needs them: a build that finds everything in its cache starts none.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, SpawnContext
from types import TracebackType
from typing import Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from papersette import stopping, system

J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True)
class Limits:
    """Limits of one call."""

    seconds: float = 60
    ocr_seconds: float = 1800
    """Time limit if pages may need OCR."""
    memory: int = 1 << 30
    """Bytes of address space, in addition to those of the worker at its start."""
    files_per_worker: int = 500
    """A worker is replaced after this number of calls, which frees leaked memory."""


DEFAULTS = Limits()
AHEAD = 32
"""Calls for each worker that wait or have ended before an earlier one: so much text is held."""


PRELOADED = ["papersette.preloaded"]
"""The module that the process loads from which workers are copied; it needs this one itself."""


class SystemFailure(str):
    """A reason why a call has no result that lies in this system rather than in its file."""


@dataclass(frozen=True)
class Outcome(Generic[J, R]):
    """The outcome of a call."""

    job: J
    _result: R | None = None
    _future: Future[R] | None = None

    @property
    def is_known(self) -> bool:
        """Whether the result need not be waited for."""
        return self._future is None

    def result(self) -> R:
        """Wait for the result; raises what the function raised, and what ended its process."""
        if self._future is not None:
            return self._future.result()
        return self._result  # type: ignore[return-value]


class Workers:
    """Worker processes that are kept for several kinds of calls; ends them on exit.

    Args:
        jobs: Number of processes.
        limits: Of each call.
        prepare: Called in a new worker before its memory is limited.
    """

    def __init__(
        self, jobs: int = 1, limits: Limits = DEFAULTS, prepare: Callable[[], None] | None = None
    ) -> None:
        self.jobs = jobs
        self.limits = limits
        self.lost = 0
        """Calls that other machines should have done, but this one did."""
        self._prepare = prepare
        self._pool: ProcessPool | None = None

    def __enter__(self) -> Workers:
        preload()  # takes a second, while this process goes on
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._pool is not None:
            if kind is None:
                self._pool.close()  # type: ignore[no-untyped-call]
            else:  # also Ctrl-C: the workers must not outlive this process
                self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None

    def run(
        self,
        function: Callable[[J], R],
        jobs: Iterable[J],
        *,
        seconds: float | None = None,
        find: Callable[[J], R | None] = lambda job: None,
    ) -> Iterator[Outcome[J, R]]:
        """Yield the outcome of each job, in order.

        Args:
            function: Of a module, which workers can import.
            jobs: Its arguments; read as far ahead as `AHEAD` says.
            seconds: Time limit of each, by default that of the limits.
            find: Returns the result of a job that is already known, such as from a cache.
        """
        waiting: deque[Outcome[J, R]] = deque()
        for job in jobs:
            found = find(job)
            if found is None:
                waiting.append(Outcome(job, None, self._schedule(function, job, seconds)))
            else:
                waiting.append(Outcome(job, found))
            yield from self._take_ended(waiting)
        yield from waiting

    def start(self, function: Callable[[J], R], job: J, seconds: float) -> Outcome[J, R]:
        """Start one call in a process of this machine, and go on; its outcome can be waited for."""
        return Outcome(job, None, self._schedule(function, job, seconds))

    def _take_ended(self, waiting: deque[Outcome[J, R]]) -> Iterator[Outcome[J, R]]:
        """Remove what is known, and what must be waited for if too many wait."""
        while waiting and (waiting[0].is_known or len(waiting) > AHEAD * self.jobs):
            yield waiting.popleft()

    def _schedule(self, function: Callable[[J], R], job: J, seconds: float | None) -> Future[R]:
        limit = seconds or self.limits.seconds
        if self._pool is not None:
            return self._pool.schedule(function, args=(job,), timeout=limit)
        self._pool = ProcessPool(
            max_workers=self.jobs,
            max_tasks=self.limits.files_per_worker,
            initializer=_start,
            initargs=(self._prepare, self.limits.memory, dict(os.environ)),
            context=start_context(),
        )
        with stopping.blocked():  # the first call starts the threads that start the processes
            return self._pool.schedule(function, args=(job,), timeout=limit)


def preload() -> ForkServerContext | SpawnContext:
    """Return how worker processes start: as copies of a process that has loaded `PRELOADED`.

    Such a worker starts in milliseconds, and has neither the memory nor the locks of this process.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():  # as on Windows
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with stopping.blocked():
        forkserver.ensure_running()
    return context


def start_context() -> ForkServerContext | SpawnContext:
    """Return the same, when that process has loaded them."""
    context = preload()
    # Wait until it has loaded them: a worker that starts while this process ends would complain.
    first = context.Process(target=os.getpid)
    first.start()
    first.join()
    return context


def _start(prepare: Callable[[], None] | None, memory: int, environment: Mapping[str, str]) -> None:
    """Prepare a worker, then limit the memory that calls may take in it."""
    os.environ.clear()  # of the process it is a copy of, which may have started long ago
    os.environ.update(environment)
    if prepare:
        prepare()
    system.limit_memory(memory)


def to_reason(error: Exception, limits: Limits, seconds: float, lost: str) -> str:
    """Return why a call has no result, and what is `lost`, after the name of its file or paper."""
    if isinstance(error, FutureTimeout):
        return f"took longer than {seconds:.0f} seconds to read; {lost}"
    if isinstance(error, ProcessExpired):
        return SystemFailure(
            f"crashed the process that read it (exit code {error.exitcode}); {lost}"
        )
    if isinstance(error, MemoryError):
        return f"took more than {limits.memory >> 20} MiB of memory to read; {lost}"
    if isinstance(error, OSError):
        return SystemFailure(f"cannot be read: {error.strerror or error}")
    return SystemFailure(
        f"could not be read because of a bug in Papersette: {type(error).__name__}: {error}"
    )
