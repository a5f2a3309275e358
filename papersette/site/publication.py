"""What the publication says of itself: its title, and what the key `site` of its catalog gives."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from papersette.site.canned_queries import DATABASE, run

SITE = "select * from site"
"""One row."""

_known: WeakKeyDictionary[Any, Publication] = WeakKeyDictionary()
"""Database -> its publication; a database that is replaced is another one."""


@dataclass(frozen=True)
class Publication:
    """The publication that is served; "" for what is not given."""

    title: str
    build: str
    """What tells its build from others."""
    started: str
    """When its build began, as ISO 8601."""
    tagline: str = ""
    accent: str = ""
    """A colour, as #rrggbb."""
    email: str = ""


async def read_publication(datasette: Any) -> Publication:
    """Return the publication of the database that is served."""
    database = datasette.get_database(DATABASE)
    if database in _known:
        return _known[database]
    build = (await run(datasette, "about", {}))[0]
    site: dict[str, Any] = {}
    if await database.table_exists("site"):  # not in databases of earlier releases
        site = dict((await database.execute(SITE)).first() or {})
    address = json.loads(site.get("contact") or "{}").get("url") or ""
    found = Publication(
        title=site.get("title") or build["title"],
        # Two builds of other inputs may begin in one second.
        build=f"{build['build_id']}, {build['started']}, {(build['fingerprint'] or '')[:16]}",
        started=build["started"],
        tagline=site.get("tagline") or "",
        accent=site.get("accent") or "",
        email=address.removeprefix("mailto:") if address.startswith("mailto:") else "",
    )
    _known[database] = found
    return found
