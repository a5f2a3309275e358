"""Serves /robots.txt and the sitemaps, which list what search engines should and should not read.

Pages are for search engines. Files and addresses with a query (searches, sorted tables, SQL) are
not, as they are endless or expensive, and only repeat what the pages have.
"""

from datasette import NotFound, Response, hookimpl

from papersette.exports import sitemap
from papersette.site.canned_queries import DATABASE, run
from papersette.site.harvesting import LAST_NUMBER, read_pages, read_rows
from papersette.site.papers import ensure_papers_allowed, to_row_url
from papersette.site.publication import read_publication

HIDDEN = (
    *(
        f"{DATABASE}/*.{extension}$"
        for extension in ("csv", "json", "md", "bib", "ris", "csl", "ics")
    ),
    f"{DATABASE}.db",
    f"{DATABASE}.json",
    f"{DATABASE}.csv",
    f"{DATABASE}/search_facets",
    "-/language/",
    "-/search",
    "-/unapi",
    "*?",
)
"""Patterns of paths that are hidden from crawlers, see RFC 9309."""
SHOWN = ("static/", "-/static/", "-/static-plugins/")
"""Paths of styles and scripts, whose addresses have a query with their version."""
SINGLE_PAGES = ("", "about", f"{DATABASE}/programme", "-/dashboards/pictures")


@hookimpl
def register_routes():
    return [
        (r"^/robots\.txt$", robots),
        (r"^/sitemap\.xml$", index),
        (r"^/sitemap-pages\.xml$", pages),
        (r"^/sitemap-papers-(?P<number>[1-9][0-9]{0,5})\.xml$", papers),
    ]


async def robots(datasette, request):
    """Return the rules for crawlers."""
    path = datasette.urls.path
    lines = ["User-agent: *"]
    lines += [f"Allow: {path('/' + shown)}" for shown in SHOWN]
    lines += [f"Disallow: {path('/' + hidden)}" for hidden in HIDDEN]
    address = datasette.absolute_url(request, path("/sitemap.xml"))
    return Response.text("\n".join([*lines, "", f"Sitemap: {address}", ""]))


async def index(datasette, request):
    """Return the sitemap index, which lists the other sitemaps."""
    await ensure_papers_allowed(datasette, request.actor)
    built = (await read_publication(datasette)).started
    (last,) = await read_rows(datasette, LAST_NUMBER)
    count = -(-(last["number"] or 0) // sitemap.MOST_ADDRESSES)
    names = ["sitemap-pages", *(f"sitemap-papers-{n}" for n in range(1, count + 1))]
    files = [(to_absolute(datasette, request, f"{name}.xml"), built) for name in names]
    return to_response(sitemap.write_index(files))


async def pages(datasette, request):
    """Return the sitemap of single pages, venues and sessions."""
    await ensure_papers_allowed(datasette, request.actor)
    built = (await read_publication(datasette)).started
    addresses = [to_absolute(datasette, request, path) for path in SINGLE_PAGES]
    for query, table, key in (
        ("venue_list", "venues", "venue_id"),
        ("session_list", "sessions", "session_id"),
    ):
        to_url = to_row_url(datasette, request, table)
        addresses += [to_url(row[key]) for row in await run(datasette, query, {})]
    most = sitemap.MOST_ADDRESSES
    return to_response(sitemap.write_addresses((url, built) for url in addresses[:most]))


async def papers(datasette, request):
    """Return a sitemap of the papers in a range of row numbers, as many as one may have."""
    await ensure_papers_allowed(datasette, request.actor)
    number, most = int(request.url_vars["number"]), sitemap.MOST_ADDRESSES
    rows = await read_pages(datasette, (number - 1) * most, number * most)
    if not rows:
        raise NotFound("There is no such sitemap")
    to_url = to_row_url(datasette, request, "papers")
    entries = ((to_url(row["paper_id"]), row["stamp"]) for row in rows)
    return to_response(sitemap.write_addresses(entries))


def to_absolute(datasette, request, path):
    return datasette.absolute_url(request, datasette.urls.path(f"/{path}"))


def to_response(parts):
    headers = {"Cache-Control": "max-age=3600"}
    return Response("".join(parts), content_type=sitemap.MEDIA_TYPE, headers=headers)
