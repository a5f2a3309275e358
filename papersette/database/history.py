"""Compares two builds of one file: which papers were added, changed or removed.

A build is skipped if its fingerprint is that of the last one. The fingerprint covers the catalog,
every item as read, every file's name, size and time, the options, the code and lists of this
package, the files of the site that affect ranking, and the versions of the libraries.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from papersette.files import connect_read_only
from papersette.fulltext import engines
from papersette.schema_version import MAX_CHANGES

COMPARED = (
    "title authors year published abstract tldr tags venue_id decision language "
    "doi volume issue pages license url pdf_url file_sha256 work_id"
).split()
"""Columns of papers that are compared."""

PACKAGE = Path(__file__).parents[1]
RANKING = ("metadata.yml", "settings.json", "plugins/*.py")
"""Files of the site that affect the ranking of its search, which the build measures."""
LIBRARIES = (
    "anyascii",
    "datasette",
    "numpy",
    "opentsne",
    "py3langid",
    "rapidfuzz",
    "scikit-learn",
    "scipy",
    "sparse-dot-topn",
    "tantivy",
)
"""Libraries whose version may change the result. `engines.VERSION` covers those that read PDFs, and
the items of a build show what those that read its sources return."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Previous:
    """The content of the database before this build."""

    fingerprint: str | None
    papers: dict[str, Row]
    builds: list[Row]
    changes: list[Row]


def to_fingerprint(inputs: Iterable[object], files: Iterable[Path], site_folder: Path) -> str:
    """Return a SHA-256 of everything that a build depends on.

    This is the `repr` of the inputs, the name, size and time of the files, the contents of this
    package and of the files of the site that affect ranking (`RANKING`), and the versions of
    Python, SQLite and the libraries.
    """
    digest = hashlib.sha256()
    for value in (*inputs, to_versions()):
        digest.update(f"{value!r}\n".encode())
    for path in files:
        digest.update(os.fsencode(path) + _to_state(path).encode())
    ranking = (path for pattern in RANKING for path in site_folder.glob(pattern))
    for folder, paths in ((PACKAGE, _package_files()), (site_folder, ranking)):
        for path in sorted(paths):
            digest.update(f"{path.relative_to(folder).as_posix()}\n".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _to_state(path: Path) -> str:
    try:
        stat = path.stat()
    except OSError as error:  # for example a symlink without a target
        return f" {error.strerror}\n"
    return f" {stat.st_size} {stat.st_mtime_ns}\n"


def to_versions() -> dict[str, str]:
    """Return the versions of Python, SQLite, the PDF engines and the libraries."""
    return {
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "sqlite": sqlite3.sqlite_version,
        "engines": engines.VERSION,
        **{name: metadata.version(name) for name in LIBRARIES},
    }


def _package_files() -> Iterator[Path]:
    """Yield every file of the package, code and lists, except compiled Python files."""
    for path in PACKAGE.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def read_previous(path: Path) -> Previous | None:
    """Return the content of the database at `path`; None if it is missing or has another schema."""
    if not path.is_file():
        return None
    try:
        with closing(connect_read_only(path)) as conn:
            conn.row_factory = sqlite3.Row
            builds = [dict(row) for row in conn.execute("select * from builds order by build_id")]
            papers = {row["paper_id"]: dict(row) for row in conn.execute("select * from papers")}
            changes = [
                dict(row) for row in conn.execute("select * from changes order by change_id")
            ]
            return Previous(builds[-1]["fingerprint"] if builds else None, papers, builds, changes)
    except (sqlite3.Error, IndexError, KeyError):
        return None


def to_changes(previous: Previous, papers: dict[str, Row], started: str) -> Iterator[Row]:
    """Yield the rows of `changes`: those of earlier builds, then those of this one."""
    changes = [*previous.changes, *_compare(previous.papers, papers, started)][-MAX_CHANGES:]
    for number, row in enumerate(changes, start=1):
        yield {**row, "change_id": number}


def _compare(before: dict[str, Row], after: dict[str, Row], started: str) -> Iterator[Row]:
    for paper_id in {**after, **before}:
        old, new = before.get(paper_id), after.get(paper_id)
        if old is None or new is None:
            change, fields = ("added", None) if old is None else ("removed", None)
        else:
            differing = [name for name in COMPARED if old.get(name) != new[name]]
            change, fields = "changed", "; ".join(differing) or None
            if not differing:
                continue
        title = (new or old or {}).get("title")
        yield {
            "started": started,
            "paper_id": paper_id,
            "change": change,
            "fields": fields,
            "title": title,
        }
