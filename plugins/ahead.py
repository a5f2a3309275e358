"""Counts a search while its results are being found.

The rule: nothing but time depends on it. Datasette runs the query of a page first and the queries of its template after it; the
counts beside a search, which take as long as its results, are begun with the request, and the template awaits them.
"""

import asyncio
from urllib.parse import parse_qsl

from datasette import hookimpl

from papersette.canned import AHEAD, DATABASE, run


@hookimpl
def asgi_wrapper(datasette):
    def wrap(app):
        async def count_ahead(scope, receive, send):
            if scope["type"] != "http" or scope["path"] != datasette.urls.path(f"/{DATABASE}/search"):
                await app(scope, receive, send)
                return
            pairs = parse_qsl(scope["query_string"].decode("latin-1"))
            asked = dict(reversed(pairs))  # of a repeated key, Datasette takes the first value
            counts = asyncio.create_task(run(datasette, "search_facets", asked))
            try:
                await app(scope | {AHEAD: counts}, receive, send)
            finally:
                counts.cancel()

        return count_ahead

    return wrap
