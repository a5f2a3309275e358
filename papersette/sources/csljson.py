"""Read CSL JSON, as Zotero and other reference managers export it.

Every item is a paper, whatever its type. Its venue is its container-title, or the catalog's venue.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from papersette import loading
from papersette.errors import UserError
from papersette.records import Author, Count, Paper, Problem, Venue
from papersette.sources import values
from papersette.text import to_slug

TEXTS = ("id", "title", "container-title", "abstract", "keyword", "language", "URL", "DOI")
KINDS = {
    "article-journal": "journal",
    "paper-conference": "conference",
    "chapter": "book",
    "webpage": "web",
}


@dataclass(frozen=True)
class Settings:
    venue: Venue
    """The venue of items without a container-title."""
    file: Path
    """A JSON list of CSL items."""


def read(settings: Settings) -> Iterator[Paper | Problem | Count]:
    """Yield a paper for every item. Raises `UserError` if the file is not a list of items."""
    loaded, venue = loading.load_json(settings.file), settings.venue.venue_id
    items = _to_items(loaded.value, settings.file)
    yield Count(len(items))
    for reason in loaded.reasons:
        yield Problem(venue, settings.file.name, "read", reason)
    for number, item in enumerate(items, start=1):
        where = f"{settings.file.name}: item {number}"
        if isinstance(item, Mapping):
            checked, reasons = values.check_types(item, TEXTS, ["author"])
            yield _to_paper(checked, settings, where)
            yield from (Problem(venue, where, "read", reason) for reason in reasons)
        else:
            reason = "is not a CSL item, which is a JSON object"
            yield Problem(venue, where, "read", reason, lost=True)


def _to_items(given: Any, path: Path) -> list[Any]:
    if not isinstance(given, list):
        raise UserError(
            f"{path}: must be a JSON list of CSL items, as reference managers export it"
        )
    return given


def _to_paper(item: Mapping[str, Any], settings: Settings, where: str) -> Paper:
    doi = values.to_text(item.get("DOI"))
    title = values.to_text(item.get("title"))
    return Paper(
        paper_id=values.to_text(item.get("id")) or to_slug(title or "") or to_slug(where),
        venue=_to_venue(item) or settings.venue,
        title=title,
        authors=tuple(Author(name) for name in map(_to_name, item.get("author") or ()) if name),
        year=values.to_year(published := _to_date(item.get("issued"))),
        published=published,
        abstract=values.to_paragraphs(item.get("abstract")),
        tags=values.to_list(item.get("keyword"), separators=";,"),
        language=values.to_text(item.get("language")),
        url=values.to_text(item.get("URL")) or (f"https://doi.org/{doi}" if doi else None),
        item=where,
    )


def _to_venue(item: Mapping[str, Any]) -> Venue | None:
    name = values.to_text(item.get("container-title"))
    return (
        Venue(to_slug(name), name, kind=KINDS.get(str(item.get("type"))))
        if name and to_slug(name)
        else None
    )


def _to_name(author: Any) -> str | None:
    """Join the parts of a personal name, or return an institution's "literal" name."""
    if not isinstance(author, Mapping):
        return values.to_text(author)
    parts = (
        author.get("given"),
        author.get("non-dropping-particle"),
        author.get("family"),
        author.get("suffix"),
    )
    return values.to_text(" ".join(str(part) for part in parts if part)) or values.to_text(
        author.get("literal")
    )


def _to_date(issued: Any) -> str | None:
    """Return an ISO date, as precise as {"date-parts": [["2014", 5]]} or {"raw": "May 2014"} is."""
    parts = issued.get("date-parts") if isinstance(issued, Mapping) else None
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    numbers = [int(part) for part in first[:3] if str(part).strip().isdecimal()]
    if numbers and values.to_year(numbers[0]):
        return "-".join(f"{number:02d}" for number in numbers)
    year = values.to_year(json.dumps(issued))
    return str(year) if year else None
