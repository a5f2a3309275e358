"""Create, index, check and publish papers.db.

The database is written to a temporary file next to its destination and renamed at the end, so that
a build that fails leaves the old file unchanged.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from papersette.database.schema import CHECKS, INDEXES, SCHEMA
from papersette.errors import UserError
from papersette.text import SIGNS, fold


@contextlib.contextmanager
def publish(path: Path) -> Iterator[Database]:
    """Yield an empty database to fill; if the block succeeds, replace `path` with it atomically."""
    _check_destination(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        db = Database(sqlite3.connect(temporary))
        db.conn.executescript(FAST_PRAGMAS)
        db.conn.executescript(SCHEMA)
        yield db
        db.conn.commit()
        db.conn.close()
        _sync(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


FAST_PRAGMAS = "pragma foreign_keys = on; pragma synchronous = off; pragma journal_mode = memory;"
"""An incomplete file has no value, so that only its last write needs to reach the disk."""


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _check_destination(path: Path) -> None:
    if not path.parent.is_dir():
        raise UserError(
            f"{path}: folder {path.parent} does not exist; create it or give another path with --db"
        )
    if path.is_dir():
        raise UserError(f"{path}: is a folder; give the path of a file with --db")


def index(db: Database) -> Iterator[str]:
    """Build the full-text indexes and the planner's statistics, yielding the name of each.

    All rows must have been written before.
    """
    db.conn.create_function("fold", 1, lambda text: text and fold(text), deterministic=True)
    for name, script in INDEXES.items():
        db.conn.executescript(script.replace("SIGNS", SIGNS))
        yield name


def commit(db: Database) -> Path:
    """Commit, and return the path of the temporary file, so that others can open it."""
    db.conn.commit()
    return Path(
        db.execute("select file from pragma_database_list where name = 'main'").fetchone()[0]
    )


def check(db: Database) -> None:
    """Raise `RuntimeError` if the database is inconsistent, which is a bug, whatever the input."""
    faults = [f"foreign key: {row}" for row in db.execute("pragma foreign_key_check")]
    faults += [row[0] for row in db.execute("pragma integrity_check") if row[0] != "ok"]
    faults += [
        f"{row[0]}: rowid is not number"
        for row in db.execute("select paper_id from papers where rowid <> number")
    ]
    db.conn.executescript(CHECKS)
    if faults:
        raise RuntimeError("the new database is inconsistent: " + "; ".join(faults[:5]))


def save_inspection(path: Path, database: Path) -> None:
    """Write Datasette's inspect-data.json: with it the file is served as immutable, counts known, download allowed."""
    db = Database(database)
    tables = {name: {"count": db.table(name).count} for name in db.table_names()}
    db.close()
    with database.open("rb") as raw:
        digest = hashlib.file_digest(raw, "sha256").hexdigest()
    data = {
        database.stem: {
            "hash": digest,
            "size": database.stat().st_size,
            "file": database.name,
            "tables": tables,
        }
    }
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
