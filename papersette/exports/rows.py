"""What a format is given of a paper and of a session: rows of the canned queries `export` and `export_sessions`, lists read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeAlias, TypedDict


class PaperRow(TypedDict):
    paper_id: str
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
"""Papers, some at a time, so that a file of a whole conference never stands in memory."""
