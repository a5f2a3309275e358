"""Template functions for charts; metadata.yml configures them under datasette-dashboards.

A page contains the rows of its charts. More than `MOST_IN_PAGE` rows are fetched by the script that
draws the charts.
"""

from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from datasette import NotFound, Response, hookimpl

from papersette.site.canned_queries import DATABASE, ensure_query_allowed, run
from papersette.site.chart_settings import listed, translated
from papersette.site.columns import to_visible
from papersette.site.datasette_seam import response_headers, tilde_encode

MOST_IN_PAGE = 200
"""Largest number of a chart's rows that its page contains."""


@hookimpl
def register_routes():
    return [(r"^/-/charts/(?P<slug>\w+)\.json$", chart_rows)]


@hookimpl
def extra_template_vars(datasette, request):
    async def chart_query(name):
        """Return the canned query of a chart; its key `given` has the parameters of the URL."""
        return await find_query(datasette, request, name)

    return {
        "charts": charts_of(datasette),
        "chart_pages": pages_of(datasette),
        "chart_query": chart_query,
        "chart_columns": to_visible,
        "with_links": lambda rows, opens: with_links(datasette, rows, opens),
        "translated": translated,
        "most_in_page": MOST_IN_PAGE,
    }


def kept_for(function):
    """Keep the result of a function for each Datasette, whose configuration never changes."""
    kept = WeakKeyDictionary()

    def keeping(datasette):
        if datasette not in kept:
            kept[datasette] = function(datasette)
        return kept[datasette]

    return keeping


@kept_for
def charts_of(datasette):
    """Return name -> configuration of each chart."""
    return {name: chart for _, name, chart in listed(datasette)}


@kept_for
def pages_of(datasette):
    """Return name -> address of the page of each chart."""
    return {
        name: datasette.urls.path(f"/-/dashboards/{dashboard}/{name}")
        for dashboard, name, _ in listed(datasette)
    }


async def find_query(datasette, request, name):
    await ensure_query_allowed(datasette, request.actor, name)
    query = await datasette.get_canned_query(DATABASE, name, request.actor)
    return query | {
        "given": {param: request.args.get(param) or "" for param in query.get("params", [])}
    }


async def chart_rows(datasette, request):
    """Return the rows of a chart as JSON; `href` is the URL that a click opens."""
    name = request.url_vars["slug"]
    if name not in charts_of(datasette):
        raise NotFound("There is no such chart")
    query = await find_query(datasette, request, name)
    rows = await run(datasette, name, query["given"])
    opens = charts_of(datasette)[name].get("opens")
    return Response.json(
        with_links(datasette, rows, opens), headers=response_headers(datasette, request)
    )


def with_links(datasette, rows, opens):
    """Return rows with the URL that a click opens: a search (pattern `opens`) or the paper."""

    def to_search(row):
        filled = {
            name: pattern.format(**row) for name, pattern in opens.items() if fills(pattern, row)
        }
        return datasette.urls.query(DATABASE, "search") + "?" + urlencode(filled)

    def to_paper(row):
        if "paper_id" not in row:
            return None
        return datasette.urls.row(DATABASE, "papers", tilde_encode(row["paper_id"]))

    return [row | {"href": (to_search if opens else to_paper)(row)} for row in rows]


def fills(pattern, row):
    """Return whether a row has a value for each field of a pattern."""
    return all(value is not None for name, value in row.items() if "{" + name + "}" in pattern)
