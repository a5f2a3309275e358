"""Lets pages of other sites read the data, but nothing else, if the server runs with --cors.

Responses are public and read without cookies: the header that would allow cookies is never sent.
Pages, readers' files and the server's own status are left out, whatever Datasette sends.
"""

import re

from datasette import hookimpl

from papersette.site.canned_queries import DATABASE

DATA = re.compile(
    rf"/{DATABASE}(/[^/]+)*\.(json|csv|md|bib|ris|csl|atom|ics|db)$|/llms\.txt$|/-/(oai|unapi|mcp)$"
)
"""Paths of data that other sites may read."""
MCP = "/-/mcp"
ALLOWED = {
    b"access-control-allow-origin": b"*",
    b"access-control-allow-headers": b"*",
    b"access-control-allow-methods": b"GET, HEAD, POST, OPTIONS",
    b"access-control-expose-headers": b"Link, Papersette-Receipt, Retry-After",
    b"access-control-max-age": b"3600",
}


@hookimpl(trylast=True)  # outermost: this also covers refusals of other plugins
def asgi_wrapper(datasette):
    base = datasette.setting("base_url")

    def wrap(app):
        if not datasette.cors:
            return app

        async def serve(scope, receive, send):
            path = "/" + scope.get("path", "").removeprefix(base).lstrip("/")
            is_data = DATA.match(path) is not None

            async def sending(message):
                if message["type"] == "http.response.start":
                    message = message | {"headers": to_headers(message, is_data)}
                await send(message)

            if scope["type"] != "http":
                await app(scope, receive, send)
            elif path == MCP and scope["method"] == "OPTIONS":
                await sending({"type": "http.response.start", "status": 204})
                await send({"type": "http.response.body"})
            else:
                await app(scope, receive, sending)

        return serve

    return wrap


def to_headers(message, is_data):
    """Return the headers of a response, with CORS headers only if it is data."""
    kept = [
        (name, value)
        for name, value in message.get("headers", [])
        if not name.lower().startswith(b"access-control-")
    ]
    return kept + (list(ALLOWED.items()) if is_data else [])
