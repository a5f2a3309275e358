"""Returns paths of the site's pages, for texts that are written outside of the server."""

from __future__ import annotations

import string

SAFE = frozenset((string.ascii_letters + string.digits + "_-").encode())
TABLES = {
    "tag": "tags",
    "author": "authors",
    "term": "terms",
    "cited_work": "cited_works",
    "session": "sessions",
}
"""Kind of follow -> table that has its rows."""


def to_tilde(key: str) -> str:
    """Return a key in the tilde encoding that Datasette uses in addresses.

    >>> to_tilde("a/b c.é")
    'a~2Fb+c~2E~C3~A9'
    """
    parts = (chr(b) if b in SAFE else "+" if b == 0x20 else f"~{b:02X}" for b in key.encode())
    return "".join(parts)


def to_paper_path(paper_id: str) -> str:
    """Return the path of the page of a paper."""
    return f"/papers/papers/{to_tilde(paper_id)}"


def to_follow_path(kind: str, target: str) -> str:
    """Return the path of the page that a reader follows."""
    if kind == "search":
        return f"/papers/search?{target}" if target else "/papers/search"
    return f"/papers/{TABLES[kind]}/{to_tilde(target)}"
