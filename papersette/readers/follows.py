"""Follows of readers, and the new papers that they find.

Each follow remembers the papers that it has found and that its reader has seen. Papers that it
finds in a later build are news until the reader has seen them. A paper that was removed and came
back is not news, and news that no longer match are dropped. News about a removed paper stay, and
`papers.gone` marks them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from papersette.readers import papers
from papersette.readers.store import now

KINDS = ("search", "tag", "author", "term", "cited_work", "session")
MOST = 50
"""Largest number of follows of one reader."""
MOST_PAPERS = 5_000
"""Largest number of papers that one follow may find."""
MOST_NEWS = 500
"""Largest number of papers kept as news of one follow; further ones are only counted."""
LONGEST_TARGET = 2_000
LONGEST_TITLE = 300
"""Longest title of a follow, in characters."""

COLUMNS = """
select follow_id, kind, target, title, state, added, build, json_array_length(known) as papers,
  more + (select count(*) from news where news.follow_id = follows.follow_id) as news
from follows
"""
LIST = COLUMNS + "where reader_id = ? order by news = 0, title, follow_id"
FIND = COLUMNS + "where (reader_id, kind, target) = (?, ?, ?)"
ADD = """
insert into follows (reader_id, kind, target, title, state, added, build, known)
values (?, ?, ?, ?, '', ?, ?, ?) on conflict do nothing
"""
READ = "select build, known, more from follows where follow_id = ?"
UPDATE = """
update follows set title = coalesce(?, title), state = ?, build = ?, known = ?, more = ?
where follow_id = ?
"""
ADD_NEWS = "insert into news (follow_id, paper_id, found) values (?, ?, ?) on conflict do nothing"
NEWS_HERE = """
select paper_id from news join papers using (paper_id) where follow_id = ? and gone is null
"""
NEWS = """
select news.follow_id, paper_id, papers.title, gone, found, mailed from news
join papers using (paper_id) join follows using (follow_id)
where reader_id = ? order by found desc, news.follow_id, paper_id
"""
SEE = """
update follows set more = 0, known = (
  select json_group_array(value) from (
    select value from json_each(known)
    union select paper_id from news where news.follow_id = follows.follow_id and found <= :until))
where reader_id = :reader_id
"""
FORGET_NEWS = """
delete from news where found <= :until
  and follow_id in (select follow_id from follows where reader_id = :reader_id)
"""
MAILED = """
update news set mailed = ? where mailed is null
  and follow_id in (select follow_id from follows where reader_id = ?)
