"""The rows that formats write: results of the canned queries `export` and `export_sessions`.

JSON lists in the rows have been parsed.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from itertools import zip_longest
from typing import TypeAlias, TypedDict

from papersette.names import NUMBER


class PaperRow(TypedDict):
    paper_id: str
    citation_key: str
    title: str | None
    authors: list[str]
    families: list[str | None]
    """For each author, the family name that its source gives, if the name suggests another."""
    venue: str | None
    venue_kind: str | None
    year: int | None
    published: str | None
    abstract: str | None
    tldr: str | None
    tags: list[str]
    language: str | None
    doi: str | None
    volume: str | None
    issue: str | None
    pages: str | None
    """Pages with an en dash, or an article number: "12–20", "e1004"."""
    url: str | None
    pdf_url: str | None
    publication: str | None
    change: str | None
    updated: str


def to_names(paper: PaperRow) -> list[tuple[str, str | None]]:
    """Return the authors of a paper, each with the family name that its source gives, if any.

    A name has no number by which DBLP distinguishes namesakes, as others take it for a name.
    """
    names = [NUMBER.sub("", name) for name in paper["authors"]]
    return list(zip_longest(names, paper.get("families") or ()))


def to_first_and_last(pages: str | None) -> tuple[str | None, str | None]:
    """Return the first and the last page; an article number is a first page.

    >>> to_first_and_last("12–20"), to_first_and_last("1–5, 9"), to_first_and_last("e1004")
    (('12', '20'), ('1', '9'), ('e1004', None))
    """
    first, *rest = re.split(r"[–,]\s*", pages or "")
    return first or None, rest[-1] if rest else None


class SessionRow(TypedDict):
    session_id: str
    title: str
    start: str | None
    finish: str | None
    room: str | None
    stamp: str
    papers: list[str]


Batches: TypeAlias = AsyncIterator[list[PaperRow]]
"""Papers in batches, so that a large collection is never in memory all at once."""
