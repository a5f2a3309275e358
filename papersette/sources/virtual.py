"""Read the JSON event list of a virtual conference site: icml.cc, neurips.cc or iclr.cc.

An event with the URL of a paper, or of a type that presents papers, is a paper. Several events with
the same paper are one paper with several slots. Every other event is reported as skipped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from papersette import loading
from papersette.errors import UserError
from papersette.records import Author, Count, Paper, Problem, Session, Slot, Venue
from papersette.sources import values
from papersette.sources.unused import to_nameless, to_unused, without_empty
from papersette.text import to_key, to_slug

PAPER_KINDS = {"poster", "oral", "spotlight", "paper"}
"""Words in an event's type that mean that it presents a paper."""

TEXTS = (
    "name eventtype event_type paper_url paper_pdf_url virtualsite_url abstract decision session "
    "starttime endtime room_name"
).split()
USED = {*TEXTS, "id", "authors", "keywords", "poster_position"}
ABOUT_SITE = frozenset(
    """uid children children_ids children_url diversity_event latitude longitude parent1 parent2
    parent2_id related_events related_events_ids schedule_html show_in_schedule_overview sourceid
    sourceurl visible""".split()
)
"""Keys that are about the site and its pages, or repeat others."""
Event = Mapping[str, Any]


@dataclass(frozen=True)
class Settings:
    venue: Venue
    file: Path
    """The list of events, as {"count": …, "results": […]} or as a plain list."""
    abstracts: Path | None = None
    """A JSON object of abstracts by event id, if the site has them in a separate file."""
    site: str | None = None
    """The site's URL, for links: https://icml.cc"""
    language: str | None = None


def read(settings: Settings) -> Iterator[Paper | Problem | Count]:
    """Yield a paper for every event, or for all events of one paper.

    Raises `UserError` if the file is not a list of events.
    """
    source, name = settings.venue.venue_id, settings.file.name
    loaded = loading.load_json(settings.file)
    events, total = _to_events(loaded.value, settings.file)
    abstracts = _read_object(settings.abstracts) if settings.abstracts else {}
    for reason in (*loaded.reasons, *_to_reasons(events, total)):
        yield Problem(source, name, "read", reason)
    yield Count(len(events))
    papers: defaultdict[str, list[tuple[str, Event]]] = defaultdict(list)
    for index, given in enumerate(events):
        item = f"{name}: event {index}"
        if not isinstance(given, Mapping):
            reason = "is not an event, which is a JSON object"
            yield Problem(source, item, "read", reason, lost=True)
            continue
        event, reasons = _check(given)
        yield from (Problem(source, item, "read", reason) for reason in reasons)
        if _is_paper(event):
            papers[_identity(event, item)].append((item, event))
        else:
            kind = _kind(event) or "without a type"
            reason = f"is an event ({kind}), not a paper: {_name(event) or 'unnamed'}"
            yield Problem(source, item, "skip", reason)
    for presented in papers.values():
        paper, again = _to_paper(presented, abstracts, settings)
        yield paper
        for item in again:
            reason = (
                f"presents the paper {paper.paper_id} again; its session is added to that paper"
            )
            yield Problem(source, item, "skip", reason, paper.paper_id)


def _to_reasons(events: Sequence[Any], total: int) -> Iterator[str]:
    """Yield what the list lacks, and what is not used of it; `total` is its own count of events."""
    if total > len(events):
        yield f"has {len(events):,} of {total:,} events; fetch it again with ?limit={total}"
    papers = (without_empty(one) for one in events if isinstance(one, Mapping) and _is_paper(one))
    if unused := to_unused(papers, USED | ABOUT_SITE, "key"):
        yield unused


def _check(given: Event) -> tuple[Event, list[str]]:
    """Return an event without values of the wrong type, and what cannot be used of it."""
    event, reasons = values.check_types(given, TEXTS, ["authors"])
    authors = event.get("authors") or []
    nameless = len(authors) - len(list(to_authors(authors)))
    reasons += filter(None, [to_nameless(nameless, len(authors), "author")])
    return event, reasons


