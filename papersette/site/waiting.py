"""Returns a response that asks the client to retry: the site is busy, or its index is not ready.

Browsers get a page of the site, in the reader's language, that reloads itself; other clients get
JSON. Both have status 503 and the header Retry-After.
"""

from __future__ import annotations

from typing import Any

from datasette import Request, Response

from papersette.site.limits import is_heavy

SECONDS = 5
"""Seconds until a browser retries."""
HEADERS = {"Retry-After": str(SECONDS), "Cache-Control": "no-store"}
BUSY = "Too many of these requests are running. Try again in a few seconds."


async def waiting_response(
    datasette: Any, scope: Any, receive: Any, message: str, state: str = "busy", percent: int = 0
) -> Response:
    """Return the response.

    Args:
        datasette: The server.
        scope: ASGI scope of the request.
        receive: ASGI receive of the request.
        message: The reason in English, for JSON, and if the page cannot be rendered.
        state: "busy"; "indexing" while the search index is being built; or "failed".
        percent: Percentage of the index that is ready.
    """
    if "." in scope["path"].rpartition("/")[2] or scope["path"].endswith("/-/mcp"):
        return Response.json({"ok": False, "error": message}, status=503, headers=HEADERS)
    is_heavy.set(False)  # the page must not wait for the requests that keep the site busy
    request = Request(scope | {"csrftoken": str}, receive)
    context = {"status": 503, "state": state, "percent": percent, "seconds": SECONDS}
    try:
        html = await datasette.render_template("waiting.html", context, request)
    except Exception:  # noqa: BLE001 - if the database cannot be read, the site has no page
        return Response.text(message, status=503, headers=HEADERS)
    return Response.html(html, status=503, headers=HEADERS)
