"""Serves the OpenAPI description of the site's data at /papers/openapi.json."""

from datasette import Response, hookimpl

from papersette.site.canned_queries import DATABASE
from papersette.site.datasette_seam import response_headers
from papersette.site.limits import state_of
from papersette.site.openapi import describe_api
from papersette.site.papers import ensure_papers_allowed
from papersette.site.publication import read_publication


@hookimpl(tryfirst=True)  # before the route of downloads, which matches tables of any name
def register_routes():
    return [(rf"^/{DATABASE}/openapi\.json$", describe)]


async def describe(datasette, request):
    """Return the description."""
    await ensure_papers_allowed(datasette, request.actor)
    publication = await read_publication(datasette)
    description = describe_api(
        await datasette.get_canned_queries(DATABASE, request.actor),
        publication.title,
        datasette.absolute_url(request, datasette.urls.path("/")).rstrip("/"),
        state_of(datasette).limits.page_size,
    )
    return Response.json(description, headers=response_headers(datasette, request))
