"""Logs one line for each request: time, method, path, status, milliseconds and bytes.

By default no line has the address of a client, a cookie or a query. The lines replace those of
uvicorn, which have the client's address and the complete query.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from papersette.plugin_settings import to_settings

CLIENT_GONE = 499
"""Logged status of a request whose client left before the response began, as in nginx."""
SAFE = "/~:@!$&'()*+,;=-._%"
"""Characters that are not encoded in a path; others, such as spaces, would end a field."""

logger = logging.getLogger("papersette.requests")


@dataclass(frozen=True)
class Settings:
    """The settings `papersette-log` under `plugins` in metadata.yml."""

    requests: bool = True
    """Whether requests are logged."""
    queries: bool = False
    """Whether a line has the query string, which contains readers' searches."""

    @classmethod
    def from_metadata(cls, given: Mapping[str, Any] | None) -> Settings:
        """Read the settings. Raises `ValueError` with the name of a wrong one."""
        return to_settings(cls, "papersette-log", given)


@dataclass
class Entry:
    """The status and size of a response so far."""

    status: int = 0
    size: int = 0
    """Bytes of the body, as sent."""

    def count(self, message: Mapping[str, Any]) -> None:
        """Record a message of the response."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))


async def serve(
    app: Callable[[Any, Any, Any], Awaitable[None]],
    settings: Settings,
    scope: Any,
    receive: Any,
    send: Any,
) -> None:
    """Answer a request of a client and log it."""
    entry, notes = Entry(), dict[str, Any]()
    moment, started = datetime.now(UTC), time.perf_counter()

    async def sending(message: Mapping[str, Any]) -> None:
        entry.count(message)
        await send(message)

    try:
        await app(scope | {"papersette": notes}, receive, sending)
    except Exception:
        entry.status = entry.status or 500
        raise
    finally:
        if settings.requests:
            ms = (time.perf_counter() - started) * 1000
            logger.info(to_line(moment, scope, entry, ms, notes, settings))


def to_line(
    moment: datetime,
    scope: Mapping[str, Any],
    entry: Entry,
    ms: float,
    notes: Mapping[str, Any],
    settings: Settings,
) -> str:
    """Return the line of a request, in fields `name=value` between spaces.

    >>> scope = {"method": "GET", "path": "/papers/search", "query_string": b"q=noise"}
    >>> moment = datetime(2019, 5, 6, 9, 30, tzinfo=UTC)
    >>> to_line(moment, scope, Entry(200, 45_123), 31.4, {}, Settings())
    'time=2019-05-06T09:30:00Z method=GET path=/papers/search status=200 ms=31 bytes=45123 kept=no'
    """
    path = quote(scope["path"], safe=SAFE)
    if settings.queries and scope["query_string"]:
        path += "?" + quote(scope["query_string"].decode("latin-1"), safe=SAFE + "?")
    values = {
        "time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "method": quote(scope["method"]),
        "path": path,
        "status": entry.status or CLIENT_GONE,
        "ms": round(ms),
        "bytes": entry.size,
        "kept": "yes" if notes.get("kept") else "no",
    }
    return " ".join(f"{name}={value}" for name, value in values.items())


def start(settings: Settings) -> None:
    """Log to standard output, in place of uvicorn's access log."""
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False
    if settings.requests and not logger.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(message)s"))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
