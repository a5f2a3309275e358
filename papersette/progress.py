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

    def say(self, stage: str) -> None:
        print(f"{stage} …", file=sys.stderr, flush=True)

    def over(self, stage: str, items: Iterable[T], total: int | None = None) -> Iterator[T]:
        """Yield the items, showing how many have passed, how fast, and the time left."""
        if self.terminal:
            yield from tqdm(items, desc=stage, total=total, unit="", file=sys.stderr)
            return
        self.say(stage if total is None else f"{stage}: {total}")
        yield from items
