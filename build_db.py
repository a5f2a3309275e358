#!/usr/bin/env python3
"""Build the database of a publication: papers from the sources of a catalog, their text, their indexes, one SQLite file.

    python build_db.py                                     the embedded sample
    python build_db.py catalogs/iclr2019.yml --data DIR    your own: the catalog's relative paths are looked for in DIR

Ends with status 0 when the database is built, 1 for a bad catalog or nothing usable (the old file stays), 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from papersette import catalog, collect, database
from papersette.fulltext import ENGINES, extract
from papersette.problems import UserError
from papersette.progress import Progress
from papersette.schema import INDEXES

SUMMARY = ("papers", "pages", "words", "tags", "problems", "seconds")


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    started = datetime.now(UTC)
    try:
        summary = build(options, started)
    except UserError as error:
        print(f"build_db.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("build_db.py: stopped; what was read from PDFs is kept for the next build", file=sys.stderr)
        return 130
    print(f"{options.db}: " + ", ".join(f"{summary[name]:,} {name}" for name in SUMMARY))
    return 0


def build(options: argparse.Namespace, started: datetime) -> dict[str, object]:
    progress = Progress()
    publication = catalog.load(options.catalog, options.data)
    items = collect.read(progress.over("reading sources", publication.sources, len(publication.sources), "sources"))
    files = items.files()
    reading = extract(files, jobs=options.jobs, engine=options.engine, cache_folder=options.cache, ocr=publication.ocr)
    texts = dict(progress.over("reading papers", reading, len(files)))
    papers, problems = collect.settle(items, texts)
    with database.publish(options.db) as db:
        progress.run("saving", database.save_papers(db, papers, texts), len(papers))
        database.save_problems(db, problems)
        progress.run("indexing", database.index(db), len(INDEXES), "indexes")
        database.save_problems(db, database.score_texts(db))
        summary = database.save_build(db, publication, started)
        database.check(db)
    database.save_inspection(options.db.with_name("inspect-data.json"), options.db)
    return dict(summary)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("build_db.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    option = parser.add_argument
    option("catalog", nargs="?", type=Path, default=Path("catalogs/sample.yml"), help="what to build (%(default)s)")
    option("--data", type=Path, default=Path("data"), help="where the catalog's relative paths start (%(default)s)")
    option("--db", type=Path, default=Path("papers.db"), help="the SQLite file to write (%(default)s)")
    option("--jobs", type=int, default=os.cpu_count() or 1, help="how many PDFs to read at once (%(default)s)")
    option("--engine", choices=ENGINES, default="pdfium", help="what reads PDFs; pdfminer is pure Python (%(default)s)")
    option("--cache", type=Path, default=Path(".cache/fulltext"), help="keeps the text of PDFs between builds (%(default)s)")
    options = parser.parse_args(arguments)
    if options.jobs < 1:
        parser.error("--jobs must be at least 1")
    return options


if __name__ == "__main__":
    raise SystemExit(main())
