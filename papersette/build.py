"""Build the database of a publication: one SQLite file with papers, their text and indexes.

    python build_db.py                                     build the embedded sample
    python build_db.py catalogs/iclr2019.yml --data DIR    build your own publication
    python build_db.py --check catalogs/mine.yml           report what would be built
    python build_db.py --check FOLDER-OR-FILE              print a catalog to start from
    python build_db.py init FOLDER                         write a catalog for your papers
    python build_db.py export-site DIR                     write plain files for a static host
    python build_db.py compare OLD NEW                     tell whether a build may replace another

Relative paths in the catalog start at the folder given with --data, else at that of its key `data`.

A build replaces only a database of its own catalog: one built from the catalog at the same path, or
from a catalog with the same file name and the same title. With --replace it replaces any file.

Exit status: 0 if the database is built or up to date; 1 for a bad catalog, no usable paper, a file
that may not be replaced, or a disk that is full or cannot be written (the old file is unchanged); 2
for wrong usage; 130 or 143 if stopped by Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from papersette import stopping, system
from papersette.catalogs import catalog, meaning
from papersette.catalogs.catalog import Catalog
from papersette.cluster import ClusterWorkers
from papersette.database import (
    all_findings,
    aspects,
    facets,
    facts,
    history,
    indexes,
    load,
    part_files,
    publish,
    replacement,
)
from papersette.database.schema import INDEXES
from papersette.errors import UserError
from papersette.extraction import extract_texts, warn_unsaved
from papersette.fulltext import recognition
from papersette.fulltext.reading import prepare_worker, read_file
from papersette.fulltext.stored import read_stored, store
from papersette.ingest import collection, grouping
from papersette.meaning.cache import VectorCache
from papersette.meaning.encoder import MISSING, OnnxEncoder, is_installed
from papersette.options import parse
from papersette.progress import Progress, warn
from papersette.proposals import starting_catalogs
from papersette.records import Problem
from papersette.search import answers, evaluation, index
from papersette.search.engine import Engine
from papersette.search.meaning import write_meaning
from papersette.site_metadata import read_plugin, to_mapping
from papersette.sources import model_files
from papersette.workers import Workers

DASHBOARDS = "datasette-dashboards"
"""The plugin of the charts."""
SUMMARY = ("papers", "pages", "words", "tags", "problems", "seconds")


def main(arguments: list[str], site_folder: Path) -> int:
    """Build the database, and return the exit status; `site_folder` has metadata.yml."""
    started = datetime.now(UTC)
    options = parse(arguments, __doc__)
    return stopping.run(
        lambda: run(options, started, site_folder), f"build_db.py: {stopping.MESSAGE}"
    )


def run(options: argparse.Namespace, started: datetime, site_folder: Path) -> int:
    """Build, print one line, and return the exit status."""
    try:
        summary = build(options, started, site_folder)
    except UserError as error:
        print(f"build_db.py: {error}", file=sys.stderr)
        return 1
    except Exception as error:
        reason = system.to_reason(error)
        if reason is None:
            raise
        print(f"build_db.py: {options.db} is not built: {reason}", file=sys.stderr)
        return 1
    if summary:
        print(f"{options.db}: " + ", ".join(f"{summary[name]:,} {name}" for name in SUMMARY))
    return 0


@dataclass(frozen=True)
class Plan:
    """A build: what it makes, and from what."""

    options: argparse.Namespace
    publication: Catalog
    items: collection.Items
    """The items of all sources."""
    site_folder: Path
    """Folder with metadata.yml and plugins/."""
    started: datetime
    progress: Progress


def build(
    options: argparse.Namespace, started: datetime, site_folder: Path
) -> Mapping[str, object]:
    """Build the database and return its row of `builds`, or nothing if none was built."""
    progress = Progress()
    for name in ("rebuild", "replace") if options.check else ():
        if getattr(options, name):
            warn(f"--check builds nothing; leave it out to build with --{name}")
    if options.check and not starting_catalogs.is_catalog(options.catalog):
        print(starting_catalogs.to_starting_catalog(options.catalog))
        return {}
    publication = catalog.load(options.catalog, options.data, read_charts(site_folder))
    if options.meaning is not None:
        publication = replace(publication, meaning=meaning.from_option(options.meaning))
    if not (options.check or options.replace):
        replacement.check_replaceable(options.db, publication)
    items = collect(options, publication, progress)
    if options.check:
        print(items.report())
        print(describe_meaning(options, publication))
        return {}
    publish.check_destination(options.db)
    with part_files.lock(options.db):
        return build_locked(Plan(options, publication, items, site_folder, started, progress))


def build_locked(plan: Plan) -> Mapping[str, object]:
    """Build the database from the items of its sources; the caller holds its lock."""
    options, publication = plan.options, plan.publication
    encoder = open_model(options, publication)
    fingerprint = to_fingerprint(plan, encoder)
    previous = read_previous(options.db, publication)
    if previous and previous.fingerprint == fingerprint and not options.rebuild:
        repair(options, plan.progress, encoder)
        print(f"{options.db}: nothing has changed since it was built; --rebuild builds it anyway")
        return {}
    with (
        start_workers(options) as pool,
        publish.publish(options.db, len(plan.items.papers)) as db,
    ):
        read_papers(db, plan, pool)
        system.release_memory()  # of the texts: 1.3 GB of 20,657 papers
        save_facts(db, plan, pool, encoder)
        load.save_changes(db, previous, plan.started)
        path = replacement.to_catalog_path(publication.path, options.db)
        summary = load.save_build(db, publication, path, plan.started, fingerprint, previous)
        complete_index(publish.commit(db), options, plan.progress, encoder)
        with publish.checking(db):
            figures, late = measure_search(publish.commit(db), plan)
        report_on_site(publication, late)
        load.save_evaluation(db, map(asdict, figures))
        summary = {**summary, "problems": load.save_late_problems(db, late)}
    warn_lost(options, pool)
    publish.save_inspection(to_inspection(options.db), options.db)
    return summary


def measure_search(database: Path, plan: Plan) -> tuple[list[evaluation.Figure], list[Problem]]:
    """Return how well the search answers the catalog's questions, and a problem for each featured
    query without hits.
    """
    questions = plan.publication.questions
    queries = [featured.q for featured in plan.publication.site.featured_queries]
    if not questions and not queries:
        return [], []
    engine = Engine(database, part_files.to_index_part(plan.options.db))
    figures = evaluation.measure(engine, questions) + answers.measure(engine, questions)
    return figures, list(evaluation.check_featured(engine, queries))


def warn_lost(options: argparse.Namespace, pool: Workers) -> None:
    """Warn that this machine did work that was meant for a cluster."""
    if pool.lost:
        warn(
            f"--scheduler {options.scheduler}: this machine did {pool.lost:,} calls for the "
            "cluster; do its workers reach --cache?"
        )


def start_workers(options: argparse.Namespace) -> Workers:
    """Return the worker pool: processes of this machine, or of a Dask cluster."""
    if options.scheduler is None:
        return Workers(options.jobs, prepare=prepare_worker)
    if isinstance(options.cache, Path):  # the machines of the cluster have another working folder
        options.cache = options.cache.resolve()
    remote = {read_file: (store, read_stored)}
    return ClusterWorkers(options.scheduler, remote, options.jobs, prepare=prepare_worker)


def report_on_site(publication: Catalog, problems: Iterable[Problem]) -> None:
    """Report on the key `site`: featured queries without hits, and its colours."""
    for problem in problems:
        warn(f"{problem.item}: {problem.reason}")
    for remark in publication.site.remarks:
        print(f"site: accent: {remark}")


def read_charts(site_folder: Path) -> set[str] | None:
    """Return the names of the charts in metadata.yml; None where there is no such file."""
    path = site_folder / "metadata.yml"
    if not path.is_file():
        return None
    names: set[str] = set()
    for key, value in read_plugin(path, DASHBOARDS).items():
        where = f"plugins: {DASHBOARDS}: {key}"
        dashboard = to_mapping(path, value, where)
        names |= to_mapping(path, dashboard.get("charts"), f"{where}: charts").keys()
    return names


def repair(options: argparse.Namespace, progress: Progress, encoder: OnnxEncoder | None) -> None:
    """Make the index and inspect-data.json again if they are not those of the database."""
    database: Path = options.db
    if not publish.is_index_current(database):
        build_index(database, options, progress, encoder)
        publish.install_index(database)
    if not publish.is_inspected(to_inspection(database), database):
        publish.save_inspection(to_inspection(database), database)


def to_inspection(database: Path) -> Path:
    """Return the path of Datasette's file about the databases in a folder."""
    return database.with_name("inspect-data.json")


