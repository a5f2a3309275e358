"""Show the progress of a build: a bar per stage on a terminal, else a plain line per stage."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


class Progress:
    """Prints the progress of the stages of one build to standard error."""

    def __init__(self) -> None:
        self.terminal = sys.stderr.isatty()

    def over(
        self, stage: str, items: Iterable[T], total: int | None = None, unit: str = "papers"
    ) -> Iterator[T]:
        """Yield the items and show how many are done, the rate, and the time left."""
        if self.terminal:
            yield from tqdm(items, desc=stage, total=total, unit=f" {unit}", file=sys.stderr)
            return
        print(f"{stage}: {total}" if total is not None else stage, file=sys.stderr, flush=True)
        yield from items

    def run(
        self, stage: str, items: Iterable[object], total: int | None, unit: str = "papers"
    ) -> None:
        """Consume the items for their side effects."""
        for _ in self.over(stage, items, total, unit):
            pass
