"""Bodies of requests: what is too long or too slow is refused."""

import asyncio

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

    return asyncio.run(read_body(Request({"type": "http"}, receive), largest, seconds))


def test_a_body_is_read_in_its_parts():
    assert read(b"q=", b"moss") == b"q=moss"


@pytest.mark.parametrize(("parts", "status"), [([b"x" * 6, b"x" * 6], 413), ([b"x", None], 408)])
def test_a_body_that_is_too_long_or_too_slow_is_refused(parts, status):
    with pytest.raises(BadBody) as error:
        read(*parts, seconds=0.05)
    assert error.value.status == status
