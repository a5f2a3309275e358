"""SQL functions of the search engine, for canned queries; pages wait until its index is ready."""

import asyncio
import re

from datasette import Response, hookimpl
from rapidfuzz import fuzz

from papersette.search import fts, rows
from papersette.site.canned_queries import DATABASE
from papersette.site.search_service import WAIT_SECONDS, Indexing, service_of
from papersette.text import to_slug

NEEDS_INDEX = re.compile(
    rf"/{DATABASE}/(search|search_facets|map_of_papers|suggest|paper_passages|like_this_text)(\.\w+)?$"
)


@hookimpl
def startup(datasette):
    service_of(datasette)  # opens or builds the index in the background


@hookimpl(trylast=True)  # after Datasette's own escape_fts, which answers '"' with an error
def prepare_connection(conn, database, datasette):
    conn.create_function("escape_fts", 1, fts.to_match, deterministic=True)
    conn.create_function("search_slug", 1, to_slug, deterministic=True)
    conn.create_function("search_words", 1, fts.to_words, deterministic=True)
    conn.create_function("spelling_likeness", 2, fuzz.ratio, deterministic=True)
    service = service_of(datasette) if database == DATABASE else None
    if service is None:
        return

    def define(name, arguments, function):
        conn.create_function(name, arguments, lambda *given: function(service.engine(), *given))

    define("search", 1, rows.search_rows)
    define("search_facets", 1, rows.facet_rows)
    define("search_numbers", 1, rows.number_rows)
    define("search_suggestions", 1, rows.suggestion_rows)
    define("search_passages", 2, rows.passage_rows)
    define("search_similar", 1, rows.similar_rows)


@hookimpl
def asgi_wrapper(datasette):
    def wrap(app):
        async def serve(scope, receive, send):
            message = None
            if scope["type"] == "http" and NEEDS_INDEX.search(scope["path"]):
                message = indexing_message(datasette, wait=0)
                if message is not None:
                    message = await asyncio.to_thread(indexing_message, datasette, WAIT_SECONDS)
            if message is None:
                return await app(scope, receive, send)
            await to_response(scope["path"], message).asgi_send(send)

        return serve

    return wrap


def indexing_message(datasette, wait):
    """Return what to say while a page cannot be answered yet; None where it can.

    Args:
        wait: For how many seconds to wait for an index that is nearly ready.
    """
    try:
        if service := service_of(datasette):
            service.engine(wait)
    except (Indexing, RuntimeError) as error:
        return str(error)
    return None


def to_response(path, message):
    """Return a response that asks to come back, in the format of the address."""
    headers = {"Retry-After": "5", "Cache-Control": "no-store"}
    if "." in path.rpartition("/")[2]:
        return Response.json({"ok": False, "error": message}, status=503, headers=headers)
    html = (
        '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="5">'
        f"<title>Indexing</title><p role=status>The search is {message}."
        " This page reloads itself.</p>"
    )
    return Response.html(html, status=503, headers=headers)
