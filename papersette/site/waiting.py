"""The answer that asks to come back: the site is busy, or its search index is not ready.

Browsers get a page of the site, in the reader's language, that loads itself again; everything else
gets JSON. Both have status 503 and the header Retry-After.
"""

from __future__ import annotations

from typing import Any

from datasette import Request, Response

from papersette.site.limits import is_heavy

SECONDS = 5
"""After which a browser asks again."""
HEADERS = {"Retry-After": str(SECONDS), "Cache-Control": "no-store"}
BUSY = "Too many of these requests are running. Try again in a few seconds."


async def waiting_response(
    datasette: Any, scope: Any, receive: Any, message: str, state: str = "busy", percent: int = 0
) -> Response:
    """Return the response.

    Args:
        datasette: The server.
        scope: Of the request.
        receive: Of the request.
        message: Why, in English, for JSON and where the page cannot be rendered.
        state: "busy"; "indexing", where the search index is being built; or "failed".
        percent: How much of the index is ready.
    """
    if "." in scope["path"].rpartition("/")[2] or scope["path"].endswith("/-/mcp"):
        return Response.json({"ok": False, "error": message}, status=503, headers=HEADERS)
    is_heavy.set(False)  # the page must not wait for those that keep the site busy
    request = Request(scope | {"csrftoken": str}, receive)
    context = {"status": 503, "state": state, "percent": percent, "seconds": SECONDS}
    try:
        html = await datasette.render_template("waiting.html", context, request)
    except Exception:  # noqa: BLE001 - a database that cannot be read has no page of its site
        return Response.text(message, status=503, headers=HEADERS)
    return Response.html(html, status=503, headers=HEADERS)
