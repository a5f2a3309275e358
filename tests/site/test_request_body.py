"""Bodies of requests: what is too long or too slow is refused."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from datasette import Request

from papersette.site.request_body import BadBody, read_body


def read(*parts, largest=10, seconds=1.0):
    """Return the body that arrives in parts; a part None never arrives."""
    waiting = list(parts)

    async def receive():
        part = waiting.pop(0)
        if part is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    reading = read_body(Request({"type": "http"}, receive), largest, seconds)
    with ThreadPoolExecutor(1) as thread:  # Playwright keeps an event loop in the main thread
        return thread.submit(asyncio.run, reading).result()


def test_a_body_is_read_in_its_parts():
    assert read(b"q=", b"moss") == b"q=moss"


@pytest.mark.parametrize(("parts", "status"), [([b"x" * 6, b"x" * 6], 413), ([b"x", None], 408)])
def test_a_body_that_is_too_long_or_too_slow_is_refused(parts, status):
    with pytest.raises(BadBody) as error:
        read(*parts, seconds=0.05)
    assert error.value.status == status
