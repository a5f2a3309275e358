"""Read the folder `sitedata` of a Mini-Conf site: papers as CSV and the programme as YAML.

Every row of every *papers*.csv is a paper, every entry of *sessions*.yml a session; a paper may be
in several.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from papersette.errors import UserError
from papersette.records import Author, Count, Paper, Problem, Session, Slot, Venue
from papersette.sources import values
from papersette.text import to_slug


@dataclass(frozen=True)
class Settings:
    venue: Venue
    folder: Path
    """The folder with main_papers.csv, paper_sessions.yml and similar files."""
    language: str | None = None


def read(settings: Settings) -> Iterator[Paper | Problem | Count]:
    """Yield a paper for every row. Raises `UserError` if no papers are found or a file is bad."""
    tables = sorted(settings.folder.glob("*papers*.csv"))
    if not tables:
        raise UserError(
            f"{settings.folder}: has no *papers*.csv; name the folder sitedata of a Mini-Conf site"
        )
    slots = _read_programme(settings)
    for path in tables:
        rows = list(_read_rows(path))
        yield Count(len(rows))
        for line, row in rows:
            yield _to_paper(row, settings, slots, f"{path.name}: line {line}")
    for uid, unused in slots.items():
        titles = ", ".join(slot.session.title for slot in unused)
        reason = f"is in the programme ({titles}) but not in a table of papers"
        yield Problem(settings.venue.venue_id, uid, "match", reason)


def _read_rows(path: Path) -> Iterator[tuple[int, dict[str, str | None]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            for row in reader:
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: cannot be read as CSV in UTF-8: {error}") from None


def _read_programme(settings: Settings) -> defaultdict[str, list[Slot]]:
    """Return the slots of each paper in the programme, by its UID."""
    slots: defaultdict[str, list[Slot]] = defaultdict(list)
    for path in sorted(settings.folder.glob("*sessions*.yml")):
        try:
            programme = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise UserError(f"{path}: is not YAML: {error}") from None
        for key, entry in programme.items() if isinstance(programme, Mapping) else ():
            if isinstance(entry, Mapping):
                session = _to_session(str(key), entry, settings.venue)
                for number, uid in enumerate(entry.get("papers") or (), start=1):
                    slots[str(uid)].append(Slot(session, number))
    return slots


def _to_session(key: str, entry: Mapping[str, Any], venue: Venue) -> Session:
    return Session(
        session_id=f"{venue.venue_id}-{to_slug(key)}",
        title=values.to_text(entry.get("long_name")) or values.to_text(entry.get("name")) or key,
        start=_to_time(entry.get("start_time")),
        finish=_to_time(entry.get("end_time")),
    )


def _to_time(given: Any) -> str | None:
    return given.isoformat() if isinstance(given, datetime) else values.to_text(given)


def _to_paper(
    row: Mapping[str, str | None], settings: Settings, slots: dict[str, list[Slot]], item: str
) -> Paper:
    title = values.to_text(row.get("title"))
    uid = values.to_text(row.get("UID")) or to_slug(title or item)
    return Paper(
        paper_id=uid,
        venue=settings.venue,
        title=title,
        authors=tuple(Author(name) for name in _to_parts(row.get("authors"))),
        year=settings.venue.year,
        abstract=values.to_paragraphs(row.get("abstract")),
        tags=_to_parts(row.get("keywords")),
        language=settings.language,
        decision=values.to_decision(row.get("paper_type")),
        slots=tuple(slots.pop(uid, ())),
        pdf_url=values.to_text(row.get("pdf_url")),
        item=item,
    )


def _to_parts(given: str | None) -> tuple[str, ...]:
    """Split a list at | or ;, and at commas if it has neither."""
    return values.to_list(
        given, separators=next((mark for mark in "|;" if mark in (given or "")), ",")
    )
