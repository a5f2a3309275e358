"""Read the schedule of a conference as frab, Pentabarf and pretalx export it, in XML or JSON.

Both forms have days, rooms and events with the same fields. An event with speakers or a text is a
paper, and each time at which it is presented is a session of its own, with time and room; the track
is a tag. Other events, such as a lunch, are reported as skipped.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from papersette import loading, markup
from papersette.errors import BadFile
from papersette.files import to_shown_name
from papersette.markup import Element
from papersette.records import Author, Count, LooseFile, Paper, Problem, Session, Slot, Venue
from papersette.sources import dates, people, values
from papersette.sources.attachments import Attachments
from papersette.sources.plain_text import to_plain_paragraphs
from papersette.sources.unused import to_nameless, to_unused
from papersette.sources.values import to_object
from papersette.text import to_key, to_slug, unique_id

TEXTS = (
    "id", "code", "guid", "slug", "date", "start", "duration", "room", "title", "subtitle",
    "track", "type", "language", "abstract", "description", "url", "origin_url",
)  # fmt: skip
LISTS = ("persons", "attachments")
USED = {*TEXTS, *LISTS}
TRANSLATED = ("title", "subtitle", "track", "type", "room", "abstract", "description")
"""Fields that may be an object with a text for each language, or with a name."""
IDS = ("id", "code", "guid")
"""Fields that identify an event, the preferred one first: all forms of a schedule have “id”."""
NAMES = ("public_name", "full_public_name", "display_name", "name")
"""Keys of the name of a speaker in JSON."""
PREFERRED = ("paper", "slides")
"""Words in the type or title of an attachment, the one of the PDF to use first."""
BLOCK = re.compile(
    r"</?(?:div|section|ul|ol|li|dl|dt|dd|h[1-6]|blockquote|pre|table|tr|br)\b[^<>]*>",
    re.IGNORECASE,
)
"""Tags of HTML that begin a paragraph, in addition to those that `to_plain_paragraphs` knows."""
PDF = re.compile(r"\.pdf(?:$|[?#])", re.IGNORECASE)
"""The end of the address of a PDF."""
CLOCK = re.compile(r"([01]?\d|2[0-3]):?([0-5]\d)(?::[0-5]\d)?")
DURATION = re.compile(r"(\d{1,3}):([0-5]\d)(?::[0-5]\d)?")
"""Hours and minutes, and perhaps seconds, of an event."""
REMEDY = "save the schedule.xml or schedule.json of frab or pretalx unchanged"


@dataclass(frozen=True)
class Settings:
    venue: Venue
    """The conference; missing facts, such as its time zone, are taken from the schedule."""
    file: Path
    """The schedule as .xml or .json."""
    types: list[str] = field(default_factory=list)
    """Types of events that are papers, for example [Talk, Poster]; by default, all events that have
    speakers or a text."""
    site: str | None = None
    """The site's URL, for links without it; by default, the one in the schedule."""
    files: Path | None = None
    """A folder of PDFs and its subfolders; files are named by id, code, guid or slug of an event,
    or have the name of an attachment."""
    language: str | None = None


@dataclass(frozen=True)
class _Event:
    """An event of a schedule, with what its day and room say about it."""

    item: str
    fields: Any
    """The fields by name, as in JSON; another value if it is no event."""
    room: str | None = None
    day: str | None = None
    """Date of the day; the night after it belongs to it."""
    change: str | None = None
    """Time at which a new day begins, HH:MM: an event before it is on the next date."""


@dataclass
class _Schedule:
    """The events of a schedule in its order, and the facts about the conference."""

    conference: Mapping[str, Any]
    events: list[_Event] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    """Reasons why parts of the file could not be read."""


