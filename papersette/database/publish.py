"""Publish papers.db: write it beside its destination, index it, check it, and rename it into place in one step.

A build that fails leaves the old file as it was.
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
    """Give an empty database to fill; when the block ends well, put it in the place of `path`, in one step."""
    _check_place(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        db = Database(sqlite3.connect(temporary))
        db.conn.executescript(FAST)
        db.conn.executescript(SCHEMA)
        yield db
        db.conn.commit()
        db.conn.close()
        _sync(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


FAST = "pragma foreign_keys = on; pragma synchronous = off; pragma journal_mode = memory;"
"""Nothing of the file is worth saving before it is whole, so that no write has to wait for the disk but the last."""


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _check_place(path: Path) -> None:
    if not path.parent.is_dir():
        raise UserError(
            f"{path}: the folder {path.parent} does not exist; make it, or name another place with --db"
        )
    if path.is_dir():
        raise UserError(f"{path}: is a folder; name a file with --db")


def index(db: Database) -> Iterator[str]:
    """Build the full-text indexes and the planner's statistics, yielding the name of each; the rows must be in place."""
    db.conn.create_function("fold", 1, lambda text: text and fold(text), deterministic=True)
    for name, script in INDEXES.items():
        db.conn.executescript(script.replace("SIGNS", SIGNS))
        yield name


def settle(db: Database) -> Path:
    """Commit, and give the file that is being built, for others to open."""
    db.conn.commit()
    return Path(
        db.execute("select file from pragma_database_list where name = 'main'").fetchone()[0]
    )


def check(db: Database) -> None:
    """Raise where the file contradicts itself: a defect of ours, never of the input."""
    faults = [f"foreign key: {row}" for row in db.execute("pragma foreign_key_check")]
    faults += [row[0] for row in db.execute("pragma integrity_check") if row[0] != "ok"]
    faults += [
        f"{row[0]}: rowid is not number"
        for row in db.execute("select paper_id from papers where rowid <> number")
    ]
    db.conn.executescript(CHECKS)
    if faults:
        raise RuntimeError("the new database contradicts itself: " + "; ".join(faults[:5]))


def save_inspection(path: Path, database: Path) -> None:
    """Put the database into Datasette's inspect-data.json at `path`, and keep the entries of other databases.

    With it Datasette serves the file as immutable, knows its counts, and offers it for download.
    """
    inspection = {**_read_inspection(path), database.stem: _inspect(database)}
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_text(json.dumps(inspection, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)


def _read_inspection(path: Path) -> dict[str, object]:
    """Return the entries of the file at `path`; none where it is missing or damaged."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return entries if isinstance(entries, dict) else {}


def _inspect(database: Path) -> dict[str, object]:
    db = Database(database)
    tables = {name: {"count": db.table(name).count} for name in db.table_names()}
    db.close()
    with database.open("rb") as raw:
        digest = hashlib.file_digest(raw, "sha256").hexdigest()
    size = database.stat().st_size
    return {"hash": digest, "size": size, "file": database.name, "tables": tables}
