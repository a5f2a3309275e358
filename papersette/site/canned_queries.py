"""Runs canned queries: those of metadata.yml and, for the site's own pages, of page_queries.yml.

A parameter without a value is "".
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from papersette import loading
from papersette.site.datasette_seam import derive_named_parameters

DATABASE = "papers"
"""Name under which Datasette serves papers.db."""

PAGE_QUERIES: Mapping[str, dict[str, Any]] = loading.load_yaml(
    Path(__file__).with_name("page_queries.yml")
).value
"""The canned queries for pages and exports."""

CACHED = {"about", "session_list"}
"""Parameterless queries that most pages run. Their rows are kept for an immutable database."""

parameters: dict[str, list[str]] = {}
"""SQL -> its parameters, kept because Datasette has to parse the SQL to find them."""
cached_rows: WeakKeyDictionary[Any, dict[str, list[dict[str, Any]]]] = WeakKeyDictionary()
"""Database -> {query of `CACHED`: its rows}."""


def to_metadata() -> dict[str, Any]:
    """Return metadata for Datasette with the queries of the pages."""
    queries = {name: {"hide_sql": True, **query} for name, query in PAGE_QUERIES.items()}
    return {"databases": {DATABASE: {"queries": queries}}}


async def ensure_query_allowed(datasette: Any, actor: Any, query: str) -> None:
    """Raise Forbidden if the actor may not see this canned query."""
    await datasette.ensure_permissions(
        actor, [("view-query", (DATABASE, query)), ("view-database", DATABASE), "view-instance"]
    )


async def execute(datasette: Any, query: str, values: Mapping[str, object], **options: Any) -> Any:
    """Return Datasette's Results of a canned query; `options` are those of `Database.execute`.

    Raises what `Database.execute` raises.
    """
    database = datasette.get_database(DATABASE)
    sql = (await datasette.get_canned_query(DATABASE, query, None))["sql"]
    if sql not in parameters:
        parameters[sql] = await derive_named_parameters(database, sql)
    arguments = {name: values.get(name, "") for name in parameters[sql]}
    return await database.execute(sql, arguments, **options)


async def run(datasette: Any, query: str, values: Mapping[str, object]) -> list[dict[str, Any]]:
    """Return the rows of a canned query as dictionaries. Raises what `execute` raises."""
    database = datasette.get_database(DATABASE)
    known = cached_rows.setdefault(database, {})
    if query in known:
        return known[query]
    rows = [dict(row) for row in (await execute(datasette, query, values)).rows]
    if query in CACHED and not database.is_mutable:
        known[query] = rows
    return rows
