"""HTML pages of the canned queries that show cards or lists instead of a table of rows.

They are routes of their own because Datasette's page of a query calls the render_cell hook of every
plugin for each cell of the table, which these pages do not show. JSON, CSV and the other formats
of the same addresses are Datasette's and plugins/downloads.py's.
"""

import asyncio
import json
import time
from dataclasses import replace

from datasette import Response, hookimpl

from papersette.search.results import Request
from papersette.search.rows import to_facet_rows, to_hit_rows
from papersette.site.canned_queries import DATABASE, ensure_query_allowed, execute, run
from papersette.site.datasette_seam import (
    DatasetteError,
    QueryInterrupted,
    alternate_json_url,
    edit_sql_url,
    export_links,
    response_headers,
    sqlite3,
)
from papersette.site.limits import state_of
from papersette.site.search_service import service_of

QUERIES = ("search", "search_facets", "programme", "reading_list")
"""Canned queries with a page here; the template of each has the same name."""
COUNT_COLUMNS = ("facet", "value", "label", "count")
"""Columns of search_facets."""


@hookimpl
def register_routes():
    return [(rf"^/{DATABASE}/(?P<query>{'|'.join(QUERIES)})$", query_page)]


async def query_page(datasette, request):
    """Return the HTML page of a canned query."""
    query, started = request.url_vars["query"], time.perf_counter()
    if request.method not in {"GET", "HEAD"}:
        return Response.text("Method not allowed", status=405)
    await ensure_query_allowed(datasette, request.actor, query)
    to_context = search_context if query == "search" else query_context
    status = 200
    try:
        context = await to_context(datasette, request, query)
    except QueryInterrupted as error:
        limits = [datasette.setting("sql_time_limit_ms"), to_time_limit(request)]
        seconds = min(filter(None, limits)) / 1000
        message = f"This took longer than the limit of {seconds:g} s. Use more specific words."
        raise DatasetteError(message, title="Time limit exceeded", status=400) from error
    except sqlite3.DatabaseError as error:
        context, status = {"rows": [], "columns": [], "error": str(error)}, 400
    context |= await page_context(datasette, request, query, context["columns"])
    context["query_ms"] = (time.perf_counter() - started) * 1000
    html = await datasette.render_template(f"{query}.html", context, request, view_name="table")
    headers = response_headers(datasette, request, status)
    kind = 'rel="alternate"; type="application/json+datasette"'
    headers["Link"] = f"{context['alternate_url_json']}; {kind}"
    return Response.html(html, status=status, headers=headers)


async def search_context(datasette, request, query):
    """Return what search.html shows: the papers found and the counts, from one search."""
    asked = Request.from_arguments(to_arguments(request))
    asked = replace(asked, size=min(asked.size, state_of(datasette).limits.page_size))
    result, guesses = await asyncio.gather(
        asyncio.to_thread(service_of(datasette).search, asked),
        run(datasette, "did_you_mean", {"q": asked.q}),
    )
    ids = json.dumps([hit.paper_id for hit in result.hits])
    return {
        "rows": to_hit_rows(result),
        "columns": ["paper_id", "title"],
        "counts": [dict(zip(COUNT_COLUMNS, row, strict=True)) for row in to_facet_rows(result)],
        "cards": await run(datasette, "cards", {"ids": ids}),
        "guesses": guesses,
    }


async def query_context(datasette, request, query):
    """Return the rows and columns of a canned query."""
    limits = {"truncate": True, "custom_time_limit": to_time_limit(request)}
    found = await execute(datasette, query, to_arguments(request), **limits)
    return {"rows": [dict(row) for row in found.rows], "columns": list(found.columns)}


async def page_context(datasette, request, query, columns):
    """Return what templates need beside the rows: links to other formats and to the SQL."""
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


def to_arguments(request):
    return {name: request.args[name] for name in request.args}


def to_time_limit(request):
    """Return ?_timelimit= in milliseconds; None where it is missing or not a number."""
    asked = request.args.get("_timelimit") or ""
    return int(asked) if asked.isdecimal() else None
