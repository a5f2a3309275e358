"""Runs `pages` in worker processes, so that a hang or crash loses only the page that caused it."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Any

from pebble import ProcessExpired, ProcessPool

from papersette import system
from papersette.printed.pages import NoPageError


@dataclass(frozen=True)
class PageLimits:
    """Limits for reading and rendering pages."""

    workers: int = 2
    """Worker processes, and so pages read at a time."""
    seconds: float = 10
    """Time limit for one page."""
    memory: int = 512 << 20
    """Bytes of address space, in addition to those that a worker uses at its start."""
    pages_per_worker: int = 500
    """Number of pages after which a worker is replaced, which frees leaked memory."""


class PageWorkers:
    """A pool of worker processes, which start with the first page.

    Args:
        limits: Limits of each worker.
    """

    def __init__(self, limits: PageLimits) -> None:
        self.limits = limits
        self._pool: ProcessPool | None = None
        self._lock = threading.Lock()

    def schedule(self, function: Callable[..., Any], *arguments: object) -> Future[Any]:
        """Run a function of `pages` in a worker; `to_reason` explains its exceptions."""
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPool(
                    max_workers=self.limits.workers,
                    max_tasks=self.limits.pages_per_worker,
                    initializer=system.limit_memory,
                    initargs=(self.limits.memory,),
                    context=multiprocessing.get_context("spawn"),  # fork would copy held locks
                )
            found: Future[Any] = self._pool.schedule(
                function, args=arguments, timeout=self.limits.seconds
            )
            return found

    def close(self) -> None:
        """End the worker processes."""
        with self._lock:
            if self._pool is not None:
                self._pool.stop()  # type: ignore[no-untyped-call]
                self._pool.join()
                self._pool = None


def to_reason(error: Exception, limits: PageLimits) -> str:
    """Return a message that says why a page cannot be shown."""
    if isinstance(error, NoPageError):
        return str(error)
    if isinstance(error, FutureTimeout):
        return f"the page took longer than {limits.seconds:g} seconds"
    if isinstance(error, MemoryError):
        return f"the page took more than {limits.memory >> 20} MiB of memory"
    if isinstance(error, ProcessExpired):
        return "the page ended the process that read it"
    if isinstance(error, ImportError):
        return "pypdfium2 or Pillow is not installed"
    return f"the page cannot be read ({type(error).__name__})"
