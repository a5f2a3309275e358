"""Checks whether the server can answer readers: is its database readable, its index open?"""

from __future__ import annotations

import asyncio
from typing import Any

from papersette import __version__
from papersette.site.canned_queries import DATABASE
from papersette.site.publication import read_publication
from papersette.site.search_service import Indexing, service_of

SECONDS = 2.0
"""Time limit for reading one row of the database, in seconds."""
ONE_ROW = "select 1 from builds limit 1"


async def read_health(datasette: Any) -> dict[str, Any]:
    """Return `ok`, and details for the operator: `build`, `database`, `index`, `version`."""
    database, build = await read_database(datasette)
    index = read_index(datasette)
    return {
        "ok": database == "ready" and index == "ready",
        "database": database,
        "index": index,
        "build": build,
        "version": __version__,
    }


async def read_database(datasette: Any) -> tuple[str, str | None]:
    """Return "ready" or the fault, and the time when the build began."""
    if DATABASE not in datasette.databases:
        return f"there is no {DATABASE}.db", None
    try:
        async with asyncio.timeout(SECONDS):
            await datasette.get_database(DATABASE).execute(ONE_ROW)
            return "ready", (await read_publication(datasette)).started
    except TimeoutError:
        return f"no answer within {SECONDS:g} s", None
    except Exception as error:  # noqa: BLE001 - after any error the server is not healthy
        return f"{type(error).__name__}: {error}", None


def read_index(datasette: Any) -> str:
    """Return "ready", or the fault of the search index."""
    try:
        if (service := service_of(datasette)) is None:
            return "there is none"
        service.engine(wait=0)
    except (Indexing, RuntimeError) as error:
        return str(error)
    return "ready"
