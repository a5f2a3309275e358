"""Makes the programme of a reader: sessions of the papers in a library, by venue and time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from papersette.site.programme import Block, to_blocks, to_date, to_moment, to_offset, to_zone

Row = Mapping[str, Any]
"""A session, as the canned query `sessions_of_papers` returns it."""


@dataclass(frozen=True)
class PersonalDay:
    """A day with sessions. `day` is YYYY-MM-DD, or empty for sessions without a date."""

    day: str
    blocks: list[Block]


@dataclass(frozen=True)
class PersonalVenue:
    """The sessions of one venue, in time order."""

    venue: str
    zone: str | None
    """IANA name of the time zone; None if the catalog does not give it."""
    moment: datetime | None
    """A time of the programme in its time zone, for the name and offset of the zone."""
    days: list[PersonalDay]
    is_past: bool

    @property
    def offset(self) -> str:
        """The offset from UTC, such as "UTC−05:00"; empty if times have no zone."""
        return to_offset(self.moment)


def to_personal_programme(rows: Iterable[Row], today: str) -> list[PersonalVenue]:
    """Return the venues of sessions: coming venues first, the next one at the top.

    Args:
        rows: Sessions in printed order.
        today: Date of today, such as 2026-11-30.
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["venue"], []).append(row)
    found = [to_venue(venue, sessions, today) for venue, sessions in groups.items()]
    coming = sorted((one for one in found if not one.is_past), key=_to_order)
    return coming + sorted((one for one in found if one.is_past), key=_to_order, reverse=True)


def to_venue(venue: str, sessions: Sequence[Row], today: str) -> PersonalVenue:
    """Return the sessions of one venue by day."""
    zone = to_zone(sessions)
    by_day: dict[str, list[Row]] = {}
    for session in sessions:
        by_day.setdefault(_to_day(session, zone), []).append(session)
    days = [day for day in sorted(by_day) if day] + [""] * ("" in by_day)
    moments = (to_moment(session["start"], zone) for session in sessions)
    return PersonalVenue(
        venue=venue,
        zone=next((session["timezone"] for session in sessions if session["timezone"]), None),
        moment=next((moment for moment in moments if moment and moment.tzinfo), None),
        days=[PersonalDay(day, to_blocks(by_day[day], zone)) for day in days],
        is_past=bool(max(days)) and max(days) < today,
    )


def _to_day(session: Row, zone: tzinfo | None) -> str:
    moment = to_moment(session["start"], zone)
    return moment.date().isoformat() if moment else to_date(session["start"])


def _to_order(one: PersonalVenue) -> tuple[bool, str, str]:
    return not one.days[0].day, one.days[0].day, one.venue


def to_calendar_rows(rows: Iterable[Row], stamp: str) -> list[dict[str, Any]]:
    """Return sessions for papersette.exports.ical; times have an offset if the zone is known.

    Args:
        rows: Sessions.
        stamp: Time when the programme was read, in ISO 8601.
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["venue"], []).append(row)
    return [
        {
            "session_id": row["session_id"],
            "title": row["session"],
            "start": _to_iso(row["start"], zone),
            "finish": _to_iso(row["finish"], zone),
            "room": row["room"],
            "stamp": stamp,
            "papers": [paper["title"] for paper in json.loads(row["papers"])],
        }
        for sessions in groups.values()
        for zone in [to_zone(sessions)]
        for row in sessions
    ]


def _to_iso(text: str | None, zone: tzinfo | None) -> str | None:
    moment = to_moment(text, zone)
    return moment.isoformat() if moment else text
