"""Passages saved by readers, stored as the parts of their links, which survive rebuilds."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from papersette.readers.store import now

MOST = 5_000
"""Largest number of highlights of one reader."""
LONGEST_PASSAGE = 2_000
LONGEST_NOTE = 2_000
"""Longest note in characters."""

SAVE = """
insert into highlights (reader_id, paper_id, page, quote, "check", passage, note, added)
values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set note = excluded.note
"""
IS_SAVED = """
select 1 from highlights where (reader_id, paper_id, quote, "check") = (?, ?, ?, ?)
"""
LIST = """
select highlight_id, paper_id, page, quote, "check", passage, note, added from highlights
where reader_id = :reader_id and (:paper_id = '' or paper_id = :paper_id)
order by paper_id, page, highlight_id
"""


class TooMany(Exception):
    """The limit of highlights is reached."""


@dataclass(frozen=True)
class Highlight:
    """A passage that a reader saved."""

    highlight_id: int
    paper_id: str
    page: int
    quote: str
    check: str
    passage: str
    note: str
    added: str


def save(
    conn: sqlite3.Connection,
    reader_id: int,
    paper_id: str,
    page: int,
    quote: tuple[str, str],
    passage: str,
    note: str = "",
) -> None:
    """Save a passage; if it is already saved, its note is replaced.

    Args:
        conn: A connection for writing.
        reader_id: Id of the reader who saves it.
        paper_id: Id of a paper that `papers.remember` has added.
        page: Page of the passage, from 1.
        quote: The parts of its link, see papersette/printed/quotes.py.
        passage: Its text.
        note: The reader's note.

    Raises:
        TooMany: The reader has `MOST` highlights, and this is another.
    """
    count = conn.execute("select count(*) from highlights where reader_id = ?", [reader_id])
    is_saved = conn.execute(IS_SAVED, (reader_id, paper_id, *quote)).fetchone()
    if count.fetchone()[0] >= MOST and not is_saved:
        raise TooMany
    values = (passage[:LONGEST_PASSAGE], note[:LONGEST_NOTE], now())
    conn.execute(SAVE, (reader_id, paper_id, page, *quote, *values))


def remove(conn: sqlite3.Connection, reader_id: int, highlight_id: int) -> str | None:
    """Remove a highlight of a reader and return its paper_id; None if it does not exist."""
    given = (highlight_id, reader_id)
    sql = "delete from highlights where highlight_id = ? and reader_id = ? returning paper_id"
    row = conn.execute(sql, given).fetchone()
    return row[0] if row else None


def list_highlights(
    conn: sqlite3.Connection, reader_id: int, paper_id: str = ""
) -> list[Highlight]:
    """Return the highlights of a reader, in one paper or ("") in all."""
    found = conn.execute(LIST, {"reader_id": reader_id, "paper_id": paper_id})
    return [Highlight(**dict(row)) for row in found]
