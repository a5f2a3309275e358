"""The one SQLite file: its schema, how papers are saved into it, its indexes, its checks, and how it is published.

The rule: the file is written beside its place under another name, checked, and renamed onto it in one step; a build that
fails leaves the old file as it was. Every table and column is described in metadata.yml.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

import papersette
from papersette.catalog import Catalog
from papersette.fulltext import Text
from papersette.knowledge import tags
from papersette.problems import Problem, UserError
from papersette.records import Paper
from papersette.sources.values import to_slug

PAGES_PER_PAPER = 10_000
"""page_id = papers.number * PAGES_PER_PAPER + page, so that ranking goes from a page to its paper without a look-up."""

SCHEMA = """
create table venues (
    venue_id text primary key, name text not null, year integer, kind text, url text
);
create table papers (
    paper_id text primary key,
    title text, authors text, tldr text, tags text, abstract text,
    venue_id text not null references venues(venue_id),
    year integer, decision text, language text, url text, pdf_url text,
    page_count integer not null, word_count integer not null,
    item text, file text, file_sha256 text, engine text,
    number integer not null unique
);
create table sessions (
    session_id text primary key, venue_id text not null references venues(venue_id),
    title text not null, kind text, start text, room text, position integer not null
);
create table session_papers (
    session_id text not null references sessions(session_id), paper_id text not null references papers(paper_id),
    position integer not null, primary key (session_id, paper_id)
);
create table authors (
    author_id text primary key, name text not null, paper_count integer not null
);
create table authorships (
    paper_id text not null references papers(paper_id), author_id text not null references authors(author_id),
    position integer not null, name text not null, affiliation text, primary key (paper_id, position)
);
create table tags (
    tag_id text primary key, tag text not null, paper_count integer not null
);
create table paper_tags (
    paper_id text not null references papers(paper_id), tag_id text not null references tags(tag_id),
    written text not null, origin text not null, primary key (paper_id, tag_id)
);
create table pages (
    page_id integer primary key, paper_id text not null references papers(paper_id),
    page integer not null, body text, refs text, unique (paper_id, page)
);
create table problems (
    problem_id integer primary key, paper_id text references papers(paper_id),
    source text not null, item text not null, stage text not null, reason text not null, lost integer not null
);
create table builds (
    build_id integer primary key, catalog text not null, title text not null, notice text, started text not null, seconds real,
    papers integer, authors integer, tags integer, pages integer, words integer, problems integer, lost integer,
    papersette text not null, python text not null, sqlite text not null
);
create index papers_venue on papers(venue_id, year);
create index papers_year on papers(year);
create index papers_decision on papers(decision);
create index papers_language on papers(language);
create index authorships_author on authorships(author_id);
create index paper_tags_tag on paper_tags(tag_id);
create index session_papers_paper on session_papers(paper_id);
create index sessions_venue on sessions(venue_id);
create index problems_paper on problems(paper_id);

create view paper_texts as
select papers.number, papers.paper_id, papers.title, papers.abstract, papers.tldr, papers.tags, papers.authors,
    venues.name as venue, papers.year,
    (select group_concat(body, char(10)) from (select body from pages where pages.paper_id = papers.paper_id order by page)) as body,
    (select group_concat(refs, char(10)) from (select refs from pages where pages.paper_id = papers.paper_id order by page)) as refs
from papers join venues using (venue_id);
"""

INDEXES = """
create virtual table papers_fts using fts5(
    title, abstract, tldr, tags, authors,
    content="papers", content_rowid="number", tokenize="porter unicode61 remove_diacritics 2");
create virtual table pages_fts using fts5(
    body, refs, content="pages", content_rowid="page_id", tokenize="unicode61 remove_diacritics 2");
create virtual table papers_text_fts using fts5(
    title, abstract, tldr, tags, authors, venue, year, body, refs,
    content="paper_texts", content_rowid="number", tokenize="unicode61 remove_diacritics 2");
create virtual table authors_fts using fts5(
    name, content="authors", tokenize="unicode61 remove_diacritics 2");
create virtual table tags_fts using fts5(
    tag, content="tags", tokenize="porter unicode61 remove_diacritics 2");
