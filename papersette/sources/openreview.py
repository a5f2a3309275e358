"""OpenReview: a JSON dump of a venue's notes (API v1 or v2), with folders of PDFs or texts and of forum threads, by forum id.

The rule: the forum id is the paper_id, so that openreview.net/forum?id=<paper_id> and our page show the same paper.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from papersette.errors import UserError
from papersette.records import Author, Count, Paper, Problem, Review, Venue
from papersette.sources import files, live, values
from papersette.text import to_slug

SITE = "https://openreview.net"


@dataclass(frozen=True)
class Settings:
    venue: Venue
    notes: Path | None = None
    """The dump: a JSON list of notes, or an object whose “notes” is that list."""
    files: Path | None = None
    """A folder of PDFs or texts: <forum id>.pdf, <forum id>.txt, or pdf?id=<forum id>.txt as downloads are named."""
    reviews: Path | None = None
    """A folder of forum threads, <forum id> or <forum id>.json: {"notes": […]} as the API answers for a forum."""
    language: str | None = None
    pdf_url: str | None = None
    """Where readers open a PDF, with {paper_id}; by default OpenReview's own address of it."""
    group: str | None = None
    """Instead of a dump, the venue at OpenReview, read live: ICLR.cc/2019/Conference."""
    api: str = "https://api2.openreview.net"
    api_1: str = "https://api.openreview.net"
    """Where venues before 2023 or so are."""


def fetch(settings: Settings, folder: Path, *, offline: bool) -> tuple[Settings, list[Problem]]:
    """Save the submissions of the group with their replies as a dump in `folder`; give the settings that read it."""
    if settings.group is None:
        return settings, []
    openreview = live.load_client("openreview")
    path = folder / f"openreview-{to_slug(settings.group)}.json"

    def ask() -> str:
        return json.dumps({"notes": _ask(openreview, settings)}, ensure_ascii=False)

    doubt = live.fetch_answer(
        path, f"OpenReview, {settings.group}", ask, openreview.OpenReviewException, offline=offline
    )
    problems = (
        [Problem(settings.venue.venue_id, settings.group, "download", doubt)] if doubt else []
    )
    return replace(settings, notes=path, group=None), problems


def _ask(openreview: Any, settings: Settings) -> list[dict[str, Any]]:
    """The submissions by API v2, and where it has none of this venue, by API v1, under the names that venues have given them."""
    for api in (settings.api, settings.api_1):
        host = urlsplit(api).hostname or ""
        if (
            "OPENREVIEW_PASSWORD" in os.environ
            and host != "openreview.net"
            and not host.endswith(".openreview.net")
        ):
            raise UserError(
                f"{api}: is not OpenReview, and would get the password that OPENREVIEW_PASSWORD holds; unset it first"
            )
    newer = openreview.api.OpenReviewClient(baseurl=settings.api)
    older = openreview.Client(baseurl=settings.api_1)
    for client, names in (
        (newer, ("Submission",)),
        (older, ("Blind_Submission", "Submission", "submission")),
    ):
        live.make_impatient(client.session)
        for name in names:
            notes = client.get_all_notes(invitation=f"{settings.group}/-/{name}", details="replies")
            if notes:
                return [{**note.to_json(), "details": note.details} for note in notes]
    raise ValueError(
        "there is no submission; is it the name of a venue, as in the address of its page?"
    )


def read(settings: Settings) -> Iterator[Paper | Problem | Count]:
    """Yield a paper for every note of the dump. Raises `UserError` where the dump is not one."""
    folder = files.read_folder(settings.files) if settings.files else {}
    if settings.notes is None:
        raise UserError(
            f"{settings.venue.venue_id}: an openreview source needs “notes”, a dump, or “group”, a venue to read live"
        )
    notes = _read_notes(settings.notes)
    name = settings.notes.name
    yield Count(len(notes))
    for place, note in enumerate(notes):
        item = f"{name}: note {place}"
        if not isinstance(note, Mapping) or not _forum(note):
            reason = "is no note with a forum id; dump the notes of the venue's submissions again"
            yield Problem(settings.venue.venue_id, item, "read", reason, lost=True)
            continue
        thread = (
            _read_thread(settings.reviews, _forum(note)) if settings.reviews else _replies(note)
        )
        if isinstance(thread, str):
            yield Problem(
                settings.venue.venue_id,
                f"{item}, thread {_forum(note)}",
                "read",
                thread,
                paper_id=_forum(note),
            )
            thread = []
        paper = _to_paper(note, thread, settings, folder.pop(_forum(note), None), item)
        yield paper
        if settings.files and paper.file is None:
            reason = f"no file in {settings.files.name} has its forum id; the paper is listed without text"
            yield Problem(paper.venue.venue_id, item, "match", reason, paper_id=paper.paper_id)
    for path in folder.values():
        yield Problem(
            settings.venue.venue_id,
            path.name,
            "match",
            "belongs to no note of the dump; it is not used",
        )


