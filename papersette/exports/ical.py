"""Writes iCalendar (RFC 5545) files of the sessions that have a date and a time.

Times with an offset are written in UTC; times without are local times of the venue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import icalendar

from papersette.exports.rows import SessionRow

MEDIA_TYPE = "text/calendar; charset=utf-8"
EXTENSION = "ics"


def write(sessions: Iterable[SessionRow], to_page: Callable[[str], str]) -> str | None:
    """Return a calendar, or None if no session has a time; `to_page` returns the address of one."""
    events = [
        to_event(session, start, to_page)
        for session in sessions
        if (start := to_time(session["start"]))
    ]
    if not events:
        return None
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Papersette//papersette//EN")
    calendar.add("version", "2.0")
    for event in events:
        calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")


def to_event(
    session: SessionRow, start: datetime, to_page: Callable[[str], str]
) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{session['session_id']}@papersette")
    event.add("dtstamp", datetime.fromisoformat(session["stamp"]))
    event.add("dtstart", start)
    if finish := to_time(session["finish"]):
        event.add("dtend", finish)
    event.add("summary", session["title"])
    event.add("description", "\n".join(session["papers"]))
    event.add("url", to_page(session["session_id"]))
    if session["room"]:
        event.add("location", session["room"])
    return event


def to_time(text: str | None) -> datetime | None:
    """Parse a date with a time; return None for a date alone or any other text.

    >>> to_time("2019-05-06"), to_time("2019-05-06 09:30")
    (None, datetime.datetime(2019, 5, 6, 9, 30))
    >>> to_time("2020-11-16T11:00:00-05:00").isoformat()
    '2020-11-16T16:00:00+00:00'
    """
    try:
        time = datetime.fromisoformat(text) if text and "T" in text.replace(" ", "T") else None
    except ValueError:
        return None
    return time.astimezone(UTC) if time and time.tzinfo else time
