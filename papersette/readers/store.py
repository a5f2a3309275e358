"""The file readers.db: connections, transactions and migrations.

Writers take turns. A lock admits one of them within a process. Between processes, SQLite does: each
transaction begins by taking the write lock ("begin immediate"), or waits for it. A transaction is
on the disk when `write` ends (WAL, synchronous=FULL), so that acknowledged changes survive a kill
of the process and a power failure.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from papersette.errors import UserError

BUSY_SECONDS = 15.0
"""Longest wait, in seconds, for writers of other processes, such as a command beside the server."""
PRAGMAS = (
    "pragma foreign_keys = on",
    "pragma synchronous = full",
    "pragma secure_delete = on",  # overwrites the data that a reader deletes
    "pragma trusted_schema = off",
)
MIGRATIONS_TABLE = """
create table if not exists migrations (
  number integer primary key, name text not null, applied text not null
) strict
"""
ADD_MIGRATION = "insert into migrations (number, name, applied) values (?, ?, ?)"


@dataclass(frozen=True)
class Migration:
    """One numbered change to the schema."""

    number: int
    name: str
    sql: str


class Store:
    """The open readers.db. All methods may be called from any thread.

    Args:
        path: The file. It and its folder are created if missing, for this user only.
        migrations: The changes to the schema; by default those of this release.

    Raises:
        UserError: The file cannot be opened, is not a database, or is from a newer release.
    """

    def __init__(self, path: Path, migrations: Iterable[Migration] | None = None) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._threads = threading.local()
        self._opened: list[sqlite3.Connection] = []
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._writer = self._connect()
            self._writer.execute("pragma journal_mode = wal")
            known = tuple(read_migrations() if migrations is None else migrations)
            with self.write() as conn:
                migrate(conn, known, path)
        except (OSError, sqlite3.Error) as error:
            self.close()
            raise UserError(
                f"{path}: cannot be opened as the database of readers: {error}"
            ) from None
        except UserError:
            self.close()
            raise

    def _connect(self) -> sqlite3.Connection:
        conn = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._opened.append(conn)
        conn.row_factory = sqlite3.Row
        for pragma in PRAGMAS:
            conn.execute(pragma)
        return conn

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection in a transaction, which is committed at the end or rolled back."""
        with self._lock, _transaction(self._writer, "begin immediate") as conn:
            yield conn

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that sees one state of the file and cannot write."""
        conn: sqlite3.Connection | None = getattr(self._threads, "conn", None)
        if conn is None:
            conn = self._threads.conn = self._connect()
            conn.execute("pragma query_only = on")
        with _transaction(conn, "begin"):
            yield conn

    def close(self) -> None:
        """Close all connections; SQLite then removes the files -wal and -shm."""
        while self._opened:
            self._opened.pop().close()


@contextlib.contextmanager
def _transaction(conn: sqlite3.Connection, begin: str) -> Iterator[sqlite3.Connection]:
    conn.execute(begin)
    try:
        yield conn
        conn.execute("commit")
    except BaseException:
        if conn.in_transaction:
            conn.execute("rollback")
        raise


def now() -> str:
    """Return the current time in UTC, in the format of the store."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_migrations() -> Iterator[Migration]:
    """Yield the migrations of this release, in order."""
    folder = files("papersette.readers") / "migrations"
    named = {file.name: file for file in folder.iterdir() if file.name.endswith(".sql")}
    for name in sorted(named):
        number, _, title = name.removesuffix(".sql").partition("_")
        yield Migration(int(number), title, named[name].read_text(encoding="utf-8"))


def migrate(conn: sqlite3.Connection, migrations: Iterable[Migration], path: Path) -> None:
    """Apply the migrations that are missing in the file, in the open transaction.

    Raises:
        UserError: The file is from a newer release, whose tables this release does not know.
    """
    conn.execute(MIGRATIONS_TABLE)
    applied = conn.execute("select coalesce(max(number), 0) from migrations").fetchone()[0]
    known = list(migrations)
    if applied > len(known):
        raise UserError(
            f"{path}: has version {applied}, but this release knows {len(known)}: "
            "install the release that wrote it, or restore a backup"
        )
    for migration in known[applied:]:
        for statement in to_statements(migration.sql):
            conn.execute(statement)
        conn.execute(ADD_MIGRATION, (migration.number, migration.name, now()))


def to_statements(sql: str) -> Iterator[str]:
    """Yield the statements of a script, each of which ends at the end of a line.

    This replaces `executescript`, which would end the open transaction.

    >>> list(to_statements("create table a (b);\\n-- one; two\\ndrop table a;"))
    ['create table a (b);\\n', '-- one; two\\ndrop table a;']
    """
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
