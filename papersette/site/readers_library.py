"""Reads the publication for a reader's library: papers to describe, match and quote."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from papersette.printed import quotes
from papersette.printed.quotes import Found
from papersette.readers.importing import Known, Report, match
from papersette.site.canned_queries import DATABASE, run
from papersette.site.papers import read_papers, to_row_url
from papersette.site.reading import PAGES

KNOWN = "select paper_id, citation_key, doi, title from papers"
BATCH = 200
"""Number of papers that are described at a time."""


async def describe(datasette: Any, request: Any, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return id -> fields of an export, and the address `page`, for papers in the publication."""
    to_url = to_row_url(datasette, request, "papers")
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), BATCH):
        for paper in await read_papers(datasette, request, ids[start : start + BATCH]):
            found[paper["paper_id"]] = paper | {"page": to_url(paper["paper_id"])}
    return found


async def match_file(datasette: Any, content: bytes, name: str) -> Report:
    """Match the entries of a BibTeX or CSL JSON file to papers. Raises UserError."""
    rows = await datasette.get_database(DATABASE).execute(KNOWN, truncate=False)
    known = [Known(*row) for row in rows.rows]
    return await asyncio.to_thread(match, content, name, known)


async def find_passage(
    datasette: Any, paper_id: str, quote: tuple[str, str], page: int
) -> Found | None:
    """Return the passage of a quote in a paper's text, `page` searched first; None if missing."""
    rows = (await datasette.get_database(DATABASE).execute(PAGES, [paper_id])).rows
    return await asyncio.to_thread(quotes.locate, *quote, dict(map(tuple, rows)), page)


async def read_cards(datasette: Any, ids: str) -> dict[str, dict[str, Any]]:
    """Return id -> the row of the query `cards`, for a JSON list of ids."""
    return {card["paper_id"]: card for card in await run(datasette, "cards", {"ids": ids})}
