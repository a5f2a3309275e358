"""Rows whole: canned queries, SQL and tables as CSV; as JSON where ?_stream=on or ?_shape=array asks for a list.

The rule: an answer of status 200 is whole. A query has run to its end before the first byte goes out, so that a limit is an error
that says which one; a table goes out page by page and is broken off where a page fails. All else is Datasette's own.
"""

import asyncio
import base64
import csv
import json
from tempfile import SpooledTemporaryFile
from urllib.parse import parse_qsl, quote, urlencode

from datasette import hookimpl
from datasette.utils import (
    CustomJSONEncoder,
    InvalidSql,
    add_cors_headers,
    derive_named_parameters,
    remove_infinites,
    sqlite3,
    sqlite_timelimit,
    tilde_decode,
    validate_sql_select,
)
from datasette.utils.asgi import AsgiStream, Request, Response
from datasette.views.base import DatasetteError
from datasette.views.database import DatabaseView, MagicParameters
from datasette.views.table import TableView

from papersette.site.canned_queries import DATABASE

SLOW = 20_000
"""Milliseconds that a whole canned query may take; SQL of readers has sql_time_limit_ms, as its page has."""
EVERYTHING = "1000000"
"""The size of a page that a query is asked for which gives pages."""
SCREENS = 20
"""A table is read so many screens at a time: fewer of paper_texts, where a row is a whole paper."""
PAGING = {"_next", "_size", "_stream", "_shape", "_nl"}
IN_MEMORY = 1_000_000
BLOCK = 65_536


@hookimpl
def register_routes():
    return [
        (rf"^/(?P<database>{DATABASE})\.(?P<format>csv|json)$", serve_sql),
        (rf"^/(?P<database>{DATABASE})/(?P<table>[^/.]+)\.(?P<format>csv|json)$", serve_page),
    ]


async def serve_sql(datasette, request, send):
    sql = request.args.get("sql")
    if not sql or not wants_whole(request):
        return await DatabaseView.as_view(datasette)(request, send)
    await datasette.ensure_permissions(request.actor, [("execute-sql", DATABASE)])
    return await run(
        datasette,
        request,
        sql,
        await to_params(datasette, request, sql),
        datasette.setting("sql_time_limit_ms"),
    )


async def serve_page(datasette, request, send):
    name = tilde_decode(request.url_vars["table"])
    query = await datasette.get_canned_query(DATABASE, name, request.actor)
    if not query and is_json(request) and "_stream" in request.args:
        return await stream_table(datasette, request, name)
    if not query and not is_json(request):
        return await TableView.as_view(datasette)(to_stream(datasette, request, name), send)
    if not query or query.get("write") or not wants_whole(request):
        return await TableView.as_view(datasette)(request, send)
    allowed = [("view-query", (DATABASE, name)), ("view-database", DATABASE), "view-instance"]
    await datasette.ensure_permissions(request.actor, allowed)
    params = await to_params(datasette, request, query["sql"])
    if not {"page", "size"} & set(request.args) and (
        not is_json(request) or "_stream" in request.args
    ):
        params["size"] = EVERYTHING
    return await run(
        datasette, request, query["sql"], MagicParameters(params, request, datasette), SLOW
    )


def is_json(request):
    return request.url_vars["format"] == "json"


def wants_whole(request):
    """CSV and a list in JSON have no place to say that there is more; JSON's other shapes have, and are Datasette's."""
    return (
        not is_json(request) or "_stream" in request.args or request.args.get("_shape") == "array"
    )


async def to_params(datasette, request, sql):
    names = await derive_named_parameters(datasette.get_database(DATABASE), sql)
    return {name: "" for name in names if not name.startswith("_")} | {
        key: request.args[key] for key in request.args
    }


async def run(datasette, request, sql, params, milliseconds):
    """All rows of a query, from a file that is whole; where a limit or SQLite forbids that, an error of status 400."""
    asked, megabytes = request.args.get("_timelimit") or "", datasette.setting("max_csv_mb")
    milliseconds = min(milliseconds, int(asked)) if asked.isdecimal() else milliseconds
    write = to_json_rows(request) if is_json(request) else to_csv_rows

    def spool(conn):
        with sqlite_timelimit(conn, milliseconds):
            cursor = conn.execute(sql, params)
            return to_file(
                write([column[0] for column in cursor.description], cursor), megabytes * 1_048_576
            )

    try:
        validate_sql_select(sql)
        file = await datasette.get_database(DATABASE).execute_fn(spool)
    except (sqlite3.Error, InvalidSql, TooLarge) as error:
        slow = f"The whole takes longer than {milliseconds / 1000:g} seconds, the limit here: ask for less"
        large = f"The whole is more than {megabytes} MB, the limit here: ask for less"
        said = (
            large
            if isinstance(error, TooLarge)
            else slow
            if error.args == ("interrupted",)
            else str(error)
        )
        raise DatasetteError(said, title="Invalid SQL", status=400) from error

    async def send_file(writer):
        with file:
            while block := file.read(BLOCK):
                await writer.write(block)
                await asyncio.sleep(0)  # other requests are answered in between

    return to_answer(datasette, request, send_file)


