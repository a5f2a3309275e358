"""Counts the answers of all readers, so that they cost no more than allowed."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

MINUTE, DAY = 60.0, 86_400.0


class Budget:
    """Limits how many answers may be started in some periods that end now.

    Args:
        allowed: Length of a period in seconds -> answers allowed in it.
        clock: Returns the time in seconds.
    """

    def __init__(
        self, allowed: Mapping[float, int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._allowed = dict(allowed)
        self._clock = clock
        self._begun: deque[float] = deque()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Count one more answer and return True, or return False if no more is allowed."""
        with self._lock:
            now = self._clock()
            while self._begun and now - self._begun[0] >= max(self._allowed):
                self._begun.popleft()
            for seconds, most in self._allowed.items():
                if sum(now - begun < seconds for begun in self._begun) >= most:
                    return False
            self._begun.append(now)
            return True
