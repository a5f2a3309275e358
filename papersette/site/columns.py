"""Defines how columns are shown: which link to a row, and which are shown by another column."""

from __future__ import annotations

from collections.abc import Sequence

LINKS = {
    "paper_id": [("paper_id", "papers")],
    "title": [("paper_id", "papers")],
    "other_title": [("other_paper_id", "papers")],
    "name": [("author_id", "authors")],
    "tag": [("tag_id", "tags")],
    "other_tag": [("other_tag_id", "tags")],
    "session": [("session_id", "sessions")],
    "work": [("cited_work_id", "cited_works"), ("work_id", "works")],
    "cited_name": [("name_id", "cited_names")],
    "term": [("term_id", "terms")],
    "cited_title": [("cited_paper_id", "papers")],
    "venue_year": [("venue_id", "venues")],
    "venue": [("venue_id", "venues")],
    "other_id": [("other_id", "papers")],
    **{
        key: [(key, table)]
        for key, table in {
            "author_id": "authors",
            "cited_work_id": "cited_works",
            "name_id": "cited_names",
            "session_id": "sessions",
            "tag_id": "tags",
            "term_id": "terms",
            "venue_id": "venues",
            "work_id": "works",
        }.items()
    },
}
"""Column -> (column of the same row that may have its key, table of that key), in order."""
LINKS_OF_TABLES = {
    ("sessions", "title"): [("session_id", "sessions")],
    ("authorships", "name"): [("author_id", "authors")],
    ("citations", "title"): [("cited_work_id", "cited_works")],
    ("reviews", "title"): [],
}
"""(table, column) -> links that replace those of `LINKS`: titles that are not a paper's."""
CUT = 180
"""Characters of a long text that are shown in a table's cell."""


def find_link(table: str | None, column: str, columns: Sequence[str]) -> tuple[str, str] | None:
    """Return (column with the key of a cell, table of the key); None if the cell has no link."""
    candidates = LINKS_OF_TABLES.get((table or "", column), LINKS.get(column, []))
    return next((link for link in candidates if link[0] in columns), None)


def to_visible(columns: Sequence[str]) -> list[str]:
    """Return the columns of a query without keys that other columns show as links.

    >>> to_visible(["paper_id", "title", "page", "pdf_url"])
    ['title', 'page']
    """
    shown = {
        link[0]
        for column in columns
        if (link := find_link(None, column, columns)) and link[0] != column
    }
    if "page" in columns:
        shown.add("pdf_url")
    return [column for column in columns if column not in shown]


def cut(text: str, length: int = CUT) -> str:
    """Return the start of a text, up to the end of a word; a text that is hardly longer is kept.

    >>> cut("one two three four", 9)
    'one two…'
    """
    if len(text) <= length * 1.1:
        return text
    return text[:length].rsplit(None, 1)[0].rstrip(",;:.") + "…"
