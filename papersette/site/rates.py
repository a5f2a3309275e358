"""Limits how many requests a client makes a minute, where the site sets such a limit.

A client has a bucket of tokens, one for each request, which is filled evenly. Whoever is signed in
is not limited. Only a proxy knows the address of its clients, and only a header of a proxy that is
counted in the settings is believed: anybody can send one.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

MOST_CLIENTS = 20_000
"""Clients that are remembered; the one that asked least recently is forgotten first."""
IPV6_PREFIX = 64
"""Bits of an address of IPv6 that are one client's: it has all addresses that begin so."""


class Rates:
    """The requests of all clients.

    Args:
        per_minute: Requests a minute. 0 for any number.
        clock: Returns seconds.
        burst: Requests that may come at once; by default as many as a minute has.
    """

    def __init__(
        self,
        per_minute: float,
        clock: Callable[[], float] = time.monotonic,
        burst: float | None = None,
    ) -> None:
        self.per_minute = per_minute
        self.burst = max(1.0, per_minute if burst is None else burst)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def count(self, client: str) -> int:
        """Count a request; return 0, or after how many seconds the client may ask again."""
        if not self.per_minute:
            return 0
        now = self._clock()
        tokens, before = self._buckets.pop(client, (self.burst, now))
        tokens = min(self.burst, tokens + (now - before) * self.per_minute / 60)
        is_allowed = tokens >= 1
        self._buckets[client] = (tokens - is_allowed, now)
        while len(self._buckets) > MOST_CLIENTS:
            self._buckets.popitem(last=False)
        return 0 if is_allowed else math.ceil((1 - tokens) * 60 / self.per_minute)


def to_client(scope: Mapping[str, Any], proxies: int) -> str:
    """Return the address of the client of a request.

    Args:
        scope: Of ASGI.
        proxies: How many proxies of the site pass requests on, each of which adds the address it
            sees to X-Forwarded-For. What stands before is written by the client.
    """
    address = str((scope.get("client") or ("unknown",))[0])
    if proxies:
        given = b",".join(v for name, v in scope["headers"] if name == b"x-forwarded-for")
        seen = [part.strip() for part in given.decode("latin-1").split(",") if part.strip()]
        address = seen[-proxies] if len(seen) >= proxies else (seen or [address])[0]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    if parsed.version == 6:
        parsed = parsed.ipv4_mapped or ipaddress.ip_network((parsed, IPV6_PREFIX), False)[0]
    return str(parsed)