def read(settings: Settings) -> Iterator[Paper | Problem | LooseFile | Count]:
    """Yield a paper for every event, or for all events of one paper.

    Raises `UserError` if the file is not a schedule.
    """
    source, name = settings.venue.venue_id, to_shown_name(settings.file.name)
    attached = Attachments(settings.files, source)
    yield from attached.problems
    schedule = load_schedule(settings.file)
    venue, doubts = _to_venue(settings.venue, schedule.conference)
    yield Count(len(schedule.events))
    rows = [_without_empty(one.fields) for one in schedule.events]
    unused = to_unused(rows, USED, "field")
    for reason in (*schedule.reasons, *doubts, *filter(None, [unused])):
        yield Problem(source, name, "read", reason)
    problems: list[Problem] = []
    presented = _to_presented(schedule.events, settings, problems)
    yield from problems
    base = settings.site or values.to_text(schedule.conference.get("base_url"))
    sessions, without_site = set[str](), 0
    for events in presented:
        paper = _to_paper(events, venue, settings.language, base)
        slots = tuple(_to_slots(events, venue, sessions))
        paper = replace(
            paper, slots=slots, file=attached.take(_to_file_names(events), paper.paper_id)
        )
        yield paper
        without_site += not (paper.pdf_url or paper.file or not _to_pdfs(events))
        for event in events[1:]:
            reason = f"presents the paper {paper.paper_id} again; its time is added to that paper"
            yield Problem(source, event.item, "skip", reason, paper.paper_id)
    for reason in _to_attachment_reasons(presented, without_site):
        yield Problem(source, name, "read", reason)
    yield from attached.rest(name)


def _to_presented(
    events: Iterable[_Event], settings: Settings, problems: list[Problem]
) -> list[list[_Event]]:
    """Return the events of each paper, and add a problem for each event that is none."""
    source = settings.venue.venue_id
    presented: defaultdict[str, list[_Event]] = defaultdict(list)
    for event in events:
        if not isinstance(event.fields, Mapping):
            reason = "is not an event, which is an object with a title"
            problems.append(Problem(source, event.item, "read", reason, lost=True))
            continue
        checked, reasons = _check(event.fields, settings.language)
        skipped = _to_skip_reason(checked, settings.types)
        paper_id = None if skipped else _to_id(checked)
        problems += [Problem(source, event.item, "read", reason, paper_id) for reason in reasons]
        if skipped:
            problems.append(Problem(source, event.item, "skip", skipped))
        else:
            presented[_to_id(checked) or event.item].append(replace(event, fields=checked))
    return list(presented.values())


def _to_attachment_reasons(presented: Iterable[list[_Event]], without_site: int) -> Iterator[str]:
    """Yield a reason for each kind of attachment that is not used.

    Args:
        presented: The events of each paper.
        without_site: Number of papers whose PDF has a relative address and no site.
    """
    if without_site:
        yield f"has relative addresses of PDFs ({without_site:,}), but no site; add “site”"
    urls = [set(_to_urls(events)) for events in presented]
    pdfs = sum(bool(_to_pdfs(events)) for events in presented)
    if others := sum(map(len, urls)) - pdfs:
        yield f"has attachments that are not used ({others:,}): a paper has one PDF"


def load_schedule(path: Path) -> _Schedule:
    """Return the events of a schedule. Raises `BadFile` if the file is not one."""
    schedule = _load_json(path) if path.suffix.lower() == ".json" else _load_xml(path)
    if not schedule.events:
        raise BadFile(path, "; ".join(["is a schedule without events", *schedule.reasons, REMEDY]))
    return schedule


def _load_json(path: Path) -> _Schedule:
    loaded = loading.load_json(path)
    root = to_object(loaded.value, "schedule") or to_object(loaded.value)
    conference = to_object(root, "conference")
    days = conference.get("days")
    if not isinstance(days, list):
        raise BadFile(path, f"is no schedule: it has no list of days in “conference”; {REMEDY}")
    schedule = _Schedule({**root, **conference}, reasons=list(loaded.reasons))
    for number, day in enumerate(days, start=1):
        rooms = to_object(day).get("rooms")
        if not isinstance(rooms, Mapping):
            schedule.reasons.append(
                f"has a day {number} without an object of rooms; it is not used"
            )
            continue
        for room, events in rooms.items():
            parts = events if isinstance(events, list) else [events]
            ends = (day.get("date"), day.get("day_end"), conference.get("day_change"))
            schedule.events += _to_events(path.name, parts, room, *ends)
    return schedule