class TooLarge(Exception):
    """An answer is larger than max_csv_mb allows."""


def to_file(lines, limit):
    file, size = SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", newline=""), 0  # noqa: SIM115 - closed when it is sent
    try:
        for line in lines:
            size += file.write(line)
            if limit and size > limit:
                raise TooLarge
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def to_csv_rows(columns, rows):
    writer = csv.writer(Echo())
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow(
            [base64.b64encode(cell).decode() if isinstance(cell, bytes) else cell for cell in row]
        )


class Echo:
    """A file that gives back what is written to it; csv.writer hands that on."""

    def write(self, line):
        return line


def to_json_rows(request):
    parsed, (first, between, last) = request.args.getlist("_json"), to_brackets(request)

    def write(columns, rows):
        before = first
        for row in rows:
            made = dict(zip(columns, remove_infinites(row), strict=True))
            made |= {key: to_parsed(made[key]) for key in parsed if key in made}
            yield before + json.dumps(made, cls=CustomJSONEncoder)
            before = between
        yield (first if before == first else "") + last

    return write


def to_brackets(request):
    """What stands before, between and after rows: of a list, or with ?_nl=on of an object a line."""
    return ("", "\n", "") if request.args.get("_nl") == "on" else ("[", ",\n", "]")


def to_parsed(cell):
    """The value of a cell of a column that ?_json= names."""
    try:
        return json.loads(cell)
    except (TypeError, ValueError):
        return cell


def to_answer(datasette, request, stream):
    """With the headers of Datasette's own answers; what is streamed is a file with a name."""
    headers = {"Referrer-Policy": "no-referrer"}
    if datasette.cache_headers:
        headers["Cache-Control"] = f"max-age={datasette.setting('default_cache_ttl')}"
    if datasette.cors:
        add_cors_headers(headers)
    kind = (
        "text/csv"
        if not is_json(request)
        else "text/plain"
        if request.args.get("_nl") == "on"
        else "application/json"
    )
    if kind != "text/csv" and "_stream" in request.args:
        headers["Content-Disposition"] = (
            f"attachment; filename*=UTF-8''{quote(request.path.rpartition('/')[2])}"
        )
    return AsgiStream(stream, headers=headers, content_type=f"{kind}; charset=utf-8")


def to_stream(datasette, request, table):
    """The request for the CSV of a table as a request for all of it, unless it asks for one page."""
    if request.args.get("_size") not in {None, "max"}:
        return request
    query = urlencode([*to_asked(datasette, request, table), ("_stream", "on")])
    return Request(request.scope | {"query_string": query.encode()}, request.receive)


def to_asked(datasette, request, table):
    """What a request asks of a table, whichever page of it, and in pages that memory has room for."""
    asked = [
        (key, value)
        for key, value in parse_qsl(request.query_string, keep_blank_values=True)
        if key not in PAGING
    ]
    screen = datasette.table_metadata(DATABASE, table).get("size") or datasette.page_size
    return [*asked, ("_size", min(datasette.max_returned_rows, screen * SCREENS))]


async def stream_table(datasette, request, table):
    """All rows of a table as one list, from Datasette's own pages."""
    first, between, last = to_brackets(request)
    answer = await fetch_page(datasette, request, table, None)
    if answer.status_code != 200:
        return Response(
            answer.text, answer.status_code, content_type=answer.headers["content-type"]
        )

    async def send_pages(writer):
        page, before = answer.raise_for_status().json(), first
        while page["rows"]:
            await writer.write(before + between.join(json.dumps(row) for row in page["rows"]))
            if not page.get("next"):
                break
            page, before = (
                (await fetch_page(datasette, request, table, page["next"]))
                .raise_for_status()
                .json(),
                between,
            )
        await writer.write((first if before == first and not page["rows"] else "") + last)

    return to_answer(datasette, request, send_pages)


async def fetch_page(datasette, request, table, following):
    own = [
        ("_shape", "objects"),
        ("_nofacet", "1"),
        ("_nocount", "1"),
        *([("_next", following)] if following else []),
    ]
    query = urlencode([*to_asked(datasette, request, table), *own])
    return await datasette.client.get(
        f"{datasette.urls.table(DATABASE, table, format='json')}?{query}", cookies=request.cookies
    )
