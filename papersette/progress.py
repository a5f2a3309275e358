"""Shows the progress of a build: one bar per stage on a terminal, else plain lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")

INTERVAL = 30.0
"""Seconds between two lines about a long stage, without a terminal."""


class Progress:
    """Prints the progress of the stages of one build to standard error.

    Args:
        clock: Returns the time in seconds; tests replace it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.terminal = sys.stderr.isatty()
        self._clock = clock

    def over(
        self, stage: str, items: Iterable[T], total: int | None = None, unit: str = "papers"
    ) -> Iterator[T]:
        """Yield the items, and show how many are done, the rate, and the time left."""
        if self.terminal:
            yield from tqdm(items, desc=stage, total=total, unit=f" {unit}", file=sys.stderr)
            return
        print(f"{stage}: {total}" if total is not None else stage, file=sys.stderr, flush=True)
        started = shown = self._clock()
        for done, item in enumerate(items, start=1):
            yield item
            if (now := self._clock()) - shown >= INTERVAL:
                shown = now
                line = to_line(stage, done, total, unit, now - started)
                print(line, file=sys.stderr, flush=True)

    def run(
        self, stage: str, items: Iterable[object], total: int | None, unit: str = "papers"
    ) -> None:
        """Consume the items for their side effects."""
        for _ in self.over(stage, items, total, unit):
            pass


def to_line(stage: str, done: int, total: int | None, unit: str, seconds: float) -> str:
    """Return a line about an unfinished stage.

    >>> to_line("reading papers", 1500, 20657, "papers", 100)
    'reading papers: 1,500 of 20,657 papers, 15.0 a second, 21:17 left'
    >>> to_line("fetching PDFs", 3, None, "papers", 60)
    'fetching PDFs: 3 papers, 0.1 a second'
    """
    rate = done / seconds if seconds else 0.0
    if total is None or not rate:
        return f"{stage}: {done:,} {unit}, {rate:.1f} a second"
    left = tqdm.format_interval(max(0, total - done) / rate)
    return f"{stage}: {done:,} of {total:,} {unit}, {rate:.1f} a second, {left} left"


def warn(message: str) -> None:
    """Print a warning."""
    print(f"build_db.py: warning: {message}", file=sys.stderr)