def _to_events(given: Any, path: Path) -> tuple[list[Any], int]:
    """Return the events, and the file's own count of them."""
    events = given.get("results") if isinstance(given, Mapping) else given
    if not isinstance(events, list):
        raise UserError(
            f"{path}: has no list of events; save the file from the site's /static/virtual/data/"
        )
    count = given.get("count") if isinstance(given, Mapping) else None
    return events, count if isinstance(count, int) else len(events)


def _read_object(path: Path) -> Mapping[str, Any]:
    given = loading.load_json(path).value
    if not isinstance(given, Mapping):
        raise UserError(f"{path}: must be a JSON object of abstracts by event id")
    return given


def _kind(event: Event) -> str | None:
    return values.to_text(event.get("eventtype")) or values.to_text(event.get("event_type"))


def _name(event: Event) -> str | None:
    return values.to_text(event.get("name"))


def _is_paper(event: Event) -> bool:
    words = set((_kind(event) or "").lower().replace("-", " ").split())
    return bool(
        event.get("paper_url")
        or event.get("paper_pdf_url")
        or (words & PAPER_KINDS and "session" not in words)
    )


def _identity(event: Event, item: str) -> str:
    """Return the key of an event's paper: its URL, or else its title, as event ids differ."""
    return values.to_text(event.get("paper_url")) or to_key(_name(event) or "") or item


def _to_paper(
    presented: list[tuple[str, Event]], abstracts: Mapping[str, Any], settings: Settings
) -> tuple[Paper, list[str]]:
    """Return the paper of these events, and the items of all but the first."""
    item, first = presented[0]
    events = [event for _, event in presented]

    def given(name: str) -> Any:
        return next((event[name] for event in events if event.get(name)), None)

    abstract = given("abstract") or next(
        (a for event in events if (a := abstracts.get(str(event.get("id"))))), None
    )
    paper = Paper(
        paper_id=values.to_text(first.get("id")) or to_slug(_name(first) or item),
        venue=settings.venue,
        title=_name(first),
        authors=tuple(to_authors(given("authors") or ())),
        year=settings.venue.year,
        abstract=values.to_paragraphs(abstract),
        tags=values.to_list(given("keywords")),
        language=settings.language,
        decision=values.to_decision(given("decision") or _kind(first)),
        slots=tuple(slot for event in events if (slot := _to_slot(event, settings.venue))),
        url=_to_url(given("paper_url") or given("virtualsite_url"), settings.site),
        pdf_url=_to_url(given("paper_pdf_url"), settings.site),
        item=item,
    )
    return paper, [item for item, _ in presented[1:]]


def to_authors(given: Iterable[Any]) -> Iterator[Author]:
    """Yield the authors that have a name; an author is an object or a name."""
    for one in given:
        person = one if isinstance(one, Mapping) else {"fullname": one}
        if name := values.to_text(person.get("fullname")):
            yield Author(name, values.to_text(person.get("institution")))


def _to_slot(event: Event, venue: Venue) -> Slot | None:
    title = values.to_text(event.get("session"))
    start, room = values.to_text(event.get("starttime")), values.to_text(event.get("room_name"))
    if not title and not start:
        return None
    name = title or f"{_kind(event)} {start}"
    session_id = f"{venue.venue_id}-{to_slug(name)}"
    position = values.to_text(event.get("poster_position")) or ""
    session = Session(
        session_id, name, _kind(event), start, values.to_text(event.get("endtime")), room
    )
    return Slot(session, int(position) if position.isdecimal() else None)


def _to_url(given: Any, site: str | None) -> str | None:
    url = values.to_text(given)
    return f"{(site or '').rstrip('/')}{url}" if url and url.startswith("/") and site else url
