"""Pages of canned queries that show cards: Datasette's own page of a query, without the table of its rows.

The rule: nothing but the table is left out. To show it, Datasette asks every plugin about each cell of each row, some hundreds of
times a page, for cells that no one sees.
"""

import asyncio
from functools import lru_cache
from urllib.parse import quote_plus, urlencode

from datasette import hookimpl
from datasette.database import QueryInterrupted
from datasette.utils.asgi import Request
from datasette.views.base import DatasetteError
from datasette.views.table import TableView

from papersette.site.canned_queries import DATABASE, run

QUERIES = ("search", "search_facets", "programme", "reading_list")
"""Those whose templates show no table."""
OF_LISTS = {"facet", "named"}
"""What search_facets is asked for when it is a page of its own."""

quote = lru_cache(quote_plus)  # a query has some 10,000 characters, the same on every page


@hookimpl
def register_routes():
    return [(rf"^/(?P<database>{DATABASE})/(?P<table>{'|'.join(QUERIES)})$", show)]


async def show(datasette, request, send):
    names = {"kwargs": {**request.url_vars, "format": None}}
    return await CardsView.as_view(datasette)(
        Request(request.scope | {"url_route": names}, request.receive), send
    )


class CardsView(TableView):
    """Datasette's view of a table or canned query; what it makes for templates of the latter is made here."""

    async def dispatch_request(self, request):
        """Answer it, without a look for new tables in every database first, which Datasette's own pages take."""
        return await getattr(self, request.method.lower())(request)

    async def data(self, request, **kwargs):
        try:
            (data, _, *rest), counts = await asyncio.gather(
                super().data(request, **kwargs), self.count(request)
            )
        except QueryInterrupted as error:
            seconds = self.ds.setting("sql_time_limit_ms") / 1000
            said = f"This takes longer than {seconds:g} seconds, the limit here: ask for less, or for longer words"
            raise DatasetteError(said, title="Took too long", status=400) from error
        return data, self.to_extras(request, data) | {"counts": counts}, *rest

    async def count(self, request):
        """The counts beside a search, in a thread of their own while the search goes on."""
        if request.url_vars["table"] != "search":
            return None
        asked = {name: request.args[name] for name in request.args if name not in OF_LISTS}
        return await run(self.ds, "search_facets", asked)

    def to_extras(self, request, data):
        asked = {
            name: value
            for name, value in data["query"]["params"].items()
            if not name.startswith("_")
        }
        edit = f"{self.ds.urls.database(DATABASE)}?sql={quote(data['query']['sql'])}&{urlencode(asked)}"
        edit = edit if data["allow_execute_sql"] else None
        return {"request": request, "canned_query": data["query_name"], "edit_sql_url": edit}
