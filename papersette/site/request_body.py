"""Reads the body of a request within limits of size and time."""

from __future__ import annotations

import asyncio
from typing import Any

SECONDS = 30.0
"""Longest wait for a body, in seconds."""


class BadBody(Exception):
    """The body is too long, or does not arrive in time; `status` is that of the response."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


async def read_body(request: Any, largest: int, seconds: float = SECONDS) -> bytes:
    """Return the body of a request.

    Args:
        request: The request.
        largest: Largest size in bytes.
        seconds: Longest time until the body is complete.

    Raises:
        BadBody: The body is longer, or takes longer.
    """
    body, is_complete = bytearray(), False
    try:
        async with asyncio.timeout(seconds):
            while not is_complete:
                message = await request.receive()
                body += message.get("body", b"")
                is_complete = not message.get("more_body")
                if len(body) > largest:
                    raise BadBody(f"The request has more than {largest:,} bytes.", 413)
    except TimeoutError:
        raise BadBody(f"The request took longer than {seconds:g} s.", 408) from None
    return bytes(body)
