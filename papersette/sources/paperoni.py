"""Paperoni, the tool with which Mila keeps its publications: a paper with its releases, as JSON or YAML.

The rule: each release is a version of its own, with the venue and the date that it has; they are told to be one work.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from papersette.errors import UserError
from papersette.records import Author, Count, Paper, Problem, Venue
from papersette.sources import values
from papersette.text import to_slug

SUFFIXES = {".json", ".yml", ".yaml"}
UNDATED = 0
"""The precision of a date that stands for no date: paperoni writes the year 2000."""


@dataclass(frozen=True)
class Settings:
    venue: Venue
    """Of the releases that do not say where they appeared."""
    file: Path
    """A .json or .yml file: a list of papers, or an object whose “_papers” is that list; or a folder of such files."""
    institute: str | None = None
    """Authors with this affiliation, as "Mila", are marked as members."""
    language: str | None = None


def read(settings: Settings) -> Iterator[Paper | Problem | Count]:
    """Yield a paper for every release, and for a paper without any. Raises `UserError` where the file is no list of papers."""
    folder = settings.file.is_dir()
    paths = (
        sorted(p for p in settings.file.iterdir() if p.suffix in SUFFIXES)
        if folder
        else [settings.file]
    )
    if not paths:
        raise UserError(
            f"{settings.file}: has no .json and no .yml file; export the papers with paperoni"
        )
    for path in paths:
        entries = _read_entries(path)
        if (
            folder
            and entries
            and not any(isinstance(entry, Mapping) and "releases" in entry for entry in entries)
        ):
            yield Count(1)
            yield Problem(
                settings.venue.venue_id,
                path.name,
                "skip",
                "is no list of papers: nothing in it has releases",
            )
        else:
            yield from _read_papers(path, entries, settings)


def _read_papers(
    path: Path, entries: list[Any], settings: Settings
) -> Iterator[Paper | Problem | Count]:
    yield Count(sum(max(1, len(_releases(entry))) for entry in entries))
    for place, entry in enumerate(entries, start=1):
        item = f"{path.name}: paper {place}"
        if not isinstance(entry, Mapping):
            yield Problem(
                settings.venue.venue_id, item, "read", "is no paper, which is an object", lost=True
            )
            continue
        for number, release in enumerate(_releases(entry) or [{}], start=1):
            yield _to_paper(entry, release, number, settings, item)


def _read_entries(path: Path) -> list[Any]:
    try:
        text = path.read_text(encoding="utf-8")
        given = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UserError(f"{path}: is neither JSON (.json) nor YAML (.yml): {error}") from None
    entries = given.get("_papers") if isinstance(given, Mapping) else given
    if not isinstance(entries, list):
        raise UserError(f"{path}: has no list of papers; export it with paperoni")
    return entries


def _releases(entry: Any) -> list[Mapping[str, Any]]:
    releases = entry.get("releases") if isinstance(entry, Mapping) else None
    return [release for release in releases or () if isinstance(release, Mapping)]


def _to_paper(
    entry: Mapping[str, Any], release: Mapping[str, Any], number: int, settings: Settings, item: str
) -> Paper:
    key = next(
        (text for name in ("paper_id", "key", "id") if (text := values.to_text(entry.get(name)))),
        None,
    )
    work = (
        f"{settings.venue.venue_id}-{key}" if key else to_slug(f"{settings.venue.venue_id} {item}")
    )
    published = _to_date(release.get("venue"))
    links = _links(entry)
    return Paper(
        paper_id=work if number == 1 else f"{work}-{number}",
        venue=_to_venue(release.get("venue")) or settings.venue,
        title=values.to_text(entry.get("title")),
        authors=tuple(
            author
            for given in entry.get("authors") or ()
            if (author := _to_author(given, settings.institute))
        ),
        year=values.to_year(published),
        published=published,
        abstract=values.to_paragraphs(entry.get("abstract")),
        tags=values.to_list(
            [topic.get("name") for topic in entry.get("topics") or () if isinstance(topic, Mapping)]
        ),
        language=settings.language,
        decision=values.to_decision(release.get("status")),
        url=next(
            (url for kind, url in links if not kind.startswith("pdf") and url.startswith("http")),
            None,
        ),
        pdf_url=next(
            (url for kind, url in links if kind.startswith("pdf") and url.startswith("http")), None
        ),
        item=f"{item}, release {number}",
        work=work,
    )


def _links(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    links = [link for link in entry.get("links") or () if isinstance(link, Mapping)]
    return [(str(link.get("type") or ""), str(link.get("link") or "")) for link in links]


def _to_venue(given: Any) -> Venue | None:
    """A venue for its name, without its year: "Advances in … 36" of 2023 and of 2024 differ in the paper's date."""
    name = values.to_text(given.get("name")) if isinstance(given, Mapping) else None
    kind = values.to_text(given.get("type")) if isinstance(given, Mapping) else None
    return (
        Venue(to_slug(name), name, kind=None if kind == "unknown" else kind)
        if name and to_slug(name)
        else None
    )


def _to_date(venue: Any) -> str | None:
    """The date as precise as it is known: of 2023-01-01 with precision 1, the year alone is."""
    if not isinstance(venue, Mapping):
        return None
    given = venue.get("date")
    precision = (
        given.get("precision") if isinstance(given, Mapping) else venue.get("date_precision", 3)
    )
    text = values.to_text(
        given.get("text")
        if isinstance(given, Mapping)
        else given.isoformat()
        if isinstance(given, date)
        else given
    )
    if not text or precision == UNDATED:
        return None
    return (
        "-".join(text[:10].split("-")[: int(precision)])
        if isinstance(precision, int)
        else text[:10]
    )


def _to_author(given: Any, institute: str | None) -> Author | None:
    if not isinstance(given, Mapping):
        return None
    inner = given.get("author")
    name = values.to_text(given.get("display_name")) or (
        values.to_text(inner.get("name")) if isinstance(inner, Mapping) else None
    )
    places = [
        values.to_text(place.get("name"))
        for place in given.get("affiliations") or ()
        if isinstance(place, Mapping)
    ]
    known = [place for place in places if place]
    member = bool(institute) and any(
        institute in place.split(", ") or place == institute for place in known
    )
    return Author(name, "; ".join(known) or None, member) if name else None
