"""The papers that readers refer to, with titles; papers removed from the publication are marked."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from papersette.readers.store import now

REMEMBER = """
insert into papers (paper_id, title) values (?, ?)
on conflict do update set title = excluded.title, gone = null
where title is not excluded.title or gone is not null
"""
MARK = "update papers set gone = ? where paper_id = ? and gone is null"


def remember(conn: sqlite3.Connection, paper_id: str, title: str) -> None:
    """Add a paper of the publication before something refers to it."""
    conn.execute(REMEMBER, (paper_id, title))


def find_title(conn: sqlite3.Connection, paper_id: str) -> str | None:
    """Return the title of a paper that readers refer to, even a removed one; None for others."""
    row = conn.execute("select title from papers where paper_id = ?", [paper_id]).fetchone()
    return row[0] if row else None


def list_ids(conn: sqlite3.Connection) -> list[str]:
    """Return the ids of all papers that readers refer to."""
    return [paper_id for (paper_id,) in conn.execute("select paper_id from papers")]


def mark(conn: sqlite3.Connection, titles: Mapping[str, str]) -> int:
    """Mark the papers that are not in the publication, and unmark those that are in it again.

    Args:
        conn: A connection for writing.
        titles: Id -> title of the papers of `list_ids` that are in the publication.

    Returns:
        The number of newly marked papers.
    """
    count = 0
    for paper_id in list_ids(conn):
        if paper_id in titles:
            remember(conn, paper_id, titles[paper_id])
        else:
            count += conn.execute(MARK, (now(), paper_id)).rowcount
    return count
