"""Read a folder of PDFs without metadata.

Every file is a paper; its name is the paper_id. Title, authors and abstract are taken from page 1
(fulltext/front.py), because the metadata in PDFs is often wrong. A duplicate file is a problem.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from papersette.errors import UserError
from papersette.files import read_sha256
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
    paths = files.list_files(settings.files, files.SUFFIXES)
    if not paths:
        archives = files.list_files(settings.files, files.ARCHIVES)
        remedy = f"unpack {archives[0].name}" if archives else "name the folder that holds them"
        raise UserError(f"{settings.files}: has no PDF and no text; {remedy}")
    yield Count(len(paths))
    unusable: list[Problem] = []
    usable = list(files.to_usable(paths, settings.files, settings.venue.venue_id, unusable))
    yield from (replace(problem, lost=True) for problem in unusable)
    first: dict[str, str] = {}
    for path, digest in _to_digests(usable):
        name = path.relative_to(settings.files).as_posix()
        if digest in first:
            reason = f"has the same bytes as {first[digest]}; the paper is listed once"
            yield Problem(settings.venue.venue_id, name, "skip", reason)
            continue
        first[digest] = name
        paper_id = files.to_file_id(name)
        url = settings.pdf_url and files.fill_template(settings.pdf_url, paper_id, name)
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


def _to_digests(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    """Yield (file, key); equal files have the same key. Files of a unique size are not read."""
    sizes = {path: path.stat().st_size for path in paths}
    count = Counter(sizes.values())
    for path, size in sizes.items():
        if count[size] == 1:
            yield path, str(path)
        else:
            yield path, read_sha256(path)
