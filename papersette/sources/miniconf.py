"""Read the folder `sitedata` of a Mini-Conf site: papers as CSV and the programme as YAML.

Every row of every *papers*.csv, or of another table with titles and authors, is a paper. Sessions
are the entries of *sessions*.yml and the values of the columns session and sessions; a paper may be
in several. Columns that are not used are reported.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from papersette import loading
from papersette.errors import BadFile, UserError
from papersette.files import to_shown_name
from papersette.records import Author, Count, Paper, Problem, Session, Slot, Venue
from papersette.sources import files, table, values
from papersette.sources.people import to_author
from papersette.sources.unused import to_unassigned, to_unused
from papersette.text import to_slug


@dataclass(frozen=True)
class Settings:
    venue: Venue
    folder: Path
    """The folder with main_papers.csv, paper_sessions.yml and similar files."""
    language: str | None = None


def read(settings: Settings) -> Iterator[Paper | Problem | Count]:
    """Yield a paper for every row. Raises `UserError` if no papers are found or a file is bad."""
    tables = sorted(path for path in settings.folder.glob("*.csv") if _has_papers(path, settings))
    if not tables:
        raise UserError(
            f"{settings.folder}: has no *papers*.csv; name the folder sitedata of a Mini-Conf site"
        )
    problems: list[Problem] = []
    slots = _read_programme(settings, problems)
    yield from problems
    known = {slot.session.session_id: slot.session for own in slots.values() for slot in own}
    for path in tables:
        yield from _read_table(path, settings, slots, known)
    for uid, unused in slots.items():
        titles = ", ".join(slot.session.title for slot in unused)
        reason = f"is in the programme ({titles}) but not in a table of papers"
        yield Problem(settings.venue.venue_id, uid, "match", reason)


def _has_papers(path: Path, settings: Settings) -> bool:
    """Return whether a table has papers, judged by its name or by its columns."""
    if "papers" in path.name:
        return True
    try:
        if files.find_obstacle(path, settings.folder):
            return False
        _, row = next(table.read_csv(path), (0, ""))
    except BadFile:
        return False
    return not isinstance(row, str) and {"title", "authors"} <= _lower(row).keys()


def _read_table(
    path: Path,
    settings: Settings,
    slots: dict[str, list[Slot]],
    sessions: Mapping[str, Session],
) -> Iterator[Paper | Problem | Count]:
    """Yield a paper for every row of a table; an unreadable table counts as one lost item."""
    venue, name = settings.venue.venue_id, to_shown_name(path.name)
    try:
        if obstacle := files.find_obstacle(path, settings.folder):
            raise BadFile(path, obstacle)
        rows = list(table.read_csv(path))
    except BadFile as error:
        yield Count(1)
        yield Problem(venue, name, "read", error.reason, lost=True)
        return
    yield Count(len(rows))
    read_rows = [_lower(row) for _, row in rows if not isinstance(row, str)]
    if reason := to_unused(read_rows, USED):
        yield Problem(venue, name, "read", reason)
    for line, row in rows:
        item = f"{name}: line {line}"
        if isinstance(row, str):
            yield Problem(venue, item, "read", row, lost=True)
            continue
        paper = _to_paper(_lower(row), settings, slots, sessions, item)
        yield paper
        has_affiliations = any(author.affiliation for author in paper.authors)
        if not has_affiliations and (unused := _to_unassigned(_lower(row))):
            reason = to_unassigned(unused, len(paper.authors), "|")
            yield Problem(venue, item, "read", reason, paper.paper_id)


USED = set(
    """uid title authors authors_and_affil authors_and_affiliations affiliations affiliation
    abstract tldr keywords tags session sessions paper_type decision day position pdf_url pdf_path
    paper_link pdf paper_url forum url link""".split()
)
"""Columns that are used, in lower case; each site has some of them."""


def _lower(row: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return a row with columns in lower case; of columns that differ in case, the longer value."""
    lowered: dict[str, str | None] = {}
    for column, cell in row.items():
        key = column.strip().lower()
        lowered[key] = max(lowered.get(key) or "", cell or "", key=len)
    return lowered


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
        for position, (key, given) in enumerate(entries.items(), start=1):
            item = f"{path.name}: session {key}"
            if not isinstance(given, Mapping):
                reasons.append((item, "is not a session, which is a mapping; it is not used"))
                continue
            entry, wrong = values.check_types(given, ["long_name", "name"], ["papers"])
            reasons += [(item, reason) for reason in wrong]
            session = _to_session(str(key), entry, settings.venue, position)
            for number, uid in enumerate(entry.get("papers") or (), start=1):
                slots[str(uid)].append(Slot(session, number))
        problems += [Problem(venue, item, "read", reason) for item, reason in reasons]
    return slots


