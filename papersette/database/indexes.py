"""Writes the indexes of papers.db: SQLite's full-text indexes, and the search index beside it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from papersette.database import part_files
from papersette.database.publish import commit
from papersette.database.schema import INDEXES
from papersette.search.index import write_index
from papersette.text import SIGNS, fold
from papersette.workers import Limits, Workers


def index_tables(db: Database) -> Iterator[str]:
    """Build the full-text indexes and the planner's statistics; yield the name of each."""
    db.conn.create_function("fold", 1, lambda text: text and fold(text), deterministic=True)
    for name, script in INDEXES.items():
        db.conn.executescript(script.replace("SIGNS", SIGNS))
        yield name


@contextlib.contextmanager
def writing_search_index(db: Database, path: Path) -> Iterator[None]:
    """Write the search index of a database that will be published at `path`, in another process.

    The block runs at the same time, and may write tables that searches do not read. Everything
    except the row of this build must already be written; `write_manifest` binds the search index to
    it.

    The process reads a copy, as it cannot read the file that is being written. Copy and folder have
    unique names, so that the process of a killed build cannot write into those of the next build.
    """
    handle, name = tempfile.mkstemp(".part", f".{path.name}.", path.parent)
    os.close(handle)
    copy, folder = Path(name), Path(tempfile.mkdtemp(".part", f".{path.name}.", path.parent))
    try:
        shutil.copyfile(commit(db), copy)
        with Workers(1, UNLIMITED) as pool:
            written = pool.start(_write_index, (copy, folder), UNLIMITED.seconds)
            yield
            written.result()
        part_files.remove(part_files.to_index_part(path))
        folder.rename(part_files.to_index_part(path))
    finally:
        copy.unlink(missing_ok=True)
        part_files.remove(folder)


def _write_index(job: IndexJob) -> int:
    """Write the search index of a database into a folder; return the number of its papers.

    Stops if the build that waits for it was killed, which changes the parent process.
    """
    database, folder = job
    papers, parent = 0, os.getppid()
    for _ in write_index(database, folder):
        papers += 1
        if os.getppid() != parent:
            raise SystemExit(1)
    return papers


IndexJob = tuple[Path, Path]
"""(database, folder of its search index)."""
UNLIMITED = Limits(seconds=1e6, memory=1 << 42)
"""Limits of the process that writes the search index: it only reads our own database."""
