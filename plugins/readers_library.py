"""The library of a reader: its page, saved papers and passages, imports and exports."""

import json
from urllib.parse import urlencode

from datasette import NotFound, Response, hookimpl

from papersette.errors import UserError
from papersette.exports import FORMATS
from papersette.exports.spreadsheet import BOM, to_line
from papersette.printed.quotes import to_quote
from papersette.readers import highlights, library, listing, papers
from papersette.readers.store import now
from papersette.site.datasette_seam import DatasetteError
from papersette.site.papers import ensure_papers_allowed, read_papers
from papersette.site.query_response import to_page_number
from papersette.site.readers_library import describe, find_passage, match_file, read_cards
from papersette.site.readers_messages import MESSAGES
from papersette.site.readers_routes import PAPER, PRIVATE, Route, to_routes
from papersette.site.readers_service import READER, find_titles

PAGE = 30
"""Number of papers on a page."""
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "md": "text/markdown; charset=utf-8"}
LONGEST_FIELD = 2_000
"""Longest text of a paper's tags as typed, in characters."""


@hookimpl
def register_routes(datasette):
    return to_routes(datasette, ROUTES)


async def show(visit):
    """Return the page of a library, or of its papers with one status or tag."""
    await visit.readers.mark_missing()
    args = visit.request.args
    asked = {name: (args.get(name) or "") for name in ("status", "tag")}
    number = to_page_number(visit.request)
    reader_id = await visit.reader_id()
    found = await visit.readers.read(read_library, reader_id, asked, number)
    ids = json.dumps([entry.paper_id for entry in found["entries"]])
    cards = await read_cards(visit.readers.datasette, ids)
    context = found | {"asked": asked, "page_number": number, "cards": cards}
    return await visit.page("readers_library.html", **context)


def read_library(conn, reader_id, asked, number):
    """Return the variables of readers_library.html for a page of a library."""
    more = {"limit": PAGE + 1, "offset": (number - 1) * PAGE}
    entries = library.list_entries(conn, reader_id, **asked, **more)
    passages = {}
    for one in highlights.list_highlights(conn, reader_id):
        passages.setdefault(one.paper_id, []).append(one)
    return {
        "entries": entries[:PAGE],
        "has_more": len(entries) > PAGE,
        "statuses": library.count_statuses(conn, reader_id),
        "tags": library.list_tags(conn, reader_id),
        "passages": passages,
    }


async def save(visit):
    """Add a paper to the library, change its entry, or remove it."""
    paper_id, title = await visit.paper(with_gone=True)
    reader, action = await visit.writer(), visit.form.fields.get("action", "save")
    status = to_status(visit.form)
    tags = library.to_tags(visit.form.text("tags", LONGEST_FIELD))
    note = visit.form.text("note", library.LONGEST_NOTE)
    is_here = bool(await find_titles(visit.readers.datasette, [paper_id]))

    def write(conn):
        if action == "remove":
            library.remove(conn, reader.reader_id, paper_id)
            return
        if is_here:
            papers.remember(conn, paper_id, title)
        library.save(conn, reader.reader_id, paper_id, status, tags, note)

    try:
        await visit.readers.write(write)
    except library.Full:
        message = f"A library has at most {library.MOST_ENTRIES:,} papers."
        raise DatasetteError(message, "Invalid request", status=400) from None
    back = visit.paper_url(paper_id, "#library") if is_here else to_library(visit)
    return visit.redirect(back, MESSAGES["removed" if action == "remove" else "saved"])


def to_status(form):
    """Return the status in a form. Raises DatasetteError of status 400."""
    status = form.fields.get("status", library.STATUSES[0])
    if status not in library.STATUSES:
        message = f"status must be one of {', '.join(library.STATUSES)}."
        raise DatasetteError(message, "Invalid request", status=400)
    return status


async def highlight(visit):
    """Save a passage, given by a link (quote, check) or by its typed words (passage)."""
    paper_id, title = await visit.paper()
    note = visit.form.text("note", highlights.LONGEST_NOTE)
    found = await find_quoted(visit, paper_id)
    quote, passage = to_quote(found.passage), " ".join(found.passage.split())
    reader = await visit.writer()

    def write(conn):
        papers.remember(conn, paper_id, title)
        library.keep(conn, reader.reader_id, paper_id, "reading")
        library.check_room(conn, reader.reader_id)
        highlights.save(conn, reader.reader_id, paper_id, found.page, quote, passage, note)

    try:
        await visit.readers.write(write)
    except library.Full:
        message = f"A library has at most {library.MOST_ENTRIES:,} papers."
        raise DatasetteError(message, "Invalid request", status=400) from None
    except highlights.TooMany:
        message = f"The limit is {highlights.MOST:,} passages."
        raise DatasetteError(message, "Invalid request", status=400) from None
    return visit.redirect(to_passage(visit, paper_id, found.page, quote), MESSAGES["highlight"])