def _to_session(key: str, entry: Mapping[str, Any], venue: Venue, position: int) -> Session:
    return Session(
        session_id=f"{venue.venue_id}-{to_slug(key)}",
        title=values.to_text(entry.get("long_name")) or values.to_text(entry.get("name")) or key,
        start=_to_time(entry.get("start_time")),
        finish=_to_time(entry.get("end_time")),
        position=position,
    )


def _to_time(given: Any) -> str | None:
    return given.isoformat() if isinstance(given, datetime) else values.to_text(given)


def _to_paper(
    row: Mapping[str, str | None],
    settings: Settings,
    slots: dict[str, list[Slot]],
    sessions: Mapping[str, Session],
    item: str,
) -> Paper:
    title = _first(row, "title")
    uid = _first(row, "uid") or to_slug(title or "") or to_slug(item)
    programme = slots.pop(uid, [])
    named = {slot.session.session_id for slot in programme}
    columns = (
        s for s in _to_slots(row, settings.venue, sessions) if s.session.session_id not in named
    )
    return Paper(
        paper_id=uid,
        venue=settings.venue,
        title=title,
        authors=tuple(to_authors(row)),
        year=settings.venue.year,
        abstract=values.to_paragraphs(row.get("abstract")),
        tldr=_first(row, "tldr"),
        tags=_to_parts(row.get("keywords") or row.get("tags")),
        language=settings.language,
        decision=values.to_decision(row.get("paper_type") or row.get("decision")),
        slots=(*programme, *columns),
        url=_first(row, "forum", "url", "paper_url", "link"),
        pdf_url=_first(row, "pdf_url", "pdf_path", "paper_link", "pdf"),
        item=item,
    )


def _first(row: Mapping[str, str | None], *columns: str) -> str | None:
    """Return the first value in these columns that is not empty."""
    return next((text for name in columns if (text := values.to_text(row.get(name)))), None)


def _to_slots(
    row: Mapping[str, str | None], venue: Venue, sessions: Mapping[str, Session]
) -> Iterator[Slot]:
    """Yield the sessions that the columns name, by their keys in the programme or their titles."""
    position = _first(row, "position") or ""
    given = _first(row, "sessions", "session") or ""
    for name in _to_parts(re.sub("[\\[\\]'\"]", "", given)):
        session_id = f"{venue.venue_id}-{to_slug(name)}"
        title = name if re.search(r"[^\W\d]", name) else f"Session {name}"
        day = _first(row, "day") or ""
        start = day if is_date(day) else None
        session = sessions.get(session_id) or Session(session_id, title, start=start)
        yield Slot(session, int(position) if re.fullmatch("[0-9]{1,6}", position) else None)


def is_date(text: str) -> bool:
    """Return whether a day is a date; some sites number the days of a conference instead."""
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None


def to_authors(row: Mapping[str, str | None]) -> Iterator[Author]:
    """Yield the authors; a name may be “Family, Given*”, or have its affiliation in brackets."""
    given = next((c for c in AUTHOR_COLUMNS if values.to_text(row.get(c))), "authors")
    parts = _to_parts(row.get(given))
    affiliations = _to_parts(row.get("affiliations") or row.get("affiliation"))
    if len(affiliations) != len(parts):
        affiliations = ("",) * len(parts)
    for part, affiliation in zip(parts, affiliations, strict=True):
        if part.strip("* "):
            yield to_author(part, values.to_text(affiliation))


def _to_unassigned(row: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the affiliations of a row if their number is not that of its authors."""
    affiliations = _to_parts(row.get("affiliations") or row.get("affiliation"))
    given = next((c for c in AUTHOR_COLUMNS if values.to_text(row.get(c))), "authors")
    return affiliations if len(affiliations) != len(_to_parts(row.get(given))) else ()


AUTHOR_COLUMNS = ("authors_and_affil", "authors_and_affiliations", "authors")
"""Columns of authors; those with affiliations come first."""


def _to_parts(given: str | None) -> tuple[str, ...]:
    """Split a list at | or ;, and at commas if it has neither; never inside brackets."""
    outside = re.sub(r"\([^()]*\)", "", given or "")
    mark = next((mark for mark in "|;\n" if mark in outside), ",")
    return values.to_list(re.split(rf"[{mark}](?![^(]*\))", given or ""))