def _load_xml(path: Path) -> _Schedule:
    loaded = markup.load_xml(path)
    root: Element | None = loaded.value
    if root is None or root.tag != "schedule":
        reasons = ["is no schedule: its root is not <schedule>", *loaded.reasons, REMEDY]
        raise BadFile(path, "; ".join(reasons))
    conference = root.find("conference")
    given = [*root, *(conference if conference is not None else ())]
    facts = {child.tag: "".join(child.itertext()) for child in given if not len(child)}
    lost = [f"{reason}, so that events may be missing" for reason in loaded.reasons]
    schedule = _Schedule(facts, reasons=lost)
    for day in root.findall("day"):
        ends = (day.get("date"), day.get("end"), facts.get("day_change"))
        for room in day.findall("room"):
            events = [_to_fields(event) for event in room.findall("event")]
            schedule.events += _to_events(path.name, events, room.get("name"), *ends)
    return schedule


def _to_events(
    name: str, parts: Iterable[Any], room: Any, date: Any, end: Any, change: Any
) -> Iterator[_Event]:
    """Yield the events of a room on a day; `end` is the end of the day."""
    day, last = values.to_text(date), values.to_text(end) or ""
    clock = to_clock(change) or (to_clock(last[11:]) if day and last[:10] > day else None)
    for number, fields in enumerate(parts, start=1):
        label = _to_id(to_object(fields)) or f"{number} of {room} on {day}"
        yield _Event(f"{name}: event {label}"[:300], fields, values.to_text(room), day, clock)


def _to_fields(event: Element) -> dict[str, Any]:
    """Return the fields of an event in XML, in the form that they have in JSON."""
    fields: dict[str, Any] = dict(event.attrib)
    for child in event:
        text = "".join(child.itertext())
        if child.tag == "persons":
            fields[child.tag] = [{"name": "".join(one.itertext()), **one.attrib} for one in child]
        elif child.tag in {"attachments", "links"}:
            fields[child.tag] = [
                {"url": one.get("href"), "title": "".join(one.itertext()), "type": one.get("type")}
                for one in child
            ]
        else:
            fields[child.tag] = text
    return fields


def _without_empty(event: Any) -> dict[str, Any]:
    """Return the fields that have a value: an export has every field for every event."""
    return {key: value for key, value in to_object(event).items() if value and value != "false"}


def _to_id(fields: Mapping[str, Any]) -> str | None:
    return next((text for name in IDS if (text := values.to_text(fields.get(name)))), None)


def _check(event: Mapping[str, Any], language: str | None) -> tuple[dict[str, Any], list[str]]:
    """Return the fields of an event without values of the wrong type, and a reason for each."""
    one = dict(event)
    for name in TRANSLATED:
        if isinstance(given := one.get(name), Mapping):
            texts = (given.get(language or ""), given.get("name"), *given.values())
            one[name] = next((text for text in texts if isinstance(text, str)), given)
    checked, reasons = values.check_types(one, TEXTS, LISTS)
    fields: dict[str, Any] = dict.fromkeys((*TEXTS, *LISTS))
    fields |= checked
    duration = values.to_text(fields["duration"])
    if duration and to_minutes(duration) is None:
        reasons.append(f"has the duration “{duration[:80]}”, which is none; write it as 00:45")
    people_given = fields["persons"] or []
    nameless = len(people_given) - len(list(to_speakers(people_given)))
    reasons += filter(None, [to_nameless(nameless, len(people_given), "speaker")])
    return fields, reasons


def _to_skip_reason(event: Mapping[str, Any], types: Sequence[str]) -> str | None:
    """Return the reason why an event is no paper; None if it is one."""
    kind, title = values.to_text(event["type"]), values.to_text(event["title"]) or "unnamed"
    if types:
        wanted = {one.lower() for one in map(str, types)}
        shown = f"of the type {kind}" if kind else "without a type"
        return None if (kind or "").lower() in wanted else f"is an event {shown}: {title[:200]}"
    texts = (event["persons"], event["abstract"], event["description"])
    return None if any(texts) else f"is an event without speakers and text: {title[:200]}"


