"""Renders the pages of a static site from the served database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

from papersette.site.canned_queries import DATABASE, run
from papersette.site.chart_settings import listed, translated
from papersette.site.collection import is_useful, read_capabilities
from papersette.site.own_name import site_of
from papersette.site.search_service import service_of
from papersette.site.static_names import Names, to_relative

Row = dict[str, Any]
PER_PAGE = 500
"""Number of papers, tags or authors on one page of a list."""
PAPERS = """
select paper_id, papers.title, authors, venues.name as venue, venue_id, papers.year, page_count
from papers join venues using (venue_id) order by papers.year desc, number
"""
GROUPS = {
    "tags": """select tags.tag_id as id, tag as name, paper_id from tags
        join paper_tags using (tag_id) join papers using (paper_id)
        order by tag collate nocase, tags.tag_id, papers.year desc, number""",
    "authors": """select distinct author_id as id, authors.name, paper_id from authors
        join authorships using (author_id) join papers using (paper_id)
        order by authors.name collate nocase, author_id, papers.year desc, number""",
    "sessions": """select session_id as id, sessions.title as name, paper_id from sessions
        join session_papers using (session_id) order by sessions.position, session_id,
        session_papers.position""",
    "venues": """select venue_id as id, venues.name, paper_id from venues
        join papers using (venue_id) order by venues.name, venue_id, papers.year desc, number""",
}
"""Kind of group -> SQL of (id, name, paper_id), in listed order."""
OF_PAPER = ("authorships_of", "cited_by", "related_of", "references_of", "mentions_of",
            "versions_of", "sections_of")  # fmt: skip
"""Canned queries about one paper, shown on its page."""
TEXT = "select page, body, refs from pages where paper_id = ? order by page"


class Pages:
    """Yields the pages of a site as (path, HTML).

    Args:
        datasette: A server of the database.
        tables: Names of the tables that are written as files.
        with_text: Whether the text of the papers is included.
    """

    def __init__(self, datasette: Any, tables: list[str], with_text: bool) -> None:
        self.datasette = datasette
        self.tables = tables
        self.with_text = with_text
        self.environment = datasette.jinja_env.overlay(enable_async=False)
        self.papers: dict[str, Row] = {}
        self.groups: dict[str, dict[Any, Row]] = {}
        self.names = Names({})
        self.shared: Row = {}

    async def open(self) -> None:
        """Read what all pages need, and wait for the search engine, which charts use."""
        if service := service_of(self.datasette):
            await asyncio.to_thread(service.wait)
        rows = [dict(row) for row in await self._execute(PAPERS)]
        self.papers = {row["paper_id"]: row for row in rows}
        for kind, sql in GROUPS.items():
            groups: dict[Any, Row] = {}
            for row in await self._execute(sql):
                group = groups.setdefault(row["id"], {"name": row["name"], "papers": {}})
                group["papers"][row["paper_id"]] = None
            for group in groups.values():
                group["count"] = len(group["papers"])
            self.groups[kind] = groups
        has_text = [row["paper_id"] for row in rows if self.with_text and row["page_count"]]
        keys = {kind: list(groups) for kind, groups in self.groups.items()}
        self.names = Names({**keys, "papers": list(self.papers), "text": has_text})
        self.has = await read_capabilities(self.datasette)
        self.shared = {
            "site": site_of(self.datasette),
            "about": (await run(self.datasette, "about", {}))[0],
            "has": self.has,
            "kinds": [kind for kind in GROUPS if self.groups[kind]],
            "with_text": self.with_text,
            "translated": translated,
        }

    def count(self) -> int:
        """Return the number of papers and groups, whose pages take most of the time."""
        return len(self.papers) + sum(map(len, self.groups.values()))

    async def pages(self) -> AsyncIterator[tuple[str, str]]:
        """Yield every page."""
        charts = self._charts()
        yield self._render("index.html", "home.html", groups=self.groups, charts=charts)
        yield self._render("search.html", "search.html")
        yield self._render("data/index.html", "data.html", tables=self.tables)
        for page in self._lists():
            yield page
        for kind, groups in self.groups.items():
            for key, group in groups.items():
                path = str(self.names.path(kind, key))
                found = [self.papers[paper_id] for paper_id in group["papers"]]
                yield self._render(path, "group.html", kind=kind, group=group, papers=found)
        for paper_id in self.papers:
            async for page in self._paper(paper_id):
                yield page
        for name in charts:
            yield await self._chart(name)

    async def _paper(self, paper_id: str) -> AsyncIterator[tuple[str, str]]:
        """Yield the page of a paper, and the page of its text."""
        path = str(self.names.path("papers", paper_id))
        ids = json.dumps([paper_id])
        (card,), *others = await asyncio.gather(
            run(self.datasette, "cards", {"ids": ids}),
            *(run(self.datasette, query, {"paper_id": paper_id}) for query in OF_PAPER),
        )
        found = dict(zip(OF_PAPER, others, strict=True))
        text_path = self.names.path("text", paper_id)
        yield self._render(path, "paper.html", card=card, text_path=text_path, **found)
        if text_path:
            rows = await self._execute(TEXT, [paper_id])
            yield self._render(text_path, "text.html", card=card, paper_path=path, pages=rows)

    def _lists(self) -> Iterator[tuple[str, str]]:
        """Yield the lists of all papers, and of all groups of each kind."""
        items = [
            {"key": key, "name": row["title"] or key, **row} for key, row in self.papers.items()
        ]
        yield from self._list("papers", items)
        for kind in self.shared["kinds"]:
            groups = self.groups[kind].items()
            yield from self._list(
                kind,
                [
                    {"key": key, "name": group["name"], "papers": len(group["papers"])}
                    for key, group in groups
                ],
            )

    def _list(self, kind: str, items: list[Row]) -> Iterator[tuple[str, str]]:
        parts = [items[start : start + PER_PAGE] for start in range(0, len(items), PER_PAGE)]
        paths = [to_list_path(kind, number) for number in range(1, max(1, len(parts)) + 1)]
        for position, (path, part) in enumerate(zip(paths, parts or [[]], strict=True)):
            found = {"kind": kind, "items": part, "paths": paths, "position": position}
            yield self._render(path, "list.html", count=len(items), **found)

    def _charts(self) -> dict[str, Row]:
        """Return the charts that are not empty, by their canned query."""
        queries = self.datasette.metadata("queries", database=DATABASE)
        return {
            name: {**chart, "query": queries[name]}
            for _, name, chart in listed(self.datasette)
            if is_useful(name, self.has)
        }

    async def _chart(self, name: str) -> tuple[str, str]:
        chart = self._charts()[name]
        rows = await run(self.datasette, name, {})
        for row in rows:
            if path := self.names.path("papers", row.get("paper_id")):
                row["href"] = to_relative(path, f"charts/{name}.html")
        return self._render(f"charts/{name}.html", "chart.html", chart=chart, slug=name, rows=rows)

    def _render(self, path: str, template: str, **values: Any) -> tuple[str, str]:
        """Return a path and its HTML; templates have `to(path)` and `link(kind, key)`."""

        def to(target: str) -> str:
            return to_relative(target, path)

        def link(kind: str, key: object) -> str:
            found = self.names.path(kind, key)
            return to(found) if found else ""

        given = {**self.shared, **values, "path": path, "to": to, "link": link}
        return path, self.environment.get_template(f"export/{template}").render(given)

    async def _execute(self, sql: str, values: Iterable[object] = ()) -> list[Any]:
        """Return all rows of a query: pages of a static site have no limits."""

        def fetch(conn: Any) -> list[Any]:
            conn.budget = float("inf")
            return list(conn.execute(sql, list(values)).fetchall())

        found: list[Any] = await self.datasette.get_database(DATABASE).execute_fn(fetch)
        return found


def to_list_path(kind: str, number: int) -> str:
    """Return the path of a page of a list, numbered from 1."""
    return f"{kind}/index.html" if number == 1 else f"{kind}/index-{number}.html"
