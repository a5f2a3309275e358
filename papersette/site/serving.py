"""Serves one build of the database until it is replaced by the next one in a single step.

A build renames its file over papers.db while the server runs. Datasette opens the path again for
each thread, so that pages would mix the old and the new build. So the server keeps a link to the
file with which it started. When papers.db is another file and its search index is open, requests
wait for a moment, the databases are exchanged, and requests continue.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from papersette.site.canned_queries import DATABASE
from papersette.site.datasette_seam import replace_database
from papersette.site.search_service import (
    SearchService,
    forget_service,
    keep_service,
    open_service,
)

CHECK_SECONDS = 1.0
"""Least time between two checks of papers.db, in seconds."""
EXCHANGE_SECONDS = 10.0
"""Longest wait of an exchange for requests to end, in seconds; it is then retried later."""

is_inside: ContextVar[bool] = ContextVar("is_inside", default=False)
"""Whether the code runs inside the gate, even for a request that the server makes of itself."""


class Gate:
    """Lets requests in, except while something that all of them use is exchanged."""

    def __init__(self) -> None:
        self.inside = 0
        self._open = asyncio.Event()
        self._open.set()
        self._empty = asyncio.Event()
        self._empty.set()

    @contextlib.asynccontextmanager
    async def pass_through(self) -> AsyncIterator[None]:
        """Wait until the gate is open, and stay inside for the block.

        A request that the server makes of itself is already inside.
        """
        if is_inside.get():
            yield
            return
        await self._open.wait()
        token = is_inside.set(True)
        self.inside += 1
        self._empty.clear()
        try:
            yield
        finally:
            is_inside.reset(token)
            self.inside -= 1
            if not self.inside:
                self._empty.set()

    async def exchange(self, action: Callable[[], None], seconds: float) -> bool:
        """Run `action` while no request is inside; return False if that does not happen in time."""
        self._open.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
            action()
            return True
        except TimeoutError:
            return False
        finally:
            self._open.set()


class Serving:
    """The build that a Datasette serves, and its exchange for the next one.

    Args:
        datasette: A server of the database papers, from an immutable file.
    """

    def __init__(self, datasette: Any) -> None:
        self.datasette = datasette
        self.original = Path(datasette.get_database(DATABASE).path).resolve()
        self.gate = Gate()
        self._identity = to_identity(self.original)
        self._link = link_to(self.original)
        self._checked = time.monotonic()
        self._next: tuple[tuple[int, int, int], Path, SearchService] | None = None
        self._task: asyncio.Task[None] | None = None
        open_service(self._link, self.original)
        replace_database(datasette, DATABASE, self._link, read_inspection(self.original))

    def check(self) -> None:
        """Check whether papers.db is another file now, and start the exchange if so."""
        if self._task is not None and not self._task.done():
            return
        if time.monotonic() - self._checked < CHECK_SECONDS:
            return
        self._checked = time.monotonic()
        if to_identity(self.original) not in {self._identity, None}:
            self._task = asyncio.create_task(self._exchange())

    async def _exchange(self) -> None:
        """Open the next build, and exchange the databases in a single step."""
        identity = to_identity(self.original)
        link = link_to(self.original)
        if identity is None or identity != to_identity(link):
            return  # the file is being replaced again
        service = SearchService(link.resolve(), self.original)
        await asyncio.to_thread(service.wait)
        is_ready = not service.failure and identity == to_identity(link)

        def exchange() -> None:
            inspection = read_inspection(self.original)
            replace_database(self.datasette, DATABASE, link, inspection)
            forget_service(self._link)
            keep_service(service)

        if is_ready and await self.gate.exchange(exchange, EXCHANGE_SECONDS):
            remove_link(self._link, self.original)
            self._identity, self._link = identity, link
        else:
            remove_link(link, self.original)

    def close(self) -> None:
        """Remove the link to the served file."""
        remove_link(self._link, self.original)


def to_identity(path: Path) -> tuple[int, int, int] | None:
    """Return what identifies the file at a path; None if there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns


def link_to(path: Path) -> Path:
    """Return a hard link to a file, which stays when the file is replaced.

    Return the path itself if the folder cannot be written, as by the user of the systemd unit. A
    thread that opens it after a build and before the exchange then has the next build.
    """
    remove_stale_links(path)
    try:
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name}.", suffix=f".{os.getpid()}.serving"
        )
        os.close(handle)
        link = Path(name)
        link.unlink()
        link.hardlink_to(path)
        return link
    except OSError:
        return path


def remove_link(link: Path, original: Path) -> None:
    """Remove a link that `link_to` made; never the file itself."""
    if link != original:
        link.unlink(missing_ok=True)


def remove_stale_links(path: Path) -> None:
    """Remove the links of servers that were killed."""
    for link in path.parent.glob(f".{path.name}.*.serving"):
        pid = link.name.split(".")[-2]
        if pid.isdigit() and not is_running(int(pid)):
            link.unlink(missing_ok=True)


def is_running(pid: int) -> bool:
    """Return whether a process with this number runs on this machine."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def read_inspection(database: Path) -> dict[str, Any]:
    """Return the table counts of a database from inspect-data.json; {} if it has none."""
    try:
        text = database.with_name("inspect-data.json").read_text(encoding="utf-8")
        inspection: dict[str, Any] = json.loads(text).get(database.stem, {})
    except (OSError, ValueError, AttributeError):
        return {}
    return inspection if inspection.get("size") == database.stat().st_size else {}
