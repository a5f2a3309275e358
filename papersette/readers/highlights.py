"""Passages that a reader saved, as the parts of their links, which survive rebuilds."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from papersette.readers.store import now

MOST = 5_000
"""Of one reader."""
LONGEST_PASSAGE = 2_000
LONGEST_NOTE = 2_000
"""Characters."""

SAVE = """
insert into highlights (reader_id, paper_id, page, quote, "check", passage, note, added)
values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set note = excluded.note
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
    """Save a passage; one that is saved already gets the new note.

    Args:
        conn: For writing.
        reader_id: Whose it is.
        paper_id: A paper that was remembered.
        page: Where the passage is, from 1.
        quote: The parts of its link, see papersette/printed/quotes.py.
        passage: Its text.
        note: Of the reader.

    Raises:
        TooMany: The reader has `MOST`.
    """
    count = conn.execute("select count(*) from highlights where reader_id = ?", [reader_id])
    if count.fetchone()[0] >= MOST:
        raise TooMany
    values = (passage[:LONGEST_PASSAGE], note[:LONGEST_NOTE], now())
    conn.execute(SAVE, (reader_id, paper_id, page, *quote, *values))


def remove(conn: sqlite3.Connection, reader_id: int, highlight_id: int) -> str | None:
    """Remove a passage of a reader and return its paper_id; None where they have none such."""
    given = (highlight_id, reader_id)
    sql = "delete from highlights where highlight_id = ? and reader_id = ? returning paper_id"
    row = conn.execute(sql, given).fetchone()
    return row[0] if row else None


def list_highlights(
    conn: sqlite3.Connection, reader_id: int, paper_id: str = ""
) -> list[Highlight]:
    """Return the passages that a reader saved, of one paper or of all."""
    found = conn.execute(LIST, {"reader_id": reader_id, "paper_id": paper_id})
    return [Highlight(**dict(row)) for row in found]
