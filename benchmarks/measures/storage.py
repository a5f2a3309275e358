"""Measures time and size of the index, beside SQLite's full-text indexes, and servers' memory."""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from measures.corpora import Corpus
from measures.served import Site
from measures.table import ROUNDS, Row, show, time_ms
from papersette.database.schema import FILL_TEXT_INDEXES, TEXT_INDEXES
from papersette.search.index import build_index, to_index_folder
from papersette.text import SIGNS, fold

SQL_INDEXES = tuple(TEXT_INDEXES)
"""SQLite's full-text indexes for papers; a third, of titles and abstracts, no longer exists."""
LARGEST_SHARE = 1.2
MEMORY_LIMIT = {"20,657": 400.0}
TEXT_BYTES = """
select (select sum(octets(body) + octets(refs)) from pages)
    + (select sum(octets(title) + octets(abstract) + octets(tldr) + octets(authors)
        + octets(tags)) from papers)
"""


def measure_index(corpora: Sequence[Corpus]) -> None:
    """Print how long the indexes take to build and how large they are.

    Only the indexes of the first corpus are built again; for the others only the size is read.
    """
    engine, sql = time_builds(corpora[0].database)
    one = {corpora[0].name: engine / 1000}
    show(
        "building the index, seconds",
        [
            Row("search index", one, {corpora[0].name: sql / 2000}),
            Row(f"SQL: {' and '.join(SQL_INDEXES)}", {corpora[0].name: sql / 1000}),
        ],
    )
    sizes = {c.name: folder_bytes(to_index_folder(c.database)) / 1e6 for c in corpora}
    texts = {c.name: text_bytes(c.database) / 1e6 for c in corpora}
    shares = {name: size / texts[name] for name, size in sizes.items()}
    show(
        "size of the index, MB",
        [
            Row("search index", sizes),
            Row("text, UTF-8", texts),
            Row("index / text", shares, dict.fromkeys(shares, LARGEST_SHARE), digits=2),
        ],
    )


def time_builds(database: Path) -> tuple[float, float]:
    """Return the median milliseconds to build the search index, and the SQL indexes."""
    times: tuple[list[float], list[float]] = ([], [])
    with tempfile.TemporaryDirectory() as name:
        copy = Path(shutil.copy(database, Path(name) / "papers.db"))
        for _ in range(ROUNDS):
            drop_sql_indexes(copy)
            times[0].append(time_ms(build_index, copy, to_index_folder(copy)))
            times[1].append(time_ms(build_sql_indexes, copy))
    return statistics.median(times[0]), statistics.median(times[1])


def drop_sql_indexes(database: Path) -> None:
    """Drop the full-text indexes of papers."""
    with closing(sqlite3.connect(database)) as conn, conn:
        for name in SQL_INDEXES:
            conn.execute(f"drop table if exists {name}")


def build_sql_indexes(database: Path) -> None:
    """Build the full-text indexes of papers, as the build does."""
    with closing(sqlite3.connect(database)) as conn, conn:
        conn.create_function("fold", 1, lambda text: text and fold(text), deterministic=True)
        for name in SQL_INDEXES:
            for scripts in (TEXT_INDEXES, FILL_TEXT_INDEXES):
                conn.executescript(scripts[name].replace("SIGNS", SIGNS))


def folder_bytes(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def text_bytes(database: Path) -> int:
    """Return the bytes of everything that is indexed, in UTF-8."""
    with closing(sqlite3.connect(database)) as conn:
        conn.create_function("octets", 1, lambda text: len((text or "").encode()))
        return int(conn.execute(TEXT_BYTES).fetchone()[0])


def measure_memory(sites: Mapping[str, Site]) -> None:
    """Print the memory of the serving processes."""
    read = {name: site.read_memory() for name, site in sites.items()}
    limits = {name: limit for name, limit in MEMORY_LIMIT.items() if name in read}
    show(
        "memory of a serving process, MB",
        [
            Row("resident", _column(read, "resident"), limits),
            Row("of that its own (anonymous)", _column(read, "anonymous")),
            Row("of that files, which the system may drop", _column(read, "files")),
        ],
    )


def _column(read: Mapping[str, Mapping[str, float]], name: str) -> dict[str, float]:
    return {size: values[name] for size, values in read.items()}
