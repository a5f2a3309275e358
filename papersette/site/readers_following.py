"""Connects follows, feeds and recommendations with the server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from datasette import NotFound

from papersette.readers import following, library, private_links
from papersette.readers.accounts import Reader
from papersette.readers.addresses import to_follow_path
from papersette.readers.collection import Collection, NotReady
from papersette.readers.library import Entry
from papersette.readers.recommendations import MOST_ENTRIES, Recommendation, recommend
from papersette.search.engine import Engine
from papersette.site.canned_queries import DATABASE, run
from papersette.site.papers import ensure_papers_allowed
from papersette.site.readers_routes import Visit
from papersette.site.readers_service import READER, Readers
from papersette.site.search_service import Indexing, service_of


def collection_of(datasette: Any) -> Collection:
    """Return the build of papers.db that a server uses."""

    def to_engine() -> Engine:
        service = service_of(datasette)
        if service is None:
            raise NotReady
        try:
            return service.engine()
        except (Indexing, RuntimeError) as error:
            raise NotReady from error

    return Collection(Path(datasette.get_database(DATABASE).path), to_engine)


async def refresh(readers: Readers, reader_id: int) -> bool:
    """Update the news of a reader; return False if a search is not ready yet."""
    await readers.mark_missing()
    collection = collection_of(readers.datasette)
    return await asyncio.to_thread(following.refresh, readers.store, collection, reader_id)


def to_page_path(datasette: Any, kind: str, target: str) -> str:
    """Return the path of the page that a reader follows, on this server."""
    return str(datasette.urls.path(to_follow_path(kind, target)))


async def find_owner(visit: Visit, purpose: str, must_see_papers: bool = True) -> Reader:
    """Return the reader whose secret is in the address.

    Args:
        visit: A visit to an address with a secret.
        purpose: The purpose of the secret.
        must_see_papers: Whether the reader must still be allowed to see papers.

    Raises:
        NotFound: The secret is not valid, or the reader is blocked.
        Forbidden: The reader may not see papers.
    """
    secret = visit.request.url_vars["secret"]
    reader = await visit.readers.read(private_links.find_reader, secret, purpose)
    actor = {"id": reader.actor} if reader else None
    if reader is None or (must_see_papers and not visit.readers.allows(actor, READER)):
        raise NotFound("This private address is no longer valid.")
    if must_see_papers:
        await ensure_papers_allowed(visit.readers.datasette, actor)
    return reader


async def read_recommendations(
    readers: Readers, reader_id: int
) -> tuple[list[Entry], list[Recommendation]]:
    """Return the library of a reader, and the recommended papers."""
    entries = await readers.read(library.list_entries, reader_id)
    collection = collection_of(readers.datasette)
    asked = [entry.paper_id for entry in entries]

    def find() -> list[Recommendation]:
        links = collection.find_links(asked, asked[:MOST_ENTRIES])
        return recommend(links, entries)

    return entries, await asyncio.to_thread(find) if entries else []


async def read_sessions(readers: Readers, reader_id: int) -> list[dict[str, Any]]:
    """Return the sessions of the papers in a library, each with these papers."""
    entries = await readers.read(library.list_entries, reader_id)
    ids = json.dumps([entry.paper_id for entry in entries if not entry.gone])
    return await run(readers.datasette, "sessions_of_papers", {"ids": ids})
