"""Exports papers as .bib, .ris, .csl and .atom, and sessions as .ics, from every page that has any.

An export is complete: it has all papers that a search, table or tag finds, not only those of one
page. papersette/exports writes the formats; the canned query `export` reads the papers.
"""

import asyncio
import json
import re
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlencode

from datasette import NotFound, Response, hookimpl

from papersette.exports import FORMATS, atom, ical
from papersette.search.results import LARGEST_PAGE, Request
from papersette.site.canned_queries import DATABASE, run
from papersette.site.datasette_seam import AsgiStream, DatasetteError
from papersette.site.papers import read_papers, run_export, to_row_url
from papersette.site.search_service import service_of

ROW_PAGES = {
    "tags": "tag",
    "authors": "author",
    "sessions": "session",
    "venues": "venue",
    "works": "work",
    "terms": "term",
    "cited_works": "cited_work",
    "cited_names": "name",
}
"""Table whose row pages list papers -> its parameter in the canned query papers_of."""
BATCH = 100
"""Number of papers that are read and written at a time."""
PAGING = {"_next", "_size", "_shape", "_nl", "_stream", "_nocol"}
LABELS = {"_labels", "_label"}
"""Arguments that add the label of a row to its key; exports need only the key."""
EMPTY = {"authors": [], "tags": []}
"""Column -> its value for a format if ?_nocol= leaves it out; None for other columns."""
OPTIONAL = {"authors", "abstract", "tldr", "tags", "language", "url", "pdf_url"}
"""Columns that ?_nocol= may leave out of an export."""


@hookimpl
def register_output_renderer():
    files = [
        {"extension": name, "render": to_renderer(kind), "can_render": has_papers}
        for name, kind in FORMATS.items()
    ]
    feed = {"extension": "atom", "render": render_feed, "can_render": has_papers}
    return [
        *files,
        feed,
        {"extension": "ics", "render": render_calendar, "can_render": has_sessions},
    ]


def has_papers(database, table, columns, view_name):
    if database != DATABASE:
        return False
    return "paper_id" in columns or (view_name == "row" and table in ROW_PAGES)


async def has_sessions(datasette, database, table, columns, view_name):
    """Return whether a page has sessions or papers, and the database a session with a time."""
    if database != DATABASE or not (
        "session_id" in columns or has_papers(database, table, columns, view_name)
    ):
        return False
    return any(
        ical.to_time(session["start"]) for session in await run(datasette, "session_list", {})
    )


def to_renderer(kind):
    async def render(datasette, request, rows, table, query_name, view_name, columns):
        ids = await paper_ids(datasette, request, rows, table, query_name, view_name)
        return to_file(request, kind.write(to_papers(datasette, request, ids)), kind)

    return render


async def render_feed(datasette, request, rows, table, query_name, view_name, columns):
    ids = await paper_ids(datasette, request, rows, table, query_name, view_name)
    asked = f"?{request.query_string}" if request.query_string else ""
    feed = atom.Feed(
        address=datasette.absolute_url(request, request.path + asked),
        page=datasette.absolute_url(request, request.path.removesuffix(".atom") + asked),
        query=request.args.get("q") or "",
        to_page=to_row_url(datasette, request, "papers"),
    )
    papers = to_papers(datasette, request, ids, with_gone=True)
    return Streamed(atom.write(papers, feed), atom.MEDIA_TYPE)


async def to_papers(datasette, request, ids, with_gone=False):
    """Yield the papers of a list of ids in batches; with_gone includes removed papers.

    Columns that ?_nocol= names are empty.
    """
    left_out = {name: EMPTY.get(name) for name in OPTIONAL & {*request.args.getlist("_nocol")}}
    for start in range(0, len(ids), BATCH):
        papers = await read_papers(datasette, request, ids[start : start + BATCH], with_gone)
        yield [paper | left_out for paper in papers]


