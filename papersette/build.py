"""Build the database of a publication: papers from the sources of a catalog, their text, their indexes, one SQLite file.

    python build_db.py                                     the embedded sample
    python build_db.py catalogs/iclr2019.yml --data DIR    your own: the catalog's relative paths are looked for in DIR
    python build_db.py --check catalogs/mine.yml           what would be built, and what could not be

Ends with status 0 when the database is built, 1 for a bad catalog or nothing usable (the old file stays), 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from papersette import catalog
from papersette.database import facets, facts, history, load, publish, text_quality
from papersette.database.schema import INDEXES
from papersette.errors import UserError
from papersette.fulltext import ENGINES, extract
from papersette.ingest import collection, grouping
from papersette.progress import Progress
from papersette.site import evaluation

SUMMARY = ("papers", "pages", "words", "tags", "problems", "seconds")


def main(arguments: list[str] | None = None, *, site_folder: Path) -> int:
    options = parse(arguments)
    started = datetime.now(UTC)
    try:
        summary = build(options, started, site_folder)
    except UserError as error:
        print(f"build_db.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "build_db.py: stopped; what was read from PDFs is kept for the next build",
            file=sys.stderr,
        )
        return 130
    if summary and not options.check:
        print(f"{options.db}: " + ", ".join(f"{summary[name]:,} {name}" for name in SUMMARY))
    return 0


def build(options: argparse.Namespace, started: datetime, site_folder: Path) -> dict[str, object]:
    """Build the database, or only say what would be built; give the row of `builds`, empty where none was made."""
    progress = Progress()
    publication = catalog.load(options.catalog, options.data)
    sources = progress.over(
        "reading sources", publication.sources, len(publication.sources), "sources"
    )
    items = collection.read(sources, options.downloads, offline=options.offline)
    if options.check:
        print(items.report())
        return {}
    if publication.download:
        progress.run(
            "fetching PDFs",
            collection.download(items, options.downloads / "pdf", offline=options.offline),
            None,
        )
    files = items.files()
    fingerprint = history.to_fingerprint((publication, items, options.engine), files)
    previous = history.read_previous(options.db)
    if previous and previous.fingerprint == fingerprint and not options.rebuild:
        print(
            f"{options.db}: nothing has changed since it was built; --rebuild builds it all the same"
        )
        return {}
    reading = extract(
        files,
        jobs=options.jobs,
        engine=options.engine,
        cache_folder=options.cache,
        ocr=publication.ocr,
    )
    texts = dict(progress.over("reading papers", reading, len(files)))
    papers, problems = collection.settle(items, texts)
    works, pairs, unknown = grouping.group(papers, publication)
    with publish.publish(options.db) as db:
        progress.run("saving", load.save_papers(db, papers, texts, works), len(papers))
        load.save_versions(db, pairs)
        load.save_alternate_values(db, items.alternate_values)
        load.save_tallies(db, items.tallies)
        load.save_problems(db, [*problems, *unknown])
        progress.run(
            "finding facts", facts.save_facts(db, publication.datasets), len(facts.STAGES), "stages"
        )
        load.save_ratings(db)
        facets.save_facets(db)
        progress.run("indexing", publish.index(db), len(INDEXES), "indexes")
        load.save_problems(db, text_quality.score_texts(db))
        load.save_changes(db, previous, started)
        figures = evaluation.measure(publish.commit(db), site_folder, publication.questions)
        load.save_evaluation(db, map(asdict, figures))
        summary = load.save_build(db, publication, started, fingerprint, previous)
        publish.check(db)
    publish.save_inspection(options.db.with_name("inspect-data.json"), options.db)
    return dict(summary)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "build_db.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    option = parser.add_argument
    option(
        "catalog",
        nargs="?",
        type=Path,
        default=Path("catalogs/sample.yml"),
        help="what to build (%(default)s)",
    )
    option(
        "--data",
        type=Path,
        default=Path("data"),
        help="where the catalog's relative paths start (%(default)s)",
    )
    option(
        "--db", type=Path, default=Path("papers.db"), help="the SQLite file to write (%(default)s)"
    )
    option(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        help="how many PDFs to read at once (%(default)s)",
    )
    option(
        "--engine",
        choices=ENGINES,
        default="pdfium",
        help="what reads PDFs; pdfminer is pure Python (%(default)s)",
    )
    option(
        "--cache",
        type=Path,
        default=Path(".cache/fulltext"),
        help="keeps the text of PDFs between builds (%(default)s)",
    )
    option(
        "--downloads",
        type=Path,
        default=Path(".cache/downloads"),
        help="keeps what was fetched (%(default)s)",
    )
    option("--offline", action="store_true", help="fetch nothing; use what was fetched before")
    option(
        "--check",
        action="store_true",
        help="read the sources, say what would be built, and build nothing",
    )
    option("--rebuild", action="store_true", help="build even where nothing has changed")
    options = parser.parse_args(arguments)
    if options.jobs < 1:
        parser.error("--jobs must be at least 1")
    return options
