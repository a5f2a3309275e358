"""Makes the programme of a venue by day and time, and finds the sessions that run at a moment.

Sessions come in printed order. A time with an offset from UTC is a moment; a time without one is
local time of the venue, whose zone is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Row = Mapping[str, Any]
"""A session, as the canned query `programme` returns it."""
BEFORE = timedelta(days=1)
"""Time before the start of a programme from which its first sessions are shown as next."""


@dataclass(frozen=True)
class Block:
    """Sessions that begin and end at the same time."""

    start: str
    """Time of day, HH:MM; empty if unknown."""
    finish: str
    sessions: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Day:
    """A day with sessions. `day` is YYYY-MM-DD, or empty for sessions without a date."""

    day: str
    sessions: int
    is_shown: bool


@dataclass(frozen=True)
class Programme:
    """One day of a venue's programme."""

    days: list[Day]
    blocks: list[Block]
    zone: str | None
    """IANA name of the time zone; None if the catalog does not give it."""
    moment: datetime | None
    """A time of the programme in its time zone, for the name and offset of the zone."""
    now: list[Row]
    following: list[Row]
    """Sessions that begin next, if the programme is running or begins within a day."""

    @property
    def offset(self) -> str:
        """The offset from UTC, such as "UTC−05:00"; empty if times have no zone."""
        return to_offset(self.moment)


def to_programme(rows: Sequence[Row], asked_day: str = "", at: str = "") -> Programme:
    """Return one day of a venue's programme.

    Args:
        rows: All sessions of the venue, in printed order.
        asked_day: The day to show, YYYY-MM-DD; by default today, or the first day.
        at: The moment for "now" and "next" in ISO 8601; by default the server's time.
    """
    zone = to_zone(rows)
    by_day: dict[str, list[Row]] = {}
    for row in rows:
        start = to_moment(row["start"], zone)
        by_day.setdefault(start.date().isoformat() if start else to_date(row["start"]), []).append(
            row
        )
    dated = sorted(filter(None, by_day))
    moment = to_now(at, zone)
    today = moment.date().isoformat() if moment else ""
    shown = next((day for day in (asked_day, today, *dated, "") if day in by_day), "")
    now, following = to_current(rows, zone, moment)
    starts = (to_moment(row["start"], zone) for row in by_day.get(shown, ()))
    return Programme(
        days=[Day(day, len(by_day[day]), day == shown) for day in [*dated, *({""} & set(by_day))]],
        blocks=to_blocks(by_day.get(shown, ()), zone),
        zone=next((row["timezone"] for row in rows if row["timezone"]), None),
        moment=next((start for start in starts if start and start.tzinfo), None),
        now=now,
        following=following,
    )


def to_zone(rows: Iterable[Row]) -> tzinfo | None:
    """Return the time zone of a programme: that of its venue, or the offset of its first time."""
    for row in rows:
        if row["timezone"]:
            try:
                return ZoneInfo(row["timezone"])
            except (ZoneInfoNotFoundError, ValueError):
                return None
        if (start := to_moment(row["start"], None)) and start.tzinfo:
            return start.tzinfo
    return None


def to_moment(text: str | None, zone: tzinfo | None) -> datetime | None:
    """Parse a date with a time, in a time zone; return None for a date alone or any other text."""
    if not text or len(text) <= 10:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    if zone is None:
        return time
    return time.astimezone(zone) if time.tzinfo else time.replace(tzinfo=zone)


def to_date(text: str | None) -> str:
    """Return the date at the start of a time, or "" if there is none."""
    try:
        return datetime.fromisoformat((text or "")[:10]).date().isoformat()
    except ValueError:
        return ""


def to_now(at: str, zone: tzinfo | None) -> datetime | None:
    """Return the requested or current moment; None if the programme has no zone."""
    if zone is None:
        return None
    return to_moment(at, zone) or datetime.now(UTC).astimezone(zone)


def to_current(
    rows: Sequence[Row], zone: tzinfo | None, moment: datetime | None
) -> tuple[list[Row], list[Row]]:
    """Return the sessions that run at a moment, and those that begin next."""
    if moment is None:
        return [], []
    times = [(to_moment(row["start"], zone), to_moment(row["finish"], zone)) for row in rows]
    now = [
        row
        for row, (start, finish) in zip(rows, times, strict=True)
        if start and finish and start <= moment < finish
    ]
    starts = [start for start, _ in times if start]
    later = min((start for start in starts if start > moment), default=None)
    if later is None or min(starts) - BEFORE > moment:
        return now, []
    return now, [row for row, (start, _) in zip(rows, times, strict=True) if start == later]


def to_blocks(rows: Iterable[Row], zone: tzinfo | None) -> list[Block]:
    """Group sessions by their start and end, in order."""
    blocks: dict[tuple[str, str], Block] = {}
    for row in rows:
        times = to_clock(row["start"], zone), to_clock(row["finish"], zone)
        blocks.setdefault(times, Block(*times)).sessions.append(row)
    return sorted(blocks.values(), key=lambda block: (not block.start, block.start))


def to_clock(text: str | None, zone: tzinfo | None) -> str:
    """Return the time of day, HH:MM; "" if there is none."""
    moment = to_moment(text, zone)
    return f"{moment:%H:%M}" if moment else ""


def to_offset(moment: datetime | None) -> str:
    """Return the offset of a moment from UTC.

    >>> to_offset(datetime.fromisoformat("2020-11-16T11:00-05:00")), to_offset(datetime.now(UTC))
    ('UTC−05:00', 'UTC')
    """
    offset = moment.utcoffset() if moment else None
    if offset is None:
        return ""
    if not offset:
        return "UTC"
    minutes = abs(int(offset.total_seconds())) // 60
    return f"UTC{'−' if offset < timedelta(0) else '+'}{minutes // 60:02}:{minutes % 60:02}"
