"""Reads the publication's title, and the values of the key `site` in its catalog."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from papersette.site.canned_queries import DATABASE, run

SITE = "select * from site"
"""Selects the only row."""

_known: WeakKeyDictionary[Any, Publication] = WeakKeyDictionary()
"""Database -> its publication; a database that replaces another is a new key."""


@dataclass(frozen=True)
class Publication:
    """The publication that is served; a value that is not given is ""."""

    title: str
    build: str
    """Text that identifies the build."""
    started: str
    """Time when the build began, in ISO 8601."""
    tagline: str = ""
    accent: str = ""
    """Accent colour, as #rrggbb."""
    email: str = ""


async def read_publication(datasette: Any) -> Publication:
    """Return the publication of the database that is served."""
    database = datasette.get_database(DATABASE)
    if database in _known:
        return _known[database]
    build = (await run(datasette, "about", {}))[0]
    site: dict[str, Any] = {}
    if await database.table_exists("site"):  # databases of earlier releases do not have it
        site = dict((await database.execute(SITE)).first() or {})
    address = json.loads(site.get("contact") or "{}").get("url") or ""
    found = Publication(
        title=site.get("title") or build["title"],
        # Builds of different inputs may begin in the same second.
        build=f"{build['build_id']}, {build['started']}, {(build['fingerprint'] or '')[:16]}",
        started=build["started"],
        tagline=site.get("tagline") or "",
        accent=site.get("accent") or "",
        email=address.removeprefix("mailto:") if address.startswith("mailto:") else "",
    )
    _known[database] = found
    return found
