#!/usr/bin/env python3
"""Check that a deployed site answers as it should: `python deploy/check_site.py ADDRESS`.

Prints a line for each check. The status is 1 where one fails. Needs only Python.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import NamedTuple

PATIENCE = 120.0
"""Seconds that a site may take to start and to open its search index."""


class Answer(NamedTuple):
    """A response of the site."""

    status: int
    headers: dict[str, str]
    body: bytes


def main(arguments: list[str]) -> int:
    """Check the site and return the exit status."""
    if len(arguments) != 1:
        print(__doc__)
        return 2
    failures = 0
    for name, is_right in check(arguments[0].rstrip("/")):
        print(f"{'ok  ' if is_right else 'FAIL'} {name}", flush=True)
        failures += not is_right
    return int(failures > 0)


def check(address: str) -> Iterator[tuple[str, bool]]:
    """Yield what is checked, and whether it is right."""
    health = wait_for_health(address)
    yield f"/-/health: {health}", bool(health.get("ok"))
    page = get(address + "/papers/search?q=a*", {"Accept-Encoding": "gzip"})
    yield "a search is answered", page.status == 200 and b'class="card"' in unpacked(page)
    yield "its page is compressed", page.headers.get("content-encoding") == "gzip"
    yield "its policy is strict", "default-src 'none'" in page.headers["content-security-policy"]
    tag = {"If-None-Match": page.headers.get("etag", "")}
    yield "it is not sent twice", get(address + "/papers/search?q=a*", tag).status == 304
    style = get(address + "/static/papersette.css", {"Accept-Encoding": "br, gzip"})
    yield "the style sheet is there", style.status == 200
    yield "a path outside is not", get(address + "/static/../metadata.yml").status in {403, 404}
    refused = get(address + "/papers.json?sql=delete+from+papers")
    yield "the database cannot be written", refused.status in {400, 403}


def wait_for_health(address: str) -> dict[str, object]:
    """Return what /-/health says, once it is well, or when patience ends."""
    deadline = time.monotonic() + PATIENCE
    said: dict[str, object] = {"ok": False, "database": "no answer"}
    while time.monotonic() < deadline:
        try:
            said = json.loads(get(address + "/-/health").body)
            if said["ok"]:
                break
        except (OSError, ValueError):
            pass
        time.sleep(1)
    return said


def get(url: str, headers: dict[str, str] | None = None) -> Answer:
    """Return the answer to a request, whatever its status."""
    request = urllib.request.Request(url, headers=headers or {})  # noqa: S310 - an address given
    try:
        with urllib.request.urlopen(request, timeout=60) as found:  # noqa: S310
            return to_answer(found.status, found)
    except urllib.error.HTTPError as error:
        return to_answer(error.code, error)


def to_answer(status: int, response: object) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status, headers, response.read())


def unpacked(answer: Answer) -> bytes:
    """Return the body, decompressed."""
    is_gzip = answer.headers.get("content-encoding") == "gzip"
    return gzip.decompress(answer.body) if is_gzip else answer.body


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
