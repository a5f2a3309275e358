"""Readers: their accounts, the export of everything stored about them, and its deletion."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from papersette.readers.store import now

LONGEST_NAME = 80
"""Longest name shown beside comments, in characters."""

READER = "select reader_id, actor, name, created from readers where actor = ?"
ADD = "insert into readers (actor, name, created) values (?, ?, ?) on conflict do nothing"
EXPORTS = {
    "library": """
      select paper_id, title, gone, status, note, added, changed,
        (select json_group_array(tag) from tags
          where (tags.reader_id, tags.paper_id) = (library.reader_id, library.paper_id)) as tags
      from library join papers using (paper_id) where reader_id = ? order by paper_id""",
    "highlights": """
      select highlight_id, paper_id, page, quote, "check", passage, note, added
      from highlights where reader_id = ? order by highlight_id""",
    "ratings": "select paper_id, stars, changed from ratings where reader_id = ? order by paper_id",
    "comments": """
      select comment_id, paper_id, parent_id, text, created, edited, removed, hidden, hidden_reason
      from comments where reader_id = ? order by comment_id""",
    "reports": """
      select comment_id, reason, created, settled from reports
      where reader_id = ? order by comment_id""",
    "follows": """
      select kind, target, title, state, added, known as papers from follows
      where reader_id = ? order by follow_id""",
    "news": """
      select kind, target, paper_id, papers.title, gone, found, mailed
      from news join follows using (follow_id) join papers using (paper_id)
      where reader_id = ? order by follow_id, paper_id""",
    "mail_settings": "select address, language, changed from mail_settings where reader_id = ?",
    "secrets": "select purpose, created from secrets where reader_id = ? order by purpose, created",
}
"""Part of an export -> query for the rows of one reader; covers each table with a reader_id."""
LISTS = {"library": "tags", "follows": "papers"}
"""Part of an export -> its column with a JSON list."""
FORGET = (
    """update comments set text = '', removed = coalesce(removed, :now), reader_id = null
      where reader_id = :reader_id""",
    """delete from comments where reader_id is null and removed = :now and comment_id not in
      (select parent_id from comments as answers where parent_id is not null)""",
    "delete from readers where reader_id = :reader_id",
)
"""Deletes a reader: answered comments stay without text; foreign keys delete everything else."""


@dataclass(frozen=True)
class Reader:
    """A person who signed in and wrote something."""

    reader_id: int
    actor: str
    name: str
    created: str


def find_reader(conn: sqlite3.Connection, actor: str) -> Reader | None:
    """Return the reader of an actor; None if the actor has written nothing yet."""
    row = conn.execute(READER, [actor]).fetchone()
    return Reader(**dict(row)) if row else None


def ensure_reader(conn: sqlite3.Connection, actor: str, name: str) -> Reader:
    """Return the reader of an actor, and add one if there is none.

    Args:
        conn: A connection for writing.
        actor: Id of the actor, from the login.
        name: The name to show until the reader chooses another.
    """
    conn.execute(ADD, (actor, name[:LONGEST_NAME], now()))
    found = find_reader(conn, actor)
    assert found is not None
    return found


def rename(conn: sqlite3.Connection, reader_id: int, name: str) -> None:
    """Set the name shown beside a reader's comments."""
    conn.execute(
        "update readers set name = ? where reader_id = ?", (name[:LONGEST_NAME], reader_id)
    )


def export(conn: sqlite3.Connection, reader: Reader) -> dict[str, Any]:
    """Return everything stored about a reader, for JSON."""
    found: dict[str, Any] = {
        "account": {"actor": reader.actor, "name": reader.name, "created": reader.created}
    }
    for part, sql in EXPORTS.items():
        found[part] = [dict(row) for row in conn.execute(sql, [reader.reader_id])]
    for part, column in LISTS.items():
        for entry in found[part]:
            entry[column] = json.loads(entry[column])
    return found


def delete(conn: sqlite3.Connection, reader_id: int) -> None:
    """Delete a reader and everything they wrote. Answers of others to their comments stay."""
    for sql in FORGET:
        conn.execute(sql, {"reader_id": reader_id, "now": now()})
