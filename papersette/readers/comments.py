"""Comments on papers, in threads: written, edited and removed by their author, or hidden.

A removed comment has lost its text; it is shown, as removed, only while it has answers. A comment
hidden by a moderator keeps its text, which only its author and moderators can see.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass

from papersette.readers.store import now

LONGEST = 10_000
"""Longest comment in characters."""
LONGEST_REASON = 500
"""Longest reason of a report or for hiding, in characters."""

THREAD = "select * from comments_with_authors where paper_id = ? order by comment_id"
ONE = "select * from comments_with_authors where comment_id = ?"
TO_MODERATE = """
select * from comments_with_authors where reports > 0 or hidden is not null
order by reports = 0, comment_id desc limit 200
"""
WRITE = """
insert into comments (paper_id, reader_id, parent_id, text, created) values (?, ?, ?, ?, ?)
"""
EDIT = """
update comments set text = ?, edited = ?
where comment_id = ? and reader_id = ? and removed is null and hidden is null
"""
REMOVE = """
update comments set text = '', removed = ?
where comment_id = ? and reader_id = ? and removed is null
"""
REPORT = """
insert into reports (comment_id, reader_id, reason, created) values (?, ?, ?, ?)
on conflict do update set reason = excluded.reason
"""
REPORTS = """
select reason, reports.created, name from reports join readers using (reader_id)
where comment_id = ? and settled is null order by reports.created
"""
HIDE = "update comments set hidden = ?, hidden_by = ?, hidden_reason = ? where comment_id = ?"
SETTLE = "update reports set settled = ? where comment_id = ? and settled is null"


class NoComment(Exception):
    """The comment does not exist, or this change of it is not allowed."""


@dataclass(frozen=True)
class Comment:
    """A comment as it is stored."""

    comment_id: int
    paper_id: str
    title: str
    """Title of the paper."""
    parent_id: int | None
    text: str
    created: str
    edited: str | None
    removed: str | None
    hidden: str | None
    hidden_reason: str | None
    reader_id: int | None
    author: str | None
    """Name of the author; None if the account was deleted."""
    reports: int
    """Number of reports that no moderator has settled."""
    depth: int = 0
    """Level in the thread; 0 for its first comment."""


def write(
    conn: sqlite3.Connection, reader_id: int, paper_id: str, text: str, parent_id: int | None = None
) -> int:
    """Add a comment and return its number.

    Raises:
        NoComment: The answered comment is missing, removed, hidden, or on another paper.
    """
    if parent_id is not None:
        parent = find_comment(conn, parent_id)
        if parent.paper_id != paper_id or parent.removed or parent.hidden:
            raise NoComment
    given = (paper_id, reader_id, parent_id, _clean(text), now())
    return int(conn.execute(WRITE, given).lastrowid or 0)


def edit(conn: sqlite3.Connection, reader_id: int, comment_id: int, text: str) -> None:
    """Replace the text of a reader's own comment. Raises NoComment."""
    _check(conn.execute(EDIT, (_clean(text), now(), comment_id, reader_id)))


def remove(conn: sqlite3.Connection, reader_id: int, comment_id: int) -> None:
    """Remove a reader's own comment. Raises NoComment."""
    _check(conn.execute(REMOVE, (now(), comment_id, reader_id)))


def report(conn: sqlite3.Connection, reader_id: int, comment_id: int, reason: str) -> None:
    """Report a comment to the moderators; a second report by the same reader replaces the first."""
    find_comment(conn, comment_id)
    conn.execute(REPORT, (comment_id, reader_id, reason[:LONGEST_REASON], now()))


def hide(conn: sqlite3.Connection, moderator_id: int, comment_id: int, reason: str) -> None:
    """Hide a comment with a reason that everybody can see, and settle its reports."""
    given = (now(), moderator_id, reason[:LONGEST_REASON], comment_id)
    _check(conn.execute(HIDE, given))
    conn.execute(SETTLE, (now(), comment_id))


def show(conn: sqlite3.Connection, comment_id: int) -> None:
    """Show a hidden comment again, and settle its reports."""
    _check(conn.execute(HIDE, (None, None, None, comment_id)))
    conn.execute(SETTLE, (now(), comment_id))


def find_comment(conn: sqlite3.Connection, comment_id: int) -> Comment:
    """Return a comment. Raises NoComment."""
    row = conn.execute(ONE, [comment_id]).fetchone()
    if row is None:
        raise NoComment
    return Comment(**dict(row))


def list_reports(conn: sqlite3.Connection, comment_id: int) -> list[tuple[str, str, str]]:
    """Return (reason, time, name) of each report of a comment that is not settled."""
    return [tuple(row) for row in conn.execute(REPORTS, [comment_id])]


def list_to_moderate(conn: sqlite3.Connection) -> list[Comment]:
    """Return the comments that are reported or hidden, reported ones first."""
    return [Comment(**dict(row)) for row in conn.execute(TO_MODERATE)]


def list_thread(conn: sqlite3.Connection, paper_id: str) -> list[Comment]:
    """Return the comments on a paper, every answer below the comment it answers, oldest first.

    A removed comment is left out unless an answer below it is not removed.
    """
    found = [Comment(**dict(row)) for row in conn.execute(THREAD, [paper_id])]
    answers: dict[int | None, list[Comment]] = defaultdict(list)
    for comment in found:
        answers[comment.parent_id].append(comment)
    return _to_ordered(answers)


def _to_ordered(answers: dict[int | None, list[Comment]]) -> list[Comment]:
    """Order comments by threads, without recursion: a thread may be arbitrarily deep."""
    ordered: list[Comment] = []
    waiting = [(comment, 0) for comment in reversed(answers[None])]
    while waiting:
        comment, depth = waiting.pop()
        ordered.append(Comment(**{**vars(comment), "depth": depth}))
        waiting += [(answer, depth + 1) for answer in reversed(answers[comment.comment_id])]
    needed: set[int | None] = set()
    shown = []
    for comment in reversed(ordered):  # each answer before the comment that it answers
        if not comment.removed or comment.comment_id in needed:
            needed.add(comment.parent_id)
            shown.append(comment)
    return shown[::-1]


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").strip()[:LONGEST]


def _check(cursor: sqlite3.Cursor) -> None:
    if cursor.rowcount != 1:
        raise NoComment