def _to_venue(venue: Venue, conference: Mapping[str, Any]) -> tuple[Venue, list[str]]:
    """Return the catalog's venue with the facts of the schedule, and what cannot be used."""

    def text(name: str) -> str | None:
        return values.to_text(conference.get(name))

    doubts, zone, title = [], text("time_zone_name"), text("title")
    if zone and not _is_zone(zone):
        doubts.append(f"has the time zone “{zone[:80]}”, which is unknown; add it to the venue")
        zone = None
    days = [date[:10] for name in ("start", "end") if (date := text(name))]
    location = ", ".join(filter(None, (text("venue"), text("city"))))
    known = replace(
        venue,
        year=venue.year or dates.to_year(text("start")),
        timezone=venue.timezone or zone,
        event=venue.event or (title if to_key(title or "") != to_key(venue.name) else None),
        location=venue.location or location or None,
        dates=venue.dates or " – ".join(dict.fromkeys(days)) or None,
    )
    return known, doubts


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError):  # an unknown name, a folder, or a bad path
        return False
    return True


def _to_paper(
    events: Sequence[_Event], venue: Venue, language: str | None, base: str | None
) -> Paper:
    """Return the paper of these events without its file and times."""

    def given(name: str) -> Any:
        return next((one.fields[name] for one in events if one.fields[name]), None)

    title, item = _to_title(given("title"), given("subtitle")), events[0].item
    paper_id = _to_id(events[0].fields) or to_slug(title or "") or to_slug(item)
    return Paper(
        paper_id=paper_id,
        venue=venue,
        title=title,
        authors=tuple(to_speakers(given("persons") or ())),
        year=venue.year,
        abstract=to_abstract(given("abstract"), given("description")),
        tags=values.to_list([given("track")]),
        language=values.to_language(given("language")) or language,
        url=_to_address(given("url") or given("origin_url"), base),
        pdf_url=_to_address(next(iter(_to_pdfs(events)), None), base),
        item=item,
    )


def _to_title(title: Any, subtitle: Any) -> str | None:
    first, second = values.to_plain(title), values.to_plain(subtitle)
    if not second or (first and to_key(second) in to_key(first)):
        return first
    mark = "" if not first or first[-1] in ".:!?…" else ":"
    return f"{first}{mark} {second}" if first else second


def to_abstract(abstract: Any, description: Any) -> str | None:
    """Return the short and the long text of an event, without HTML; a repeated one is left out.

    >>> to_abstract("On moss.", "<p>On moss.</p><ul><li>Wet &amp; dry</li></ul>")
    'On moss.\\n\\nWet & dry'
    """
    texts = [text for one in (abstract, description) if (text := _to_paragraphs(one))]
    if len(texts) == 2 and to_key(texts[1]).startswith(to_key(texts[0])):
        texts = texts[1:]
    return "\n\n".join(texts) or None


def _to_paragraphs(given: Any) -> str | None:
    return to_plain_paragraphs(BLOCK.sub("\n\n", given) if isinstance(given, str) else given)


def to_speakers(persons: Sequence[Any]) -> Iterator[Author]:
    """Yield the speakers; an affiliation is in brackets after the name."""
    for person in persons:
        given = to_object(person)
        names = [given.get(name) for name in NAMES] if given else [person]
        if name := next((text for one in names if (text := values.to_text(one))), None):
            affiliation = values.to_text(given.get("affiliation") or given.get("organization"))
            orcid = values.to_orcid(given.get("orcid"))
            yield replace(people.to_author(name, affiliation), orcid=orcid)


def _to_urls(events: Iterable[_Event]) -> dict[str, str]:
    """Return the addresses of all attachments with the type and title of each."""
    given = [to_object(one) for event in events for one in event.fields["attachments"] or ()]
    named = ((values.to_text(one.get("url") or one.get("href")), one) for one in given)
    return {url: f"{one.get('type')} {one.get('title')}".lower() for url, one in named if url}


