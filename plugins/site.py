"""What the templates need: canned queries as a function, highlighting, and addresses that keep the reader's choices."""

import json
import re
from urllib.parse import quote_plus, urlencode
from weakref import WeakKeyDictionary

from datasette import hookimpl
from datasette.plugins import pm
from datasette.utils import await_me_maybe, tilde_encode
from markupsafe import Markup

from papersette import search
from papersette.canned import DATABASE, run

FACETS = (
    "venue",
    "year",
    "decision",
    "tag",
    "author",
    "dataset",
    "technique",
    "cites",
    "cited",
    "session",
    "language",
    "has",
)
"""What a search can be narrowed by, in the order in which the page shows it."""
FACET_NAMES = {
    "venue": "Venue",
    "year": "Year",
    "decision": "Decision",
    "tag": "Tag",
    "author": "Author",
    "session": "Session",
    "dataset": "Dataset",
    "technique": "Technique",
    "cites": "Cites the name",
    "cited": "Cites the work",
    "language": "Language",
    "has": "Has",
}
FILE_NAMES = {"csv": "CSV", "json": "JSON", "bib": "BibTeX", "ris": "RIS", "csl": "CSL JSON", "atom": "Atom", "ics": "iCalendar"}
CHOICES = ("q", "in", *FACETS, "versions", "sort")
menus = WeakKeyDictionary()


@hookimpl
def extra_template_vars(datasette, request):
    async def canned(query, /, **values):
        """Rows of a canned query of metadata.yml; parameters that are not given are empty."""
        return await run(datasette, query, values)

    asked = {key: value for key in CHOICES if (value := request.args.get(key))} if request else {}
    encoded = {key: urlencode({key: value}) for key, value in asked.items()}  # a page has hundreds of links that differ in one
    search_page = datasette.urls.path(f"/{DATABASE}/search?")

    def search_link(**changes):
        """The address of this search with some choices changed; an empty one goes, and so does the page."""
        kept = [pair for key, pair in encoded.items() if key not in changes]
        return search_page + "&".join([*kept, *(urlencode({key: value}) for key, value in changes.items() if value)])

    def chosen(facet):
        """The values of a facet that the search is narrowed to; those with a minus are excluded."""
        return [value for value in asked.get(facet, "").split(",") if value]

    def choose(facet, value):
        """The address of this search with a value added; or, where it is there already, without it."""
        others = [other for other in chosen(facet) if other.removeprefix("-") != value.removeprefix("-")]
        return search_link(**{facet: ",".join(others if value in chosen(facet) else [*others, value])})

    def links(facet, values):
        """The values of a facet with the addresses of this search with each and without it."""
        picked = chosen(facet)
        others = search_link(**{facet: ""}).rstrip("?") + ("&" if len(encoded.keys() - {facet}) else "?")
        beside = f"{others}{facet}={quote_plus(','.join([*picked, '']))}"  # once: a page has hundreds of them
        for row in values:
            value = row["value"]
            if value in picked:
                yield row | {"picked": True, "address": choose(facet, value)}
            else:
                yield row | {"address": beside + quote_plus(value), "without": f"{beside}-{quote_plus(value)}"}

    async def find(database, table, q):
        """Rows of the canned query find_<table>; None where a searchable table has none."""
        if database == DATABASE and await datasette.get_canned_query(database, f"find_{table}", None):
            return await canned(f"find_{table}", q=q)
        return None

    async def menu_links():
        """What plugins add to the menu; for readers without a name asked for once, as one plugin looks through all tables."""
        if datasette in menus and request and not request.actor:
            return menus[datasette]
        asked = pm.hook.menu_links(datasette=datasette, actor=request.actor if request else None, request=request)
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
        "search_link": search_link,
        "files": to_files,
        "file_names": FILE_NAMES,
        "search_facets": FACETS,
        "search_arguments": lambda: dict.fromkeys(CHOICES, "") | asked,
        "facet_names": FACET_NAMES,
        "chosen": chosen,
        "to_days": to_days,
        "respelt": respelt,
        "choose": choose,
        "links": lambda facet, values: list(links(facet, values)),
        "to_link": to_link(datasette),
        "tilde": tilde_encode,
        "ignored_words": lambda q: search.parse(q).ignored,
        "query_chips": search.to_chips,
        "query_readings": search.to_readings,
    }


@hookimpl
def prepare_jinja2_environment(env):
    env.filters["marked"] = lambda passage: Markup(search.to_marked_html(passage))  # noqa: S704 - it escapes
    env.filters["from_json"] = lambda text: json.loads(text or "[]")


def to_files(address, renderers, of_row=False):
    """All of what a page shows, as files: (name, address). Papers of a row, as a tag, have their rows at another address."""
    path, _, query = address.partition("?")

    def to_address(extension):
        if of_row and extension not in {"csv", "json"}:
            return renderers[extension]
        asked = "&".join(filter(None, [query, "_stream=on" if extension == "json" else ""]))
        return f"{path}.{extension}" + (f"?{asked}" if asked else "")

    return [(name, to_address(key)) for key, name in FILE_NAMES.items() if key == "csv" or key in renderers]


def respelt(q, word, suggestion):
    """The query with one word of it in another spelling."""
    return re.sub(rf"\b{re.escape(word)}\b", suggestion, q, flags=re.IGNORECASE)


def to_days(sessions):
    """Sessions, in the order of their start, as [{day, sessions}]; those without a date come first, with the day ""."""
    days = {}
    for session in sessions:
        days.setdefault((session["start"] or "")[:10], []).append(session)
    return [{"day": day, "sessions": together} for day, together in days.items()]


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
