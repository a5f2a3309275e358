"""Read the CSV files of EasyChair: submissions, their authors and their reviews.

These are the files of EasyChair's “Conference data download”, with a header: submission.csv,
author.csv and, if reviews may be published, review.csv.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from papersette.errors import BadFile
from papersette.records import (
    Author,
    Count,
    LooseFile,
    Paper,
    Problem,
    Review,
    Session,
    Slot,
    Venue,
)
from papersette.sources import files, table, values
from papersette.sources.unused import to_nameless, to_unused
from papersette.text import to_slug

SUBMISSIONS, AUTHORS, REVIEWS = "submission.csv", "author.csv", "review.csv"
KEY = "submission #"
USED = {
    SUBMISSIONS: {"#", "title", "authors", "keywords", "decision", "abstract", "track name",
                  "deleted?"},
    AUTHORS: {KEY, "first name", "last name", "affiliation", "country"},
    REVIEWS: {KEY, "member #", "text", "total score"},
}  # fmt: skip
"""Columns of each file that are used; e-mail addresses are never read."""

Row = Mapping[str, str | None]


@dataclass(frozen=True)
class Settings:
    venue: Venue
    folder: Path
    """The folder with submission.csv, author.csv and perhaps review.csv."""
    files: Path | None = None
    """A folder of PDFs named by submission number: 12.pdf, paper_12.pdf."""
    language: str | None = None
    pdf_url: str | None = None
    """URL template of a PDF with {paper_id} and {file}."""
    rejected: bool = False
    """Whether rejected or withdrawn submissions are also papers."""
    reviews: bool = False
    """Whether scores and texts of reviews are published."""


def read(settings: Settings) -> Iterator[Paper | Problem | LooseFile | Count]:
    """Yield a paper for every submission that is not rejected, withdrawn or deleted.

    Raises `UserError` if there is no submission.csv with a header.
    """
    venue = settings.venue.venue_id
    folder, problems = files.read_folder(settings.files, venue) if settings.files else ({}, [])
    submissions = _read_table(settings, SUBMISSIONS, problems)
    people = _group(_read_table(settings, AUTHORS, problems))
    reviews = _group(_read_table(settings, REVIEWS, problems) if settings.reviews else [])
    known = {values.to_text(row.get("#")) or "" for _, row in submissions if isinstance(row, dict)}
    for name, rows in ((AUTHORS, people), (REVIEWS, reviews)):
        if reason := _to_orphan_reason(rows, known):
            problems.append(Problem(venue, name, "match", reason))
    yield from problems
    yield Count(len(submissions))
    for line, row in submissions:
        item = f"{SUBMISSIONS}: line {line}"
        if isinstance(row, str):
            yield Problem(venue, item, "read", row, lost=True)
        elif reason := _to_skip_reason(row, settings):
            yield Problem(venue, item, "skip", reason)
        else:
            key = values.to_text(row.get("#")) or ""
            file = _pop_file(folder, key)
            authors = people.pop(key, [])
            paper = _to_paper(row, authors, reviews.get(key, []), file, settings, item)
            yield paper
            if unnamed := _to_nameless(authors, paper):
                yield Problem(venue, item, "read", unnamed, paper.paper_id)
    yield from files.to_loose(folder, venue, settings.files, settings.pdf_url)


def _read_table(
    settings: Settings, name: str, problems: list[Problem]
) -> list[tuple[int, Row | str]]:
    """Return the rows of a file, with columns in lower case; no rows if there is no file."""
    path, venue = _find(settings.folder, name), settings.venue.venue_id
    try:
        if obstacle := files.find_obstacle(path, settings.folder):
            remedy = f"; {NAME_THEM}" if name == SUBMISSIONS and obstacle == files.MISSING else ""
            raise BadFile(path, obstacle + remedy)
        rows = [(line, _lower(row)) for line, row in table.read_csv(path)]
        header = next((row for _, row in rows if not isinstance(row, str)), {})
        if name == SUBMISSIONS and not {"#", "title"} <= header.keys():
            raise BadFile(path, "has no columns “#” and “title”; download it with its header")
    except BadFile as error:
        if name == SUBMISSIONS:
            raise
        problems.append(Problem(venue, name, "read", f"{error.reason}; it is not used"))
        return []
    if reason := to_unused((row for _, row in rows if not isinstance(row, str)), USED[name]):
        problems.append(Problem(venue, name, "read", reason))
    if name != SUBMISSIONS:  # `read` reports a lost submission
        problems += [
            Problem(venue, f"{name}: line {line}", "read", f"{row}; it is not used")
            for line, row in rows
            if isinstance(row, str)
        ]
    return rows


NAME_THEM = (
    f"name the folder of EasyChair's tables, and name these {SUBMISSIONS}, {AUTHORS} and {REVIEWS}"
)


def _find(folder: Path, name: str) -> Path:
    found = (path for path in sorted(folder.glob("*")) if is_named(path, name))
    return next(found, folder / name)


def is_named(path: Path, *names: str) -> bool:
    """Return whether a file has one of these names, in any case, or in the plural.

    >>> [is_named(Path(name), AUTHORS) for name in ("Authors.csv", "authors-2019.csv")]
    [True, False]
    """
    return path.name.lower() in {form for name in names for form in (name, f"{name[:-4]}s.csv")}


def _lower(row: Row | str) -> Row | str:
    if isinstance(row, str):
        return row
    return {(column or "").strip().lower(): cell for column, cell in row.items()}


def _group(rows: list[tuple[int, Row | str]]) -> dict[str, list[Row]]:
    """Return the rows of each submission, in their order."""
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for _, row in rows:
        if not isinstance(row, str):
            grouped[values.to_text(row.get(KEY)) or ""].append(row)
    return grouped


def _to_orphan_reason(rows: Mapping[str, list[Row]], known: Collection[str]) -> str | None:
    """Return a reason if rows, by number of their submission, are of none that is known."""
    orphans = [key for key in rows if key not in known]
    if not orphans:
        return None
    shown = ", ".join(key or "without number" for key in orphans[:MOST_ORPHANS])
    more = ", …" if len(orphans) > MOST_ORPHANS else ""
    count = sum(len(rows[key]) for key in orphans)
    return (
        f"has rows ({count:,}) of submissions that {SUBMISSIONS} does not have: {shown}{more}; "
        "they are not used: download all tables at the same time"
    )


MOST_ORPHANS = 10
"""Largest number of submissions that a report names."""


def _to_skip_reason(row: Row, settings: Settings) -> str | None:
    decision = values.to_text(row.get("decision")) or ""
    if (row.get("deleted?") or "").strip().lower() in {"yes", "true", "✔"}:
        return "is deleted"
    if not settings.rejected and re.search("reject|withdraw", decision, re.IGNORECASE):
        return f"has the decision “{decision}”; “rejected: true” publishes it"
    return None


def _pop_file(folder: dict[str, Path], number: str) -> Path | None:
    """Remove from `folder` and return the only file whose name ends in a submission number."""
    found = [key for key in folder if re.fullmatch(rf"(?:.*\D)?0*{re.escape(number)}", key)]
    return folder.pop(found[0]) if len(found) == 1 and number else None


def _to_paper(
    row: Row,
    people: list[Row],
    reviews: list[Row],
    file: Path | None,
    settings: Settings,
    item: str,
) -> Paper:
    paper_id = values.to_text(row.get("#")) or to_slug(item)
    names = re.split(r",\s*(?:and\s+)?|\s+and\s+", row.get("authors") or "")
    track = values.to_text(row.get("track name"))
    session = track and Session(f"{settings.venue.venue_id}-{to_slug(track)}", track, kind="track")
    return Paper(
        paper_id=paper_id,
        venue=settings.venue,
        title=values.to_text(row.get("title")),
        authors=tuple(_to_authors(people)) or tuple(map(Author, values.to_list(names))),
        year=settings.venue.year,
        abstract=values.to_paragraphs(row.get("abstract")),
        tags=values.to_list(row.get("keywords"), separators="\n;"),
        language=settings.language,
        decision=_to_decision(row),
        reviews=tuple(map(_to_review, reviews)),
        slots=(Slot(session),) if session else (),
        pdf_url=files.to_pdf_url(settings.pdf_url, paper_id, file, settings.files),
        file=file,
        item=item,
    )


def _to_decision(row: Row) -> str | None:
    text = values.to_text(row.get("decision"))
    return None if text is None or text.lower() == "no decision" else values.to_decision(text)


def _to_authors(people: list[Row]) -> Iterator[Author]:
    for person in people:
        name = values.to_text(f"{person.get('first name') or ''} {person.get('last name') or ''}")
        parts = (values.to_text(person.get(column)) for column in ("affiliation", "country"))
        if name:
            affiliation = ", ".join(filter(None, parts)) or None
            yield Author(name, affiliation, family=values.to_family(name, person.get("last name")))


def _to_nameless(people: list[Row], paper: Paper) -> str | None:
    """Return a reason if some authors of a submission have no name in author.csv."""
    named = len(list(_to_authors(people)))
    if people and not named and paper.authors:
        return f"has no names of authors in {AUTHORS}; those of its column “authors” are used"
    return to_nameless(len(people) - named, len(people), "author")


def _to_review(row: Row) -> Review:
    """Return a review without the name of its reviewer."""
    number = values.to_text(row.get("member #"))
    return Review(
        rating=values.to_number(row.get("total score")),
        reviewer=f"Reviewer {number}" if number else None,
        text=values.to_paragraphs(row.get("text")),
    )