def build_index(
    database: Path, options: argparse.Namespace, progress: Progress, encoder: OnnxEncoder | None
) -> None:
    """Build the search index of a database; the caller installs it."""
    with closing(index.connect(database)) as conn:
        papers = conn.execute("select count(*) from papers").fetchone()[0]
    writing = index.write_index(database, part_files.to_index_part(database))
    progress.run("building the search index", writing, papers)
    complete_index(database, options, progress, encoder)


def complete_index(
    database: Path, options: argparse.Namespace, progress: Progress, encoder: OnnxEncoder | None
) -> None:
    """Add vectors of meaning to a new search index, and bind it to the build of its database."""
    part = part_files.to_index_part(options.db)
    if encoder:
        making = write_meaning(database, part, encoder, options.downloads / "models")
        progress.run("making vectors of meaning", making, None, "texts")
    index.write_manifest(part, index.read_fingerprint(database))


def open_model(options: argparse.Namespace, publication: Catalog) -> OnnxEncoder | None:
    """Return the model of meaning, its files fetched; None where the catalog names none."""
    if publication.meaning is None:
        return None
    model = model_files.ensure_files(
        publication.meaning,
        options.downloads,
        offline=options.offline,
        allow_hosts=publication.allow_hosts,
    )
    return OnnxEncoder(model, options.jobs)


