"""Read a saved response of arXiv's API, an Atom feed.

Each version of a paper is a paper of its own, with the identifier and version as its paper_id
(2510.14968v1), so that a later version does not change a URL. Categories are tags.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser

from papersette.errors import UserError
from papersette.records import Author, Count, LooseFile, Paper, Problem, Venue
from papersette.sources import files, live, values


@dataclass(frozen=True)
class Settings:
    venue: Venue
    file: Path | None = None
    """A saved response of https://export.arxiv.org/api/query?…"""
    query: str | None = None
    """A live search instead of a file, for example "cat:cs.DL AND ti:retrieval"."""
    ids: list[str] = field(default_factory=list)
    """Identifiers to read live, instead of a query or with one."""
    most: int = 1000
    """The largest number of papers of a live search."""
    api: str = "https://export.arxiv.org/api/query"
    files: Path | None = None
    """A folder of PDFs named by identifier, 2510.14968v1.pdf."""
    language: str | None = None


def fetch(settings: Settings, folder: Path, *, offline: bool) -> tuple[Settings, list[Problem]]:
    """Save arXiv's response as an Atom feed in `folder`; return the settings that read it."""
    if not settings.query and not settings.ids:
        return settings, []
    arxiv = live.load_client("arxiv")
    wanted = f"{settings.query or ''} {' '.join(map(str, settings.ids))}".strip()
    digest = hashlib.sha256(f"{wanted} {settings.most}".encode()).hexdigest()
    path = folder / f"arxiv-{digest[:16]}.xml"

    def request() -> str:
        client = arxiv.Client(page_size=100, delay_seconds=PAUSE, num_retries=live.TRIES - 1)
        client.query_url_format = settings.api + "?{}"
        live.limit_waiting(client._session)  # the client has no public setting for a time limit
        search = arxiv.Search(
            query=settings.query or "",
            id_list=list(map(str, settings.ids)),
            max_results=settings.most,
        )
        return _to_atom(client.results(search))

    warning = live.fetch_answer(
        path, f"arXiv, {wanted}", request, arxiv.ArxivError, offline=offline
    )
    problems = [Problem(settings.venue.venue_id, wanted, "download", warning)] if warning else []
    return replace(settings, file=path, query=None, ids=[]), problems


PAUSE = 3.0
"""Seconds between requests, as arXiv's terms require."""
ATOM = "http://www.w3.org/2005/Atom"


def _to_atom(results: Iterable[Any]) -> str:
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    for result in results:
        entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
        published = result.published.isoformat() if result.published else None
        for name, text in (
            ("id", result.entry_id),
            ("title", result.title),
            ("summary", result.summary),
            ("published", published),
        ):
            ElementTree.SubElement(entry, f"{{{ATOM}}}{name}").text = text
        for author in result.authors:
            ElementTree.SubElement(
                ElementTree.SubElement(entry, f"{{{ATOM}}}author"), f"{{{ATOM}}}name"
            ).text = author.name
        for category in result.categories:
            ElementTree.SubElement(entry, f"{{{ATOM}}}category", term=category)
        if result.pdf_url:
            ElementTree.SubElement(
                entry, f"{{{ATOM}}}link", title="pdf", href=result.pdf_url, rel="related"
            )
    return ElementTree.tostring(feed, encoding="unicode")


def read(settings: Settings) -> Iterator[Paper | Problem | LooseFile | Count]:
    """Yield a paper for every entry. Raises `UserError` if the file is not an Atom feed."""
    folder = files.read_folder(settings.files) if settings.files else {}
    if settings.file is None:
        raise UserError(
            f"{settings.venue.venue_id}: an arxiv source needs “file”, a saved response, "
            "or “query” or “ids” to read live"
        )
    entries = _read_entries(settings.file)
    name = settings.file.name
    yield Count(len(entries))
    for number, entry in enumerate(entries, start=1):
        item = f"{name}: entry {number}"
        identifier = (values.to_text(entry.get("id")) or "").partition("/abs/")[2]
        if identifier:
            yield _to_paper(
                entry, identifier, settings, folder.pop(identifier.replace("/", "_"), None), item
            )
        else:
            message = values.to_text(entry.get("summary")) or "has no identifier"
            yield Problem(
                settings.venue.venue_id,
                item,
                "read",
                f"is not a paper: arXiv says “{message[:200]}”",
                lost=True,
            )
    for path in folder.values():
        yield LooseFile(settings.venue.venue_id, path)


def _read_entries(path: Path) -> list[Any]:
    feed = feedparser.parse(path.read_bytes())
    if not feed.version.startswith("atom"):
        raise UserError(f"{path}: is not an Atom feed; save the response of arXiv's API unchanged")
    return list(feed.entries)


def _to_paper(
    entry: Any, identifier: str, settings: Settings, file: Path | None, item: str
) -> Paper:
    links = entry.get("links") or ()
    pdf = next((link.get("href") for link in links if link.get("title") == "pdf"), None)
    return Paper(
        paper_id=identifier,
        venue=settings.venue,
        title=values.to_text(entry.get("title")),
        authors=tuple(
            Author(name)
            for name in values.to_list(
                [author.get("name") for author in entry.get("authors") or ()]
            )
        ),
        year=values.to_year(entry.get("published")),
        published=(values.to_text(entry.get("published")) or "")[:10] or None,
        abstract=values.to_paragraphs(entry.get("summary")),
        tags=values.to_list([tag.get("term") for tag in entry.get("tags") or ()]),
        language=settings.language,
        url=f"https://arxiv.org/abs/{identifier}",
        pdf_url=values.to_text(pdf),
        file=file,
        item=item,
        work=f"arxiv-{re.sub(r'v[0-9]+$', '', identifier)}",
    )
