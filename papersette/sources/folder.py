"""Read a folder of PDFs without metadata.

Every file is a paper; its name is the paper_id. Title, authors and abstract are taken from page 1
(fulltext/structure.py), because the metadata in PDFs is often wrong. A duplicate file is a problem.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from papersette.errors import UserError
from papersette.records import Count, Paper, Problem, Venue
from papersette.sources import files


@dataclass(frozen=True)
class Settings:
    venue: Venue
    files: Path
    """The folder, with its subfolders."""
    language: str | None = None
    pdf_url: str | None = None
    """URL template of a PDF with {paper_id} and {file}, its path in the folder."""


def read(settings: Settings) -> Iterator[Paper | Problem | Count]:
    """Yield a paper for every PDF or text. Raises `UserError` if there is none."""
    paths = sorted(
        p for p in settings.files.rglob("*") if p.suffix.lower() in files.SUFFIXES and p.is_file()
    )
    if not paths:
        raise UserError(
            f"{settings.files}: has no PDF and no text; name the folder that holds them"
        )
    yield Count(len(paths))
    first: dict[str, str] = {}
    for path in paths:
        name = path.relative_to(settings.files).as_posix()
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest in first:
            reason = f"has the same bytes as {first[digest]}; the paper is listed once"
            yield Problem(settings.venue.venue_id, name, "skip", reason)
            continue
        first[digest] = name
        paper_id = files.to_file_id(name)
        url = settings.pdf_url.format(paper_id=paper_id, file=name) if settings.pdf_url else None
        yield Paper(
            paper_id=paper_id,
            venue=settings.venue,
            year=settings.venue.year,
            language=settings.language,
            pdf_url=url,
            file=path,
            item=name,
            from_page_1=True,
        )
