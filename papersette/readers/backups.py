"""Backs up readers.db while it is served, and restores it.

SQLite's online backup copies one state of the file. Writers do not have to wait: it reads a
snapshot from the write-ahead log.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from papersette.errors import UserError
from papersette.readers import durable
from papersette.readers.store import read_migrations

BUSY_SECONDS = 5.0
VERSION = "select max(number) from migrations"


def back_up(readers: Path, to: Path, overwrite: bool = False) -> Path:
    """Write a copy of readers.db, which may be in use, and check it.

    Args:
        readers: Path of readers.db.
        to: The file of the backup, or a folder, in which the backup's name is the time.
        overwrite: Whether an existing file is replaced.

    Returns:
        The path of the backup: one file, complete and on the disk.

    Raises:
        UserError: The file is missing or damaged, or the backup cannot be written.
    """
    if to.is_dir():
        to = to / f"readers-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.db"
    if to.exists() and not overwrite:
        raise UserError(f"{to}: exists; name another file, or give --overwrite")
    copy(readers, to)
    return to


def restore(backup: Path, readers: Path, overwrite: bool = False) -> Path | None:
    """Replace readers.db by a backup; no server may have readers.db open.

    Args:
        backup: The file of a backup, from this release or an earlier one. It is not changed.
        readers: Path of readers.db.
        overwrite: Whether an existing file is replaced. It is kept under another name.

    Returns:
        The path of the copy of the replaced file; None if there was no file.

    Raises:
        UserError: The backup is damaged or from a newer release, or the existing file is in use,
            may not be replaced, or cannot be written.
    """
    check(backup)
    kept = None
    if readers.exists():
        if not overwrite:
            raise UserError(f"{readers}: exists; give --overwrite to replace it by the backup")
        ensure_unused(readers)
        kept = keep(readers)
    copy(backup, readers)
    return kept


def keep(readers: Path) -> Path:
    """Copy a file that is not in use, and remove leftovers of a killed server (-wal and -shm).

    The file itself stays until it is replaced: a server that finds no file creates an empty one.
    """
    kept = readers.with_name(f"{readers.name}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    try:
        for ending in ("", "-wal"):
            file = readers.with_name(readers.name + ending)
            if file.exists():
                shutil.copy2(file, kept.with_name(kept.name + ending))
                durable.sync(kept.with_name(kept.name + ending))
        for ending in ("-wal", "-shm"):  # those of the old file do not belong to the backup
            readers.with_name(readers.name + ending).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"{readers}: cannot be kept as {kept}: {error}") from None
    return kept


def copy(source: Path, to: Path) -> None:
    """Copy a database in use into one file. Raises UserError."""
    try:
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with durable.replacing(to) as part:
            with opened(source) as conn, opened(part, mode="rw") as target:
                conn.backup(target)
                target.execute("pragma journal_mode = delete")  # the backup is then a single file
            check(part, named=source)
    except (OSError, sqlite3.Error) as error:
        raise UserError(f"{source}: cannot be copied to {to}: {error}") from None


def check(path: Path, named: Path | None = None) -> None:
    """Raise UserError unless a file is an undamaged readers.db that this release can open.

    Args:
        path: The file to check.
        named: The path to name in the error; None for `path`.
    """
    shown = named or path
    try:
        with opened(path) as conn:
            found = [row[0] for row in conn.execute("pragma integrity_check(5)")]
            if found != ["ok"] or conn.execute("pragma foreign_key_check").fetchone():
                raise UserError(f"{shown}: is damaged: {'; '.join(found)}; use an older backup")
            version = conn.execute(VERSION).fetchone()[0] or 0
    except sqlite3.Error as error:
        raise UserError(f"{shown}: is damaged, or no database of readers: {error}") from None
    known = len(list(read_migrations()))
    if not 0 < version <= known:
        raise UserError(
            f"{shown}: has version {version}, but this release knows 1 to {known}: install the "
            "release that wrote it"
        )


def ensure_unused(path: Path) -> None:
    """Raise UserError if a server or a command has readers.db open.

    SQLite lets a connection leave write-ahead logging only if it is the only one.
    """
    try:
        with opened(path, mode="rw") as conn:
            conn.execute("pragma busy_timeout = 1000")
            mode = conn.execute("pragma journal_mode = delete").fetchone()[0]
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            return  # damaged, which may be why it is being restored
        mode = "wal"
    except sqlite3.DatabaseError:
        return
    if mode != "delete":
        raise UserError(f"{path}: is in use; stop the server first")


@contextmanager
def opened(path: Path, mode: str = "ro") -> Iterator[sqlite3.Connection]:
    """Yield a connection to an existing file."""
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    conn = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        yield conn
    finally:
        conn.close()
