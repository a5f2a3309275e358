"""Fills the tables of citations: cited works, entries of reference lists, and cited names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlite_utils import Database

from papersette.database.all_findings import AllFindings, save_problem
from papersette.knowledge.citations import Entry
from papersette.knowledge.citations.works import (
    CollectionPaper,
    Work,
    describe_works,
    group_works,
    link_to_papers,
)
from papersette.names import Name, parse_name
from papersette.text import to_slug, unique_id

TABLES = ("cited_authors", "cited_names", "citations", "cited_works")

Entries = Sequence[tuple[str, Entry]]
"""(paper_id of the citing paper, entry of its reference list)."""


def save_citations(db: Database, findings: AllFindings) -> None:
    """Group the entries of all papers into works, and write all tables of citations."""
    entries = findings.entries
    groups = group_works([entry for _, entry in entries])
    works = describe_works([entry for _, entry in entries], groups)
    ids = _to_work_ids(works.values())
    citing: defaultdict[str, set[str]] = defaultdict(set)
    for i, key in groups.items():
        citing[key].add(entries[i][0])
    links = dict(reversed(link_to_papers(works.values(), _read_papers(db))))
    work_rows = (
        _to_cited_work(work, ids[work.key], len(citing[work.key]), links.get(work.key))
        for work in works.values()
    )
    citation_rows = (
        _to_citation(i + 1, paper_id, entry, ids[groups[i]] if i in groups else None)
        for i, (paper_id, entry) in enumerate(entries)
    )
    db.conn.executemany(INSERT_WORK, work_rows)
    db.conn.executemany(INSERT_CITATION, citation_rows)
    _save_cited_names(db, entries)
    db.execute(UPDATE_CITED_BY)
    _report_footnotes(db, findings.citing_notes)
    findings.forget_entries()


def _read_papers(db: Database) -> list[CollectionPaper]:
    """Return the papers with a title, by which cited works are found in the collection."""
    return [
        CollectionPaper(paper_id, title, year, (parse_name(name),) if name else ())
        for paper_id, title, year, name in db.execute(TITLED_PAPERS)
    ]


INSERT_WORK = """
insert into cited_works (cited_work_id, title, authors, year, citing_count, paper_id)
values (?, ?, ?, ?, ?, ?)
"""
INSERT_CITATION = """
insert into citations (citation_id, paper_id, position, page, raw, title, year, venue, doi,
    arxiv_id, cited_work_id)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
INSERT_NAME = "insert into cited_names (name_id, name, citing_count) values (?, ?, ?)"
INSERT_AUTHOR = "insert into cited_authors (citation_id, position, name_id) values (?, ?, ?)"
TITLED_PAPERS = """
select paper_id, title, year, (
    select name from authorships
    where authorships.paper_id = papers.paper_id
    order by position)
from papers
where title is not null
order by number
"""
UPDATE_CITED_BY = """
update papers set cited_by = (
    select count(distinct citations.paper_id)
    from cited_works join citations using (cited_work_id)
    where cited_works.paper_id = papers.paper_id and citations.paper_id <> papers.paper_id)
where exists (select 1 from citations)
"""


def _report_footnotes(db: Database, citing_notes: Iterable[tuple[str, int]]) -> None:
    """Add a problem for each paper without a reference list that cites in its footnotes."""
    for paper_id, notes in citing_notes:
        reason = (
            f"cites in footnotes (at least {notes}) and has no list of references: its "
            "citations are searched as text but are missing in the table citations"
        )
        save_problem(db, paper_id, "text", reason)


def _to_cited_work(
    work: Work, work_id: str, citing_count: int, paper_id: str | None
) -> tuple[Any, ...]:
    authors = "; ".join(map(_to_label, work.authors)) or None
    return work_id, work.title, authors, work.year, citing_count, paper_id


def _to_work_ids(works: Iterable[Work]) -> dict[str, str]:
    """Return a short unique id for each work's key, made of first author, year and title words."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for work in works:
        first = work.authors[0].family if work.authors else ""
        base = (
            to_slug(" ".join([first, str(work.year or ""), *work.title.split()[:4]]))
            or work.key[:40]
        )
        ids[work.key] = unique_id(base, taken)
        taken.add(ids[work.key])
    return ids


def _to_citation(number: int, paper_id: str, entry: Entry, work_id: str | None) -> tuple[Any, ...]:
    identity = (number, paper_id, entry.position, entry.page)
    fields = (entry.raw, entry.title, entry.year, entry.venue, entry.doi, entry.arxiv_id)
    return (*identity, *fields, work_id)


def _save_cited_names(db: Database, entries: Entries) -> None:
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    citing: defaultdict[str, set[str]] = defaultdict(set)
    keys: dict[Name, tuple[str, str]] = {}
    rows = []
    for number, (paper_id, entry) in enumerate(entries, start=1):
        for position, name in enumerate(entry.authors, start=1):
            if name not in keys:
                keys[name] = (name.key, _to_label(name))
            key, label = keys[name]
            spellings[key][label] += 1
            citing[key].add(paper_id)
            rows.append((number, position, key))
    db.conn.executemany(INSERT_NAME, _to_cited_names(spellings, citing))
    db.conn.executemany(INSERT_AUTHOR, rows)


def _to_cited_names(
    spellings: dict[str, Counter[str]], citing: dict[str, set[str]]
) -> Iterator[tuple[Any, ...]]:
    for key, counts in spellings.items():
        yield key, max(counts, key=lambda label: counts[label]), len(citing[key])


def _to_label(name: Name) -> str:
    return f"{name.family}, {name.initial}" if name.initial else name.family
