"""Makes every CSV safe for spreadsheets: a byte order mark, a file name, and no cell is a formula.

Each row is parsed and rewritten. If the CSV does not end with a complete row, the connection is
closed. With ?_raw=on, for programs, the bytes are not changed.
"""

import asyncio
import codecs
import csv
import io
import sys
from urllib.parse import parse_qs, quote

from datasette import hookimpl

from papersette.exports.spreadsheet import BOM, to_line

OWN_HEADERS = {b"content-type", b"content-length", b"content-disposition"}
BLOCK = 65_536
csv.field_size_limit(sys.maxsize)  # the text of a paper can be one cell


@hookimpl(tryfirst=True)  # innermost: before plugins that compress
def asgi_wrapper(datasette):
    def wrap(app):
        async def serve(scope, receive, send):
            if scope["type"] != "http" or not is_csv(datasette, scope["path"]):
                return await app(scope, receive, send)
            response = Spreadsheet(scope, send)
            await app(scope, receive, response.send)
            if response.incomplete:
                raise IncompleteCsv(response.incomplete)

        return serve

    return wrap


def is_csv(datasette, path):
    """Return whether a path is a CSV of a database, and not a static file."""
    database = (
        path.removeprefix(datasette.setting("base_url"))
        .strip("/")
        .partition("/")[0]
        .removesuffix(".csv")
    )
    return path.endswith(".csv") and database in datasette.databases


class IncompleteCsv(Exception):
    """A CSV is incomplete. The server closes the connection, so that clients notice."""


class Spreadsheet:
    """The CSV of one response, rewritten while it is sent."""

    def __init__(self, scope, send):
        self.forward = send
        self.name = scope["path"].rpartition("/")[2]
        self.raw = "_raw" in parse_qs(
            scope["query_string"].decode("latin-1"), keep_blank_values=True
        )
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.rows = Rows()
        self.buffer = "" if self.raw else BOM
        self.is_csv, self.incomplete = False, ""

    async def send(self, message):
        if message["type"] == "http.response.start":
            await self.forward(self.start(message))
        elif not self.is_csv or message["type"] != "http.response.body":
            await self.forward(message)
        else:
            await self.send_body(message.get("body", b""), message.get("more_body", False))

    def start(self, message):
        """Return the start message with headers for a CSV file, unless the response is not CSV."""
        kinds = [value for key, value in message["headers"] if key.lower() == b"content-type"]
        self.is_csv = message["status"] == 200 and kinds[0].startswith((b"text/plain", b"text/csv"))
        if not self.is_csv:
            return message
        others = [
            (key, value) for key, value in message["headers"] if key.lower() not in OWN_HEADERS
        ]
        name = f"attachment; filename*=UTF-8''{quote(self.name)}".encode()
        return message | {
            "headers": [
                *others,
                (b"content-type", b"text/csv; charset=utf-8"),
                (b"content-disposition", name),
            ]
        }

    async def send_body(self, body, more):
        text = self.decoder.decode(body, not more)
        lines = [to_line(row) for row in self.rows.feed(text)]
        self.buffer += text if self.raw else "".join(lines)
        if not more and self.rows.rest:
            # Datasette writes an error into the body; unlike a row, it ends without a line break
            self.incomplete = self.rows.rest
        elif not more or len(self.buffer) > BLOCK:
            await self.forward(
                {"type": "http.response.body", "body": self.buffer.encode(), "more_body": more}
            )
            self.buffer = ""
            await asyncio.sleep(0)  # other requests can run


class Rows:
    """Parses CSV that arrives in pieces. A line break inside quotes does not end a row."""

    def __init__(self):
        self.lines, self.line, self.is_quoted = [], "", False

    @property
    def rest(self):
        return "".join([*self.lines, self.line])

    def feed(self, text):
        *ended, self.line = (self.line + text).split("\r\n")
        for line in ended:
            self.lines.append(line + "\r\n")
            self.is_quoted ^= line.count('"') % 2 == 1
            if not self.is_quoted:
                row, self.lines = "".join(self.lines), []
                yield from csv.reader(io.StringIO(row, newline=""))
