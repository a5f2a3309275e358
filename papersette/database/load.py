"""Loads papers, and everything that comes with them, into the tables of schema.py.

Each `save_` function writes the rows of one table or of a few related tables. Facts that are
derived from the text are written by facts.py.
"""

from __future__ import annotations

import json
import platform
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

import papersette
from papersette.catalogs.catalog import Catalog
from papersette.database import history
from papersette.database.history import Previous
from papersette.database.schema import PAGES_PER_PAPER, UPDATE_PROBLEM_COUNT, UPDATE_RATINGS
from papersette.fulltext import Heading, Page, Text
from papersette.knowledge import versions
from papersette.knowledge.authors import group_names
from papersette.knowledge.citation_keys import to_citation_keys
from papersette.knowledge.parts import to_parts
from papersette.records import AlternateValue, Author, Paper, Problem, Tally
from papersette.text import to_slug

Row = dict[str, Any]
XML = "xml"
"""Engine of pages whose text comes from the source's XML, one section a page."""
INSERT_REFERENCE = "insert into given_references (paper_id, position, fields) values (?, ?, ?)"
INSERT_PAGE = """
insert into pages (page_id, paper_id, page, body, refs, engine) values (?, ?, ?, ?, ?, ?)
"""
INSERT_SECTION = """
insert into sections (paper_id, position, number, heading, page) values (?, ?, ?, ?, ?)
"""
INSERT_SECTION_PAGE = "insert into section_pages (kind, page_id) values (?, ?)"


def save_papers(
    db: Database, papers: list[Paper], texts: Mapping[Path, Text | str], works: Mapping[str, str]
) -> Iterator[Paper]:
    """Write papers with their works, venues, pages, sections, reviews, authors and sessions.

    Yield each paper when its rows are written. `texts` maps each file to its text, or to the
    reason why it has none; `works` maps each paper_id to its work_id.
    """
    _save_works(db, papers, works)
    _insert(db, "venues", {paper.venue.venue_id: asdict(paper.venue) for paper in papers}.values())
    keys = to_citation_keys(papers)
    for number, paper in enumerate(papers, start=1):
        text = texts.get(paper.file) if paper.file else None
        text = text if isinstance(text, Text) else _to_text(paper)
        row = _to_paper_row(number, paper, works[paper.paper_id], text)
        _insert(db, "papers", [row | {"citation_key": keys[paper.paper_id]}])
        if text:
            _save_text(db, number, paper, text)
        _insert(
            db,
            "reviews",
            (
                {"paper_id": paper.paper_id, "position": position, **asdict(review)}
                for position, review in enumerate(paper.reviews, start=1)
            ),
        )
        yield paper
    _save_authors(db, papers)
    _save_sessions(db, papers)
    _save_references(db, papers)


def _to_text(paper: Paper) -> Text | None:
    """Return the text given by the source, one page for each section; None if it gives none."""
    if not paper.sections:
        return None
    pages = tuple(Page(section.body, section.refs, XML) for section in paper.sections)
    headings = tuple(
        Heading(number, heading, page)
        for page, section in enumerate(paper.sections, start=1)
        for number, heading in section.headings
    )
    return Text(pages, "", headings=headings)


def _save_references(db: Database, papers: Iterable[Paper]) -> None:
    """Write the reference lists that sources give; citations.py turns them into citations later."""
    db.execute("create temp table given_references (paper_id text, position integer, fields text)")
    rows = (
        (paper.paper_id, position, json.dumps(asdict(reference)))
        for paper in papers
        for position, reference in enumerate(paper.references, start=1)
    )
    db.conn.executemany(INSERT_REFERENCE, rows)


def _save_works(db: Database, papers: list[Paper], works: Mapping[str, str]) -> None:
    counts = Counter(works.values())
    titles = {paper.paper_id: paper.title for paper in papers}
    rows = (
        {"work_id": key, "title": titles[key] or key, "paper_count": count}
        for key, count in counts.items()
    )
    _insert(db, "works", rows)


def _save_text(db: Database, number: int, paper: Paper, text: Text) -> None:
    """Write the pages and sections of a paper."""
    pages = (_to_page_row(number, paper, n, page) for n, page in enumerate(text.pages, start=1))
    db.conn.executemany(INSERT_PAGE, pages)
    sections = (
        (paper.paper_id, position, heading.number, heading.title, heading.page)
        for position, heading in enumerate(text.headings, start=1)
    )
    db.conn.executemany(INSERT_SECTION, sections)
    headings = [(heading.number, heading.title, heading.page) for heading in text.headings]
    page_count = len(text.pages)
    pairs = {
        (part.kind, number * PAGES_PER_PAPER + page)
        for part in to_parts(headings, page_count, begin_pages=text.pages[0].engine == XML)
        for page in range(part.first, min(part.last, page_count) + 1)
    }
    db.conn.executemany(INSERT_SECTION_PAGE, sorted(pairs))


def save_versions(db: Database, pairs: Iterable[versions.Pair]) -> None:
    """Write the pairs of papers that are, or may be, versions of one work."""
    _insert(db, "versions", map(asdict, pairs))


def save_alternate_values(db: Database, values: Iterable[AlternateValue]) -> None:
    """Write the alternate values; the last value of each paper, field and source is kept."""
    rows = {(value.paper_id, value.field, value.source): asdict(value) for value in values}
    _insert(db, "alternate_values", rows.values())


def save_tallies(db: Database, tallies: Iterable[Tally]) -> None:
    """Write the import report, one row for each source in the order of the catalog."""
    rows = (
        {"position": position, **asdict(tally)} for position, tally in enumerate(tallies, start=1)
    )
    _insert(db, "sources", rows)


