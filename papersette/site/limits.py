"""Limits the cost of a request: memory, time of one SQL function, and threads.

Datasette stops SQL after sql_time_limit_ms, but only between steps of SQLite. The limits here bound
a single step, such as a function of a long string. A query is interrupted when its request ends,
and requests for complete results have separate threads.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import sqlite3
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from papersette.plugin_settings import to_settings
from papersette.site.datasette_seam import Database
from papersette.site.rates import Rates

Result = TypeVar("Result")
MEGABYTE = 1_048_576
SQLITE_LIMITS = {
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 60,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 50_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 100,
    sqlite3.SQLITE_LIMIT_COLUMN: 500,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 10_000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
"""SQLite's limits of every connection, see https://www.sqlite.org/limits.html; LENGTH is set by
`value_mb`."""
MOST_TRIMMED = 100
"""Largest number of characters that trim(), ltrim() and rtrim() may be given to remove."""

HALF_OF_CORES = max(1, (os.cpu_count() or 1) // 2)
TURN_SECONDS = 1.0
"""Seconds for which a request with many parts keeps its slot before it lets others go first."""
YIELD_SECONDS = 0.05
"""Longest wait, in seconds, of a heavy request for light ones, after each step."""
SWITCH_SECONDS = 0.000_5
"""Seconds for which a thread runs while others wait; Python's default is ten times that."""

is_heavy: ContextVar[bool] = ContextVar("is_heavy", default=False)
"""Whether the request may take long; it then has separate threads and waits for light ones."""
is_whole: ContextVar[bool] = ContextVar("is_whole", default=False)
"""Whether a canned query is run for all of its rows, and not for a page of them."""
_refused = threading.local()
"""Message of a function in this thread that refused its arguments, as SQLite drops it."""


@dataclass(frozen=True)
class SiteLimits:
    """Settings under the key papersette-limits of plugins in metadata.yml."""

    exports: int = HALF_OF_CORES
    """Exports and readers' SQL that run at the same time; by default half the number of cores."""
    waiting: int = 8
    """Exports and SQL that may wait; more are refused with status 503."""
    wait_seconds: float = 10.0
    """Longest wait in seconds before a request is refused."""
    searches: int = HALF_OF_CORES
    """Searches that run at the same time; others wait."""
    page_size: int = 1000
    """Largest `size` of a page of results. Exports have no such limit."""
    value_mb: int = 10
    """Largest value in megabytes, such as the text of all pages of a paper."""
    result_mb: int = 64
    """Size in megabytes of all values of a result, unless it is sent while it is read."""
    sqlite_mb: int = 512
    """Memory of SQLite in this process, in megabytes."""
    requests_per_minute: float = 0
    """Requests a minute of a client that is not signed in; more get status 429. 0: no limit."""
    proxies: int = 0
    """Number of proxies in front of the site that set X-Forwarded-For."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any] | None) -> SiteLimits:
        """Read the settings.

        Raises:
            ValueError: A setting is unknown, or has a wrong value.
        """
        may_be_zero = ("waiting", "requests_per_minute", "proxies")
        return to_settings(cls, "papersette-limits", settings, may_be_zero)


class TooMuch(sqlite3.OperationalError):
    """The result is larger than `result_mb`."""


def refuse(message: str) -> NoReturn:
    """Make an SQL function, and so its query, fail with this message."""
    _refused.message = message
    raise ValueError(message)


class LimitedConnection(sqlite3.Connection):
    """A connection that limits the size of the results it returns."""

    budget = 0
    """Number of bytes that the current query may still return."""


def limit(conn: sqlite3.Connection, limits: SiteLimits) -> None:
    """Set the limits of a connection and replace the functions that can take minutes."""
    for category, value in SQLITE_LIMITS.items():
        conn.setlimit(category, value)
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, int(limits.value_mb * MEGABYTE))
    conn.execute(f"PRAGMA hard_heap_limit={int(limits.sqlite_mb * MEGABYTE)}")
    conn.create_function("instr", 2, _instr, deterministic=True)
    conn.create_function("replace", 3, _replace, deterministic=True)
    conn.create_function("json_patch", -1, _no_patch, deterministic=True)
    for name, strip in (("trim", str.strip), ("ltrim", str.lstrip), ("rtrim", str.rstrip)):
        conn.create_function(name, 2, _to_trim(strip), deterministic=True)
    if isinstance(conn, LimitedConnection):
        conn.row_factory = _count_row


def _count_row(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> sqlite3.Row:
    conn = cursor.connection
    if isinstance(conn, LimitedConnection):
        conn.budget -= sum(len(cell) for cell in row if isinstance(cell, str | bytes))
        if conn.budget < 0:
            raise TooMuch("the result is too large: select fewer rows, or shorter columns")
    return sqlite3.Row(cursor, row)


def _to_text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _instr(text: Any, part: Any) -> int | None:
    """Return the result of SQLite's function of this name, in linear time."""
    if text is None or part is None:
        return None
    if isinstance(text, bytes) and isinstance(part, bytes):
        return text.find(part) + 1
    return _to_text(text).find(_to_text(part)) + 1


