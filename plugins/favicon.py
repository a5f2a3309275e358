"""Serves this project's icon at /favicon.ico, where browsers look for it."""

import asyncio
from pathlib import Path

from datasette import Response, hookimpl

ICON = Path(__file__).resolve().parent.parent / "static" / "favicon.ico"


@hookimpl
def register_routes():
    return [(r"^/favicon\.ico$", favicon)]


async def favicon():
    content = await asyncio.to_thread(ICON.read_bytes)
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(content, headers=headers, content_type="image/x-icon")
