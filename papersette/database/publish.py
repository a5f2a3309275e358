"""Creates, checks and publishes papers.db.

The database is written to a temporary file next to its destination and renamed at the end, so that
a build that fails leaves the old file unchanged. The search index and inspect-data.json are renamed
just after it. A kill between the renames leaves those of another build, which `is_index_current`
and `is_inspected` detect.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlite_utils import Database

from papersette import stopping
from papersette.database import part_files
from papersette.database.schema import CHECKS, SCHEMA
from papersette.errors import UserError
from papersette.files import connect_read_only, read_sha256
from papersette.search.index import is_current, open_index, to_index_folder


@contextlib.contextmanager
def publish(path: Path, papers: int = 0) -> Iterator[Database]:
    """Yield an empty database to fill; if the block succeeds, replace `path` with it atomically.

    `papers` is the approximate number of papers, which determines the file's page size. The index
    that the block wrote into the folder `part_files.to_index_part(path)` is published, too.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        db = Database(sqlite3.connect(temporary))
        if papers >= MANY:
            db.conn.execute(LARGE_PAGES)
        db.conn.executescript(FAST_PRAGMAS)
        db.conn.executescript(SCHEMA)
        try:
            yield db
            db.conn.commit()
        finally:
            db.conn.close()
        _sync(temporary)
        temporary.chmod(0o644)
        with stopping.deferred():
            temporary.replace(path)
            if part_files.to_index_part(path).is_dir():
                install_index(path)
    finally:
        temporary.unlink(missing_ok=True)
        part_files.remove(part_files.to_index_part(path))


def install_index(database: Path) -> None:
    """Replace the search index of a database by the one that was just written."""
    folder, old = to_index_folder(database), part_files.to_old_index(database)
    if folder.exists():
        folder.rename(old)
    part_files.to_index_part(database).rename(folder)
    part_files.remove(old)


FAST_PRAGMAS = """
pragma synchronous = off; pragma journal_mode = memory; pragma cache_size = -32768;
"""
"""An incomplete file is worthless, so that only its last write needs to reach the disk. With 32 MB
of its pages in memory, 2.4 million cited names of 20,657 papers are saved in half the time. Foreign
keys are not enforced row by row: `check` looks at all of them at the end."""
LARGE_PAGES = "pragma page_size = 16384"
"""Larger pages waste less space after the text of a paper's page: a file with many papers is 8 %
smaller."""
MANY = 500
"""Number of papers from which large pages save space; with fewer, each table would waste more."""


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def check_destination(path: Path) -> None:
    """Raise `UserError` if no file can be created at `path`."""
    if not path.parent.is_dir():
        raise UserError(
            f"{path}: folder {path.parent} does not exist; create it or give another path with --db"
        )
    if path.is_dir():
        raise UserError(f"{path}: is a folder; give the path of a file with --db")


def commit(db: Database) -> Path:
    """Commit, and return the path of the temporary file, so that others can open it."""
    db.conn.commit()
    return Path(
        db.execute("select file from pragma_database_list where name = 'main'").fetchone()[0]
    )


@contextlib.contextmanager
def checking(db: Database) -> Iterator[None]:
    """Check the database while the block reads it, in another thread.

    Raises `RuntimeError` if it is inconsistent: a bug, whatever the input.
    """
    with ThreadPoolExecutor(1) as thread:  # SQLite works outside the interpreter's lock
        waiting = thread.submit(_check_integrity, commit(db))
        faults = [f"foreign key: {row}" for row in db.execute("pragma foreign_key_check")]
        faults += [
            f"{row[0]}: rowid is not number"
            for row in db.execute("select paper_id from papers where rowid <> number")
        ]
        yield
        faults += waiting.result()
    db.conn.executescript(CHECKS)
    if faults:
        raise RuntimeError("the new database is inconsistent: " + "; ".join(faults[:5]))


def _check_integrity(path: Path) -> list[str]:
    """Return what is wrong in the structure of a database and its indexes."""
    with contextlib.closing(connect_read_only(path)) as conn:
        return [row[0] for row in conn.execute("pragma integrity_check") if row[0] != "ok"]


def save_inspection(path: Path, database: Path) -> None:
    """Add the database to Datasette's inspect-data.json at `path`; keep the other entries.

    With this file Datasette serves the database as immutable, knows its row counts, and offers it
    for download.
    """
    inspection = {**_read_inspection(path), database.stem: _inspect(database)}
    temporary = part_files.to_inspection_part(path, database)
    try:
        temporary.write_text(json.dumps(inspection, indent=1) + "\n", encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _read_inspection(path: Path) -> dict[str, object]:
    """Return the entries of the file at `path`; none if it is missing or damaged."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return entries if isinstance(entries, dict) else {}


def _inspect(database: Path) -> dict[str, object]:
    db = Database(database)
    tables = {name: {"count": db.table(name).count} for name in db.table_names()}
    db.close()
    size = database.stat().st_size
    return {"hash": read_sha256(database), "size": size, "file": database.name, "tables": tables}


def is_index_current(database: Path) -> bool:
    """Return whether the index beside a database belongs to its last build and can be opened."""
    folder = to_index_folder(database)
    try:
        if is_current(database, folder):
            open_index(folder)
            return True
    except (ValueError, OSError):
        return False
    return False


def is_inspected(path: Path, database: Path) -> bool:
    """Return whether the inspect-data.json at `path` describes the current database."""
    entry = _read_inspection(path).get(database.stem)
    return (
        isinstance(entry, dict)
        and entry.get("size") == database.stat().st_size
        and entry.get("hash") == read_sha256(database)
    )