def _to_pdfs(events: Iterable[_Event]) -> list[str]:
    """Return the addresses of the attached PDFs, the preferred one first."""
    urls = _to_urls(events)
    pdfs = [url for url in urls if PDF.search(url)]
    rank = {url: [word not in urls[url] for word in PREFERRED] for url in pdfs}
    return sorted(pdfs, key=lambda url: rank[url])


def _to_file_names(events: Iterable[_Event]) -> Iterator[str]:
    """Yield the names that the PDF of a paper may have, those of attachments first."""
    yield from (re.sub("[?#].*", "", url) for url in _to_pdfs(events))
    for event in events:
        for name in (*IDS, "slug"):
            if text := values.to_text(event.fields[name]):
                yield f"{text}.pdf"


def _to_address(given: Any, base: str | None) -> str | None:
    """Return an address with that of the site; without a site, a relative one leads nowhere."""
    url = values.to_text(given)
    if url is None or re.match("https?:", url):
        return url
    try:
        full = urljoin(base or "", url)
    except ValueError:
        return None
    return full if full.startswith("http") else None


def _to_slots(events: Sequence[_Event], venue: Venue, taken: set[str]) -> Iterator[Slot]:
    """Yield a slot for each event with a time or a room; add the ids of its sessions to `taken`."""
    for event in events:
        given = event.fields
        start, room = to_start(event), values.to_text(given["room"]) or event.room
        if not start and not room:
            continue
        title = _to_title(given["title"], given["subtitle"]) or event.item
        base = f"{venue.venue_id}-{to_slug(_to_id(given) or title)}"
        session_id = unique_id(base, taken)
        taken.add(session_id)
        finish = to_finish(start, given["duration"])
        yield Slot(Session(session_id, title, values.to_text(given["type"]), start, finish, room))


def to_start(event: _Event) -> str | None:
    """Return the start of an event in ISO 8601, by its own date or that of its day.

    >>> to_start(_Event("", {"date": None, "start": "00:30"}, day="2019-08-21", change="04:00"))
    '2019-08-22T00:30:00'
    >>> to_start(_Event("", {"date": "2019-08-21T11:00:00+02:00", "start": "11:00"}))
    '2019-08-21T11:00:00+02:00'
    """
    own, clock = values.to_text(event.fields["date"]) or "", to_clock(event.fields["start"])
    if len(own) > 10:
        return own
    date = own or event.day
    if not date or not clock:
        return date or values.to_text(event.fields["start"])
    try:
        start = datetime.fromisoformat(f"{date}T{clock}")
        is_next_day = event.change is not None and clock < event.change
        return (start + timedelta(days=int(is_next_day))).isoformat()
    except (ValueError, OverflowError):
        return f"{date} {clock}"


def to_clock(given: Any) -> str | None:
    """Return a time of day as HH:MM; None if it is none.

    >>> to_clock("9:30"), to_clock("09:00:00"), to_clock("noon")
    ('09:30', '09:00', None)
    """
    found = CLOCK.match(values.to_text(given) or "")
    return f"{int(found[1]):02}:{found[2]}" if found else None


def to_minutes(duration: str) -> int | None:
    """Return the minutes of a duration of hours and minutes; None if it is none.

    >>> to_minutes("00:45"), to_minutes("01:30:00"), to_minutes("long")
    (45, 90, None)
    """
    found = DURATION.fullmatch(duration)
    return 60 * int(found[1]) + int(found[2]) if found else None


def to_finish(start: str | None, duration: Any) -> str | None:
    """Return the end of an event; None if its time or duration is unknown."""
    minutes = to_minutes(values.to_text(duration) or "")
    if not start or len(start) <= 10 or not minutes:
        return None
    try:
        return (datetime.fromisoformat(start) + timedelta(minutes=minutes)).isoformat()
    except (ValueError, OverflowError):
        return None