def _to_paper_row(number: int, paper: Paper, work_id: str, text: Text | None) -> Row:
    pages = text.pages if text else ()
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
        "doi": paper.doi,
        "volume": paper.volume,
        "issue": paper.issue,
        "pages": paper.pages,
        "license": paper.license,
        "url": paper.url,
        "pdf_url": paper.pdf_url,
        "page_count": len(pages),
        "word_count": sum(len(page.body.split()) + len(page.refs.split()) for page in pages),
        "item": paper.item,
        "file": paper.file.name if paper.file else None,
        "file_sha256": (text.sha256 or None) if text else None,
        "number": number,
    }


def _to_page_row(number: int, paper: Paper, page_number: int, page: Page) -> tuple[Any, ...]:
    page_id = number * PAGES_PER_PAPER + page_number
    return page_id, paper.paper_id, page_number, page.body or None, page.refs or None, page.engine


def _save_authors(db: Database, papers: list[Paper]) -> None:
    """Write one author for the spellings of each name, and authorships with names as printed."""
    author_of = group_names(author.name for paper in papers for author in paper.authors)
    ids = {name: to_slug(author) or author for name, author in author_of.items()}
    names = {ids[name]: author for name, author in author_of.items()}
    papers_of: defaultdict[str, set[str]] = defaultdict(set)
    spellings: defaultdict[str, dict[str, None]] = defaultdict(dict)
    authorships: list[Row] = []
    for paper in papers:
        for position, author in enumerate(paper.authors, start=1):
            author_id = ids[author.name]
            papers_of[author_id].add(paper.paper_id)
            spellings[author_id] |= dict.fromkeys([author.name, *author.variants])
            authorships.append(_to_authorship(paper.paper_id, position, author_id, author))
    rows = (
        {
            "author_id": key,
            "name": names[key],
            "paper_count": len(papers_of[key]),
            "spellings": "; ".join(variants) if len(variants) > 1 else None,
        }
        for key, variants in spellings.items()
    )
    _insert(db, "authors", rows)
    _insert(db, "authorships", authorships)


def _to_authorship(paper_id: str, position: int, author_id: str, author: Author) -> Row:
    row = {"paper_id": paper_id, "author_id": author_id, "position": position, **asdict(author)}
    del row["variants"]  # the spellings of an author are in the table authors
    return row


def _save_sessions(db: Database, papers: list[Paper]) -> None:
    """Write sessions by start and printed position, and their papers by position.

    Ties keep the source's order.
    """
    sessions: dict[str, Row] = {}
    members: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for paper in papers:
        for slot in paper.slots:
            sessions.setdefault(
                slot.session.session_id, {**asdict(slot.session), "venue_id": paper.venue.venue_id}
            )
            members[slot.session.session_id].append((slot.position or 0, paper.paper_id))
    ordered = sorted(sessions.values(), key=_to_session_order)
    rows = ({**row, "position": position} for position, row in enumerate(ordered, start=1))
    _insert(db, "sessions", rows)
    for session_id, pairs in members.items():
        ids = dict.fromkeys(paper_id for _, paper_id in sorted(pairs, key=lambda pair: pair[0]))
        papers_in_order = (
            {"session_id": session_id, "paper_id": paper_id, "position": position}
            for position, paper_id in enumerate(ids, start=1)
        )
        _insert(db, "session_papers", papers_in_order)


def _to_session_order(row: Row) -> tuple[float, int]:
    start = datetime.fromisoformat(row["start"]) if row["start"] else datetime.min
    instant = start if start.tzinfo else start.replace(tzinfo=UTC)
    return (instant - datetime.min.replace(tzinfo=UTC)).total_seconds(), row["position"] or 0


def save_evaluation(db: Database, figures: Iterable[Row]) -> None:
    """Write the figures of search quality."""
    _insert(db, "evaluation", figures)


def save_problems(db: Database, problems: Iterable[Problem]) -> None:
    """Write what could not be used or needs a review."""
    _insert(db, "problems", map(asdict, problems))


def save_site(db: Database, publication: Catalog) -> None:
    """Write the name and look of the publication, so that a server needs no other file for it."""
    site = asdict(publication.site)
    del site["remarks"]
    logo = site.pop("logo") or {"media_type": None, "content": None}
    lists = ("licence", "contact", "featured_queries", "featured_charts", "footer_links")
    site |= {name: json.dumps(site[name], ensure_ascii=False) for name in lists if site[name]}
    site |= {"title": publication.title, "logo_type": logo["media_type"], "logo": logo["content"]}
    _insert(db, "site", [{"site_id": 1, **{name: value or None for name, value in site.items()}}])


def save_late_problems(db: Database, problems: Iterable[Problem]) -> int:
    """Write problems found after the row of this build; return the number of all problems."""
    save_problems(db, problems)
    db.execute(UPDATE_PROBLEM_COUNT)
    return int(db.execute(COUNTS["problems"]).fetchone()[0])


def save_changes(db: Database, previous: Previous | None, started: datetime) -> None:
    """Write the papers added, changed and removed since the previous build, if there was one."""
    if previous:
        papers = {row["paper_id"]: row for row in db.query("select * from papers")}
        changes = history.to_changes(previous, papers, started.isoformat(timespec="seconds"))
        _insert(db, "changes", changes)


def save_build(
    db: Database,
    publication: Catalog,
    catalog_path: str,
    started: datetime,
    fingerprint: str,
    previous: Previous | None,
) -> Mapping[str, object]:
    """Write the rows of earlier builds and of this one, and return the latter."""
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
    """Fill papers.rating and papers.top_percent from reviews."""
    db.execute(UPDATE_RATINGS)


def _insert(db: Database, table: str, rows: Iterable[Row]) -> None:
    """Insert rows into a table; columns missing from a row are NULL."""
    db.table(table).insert_all(rows)
