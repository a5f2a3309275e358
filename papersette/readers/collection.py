"""Reads papers.db for readers: the papers of follows, and links from a library to other papers.

The server and the commands both use it. All other modules here only use readers.db.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from papersette.readers.follows import LONGEST_TARGET, LONGEST_TITLE, Found
from papersette.search.corpus import FACETS
from papersette.search.engine import Engine
from papersette.search.index import connect
from papersette.search.parser import LONGEST_QUERY
from papersette.search.results import Request

SEARCHED = ("q", "in", *FACETS)
"""Arguments of a search that determine which papers it finds."""
ROWS = {
    "tag": (
        "select tag from tags where tag_id = ?",
        "select paper_id from paper_tags where tag_id = ? order by paper_id",
    ),
    "author": (
        "select name from authors where author_id = ?",
        "select distinct paper_id from authorships where author_id = ? order by paper_id",
    ),
    "term": (
        "select name from terms where term_id = ?",
        "select paper_id from mentions where term_id = ? order by paper_id",
    ),
    "cited_work": (
        "select title from cited_works where cited_work_id = ?",
        "select distinct paper_id from citations where cited_work_id = ? order by paper_id",
    ),
    "session": (
        "select title from sessions where session_id = ?",
        "select paper_id from session_papers where session_id = ? order by position, paper_id",
    ),
}
"""Kind of follow -> queries for the name of a row, and for the ids of its papers."""
BUILD = "select started || ', ' || build_id from builds order by build_id desc limit 1"
PUBLICATION = "select title from builds order by build_id desc limit 1"
TITLES = """
select paper_id, coalesce(title, paper_id) from papers
where paper_id in (select value from json_each(?))
"""
AUTHORS = "select paper_id, authors from papers where paper_id in (select value from json_each(?))"
LABEL = "select label from facets where (facet, value) = (?, ?)"


class NotReady(Exception):
    """The search index is not ready yet."""


@dataclass(frozen=True)
class Link:
    """A reason to read a paper: its connection with a library."""

    reason: str
    """Kind of the connection: "similar", "cites", "cited" or "tag"."""
    paper_id: str
    """Id of the paper to read."""
    work_id: str
    of_id: str
    """Id of the paper in the library, or of the tag."""
    of_name: str
    strength: float


class Collection:
    """One build of papers.db.

    Args:
        database: Path of papers.db.
        to_engine: Returns the search engine of the build, or raises NotReady.
    """

    def __init__(self, database: Path, to_engine: Callable[[], Engine]) -> None:
        self.database = database
        self.to_engine = to_engine

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        conn = connect(self.database)
        try:
            yield conn
        finally:
            conn.close()

    def _first(self, sql: str, *arguments: str) -> str | None:
        with self._connect() as conn:
            row = conn.execute(sql, arguments).fetchone()
        return None if row is None else str(row[0])

    @cached_property
    def build(self) -> str:
        """A text that identifies the build; the text of a later build is greater."""
        return self._first(BUILD) or ""

    @cached_property
    def publication(self) -> str:
        """The title of the publication."""
        return self._first(PUBLICATION) or ""

    def find(self, kind: str, target: str) -> Found:
        """Return the papers that a follow finds.

        Raises:
            NotReady: The follow is a search, and the search index is not ready.
        """
        if kind == "search":
            return self._search(target)
        to_name, to_ids = ROWS[kind]
        name = self._first(to_name, target)
        if name is None:
            return Found("", is_here=False)
        with self._connect() as conn:
            return Found(name, [paper_id for (paper_id,) in conn.execute(to_ids, [target])])

    def _search(self, target: str) -> Found:
        arguments = dict(parse_qsl(target))
        ids = self.to_engine().find_exact(Request.from_arguments(arguments))
        return Found(self.to_title(arguments), ids)

    def to_title(self, arguments: dict[str, str]) -> str:
        """Return a search in words: the query, and the names of the selected values."""
        parts = [arguments.get("q", "")]
        for facet in FACETS:
            for value in filter(None, arguments.get(facet, "").split(",")):
                plain = value.removeprefix("-")
                sign = "−" if value != plain else ""
                parts.append(sign + (self._first(LABEL, facet, plain) or plain))
        return " · ".join(filter(None, parts))[:LONGEST_TITLE]

    def find_titles(self, ids: Sequence[str]) -> dict[str, str]:
        """Return id -> title of the papers that are in the build."""
        with self._connect() as conn:
            return dict(conn.execute(TITLES, [json.dumps(list(ids))]).fetchall())

    def find_authors(self, ids: Sequence[str]) -> dict[str, str]:
        """Return id -> authors of the papers that are in the build."""
        with self._connect() as conn:
            found = conn.execute(AUTHORS, [json.dumps(list(ids))]).fetchall()
        return {paper_id: authors or "" for paper_id, authors in found}

    def find_links(self, library: Sequence[str], asked: Sequence[str]) -> list[Link]:
        """Return the links from papers of a library to papers outside of it.

        Args:
            library: Ids of all papers in the library. Other versions of them are also left out.
            asked: Ids of the papers of the library whose links are returned.
        """
        given = {"ids": json.dumps(list(asked)), "library": json.dumps(list(library))}
        with self._connect() as conn:
            return [Link(*row) for row in conn.execute(LINKS, given)]


def to_search_target(arguments: dict[str, str]) -> str:
    """Return a search in the form that is stored: the arguments in `SEARCHED`, in fixed order.

    >>> to_search_target({"tag": "gans", "q": " noise ", "sort": "year", "page": "2"})
    'q=noise&tag=gans'

    Raises:
        ValueError: The search is too long.
    """
    given = {name: (arguments.get(name) or "").strip()[:LONGEST_QUERY] for name in SEARCHED}
    target = urlencode({name: value for name, value in given.items() if value})
    if len(target) > LONGEST_TARGET:
        raise ValueError(f"a search that is followed has at most {LONGEST_TARGET:,} characters")
    return target


LINKS = """
-- "cross join" keeps SQLite from reading all citations before the library
with own as materialized (
  select paper_id, work_id, coalesce(title, paper_id) as title from papers
  where paper_id in (select value from json_each(:ids))
),
common as materialized (
  select tag_id, tag, count(*) as shared, paper_count
  from own cross join paper_tags using (paper_id) cross join tags using (tag_id)
  where paper_count between 2 and 300 group by tag_id
  order by 1.0 * shared / paper_count desc, tag_id limit 40
),
links as (
  select 'similar' as reason, related.other_id as paper_id, own.paper_id as of_id,
    own.title as of_name, score as strength
  from own join related on related.paper_id = own.paper_id
  union all
  select distinct 'cites', citations.paper_id, own.paper_id, own.title, 1.0
  from own cross join cited_works on cited_works.paper_id = own.paper_id
  cross join citations using (cited_work_id)
  union all
  select distinct 'cited', cited_works.paper_id, own.paper_id, own.title, 1.0
  from own cross join citations on citations.paper_id = own.paper_id
  cross join cited_works using (cited_work_id) where cited_works.paper_id is not null
  union all
  select 'tag', paper_id, tag_id, tag, 1.0 * shared / paper_count
  from common join paper_tags using (tag_id)
)
select reason, paper_id, work_id, of_id, of_name, strength from links join papers using (paper_id)
where work_id not in (
  select work_id from papers where paper_id in (select value from json_each(:library)))
"""
