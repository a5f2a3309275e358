"""Serves one build of the database until the next one replaces it as a whole.

A build renames its file over papers.db while the server runs. Datasette opens the path anew for
each thread, so that pages of the old and the new build would be mixed. Here the server keeps a link
to the file it started with. When papers.db is another file and its search index is open, requests
wait a moment, the databases are exchanged, and requests go on.
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
from papersette.site.search_service import SearchService, forget_service, open_service

CHECK_SECONDS = 1.0
"""How often papers.db is looked at, at most."""
EXCHANGE_SECONDS = 10.0
"""How long an exchange waits for requests to end; then it is tried again later."""

is_inside: ContextVar[bool] = ContextVar("is_inside", default=False)
"""Whether a request is one that the server makes of itself, for another one."""


class Gate:
    """Lets requests in, except while something is exchanged that all of them use."""

    def __init__(self) -> None:
        self.inside = 0
        self._open = asyncio.Event()
        self._open.set()
        self._empty = asyncio.Event()
        self._empty.set()

    @contextlib.asynccontextmanager
    async def pass_through(self) -> AsyncIterator[None]:
        """Wait until the gate is open, and stay inside for the block.

        A request that the server makes of itself is inside already.
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
        """Run `action` while nobody is inside; return False where that does not come to pass."""
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
    """The build that one Datasette serves, and the exchange for the next.

    Args:
        datasette: Serves the database papers, from an immutable file.
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
        """Look whether papers.db is another file by now, and start the exchange if so."""
        if self._task is not None and not self._task.done():
            return
        if time.monotonic() - self._checked < CHECK_SECONDS:
            return
        self._checked = time.monotonic()
        if to_identity(self.original) not in {self._identity, None}:
            self._task = asyncio.create_task(self._exchange())

    async def _exchange(self) -> None:
        """Open the next build, and serve it from one moment on."""
        identity = to_identity(self.original)
        link = link_to(self.original)
        if identity is None or identity != to_identity(link) or link == self._link:
            return  # it is being replaced again
        service = open_service(link, self.original)
        await asyncio.to_thread(service.wait)

        def exchange() -> None:
            inspection = read_inspection(self.original)
            replace_database(self.datasette, DATABASE, link, inspection)

        if not service.failure and await self.gate.exchange(exchange, EXCHANGE_SECONDS):
            forget_service(self._link)
            remove_link(self._link, self.original)
            self._identity, self._link = identity, link
        else:
            forget_service(link)
            remove_link(link, self.original)

    def close(self) -> None:
        """Remove the link."""
        remove_link(self._link, self.original)


def to_identity(path: Path) -> tuple[int, int, int] | None:
    """Return what tells one file from another at the same path; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns


def link_to(path: Path) -> Path:
    """Return a hard link to a file that stays when the file is replaced.

    Where the folder cannot be written, no build can replace the file either: then the path itself.
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
    """Tell whether a process of this machine has this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def read_inspection(database: Path) -> dict[str, Any]:
    """Return the table counts of a database, as inspect-data.json has them; {} without."""
    try:
        text = database.with_name("inspect-data.json").read_text(encoding="utf-8")
        inspection: dict[str, Any] = json.loads(text).get(database.stem, {})
    except (OSError, ValueError, AttributeError):
        return {}
    return inspection if inspection.get("size") == database.stat().st_size else {}
