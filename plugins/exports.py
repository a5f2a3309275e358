"""Takes papers away: any page that shows papers as .bib, .ris, .csl and .atom, whatever has sessions as .ics.

The rule: an export is whole. A search, a table, a tag gives every paper it finds, not only those of the page one looks at. How a
file is written, papersette/exporting says; what a paper is, the canned query `export`.
"""

import asyncio
import json
import re
from urllib.parse import parse_qsl, quote, urlencode

from datasette import hookimpl
from datasette.utils import tilde_encode
from datasette.utils.asgi import AsgiStream, NotFound, Response
from datasette.views.base import DatasetteError

from papersette.exports import FORMATS, atom, ical
from papersette.site.canned_queries import DATABASE, run

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
"""Tables whose row pages show papers, and the parameter of the canned query papers_of that names them."""
TOGETHER = 100
"""Papers that are read and written at a time."""
PAGING = {"_next", "_size", "_shape", "_nl", "_stream"}
LISTS = {"authors", "tags", "papers"}
"""Columns of the export queries that hold JSON lists."""


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
    """Whether a calendar could have something: sessions, or papers where any session here has a time."""
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
        return to_file(request, kind.write(to_papers(datasette, ids)), kind)

    return render


async def render_feed(datasette, request, rows, table, query_name, view_name, columns):
    ids = await paper_ids(datasette, request, rows, table, query_name, view_name)
    asked = f"?{request.query_string}" if request.query_string else ""
    feed = atom.Feed(
        address=datasette.absolute_url(request, request.path + asked),
        page=datasette.absolute_url(request, request.path.removesuffix(".atom") + asked),
        query=request.args.get("q") or "",
        to_page=to_pages(datasette, request, "papers"),
    )
    return Streamed(atom.write(to_papers(datasette, ids, with_gone=True), feed), atom.MEDIA_TYPE)


async def to_papers(datasette, ids, with_gone=False):
    """The papers of a list of ids, some at a time. Only a feed, which tells of changes, has those that went."""
    for start in range(0, len(ids), TOGETHER):
        papers = await canned_lists(
            datasette, "export", ids=json.dumps(ids[start : start + TOGETHER])
        )
        yield [paper for paper in papers if paper["is_here"] or (with_gone and paper["change"])]


class Streamed(Response):
    """A response whose body is made while it goes out."""

    def __init__(self, parts, content_type, headers=None):
        super().__init__("", content_type=content_type, headers=headers)
        self.parts = parts

    async def asgi_send(self, send):
        await AsgiStream(self.write, self.status, self.headers, self.content_type).asgi_send(send)

    async def write(self, writer):
        async for part in self.parts:
            await writer.write(part)
            await asyncio.sleep(0)  # other requests are answered in between


def to_file(request, parts, kind):
    """A download, named after the page."""
    name = (
        re.sub(r"\W+", "-", request.path.rpartition("/")[2].rpartition(".")[0]).strip("-")
        or "papers"
    )
    disposition = f"attachment; filename*=UTF-8''{quote(name)}.{kind.EXTENSION}"
    return Streamed(parts, kind.MEDIA_TYPE, {"content-disposition": disposition})


def to_pages(datasette, request, table):
    """How the page of a row is found, by its key."""
    return lambda key: datasette.absolute_url(
        request, datasette.urls.row(DATABASE, table, tilde_encode(key))
    )


async def canned_lists(datasette, query, /, **values):
    """Rows of a canned query of exports, lists read."""
    rows = await run(datasette, query, values)
    return [row | {key: json.loads(row[key]) for key in LISTS & set(row)} for row in rows]


async def paper_ids(datasette, request, rows, table, query_name, view_name):
    """The papers of a page, all of them, in its order."""
    if view_name == "row" and table in ROW_PAGES:
        key = rows[0][datasette_key(table)]
        found = await run(datasette, "papers_of", {ROW_PAGES[table]: key})
    elif view_name == "row":
        found = rows
    else:
        found = await whole(datasette, request, table or query_name)
    if found and "paper_id" not in found[0].keys():  # noqa: SIM118 - rows iterate over values
        raise NotFound("There are no papers on this page to export")
    return list(dict.fromkeys(row["paper_id"] for row in found if row["paper_id"]))


def datasette_key(table):
    return "name_id" if table == "cited_names" else table.removesuffix("s") + "_id"


async def whole(datasette, request, name):
    """All rows of the table, the canned query or, without a name, the SQL of a page (plugins/whole.py)."""
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
        if key not in paging
    ]
    answer = await datasette.client.get(
        f"{path}?{urlencode([*asked, ('_stream', 'on')])}", cookies=request.cookies
    )
    if answer.status_code != 200:
        raise DatasetteError(answer.json()["error"], status=answer.status_code)
    return answer.json()


async def render_calendar(datasette, request, rows, table, query_name, view_name, columns):
    """The sessions of a page, or those in which its papers are presented; a session without a date is in no calendar."""
    if view_name == "row" and table == "sessions":
        ids = {"sessions": [rows[0]["session_id"]]}
    elif "session_id" in columns and view_name != "row":
        ids = {
            "sessions": [
                row["session_id"] for row in await whole(datasette, request, table or query_name)
            ]
        }
    elif "session_id" in columns:
        ids = {"sessions": [row["session_id"] for row in rows]}
    else:
        ids = {"papers": await paper_ids(datasette, request, rows, table, query_name, view_name)}
    sessions = await canned_lists(
        datasette, "export_sessions", **{key: json.dumps(value) for key, value in ids.items()}
    )
    calendar = ical.write(sessions, to_pages(datasette, request, "sessions"))
    if calendar is None:
        raise NotFound("No session here has a date and a time, so there is nothing for a calendar")
    return to_file(request, only(calendar), ical)


async def only(text):
    yield text
