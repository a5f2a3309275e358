"""Template function for the pages of tags, authors, venues and sessions: their first papers."""

import asyncio
from dataclasses import replace

from datasette import hookimpl

from papersette.search.results import PAGE_SIZE, Request
from papersette.site.canned_queries import run
from papersette.site.search_service import Indexing, service_of

IN_ORDER = {"session", "work"}
"""What has an order of its own, or is no facet of the search; its papers are paged here."""


@hookimpl
def extra_template_vars(datasette, request):
    async def first_papers(facet, value):
        """Return {ids, papers, works, page, last}: the ids on this page, how many papers there are,
        how many works they are versions of, and the number of this page and the last one.

        Facets of the search show the first page of their search, newest first.
        """
        engine = engine_of(datasette) if facet not in IN_ORDER else None
        if engine is not None:
            return await asyncio.to_thread(search_first, engine, facet, value)
        rows = await run(datasette, "papers_of", {facet: value})
        last = max(1, -(-len(rows) // PAGE_SIZE))
        asked = request.args.get("page") or ""
        page = min(last, max(1, int(asked))) if asked.isdecimal() and len(asked) < 8 else 1
        shown = rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        ids = [row["paper_id"] for row in shown]
        return {"ids": ids, "papers": len(rows), "works": len(rows), "page": page, "last": last}

    return {"first_papers": first_papers}


def engine_of(datasette):
    """Return the search engine, or None while it is not ready."""
    try:
        return service_of(datasette).engine(wait=0)
    except (Indexing, RuntimeError):
        return None


def search_first(engine, facet, value):
    request = Request(filters=((facet, value),), sort="year")
    found = engine.search(request)
    if found.count < found.papers <= PAGE_SIZE:  # all versions fit
        found = engine.search(replace(request, versions="all"))
    return {
        "ids": [hit.paper_id for hit in found.hits],
        "papers": found.papers,
        "works": found.count,
        "page": 1,
        "last": max(1, -(-found.count // PAGE_SIZE)),
    }
