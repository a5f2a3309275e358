"""Checks the items of every source for ids, characters, numbers and times that cannot be published.

Only the value that cannot be published is left out or replaced: the paper is kept, and a problem
reports the change.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from papersette.records import Paper, Problem, Session, Slot
from papersette.sources import dates
from papersette.sources.unused import to_nameless
from papersette.text import to_slug

LONGEST_ID = 250
"""Longest paper_id in characters; it is part of addresses and file names."""
LONGEST_TEXT = 1_000_000
"""Longest text of metadata in characters."""
MOST_PARTS = 10_000
"""Largest number of authors, tags, reviews or sessions of one paper."""
SURROGATE = re.compile("[\\ud800-\\udfff]")
TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?")
"""A date, or a date with a time, in ISO 8601."""

NOT_WEB = re.compile(r"\s*(?!https?:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)
"""The start of a URL that readers of the site cannot follow, such as file:///home/me/x.pdf."""

T = TypeVar("T")


def check(item: T) -> tuple[T, list[Problem]]:
    """Return an item of a source in a form that can be published, and a problem for each change."""
    if isinstance(item, Problem):
        return _to_storable(item, set()), []
    if not isinstance(item, Paper):
        return item, []
    changes: set[str] = set()
    paper = _to_storable(item, changes)
    reasons = [(paper.item or paper.paper_id, reason) for reason in sorted(changes)]
    named = tuple(author for author in paper.authors if any(map(str.isalnum, author.name)))
    without = len(paper.authors) - len(named)
    if unnamed := to_nameless(without, len(paper.authors), "author", "only signs as name"):
        reasons.append((paper.item or paper.paper_id, unnamed))
        paper = dataclasses.replace(paper, authors=named)
    published, wrong = _to_published(paper.published)
    if published != paper.published:
        paper = dataclasses.replace(paper, published=published)
        reasons += [(paper.item or paper.paper_id, wrong)] if wrong else []
    if (paper_id := to_paper_id(paper)) != paper.paper_id:
        reasons.append((paper.item or paper_id, _id_reason(paper.paper_id, paper_id)))
        paper = dataclasses.replace(paper, paper_id=paper_id)
    if paper.pdf_url and NOT_WEB.match(paper.pdf_url):
        where = paper.item or paper_id
        reasons.append((where, f"has a pdf_url that is not a web address: {paper.pdf_url[:80]}"))
        paper = dataclasses.replace(paper, pdf_url=None)
    zone = ZoneInfo(paper.venue.timezone) if paper.venue.timezone else None
    slots = tuple(Slot(_with_times(slot.session, zone), slot.position) for slot in paper.slots)
    reasons += [
        reason
        for old, new in zip(paper.slots, slots, strict=True)
        for reason in _time_reasons(old.session, new.session)
    ]
    source, paper = paper.source or paper.venue.venue_id, dataclasses.replace(paper, slots=slots)
    problems = [Problem(source, where, "read", why, paper_id) for where, why in reasons]
    return paper, problems


def _to_published(given: str | None) -> tuple[str | None, str | None]:
    """Return a date of publication in ISO 8601, and a reason if not all of it could be used."""
    if given is None or dates.to_date(*given.split("-")[:3]) == given:
        return given, None
    return dates.read_date(given)


def to_paper_id(paper: Paper) -> str:
    """Return the id of a paper, or a new one if its id is empty or too long for an address."""
    if not paper.paper_id.strip():
        return to_slug(f"{paper.venue.venue_id} {paper.item or ''}") or "paper"
    if len(paper.paper_id) <= LONGEST_ID:
        return paper.paper_id
    digest = hashlib.sha256(paper.paper_id.encode()).hexdigest()[:12]
    return f"{paper.paper_id[: LONGEST_ID - 13]}-{digest}"


def _id_reason(given: str, paper_id: str) -> str:
    if not given.strip():
        return f"has no id; it is published as {paper_id}"
    return f"has an id of {len(given):,} characters; it is published as {paper_id}"


def is_time(text: str) -> bool:
    """Return whether the text is a date, or a date with a time, in ISO 8601.

    >>> is_time("2019-06-11T09:00"), is_time("2019-06-11"), is_time("Tue 11 June 2019, 9:00")
    (True, True, False)
    """
    try:
        return bool(
            TIME.fullmatch(text) and (date if len(text) == 10 else datetime).fromisoformat(text)
        )
    except ValueError:
        return False


def _with_times(session: Session, zone: ZoneInfo | None) -> Session:
    start, finish = (
        to_local(text, zone) if text and is_time(text) else None
        for text in (session.start, session.finish)
    )
    return dataclasses.replace(session, start=start, finish=finish)


def to_local(text: str, zone: ZoneInfo | None) -> str:
    """Return a time in the time zone of the venue; a date is returned as it is.

    >>> to_local("2020-11-16T16:00:00+00:00", ZoneInfo("America/New_York"))
    '2020-11-16T11:00:00-05:00'
    >>> to_local("2019-06-11T09:00", ZoneInfo("Europe/Paris"))
    '2019-06-11T09:00:00+02:00'
    """
    if zone is None or len(text) == 10:
        return text
    time = datetime.fromisoformat(text)
    local = time.astimezone(zone) if time.tzinfo else time.replace(tzinfo=zone)
    return local.isoformat()


def _time_reasons(old: Session, new: Session) -> Iterator[tuple[str, str]]:
    for name in ("start", "finish"):
        text = getattr(old, name)
        if text and getattr(new, name) is None:
            yield (
                f"session {new.title}"[:200],
                f"has the {name} “{text[:80]}”, which is not a time such as 2019-06-11T09:00; "
                "the session is listed without it",
            )


def _to_storable(value: Any, changes: set[str]) -> Any:
    """Return a record with every text and number in a form that SQLite can store."""
    if isinstance(value, str):
        return _to_storable_text(value, changes)
    if isinstance(value, int) and abs(value) >= 2**63:
        changes.add("has a number that is too large; it is not used")
        return None
    if isinstance(value, tuple):
        if len(value) > MOST_PARTS:
            changes.add(f"has a list of {len(value):,} parts; {MOST_PARTS:,} are used")
        return tuple(_to_storable(part, changes) for part in value[:MOST_PARTS])
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        given = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        stored = {name: _to_storable(part, changes) for name, part in given.items()}
        different = {name: part for name, part in stored.items() if part is not given[name]}
        return dataclasses.replace(value, **different) if different else value
    return value


def _to_storable_text(text: str, changes: set[str]) -> str:
    if len(text) > LONGEST_TEXT:
        changes.add(f"has a text of {len(text):,} characters; {LONGEST_TEXT:,} are used")
        text = text[:LONGEST_TEXT]
    if text.isascii() or not SURROGATE.search(text):
        return text
    changes.add("has half of a pair of surrogates, which is no character; � stands for it")
    return SURROGATE.sub("\ufffd", text)
