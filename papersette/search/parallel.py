"""Runs two searches at once: the engine computes without holding the interpreter."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

FEWEST_PAPERS = 5_000
"""In smaller collections, starting a thread costs more than it saves."""

Item = TypeVar("Item")
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


def to_halves(ordered: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """Return two halves of items in order of their cost that cost about the same.

    >>> to_halves([1, 2, 3, 4, 5, 6, 7, 8])
    ([1, 5, 4, 8], [2, 6, 3, 7])
    """
    # Of items dealt in turn, each of the second half would cost more than one of the first.
    return [*ordered[::4], *ordered[3::4]], [*ordered[1::4], *ordered[2::4]]
