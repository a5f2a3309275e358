"""Read a dump of a venue's notes from OpenReview (API v1 or v2).

Folders of PDFs or texts and of forum threads, named by forum id, may accompany the dump. The forum
id is the paper_id, so openreview.net/forum?id=<paper_id> shows the same paper.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from papersette import loading
from papersette.errors import BadFile, UserError
from papersette.records import Author, Count, Paper, Problem, Review, Venue
from papersette.sources import files, live, values
from papersette.sources.unused import to_nameless, to_unused, without_empty
from papersette.text import to_slug

TEXTS = ("title", "abstract", "TL;DR", "pdf", "venue")
USED = {*TEXTS, "TLDR", "venueid", "keywords", "authors"}
"""Fields of submissions that are read."""
REPEATED = {"authorids", "paperhash", "_bibtex"}
"""Fields of submissions that repeat others, or are about accounts."""
REVIEW_TEXTS = ("review", "main_review", "comment", "summary")
USED_OF_REVIEWS = {*REVIEW_TEXTS, "rating", "recommendation", "confidence", "title"}
"""Fields of reviews that are read."""
SITE = "https://openreview.net"


@dataclass(frozen=True)
class Settings:
    venue: Venue
    notes: Path | None = None
    """The dump: a JSON list of notes, or an object with that list as “notes”."""
    files: Path | None = None
    """A folder of PDFs or texts: <forum id>.pdf, <forum id>.txt, or pdf?id=<forum id>.txt."""
    reviews: Path | None = None
    """A folder of forum threads as the API returns them: <forum id> or <forum id>.json."""
    language: str | None = None
    pdf_url: str | None = None
    """URL template of a PDF with {paper_id}; by default its URL at OpenReview."""
    group: str | None = None
    """A venue to read live, instead of a dump: ICLR.cc/2019/Conference."""
    api: str = "https://api2.openreview.net"
    api_1: str = "https://api.openreview.net"
    """The API of venues before about 2023."""


def fetch(settings: Settings, folder: Path, *, offline: bool) -> tuple[Settings, list[Problem]]:
    """Save the submissions of the group as a dump in `folder`; return settings to read it."""
    if settings.group is None:
        return settings, []
    openreview = live.load_client("openreview")
    path = folder / f"openreview-{to_slug(settings.group)}.json"

    def request() -> str:
        notes = _fetch_notes(openreview, settings)
        return json.dumps({"notes": notes}, ensure_ascii=False)

    name, error = f"OpenReview, {settings.group}", openreview.OpenReviewException
    warning = live.fetch_answer(path, name, request, error, offline=offline)
    problem = Problem(settings.venue.venue_id, settings.group, "download", warning or "")
    problems = [problem] if warning else []
    return replace(settings, notes=path, group=None), problems


def _fetch_notes(openreview: Any, settings: Settings) -> list[dict[str, Any]]:
    """Return the submissions from API v2, or from API v1 if v2 has none for this venue."""
    for api in (settings.api, settings.api_1):
        _check_host(api)
    newer = openreview.api.OpenReviewClient(baseurl=settings.api)
    older = openreview.Client(baseurl=settings.api_1)
    for client, names in (
        (newer, ("Submission",)),
        (older, ("Blind_Submission", "Submission", "submission")),
    ):
        live.limit_waiting(client.session)
        for name in names:
            notes = client.get_all_notes(invitation=f"{settings.group}/-/{name}", details="replies")
            if notes:
                return [{**note.to_json(), "details": note.details} for note in notes]
    raise ValueError("the venue has no submissions; is its name the one in the URL of its page?")


def _check_host(api: str) -> None:
    """Raise `UserError` if the client would send OPENREVIEW_PASSWORD to another host."""
    host = urlsplit(api).hostname or ""
    own = host == "openreview.net" or host.endswith(".openreview.net")
    if "OPENREVIEW_PASSWORD" in os.environ and not own:
        raise UserError(
            f"{api}: is not OpenReview, but would receive the password in OPENREVIEW_PASSWORD; "
            "unset it first"
        )


def read(settings: Settings) -> Iterator[Paper | Problem | Count]:
    """Yield a paper for every note of the dump. Raises `UserError` if the dump is not valid."""
    venue = settings.venue.venue_id
    if settings.notes is None:
        raise UserError(
            f"{venue}: an openreview source needs “notes”, a dump, or “group”, a venue to read live"
        )
    folder, problems = files.read_folder(settings.files, venue) if settings.files else ({}, [])
    yield from problems
    loaded, name = _load(settings.notes), settings.notes.name
    notes = loaded.value
    yield Count(len(notes))
    for reason in loaded.reasons:
        yield Problem(venue, name, "read", reason)
    contents = [_to_content(note.get("content")) for note in notes if isinstance(note, Mapping)]
    if unused := to_unused(contents, USED | REPEATED, "field"):
        yield Problem(venue, name, "read", unused)
    reviews: list[Mapping[str, Any]] = []
    for index, note in enumerate(notes):
        yield from _read_note(note, settings, folder, f"{name}: note {index}", reviews)
    if unused := to_unused(reviews, (), "review field"):
        yield Problem(venue, name, "read", unused)
    for path in folder.values():
        reason = "belongs to no note of the dump; it is not used"
        yield Problem(venue, path.name, "match", reason)


def _read_note(
    note: Any,
    settings: Settings,
    folder: dict[str, Path],
    item: str,
    reviews: list[Mapping[str, Any]],
) -> Iterator[Paper | Problem]:
    """Yield the paper of a note and its problems; its file is taken from `folder`.

    The unused fields of its reviews are added to `reviews`.
    """
    venue_id = settings.venue.venue_id
    forum = _forum(note) if isinstance(note, Mapping) else ""
    if not forum:
        reason = "is not a note with a forum id; dump the venue's submissions again"
        yield Problem(venue_id, item, "read", reason, lost=True)
        return
    thread = _read_thread(settings.reviews, forum) if settings.reviews else _replies(note)
    if isinstance(thread, str):
        yield Problem(venue_id, f"{item}, thread {forum}", "read", thread, paper_id=forum)
        thread = []
    reviews += [_to_unused_fields(reply) for reply in thread if _is_review(reply)]
    content, reasons = values.check_types(_to_content(note.get("content")), TEXTS)
    people = _people(content)
    nameless = sum(_to_author(person) is None for person in people)
    reasons += filter(None, [to_nameless(nameless, len(people), "author")])
    yield from (Problem(venue_id, item, "read", reason, paper_id=forum) for reason in reasons)
    paper = _to_paper(note, content, thread, settings, folder.pop(forum, None), item)
    yield paper
    if settings.files and paper.file is None:
        reason = f"no file in {settings.files.name} has its forum id; it is listed without text"
        yield Problem(venue_id, item, "match", reason, paper_id=paper.paper_id)


def _load(path: Path) -> loading.Loaded:
    """Load the notes of a dump; a line that is not valid JSON becomes a text with the reason."""
    text = loading.read_text(path)
    try:
        loaded = loading.parse_json(text)
    except json.JSONDecodeError as error:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2 or not all(line.lstrip()[:1] == "{" for line in lines[:2]):
            raise BadFile(path, loading.explain(error), error.lineno) from None
        return loading.load_json_lines(text)
    return loading.Loaded(_to_notes(loaded.value, path), loaded.reasons)


def _to_notes(dump: Any, path: Path) -> list[Any]:
    """Return the notes of a dump: a list, a list inside an object, or an object of notes by id.

    API v2 also has edits, which have the note in their field `note`.
    """
    notes = dump
    if isinstance(dump, Mapping):
        lists = [dump[name] for name in ("notes", "submissions", "edits") if name in dump]
        lists += [v for v in dump.values() if isinstance(v, list) and any(map(_is_note, v))]
        notes = lists[0] if lists else list(dump.values())
        if not lists and not any(map(_is_note, notes)):
            notes = None
    if isinstance(notes, Mapping):
        notes = list(notes.values())
    if not isinstance(notes, list) or (notes and not any(map(_is_object, notes))):
        raise BadFile(path, "has no list of notes; expected [note, ...] or {“notes”: [note, ...]}")
    return [_without_edit(note) for note in notes]


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_note(value: Any) -> bool:
    return isinstance(value, Mapping) and ("content" in value or "forum" in value)


def _without_edit(note: Any) -> Any:
    inner = note.get("note") if isinstance(note, Mapping) else None
    return inner if _is_note(inner) and "content" not in note else note


def _forum(note: Mapping[str, Any]) -> str:
    return values.to_text(note.get("forum") or note.get("id")) or ""


def _replies(note: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the replies in a note, from a dump with details=replies or details=directReplies."""
    details = note.get("details")
    given = (
        (details.get("replies") or details.get("directReplies"))
        if isinstance(details, Mapping)
        else None
    )
    listed = given if isinstance(given, list) else []
    return [reply for reply in listed if isinstance(reply, Mapping)]


