"""Compares the entity tag of a response with those that a browser already has."""

from __future__ import annotations

from typing import Any


def is_known(request: Any, tag: str) -> bool:
    """Return whether the header If-None-Match names a tag, so that status 304 is enough.

    Args:
        request: The request.
        tag: The entity tag with its quotes. A proxy that compresses makes it weak: `W/"…"`.
    """
    given = request.headers.get("if-none-match", "").split(",")
    return tag in [one.strip().removeprefix("W/") for one in given]
