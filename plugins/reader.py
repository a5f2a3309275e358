"""Serves the reader: printed pages of a paper, at /papers/papers/ID/read, and their images."""

import asyncio
from functools import partial
from urllib.parse import urlencode

from datasette import NotFound, Response, hookimpl

from papersette.printed.quotes import to_quote
from papersette.search.parser import LONGEST_QUERY
from papersette.site.canned_queries import DATABASE
from papersette.site.datasette_seam import (
    DatasetteError,
    response_headers,
    tilde_decode,
)
from papersette.site.entity_tags import is_known
from papersette.site.limits import Busy
from papersette.site.printed_pages import WIDTHS, Unavailable, printed_pages_of
from papersette.site.reader_links import to_paper_link, to_read_link
from papersette.site.reading import find_pdf, read_page, read_paper
from papersette.site.waiting import BUSY, HEADERS, waiting_response

LARGEST_PAGE = 99_999
ZOOMS = dict(zip((100, 150, 200), WIDTHS, strict=True))
"""Size of a page in percent of the window -> width of its image in pixels."""
FOREVER = "public, max-age=31536000, immutable"
"""Header Cache-Control of an image whose address has the hash of the file."""


@hookimpl
def startup(datasette):
    printed_pages_of(datasette)  # a wrong setting stops the server at its start


@hookimpl
def register_routes():
    paper = rf"^/{DATABASE}/papers/(?P<paper_id>[^/]+)"
    return [(paper + r"/read$", read), (paper + r"/page-(?P<page>\d{1,5})$", page_image)]


@hookimpl
def extra_template_vars(datasette):
    return {"read_link": partial(to_read_link, datasette), "to_quote": to_quote}


@hookimpl
def asgi_wrapper(datasette):
    """End the worker processes with the server."""

    def wrap(app):
        async def serve(scope, receive, send):
            async def receive_and_close():
                message = await receive()
                if message["type"] == "lifespan.shutdown":
                    await asyncio.to_thread(printed_pages_of(datasette).close)
                return message

            await app(scope, receive_and_close if scope["type"] == "lifespan" else receive, send)

        return serve

    return wrap


async def find_paper(datasette, request):
    """Return the paper in an address, if the reader may see it. Raises NotFound and Forbidden."""
    may_see = [("view-table", (DATABASE, table)) for table in ("papers", "pages")]
    await datasette.ensure_permissions(
        request.actor, [*may_see, ("view-database", DATABASE), "view-instance"]
    )
    paper = await read_paper(datasette, tilde_decode(request.url_vars["paper_id"]))
    if paper is None:
        raise NotFound("There is no paper with this id.")
    return paper


async def read(datasette, request):
    """Return the page of the reader."""
    if request.method not in {"GET", "HEAD"}:
        return Response.text("Method not allowed", status=405, headers={"Allow": "GET, HEAD"})
    paper = await find_paper(datasette, request)
    asked = {name: (request.args.get(name) or "") for name in request.args}
    page = to_number(asked.get("page", ""), LARGEST_PAGE, "page")
    zoom = to_number(asked.get("zoom", ""), max(ZOOMS), "zoom") or 100
    if zoom not in ZOOMS:
        raise DatasetteError("zoom must be 100, 150 or 200.", "Invalid request", status=400)
    try:
        reading = await read_page(
            datasette,
            paper,
            page,
            q=asked.get("q", "")[:LONGEST_QUERY],
            quote=(asked.get("quote", ""), asked.get("check", "")),
            as_text=asked.get("view") == "text",
        )
    except Busy:
        return await waiting_response(datasette, request.scope, request.receive, BUSY)
    if not (reading.layout or 1 <= reading.page <= reading.last):
        raise NotFound(to_message(reading))
    context = {
        "reading": reading,
        "database": DATABASE,
        "zoom": zoom,
        "zooms": list(ZOOMS),
        "view": "text" if asked.get("view") == "text" else "",
        "page_link": page_link(datasette, reading, asked),
        "image": image_link(datasette, reading, ZOOMS[zoom]) if reading.pdf else "",
    }
    html = await datasette.render_template("read.html", context, request, view_name="row")
    return Response.html(html, headers=response_headers(datasette, request))


def to_number(text, most, name):
    """Return a number in an address, or None if there is none. Raises DatasetteError."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        message = f"{name} must be a number from 1 to {most:,}."
        raise DatasetteError(message, "Invalid request", status=400)
    return int(text)


def to_message(reading):
    """Return the reason why there is nothing to show."""
    if reading.reason:
        return f"Page {reading.page} of this paper cannot be shown: {reading.reason}."
    if reading.last:
        return f"There is no page {reading.page}: this paper has {reading.last}."
    return "This site has neither a PDF nor the text of this paper."


def page_link(datasette, reading, asked):
    """Return a function that returns this reader's address with changed arguments."""
    kept = {name: asked[name] for name in ("q", "zoom", "view") if asked.get(name)}
    address = f"{to_paper_link(datasette, reading.paper['paper_id'])}/read"

    def link(**changes):
        given = {"page": reading.page} | kept | changes
        return f"{address}?{urlencode({name: value for name, value in given.items() if value})}"

    return link


def image_link(datasette, reading, width):
    """Return the address of the image of a page, which changes with the file."""
    asked = urlencode({"width": width, "of": reading.pdf.sha256[:16]})
    return f"{to_paper_link(datasette, reading.paper['paper_id'])}/page-{reading.page}?{asked}"


async def page_image(datasette, request):
    """Return the image of a page of a paper's PDF."""
    if request.method not in {"GET", "HEAD"}:
        return Response.text("Method not allowed", status=405, headers={"Allow": "GET, HEAD"})
    pdf = await find_pdf(datasette, await find_paper(datasette, request))
    width = to_number(request.args.get("width") or str(WIDTHS[0]), max(WIDTHS), "width")
    if pdf is None:
        raise NotFound("This site has no PDF of this paper.")
    if width not in WIDTHS:
        widths = ", ".join(map(str, WIDTHS))
        raise DatasetteError(f"width must be one of {widths}.", "Invalid request", status=400)
    page = int(request.url_vars["page"])
    tag = f'"{pdf.sha256[:16]}-{page}-{width}"'
    is_of_file = request.args.get("of") == pdf.sha256[:16]
    headers = {"ETag": tag, "Cache-Control": FOREVER if is_of_file else "max-age=60"}
    if is_known(request, tag):
        return Response("", status=304, headers=headers, content_type="image/png")
    try:
        kind, image = await printed_pages_of(datasette).image(pdf, page, width)
    except Unavailable as error:
        raise NotFound(f"Page {page} of this paper cannot be shown: {error}.") from None
    except Busy:
        return to_busy()
    body = b"" if request.method == "HEAD" else image
    return Response(body, headers=headers, content_type=kind)


def to_busy():
    """Return the response that asks the browser to retry an image."""
    return Response.text(BUSY, status=503, headers=HEADERS)
