"""The rows that formats write: those of the canned queries `export` and `export_sessions`.

JSON lists in the rows have been parsed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeAlias, TypedDict


class PaperRow(TypedDict):
    paper_id: str
    citation_key: str
    title: str | None
    authors: list[str]
    venue: str | None
    venue_kind: str | None
    year: int | None
    published: str | None
    abstract: str | None
    tldr: str | None
    tags: list[str]
    language: str | None
    url: str | None
    pdf_url: str | None
    publication: str | None
    change: str | None
    updated: str


class SessionRow(TypedDict):
    session_id: str
    title: str
    start: str | None
    finish: str | None
    room: str | None
    stamp: str
    papers: list[str]


Batches: TypeAlias = AsyncIterator[list[PaperRow]]
"""Papers in batches, so that the papers of a large collection are never in memory at once."""
