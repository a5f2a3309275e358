"""Functions and filters for templates: canned queries, query parts, highlighting, safe links."""

import json
import re
from functools import lru_cache, partial
from weakref import WeakKeyDictionary

from datasette import hookimpl
from jinja2 import pass_context
from markupsafe import Markup

from papersette.exports.volumes import to_numbers
from papersette.search.passages import to_marked_html
from papersette.search.rewrites import has_near, to_chips, to_strictness
from papersette.site.addresses import is_own_path, is_web_address
from papersette.site.canned_queries import DATABASE, run
from papersette.site.collection import find_examples, is_facet, is_useful, read_capabilities
from papersette.site.datasette_seam import await_me_maybe, pm, tilde_encode
from papersette.site.programme import to_date

menus = WeakKeyDictionary()
"""Datasette -> menu links for readers who are not signed in."""


@hookimpl
def startup(datasette):
    """Hide the SQL on the pages of canned queries behind a link, unless metadata.yml sets this."""
    queries = datasette.metadata("queries", database=DATABASE, fallback=False) or {}
    for query in queries.values():
        query.setdefault("hide_sql", True)


@hookimpl
def extra_template_vars(datasette, request):
    return {
        "canned": partial(run_canned, datasette),
        "collection": partial(read_collection, datasette),
        "examples": partial(read_examples, datasette),
        "is_useful": is_useful,
        "is_facet": is_facet,
        "find": partial(find_rows, datasette),
        "canned_title": partial(read_title, datasette),
        "menu_links": partial(read_menu_links, datasette, request),
        "to_days": to_days,
        "respell": respell,
        "quoted": quoted,
        "to_link": to_link(datasette),
        "row_link": row_link(datasette),
        "tilde": tilde_encode,
        "query_chips": to_chips,
        "query_has_near": has_near,
        "query_readings": to_strictness,
    }


@hookimpl
def prepare_jinja2_environment(env):
    env.filters["marked"] = lambda passage: Markup(to_marked_html(passage))  # noqa: S704 - it escapes
    env.filters["volume_and_pages"] = to_numbers
    env.filters["from_json"] = lambda text: json.loads(text or "[]")
    sync = env.overlay(enable_async=False)

    @pass_context
    def part(context, template, **values):
        """Render a template that awaits nothing, such as cards, synchronously.

        In Datasette's async templates, checking each value for an awaitable takes longer than
        writing it.
        """
        return Markup(sync.get_template(template).render(context.get_all() | values))  # noqa: S704 - it escapes

    env.globals["part"] = part


async def run_canned(datasette, query, /, **values):
    """Return the rows of a canned query; parameters without a value are ""."""
    return await run(datasette, query, values)


async def find_rows(datasette, database, table, q):
    """Return the rows of the canned query find_<table>; None if there is no such query."""
    if database == DATABASE and await datasette.get_canned_query(database, f"find_{table}", None):
        return await run_canned(datasette, f"find_{table}", q=q)
    return None


async def read_menu_links(datasette, request):
    """Return the links that plugins add to the menu.

    The links are cached for readers who are not signed in, as one plugin reads all tables.
    """
    if datasette in menus and request and not request.actor:
        return menus[datasette]
    asked = pm.hook.menu_links(
        datasette=datasette, actor=request.actor if request else None, request=request
    )
    found = [link for answer in asked for link in await await_me_maybe(answer) or ()]
    if request and not request.actor:
        menus[datasette] = found
    return found


async def read_title(datasette, name):
    """Return the title of a canned query; None if there is no such query."""
    query = await datasette.get_canned_query(DATABASE, name, None)
    return query["title"] if query else None


async def read_collection(datasette):
    """Return the features of the collection, which pages depend on; {} without a database."""
    return await read_capabilities(datasette) if DATABASE in datasette.databases else {}


async def read_examples(datasette):
    """Return {kind: example query of that kind with results}."""
    return await find_examples(datasette) if DATABASE in datasette.databases else {}


def respell(q, word, suggestion):
    """Return the query with one word replaced; a suggestion of several words is put in quotes."""
    if " " in suggestion and f'"{word}"' not in q:
        suggestion = f'"{suggestion}"'
    return re.sub(rf"\b{re.escape(word)}\b", lambda _: suggestion, q, flags=re.IGNORECASE)


def quoted(q, word):
    """Return the query with one word in quotes, which then has to match exactly."""
    return respell(q, word, f'"{word}"')


def to_days(sessions):
    """Group sessions, sorted by start, as [{day, sessions}].

    A session without a start, or whose start is not a date, has the day "" and no time.
    """
    days = {}
    for session in sessions:
        day = to_date(session["start"])
        shown = session if day else {**session, "start": None, "finish": None}
        days.setdefault(day, []).append(shown)
    return [{"day": day, "sessions": together} for day, together in days.items()]


encode = lru_cache(maxsize=10_000)(tilde_encode)  # pages link to the same authors and tags


def row_link(datasette):
    """Return a function that returns the URL of a row from its table and key."""
    tables = {}

    def link(table, key, format=None):
        if table not in tables:
            tables[table] = datasette.urls.table(DATABASE, table)
        return f"{tables[table]}/{encode(str(key))}" + (f".{format}" if format else "")

    return link


def to_link(datasette):
    """Return a function that returns a URL of the database if it is safe, else "".

    URLs with http(s) and paths of this site are safe.
    """

    def link(url, page=None):
        url = str(url or "")
        if is_own_path(url):
            url = datasette.urls.path(url)
        elif not is_web_address(url):
            return ""
        return f"{url}#page={page}" if page else url

    return link
