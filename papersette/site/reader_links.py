"""Makes addresses of pages in the reader, which still find their passage after a rebuild."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from papersette.printed.quotes import to_quote
from papersette.site.canned_queries import DATABASE
from papersette.site.datasette_seam import tilde_encode

LONGEST_IN_LINKS = 1000
"""Longest query in a link, in characters."""


def to_paper_link(datasette: Any, paper_id: str) -> str:
    """Return the address of a paper."""
    return f"{datasette.urls.table(DATABASE, 'papers')}/{tilde_encode(str(paper_id))}"


def to_read_link(
    datasette: Any,
    paper_id: str,
    page: int | None = None,
    q: str = "",
    passage: str = "",
    view: str = "",
) -> str:
    """Return the address of a page in the reader.

    A passage, which may have marks and ellipses, is highlighted, and the address also finds it
    after a rebuild.
    """
    quote, check = to_quote(passage) if passage else ("", "")
    given = {"page": page, "q": (q or "")[:LONGEST_IN_LINKS], "quote": quote, "check": check}
    given["view"] = view
    asked = urlencode({name: value for name, value in given.items() if value})
    address = f"{to_paper_link(datasette, paper_id)}/read" + (f"?{asked}" if asked else "")
    return f"{address}#passage" if passage else address
