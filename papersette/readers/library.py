"""The library of a reader: papers to read, being read and read, with private tags and a note."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from papersette.readers.store import now

STATUSES = ("to-read", "reading", "read")
MOST_ENTRIES = 20_000
MOST_TAGS = 30
"""Largest number of tags of one paper."""
LONGEST_TAG = 60
LONGEST_NOTE = 20_000
"""Longest note in characters."""

SAVE = """
update library set status = :status, note = :note, changed = :now
where reader_id = :reader_id and paper_id = :paper_id
"""
KEEP = """
insert into library (reader_id, paper_id, status, added, changed)
values (:reader_id, :paper_id, :status, :now, :now) on conflict do nothing
"""
ADD_TAG = "insert or ignore into tags (reader_id, paper_id, tag) values (?, ?, ?)"
ENTRIES = """
select library.paper_id, title, gone, status, note, added, changed,
  (select json_group_array(tag) from (select tag from tags
    where (tags.reader_id, tags.paper_id) = (library.reader_id, library.paper_id) order by tag)
  ) as tags,
  (select count(*) from highlights where (highlights.reader_id, highlights.paper_id)
    = (library.reader_id, library.paper_id)) as highlights,
  (select stars from ratings where (ratings.reader_id, ratings.paper_id)
    = (library.reader_id, library.paper_id)) as stars
from library join papers using (paper_id)
where library.reader_id = :reader_id and (:paper_id = '' or library.paper_id = :paper_id)
  and (:status = '' or status = :status)
  and (:tag = '' or exists (select 1 from tags where tag = :tag
    and (tags.reader_id, tags.paper_id) = (library.reader_id, library.paper_id)))
order by added desc, library.paper_id limit :limit offset :offset
"""
COUNTS = "select status, count(*) from library where reader_id = ? group by status"
TAGS = "select tag, count(*) as n from tags where reader_id = ? group by tag order by n desc, tag"


class Full(Exception):
    """The library has reached its limit of papers."""


@dataclass(frozen=True)
class Entry:
    """A paper in the library of a reader."""

    paper_id: str
    title: str
    """Title when the paper was last in the publication."""
    gone: str | None
    """Time when the paper was found to be removed from the publication; None if it is there."""
    status: str
    note: str
    added: str
    changed: str
    tags: tuple[str, ...]
    highlights: int
    stars: int | None
    """The reader's own rating."""


def to_tags(text: str) -> tuple[str, ...]:
    """Return the tags in a comma-separated text, cut to length, each once in any letter case.

    >>> to_tags("GANs, to cite,gans , ,")
    ('GANs', 'to cite')
    """
    found: dict[str, str] = {}
    for part in text.replace("،", ",").replace("\n", ",").split(","):
        tag = " ".join(part.split())[:LONGEST_TAG]
        if tag:
            found.setdefault(tag.casefold(), tag)
    return tuple(found.values())[:MOST_TAGS]


def save(
    conn: sqlite3.Connection,
    reader_id: int,
    paper_id: str,
    status: str,
    tags: Iterable[str] = (),
    note: str = "",
) -> None:
    """Add a paper to a library, or replace its entry there.

    Raises:
        Full: The library has too many papers.
    """
    if keep(conn, reader_id, paper_id, status):
        check_room(conn, reader_id)
    given = {"reader_id": reader_id, "paper_id": paper_id, "status": status, "now": now()}
    conn.execute(SAVE, given | {"note": note[:LONGEST_NOTE].replace("\r\n", "\n")})
    conn.execute("delete from tags where (reader_id, paper_id) = (?, ?)", (reader_id, paper_id))
    add_tags(conn, reader_id, paper_id, tags)


def add_tags(conn: sqlite3.Connection, reader_id: int, paper_id: str, tags: Iterable[str]) -> None:
    """Add tags to a paper in a library."""
    conn.executemany(ADD_TAG, [(reader_id, paper_id, tag) for tag in tags])


def keep(conn: sqlite3.Connection, reader_id: int, paper_id: str, status: str) -> bool:
    """Add a paper to a library; return False, and change nothing, if it is already there."""
    given = {"reader_id": reader_id, "paper_id": paper_id, "status": status, "now": now()}
    return conn.execute(KEEP, given).rowcount > 0


def check_room(conn: sqlite3.Connection, reader_id: int) -> None:
    """Raise Full if a library has too many papers, so that the transaction is rolled back."""
    count = conn.execute("select count(*) from library where reader_id = ?", [reader_id])
    if count.fetchone()[0] > MOST_ENTRIES:
        raise Full


def remove(conn: sqlite3.Connection, reader_id: int, paper_id: str) -> None:
    """Remove a paper from a library, with its tags and note. Highlights stay."""
    conn.execute("delete from library where (reader_id, paper_id) = (?, ?)", (reader_id, paper_id))


def list_entries(
    conn: sqlite3.Connection,
    reader_id: int,
    *,
    status: str = "",
    tag: str = "",
    paper_id: str = "",
    limit: int = -1,
    offset: int = 0,
) -> list[Entry]:
    """Return entries of a library, last added first; "" matches anything, and -1 is no limit."""
    given = {"reader_id": reader_id, "status": status, "tag": tag, "paper_id": paper_id}
    found = conn.execute(ENTRIES, given | {"limit": limit, "offset": offset})
    return [Entry(**{**dict(row), "tags": tuple(json.loads(row["tags"]))}) for row in found]


def find_entry(conn: sqlite3.Connection, reader_id: int, paper_id: str) -> Entry | None:
    """Return the entry of a paper, or None if it is not in the library."""
    return next(iter(list_entries(conn, reader_id, paper_id=paper_id)), None)


def count_statuses(conn: sqlite3.Connection, reader_id: int) -> dict[str, int]:
    """Return the number of papers of a library with each status, in the order of STATUSES."""
    found = dict(conn.execute(COUNTS, [reader_id]).fetchall())
    return {status: found.get(status, 0) for status in STATUSES}


def list_tags(conn: sqlite3.Connection, reader_id: int) -> list[tuple[str, int]]:
    """Return the tags of a library with their numbers of papers, the most common first."""
    return [(tag, count) for tag, count in conn.execute(TAGS, [reader_id])]
