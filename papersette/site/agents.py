"""Opens the library of papersette.agents on this site: permissions, addresses, limited SQL."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from datasette import Forbidden, NotFound, Request

from papersette.agents.arguments import Refusal
from papersette.agents.library import Library, Table
from papersette.site.canned_queries import DATABASE
from papersette.site.datasette_seam import (
    InvalidSql,
    sqlite3,
    sqlite_timelimit,
    tilde_encode,
    validate_sql_select,
)
from papersette.site.papers import ensure_papers_allowed
from papersette.site.search_service import Indexing, service_of

LONGEST_IN_LINKS = 60
"""Longest query, in characters, that is repeated in links to pages, where its words are marked."""
READ_ONLY = "Only one SELECT is run; nothing can be changed."
UNKNOWN = re.compile(r"no such (table|column|function)")


class SiteAddresses:
    """Absolute addresses of this site, on the host that a request names."""

    def __init__(self, datasette: Any, request: Request) -> None:
        self._datasette, self._request = datasette, request

    def _absolute(self, path: str) -> str:
        return str(self._datasette.absolute_url(self._request, path))

    def paper(self, paper_id: str) -> str:
        """Return the address of a paper."""
        table = self._datasette.urls.table(DATABASE, "papers")
        return self._absolute(f"{table}/{tilde_encode(paper_id)}")

    def page(self, paper_id: str, page: int, q: str = "") -> str:
        """Return the address of a page in the reader."""
        asked = {"page": str(page)} | ({"q": q} if 0 < len(q) <= LONGEST_IN_LINKS else {})
        return f"{self.paper(paper_id)}/read?{urlencode(asked)}"

    def search(self, arguments: Mapping[str, str]) -> str:
        """Return the address of a search."""
        asked = urlencode({name: value for name, value in arguments.items() if value})
        path = self._datasette.urls.query(DATABASE, "search")
        return self._absolute(f"{path}?{asked}" if asked else path)


async def open_library(datasette: Any, request: Request) -> Library:
    """Return the library for a request.

    Raises:
        Refusal: The reader may not see the papers, there are none, or the index is not ready.
    """
    try:
        await ensure_papers_allowed(datasette, request.actor)
        pages = ("view-table", (DATABASE, "pages"))
        await datasette.ensure_permissions(request.actor, [pages])
    except (Forbidden, NotFound):
        raise Refusal("This collection cannot be read without signing in.") from None
    service = service_of(datasette)
    try:
        engine = await asyncio.to_thread(service.engine) if service else None
    except Indexing as error:
        raise Refusal(f"The search is {error}. Repeat the call in ten seconds.") from None
    except RuntimeError:
        engine = None
    if engine is None:
        raise Refusal("This site has no search index; tell its organiser.")
    may_run = await datasette.permission_allowed(
        request.actor, "execute-sql", resource=DATABASE, default=True
    )
    run_sql = to_run_sql(datasette, asyncio.get_running_loop()) if may_run else None
    return Library(engine, SiteAddresses(datasette, request), run_sql)


def to_run_sql(datasette: Any, loop: asyncio.AbstractEventLoop) -> Any:
    """Return a function for other threads that runs SQL with the limits of this site."""

    def run_sql(sql: str, size: int) -> Table:
        def fetch(conn: Any) -> Table:
            with sqlite_timelimit(conn, datasette.setting("sql_time_limit_ms")):
                cursor = conn.execute(sql)
                rows = [tuple(row) for row in cursor.fetchmany(size + 1)]
            columns = [column[0] for column in cursor.description]
            cursor.close()
            return Table(columns, rows[:size], len(rows) > size)

        try:
            validate_sql_select(sql)
            reading = datasette.get_database(DATABASE).execute_fn(fetch)
            table: Table = asyncio.run_coroutine_threadsafe(reading, loop).result()
            return table
        except InvalidSql as error:
            raise Refusal(f"{str(error).rstrip('.')}. {READ_ONLY}") from None
        except (sqlite3.DatabaseError, sqlite3.Warning) as error:
            raise Refusal(to_advice(datasette, str(error))) from None

    return run_sql


def to_advice(datasette: Any, error: str) -> str:
    """Return advice after an SQL error."""
    if error == "interrupted":
        seconds = datasette.setting("sql_time_limit_ms") / 1000
        return (
            f"This took longer than {seconds:g} s. Restrict it by paper_id, venue_id or year, add "
            "a LIMIT, and find words with the tool search instead of LIKE."
        )
    if "binding" in error:
        return "Write values into the SQL: it takes no parameters such as :year or ?."
    if "readonly" in error or "one statement" in error:
        return READ_ONLY
    unknown = " Call sql without arguments for the tables and columns."
    return f"{error.rstrip('.')}.{unknown if UNKNOWN.search(error) else ''}"
