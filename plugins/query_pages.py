"""HTML pages of the canned queries that show cards or lists instead of a table of rows.

They are routes of their own because Datasette's page of a query calls the render_cell hook of every
plugin for each cell of the table, which these pages do not show. JSON, CSV and the other formats
of the same addresses are Datasette's and plugins/downloads.py's.
"""

import asyncio
import time

from datasette import Response, hookimpl

from papersette.site.canned_queries import DATABASE, ensure_query_allowed, execute
from papersette.site.datasette_seam import (
    DatasetteError,
    QueryInterrupted,
    alternate_json_url,
    edit_sql_url,
    export_links,
    response_headers,
    sqlite3,
)

QUERIES = ("search", "search_facets", "programme", "reading_list")
"""Canned queries with a page here; the template of each has the same name."""
OF_FACET_PAGE = {"facet", "named"}
"""Parameters of search_facets that the search page does not pass on."""


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
    """Return what search.html shows: the papers found and, counted at the same time, the facets."""
    arguments = to_arguments(request)
    of_facets = {name: arguments[name] for name in arguments.keys() - OF_FACET_PAGE}
    found, counts = await asyncio.gather(
        query_context(datasette, request, query),
        execute(datasette, "search_facets", of_facets, custom_time_limit=to_time_limit(request)),
    )
    return found | {"counts": [dict(row) for row in counts.rows]}


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
