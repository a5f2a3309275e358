"""Make a large papers.db from a built one: `python benchmarks/big_corpus.py papers.db big.db 999`.

Each paper takes its metadata, facts and citations from a paper of the original, chosen at random,
and each of its pages from a page of any paper at the same position in its paper. The same seed
gives the same file. Datasette's full-text tables are left out: the search engine does not use them.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from papersette.database.schema import PAGES_PER_PAPER, SCHEMA

SEED = 2019
PRAGMAS = "pragma synchronous = off; pragma journal_mode = off; pragma cache_size = -1000000;"
"""The file may be lost in a crash, so it is written without safeguards; the cache is 1 GB."""
COPIED = ("venues", "cited_works", "cited_names", "terms", "tags", "authors", "words", "builds")
"""Tables that do not depend on the number of papers."""
PER_PAPER = {
    "sections": "paper_id",
    "mentions": "paper_id",
    "paper_tags": "paper_id",
    "authorships": "paper_id",
}
"""Table whose rows are copied for each paper -> its column with the paper's id."""


def make(source: Path, target: Path, size: int) -> None:
    """Write a database of `size` papers to `target`, replacing it."""
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(target)) as db:
        db.executescript(PRAGMAS + SCHEMA)
        db.execute("attach ? as original", (str(source),))
        for table in COPIED:
            db.execute(f"insert into main.{table} select * from original.{table}")
        db.execute("update main.cited_works set paper_id = null")  # these papers are not copied
        copies = list(_choose(db, size))
        _copy_papers(db, copies)
        _copy_rows(db)
        _copy_citations(db)
        _copy_facets(db)
        _copy_pages(db, copies)
        db.execute("pragma analysis_limit = 1000")
        db.execute("analyze")
        db.commit()


def _choose(db: sqlite3.Connection, size: int) -> Iterator[tuple[int, str, str]]:
    """Yield (number, paper_id, paper_id of the original) of each paper."""
    originals = [row[0] for row in db.execute("select paper_id from original.papers order by 1")]
    chooser = random.Random(SEED)
    for number in range(1, size + 1):
        original = chooser.choice(originals)
        yield number, f"{original}-{number}", original


def _columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in db.execute(f"pragma main.table_info({table})")]


def _copy_papers(db: sqlite3.Connection, copies: list[tuple[int, str, str]]) -> None:
    db.execute(
        "create temp table copies (number integer primary key, paper_id text, original text)"
    )
    db.executemany("insert into copies values (?, ?, ?)", copies)
    db.execute("create index temp.copies_original on copies(original)")
    db.execute("insert into works select paper_id, paper_id, 1 from copies")
    replaced = {
        "paper_id": "copies.paper_id",
        "number": "copies.number",
        "work_id": "copies.paper_id",
        "citation_key": "copies.paper_id",
    }
    columns = ", ".join(replaced.get(name, f"papers.{name}") for name in _columns(db, "papers"))
    db.execute(
        f"insert into main.papers select {columns} from copies"
        " join original.papers as papers on papers.paper_id = copies.original"
        " order by copies.number"
    )


def _copy_rows(db: sqlite3.Connection) -> None:
    for table, key in PER_PAPER.items():
        columns = ", ".join(
            "copies.paper_id" if name == key else f"rows.{name}" for name in _columns(db, table)
        )
        db.execute(
            f"insert into main.{table} select {columns} from copies"
            f" join original.{table} as rows on rows.{key} = copies.original"
        )


def _copy_citations(db: sqlite3.Connection) -> None:
    """Copy the entries of the reference lists; only paper_facets has their authors."""
    columns = ", ".join(
        {"citation_id": "null", "paper_id": "copies.paper_id"}.get(name, f"rows.{name}")
        for name in _columns(db, "citations")
    )
    db.execute(
        f"insert into main.citations select {columns} from copies"
        " join original.citations as rows on rows.paper_id = copies.original"
    )


def _copy_facets(db: sqlite3.Connection) -> None:
    db.execute(
        "insert into main.facets select facets.facet_id, facet, value, label, slug, count(*)"
        " from original.facets as facets"
        " join original.paper_facets as members on members.facet_id = facets.facet_id"
        " join original.papers as papers on papers.number = members.number"
        " join copies on copies.original = papers.paper_id group by facets.facet_id"
    )
    columns = ", ".join(
        "copies.number" if name == "number" else f"members.{name}"
        for name in _columns(db, "paper_facets")
    )
    db.execute(
        f"insert into main.paper_facets select {columns} from original.paper_facets as members"
        " join original.papers as papers on papers.number = members.number"
        " join copies on copies.original = papers.paper_id order by 1, 2"
    )


def _copy_pages(db: sqlite3.Connection, copies: list[tuple[int, str, str]]) -> None:
    chooser = random.Random(SEED)
    at: defaultdict[int, list[int]] = defaultdict(list)
    lengths: dict[str, int] = {}
    for page_id, paper_id, page in db.execute(
        "select page_id, paper_id, page from original.pages order by page_id"
    ):
        at[page].append(page_id)
        lengths[paper_id] = page
    kinds: defaultdict[int, list[str]] = defaultdict(list)
    for kind, page_id in db.execute("select kind, page_id from original.section_pages"):
        kinds[page_id].append(kind)
    insert = (
        "insert into main.pages (page_id, paper_id, page, body, refs, engine)"
        " select ?, ?, ?, body, refs, engine from original.pages where page_id = ?"
    )
    for number, paper_id, original in copies:
        for page in range(1, lengths.get(original, 0) + 1):
            chosen, page_id = chooser.choice(at[page]), number * PAGES_PER_PAPER + page
            db.execute(insert, (page_id, paper_id, page, chosen))
            db.executemany(
                "insert into main.section_pages values (?, ?)",
                [(kind, page_id) for kind in kinds[chosen]],
            )


def main() -> None:
    """Make the database that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="a papers.db")
    parser.add_argument("target", type=Path, help="the database to write")
    parser.add_argument("size", type=int, help="how many papers")
    options = parser.parse_args()
    make(options.source, options.target, options.size)


if __name__ == "__main__":
    main()