def _replace(text: Any, old: Any, new: Any) -> Any:
    """Return the result of SQLite's function of this name, in linear time."""
    if text is None or old is None or new is None:
        return None
    text = _to_text(text) if isinstance(text, bytes) else text
    part = _to_text(old)
    return str(text).replace(part, _to_text(new)) if part else text


def _no_patch(*_: Any) -> None:
    refuse("json_patch() is not available: its time grows with the square of its arguments")


def _to_trim(strip: Callable[[str, str], str]) -> Callable[[Any, Any], str | None]:
    def trim(text: Any, characters: Any) -> str | None:
        if text is None or characters is None:
            return None
        if len(removed := _to_text(characters)) > MOST_TRIMMED:
            refuse(f"trim() removes at most {MOST_TRIMMED} different characters")
        return strip(_to_text(text), removed) if removed else _to_text(text)

    return trim


class LimitedDatabase(Database):  # type: ignore[misc]  # Datasette has no types
    """A Datasette database whose queries end with their request."""

    def __init__(self, ds: Any, path: str | None = None, **options: Any) -> None:
        super().__init__(ds, path, **options)
        self._threads = threading.local()

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """Return a connection; a connection to a file limits the size of results."""
        if self.is_memory or write:
            conn: sqlite3.Connection = super().connect(write)
            return conn
        options = "immutable=1" if not self.is_mutable else "mode=ro"
        options += "&nolock=1" if self.is_mutable and self.ds.nolock else ""
        return sqlite3.connect(
            f"file:{self.path}?{options}",
            uri=True,
            check_same_thread=False,
            factory=LimitedConnection,
        )

    async def execute_fn(self, fn: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run a function with a thread's connection; interrupt it if the request ends."""
        executor = state_of(self.ds).threads if is_heavy.get() else self.ds.executor
        if self.ds.executor is None:
            result: Result = await super().execute_fn(fn)
            return result
        query = _Running()
        context = contextvars.copy_context()

        def in_thread() -> Result:
            return context.run(query.run, self._connection(), fn)

        try:
            return await asyncio.get_running_loop().run_in_executor(executor, in_thread)
        except asyncio.CancelledError:
            query.interrupt()
            raise
        finally:
            if is_heavy.get():
                await state_of(self.ds).light.wait_for_end()

    def _connection(self) -> sqlite3.Connection:
        conn: sqlite3.Connection | None = getattr(self._threads, "conn", None)
        if conn is None:
            conn = self.connect()
            self.ds._prepare_connection(conn, self.name)
            self._threads.conn = conn
        if isinstance(conn, LimitedConnection):
            conn.budget = int(state_of(self.ds).limits.result_mb * MEGABYTE)
        return conn


class _Running:
    """A function that uses a connection in one thread, and can be interrupted from another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._conn: sqlite3.Connection | None = None
        self._is_ended = False

    def run(self, conn: sqlite3.Connection, fn: Callable[[sqlite3.Connection], Result]) -> Result:
        with self._lock:
            if self._is_ended:
                raise sqlite3.OperationalError("interrupted")
            self._conn = conn
        _refused.message = ""
        try:
            return fn(conn)
        except Exception as error:
            _drop_cursors(error)
            if _refused.message and str(error).startswith("user-defined function"):
                raise sqlite3.OperationalError(_refused.message) from None
            raise
        finally:
            with self._lock:
                self._conn = None

    def interrupt(self) -> None:
        with self._lock:
            self._is_ended = True
            if self._conn is not None:
                self._conn.interrupt()


def _drop_cursors(error: BaseException | None) -> None:
    """Clear the variables of an error's frames, in the thread of the connection.

    A cursor that is freed in another thread waits there for the connection's next query.
    """
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


class Busy(Exception):
    """Too many requests of this kind are already waiting."""


class Lane:
    """Lets a number of requests run at the same time, and some others wait.

    Args:
        running: Number of requests that may run.
        waiting: Number of requests that may wait.
        seconds: Longest wait in seconds.
    """

    def __init__(self, running: int, waiting: int, seconds: float) -> None:
        self.admitted = 0
        self.most = running + waiting
        self.seconds = seconds
        self._free = asyncio.Semaphore(running)

    @asynccontextmanager
    async def enter(self) -> AsyncIterator[Slot]:
        """Hold a slot for the block.

        Raises:
            Busy: Too many requests are waiting, or this one has waited too long.
        """
        if self.admitted >= self.most:
            raise Busy
        slot = Slot(self._free)
        self.admitted += 1
        try:
            try:
                async with asyncio.timeout(self.seconds):
                    await slot.take()
            except TimeoutError as error:
                raise Busy from error
            yield slot
        finally:
            self.admitted -= 1
            slot.give()


class Slot:
    """A request's slot in a lane."""

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free = free
        self._is_held = False
        self._since = 0.0

    async def take_turns(self) -> None:
        """Let waiting requests go first, if this one has held its slot for `TURN_SECONDS`."""
        if time.monotonic() - self._since > TURN_SECONDS:
            self.give()
            await self.take()

    async def take(self) -> None:
        """Wait for a slot."""
        await self._free.acquire()
        self._is_held, self._since = True, time.monotonic()

    def give(self) -> None:
        """Free the slot, such as while a client reads, so that no other request waits for it."""
        if self._is_held:
            self._is_held = False
            self._free.release()


class LightRequests:
    """Counts the light requests that run now; heavy requests wait for them between steps."""

    def __init__(self) -> None:
        self.count = 0
        self._none = asyncio.Event()
        self._none.set()

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Count a light request during the block."""
        self.count += 1
        self._none.clear()
        try:
            yield
        finally:
            self.count -= 1
            if not self.count:
                self._none.set()

    async def wait_for_end(self) -> None:
        """Wait until none is left, but at most `YIELD_SECONDS`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(YIELD_SECONDS if self.count else None):
                await self._none.wait()


@dataclass
class State:
    """The limits of one server, and its running requests."""

    limits: SiteLimits
    threads: ThreadPoolExecutor
    lanes: dict[str, Lane]
    light: LightRequests
    rates: Rates


def state_of(datasette: Any) -> State:
    """Return the limits of a server, created at the first call and kept with it."""
    state: State | None = getattr(datasette, "papersette_limits", None)
    if state is None:
        limits = SiteLimits.from_settings(datasette.plugin_config("papersette-limits"))
        state = State(
            limits,
            ThreadPoolExecutor(
                max_workers=limits.exports + limits.searches, thread_name_prefix="exports"
            ),
            {},
            LightRequests(),
            Rates(limits.requests_per_minute),
        )
        datasette.papersette_limits = state
    return state
