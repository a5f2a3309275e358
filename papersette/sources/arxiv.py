"""arXiv: a saved answer of its API, an Atom feed. Each version of a paper is a paper of its own; categories are tags.

The rule: the paper_id is the identifier with its version, 2510.14968v1, so that a later version never changes an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import feedparser

from papersette.problems import Problem, UserError
from papersette.records import Author, Count, LooseFile, Paper, Venue
from papersette.sources import files, values


@dataclass(frozen=True)
class Settings:
    venue: Venue
    file: Path
    """The saved answer, as https://export.arxiv.org/api/query?… gives it."""
    files: Path | None = None
    """A folder of PDFs named by identifier, 2510.14968v1.pdf."""
    language: str | None = None


def read(settings: Settings) -> Iterator[Paper | Problem | LooseFile | Count]:
    """Yield a paper for every entry. Raises `UserError` where the file is no Atom feed."""
    folder = files.read_folder(settings.files) if settings.files else {}
    entries = _read_entries(settings.file)
    yield Count(len(entries))
    for place, entry in enumerate(entries, start=1):
        item = f"{settings.file.name}: entry {place}"
        identifier = (values.to_text(entry.get("id")) or "").partition("/abs/")[2]
        if identifier:
            yield _to_paper(entry, identifier, settings, folder.pop(identifier.replace("/", "_"), None), item)
        else:
            told = values.to_text(entry.get("summary")) or "has no identifier"
            yield Problem(settings.venue.venue_id, item, "read", f"is no paper: arXiv says “{told[:200]}”", lost=True)
    for path in folder.values():
        yield LooseFile(settings.venue.venue_id, path)


def _read_entries(path: Path) -> list[Any]:
    feed = feedparser.parse(path.read_bytes())
    if not feed.version.startswith("atom"):
        raise UserError(f"{path}: is no Atom feed; save the answer of arXiv's API as it comes")
    return list(feed.entries)


def _to_paper(entry: Any, identifier: str, settings: Settings, file: Path | None, item: str) -> Paper:
    links = entry.get("links") or ()
    pdf = next((link.get("href") for link in links if link.get("title") == "pdf"), None)
    return Paper(
        paper_id=identifier,
        venue=settings.venue,
        title=values.to_text(entry.get("title")),
        authors=tuple(Author(name) for name in values.to_list([author.get("name") for author in entry.get("authors") or ()])),
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