class Streamed(Response):
    """A response whose body is written while it is sent."""

    def __init__(self, parts, content_type, headers=None):
        super().__init__("", content_type=content_type, headers=headers)
        self.parts = parts

    async def asgi_send(self, send):
        await AsgiStream(self.write, self.status, self.headers, self.content_type).asgi_send(send)

    async def write(self, writer):
        async for part in self.parts:
            await writer.write(part)
            await asyncio.sleep(0)  # other requests can run


def to_file(request, parts, kind):
    """Return a download named after the page."""
    name = (
        re.sub(r"\W+", "-", request.path.rpartition("/")[2].rpartition(".")[0]).strip("-")
        or "papers"
    )
    disposition = f"attachment; filename*=UTF-8''{quote(name)}.{kind.EXTENSION}"
    return Streamed(parts, kind.MEDIA_TYPE, {"content-disposition": disposition})


async def paper_ids(datasette, request, rows, table, query_name, view_name):
    """Return the ids of all papers in a page's result, in order."""
    if view_name == "row" and table in ROW_PAGES:
        key = rows[0][key_column(table)]
        found = await run(datasette, "papers_of", {ROW_PAGES[table]: key})
    elif query_name == "search":
        return await found_ids(datasette, request)
    elif view_name == "row":
        found = rows
    else:
        found = await all_rows(datasette, request, table or query_name)
    if found and "paper_id" not in found[0].keys():  # noqa: SIM118 - rows iterate over values
        raise NotFound("There are no papers on this page to export")
    return list(dict.fromkeys(row["paper_id"] for row in found if row["paper_id"]))


async def found_ids(datasette, request):
    """Return the ids of all papers that a search finds, best first."""
    everything = replace(
        Request.from_arguments({name: request.args[name] for name in request.args}),
        page=1,
        size=LARGEST_PAGE,
        passages=False,
    )
    result = await asyncio.to_thread(service_of(datasette).search, everything)
    return [hit.paper_id for hit in result.hits]


def key_column(table):
    return "name_id" if table == "cited_names" else table.removesuffix("s") + "_id"


async def all_rows(datasette, request, name):
    """Return all rows of a table or canned query, or of ?sql= if `name` is None."""
    path = (
        datasette.urls.table(DATABASE, name, format="json")
        if name
        else datasette.urls.database(DATABASE, format="json")
    )
    paging = PAGING | (
        {"page", "size"}
        if name in await datasette.get_canned_queries(DATABASE, request.actor)
        else set()
    )
    asked = [
        (key, value)
        for key, value in parse_qsl(request.query_string, keep_blank_values=True)
        if key not in paging | LABELS
    ]
    answer = await datasette.client.get(
        f"{path}?{urlencode([*asked, ('_stream', 'on')])}", cookies=request.cookies
    )
    if answer.status_code != 200:
        raise DatasetteError(answer.json()["error"], status=answer.status_code)
    return answer.json()


async def render_calendar(datasette, request, rows, table, query_name, view_name, columns):
    """Return the sessions of a page, or those of its papers, as a calendar.

    Raises NotFound if no session has a date.
    """
    if view_name == "row" and table == "sessions":
        ids = {"sessions": [rows[0]["session_id"]]}
    elif "session_id" in columns and view_name != "row":
        ids = {
            "sessions": [
                row["session_id"] for row in await all_rows(datasette, request, table or query_name)
            ]
        }
    elif "session_id" in columns:
        ids = {"sessions": [row["session_id"] for row in rows]}
    else:
        ids = {"papers": await paper_ids(datasette, request, rows, table, query_name, view_name)}
        if query_name == "reading_list":  # the calendar is a personal programme
            ids["listed"] = ids["papers"]
    sessions = await run_export(
        datasette, "export_sessions", **{key: json.dumps(value) for key, value in ids.items()}
    )
    calendar = ical.write(sessions, to_row_url(datasette, request, "sessions"))
    if calendar is None:
        raise NotFound("No session of this page has a date and time to put into a calendar")
    return to_file(request, one_part(calendar), ical)


async def one_part(text):
    yield text
