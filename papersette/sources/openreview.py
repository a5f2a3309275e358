"""OpenReview: a JSON dump of a venue's notes (API v1 or v2), with a folder of PDFs or texts named by forum id.

The rule: the forum id is the paper_id, so that openreview.net/forum?id=<paper_id> and our page show the same paper.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from papersette.problems import Problem, UserError
from papersette.records import Author, Paper, Venue
from papersette.sources import files, values

SITE = "https://openreview.net"


@dataclass(frozen=True)
class Settings:
    venue: Venue
    notes: Path
    """The dump: a JSON list of notes, or an object whose “notes” is that list."""
    files: Path | None = None
    """A folder of PDFs or texts: <forum id>.pdf, <forum id>.txt, or pdf?id=<forum id>.txt as downloads are named."""
    language: str | None = None
    pdf_url: str | None = None
    """Where readers open a PDF, with {paper_id}; by default OpenReview's own address of it."""


def read(settings: Settings) -> Iterator[Paper | Problem]:
    """Yield a paper for every note of the dump. Raises `UserError` where the dump is not one."""
    folder = files.read_folder(settings.files) if settings.files else {}
    for place, note in enumerate(_read_notes(settings.notes)):
        item = f"{settings.notes.name}: note {place}"
        if not isinstance(note, Mapping) or not _forum(note):
            reason = "is no note with a forum id; dump the notes of the venue's submissions again"
            yield Problem(settings.venue.venue_id, item, "read", reason, lost=True)
            continue
        paper = _to_paper(note, settings, folder.pop(_forum(note), None), item)
        yield paper
        if settings.files and paper.file is None:
            reason = f"no file in {settings.files.name} has its forum id; the paper is listed without text"
            yield Problem(paper.venue.venue_id, item, "match", reason, paper_id=paper.paper_id)
    for path in folder.values():
        yield Problem(settings.venue.venue_id, path.name, "match", "belongs to no note of the dump; it is not used")


def _read_notes(path: Path) -> list[Any]:
    try:
        dump = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: is not JSON: {error}") from None
    notes = dump.get("notes") if isinstance(dump, dict) else dump
    if not isinstance(notes, list):
        raise UserError(f"{path}: has no list of notes; expected [note, ...] or {{“notes”: [note, ...]}}")
    return notes


def _forum(note: Mapping[str, Any]) -> str:
    return values.to_text(note.get("forum") or note.get("id")) or ""


def _to_paper(note: Mapping[str, Any], settings: Settings, file: Path | None, item: str) -> Paper:
    content = _to_content(note.get("content"))
    paper_id = _forum(note)
    pdf = values.to_text(content.get("pdf"))
    return Paper(
        paper_id=paper_id,
        venue=settings.venue,
        title=values.to_text(content.get("title")),
        authors=tuple(Author(name) for name in values.to_list(content.get("authors")) if name != "Anonymous"),
        year=settings.venue.year,
        abstract=values.to_paragraphs(content.get("abstract")),
        tldr=values.to_text(content.get("TL;DR")),
        tags=values.to_list(content.get("keywords")),
        language=settings.language,
        url=f"{SITE}/forum?id={paper_id}",
        pdf_url=_pdf_url(settings, paper_id, pdf, file),
        file=file,
        item=item,
    )


def _to_content(given: Any) -> dict[str, Any]:
    """A note's fields; API v2 wraps each value as {"value": …}, API v1 does not."""
    if not isinstance(given, Mapping):
        return {}
    return {key: field["value"] if isinstance(field, Mapping) and "value" in field else field for key, field in given.items()}


def _pdf_url(settings: Settings, paper_id: str, pdf: str | None, file: Path | None) -> str | None:
    if settings.pdf_url:
        return files.to_pdf_url(settings.pdf_url, paper_id, file)
    return SITE + pdf if pdf and pdf.startswith("/") else pdf