"""
FULL_TEXT = ("papers_fts", "pages_fts", "papers_text_fts", "authors_fts", "tags_fts")


@contextlib.contextmanager
def publish(path: Path) -> Iterator[Database]:
    """Give an empty database to fill; when the block ends well, put it in the place of `path`, in one step."""
    _check_place(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        db = Database(sqlite3.connect(temporary))
        db.conn.execute("pragma foreign_keys = on")
        db.conn.executescript(SCHEMA)
        yield db
        db.conn.commit()
        db.conn.close()
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _check_place(path: Path) -> None:
    if not path.parent.is_dir():
        raise UserError(f"{path}: the folder {path.parent} does not exist; make it, or name another place with --db")
    if path.is_dir():
        raise UserError(f"{path}: is a folder; name a file with --db")


def save_papers(db: Database, papers: list[Paper], texts: Mapping[Path, Text | str]) -> None:
    """Write papers, their pages, and what hangs on them. `texts` holds what `fulltext.extract` answered for each file."""
    with db.conn:
        _save_venues(db, papers)
        for number, paper in enumerate(papers, start=1):
            text = texts.get(paper.file) if paper.file else None
            _save_paper(db, number, paper, text if isinstance(text, Text) else None)
        _save_authors(db, papers)
        _save_tags(db, papers)
        _save_sessions(db, papers)


def _save_venues(db: Database, papers: list[Paper]) -> None:
    venues = {paper.venue.venue_id: paper.venue for paper in papers}
    _insert(db, "venues", ((v.venue_id, v.name, v.year, v.kind, v.url) for v in venues.values()))


def _save_paper(db: Database, number: int, paper: Paper, text: Text | None) -> None:
    pages = text.pages if text else ()
    words = sum(len(page.body.split()) + len(page.refs.split()) for page in pages)
    names = "; ".join(author.name for author in paper.authors) or None
    row = (
        paper.paper_id, paper.title, names, paper.tldr, "; ".join(paper.tags) or None, paper.abstract,
        paper.venue.venue_id, paper.year, paper.decision, paper.language, paper.url, paper.pdf_url, len(pages), words,
        paper.item, paper.file.name if paper.file else None, text.sha256 if text else None, text.engine if text else None,
        number,
    )  # fmt: skip
    _insert(db, "papers", [row])
    _insert(
        db,
        "pages",
        (
            (number * PAGES_PER_PAPER + place, paper.paper_id, place, page.body or None, page.refs or None)
            for place, page in enumerate(pages, start=1)
        ),
    )


def _save_authors(db: Database, papers: list[Paper]) -> None:
    named = [(paper, place, author) for paper in papers for place, author in enumerate(paper.authors, start=1)]
    ids = {author.name: to_slug(author.name) or author.name for _, _, author in named}
    counts = Counter(key for _, key in {(paper.paper_id, ids[author.name]) for paper, _, author in named})
    spellings: dict[str, str] = {}
    for name, key in ids.items():
        spellings.setdefault(key, name)
    _insert(db, "authors", ((key, name, counts[key]) for key, name in spellings.items()))
    _insert(db, "authorships", ((p.paper_id, ids[a.name], place, a.name, a.affiliation) for p, place, a in named))


def _save_tags(db: Database, papers: list[Paper]) -> None:
    labels = tags.to_labels(written for paper in papers for written in paper.tags)
    links: dict[tuple[str, str], str] = {}
    for paper in papers:
        for written in paper.tags:
            links.setdefault((paper.paper_id, tags.to_tag_id(written)), written)
    counts = Counter(tag_id for _, tag_id in links)
    _insert(db, "tags", ((tag_id, label, counts[tag_id]) for tag_id, label in labels.items()))
    _insert(db, "paper_tags", ((paper_id, tag_id, written, "author") for (paper_id, tag_id), written in links.items()))


def _save_sessions(db: Database, papers: list[Paper]) -> None:
    sessions = {s.session_id: (s, paper.venue.venue_id) for paper in papers for s in paper.sessions}
    rows = (
        (s.session_id, venue_id, s.title, s.kind, s.start, s.room, place)
        for place, (s, venue_id) in enumerate(sessions.values(), start=1)
    )
    _insert(db, "sessions", rows)
    places: Counter[str] = Counter()
    for paper in papers:
        for session in paper.sessions:
            places[session.session_id] += 1
            _insert(db, "session_papers", [(session.session_id, paper.paper_id, places[session.session_id])])


def save_problems(db: Database, problems: Iterable[Problem]) -> None:
    with db.conn:
        rows = ((None, p.paper_id, p.source, p.item, p.stage, p.reason, int(p.lost)) for p in problems)
        _insert(db, "problems", rows)


def save_build(db: Database, publication: Catalog, started: datetime) -> Mapping[str, object]:
    """Write the one row of builds, the provenance of this file, and return it."""
    counts = {name: db.execute(sql).fetchone()[0] or 0 for name, sql in COUNTS.items()}
    row = {
        "build_id": 1,
        "catalog": publication.path.as_posix(),
        "title": publication.title,
        "notice": publication.notice,
        "started": started.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - started).total_seconds(), 1),
        **counts,
        "papersette": papersette.__version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }
    with db.conn:
        db["builds"].insert(row)
    return row


COUNTS = {
    "papers": "select count(*) from papers",
    "authors": "select count(*) from authors",
    "tags": "select count(*) from tags",
    "pages": "select count(*) from pages",
    "words": "select sum(word_count) from papers",
    "problems": "select count(*) from problems",
    "lost": "select count(*) from problems where lost",
}


def index(db: Database) -> None:
    """Build the full-text indexes and the planner's statistics. Call it when every row is in place."""
    db.conn.executescript(INDEXES)
    with db.conn:
        for table in FULL_TEXT:
            db.execute(f"insert into {table}({table}) values ('rebuild')")  # names from the constant above
            db.execute(f"insert into {table}({table}) values ('optimize')")
        db.execute("analyze")


def check(db: Database) -> None:
    """Raise `RuntimeError` where the file contradicts itself: a defect of ours, never of the input."""
    faults = [str(row) for row in db.execute("pragma foreign_key_check")]
    faults += [row[0] for row in db.execute("pragma integrity_check") if row[0] != "ok"]
    faults += [f"{row[0]}: rowid is not number" for row in db.execute("select paper_id from papers where rowid <> number")]
    for table in FULL_TEXT:
        db.execute(f"insert into {table}({table}) values ('integrity-check')")
    if faults:
        raise RuntimeError("the new database contradicts itself: " + "; ".join(faults[:5]))


def _insert(db: Database, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Insert whole rows; `table` is always a name of the schema above."""
    marks = ", ".join("?" * len(db[table].columns))
    db.conn.executemany(f"insert into {table} values ({marks})", rows)


def save_inspection(path: Path, database: Path) -> None:
    """Write Datasette's inspect-data.json: with it the file is served as immutable, counts known, download allowed."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as conn, database.open("rb") as raw:
        names = [row[0] for row in conn.execute("select name from sqlite_master where type = 'table'")]
        tables = {name: {"count": conn.execute(f'select count(*) from "{name}"').fetchone()[0]} for name in names}
        digest = hashlib.file_digest(raw, "sha256").hexdigest()
    data = {database.stem: {"hash": digest, "size": database.stat().st_size, "file": database.name, "tables": tables}}
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
