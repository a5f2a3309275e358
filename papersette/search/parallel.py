"""Runs two searches at once: the engine computes without holding the interpreter."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

FEWEST_PAPERS = 5_000
"""In smaller collections, starting a thread costs more than it saves."""

First = TypeVar("First")
Second = TypeVar("Second")


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="search")


def run_both(
    first: Callable[[], First], second: Callable[[], Second], *, is_long: bool = True
) -> tuple[First, Second]:
    """Return what both return, the second from another thread if one is idle.

    Args:
        first: Is called here.
        second: Is called here too where all threads are busy when the first has returned.
        is_long: Whether both take much longer than the start of a thread; else they run here.
    """
    if not is_long:
        return first(), second()
    waiting = _threads().submit(second)
    result = first()
    return result, second() if waiting.cancel() else waiting.result()
