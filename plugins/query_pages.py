"""HTML pages of the canned queries that show cards or lists instead of a table of rows.

They have their own routes because Datasette's page of a query calls the render_cell hook of every
plugin for each cell of the table, which these pages do not show. JSON, CSV and the other formats
at the same addresses are served by Datasette and plugins/downloads.py.
"""

import asyncio
import json
from dataclasses import replace
from urllib.parse import urlencode

from datasette import hookimpl

from papersette.search.results import Request
from papersette.search.rows import to_facet_rows, to_hit_rows
from papersette.site.canned_queries import DATABASE, execute, run
from papersette.site.limits import state_of
from papersette.site.query_response import respond, to_arguments, to_time_limit
from papersette.site.receipts import read_receipt, wants_receipt
from papersette.site.search_service import service_of

QUERIES = ("search", "search_facets", "similar_passages", "programme", "reading_list")
"""Canned queries served here; each has a template of the same name."""
COUNT_COLUMNS = ("facet", "value", "label", "count")
"""Columns of search_facets."""


@hookimpl
def register_routes():
    return [(rf"^/{DATABASE}/(?P<query>{'|'.join(QUERIES)})$", query_page)]


async def query_page(datasette, request):
    """Return the HTML page of a canned query."""
    query = request.url_vars["query"]
    to_context = {"search": search_context, "programme": programme_context}.get(
        query, query_context
    )
    return await respond(datasette, request, query, f"{query}.html", to_context)


async def search_context(datasette, request, query):
    """Return the variables of search.html: papers and facet counts, from one search."""
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
        "page_size": asked.size,
        **(await receipt_context(datasette, request) if wants_receipt(request) else {}),
    }


async def receipt_context(datasette, request):
    """Return the receipt of a search, and its own address."""
    arguments = to_arguments(request)
    asked = {name: value for name, value in arguments.items() if name not in {"page", "size"}}
    address = datasette.absolute_url(request, f"{request.path}?{urlencode(asked)}")
    return {"receipt": await read_receipt(datasette, request), "receipt_url": address}


async def query_context(datasette, request, query):
    """Return the rows and columns of a canned query."""
    return await to_rows(datasette, request, query, to_arguments(request))


async def programme_context(datasette, request, query):
    """Return the sessions of all days, as the page also links to days that it does not show."""
    arguments = {name: value for name, value in to_arguments(request).items() if name != "day"}
    return await to_rows(datasette, request, query, arguments)


async def to_rows(datasette, request, query, arguments):
    limits = {"truncate": True, "custom_time_limit": to_time_limit(request)}
    found = await execute(datasette, query, arguments, **limits)
    return {"rows": [dict(row) for row in found.rows], "columns": list(found.columns)}