async def find_quoted(visit, paper_id):
    """Return the passage in a form, as found in the text of the paper. Raises DatasetteError."""
    form, page = visit.form, visit.form.number("page", 1, 99_999)
    typed = form.text("passage", highlights.LONGEST_PASSAGE)
    quote = to_quote(typed) if typed else (form.text("quote", 300), form.text("check", 40))
    found = await find_passage(visit.readers.datasette, paper_id, quote, page)
    if found is None or (typed and found.state != "same"):
        raise DatasetteError("This paper has no such passage.", "Invalid request", status=400)
    return found


def to_passage(visit, paper_id, page, quote):
    """Return the address of a passage in the reader."""
    asked = urlencode({"page": page, "quote": quote[0], "check": quote[1]})
    return visit.paper_url(paper_id, f"/read?{asked}#passage")


async def remove_highlight(visit):
    """Remove one of the visitor's highlights."""
    number = int(visit.request.url_vars["highlight_id"])
    reader_id = await visit.reader_id()
    paper_id = await visit.readers.write(highlights.remove, reader_id, number)
    if paper_id is None:
        raise NotFound("You have no such passage.")
    return visit.redirect(to_library(visit), MESSAGES["no_highlight"])


def to_library(visit):
    return visit.readers.datasette.urls.path("/-/library")


async def export(visit):
    """Return the library as BibTeX, CSV or Markdown."""
    kind, datasette, reader_id = (
        visit.request.url_vars["format"],
        visit.readers.datasette,
        await visit.reader_id(),
    )
    await ensure_papers_allowed(datasette, visit.request.actor)
    entries = await visit.readers.read(library.list_entries, reader_id)
    ids = [entry.paper_id for entry in entries]
    if kind == "bib":
        parts = [part async for part in FORMATS["bib"].write(to_batches(visit, ids))]
        return to_file(visit, kind, "".join(parts), FORMATS["bib"].MEDIA_TYPE)
    described = await describe(datasette, visit.request, ids)
    if kind == "csv":
        rows = [listing.COLUMNS, *listing.to_rows(entries, described)]
        return to_file(visit, kind, BOM + "".join(map(to_line, rows)), MEDIA_TYPES[kind])
    passages = await visit.readers.read(highlights.list_highlights, reader_id)

    def to_link(one):
        path = to_passage(visit, one.paper_id, one.page, (one.quote, one.check))
        return datasette.absolute_url(visit.request, path)

    parts = listing.to_markdown(visit.actor_id, entries, passages, described, to_link)
    return to_file(visit, kind, "".join(parts), MEDIA_TYPES[kind])


async def to_batches(visit, ids):
    """Yield the papers of a library in the form of exports, including removed ones."""
    for start in range(0, len(ids), 100):
        yield await read_papers(
            visit.readers.datasette, visit.request, ids[start : start + 100], with_gone=True
        )


def to_file(visit, extension, text, media_type):
    name = f"library-{now()[:10]}.{extension}"
    headers = PRIVATE | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, headers=headers, content_type=media_type)


async def import_file(visit):
    """Return the form for an import, or add the papers of a file and report the outcome."""
    await ensure_papers_allowed(visit.readers.datasette, visit.request.actor)
    if visit.is_get:
        return await visit.page("readers_import.html", report=None, error="")
    name, content = visit.form.files.get("file", ("", b""))
    content = content or visit.form.fields.get("text", "").encode()
    try:
        report = await match_file(visit.readers.datasette, content, name)
    except UserError as error:
        return await visit.page("readers_import.html", 400, report=None, error=str(error))
    added = await add(visit, [(one.paper_id, one.title) for one in report.matches])
    return await visit.page("readers_import.html", report=report, added=added, error="")


async def add(visit, found):
    """Add papers to the library; return the number of new ones."""
    reader = await visit.writer()
    tags = library.to_tags(visit.form.text("tags", LONGEST_FIELD))

    def write(conn):
        count = 0
        for paper_id, title in found:
            papers.remember(conn, paper_id, title)
            if library.keep(conn, reader.reader_id, paper_id, library.STATUSES[0]):
                library.add_tags(conn, reader.reader_id, paper_id, tags)
                count += 1
        library.check_room(conn, reader.reader_id)
        return count

    try:
        return await visit.readers.write(write)
    except library.Full:
        message = f"A library has at most {library.MOST_ENTRIES:,} papers; nothing was added."
        raise DatasetteError(message, "Invalid request", status=400) from None


ROUTES = [
    Route(r"^/-/library$", show, get=READER),
    Route(r"^/-/library\.(?P<format>bib|csv|md)$", export, get=READER),
    Route(r"^/-/library/import$", import_file, get=READER, post=READER),
    Route(rf"^{PAPER}/library$", save, post=READER),
    Route(rf"^{PAPER}/highlights$", highlight, post=READER),
    Route(r"^/-/highlights/(?P<highlight_id>\d{1,15})/remove$", remove_highlight, post=READER),
]
