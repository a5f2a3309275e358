"""Load papers and everything attached to them into the tables of schema.py."""

from __future__ import annotations

import platform
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

import papersette
from papersette.catalog import Catalog
from papersette.database import history
from papersette.database.history import Previous
from papersette.database.schema import PAGES_PER_PAPER, RATE
from papersette.fulltext import Heading, Page, Text
from papersette.knowledge import versions
from papersette.knowledge.authors import group_names
from papersette.knowledge.parts import to_parts
from papersette.records import AlternateValue, Paper, Problem, Tally
from papersette.text import to_slug

Row = dict[str, Any]


def save_papers(
    db: Database, papers: list[Paper], texts: Mapping[Path, Text | str], works: Mapping[str, str]
) -> Iterator[Paper]:
    """Write papers, their pages, and what hangs on them, yielding each paper when its rows are written.

    `texts` holds what `fulltext.extract` answered for each file, `works` the work_id of each paper_id.
    """
    _save_works(db, papers, works)
    _insert(db, "venues", {paper.venue.venue_id: asdict(paper.venue) for paper in papers}.values())
    for number, paper in enumerate(papers, start=1):
        text = texts.get(paper.file) if paper.file else None
        pages = text.pages if isinstance(text, Text) else ()
        _insert(db, "papers", [_to_paper_row(number, paper, works[paper.paper_id], text)])
        _insert(
            db,
            "pages",
            (_to_page_row(number, paper, place, page) for place, page in enumerate(pages, start=1)),
        )
        headings = text.headings if isinstance(text, Text) else ()
        _insert(
            db,
            "sections",
            (
                _to_section_row(paper, place, heading)
                for place, heading in enumerate(headings, start=1)
            ),
        )
        _save_section_pages(db, number, headings, len(pages))
        reviews = (
            {"paper_id": paper.paper_id, "position": n, **asdict(r)}
            for n, r in enumerate(paper.reviews, start=1)
        )
        _insert(db, "reviews", reviews)
        yield paper
    _save_authors(db, papers)
    _save_sessions(db, papers)


def _save_section_pages(
    db: Database, number: int, headings: Sequence[Heading], page_count: int
) -> None:
    given = [(heading.number, heading.title, heading.page) for heading in headings]
    pairs = {
        (part.kind, number * PAGES_PER_PAPER + page)
        for part in to_parts(given, page_count)
        for page in range(part.first, min(part.last, page_count) + 1)
    }
    _insert(
        db, "section_pages", ({"kind": kind, "page_id": page_id} for kind, page_id in sorted(pairs))
    )


def _save_works(db: Database, papers: list[Paper], works: Mapping[str, str]) -> None:
    counts = Counter(works.values())
    titles = {paper.paper_id: paper.title for paper in papers}
    _insert(
        db,
        "works",
        (
            {"work_id": key, "title": titles[key] or key, "paper_count": count}
            for key, count in counts.items()
        ),
    )


def save_versions(db: Database, pairs: Iterable[versions.Pair]) -> None:
    _insert(db, "versions", map(asdict, pairs))


def save_alternate_values(db: Database, values: Iterable[AlternateValue]) -> None:
    rows = {(value.paper_id, value.field, value.source): asdict(value) for value in values}
    _insert(db, "alternate_values", rows.values())


def save_tallies(db: Database, tallies: Iterable[Tally]) -> None:
    _insert(
        db,
        "sources",
        ({"position": place, **asdict(tally)} for place, tally in enumerate(tallies, start=1)),
    )


def _to_paper_row(number: int, paper: Paper, work_id: str, text: Text | str | None) -> Row:
    read = text if isinstance(text, Text) else None
    return {
        "paper_id": paper.paper_id,
        "title": paper.title,
        "authors": "; ".join(author.name for author in paper.authors) or None,
        "tldr": paper.tldr,
        "tags": "; ".join(paper.tags) or None,
        "abstract": paper.abstract,
        "venue_id": paper.venue.venue_id,
        "work_id": work_id,
        "year": paper.year,
        "published": paper.published,
        "decision": paper.decision,
        "language": paper.language,
        "url": paper.url,
        "pdf_url": paper.pdf_url,
        "page_count": len(read.pages) if read else 0,
        "word_count": sum(len(page.body.split()) + len(page.refs.split()) for page in read.pages)
        if read
        else 0,
        "item": paper.item,
        "file": paper.file.name if paper.file else None,
        "file_sha256": read.sha256 if read else None,
        "number": number,
    }


