"""Limits the number of requests of a client per minute, if the site sets a limit.

A client has a bucket of tokens, which is refilled at a steady rate; each request takes one. Clients
that are signed in are not limited. Behind a proxy, its header has the address of the client; such a
header is only used for the number of proxies in the settings, as anybody can send one.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

MOST_CLIENTS = 20_000
"""Number of clients that are remembered; the least recently active one is forgotten first."""
IPV6_PREFIX = 64
"""Leading bits of an IPv6 address that identify a client, which owns all addresses with them."""


class Rates:
    """Token buckets of all clients.

    Args:
        per_minute: Requests allowed per minute; 0 for no limit.
        clock: Returns the time in seconds.
        burst: Requests allowed at once; by default those of a minute.
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
        """Count a request; return 0 if allowed, else the seconds until the client may retry."""
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
        scope: ASGI scope of the request.
        proxies: Number of the site's own proxies. Each appends the address of its client to
            X-Forwarded-For; earlier entries are written by the client itself.
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
