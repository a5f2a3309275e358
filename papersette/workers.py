"""Runs functions in worker processes, so that a bad file or paper does not affect others.

A call has limits of time and memory. A call that crashes ends only its own process. Workers start
when the first call needs them: if a build finds everything in its cache, none start.
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
    """Bytes of address space, in addition to those that a worker uses at its start."""
    files_per_worker: int = 500
    """Number of calls after which a worker is replaced, which frees leaked memory."""


DEFAULTS = Limits()
AHEAD = 32
"""Calls for each worker that are scheduled before the first result is used; limits memory."""
ALL_PAPERS_SECONDS = 36_000
"""Time limit of a call about all papers, in seconds; the map of a million papers takes hours."""
PRELOADED = ["papersette.preloaded"]
"""Modules loaded by the process that workers are copied from, in addition to this one."""


class SystemFailure(str):
    """A reason why a call has no result that is a fault of this system, not of its file."""


@dataclass(frozen=True)
class Outcome(Generic[J, R]):
    """The outcome of a call."""

    job: J
    _result: R | None = None
    _future: Future[R] | None = None

    @property
    def is_known(self) -> bool:
        """Whether the result is available without waiting."""
        return self._future is None

    def result(self) -> R:
        """Wait for the result. Raises the error of the function, or that of its process."""
        if self._future is not None:
            return self._future.result()
        return self._result  # type: ignore[return-value]


class Workers:
    """Worker processes for several kinds of calls; they end with the `with` block.

    Args:
        jobs: Number of processes.
        limits: Limits of each call.
        prepare: Called in a new worker before its memory is limited.
    """

    def __init__(
        self, jobs: int = 1, limits: Limits = DEFAULTS, prepare: Callable[[], None] | None = None
    ) -> None:
        self.jobs = jobs
        self.limits = limits
        self.lost = 0
        """Calls that were meant for other machines, but ran on this one."""
        self._prepare = prepare
        self._pool: ProcessPool | None = None

    def __enter__(self) -> Workers:
        preload()  # takes a second, in parallel with this process
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._pool is not None:
            if kind is None:
                self._pool.close()  # type: ignore[no-untyped-call]
            else:  # also after Ctrl-C: the workers must not outlive this process
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
            function: A function of a module, which workers can import.
            jobs: Arguments of the function; read ahead up to `AHEAD` for each worker.
            seconds: Time limit of each call; None for that of `limits`.
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
        """Start one call in a process of this machine, and return at once; the outcome can wait."""
        return Outcome(job, None, self._schedule(function, job, seconds))

    def _take_ended(self, waiting: deque[Outcome[J, R]]) -> Iterator[Outcome[J, R]]:
        """Yield outcomes that are known, and the first one that is not if too many are waiting."""
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
    """Return the context that starts workers as copies of a process that has loaded `PRELOADED`.

    Such a worker starts in milliseconds, and has neither the memory nor the locks of this process.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():  # not on every system
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with stopping.blocked():
        forkserver.ensure_running()
    return context


def start_context() -> ForkServerContext | SpawnContext:
    """Return the context of `preload`, after its process has loaded the modules."""
    context = preload()
    # Wait until they are loaded: a worker that starts while this process ends would complain.
    first = context.Process(target=os.getpid)
    first.start()
    first.join()
    return context


def _start(prepare: Callable[[], None] | None, memory: int, environment: Mapping[str, str]) -> None:
    """Prepare a worker, then limit the memory that its calls may use."""
    os.environ.clear()  # it was copied from a process that may have started long ago
    os.environ.update(environment)
    if prepare:
        prepare()
    system.limit_memory(memory)


def to_reason(error: Exception, limits: Limits, seconds: float, lost: str) -> str:
    """Return why a call failed, and what is `lost`, to follow the name of its file or paper."""
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
