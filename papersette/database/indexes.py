"""Writes the indexes of papers.db: SQLite's full-text indexes, and the search index beside it."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from papersette.database import part_files
from papersette.database.machine_text import find_machine_text
from papersette.database.publish import FAST_PRAGMAS, commit
from papersette.database.schema import (
    CHECK_TEXT_INDEXES,
    COPY_TEXT_INDEXES,
    FILL_TEXT_INDEXES,
    FILL_WORDS,
    INDEXES,
    TEXT_INDEXES,
)
from papersette.database.text_quality import score_texts
from papersette.records import Problem
from papersette.search.index import write_index
from papersette.text import SIGNS, fold
from papersette.workers import Limits, Workers

UNLIMITED = Limits(seconds=1e6, memory=1 << 42)
"""Limits of the process that indexes texts: it only reads our own database."""
Job = tuple[Path, Path]
"""(copy of a database, folder of its search index)."""


@contextlib.contextmanager
def indexing_texts(db: Database, path: Path) -> Iterator[list[Problem]]:
    """Index the texts of a database that will be published at `path`, in another process.

    The papers and their pages must be written. The block runs at the same time, and may write
    everything else. After it the full-text indexes of the texts, `words` and the scores of the
    texts are in the database, the search index is in `part_files.to_index_part(path)`, and the list
    yielded has the problems found in the texts.

    The process works on a copy, as it can neither read nor write the file that is being written.
    Copy and folder have unique names, so that the process of a killed build cannot write into those
    of the next build.
    """
    handle, name = tempfile.mkstemp(".part", f".{path.name}.", path.parent)
    os.close(handle)
    copy, folder = Path(name), Path(tempfile.mkdtemp(".part", f".{path.name}.", path.parent))
    problems: list[Problem] = []
    try:
        shutil.copyfile(commit(db), copy)
        with Workers(1, UNLIMITED) as pool:
            written = pool.start(_index_texts, (copy, folder), UNLIMITED.seconds)
            yield problems
            problems += written.result()
        part_files.remove(part_files.to_index_part(path))
        folder.rename(part_files.to_index_part(path))
        _take_text_indexes(db, copy)
    finally:
        copy.unlink(missing_ok=True)
        part_files.remove(folder)


def _take_text_indexes(db: Database, copy: Path) -> None:
    """Take what was written into the copy of a database."""
    db.conn.commit()
    create_text_indexes(db)
    db.execute("attach ? as filled", [str(copy)])
    db.conn.executescript(COPY_TEXT_INDEXES)
    db.conn.commit()
    db.execute("detach filled")


def _index_texts(job: Job) -> list[Problem]:
    """Write the indexes of the texts of a copy; return the problems found in its texts.

    Stops if the build that waits for it was killed, which changes the parent process.
    """
    copy, folder = job
    parent = os.getppid()
    for _ in write_index(copy, folder):
        if os.getppid() != parent:
            raise SystemExit(1)
    with closing(sqlite3.connect(copy)) as conn:
        db = Database(conn)
        conn.executescript(FAST_PRAGMAS)
        index_texts(db)
        conn.executescript(CHECK_TEXT_INDEXES)
        return [*score_texts(db), *find_machine_text(db)]


def index_texts(db: Database) -> None:
    """Create and fill the full-text indexes of the texts, and the table of their words."""
    create_text_indexes(db)
    for script in FILL_TEXT_INDEXES.values():
        _run(db, script)
    _run(db, FILL_WORDS)


def create_text_indexes(db: Database) -> None:
    """Create the full-text indexes of the texts, empty."""
    for script in TEXT_INDEXES.values():
        _run(db, script)


def index_tables(db: Database) -> Iterator[str]:
    """Build the other full-text indexes and the planner's statistics; yield the name of each."""
    for name, script in INDEXES.items():
        _run(db, script)
        yield name


def _run(db: Database, script: str) -> None:
    db.conn.create_function("fold", 1, lambda text: text and fold(text), deterministic=True)
    db.conn.executescript(script.replace("SIGNS", SIGNS))
