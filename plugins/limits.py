"""Limits the effect of a request on others, and answers bad arguments with status 400.

papersette/site/limits.py has the limits. Requests for complete results, and for SQL of readers, run
a few at a time in separate threads, so that pages always find a free thread. A request ends when
its client disconnects.
"""

import asyncio
import errno
import json
import re
import sqlite3
import sys
from contextvars import ContextVar
from urllib.parse import parse_qsl

from datasette import Request, Response, hookimpl

from papersette.site.datasette_seam import (
    DatasetteError,
    QueryInterrupted,
    await_me_maybe,
    error_response,
    is_default_answer,
    pm,
)
from papersette.site.limits import (
    SWITCH_SECONDS,
    Busy,
    Lane,
    LimitedDatabase,
    is_heavy,
    limit,
    state_of,
)
from papersette.site.rates import to_client
from papersette.site.waiting import BUSY, waiting_response

EXPORTS = re.compile(r"\.(csv|bib|ris|csl|atom|ics)$|^/-/oai$|^/sitemap-papers-\d+\.xml$")
CARDS = re.compile(r"^/-/card(/[^/]+)?\.png$")
COSTLY = {"sql", "_stream", "_where", "_facet", "_facet_array", "_facet_date"}
"""Arguments with which a request may take up to the time limit."""
READING_SECONDS = 0.05
"""Seconds for which a client may delay a part of an export before other requests go first."""
SEARCHES = re.compile(
    r"^/papers/(search|search_facets|map_of_papers|like_this_text|similar_passages|ask|whose)(\.json)?$"
    r"|^/-/mcp$"
)
ASKS = re.compile(r"^/papers/ask(\.json)?$")
MODELS = 8
"""Number of requests that may wait for a language model; papersette-ask limits those that run."""
NUMBERS = {"_timelimit", "_ttl", "_size", "_facet_size"}
LARGEST = {("_size", "max"), ("_facet_size", "max"), *((name, "") for name in NUMBERS)}
BOOLEANS = {"on", "off", "true", "false", "1", "0", ""}
NO_SUCH_NAME = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.ELOOP, errno.EINVAL}
DAMAGE = ("malformed", "disk I/O", "unable to open", "not a database")
"""Parts of SQLite's messages about faults of the file, not of the request."""

STATIC = ("/static/", "/-/static")
"""Start of the paths of styles and scripts, which are sent from memory."""

inside = ContextVar("inside", default=False)


@hookimpl(tryfirst=True)
def startup(datasette):
    """Replace Datasette's databases by ones whose queries can be interrupted."""
    state_of(datasette)  # a wrong setting stops the server at its start
    sys.setswitchinterval(SWITCH_SECONDS)
    sqlite3.enable_callback_tracebacks(False)  # errors of SQL functions are shown to the reader
    for name, before in list(datasette.databases.items()):
        if before.path and type(before) is not LimitedDatabase:
            database = LimitedDatabase(datasette, before.path, is_mutable=before.is_mutable)
            database.name, database.route = before.name, before.route
            datasette.databases = {**datasette.databases, name: database}


@hookimpl(tryfirst=True)
def prepare_connection(conn, datasette):
    limit(conn, state_of(datasette).limits)


@hookimpl(hookwrapper=True)
def handle_exception(datasette, request, exception):
    """Answer with a page of this site; with 400 instead of 500 if the request caused the error."""
    outcome = yield
    error = to_request_error(exception, request) or exception
    others = [answer for answer in outcome.get_result() if not is_default_answer(answer)]
    outcome.force_result([*others, error_response(datasette, request, error)])