def _read_notes(path: Path) -> list[Any]:
    try:
        dump = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: is not JSON: {error}") from None
    notes = dump.get("notes") if isinstance(dump, dict) else dump
    if not isinstance(notes, list):
        raise UserError(
            f"{path}: has no list of notes; expected [note, ...] or {{“notes”: [note, ...]}}"
        )
    return notes


def _forum(note: Mapping[str, Any]) -> str:
    return values.to_text(note.get("forum") or note.get("id")) or ""


def _replies(note: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The replies that a dump with details=replies or details=directReplies holds in each note."""
    details = note.get("details")
    given = (
        (details.get("replies") or details.get("directReplies"))
        if isinstance(details, Mapping)
        else None
    )
    return [reply for reply in given or () if isinstance(reply, Mapping)]


def _read_thread(folder: Path, forum: str) -> list[Mapping[str, Any]] | str:
    """The notes of a forum's thread, or why there are none."""
    paths = [path for path in (folder / forum, folder / f"{forum}.json") if path.is_file()]
    if not paths:
        return f"is not in {folder.name}; the paper is listed without reviews"
    try:
        thread = json.loads(paths[0].read_text(encoding="utf-8"))
        return [note for note in thread["notes"] if isinstance(note, Mapping)]
    except (OSError, ValueError, KeyError, TypeError):
        return "is no JSON with notes (perhaps a saved error page); fetch the thread again"


def _to_review(note: Mapping[str, Any]) -> Review:
    content = _to_content(note.get("content"))
    signature = next(iter(values.to_list(note.get("signatures"))), "")
    text = next(
        (
            content[name]
            for name in ("review", "main_review", "comment", "summary")
            if content.get(name)
        ),
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
    """What a note answers to, as "Official_Review": one invitation in API v1, a list of them in v2, the first being its own."""
    given = note.get("invitation") or next(iter(values.to_list(note.get("invitations"))), "")
    return str(given).rpartition("/")[2]


def _to_decision(content: Mapping[str, Any], thread: list[Mapping[str, Any]]) -> str | None:
    """What the thread decides, or the line in which API v2 says it: "ICLR 2024 poster"."""
    for note in thread:
        if _invitation(note) in DECISIONS:
            own = _to_content(note.get("content"))
            if decision := values.to_decision(own.get("decision") or own.get("recommendation")):
                return decision
    line = values.to_text(content.get("venue"))
    return values.to_decision(line) if line and values.to_decision(line) != line else None


DECISIONS = {"Decision", "Acceptance_Decision", "Acceptance", "Meta_Review"}
"""The invitations of the notes in which programme chairs decide; they have changed their name with the years."""


def _to_paper(
    note: Mapping[str, Any],
    thread: list[Mapping[str, Any]],
    settings: Settings,
    file: Path | None,
    item: str,
) -> Paper:
    content = _to_content(note.get("content"))
    paper_id = _forum(note)
    pdf = values.to_text(content.get("pdf"))
    return Paper(
        paper_id=paper_id,
        venue=settings.venue,
        title=values.to_text(content.get("title")),
        authors=tuple(
            Author(name) for name in values.to_list(content.get("authors")) if name != "Anonymous"
        ),
        year=settings.venue.year,
        abstract=values.to_paragraphs(content.get("abstract")),
        tldr=values.to_text(content.get("TL;DR")),
        tags=values.to_list(content.get("keywords")),
        language=settings.language,
        decision="withdrawn" if "Withdrawn" in _invitation(note) else _to_decision(content, thread),
        reviews=tuple(
            _to_review(reply)
            for reply in thread
            if re.fullmatch("(Official_)?Review", _invitation(reply))
        ),
        url=f"{SITE}/forum?id={paper_id}",
        pdf_url=_pdf_url(settings, paper_id, pdf, file),
        file=file,
        item=item,
    )


def _to_content(given: Any) -> dict[str, Any]:
    """A note's fields; API v2 wraps each value as {"value": …}, API v1 does not."""
    if not isinstance(given, Mapping):
        return {}
    return {
        key: field["value"] if isinstance(field, Mapping) and "value" in field else field
        for key, field in given.items()
    }


def _pdf_url(settings: Settings, paper_id: str, pdf: str | None, file: Path | None) -> str | None:
    if settings.pdf_url:
        return files.to_pdf_url(settings.pdf_url, paper_id, file)
    return SITE + pdf if pdf and pdf.startswith("/") else pdf
