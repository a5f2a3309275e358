"""Save the response of a live source as a file, which the source can read again without a network.

A file less than a day old is used as it is. An older file is fetched again; if that fails, the old
one is used. Reading a source offline that was never fetched is an error.
"""

from __future__ import annotations

import functools
import importlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from papersette.errors import UserError

MAX_AGE = 86_400
"""Seconds after which a saved response is fetched again."""
STALL = 60
"""Time limit for a response in seconds; the clients of arXiv and OpenReview have no default."""
TRIES = 4
PAUSE = 1.0
"""Seconds before the second try, doubled for each further try."""


def load_client(module: str) -> Any:
    """Import a client library of live sources. Raises `UserError` if it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise UserError(
            f"live sources need the package {module}: pip install -r requirements-live.txt"
        ) from None


def limit_waiting(session: Any) -> None:
    """Set the time limit and the number of tries of a client's requests.Session."""
    session.request = functools.partial(session.request, timeout=STALL)
    for adapter in session.adapters.values():
        adapter.max_retries = adapter.max_retries.new(
            total=TRIES - 1, read=TRIES - 1, backoff_factor=PAUSE
        )


def fetch_answer(
    path: Path, name: str, request: Callable[[], str], error: type[Exception], *, offline: bool
) -> str | None:
    """Save the response in `path` unless it is recent; return a warning if an old one is used.

    `name` is for messages; `error` is what the client library raises, besides `OSError`.
    Raises `UserError` if there is no response.
    """
    saved = path.is_file()
    if saved and (offline or time.time() - path.stat().st_mtime < MAX_AGE):
        return None
    if offline:
        raise UserError(
            f"{name}: was never fetched, and --offline fetches nothing; build once without it"
        )
    try:
        answer = request()
    except (OSError, ValueError, error) as failure:
        if saved:
            return f"could not be fetched again, so the saved response is used: {failure}"
        raise UserError(f"{name}: could not be fetched: {failure}") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(answer, encoding="utf-8")
    temporary.replace(path)
    return None