def _read_thread(folder: Path, forum: str) -> list[Mapping[str, Any]] | str:
    """Return the notes of a forum's thread, or the reason why it has none."""
    if "/" in forum or "\\" in forum:
        return "has a forum id that is a path; the paper is listed without reviews"
    paths = [folder / forum, folder / f"{forum}.json"]
    reasons = [files.find_obstacle(path, folder) for path in paths]
    if None not in reasons:
        reason = next((text for text in reasons if text != files.MISSING), None)
        return f"{reason or f'is not in {folder.name}'}; the paper is listed without reviews"
    try:
        thread = loading.load_json(paths[reasons.index(None)]).value
        return [note for note in thread["notes"] if isinstance(note, Mapping)]
    except (BadFile, KeyError, TypeError):
        return "is not JSON with notes (perhaps a saved error page); fetch the thread again"


def _is_review(note: Mapping[str, Any]) -> bool:
    return re.fullmatch("(Official_)?Review", _invitation(note)) is not None


def _to_unused_fields(review: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a review that have a value and are not read, without their texts."""
    content = without_empty(_to_content(review.get("content")))
    return {name: "given" for name in content if name not in USED_OF_REVIEWS}


def _to_review(note: Mapping[str, Any]) -> Review:
    content = _to_content(note.get("content"))
    signature = next(iter(values.to_list(note.get("signatures"))), "")
    text = next(
        (content[name] for name in REVIEW_TEXTS if content.get(name)),
        None,
    )
    return Review(
        rating=values.to_number(
            next(
                (content[name] for name in ("rating", "recommendation") if content.get(name)), None
            )
        ),
        confidence=values.to_number(content.get("confidence")),
        reviewer=signature.rpartition("/")[2] or None,
        title=values.to_text(content.get("title")),
        text=values.to_paragraphs(text),
    )


def _invitation(note: Mapping[str, Any]) -> str:
    """Return the name of a note's invitation, such as "Official_Review".

    API v1 has one invitation; v2 has a list, whose first item is the note's own invitation.
    """
    given = note.get("invitation") or next(iter(values.to_list(note.get("invitations"))), "")
    return str(given).rpartition("/")[2]


def _to_decision(content: Mapping[str, Any], thread: list[Mapping[str, Any]]) -> str | None:
    """Return the decision in the thread, or in API v2's field venue: "ICLR 2024 poster"."""
    for note in thread:
        if _invitation(note) in DECISIONS:
            own = _to_content(note.get("content"))
            if decision := values.to_decision(own.get("decision") or own.get("recommendation")):
                return decision
    group = str(content.get("venueid") or "").rpartition("/")[2]
    if group in {"Withdrawn_Submission", "Desk_Rejected_Submission", "Rejected_Submission"}:
        return values.to_decision(group.replace("_", " "))
    line = values.to_text(content.get("venue"))
    return values.to_decision(line) if line and values.to_decision(line) != line else None


DECISIONS = {"Decision", "Acceptance_Decision", "Acceptance", "Meta_Review"}
"""Invitations of decision notes; the name has changed over the years."""


def _to_paper(
    note: Mapping[str, Any],
    content: Mapping[str, Any],
    thread: list[Mapping[str, Any]],
    settings: Settings,
    file: Path | None,
    item: str,
) -> Paper:
    paper_id = _forum(note)
    pdf = values.to_text(content.get("pdf"))
    return Paper(
        paper_id=paper_id,
        venue=settings.venue,
        title=values.to_text(content.get("title")),
        authors=tuple(_to_authors(content)),
        year=settings.venue.year,
        abstract=values.to_paragraphs(content.get("abstract")),
        tldr=values.to_text(content.get("TL;DR") or content.get("TLDR")),
        tags=values.to_list(content.get("keywords"), separators=";|,"),
        language=settings.language,
        license=values.to_text(note.get("license")),
        decision="withdrawn" if "Withdrawn" in _invitation(note) else _to_decision(content, thread),
        reviews=tuple(_to_review(reply) for reply in thread if _is_review(reply)),
        url=f"{SITE}/forum?id={paper_id}",
        pdf_url=_pdf_url(settings, paper_id, pdf, file),
        file=file,
        item=item,
    )


def _to_authors(content: Mapping[str, Any]) -> Iterator[Author]:
    """Yield the authors, except for “Anonymous”, which stands for all of them."""
    for person in _people(content):
        if (author := _to_author(person)) and author.name != "Anonymous":
            yield author


def _people(content: Mapping[str, Any]) -> Sequence[Any]:
    given = content.get("authors")
    return given if isinstance(given, list) else values.to_list(given, separators=";,")


def _to_author(given: Any) -> Author | None:
    """Return an author; newer dumps give them as objects with fullname and institutions."""
    if not isinstance(given, Mapping):
        name = values.to_text(given)
        return Author(name) if name else None
    name = values.to_text(given.get("fullname") or given.get("name"))
    institutions = given.get("institutions")
    listed = map(_institution, institutions) if isinstance(institutions, list) else ()
    return Author(name, "; ".join(filter(None, listed)) or None) if name else None


def _institution(given: Any) -> str | None:
    return values.to_text(given.get("name") if isinstance(given, Mapping) else given)


def _to_content(given: Any) -> dict[str, Any]:
    """Return a note's fields; API v2 wraps each value as {"value": …}, API v1 does not."""
    if not isinstance(given, Mapping):
        return {}
    return {
        key: field["value"] if isinstance(field, Mapping) and "value" in field else field
        for key, field in given.items()
    }


def _pdf_url(settings: Settings, paper_id: str, pdf: str | None, file: Path | None) -> str | None:
    if settings.pdf_url:
        return files.to_pdf_url(settings.pdf_url, paper_id, file, settings.files)
    return SITE + pdf if pdf and pdf.startswith("/") else pdf