def _to_page_row(number: int, paper: Paper, place: int, page: Page) -> Row:
    page_id = number * PAGES_PER_PAPER + place
    own = {"body": page.body or None, "refs": page.refs or None, "engine": page.engine}
    return {"page_id": page_id, "paper_id": paper.paper_id, "page": place, **own}


def _to_section_row(paper: Paper, place: int, heading: Heading) -> Row:
    own = {"number": heading.number, "heading": heading.title, "page": heading.page}
    return {"paper_id": paper.paper_id, "position": place, **own}


def _save_authors(db: Database, papers: list[Paper]) -> None:
    """Names as printed in authorships; in authors, one row for the spellings of one name."""
    author_of = group_names(author.name for paper in papers for author in paper.authors)
    ids = {name: to_slug(author) or author for name, author in author_of.items()}
    names = {ids[name]: author for name, author in author_of.items()}
    papers_of: defaultdict[str, set[str]] = defaultdict(set)
    spellings: defaultdict[str, dict[str, None]] = defaultdict(dict)
    authorships: list[Row] = []
    for paper in papers:
        for place, author in enumerate(paper.authors, start=1):
            author_id = ids[author.name]
            papers_of[author_id].add(paper.paper_id)
            spellings[author_id][author.name] = None
            row = {
                "paper_id": paper.paper_id,
                "author_id": author_id,
                "position": place,
                **asdict(author),
            }
            authorships.append(row)
    rows = (
        {
            "author_id": key,
            "name": names[key],
            "paper_count": len(papers_of[key]),
            "spellings": "; ".join(written) if len(written) > 1 else None,
        }
        for key, written in spellings.items()
    )
    _insert(db, "authors", rows)
    _insert(db, "authorships", authorships)


def _save_sessions(db: Database, papers: list[Paper]) -> None:
    """Sessions by their start, of equal ones in the order of the source; their papers by position, likewise."""
    sessions: dict[str, Row] = {}
    members: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for paper in papers:
        for slot in paper.slots:
            sessions.setdefault(
                slot.session.session_id, {**asdict(slot.session), "venue_id": paper.venue.venue_id}
            )
            members[slot.session.session_id].append((slot.position or 0, paper.paper_id))
    ordered = sorted(sessions.values(), key=lambda row: row["start"] or "")
    _insert(
        db, "sessions", ({**row, "position": place} for place, row in enumerate(ordered, start=1))
    )
    for session_id, placed in members.items():
        ids = dict.fromkeys(paper_id for _, paper_id in sorted(placed, key=lambda pair: pair[0]))
        rows = (
            {"session_id": session_id, "paper_id": p, "position": n}
            for n, p in enumerate(ids, start=1)
        )
        _insert(db, "session_papers", rows)


def save_evaluation(db: Database, figures: Iterable[Row]) -> None:
    _insert(db, "evaluation", figures)


def save_problems(db: Database, problems: Iterable[Problem]) -> None:
    _insert(db, "problems", map(asdict, problems))


def save_changes(db: Database, previous: Previous | None, started: datetime) -> None:
    """Write what came, changed and went since the file before, where there was one."""
    if previous:
        papers = {row["paper_id"]: row for row in db.query("select * from papers")}
        _insert(
            db,
            "changes",
            history.to_changes(previous, papers, started.isoformat(timespec="seconds")),
        )


def save_build(
    db: Database,
    publication: Catalog,
    catalog_path: str,
    started: datetime,
    fingerprint: str,
    previous: Previous | None,
) -> Mapping[str, object]:
    """Write the row of builds that is the provenance of this file, after those of the builds before it, and return it."""
    _insert(db, "builds", previous.builds if previous else ())
    counts = {name: db.execute(sql).fetchone()[0] or 0 for name, sql in COUNTS.items()}
    row = {
        "build_id": len(previous.builds) + 1 if previous else 1,
        "catalog": catalog_path,
        "title": publication.title,
        "notice": publication.notice,
        "started": started.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - started).total_seconds(), 1),
        "fingerprint": fingerprint,
        **counts,
        "papersette": papersette.__version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }
    _insert(db, "builds", [row])
    return row


COUNTS = {
    "papers": "select count(*) from papers",
    "works": "select count(*) from works",
    "authors": "select count(*) from authors",
    "tags": "select count(*) from tags",
    "pages": "select count(*) from pages",
    "words": "select sum(word_count) from papers",
    "problems": "select count(*) from problems",
    "lost": "select count(*) from problems where lost",
}


def save_ratings(db: Database) -> None:
    """Fill papers.rating and top_percent from reviews."""
    db.execute(RATE)


def _insert(db: Database, table: str, rows: Iterable[Row]) -> None:
    """Insert rows into a table of the schema; a column that they do not name is null."""
    db.table(table).insert_all(rows)
