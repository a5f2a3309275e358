"""Provides the search engine as SQL functions for canned queries; pages wait for its index."""

import asyncio
import json
import re
import sqlite3
from pathlib import Path

from datasette import hookimpl
from rapidfuzz import fuzz

from papersette.errors import UserError
from papersette.schema_version import check_version
from papersette.search import fts, rows
from papersette.search.parser import LONGEST_QUERY
from papersette.site.canned_queries import DATABASE
from papersette.site.datasette_seam import StartupError
from papersette.site.limits import is_whole, refuse, state_of
from papersette.site.search_service import WAIT_SECONDS, Indexing, service_of
from papersette.site.waiting import waiting_response
from papersette.text import to_slug

MARKS = str.maketrans("", "", "⟦⟧…")
LONGEST_WORD = 200
"""Longest word that spelling_likeness() compares, as its time grows with the product of lengths."""
LONGEST_ARGUMENT = 100_000
"""Longest JSON object with the arguments of a search, in characters."""
NEEDS_INDEX = re.compile(
    rf"/{DATABASE}/(search|search_facets|map_of_papers|suggest|paper_passages|like_this_text|similar_passages|ask|whose)(\.\w+)?$"
)


@hookimpl
def startup(datasette):
    if DATABASE in datasette.databases and (path := datasette.get_database(DATABASE).path):
        try:
            check_version(Path(path))
        except sqlite3.Error:  # /-/health tells what is wrong with it
            pass
        except UserError as error:
            raise StartupError(str(error)) from None
    service_of(datasette)  # this opens or builds the index in the background


@hookimpl(trylast=True)  # after Datasette's own escape_fts, which fails for '"'
def prepare_connection(conn, database, datasette):
    conn.create_function("escape_fts", 1, of_query(fts.to_match), deterministic=True)
    conn.create_function("search_slug", 1, of_query(to_slug), deterministic=True)
    conn.create_function("search_words", 1, of_query(fts.to_words), deterministic=True)
    conn.create_function("spelling_likeness", 2, likeness, deterministic=True)
    service = service_of(datasette) if database == DATABASE else None
    if service is None:
        return

    def define(name, arguments, function):
        conn.create_function(name, arguments, lambda *given: call(function, service, given))

    largest = state_of(datasette).limits.page_size
    define("search", 1, lambda engine, given: rows.search_rows(engine, to_page(given, largest)))
    define("search_facets", 1, rows.facet_rows)
    define("search_numbers", 1, rows.number_rows)
    define("search_suggestions", 1, rows.suggestion_rows)
    define("search_words", 1, rows.word_rows)
    define("search_passages", 2, rows.passage_rows)
    define("search_similar", 1, rows.similar_rows)
    define("search_sentences", 1, rows.sentence_rows)


@hookimpl
def extra_template_vars(datasette):
    return {
        "meaning_of_search": lambda: to_meaning(service_of(datasette)),
        "unmarked": lambda passage: (passage or "").translate(MARKS).strip(),
    }


def to_meaning(service):
    """Return (model for search by meaning, reason why there is none); (None, "") while indexing."""
    try:
        engine = service.engine(wait=0) if service else None
    except (Indexing, RuntimeError):
        engine = None
    if engine is None:
        return None, ""
    return engine.meaning.model if engine.meaning else None, engine.meaning_problem


def of_query(function):
    """Return a function that only reads the start of a reader's query."""
    return lambda typed: function(str(typed or "")[:LONGEST_QUERY])


def likeness(one, other):
    """Return the likeness of two words' spelling, from 0 to 100; None if one is missing."""
    if one is None or other is None:
        return None
    if max(len(str(one)), len(str(other))) > LONGEST_WORD:
        refuse(f"spelling_likeness() compares words of at most {LONGEST_WORD} characters")
    return fuzz.ratio(str(one), str(other))


def call(function, service, given):
    """Return the result of a function of the search engine, for arguments of limited length."""
    if any(isinstance(value, str | bytes) and len(value) > LONGEST_ARGUMENT for value in given):
        refuse(f"functions of the search read at most {LONGEST_ARGUMENT} characters")
    try:
        return function(service.engine(), *given)
    except (ValueError, TypeError, AttributeError) as error:
        refuse(f"the arguments of a function of the search cannot be read: {error}")


def to_page(arguments, largest):
    """Return the arguments of a search, a JSON object, with a page size of at most `largest`."""
    given = json.loads(arguments)
    if is_whole.get() or not isinstance(given, dict) or not str(given.get("size") or "").isdigit():
        return arguments
    return json.dumps(given | {"size": min(int(str(given["size"])[:9]), largest)})


@hookimpl
def asgi_wrapper(datasette):
    def wrap(app):
        async def serve(scope, receive, send):
            reason = None
            if scope["type"] == "http" and NEEDS_INDEX.search(scope["path"]):
                reason = find_reason(datasette, wait=0)
                if reason is not None:
                    reason = await asyncio.to_thread(find_reason, datasette, WAIT_SECONDS)
            if reason is None:
                return await app(scope, receive, send)
            response = await to_response(datasette, scope, receive, reason)
            await response.asgi_send(send)

        return serve

    return wrap


def find_reason(datasette, wait):
    """Return an error that says why no search is possible yet; None if it is.

    Args:
        wait: Seconds to wait for an index that is almost ready.
    """
    try:
        if service := service_of(datasette):
            service.engine(wait)
    except (Indexing, RuntimeError) as error:
        return error
    return None


async def to_response(datasette, scope, receive, reason):
    """Return the response that asks to retry, or says that the index cannot be built."""
    is_indexing = isinstance(reason, Indexing)
    state, percent = ("indexing", reason.percent) if is_indexing else ("failed", 0)
    return await waiting_response(datasette, scope, receive, str(reason), state, percent)
