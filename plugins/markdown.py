"""Serves papers and searches as Markdown: /papers/papers/ID.md and /papers/search.md?q=…"""

import asyncio
from dataclasses import replace

from datasette import NotFound, Response, hookimpl

from papersette.agents.arguments import Refusal
from papersette.agents.markdown import write_paper, write_search
from papersette.search.results import Request
from papersette.site.agents import open_library
from papersette.site.canned_queries import DATABASE
from papersette.site.datasette_seam import response_headers
from papersette.site.limits import state_of
from papersette.site.query_response import to_arguments
from papersette.site.receipts import read_receipt

MEDIA_TYPE = "text/markdown; charset=utf-8"


@hookimpl
def register_output_renderer():
    return {"extension": "md", "render": render, "can_render": can_render}


def can_render(database, table, query_name, view_name):
    """Return whether a page is that of one paper, or of a search."""
    is_paper = view_name == "row" and table == "papers"
    return database == DATABASE and (is_paper or query_name == "search")


async def render(datasette, request, rows, database, table, query_name, view_name):
    """Return the page as Markdown."""
    if not can_render(database, table, query_name, view_name):
        raise NotFound("Only papers and searches exist as Markdown.")
    try:
        library = await open_library(datasette, request)
        if query_name == "search":
            text = await render_search(datasette, request, library)
        else:
            pages = request.args.get("pages") or ""
            text = await asyncio.to_thread(write_paper, library, rows[0]["paper_id"], pages)
    except Refusal as refusal:
        return Response.text(f"{refusal}\n", status=400)
    headers = response_headers(datasette, request)
    return Response(text, headers=headers, content_type=MEDIA_TYPE)


async def render_search(datasette, request, library):
    asked = Request.from_arguments(to_arguments(request))
    asked = replace(asked, size=min(asked.size, state_of(datasette).limits.page_size))
    receipt = await read_receipt(datasette, request)
    return await asyncio.to_thread(write_search, library, asked, receipt)
