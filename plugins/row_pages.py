"""Template functions for pages of rows: first papers of a tag, contents and text of a paper."""

import asyncio
import json
from functools import partial

from datasette import hookimpl

from papersette.search.results import PAGE_SIZE, Request
from papersette.site.canned_queries import run
from papersette.site.headings import is_in_capitals, to_sentence_case, to_spellings
from papersette.site.query_response import to_page_number
from papersette.site.reading import read_page, read_paper
from papersette.site.search_service import Indexing, service_of

IN_ORDER = {"session", "work"}
"""Tables whose papers have an order, or which are no facet of the search; they are paged here."""


@hookimpl
def extra_template_vars(datasette, request):
    return {
        "first_papers": partial(read_first_papers, datasette, request),
        "contents": partial(read_contents, datasette),
        "text_of_page": partial(read_text_of_page, datasette),
    }


async def read_first_papers(datasette, request, facet, value):
    """Return {ids, papers, works, page, last}: the ids on this page, the number of papers, the
    number of works that they are versions of, and the numbers of this page and the last one.

    Facets of the search show the first page of their search, newest papers first.
    """
    engine = engine_of(datasette) if facet not in IN_ORDER else None
    if engine is not None:
        return await asyncio.to_thread(search_first, engine, facet, value)
    rows = await run(datasette, "papers_of", {facet: value})
    last = max(1, -(-len(rows) // PAGE_SIZE))
    page = min(last, to_page_number(request))
    shown = rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    ids = [row["paper_id"] for row in shown]
    return {"ids": ids, "papers": len(rows), "works": len(rows), "page": page, "last": last}


async def read_contents(datasette, paper_id):
    """Return the sections of a paper with their depth, from 0.

    Headings printed in capitals are converted to sentence case.
    """
    sections = await run(datasette, "sections_of", {"paper_id": paper_id})
    in_capitals = any(is_in_capitals(section["heading"]) for section in sections)
    spellings = await read_spellings(datasette, paper_id) if in_capitals else {}
    return [
        section
        | {
            "heading": to_sentence_case(section["heading"], spellings),
            "depth": section["number"].count("."),
        }
        for section in sections
    ]


async def read_spellings(datasette, paper_id):
    """Return the spellings of words in the paper's title, abstract and mentions."""
    mentions = await run(datasette, "mentions_of", {"paper_id": paper_id})
    cards = await run(datasette, "cards", {"ids": json.dumps([paper_id])})
    texts = [card[name] for card in cards for name in ("title", "tldr", "abstract")]
    return to_spellings(texts, [mention["name"] for mention in mentions])


async def read_text_of_page(datasette, paper_id, page):
    """Return the variables of _page_text.html: the extracted text of a page."""
    paper = await read_paper(datasette, paper_id)
    return await read_page(datasette, paper, page, as_text=True) if paper else None


def engine_of(datasette):
    """Return the search engine, or None while it is not ready."""
    try:
        return service_of(datasette).engine(wait=0)
    except (Indexing, RuntimeError):
        return None


def search_first(engine, facet, value):
    """Return the same as `read_first_papers`, from one search."""
    found = engine.search(Request(filters=((facet, value),), sort="year"))
    return {
        "ids": [hit.paper_id for hit in found.hits],
        "papers": found.papers,
        "works": found.count,
        "page": 1,
        "last": max(1, -(-found.count // PAGE_SIZE)),
    }
