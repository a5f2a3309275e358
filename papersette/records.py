"""What every source yields: papers and what hangs on them, as plain frozen data.

The rule: missing is None (or an empty tuple), never "" and never "None". A paper without title, authors, abstract, year
or PDF is still a paper; only its paper_id is required.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Venue:
    """A conference-year, a journal or a group's list."""

    venue_id: str
    """Short and stable, as "iclr-2019"; it is part of addresses."""
    name: str
    year: int | None = None
    kind: str | None = None
    """"conference", "journal", "list", ..."""
    url: str | None = None


@dataclass(frozen=True)
class Session:
    """A session of a venue's programme."""

    session_id: str
    title: str
    kind: str | None = None
    start: str | None = None
    """ISO 8601, local time of the venue."""
    finish: str | None = None
    """Likewise."""
    room: str | None = None


@dataclass(frozen=True)
class Slot:
    """A paper's place in a session."""

    session: Session
    position: int | None = None
    """1 for the first; None where the order of the papers in the source is the order in the session."""


@dataclass(frozen=True)
class Author:
    """A name as printed on a paper, with the affiliation where the source has one."""

    name: str
    affiliation: str | None = None
    member: bool = False
    """Whether the source marks them as of its own institute."""


@dataclass(frozen=True)
class Review:
    """One review of a paper."""

    rating: float | None = None
    """On the venue's own scale."""
    confidence: float | None = None
    """The reviewer's own, on the venue's scale."""
    reviewer: str | None = None
    """As the venue names them, "AnonReviewer2"."""
    title: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class Paper:
    """One paper as one source gives it."""

    paper_id: str
    """The source's own id, stable across rebuilds: it is the permalink."""
    venue: Venue
    title: str | None = None
    authors: tuple[Author, ...] = ()
    year: int | None = None
    published: str | None = None
    """The day, the month or the year, as precise as the source knows it: ISO 8601, "2019-06"."""
    abstract: str | None = None
    tldr: str | None = None
    tags: tuple[str, ...] = ()
    """The authors' keywords as written."""
    language: str | None = None
    """Of the text: an ISO 639-1 code."""
    decision: str | None = None
    reviews: tuple[Review, ...] = ()
    slots: tuple[Slot, ...] = ()
    url: str | None = None
    """The paper's own page: its forum, its entry in the proceedings."""
    pdf_url: str | None = None
    """Where a reader opens the PDF; `#page=N` is added to it."""
    file: Path | None = None
    """The PDF, or its text with a form feed between pages, on this disk."""
    item: str | None = None
    """Where in the source it stands, as "papers.bib: entry xing2018"."""
    work: str | None = None
    """What the source's own versions of one work share, where it keeps several."""
    from_page_1: bool = False
    """Whether title, authors and abstract are to be read off the file, for want of a better source."""


@dataclass(frozen=True)
class LooseFile:
    """A file of a source's folder that no entry names; matching.py looks for the paper it belongs to."""

    source: str
    path: Path
    pdf_url: str | None = None
    """Where readers open it, with {paper_id} and {file}."""


@dataclass(frozen=True)
class Count:
    """How many items a source holds, told before they are read: what comes of them must add up to it."""

    items: int


@dataclass(frozen=True)
class Problem:
    """One thing that could not be used, or that a person should look at."""

    source: str
    """The catalog's name of the source, as "iclr-2019"."""
    item: str
    """Which thing: a paper's id, a file's name, a line of a file."""
    stage: str
    """Where it came up: "read", "skip" (an item that is no paper of its own), "match", "text", "merge" or "download"."""
    reason: str
    """What is wrong and, where something can be done, the remedy."""
    paper_id: str | None = None
    """The paper it concerns, where there is one."""
    lost: bool = False
    """True where the item did not become a paper."""


@dataclass(frozen=True)
class Question:
    """What is typed, and the paper_id of the paper that is meant."""

    query: str
    paper_id: str


@dataclass(frozen=True)
class AlternateValue:
    """The value that another source gives for a field of a paper."""

    paper_id: str
    field: str
    source: str
    value: str
    used: bool
    """True where the paper had none, so that this is what it has now."""


@dataclass(frozen=True)
class Tally:
    """What became of the items of one source: items = papers + completed + skipped + lost."""

    source: str
    kind: str
    items: int
    papers: int = 0
    completed: int = 0
    """Items that complete a paper of another source."""
    skipped: int = 0
    """Items that are no papers of their own by their nature, each a problem that says so."""
    lost: int = 0
    """Items that could not be used, each a problem with its reason."""
