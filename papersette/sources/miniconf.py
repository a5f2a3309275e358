"""Read the folder `sitedata` of a Mini-Conf site: papers as CSV and the programme as YAML.

Every row of every *papers*.csv is a paper, every entry of *sessions*.yml a session; a paper may be
in several.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from papersette import loading
from papersette.errors import BadFile, UserError
from papersette.records import Author, Count, Paper, Problem, Session, Slot, Venue
from papersette.sources import files, values
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
    problems: list[Problem] = []
    slots = _read_programme(settings, problems)
    yield from problems
    for path in tables:
        yield from _read_table(path, settings, slots)
    for uid, unused in slots.items():
        titles = ", ".join(slot.session.title for slot in unused)
        reason = f"is in the programme ({titles}) but not in a table of papers"
        yield Problem(settings.venue.venue_id, uid, "match", reason)


def _read_table(
    path: Path, settings: Settings, slots: dict[str, list[Slot]]
) -> Iterator[Paper | Problem | Count]:
    """Yield a paper for every row of a table; a table that cannot be read is one lost item."""
    venue, name = settings.venue.venue_id, files.to_printable(path.name)
    try:
        if obstacle := files.find_obstacle(path, settings.folder):
            raise BadFile(path, obstacle)
        rows = list(loading.read_csv(path))
    except BadFile as error:
        yield Count(1)
        yield Problem(venue, name, "read", error.reason, lost=True)
        return
    yield Count(len(rows))
    for line, row in rows:
        item = f"{name}: line {line}"
        if isinstance(row, str):
            yield Problem(venue, item, "read", row, lost=True)
            continue
        yield _to_paper(row, settings, slots, item)


def _read_programme(settings: Settings, problems: list[Problem]) -> dict[str, list[Slot]]:
    """Return the slots of each paper in the programme, by its UID; add to the problems."""
    slots: defaultdict[str, list[Slot]] = defaultdict(list)
    venue = settings.venue.venue_id
    paths = sorted(settings.folder.glob("*sessions*.yml"))
    for path in files.to_usable(paths, settings.folder, venue, problems):
        try:
            loaded = loading.load_yaml(path)
        except BadFile as error:
            problems.append(Problem(venue, path.name, "read", error.reason))
            continue
        reasons = [(path.name, reason) for reason in loaded.reasons]
        entries = loaded.value if isinstance(loaded.value, Mapping) else {}
        if not isinstance(loaded.value, Mapping | list | None):  # plenary sessions are a list
            reasons.append((path.name, "is not a programme: it must be a mapping of sessions"))
        for key, given in entries.items():
            item = f"{path.name}: session {key}"
            if not isinstance(given, Mapping):
                reasons.append((item, "is not a session, which is a mapping; it is not used"))
                continue
            entry, wrong = values.check_types(given, ["long_name", "name"], ["papers"])
            reasons += [(item, reason) for reason in wrong]
            session = _to_session(str(key), entry, settings.venue)
            for number, uid in enumerate(entry.get("papers") or (), start=1):
                slots[str(uid)].append(Slot(session, number))
        problems += [Problem(venue, item, "read", reason) for item, reason in reasons]
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
    uid = values.to_text(row.get("UID")) or to_slug(title or "") or to_slug(item)
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
