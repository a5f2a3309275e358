"""Serves complete results as CSV, and as JSON lists for ?_stream=on or ?_shape=array.

Datasette truncates canned queries and SQL at max_returned_rows. Here a response of status 200 is
complete. A query runs to its end before the first byte is sent, so that an exceeded limit gives
status 400. A table is sent page by page, and the connection is closed if a page fails. All other
requests are passed on to Datasette.
"""

import asyncio
import base64
import csv
import json
import math
from tempfile import SpooledTemporaryFile
from urllib.parse import parse_qsl, quote, urlencode

from datasette import Response, hookimpl

from papersette.site.canned_queries import DATABASE, ensure_query_allowed
from papersette.site.datasette_seam import (
    AsgiStream,
    CustomJSONEncoder,
    DatasetteError,
    InvalidSql,
    MagicParameters,
    database_response,
    derive_named_parameters,
    remove_infinites,
    response_headers,
    sqlite3,
    sqlite_timelimit,
    table_response,
    tilde_decode,
    validate_sql_select,
    with_query,
)
from papersette.site.limits import MEGABYTE, is_whole
from papersette.site.receipts import read_receipt, wants_receipt

QUERY_TIME_LIMIT = 20_000
"""Time limit in milliseconds for all rows of a canned query. Readers' SQL has sql_time_limit_ms."""
ALL_ROWS = "1000000"
"""Value of `size` with which a canned query that has pages returns everything."""
PAGES_PER_READ = 20
"""Number of a table's pages read at a time; tables with long rows, such as paper_texts, have small
pages."""
PAGING = {"_next", "_size", "_stream", "_shape", "_nl"}
IN_MEMORY = 1_000_000
"""Largest result kept in memory, in bytes; a larger one is written to a temporary file."""
BLOCK = 65_536


@hookimpl
def register_routes():
    return [
        (rf"^/(?P<database>{DATABASE})\.(?P<format>csv|json)$", sql_download),
        (rf"^/(?P<database>{DATABASE})/(?P<table>[^/.]+)\.(?P<format>csv|json)$", download),
    ]


async def sql_download(datasette, request, send):
    """Return all rows of ?sql=."""
    sql = request.args.get("sql")
    if not sql or not wants_all_rows(request):
        return await database_response(datasette, request, send)
    await datasette.ensure_permissions(request.actor, [("execute-sql", DATABASE)])
    params = await to_params(datasette, request, sql)
    return await query_rows(datasette, request, sql, params, datasette.setting("sql_time_limit_ms"))


async def download(datasette, request, send):
    """Return all rows of a canned query or a table."""
    name = tilde_decode(request.url_vars["table"])
    query = await datasette.get_canned_query(DATABASE, name, request.actor)
    if name == "search" and wants_receipt(request):
        return await with_receipt(datasette, request, query, send)
    if query and not query.get("write") and wants_all_rows(request):
        return await canned_query_rows(datasette, request, name, query["sql"])
    if not query and is_json(request) and "_stream" in request.args:
        return await json_table_rows(datasette, request, name)
    if not query and not is_json(request) and request.args.get("_size") in {None, "max"}:
        arguments = [*to_arguments(datasette, request, name), ("_stream", "on")]
        request = with_query(request, arguments)
    return await table_response(datasette, request, send)


async def with_receipt(datasette, request, query, send):
    """Return a page of results with the receipt of the search; for CSV its id is a header."""
    await ensure_query_allowed(datasette, request.actor, "search")
    receipt = await read_receipt(datasette, request)
    if not is_json(request):
        answer = await canned_query_rows(datasette, request, "search", query["sql"])
        answer.headers["Papersette-Receipt"] = receipt["receipt_id"]
        return answer
    if request.args.get("_shape") not in {None, "objects"} or "_stream" in request.args:
        message = "receipt=1 needs _shape=objects, which has a place for it, and no _stream."
        raise DatasetteError(message, title="Invalid request", status=400)
    asked = [(key, request.args[key]) for key in request.args if key not in {"receipt", "_shape"}]
    plain = with_query(request, [*asked, ("_shape", "objects")])
    answer = await table_response(datasette, plain, send)
    if answer.status == 200:
        answer.body = json.dumps(json.loads(answer.body) | {"receipt": receipt})
    return answer


async def canned_query_rows(datasette, request, name, sql):
    await ensure_query_allowed(datasette, request.actor, name)
    params = await to_params(datasette, request, sql)
    asks_for_page = {"page", "size"} & set(request.args)
    if not asks_for_page and (not is_json(request) or "_stream" in request.args):
        params["size"] = ALL_ROWS
        is_whole.set(True)
    params = MagicParameters(params, request, datasette)
    return await query_rows(datasette, request, sql, params, QUERY_TIME_LIMIT)


def is_json(request):
    return request.url_vars["format"] == "json"


def wants_all_rows(request):
    """Return whether the format cannot say that there are more rows: CSV and JSON lists."""
    return (
        not is_json(request) or "_stream" in request.args or request.args.get("_shape") == "array"
    )


