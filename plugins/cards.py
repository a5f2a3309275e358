"""Serves the pictures that other websites show beside links: /-/card/PAPER_ID.png and /-/card.png.

A picture is drawn at its first request and kept in memory; few are drawn at the same time, see
plugins/limits.py. Its ETag is a hash of its contents, so that an unchanged one is not sent again.
"""

import asyncio
from collections import OrderedDict

from datasette import NotFound, Response, hookimpl

from papersette.exports import card as cards
from papersette.exports.volumes import to_venue_and_year
from papersette.site.datasette_seam import tilde_decode
from papersette.site.entity_tags import is_known
from papersette.site.papers import ensure_papers_allowed, read_papers
from papersette.site.publication import read_publication

MOST_KEPT = 200
"""Largest number of pictures kept in memory, of about 40 KB each."""
CACHED = {"Cache-Control": "public, max-age=86400"}

kept = OrderedDict()
"""ETag -> picture; the most recently used is the last."""


@hookimpl
def register_routes():
    return [(r"^/-/card(?:/(?P<paper>[^/]+))?\.png$", serve_card)]


async def serve_card(datasette, request):
    """Return the picture of a paper, or of the site."""
    if request.method not in {"GET", "HEAD"}:
        return Response.text("Method not allowed", status=405, headers={"Allow": "GET, HEAD"})
    await ensure_papers_allowed(datasette, request.actor)
    card = await find_card(datasette, request)
    tag = f'"{cards.to_tag(card)}"'
    headers = CACHED | {"ETag": tag}
    if is_known(request, tag):
        return Response("", status=304, headers=headers, content_type=cards.MEDIA_TYPE)
    if tag not in kept:
        kept[tag] = await asyncio.to_thread(cards.draw, card)
        while len(kept) > MOST_KEPT:
            kept.popitem(last=False)
    kept.move_to_end(tag)
    return Response(kept[tag], headers=headers, content_type=cards.MEDIA_TYPE)


async def find_card(datasette, request):
    """Return the card of a paper or of the site. Raises NotFound."""
    site = await read_publication(datasette)
    name = request.url_vars["paper"]
    if name is None:
        return cards.to_card(site.title, [site.tagline], "", "Papersette", site.accent)
    found = await read_papers(datasette, request, [tilde_decode(name)])
    if not found:
        raise NotFound("There is no such paper")
    paper = found[0]
    where = to_venue_and_year(paper["venue"], paper["year"])
    return cards.to_card(
        paper["title"] or paper["paper_id"], paper["authors"], where, site.title, site.accent
    )
