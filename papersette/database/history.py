"""What came, changed and went between two builds of one file, and whether there is anything to build at all.

The rule: a build whose fingerprint is that of the file is not made again. The fingerprint covers the catalog, every item as read,
every file's name, size and time, the options, and the source code of this package.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMPARED = (
    "title authors year published abstract tldr tags venue_id decision language url pdf_url "
    "file_sha256 work_id"
).split()
"""Columns of papers that are compared."""
MAX_CHANGES = 1000
"""Number of changes that are kept, the newest, so that feed readers that were offline find them."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Previous:
    """The content of the database before this build."""

    fingerprint: str | None
    papers: dict[str, Row]
    builds: list[Row]
    changes: list[Row]


def to_fingerprint(inputs: Iterable[object], files: Iterable[Path]) -> str:
    """SHA-256 over the `repr` of the inputs, the name, size and time of the files, and this package's source code."""
    digest = hashlib.sha256()
    for value in inputs:
        digest.update(repr(value).encode())
    for path in files:
        stat = path.stat()
        digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}".encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def read_previous(path: Path) -> Previous | None:
    """Return the content of the database at `path`; None if it is missing or has another schema."""
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as conn:
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
    """Yield the rows of changes: those of earlier builds, then those of this one."""
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