async def to_params(datasette, request, sql):
    names = await derive_named_parameters(datasette.get_database(DATABASE), sql)
    return {name: "" for name in names if not name.startswith("_")} | {
        key: request.args[key] for key in request.args
    }


async def query_rows(datasette, request, sql, params, milliseconds):
    """Return all rows of a query, or raise an error of status 400."""
    asked, megabytes = request.args.get("_timelimit") or "", datasette.setting("max_csv_mb")
    milliseconds = min(milliseconds, int(asked)) if asked.isdecimal() else milliseconds
    write = to_json_rows(request) if is_json(request) else to_csv_rows

    def spool(conn):
        conn.budget = math.inf  # rows are written to a file one by one, not kept in memory
        with sqlite_timelimit(conn, milliseconds):
            cursor = conn.execute(sql, params)
            columns = [column[0] for column in cursor.description]
            return to_file(write(columns, cursor), megabytes * MEGABYTE)

    try:
        validate_sql_select(sql)
        file = await datasette.get_database(DATABASE).execute_fn(spool)
    except (sqlite3.Error, InvalidSql, TooLarge) as error:
        message = str(error)
        if isinstance(error, TooLarge):
            message = f"The result exceeds the limit of {megabytes} MB. Select fewer rows."
        elif error.args == ("interrupted",):
            message = f"This took longer than the limit of {milliseconds / 1000:g} s. "
            message += "Select fewer rows."
        raise DatasetteError(message, title="Invalid SQL", status=400) from error

    async def send_file(writer):
        with file:
            while block := file.read(BLOCK):
                await writer.write(block)
                await asyncio.sleep(0)  # lets other requests run

    return stream(datasette, request, send_file)


class TooLarge(Exception):
    """The result is larger than max_csv_mb."""


def to_file(lines, limit):
    """Write text to a temporary file and rewind it. Raises TooLarge past `limit` bytes."""
    file, size = SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", newline=""), 0  # noqa: SIM115 - closed after sending
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
    """A file whose write() returns the text, so that csv.writer.writerow() returns it."""

    def write(self, line):
        return line


def to_json_rows(request):
    """Return a function that writes rows as JSON; ?_json= names columns that contain JSON."""
    parsed, (first, between, last) = request.args.getlist("_json"), to_brackets(request)

    def write(columns, rows):
        before = first
        for row in rows:
            item = dict(zip(columns, remove_infinites(row), strict=True))
            item |= {key: parse_json(item[key]) for key in parsed if key in item}
            yield before + json.dumps(item, cls=CustomJSONEncoder)
            before = between
        yield (first if before == first else "") + last

    return write


def to_brackets(request):
    """Return the text before, between and after rows: a JSON list, or lines if ?_nl=on."""
    return ("", "\n", "") if request.args.get("_nl") == "on" else ("[", ",\n", "]")


def parse_json(cell):
    """Return the value of a JSON cell; the cell itself if it is not JSON."""
    try:
        return json.loads(cell)
    except (TypeError, ValueError):
        return cell


def stream(datasette, request, write):
    """Return a streamed response with the headers of Datasette's own responses."""
    headers = response_headers(datasette, request)
    as_lines = request.args.get("_nl") == "on"
    kind = "text/plain" if as_lines else "application/json"
    if not is_json(request):
        kind = "text/csv"
    elif "_stream" in request.args:
        name = quote(request.path.rpartition("/")[2])
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return AsgiStream(write, headers=headers, content_type=f"{kind}; charset=utf-8")


def to_arguments(datasette, request, table):
    """Return the arguments of a request without paging, but with pages that fit into memory."""
    asked = [
        (key, value)
        for key, value in parse_qsl(request.query_string, keep_blank_values=True)
        if key not in PAGING
    ]
    page_size = datasette.table_metadata(DATABASE, table).get("size") or datasette.page_size
    return [*asked, ("_size", min(datasette.max_returned_rows, page_size * PAGES_PER_READ))]


async def json_table_rows(datasette, request, table):
    """Return all rows of a table as one JSON list, read from Datasette's own pages."""
    first, between, last = to_brackets(request)
    answer = await fetch_page(datasette, request, table, None)
    if answer.status_code != 200:
        content_type = answer.headers["content-type"]
        return Response(answer.text, answer.status_code, content_type=content_type)

    async def send_pages(writer):
        page, before = answer.json(), first
        while page["rows"]:
            await writer.write(before + between.join(json.dumps(row) for row in page["rows"]))
            if not page.get("next"):
                break
            following = await fetch_page(datasette, request, table, page["next"])
            page, before = following.raise_for_status().json(), between
        await writer.write((first if before == first and not page["rows"] else "") + last)

    return stream(datasette, request, send_pages)


async def fetch_page(datasette, request, table, following):
    query = [
        *to_arguments(datasette, request, table),
        ("_shape", "objects"),
        ("_nofacet", "1"),
        ("_nocount", "1"),
        *([("_next", following)] if following else []),
    ]
    url = datasette.urls.table(DATABASE, table, format="json")
    return await datasette.client.get(f"{url}?{urlencode(query)}", cookies=request.cookies)
