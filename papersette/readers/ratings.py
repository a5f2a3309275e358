"""Ratings of papers by readers, from 1 to 5."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from papersette.readers.store import now

STARS = range(1, 6)

RATE = """
insert into ratings (paper_id, reader_id, stars, changed) values (?, ?, ?, ?)
on conflict do update set stars = excluded.stars, changed = excluded.changed
"""
SUMMARY = """
select avg(stars) as mean, count(*) as count,
  max(case when reader_id = :reader_id then stars end) as own
from ratings where paper_id = :paper_id
"""


@dataclass(frozen=True)
class Ratings:
    """The ratings of a paper."""

    mean: float | None
    count: int
    own: int | None
    """The rating by the reader who is asking; None if they gave none."""


def rate(conn: sqlite3.Connection, reader_id: int, paper_id: str, stars: int) -> None:
    """Set the rating of a paper by a reader."""
    conn.execute(RATE, (paper_id, reader_id, stars, now()))


def withdraw(conn: sqlite3.Connection, reader_id: int, paper_id: str) -> None:
    """Remove the rating of a paper by a reader."""
    conn.execute("delete from ratings where (paper_id, reader_id) = (?, ?)", (paper_id, reader_id))


def summarise(conn: sqlite3.Connection, paper_id: str, reader_id: int = 0) -> Ratings:
    """Return the ratings of a paper, including that of one reader."""
    row = conn.execute(SUMMARY, {"paper_id": paper_id, "reader_id": reader_id}).fetchone()
    return Ratings(**dict(row))