def describe_meaning(options: argparse.Namespace, publication: Catalog) -> str:
    """Return a line for --check about the model of meaning and what it lacks."""
    if publication.meaning is None:
        return "meaning: none; papers are found by their words (docs/meaning.md)"
    line = f"meaning: {model_files.describe(publication.meaning, options.downloads)}"
    return line if is_installed() else f"{line}; {MISSING}"


def read_papers(db: Database, plan: Plan, pool: Workers) -> None:
    """Fill the empty database with papers and their text."""
    publication, items = plan.publication, plan.items
    texts = extract_texts(plan.options, publication, items.files(), pool, plan.progress)
    papers, problems = collection.match_files(items, texts)
    works, pairs, unknown = grouping.group(papers, publication)
    plan.progress.run("saving", load.save_papers(db, papers, texts, works), len(papers))
    load.save_versions(db, pairs)
    load.save_site(db, publication)
    load.save_alternate_values(db, items.alternate_values)
    load.save_tallies(db, items.tallies)
    load.save_problems(db, [*problems, *unknown])


def save_facts(db: Database, plan: Plan, pool: Workers, encoder: OnnxEncoder | None) -> None:
    """Fill the tables of what is found in the text of the papers, and the indexes."""
    options, progress, count = plan.options, plan.progress, db.table("papers").count
    findings = all_findings.AllFindings(pool, options.cache)
    with indexes.indexing_texts(db, options.db) as problems:
        progress.run("examining papers", findings.read(db), count)
        warn_unsaved(options, findings.unsaved, "the facts", count)
        stages = facts.save_facts(db, findings, plan.publication.datasets)
        progress.run("finding facts", stages, len(facts.STAGES) - len(facts.LAST), "stages")
        vectors = VectorCache(options.downloads / "models", encoder) if encoder else None
        aspects.start_relating(db, findings, vectors.encode if vectors else None)
        load.save_ratings(db)
        facets.save_facets(db)
        last = facts.save_last_facts(db, findings)
        progress.run("finding the last facts", last, len(facts.LAST), "stages")
    for problem in db.query("select * from problems where source = ?", [facts.ALL_SOURCES]):
        warn(f"{problem['item']} {problem['reason']}")
    load.save_problems(db, problems)
    progress.run("indexing", indexes.index_tables(db), len(INDEXES), "indexes")


def collect(
    options: argparse.Namespace, publication: Catalog, progress: Progress
) -> collection.Items:
    """Read all sources, and fetch the PDFs where the catalog asks for it."""
    sources = publication.sources
    reading = progress.over("reading sources", sources, len(sources), "sources")
    items = collection.read(reading, options.downloads, offline=options.offline)
    if publication.download and not options.check:
        folder = options.downloads / "pdf"
        allowed = publication.allow_hosts
        fetching = collection.download(items, folder, offline=options.offline, allow_hosts=allowed)
        progress.run("fetching PDFs", fetching, None)
    return items


def to_fingerprint(plan: Plan, encoder: OnnxEncoder | None) -> str:
    """Return the fingerprint of this build: two builds with the same one give the same database."""
    publication, items = plan.publication, plan.items
    inputs: list[object] = [publication, items, plan.options.engine]
    inputs += [encoder.model.key] if encoder else []
    if publication.ocr:
        inputs.append(recognition.read_version())
    lists = [publication.datasets] if publication.datasets else []
    return history.to_fingerprint(inputs, [*items.files(), *lists], plan.site_folder)


def read_previous(database: Path, publication: Catalog) -> history.Previous | None:
    """Return the last build of this publication; None where another catalog made the database."""
    if not replacement.is_own(database, publication):
        return None
    return history.read_previous(database)
