"""Says how far a build has come: a bar per stage on a terminal, one plain line per stage elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


class Progress:
    """Progress of the stages of one build, on standard error, so that output can be piped."""

    def __init__(self) -> None:
        self.terminal = sys.stderr.isatty()

    def over(
        self, stage: str, items: Iterable[T], total: int | None = None, unit: str = "papers"
    ) -> Iterator[T]:
        """Yield the items, showing how many have passed, how fast, and the time left."""
        if self.terminal:
            yield from tqdm(items, desc=stage, total=total, unit=f" {unit}", file=sys.stderr)
            return
        print(f"{stage}: {total}" if total is not None else stage, file=sys.stderr, flush=True)
        yield from items

    def run(
        self, stage: str, items: Iterable[object], total: int | None, unit: str = "papers"
    ) -> None:
        """Go through the items for what doing so does."""
        for _ in self.over(stage, items, total, unit):
            pass
