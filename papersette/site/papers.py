"""Reads papers for exports, with the canned queries whose names begin with export."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from datasette import NotFound

from papersette.site.addresses import is_own_path, is_web_address
from papersette.site.canned_queries import DATABASE, run
from papersette.site.datasette_seam import tilde_encode

JSON_COLUMNS = {"authors", "families", "tags", "papers"}
"""Columns of the export queries that contain JSON."""
ADDRESS_CHARACTERS = "/%?#[]@!$&'()*+,;=:~"
"""Characters with a meaning in addresses; others, such as a space, are encoded."""

Row = dict[str, Any]


async def ensure_papers_allowed(datasette: Any, actor: Any) -> None:
    """Raise Forbidden if the actor may not see the papers, NotFound if the server has none."""
    if DATABASE not in datasette.databases:
        raise NotFound("This server has no papers")
    table = ("view-table", (DATABASE, "papers"))
    await datasette.ensure_permissions(actor, [table, ("view-database", DATABASE), "view-instance"])


async def run_export(datasette: Any, query: str, /, **values: object) -> list[Row]:
    """Return the rows of an export query with its JSON columns parsed."""
    rows = await run(datasette, query, values)
    return [row | {key: json.loads(row[key]) for key in JSON_COLUMNS & set(row)} for row in rows]


async def read_papers(
    datasette: Any, request: Any, ids: Sequence[str], with_gone: bool = False
) -> list[Row]:
    """Return papers in the order of their ids, with absolute addresses.

    Args:
        datasette: The server.
        request: The request that is answered.
        ids: Ids of papers. Unknown ids are left out.
        with_gone: Whether removed papers are included; then `is_here` is 0.
    """
    papers = await run_export(datasette, "export", ids=json.dumps(list(ids)))
    return [
        paper | {key: to_address(datasette, request, paper[key]) for key in ("url", "pdf_url")}
        for paper in papers
        if paper["is_here"] or (with_gone and paper["change"])
    ]


def to_address(datasette: Any, request: Any, address: str | None) -> str | None:
    """Return an address of the database as absolute; None if it is neither web nor own."""
    if address and is_own_path(address):
        path = quote(datasette.urls.path(address), safe=ADDRESS_CHARACTERS)
        return str(datasette.absolute_url(request, path))
    return address if address and is_web_address(address) else None


def to_row_url(datasette: Any, request: Any, table: str) -> Callable[[str], str]:
    """Return a function that returns the absolute address of a row with a given key."""

    def to_url(key: str) -> str:
        path = datasette.urls.row(DATABASE, table, tilde_encode(key))
        return str(datasette.absolute_url(request, path))

    return to_url
