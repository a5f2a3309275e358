"""Serves the PDFs under /pdf/: the folder of `--static pdf:FOLDER`, or of metadata.yml.

Datasette's own route of static files does not decode addresses, so it does not find files with a
space or an accent in their names. This route serves only PDFs, and parts of them, which viewers
request.
"""

import asyncio
import re
from email.utils import formatdate

from datasette import NotFound, Response, hookimpl

from papersette.site.datasette_seam import AsgiStream
from papersette.site.entity_tags import is_known
from papersette.site.pdf_folder import find, to_folder

BLOCK = 262_144
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "inline",
    "Accept-Ranges": "bytes",
    "Cache-Control": "max-age=3600",
}


@hookimpl
def register_routes():
    return [(r"^/pdf/(?P<name>.+)$", serve_pdf)]


async def serve_pdf(datasette, request):
    """Return a PDF or, with the header Range, a part of it."""
    if request.method not in {"GET", "HEAD"}:
        return Response.text("Method not allowed", status=405, headers={"Allow": "GET, HEAD"})
    folder = to_folder(datasette)
    path = folder and await asyncio.to_thread(find, folder, request.url_vars["name"])
    if not path:
        raise NotFound("There is no such PDF")
    found = path.stat()
    tag = f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
    modified = formatdate(found.st_mtime, usegmt=True)
    headers = HEADERS | {"ETag": tag, "Last-Modified": modified}
    if is_known(request, tag):
        return Response("", status=304, headers=headers, content_type="application/pdf")
    asked = request.headers.get("range", "")
    if request.headers.get("if-range", tag) not in {tag, modified}:
        asked = ""
    part = to_part(asked, found.st_size)
    if part is None:
        headers["Content-Range"] = f"bytes */{found.st_size}"
        return Response("", status=416, headers=headers, content_type="application/pdf")
    start, end, is_part = part
    if is_part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.st_size}"
    headers["Content-Length"] = str(end - start)
    body = nothing if request.method == "HEAD" else to_body(path, start, end)
    return AsgiStream(body, 206 if is_part else 200, headers, "application/pdf")


def to_part(asked, size):
    """Return (start, end) of the bytes in a header Range, and whether it asks for a part.

    Return None for a range beyond the end of the file.

    Several ranges, or another unit, give the whole file, as HTTP allows.

    >>> to_part("bytes=0-4", 100), to_part("bytes=-5", 100), to_part("", 100)
    ((0, 5, True), (95, 100, True), (0, 100, False))
    """
    match = RANGE.fullmatch(asked)
    if not match or not (match[1] or match[2]):
        return 0, size, False
    first, last = (int(digits[:18]) if digits else None for digits in match.groups())
    if first is None:
        return (max(0, size - last), size, True) if last and size else None
    if last is not None and last < first:
        return 0, size, False
    end = size if last is None else min(size, last + 1)
    return (first, end, True) if first < size else None


async def nothing(writer):
    """Write no body."""


def to_body(path, start, end):
    """Return a function that writes a part of a file."""

    async def write(writer):
        with path.open("rb") as file:
            file.seek(start)
            left = end - start
            while left and (block := await asyncio.to_thread(file.read, min(BLOCK, left))):
                await writer.send({"type": "http.response.body", "body": block, "more_body": True})
                left -= len(block)

    return write
