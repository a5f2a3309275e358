"""What the templates need: canned queries as a function, what was read of a query, highlighting, safe links."""

import json
import re
from functools import lru_cache
from weakref import WeakKeyDictionary

from datasette import hookimpl
from datasette.plugins import pm
from datasette.utils import await_me_maybe, tilde_encode
from jinja2 import pass_context
from markupsafe import Markup

from papersette.search import query as language
from papersette.site.canned_queries import DATABASE, run

menus = WeakKeyDictionary()


@hookimpl
def extra_template_vars(datasette, request):
    async def canned(query, /, **values):
        """Rows of a canned query of metadata.yml; parameters that are not given are empty."""
        return await run(datasette, query, values)

    async def find(database, table, q):
        """Rows of the canned query find_<table>; None where a searchable table has none."""
        if database == DATABASE and await datasette.get_canned_query(
            database, f"find_{table}", None
        ):
            return await canned(f"find_{table}", q=q)
        return None

    async def menu_links():
        """What plugins add to the menu; for readers without a name asked for once, as one plugin looks through all tables."""
        if datasette in menus and request and not request.actor:
            return menus[datasette]
        asked = pm.hook.menu_links(
            datasette=datasette, actor=request.actor if request else None, request=request
        )
        found = [link for answer in asked for link in await await_me_maybe(answer) or ()]
        if request and not request.actor:
            menus[datasette] = found
        return found

    async def canned_title(name):
        return (await datasette.get_canned_query(DATABASE, name, None))["title"]

    return {
        "canned": canned,
        "find": find,
        "canned_title": canned_title,
        "menu_links": menu_links,
        "to_days": to_days,
        "respelt": respelt,
        "to_link": to_link(datasette),
        "row_link": row_link(datasette),
        "tilde": tilde_encode,
        "ignored_words": lambda q: language.parse(q).ignored,
        "query_chips": language.to_chips,
        "query_readings": language.to_readings,
    }


@hookimpl
def prepare_jinja2_environment(env):
    env.filters["marked"] = lambda passage: Markup(language.to_marked_html(passage))  # noqa: S704 - it escapes
    env.filters["from_json"] = lambda text: json.loads(text or "[]")
    sync = env.overlay(enable_async=False)

    @pass_context
    def part(context, template, **values):
        """A part of a page in which nothing is awaited, as cards.

        Datasette's templates are async: each value is asked whether it must be awaited, which takes longer than to write it.
        """
        return Markup(sync.get_template(template).render(context.get_all() | values))  # noqa: S704 - it escapes

    env.globals["part"] = part


def respelt(q, word, suggestion):
    """The query with one word of it in another spelling."""
    return re.sub(rf"\b{re.escape(word)}\b", suggestion, q, flags=re.IGNORECASE)


def to_days(sessions):
    """Sessions, in the order of their start, as [{day, sessions}]; those without a date come first, with the day ""."""
    days = {}
    for session in sessions:
        days.setdefault((session["start"] or "")[:10], []).append(session)
    return [{"day": day, "sessions": together} for day, together in days.items()]


encode = lru_cache(maxsize=10_000)(
    tilde_encode
)  # a page has hundreds of links, to the same authors and tags as the page before


def row_link(datasette):
    """The address of a row of the papers' database, by its table and its key."""
    tables = {}

    def link(table, key, format=None):
        if table not in tables:
            tables[table] = datasette.urls.table(DATABASE, table)
        return f"{tables[table]}/{encode(str(key))}" + (f".{format}" if format else "")

    return link


def to_link(datasette):
    """An address from the database as a link that is safe to show: http(s), or a path of this site."""

    def link(url, page=None):
        url = str(url or "")
        if url.startswith("/") and not url.startswith("//"):
            url = datasette.urls.path(url)
        elif not re.match(r"https?://", url):
            return ""
        return f"{url}#page={page}" if page else url

    return link
