"""Serves /-/health for load balancers and monitors: status 200, or 503 and the reason."""

from datasette import Response, hookimpl

from papersette.site.health import read_health


@hookimpl
def register_routes():
    return [(r"^/-/health$", health)]


async def health(datasette):
    found = await read_health(datasette)
    headers = {"Cache-Control": "no-store"}
    return Response.json(found, status=200 if found["ok"] else 503, headers=headers)
