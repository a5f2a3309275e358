"""Provides what templates show about readers: the visitor, and what readers did with a paper."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass

from datasette import Request
from markupsafe import Markup

from papersette.readers import comments, highlights, library, papers, ratings, views
from papersette.readers.comments import Comment
from papersette.readers.highlights import Highlight
from papersette.readers.library import Entry
from papersette.readers.ratings import Ratings
from papersette.readers.store import now
from papersette.site.readers_routes import Visit, to_sign_in
from papersette.site.readers_service import ANONYMOUS, MODERATOR, READER, Readers, find_titles
from papersette.site.readers_text import to_html

WAIT_SECONDS = 0.1
"""Longest wait of a page, in seconds, until its own view is counted."""
LAST_COMMENTS = 3
"""Number of comments on the page of a paper; a separate page has all."""
DEEPEST = 4
"""Largest number of levels by which answers are indented."""


@dataclass(frozen=True)
class ShownComment:
    """A comment as one visitor may see it."""

    comment: Comment
    html: Markup | str
    """The text as HTML; "" if it is not shown."""
    is_own: bool
    is_moderator: bool
    is_reader: bool

    @property
    def depth(self) -> int:
        """Return the level of indentation."""
        return min(self.comment.depth, DEEPEST)

    @property
    def is_open(self) -> bool:
        """Return whether the comment is neither removed nor hidden."""
        return not (self.comment.removed or self.comment.hidden)


@dataclass(frozen=True)
class PaperOfReaders:
    """What readers have added to a paper, as one visitor sees it."""

    ratings: Ratings
    views: int
    comments: int
    last_comments: list[ShownComment]
    entry: Entry | None
    highlights: list[Highlight]


class ReadersPage:
    """The variable `readers` of templates, which is not defined if readers are off."""

    def __init__(self, readers: Readers, request: Request) -> None:
        self._readers = readers
        self._visit = Visit(readers, request)
        self.role = readers.role_of(request.actor)
        self.is_reader = self._visit.allows(READER)
        self.is_moderator = self._visit.allows(MODERATOR)
        self.is_blocked = bool(request.actor) and self.role == ANONYMOUS
        self.can_sign_out = "ds_actor" in request.cookies

    @property
    def sign_in(self) -> str:
        """Return the address where the visitor signs in, which leads back to this page."""
        return to_sign_in(self._readers, self._visit.request)

    async def paper(self, paper_id: str) -> PaperOfReaders:
        """Return what readers did with a paper, and count the view."""
        await self._readers.mark_missing()
        await count_view(self._visit, paper_id)
        reader_id = await self._visit.reader_id()
        return await self._readers.read(read_paper, paper_id, reader_id, self)

    async def highlights(self, paper_id: str) -> list[Highlight]:
        """Return the visitor's highlights in a paper."""
        reader_id = await self._visit.reader_id()
        return await self._readers.read(highlights.list_highlights, reader_id, paper_id)

    def note(self, markdown: str) -> Markup:
        """Return the Markdown of a note as safe HTML."""
        return to_html(markdown)


def read_paper(
    conn: sqlite3.Connection, paper_id: str, reader_id: int, page: ReadersPage
) -> PaperOfReaders:
    """Return what readers did with a paper, as one reader sees it; 0 is nobody."""
    thread = comments.list_thread(conn, paper_id)
    last = sorted(thread, key=lambda comment: -comment.comment_id)[:LAST_COMMENTS]
    return PaperOfReaders(
        ratings=ratings.summarise(conn, paper_id, reader_id),
        views=views.total(conn, paper_id),
        comments=sum(not (comment.removed or comment.hidden) for comment in thread),
        last_comments=[
            to_shown(comment, reader_id, page) for comment in last if not comment.removed
        ],
        entry=library.find_entry(conn, reader_id, paper_id) if reader_id else None,
        highlights=highlights.list_highlights(conn, reader_id, paper_id) if reader_id else [],
    )


def to_shown(comment: Comment, reader_id: int, page: ReadersPage) -> ShownComment:
    """Return a comment as a visitor may see it."""
    is_own = bool(reader_id) and comment.reader_id == reader_id
    is_shown = not comment.removed and (not comment.hidden or is_own or page.is_moderator)
    html = to_html(comment.text) if is_shown else ""
    return ShownComment(comment, html, is_own, page.is_moderator, page.is_reader)


async def count_view(visit: Visit, paper_id: str) -> None:
    """Count a view of a paper, unless by a robot, or by the same visitor on the same day."""
    headers, day = visit.request.headers, now()[:10]
    agent = headers.get("user-agent", "")
    is_early = "prefetch" in headers.get("sec-purpose", headers.get("purpose", ""))
    if visit.request.method != "GET" or is_early or views.is_robot(agent):
        return
    if not visit.readers.visitors.is_first(day, paper_id, visit.address, agent):
        return
    titles = await find_titles(visit.readers.datasette, [paper_id])

    def write(conn: sqlite3.Connection) -> None:
        papers.remember(conn, paper_id, titles[paper_id])
        views.count(conn, paper_id, day)

    if paper_id in titles:
        writing = asyncio.ensure_future(visit.readers.write(write))
        writing.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait({writing}, timeout=WAIT_SECONDS)
