"""Serves the HTML pages of canned queries: arguments, time limits, links, headers."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from datasette import Response

from papersette.site.canned_queries import DATABASE, ensure_query_allowed
from papersette.site.datasette_seam import (
    DatasetteError,
    QueryInterrupted,
    alternate_json_url,
    edit_sql_url,
    export_links,
    response_headers,
    sqlite3,
)

Context = dict[str, Any]
ToContext = Callable[[Any, Any, str], Awaitable[Context]]
"""Runs the query of a request; returns template variables, which include `columns`."""


async def respond(
    datasette: Any, request: Any, query: str, template: str, to_context: ToContext
) -> Response:
    """Return the HTML page of a canned query.

    Raises:
        Forbidden: The reader may not see the query.
        DatasetteError: The query took too long.
    """
    started = time.perf_counter()
    if request.method not in {"GET", "HEAD"}:
        return Response.text("Method not allowed", status=405)
    await ensure_query_allowed(datasette, request.actor, query)
    try:
        context = await to_context(datasette, request, query)
    except QueryInterrupted as error:
        limits = [datasette.setting("sql_time_limit_ms"), to_time_limit(request)]
        seconds = min(filter(None, limits)) / 1000
        message = f"This took longer than the limit of {seconds:g} s. Use more specific words."
        raise DatasetteError(message, title="Time limit exceeded", status=400) from error
    except sqlite3.DatabaseError as error:
        context = {"rows": [], "columns": [], "error": str(error)}
    status = 400 if context.get("error") else 200
    context |= await to_links(datasette, request, query, context["columns"])
    context["query_ms"] = (time.perf_counter() - started) * 1000
    html = await datasette.render_template(template, context, request, view_name="table")
    headers = response_headers(datasette, request, status)
    kind = 'rel="alternate"; type="application/json+datasette"'
    headers["Link"] = f"{context['alternate_url_json']}; {kind}"
    return Response.html(html, status=status, headers=headers)


async def to_links(datasette: Any, request: Any, query: str, columns: list[str]) -> Context:
    """Return the template variables besides the rows: links to other formats and to the SQL."""
    sql = (await datasette.get_canned_query(DATABASE, query, request.actor))["sql"]
    arguments = to_arguments(request)
    values = {name: arguments[name] for name in arguments if not name.startswith("_")}
    return {
        "database": DATABASE,
        "canned_query": query,
        "renderers": await export_links(datasette, request, DATABASE, query, columns),
        "alternate_url_json": alternate_json_url(datasette, request),
        "edit_sql_url": await edit_sql_url(datasette, request, DATABASE, sql, values),
    }


def to_arguments(request: Any) -> dict[str, str]:
    """Return the arguments of a request; the first value of each name."""
    return {name: request.args[name] for name in request.args}


def to_page_number(request: Any) -> int:
    """Return ?page=, from 1; 1 if it is missing or not a number."""
    asked = request.args.get("page") or ""
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 8 else 1


def to_time_limit(request: Any) -> int | None:
    """Return ?_timelimit= in milliseconds; None if it is missing or not a number."""
    asked = request.args.get("_timelimit") or ""
    return int(asked) if asked.isdecimal() else None