"""


class TooMany(Exception):
    """The limit of follows is reached."""


class TooBroad(Exception):
    """The follow finds too many papers."""


@dataclass(frozen=True)
class Found:
    """The papers that a follow finds in a build."""

    title: str
    ids: Sequence[str] = ()
    is_here: bool = True
    """False if the build has no such tag, author, work, term or session."""

    @property
    def state(self) -> str:
        """Return "gone", "broad", or "" if neither is true."""
        if not self.is_here:
            return "gone"
        return "broad" if len(self.ids) > MOST_PAPERS else ""


@dataclass(frozen=True)
class Follow:
    """A search, tag, author, term, work or session that a reader follows."""

    follow_id: int
    kind: str
    target: str
    title: str
    """Its title when it was last in the publication."""
    state: str
    """"gone" if the publication no longer has it, "broad" if it finds too many papers, or ""."""
    added: str
    build: str
    papers: int
    """Number of papers that were found and seen."""
    news: int


@dataclass(frozen=True)
class News:
    """A paper that a follow has found since its reader last looked."""

    follow_id: int
    paper_id: str
    title: str
    gone: str | None
    """Time when the paper was found to be removed from the publication; None if it is there."""
    found: str
    mailed: str | None


def add(
    conn: sqlite3.Connection, reader_id: int, kind: str, target: str, found: Found, build: str
) -> None:
    """Add a follow; the papers that it finds now are not news.

    Raises:
        TooMany: The reader has `MOST` follows.
        TooBroad: The follow finds more than `MOST_PAPERS`.
    """
    count = conn.execute("select count(*) from follows where reader_id = ?", [reader_id])
    if count.fetchone()[0] >= MOST and find(conn, reader_id, kind, target) is None:
        raise TooMany
    if found.state == "broad":
        raise TooBroad
    title, known = found.title[:LONGEST_TITLE], json.dumps(list(found.ids))
    conn.execute(ADD, (reader_id, kind, target, title, now(), build, known))


def remove(conn: sqlite3.Connection, reader_id: int, kind: str, target: str) -> bool:
    """Remove a follow; return False if there was none."""
    given = (reader_id, kind, target)
    sql = "delete from follows where (reader_id, kind, target) = (?, ?, ?)"
    return conn.execute(sql, given).rowcount > 0


def find(conn: sqlite3.Connection, reader_id: int, kind: str, target: str) -> Follow | None:
    """Return a follow of a reader, or None if there is none."""
    row = conn.execute(FIND, (reader_id, kind, target)).fetchone()
    return Follow(**dict(row)) if row else None


def list_follows(conn: sqlite3.Connection, reader_id: int) -> list[Follow]:
    """Return all follows of a reader, those with news first."""
    return [Follow(**dict(row)) for row in conn.execute(LIST, [reader_id])]


def compare(
    conn: sqlite3.Connection, follow: Follow, found: Found, titles: Mapping[str, str], build: str
) -> None:
    """Add the new papers in a build to the news of a follow.

    Args:
        conn: A connection for writing.
        follow: The follow as it was read before the search for papers.
        found: The papers that it finds in the build.
        titles: Id -> title of the found papers that may be new to the follow.
        build: Text that identifies the build; the text of a later build is greater.
    """
    row = conn.execute(READ, [follow.follow_id]).fetchone()
    if row is None or row["build"] >= build:  # meanwhile removed, or compared by another thread
        return
    known, more = row["known"], row["more"]
    if not found.state:
        drop_unmatched(conn, follow.follow_id, found.ids)
        known, added = add_news(conn, follow.follow_id, found.ids, json.loads(known), titles)
        more += added
    title = found.title[:LONGEST_TITLE] if found.is_here else None
    conn.execute(UPDATE, (title, found.state, build, known, more, follow.follow_id))


def drop_unmatched(conn: sqlite3.Connection, follow_id: int, ids: Sequence[str]) -> None:
    """Drop news whose papers are in the build, but which the follow no longer finds."""
    here, found = conn.execute(NEWS_HERE, [follow_id]).fetchall(), set(ids)
    conn.executemany(
        "delete from news where (follow_id, paper_id) = (?, ?)",
        [(follow_id, paper_id) for (paper_id,) in here if paper_id not in found],
    )


def add_news(
    conn: sqlite3.Connection,
    follow_id: int,
    ids: Sequence[str],
    known: list[str],
    titles: Mapping[str, str],
) -> tuple[str, int]:
    """Add papers that are not known to the news, up to `MOST_NEWS`.

    Returns:
        The known papers, which now include those over the limit, as JSON; and the number of these.
    """
    news = _list_news_ids(conn, follow_id)
    unknown = set(titles) - news - set(known)
    fresh = [paper_id for paper_id in ids if paper_id in unknown]
    room = max(0, MOST_NEWS - len(news))
    for paper_id in fresh[:room]:
        papers.remember(conn, paper_id, titles[paper_id])
        conn.execute(ADD_NEWS, (follow_id, paper_id, now()))
    known = known + fresh[room:]
    if len(known) > MOST_PAPERS:
        found = set(ids)
        known = [paper_id for paper_id in known if paper_id in found]
    return json.dumps(known), len(fresh[room:])


def list_known(conn: sqlite3.Connection, follow_id: int) -> set[str]:
    """Return the ids of all papers that a follow has found, seen or not."""
    row = conn.execute("select known from follows where follow_id = ?", [follow_id]).fetchone()
    return _list_news_ids(conn, follow_id) | set(json.loads(row["known"] if row else "[]"))


def _list_news_ids(conn: sqlite3.Connection, follow_id: int) -> set[str]:
    found = conn.execute("select paper_id from news where follow_id = ?", [follow_id])
    return {paper_id for (paper_id,) in found}


def list_news(conn: sqlite3.Connection, reader_id: int) -> list[News]:
    """Return the news of all follows of a reader, newest first."""
    return [News(**dict(row)) for row in conn.execute(NEWS, [reader_id])]


def mark_seen(conn: sqlite3.Connection, reader_id: int, until: str) -> None:
    """Mark the news found up to a time as seen."""
    given = {"reader_id": reader_id, "until": until}
    conn.execute(SEE, given)
    conn.execute(FORGET_NEWS, given)


def mark_mailed(conn: sqlite3.Connection, reader_id: int) -> None:
    """Mark all news of a reader as written to a digest."""
    conn.execute(MAILED, (now(), reader_id))
