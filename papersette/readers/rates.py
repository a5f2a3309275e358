"""How often somebody may do something: so many times at once, and so many times in a minute."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

MOST_REMEMBERED = 20_000
"""Buckets; when there are more, those that are full again are dropped."""


@dataclass(frozen=True)
class Rate:
    """A limit."""

    burst: int
    """Times at once."""
    per_minute: float
    """Times that come back in a minute."""


class Rates:
    """Counts what is done, by kind and by who does it. Nothing of it is stored."""

    def __init__(self, rates: dict[str, Rate], clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}
        """(kind, who) -> what was left, and when."""

    def take(self, kind: str, who: str) -> int:
        """Return 0 where it may be done now, and else the seconds until it may be."""
        rate, moment = self._rates[kind], self._clock()
        with self._lock:
            self._drop_full(moment)
            left = self._left(kind, who, moment)
            if left < 1:
                return max(1, int((1 - left) * 60 / rate.per_minute + 0.999))
            self._buckets[kind, who] = (left - 1, moment)
            return 0

    def _left(self, kind: str, who: str, moment: float) -> float:
        rate = self._rates[kind]
        left, before = self._buckets.get((kind, who), (float(rate.burst), moment))
        return min(rate.burst, left + (moment - before) * rate.per_minute / 60)

    def _drop_full(self, moment: float) -> None:
        if len(self._buckets) < MOST_REMEMBERED:
            return
        full = [
            key for key in self._buckets if self._left(*key, moment) >= self._rates[key[0]].burst
        ]
        for key in full:
            del self._buckets[key]
