"""The records that sources yield: papers, problems and their parts, as frozen dataclasses.

A missing value is None or an empty tuple, never "" and never "None". A paper without title,
authors, abstract, year or PDF is still a paper; only its paper_id is required.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Venue:
    """A conference-year, a journal or a group's list."""

    venue_id: str
    """Short, stable id such as "iclr-2019"; it is part of URLs."""
    name: str
    year: int | None = None
    kind: str | None = None
    """Kind of venue: "conference", "journal", "list", ..."""
    url: str | None = None
    timezone: str | None = None
    """IANA name of the time zone of the programme, for example "Europe/Paris"."""
    event: str | None = None
    """The conference at which it was presented, if the venue is a volume of its proceedings."""
    location: str | None = None
    dates: str | None = None
    """Dates as the source writes them: "May 22–27, 2022"."""
    editors: str | None = None
    """Names of the editors, separated by semicolons."""
    publisher: str | None = None


@dataclass(frozen=True)
class Session:
    """A session of a venue's programme."""

    session_id: str
    title: str
    kind: str | None = None
    start: str | None = None
    """Start in ISO 8601, in the venue's local time; with an offset if the venue has a time zone."""
    finish: str | None = None
    """End in the same form as `start`."""
    room: str | None = None
    position: int | None = None
    """Position in the printed programme; None if sessions keep the order of the papers."""


@dataclass(frozen=True)
class Slot:
    """The presentation of a paper in a session."""

    session: Session
    position: int | None = None
    """Position in the session, from 1; None if the papers keep the order of the source."""


@dataclass(frozen=True)
class Author:
    """An author's name as printed on a paper, with the affiliation if the source gives one."""

    name: str
    affiliation: str | None = None
    member: bool = False
    """Whether the source marks the author as a member of its own institute."""
    orcid: str | None = None
    """The author's identifier at orcid.org, without the address: "0000-0002-1825-0097"."""
    variants: tuple[str, ...] = ()
    """Other spellings of the name that the source gives, for example in another script."""
    family: str | None = None
    """The family name that the source gives, if `parse_name` finds another in the name."""


@dataclass(frozen=True)
class Reference:
    """One entry of a reference list that a source gives in fields."""

    raw: str
    """The entry as printed, or composed of its fields."""
    title: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    page: int | None = None
    """The page with the list in the paper's text, if there is one."""


@dataclass(frozen=True)
class Review:
    """One review of a paper."""

    rating: float | None = None
    """Rating on the venue's own scale."""
    confidence: float | None = None
    """The reviewer's confidence, on the venue's scale."""
    reviewer: str | None = None
    """The venue's name for the reviewer, for example "AnonReviewer2"."""
    title: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class Section:
    """A section of a paper whose source gives the text; it becomes a page of the publication."""

    body: str
    """Text of the section, one paragraph a line."""
    headings: tuple[tuple[str, str], ...] = ()
    """(number, heading) of the section and its subsections, such as ("2.1", "Data")."""
    refs: str = ""
    """Its part of the reference list, one entry a line."""


@dataclass(frozen=True)
class Paper:
    """One paper as one source describes it."""

    paper_id: str
    """The source's own id; it is part of the paper's URL and never changes."""
    venue: Venue
    title: str | None = None
    authors: tuple[Author, ...] = ()
    year: int | None = None
    published: str | None = None
    """Date of publication in ISO 8601, as precise as in the source: "2019" or "2019-06"."""
    abstract: str | None = None
    tldr: str | None = None
    tags: tuple[str, ...] = ()
    """The authors' keywords in their own spelling."""
    language: str | None = None
    """ISO 639-1 code of the text's language."""
    decision: str | None = None
    reviews: tuple[Review, ...] = ()
    slots: tuple[Slot, ...] = ()
    doi: str | None = None
    """DOI without the address: "10.1000/182"."""
    volume: str | None = None
    """Volume of the journal or proceedings in which it was published."""
    issue: str | None = None
    """Issue of the journal, within the volume: its number, or text such as "3-4"."""
    pages: str | None = None
    """Pages in that volume, "12–20" with an en dash, or the article number: "e1004"."""
    license: str | None = None
    """Address of the licence of the text, or its name."""
    references: tuple[Reference, ...] = ()
    """Reference list from the source; if it is empty, the list in the file's text is used."""
    url: str | None = None
    """The paper's own web page, such as its forum or its entry in the proceedings."""
    pdf_url: str | None = None
    """URL of the PDF for readers; links to a page add `#page=N`."""
    file: Path | None = None
    """Local PDF, or local text with a form feed between pages."""
    sections: tuple[Section, ...] = ()
    """The text, if the source itself gives it; no file is read then."""
    item: str | None = None
    """Position in the source, for messages: "papers.bib: entry xing2018"."""
    work: str | None = None
    """A key that versions of one work share, if the source has several versions."""
    source: str | None = None
    """venue_id of the source, if the paper's own venue may be a different one."""
    from_page_1: bool = False
    """Whether missing title, authors and abstract are taken from page 1 of the file."""


@dataclass(frozen=True)
class LooseFile:
    """A file in a source's folder that no entry names; ingest/matching.py looks for its paper."""

    source: str
    path: Path
    pdf_url: str | None = None
    """URL template for readers, with {paper_id} and {file}."""


@dataclass(frozen=True)
class Count:
    """The number of items of a source; its papers, skipped and lost items must add up to it."""

    items: int


@dataclass(frozen=True)
class Problem:
    """Something that could not be used, or that a person should check."""

    source: str
    """venue_id of the source, for example "iclr-2019"."""
    item: str
    """The item concerned: a paper's id, a file's name, a line of a file."""
    stage: str
    """The stage that found it: "read", "skip" (an item that is not a paper), "match", "text",
    "merge", "download", "site" (the catalog's key `site`), or a step in which facts are found, such
    as "mentions" (database/facts.py, database/all_findings.py)."""
    reason: str
    """Description of the fault, and the remedy if there is one."""
    paper_id: str | None = None
    """paper_id of the paper concerned, if any."""
    lost: bool = False
    """Whether the item was lost: it became no paper."""


@dataclass(frozen=True)
class Question:
    """A query with the paper that it should find, or with all papers, or pages, that answer it."""

    query: str
    paper_id: str | None = None
    """paper_id of the one paper that the query is about."""
    papers: tuple[tuple[str, int], ...] = ()
    """(paper_id, grade) of each paper that answers it: grade 1 for in part, 2 for well."""
    pages: tuple[tuple[str, int], ...] = ()
    """(paper_id, page number) of each page that answers it."""
    language: str | None = None


@dataclass(frozen=True)
class AlternateValue:
    """The value that another source gives for a field of a paper."""

    paper_id: str
    field: str
    source: str
    value: str
    used: bool
    """Whether the paper had no value of its own, so that this one is used."""


@dataclass(frozen=True)
class Tally:
    """Counts of the items of one source: items = papers + completed + skipped + lost."""

    source: str
    kind: str
    items: int
    papers: int = 0
    completed: int = 0
    """Items that complete a paper of another source."""
    skipped: int = 0
    """Items that are not papers; each has a problem of stage "skip"."""
    lost: int = 0
    """Items that could not be used; each has a problem with the reason."""