def to_request_error(exception, request):
    """Return the error to show for an exception caused by the request; None for others."""
    if "pks" in request.url_vars and str(exception).startswith("no such table"):
        return DatasetteError("Table not found", "Not found", status=404)
    if isinstance(exception, DatasetteError) and exception.status == 500:
        exception.status = 400  # errors of Datasette: unknown columns, conflicting arguments
        return exception
    if isinstance(exception, QueryInterrupted):
        return DatasetteError("This took longer than the time limit.", "Interrupted", status=400)
    if isinstance(exception, OSError) and exception.errno in NO_SUCH_NAME:
        return DatasetteError("There is no such file.", "Not found", status=404)
    if isinstance(exception, ValueError | LookupError) and "_next" in request.args:
        return DatasetteError("_next is not that of a page.", "Invalid request", status=400)
    if isinstance(exception, LookupError) and request.path.endswith(".blob"):
        return DatasetteError("There is no such row.", "Not found", status=404)
    if isinstance(exception, MemoryError):
        return DatasetteError("This needs more memory than allowed.", "Too much", status=400)
    is_sql = isinstance(exception, sqlite3.Error) and not any(
        part in str(exception) for part in DAMAGE
    )
    if is_sql or isinstance(exception, OverflowError | UnicodeError):
        return DatasetteError(str(exception), "Invalid request", status=400)
    return None


@hookimpl
def asgi_wrapper(datasette):
    def wrap(app):
        async def serve(scope, receive, send):
            if scope["type"] != "http" or inside.get():
                return await app(scope, receive, send)
            token = inside.set(True)
            try:
                await answer(datasette, app, scope, receive, send)
            finally:
                inside.reset(token)

        return serve

    return wrap


async def answer(datasette, app, scope, receive, send):
    """Answer a request of a client, but not one that the server makes of itself."""
    if seconds := await to_delay(datasette, scope, receive):
        message = f"More than {state_of(datasette).limits.requests_per_minute:g} requests a minute."
        await to_refusal(scope, message, seconds).asgi_send(send)
    elif message := to_problem(scope):
        error = DatasetteError(message, "Invalid request", status=400)
        response = await error_response(datasette, Request(scope, receive), error)
        await response.asgi_send(send)
    elif scope["method"] in {"GET", "HEAD"}:
        await until_gone(in_lane(datasette, app), scope, receive, send)
    else:
        await in_lane(datasette, app)(scope, receive, send)


def arguments_of(scope):
    """Return the arguments of an address as pairs; None if there are too many."""
    query = scope["query_string"].decode("latin-1")
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=500)
    except ValueError:
        return None


def to_problem(scope):
    """Return a description of wrong arguments in an address; "" if there are none."""
    arguments = arguments_of(scope)
    if arguments is None:
        return "There are more than 500 arguments."
    for name, value in arguments:
        is_typed = not name.startswith("_") or name.startswith("_search")
        if "\0" in name or ("\0" in value and not is_typed):
            return "An argument contains the character NUL."
        if name == "_through" and not has_texts(value, "table", "column", "value"):
            return '_through must be a JSON object with "table", "column" and "value".'
        if name.startswith("_facet") and value.startswith("{") and not has_texts(value, "column"):
            return f'{name} must be a column, or a JSON object with "column".'
        if name.endswith(("__in", "__notin")) and value.startswith("[") and not is_list(value):
            return f"{name} must be a JSON list, or values between commas."
        if name in NUMBERS and not is_small_number(value) and (name, value) not in LARGEST:
            return f"{name} must be a number."
        if name == "_json_infinity" and value.lower() not in BOOLEANS - {""}:
            return "_json_infinity must be on or off."
    return ""


def has_texts(text, *keys):
    """Return whether a text is a JSON object with a text or number for each key."""
    try:
        given = json.loads(text)
        return all(isinstance(given[key], str | int) for key in keys)
    except (ValueError, TypeError, KeyError, RecursionError):
        return False


