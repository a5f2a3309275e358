"""Every CSV of the site as spreadsheets want it: UTF-8 that Excel knows for UTF-8, a file with a name, no cell that is a formula.

The rule: a row is read as CSV and written again, never patched as text, and what is not a whole row at the end breaks the answer
off. With ?_raw=on the bytes stay as they are, for programs.
"""

import asyncio
import codecs
import csv
import io
import re
import sys
from urllib.parse import parse_qs, quote

from datasette import hookimpl

BOM = "\ufeff"
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\n]")
"""Begins what Excel, LibreOffice or Google Sheets would compute, or a cell with which one could be smuggled in."""
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
SMUGGLED = re.compile(r"([;\t\n]\s*)(?=[=@＝＠]|[+\-＋－]\S)")
"""What an Excel whose lists are parted by semicolons would cut out of a cell as one of its own, and compute."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
OWN_HEADERS = {b"content-type", b"content-length", b"content-disposition"}
BLOCK = 65_536
csv.field_size_limit(sys.maxsize)  # a paper's text is one cell


@hookimpl(tryfirst=True)  # innermost, so that a plugin that compresses comes after it
def asgi_wrapper(datasette):
    def wrap(app):
        async def serve(scope, receive, send):
            if scope["type"] != "http" or not is_csv(datasette, scope["path"]):
                return await app(scope, receive, send)
            answer = Spreadsheet(scope, send)
            await app(scope, receive, answer.send)
            if answer.broken:
                raise BrokenOff(answer.broken)

        return serve

    return wrap


def is_csv(datasette, path):
    """Whether an address is of the CSV of a database, and not of a file that is served as it is."""
    database = (
        path.removeprefix(datasette.setting("base_url"))
        .strip("/")
        .partition("/")[0]
        .removesuffix(".csv")
    )
    return path.endswith(".csv") and database in datasette.databases


class BrokenOff(Exception):
    """A CSV could not be finished. The server closes the connection, so that nobody takes the part for the whole."""


class Spreadsheet:
    """One answer on its way out."""

    def __init__(self, scope, send):
        self.forward = send
        self.name = scope["path"].rpartition("/")[2]
        self.raw = "_raw" in parse_qs(
            scope["query_string"].decode("latin-1"), keep_blank_values=True
        )
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.rows = Rows()
        self.waiting = "" if self.raw else BOM
        self.is_ours, self.broken = False, ""

    async def send(self, message):
        if message["type"] == "http.response.start":
            await self.forward(self.start(message))
        elif not self.is_ours or message["type"] != "http.response.body":
            await self.forward(message)
        else:
            await self.send_body(message.get("body", b""), message.get("more_body", False))

    def start(self, message):
        """The head of an answer with the type and the name of a CSV; of an error, and of HTML for debugging, as it is."""
        kinds = [value for key, value in message["headers"] if key.lower() == b"content-type"]
        self.is_ours = message["status"] == 200 and kinds[0].startswith(
            (b"text/plain", b"text/csv")
        )
        if not self.is_ours:
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
        self.waiting += text if self.raw else "".join(lines)
        if not more and self.rows.rest:
            self.broken = self.rows.rest  # Datasette writes an error into the body: each row ends in a line break, that text does not
        elif not more or len(self.waiting) > BLOCK:
            await self.forward(
                {"type": "http.response.body", "body": self.waiting.encode(), "more_body": more}
            )
            self.waiting = ""
            await asyncio.sleep(0)  # other requests are answered in between


class Rows:
    """Parts text that comes in pieces into the rows of a CSV. A line break between quotes ends no row."""

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


def to_line(row):
    """A row in quotes, so that a spreadsheet that parts at semicolons and tabs, too, keeps its cells."""
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([to_safe(cell) for cell in row])
    return line.getvalue()


def to_safe(cell):
    """A cell that shows what it says and computes nothing; the apostrophe is what spreadsheets themselves mark text by."""
    cell = CONTROL.sub(" ", cell.replace("\r\n", "\n").replace("\r", "\n"))
    cell = SMUGGLED.sub(r"\1'", cell)
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell
