"""Whose sentence is this? At /papers/whose: the papers that have a quotation, or nearly have it."""

import asyncio

from datasette import Response, hookimpl

from papersette.search.quotations import (
    LEAST_LETTERS,
    LONGEST_QUOTATION,
    find_sources,
    is_long_enough,
)
from papersette.site.asking import ensure_text_allowed
from papersette.site.canned_queries import DATABASE
from papersette.site.datasette_seam import response_headers
from papersette.site.reader_links import to_paper_link, to_read_link
from papersette.site.search_service import service_of

LONGEST_FIELD = 6000
"""Longest quotation in characters: a longer one makes an address that is too long for servers."""


@hookimpl
def register_routes():
    return [(rf"^/{DATABASE}/whose(?P<format>\.json)?$", whose)]


async def whose(datasette, request):
    """Return the page of a quotation, or its JSON."""
    if request.method not in {"GET", "HEAD"}:
        return Response.text("Method not allowed", status=405, headers={"Allow": "GET, HEAD"})
    await ensure_text_allowed(datasette, request.actor)
    text = (request.args.get("text") or "").replace("\r\n", "\n").strip()
    is_short = bool(text) and not is_long_enough(text)
    sources, is_by_meaning = [], False
    if text and not is_short and (service := service_of(datasette)):
        engine = await asyncio.to_thread(service.engine)
        found = await asyncio.to_thread(find_sources, engine, text)
        sources = [to_row(datasette, request, engine, source) for source in found]
        is_by_meaning = engine.meaning is not None
    headers = response_headers(datasette, request)
    is_cut = len(text) > LONGEST_QUOTATION
    if request.url_vars.get("format"):
        rows = [{key: row[key] for key in row if key != "marked"} for row in sources]
        answer = {"ok": True, "is_cut": is_cut, "is_too_short": is_short, "sources": rows}
        return Response.json(answer, headers=headers)
    context = {
        "text": text[:LONGEST_FIELD],
        "is_short": is_short,
        "is_cut": is_cut,
        "least": LEAST_LETTERS,
        "longest": LONGEST_QUOTATION,
        "longest_field": LONGEST_FIELD,
        "sources": sources,
        "is_by_meaning": is_by_meaning,
        "database": DATABASE,
    }
    html = await datasette.render_template("whose.html", context, request, view_name="query")
    return Response.html(html, headers=headers)


def to_row(datasette, request, engine, source):
    """Return a source as a row to show."""
    if source.page is None:
        path = to_paper_link(datasette, source.paper_id)
    else:
        path = to_read_link(datasette, source.paper_id, source.page, passage=source.passage)
    return {
        "kind": source.kind,
        "paper_id": source.paper_id,
        "title": engine.titles[source.number],
        "page": source.page,
        "passage": " ".join(source.passage.split()),
        "likeness": round(source.likeness, 3),
        "url": datasette.absolute_url(request, path),
        "marked": source.marked,
    }