def is_list(text):
    """Return whether a text is a JSON list of texts and numbers."""
    try:
        return all(isinstance(value, str | int | float) for value in json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return False


def is_small_number(text):
    return text.isascii() and text.isdigit() and len(text) < 10


def to_lane_name(scope, base="/"):
    """Return the lane of a request: exports, searches, models, cards, or "" for light requests."""
    path = "/" + scope["path"].removeprefix(base).lstrip("/")
    arguments = arguments_of(scope) or ()
    names = {name for name, value in arguments if value}
    if path.startswith((*STATIC, "/pdf/")):
        return ""
    if CARDS.search(path):
        return "cards"
    if EXPORTS.search(path) or names & COSTLY or ("_shape", "array") in arguments:
        return "exports"
    if ASKS.search(path) and scope.get("method") == "POST":
        return "models"
    return "searches" if SEARCHES.search(path) else ""


def lane_of(datasette, name):
    """Return a lane of this server by its name."""
    state = state_of(datasette)
    if name not in state.lanes:
        running = {"exports": state.limits.exports, "searches": state.limits.searches}
        running["models"] = MODELS
        waiting = state.limits.waiting if name == "exports" else 10 * state.limits.waiting
        state.lanes[name] = Lane(running.get(name, 1), waiting, state.limits.wait_seconds)
    return state.lanes[name]


def in_lane(datasette, app):
    """Return the application, in which only a few heavy requests run at a time."""

    async def serve(scope, receive, send):
        name = to_lane_name(scope, datasette.setting("base_url"))
        light = state_of(datasette).light
        if not name:
            with light.enter():
                return await app(scope, receive, send)
        is_heavy.set(True)
        try:
            async with lane_of(datasette, name).enter() as slot:

                async def send_outside(message):
                    sending = asyncio.ensure_future(send(message))
                    await asyncio.wait({sending}, timeout=READING_SECONDS)
                    if not sending.done():  # the client reads slowly, so others get its slot
                        slot.give()
                        await sending
                        await slot.take()
                    sending.result()
                    await slot.take_turns()
                    await light.wait_for_end()

                await light.wait_for_end()
                await app(scope, receive, send_outside)
        except Busy:
            response = await waiting_response(datasette, scope, receive, BUSY)
            await response.asgi_send(send)

    return serve


async def to_delay(datasette, scope, receive):
    """Return the seconds after which a client may send requests again; 0 for now."""
    state = state_of(datasette)
    path = "/" + scope["path"].removeprefix(datasette.setting("base_url")).lstrip("/")
    if not state.rates.per_minute or path.startswith(STATIC):
        return 0
    for answer in pm.hook.actor_from_request(datasette=datasette, request=Request(scope, receive)):
        if await await_me_maybe(answer):
            return 0
    return state.rates.count(to_client(scope, state.limits.proxies))


def to_refusal(scope, message, seconds):
    """Return the response to a client that sends too many requests; JSON for programs."""
    headers = {"Retry-After": str(seconds), "Cache-Control": "no-store"}
    if "." in scope["path"].rpartition("/")[2] or scope["path"].endswith("/-/mcp"):
        return Response.json({"ok": False, "error": message}, status=429, headers=headers)
    return Response.text(message, status=429, headers=headers)


async def until_gone(app, scope, receive, send):
    """Run an application for a request without a body; cancel it if its client disconnects."""
    messages = asyncio.Queue()
    is_complete = False

    async def sending(message):
        nonlocal is_complete
        await send(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            is_complete = True

    async def watch():
        while (message := await receive())["type"] != "http.disconnect":
            messages.put_nowait(message)
        messages.put_nowait(message)

    task = asyncio.ensure_future(app(scope, messages.get, sending))
    watcher = asyncio.ensure_future(watch())
    try:
        await asyncio.wait({task, watcher}, return_when=asyncio.FIRST_COMPLETED)
        if not (task.done() or is_complete):
            task.cancel()
        await asyncio.wait({task})
    finally:
        task.cancel()
        watcher.cancel()
        await asyncio.wait({task, watcher})
    if not task.cancelled():
        task.result()
