"""Runs the canned queries of metadata.yml for the plugins.

The rule: what is asked of the database is written in metadata.yml and nowhere else; a parameter that is not given is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from datasette.utils import derive_named_parameters

DATABASE = "papers"
"""The name under which Datasette serves the file that build_db.py makes: papers.db."""

ON_EVERY_PAGE = {"about", "session_list"}
"""Queries without parameters that pages of all kinds ask; of a file that cannot change they are asked once."""

names: dict[str, list[str]] = {}
"""The parameters of each query; to find them, Datasette reads all of its text."""
answers: WeakKeyDictionary[Any, dict[str, list[dict[str, Any]]]] = WeakKeyDictionary()
"""For each database what it answered to ON_EVERY_PAGE."""


async def run(datasette: Any, query: str, values: Mapping[str, object]) -> list[dict[str, Any]]:
    """The rows that the query gives. Raises what Datasette's `execute` raises."""
    database = datasette.get_database(DATABASE)
    known = answers.setdefault(database, {})
    if query in known:
        return known[query]
    sql = (await datasette.get_canned_query(DATABASE, query, None))["sql"]
    if sql not in names:
        names[sql] = await derive_named_parameters(database, sql)
    answer = await database.execute(sql, {name: values.get(name, "") for name in names[sql]})
    rows = [dict(row) for row in answer.rows]
    if query in ON_EVERY_PAGE and not database.is_mutable:
        known[query] = rows
    return rows
