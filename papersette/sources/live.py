"""Keeps what a live source answers as a file that the same source reads, so that a build can be made again without a network.

The rule: a file of today is used as it is; an older one is fetched anew and stays where that fails; what was never fetched
cannot be read offline, and that is said.
"""

from __future__ import annotations

import functools
import importlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from papersette.errors import UserError

FRESH = 86_400
"""Seconds after which a saved answer is fetched anew."""
STALL = 60
"""Seconds without an answer; the clients of arXiv and OpenReview would wait for ever."""


TRIES = 4
PAUSE = 1.0
"""Seconds before the second try, doubled for each further one."""


def load_client(module: str) -> Any:
    """A client library that only live sources need. Raises `UserError` where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise UserError(
            f"live sources need the package {module}: pip install -r requirements-live.txt"
        ) from None


def make_impatient(session: Any) -> None:
    """Limit the time without an answer, and the tries, of a client's requests.Session."""
    session.request = functools.partial(session.request, timeout=STALL)
    for adapter in session.adapters.values():
        adapter.max_retries = adapter.max_retries.new(
            total=TRIES - 1, read=TRIES - 1, backoff_factor=PAUSE
        )


def fetch_answer(
    path: Path, what: str, ask: Callable[[], str], error: type[Exception], *, offline: bool
) -> str | None:
    """Make sure that `path` holds the answer; give what is doubtful about it. Raises `UserError` where there is none.

    `error` is what the client library raises beside `OSError`.
    """
    there = path.is_file()
    if there and (offline or time.time() - path.stat().st_mtime < FRESH):
        return None
    if offline:
        raise UserError(
            f"{what}: was never fetched, and --offline fetches nothing; build once without it"
        )
    try:
        answer = ask()
    except (OSError, ValueError, error) as failure:
        if there:
            return f"could not be fetched anew, so that what came before is used: {failure}"
        raise UserError(f"{what}: could not be fetched: {failure}") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_text(answer, encoding="utf-8")
    beside.replace(path)
    return None
