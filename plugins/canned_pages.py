"""HTML pages of canned queries that show a table: a form, one page of rows, links to other pages.

plugins/query_pages.py serves queries with pages of their own kind. metadata.yml describes the
queries; data_page.yml has labels and suggested values for their fields. JSON, CSV and the other
formats at the same addresses are served by Datasette and plugins/downloads.py.
"""

import asyncio
from urllib.parse import urlencode

from datasette import hookimpl
from markupsafe import Markup

from papersette.site.addresses import is_web_address
from papersette.site.canned_queries import DATABASE, execute, parameters, run
from papersette.site.columns import cut, find_link, to_visible
from papersette.site.datasette_seam import (
    derive_named_parameters,
    render_cell,
    sqlite3,
    tilde_encode,
)
from papersette.site.query_response import respond, to_arguments, to_time_limit
from papersette.site.query_settings import settings_of

OWN_PAGES = {"search", "search_facets", "similar_passages", "programme", "reading_list"}
"""Canned queries that plugins/query_pages.py serves."""
PAGE_SIZE = 25
"""Rows of a page, unless ?_size= gives another number."""
LARGEST_PAGE = 500
LONG = 60
"""Least number of characters of a text that needs a wide column."""


@hookimpl
def startup(datasette):
    settings_of(datasette)  # a wrong setting stops the server at its start


@hookimpl
def register_routes(datasette):
    queries = datasette.metadata("queries", database=DATABASE, fallback=False) or {}
    names = [
        tilde_encode(name)
        for name, query in queries.items()
        if name not in OWN_PAGES and isinstance(query, dict) and not query.get("write")
    ]
    return [(rf"^/{DATABASE}/(?P<query>{'|'.join(names)})$", canned_page)] if names else []


@hookimpl
def extra_template_vars(datasette):
    return {"data_settings": settings_of(datasette), "cut": cut}


async def canned_page(datasette, request):
    """Return the HTML page of a canned query."""
    return await respond(
        datasette, request, request.url_vars["query"], "canned_query.html", to_context
    )


async def to_context(datasette, request, query):
    """Return the rows of one page, the fields of the form, and the links to other pages."""
    settings, given = settings_of(datasette), to_arguments(request)
    configured = await datasette.get_canned_query(DATABASE, query, request.actor)
    names = await parameters_of(datasette, configured)
    values = {name: given.get(name, "").strip() for name in names}
    context = {
        "query": configured,
        "inputs": await to_inputs(datasette, settings, values),
        "asked": {name: value for name, value in values.items() if value},
        "is_incomplete": settings.is_incomplete(query, values),
        "chart_slug": settings.charts.get(query, query),
        "columns": [],
        "table": [],
        "pages": to_pages(request, 0, False),
    }
    if context["is_incomplete"]:
        return context
    limits = {"truncate": True, "custom_time_limit": to_time_limit(request)}
    try:
        found = await execute(datasette, query, given | values, **limits)
    except sqlite3.DatabaseError as error:  # for example, for a pattern that is too long
        return context | {"error": str(error)}
    pages = to_pages(request, len(found.rows), found.truncated)
    shown = found.rows[pages["first"] - 1 : pages["last"]] if found.rows else []
    visible = to_visible(found.columns)
    return context | {
        "columns": list(found.columns),
        "headings": [(name, settings.heading_of(name)) for name in visible],
        "numeric": {
            name for name in visible if all(isinstance(row[name], int | float) for row in shown)
        },
        "table": [[await to_cell(datasette, row, name) for name in visible] for row in shown],
        "pages": pages,
    }


async def parameters_of(datasette, query):
    """Return the parameters of a canned query that readers can set."""
    sql = query["sql"]
    if sql not in parameters:
        database = datasette.get_database(DATABASE)
        parameters[sql] = await derive_named_parameters(database, sql)
    names = query.get("params") or parameters[sql]
    return [name for name in names if not name.startswith("_")]


async def to_inputs(datasette, settings, values):
    """Return the fields of the form: {name, label, value, suggestions, values, is_long}."""
    inputs = {name: settings.input_of(name) for name in values}
    suggestions = await asyncio.gather(
        *(
            run(datasette, "input_values", {"facet": one.facet}) if one.facet else nothing()
            for one in inputs.values()
        )
    )
    return [
        {
            "name": name,
            "label": one.label,
            "value": values[name],
            "values": one.values,
            "is_long": one.is_long,
            "suggestions": [row["label"] for row in found],
        }
        for (name, one), found in zip(inputs.items(), suggestions, strict=True)
    ]


async def nothing():
    return []


def to_pages(request, count, is_truncated):
    """Return {first, last, count, page, pages, is_truncated, previous, next} of a page of rows."""
    size = to_number(request.args.get("_size"), PAGE_SIZE, LARGEST_PAGE)
    last_page = max(1, -(-count // size))
    page = to_number(request.args.get("_page"), 1, last_page)
    return {
        "first": (page - 1) * size + 1,
        "last": min(count, page * size),
        "count": count,
        "page": page,
        "pages": last_page,
        "is_truncated": is_truncated,
        "previous": to_address(request, page - 1) if page > 1 else None,
        "next": to_address(request, page + 1) if page < last_page else None,
    }


def to_number(text, default, largest):
    """Return a reader's number, limited to 1 to `largest`; the default if it is not a number."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 9:
        return default
    return min(largest, max(1, int(text)))


def to_address(request, page):
    """Return the address of another page of the same rows."""
    kept = {name: value for name, value in to_arguments(request).items() if name != "_page"}
    return "?" + urlencode(kept | ({"_page": page} if page > 1 else {}))


async def to_cell(datasette, row, column):
    """Return a cell as {column, html, more, is_long}. `html` is the cell as plugins show it, or a
    link to a web address, or a text; `more` is the address of the paper if the text is cut.
    """
    value, link = row[column], find_link(None, column, row.keys())
    if value is None and link:
        value = row[link[0]]
    text = "" if value is None else str(value)
    cell = {"column": column, "html": None, "more": None, "is_long": len(text) > LONG}
    shown = await render_cell(datasette, DATABASE, row, column, value)
    if shown is not None or value is None:
        return cell | {"html": shown}
    if is_web_address(text):
        label = cut(text.partition("//")[2], LONG)
        return cell | {"html": Markup('<a href="{}">{}</a>').format(text, label)}
    return cell | {"html": cut(text), "more": to_more(datasette, row, text)}


def to_more(datasette, row, text):
    """Return the address of the paper of a row, if a text of the row is cut."""
    key = row["paper_id"] if "paper_id" in row.keys() else None  # noqa: SIM118 - rows iterate over values
    if not key or cut(text) == text:
        return None
    return datasette.urls.row(DATABASE, "papers", tilde_encode(str(key)))
