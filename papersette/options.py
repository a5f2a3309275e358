"""Parses the command line of a build."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from papersette import cache
from papersette.fulltext import ENGINES


def parse(arguments: list[str] | None, description: str | None) -> argparse.Namespace:
    """Parse the command line; wrong usage ends the process with status 2."""
    parser = argparse.ArgumentParser(
        "build_db.py", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default_catalog = Path("catalogs/sample.yml")
    parser.add_argument(
        "catalog", nargs="?", type=Path, default=default_catalog, help="what to build (%(default)s)"
    )
    parser.add_argument("--data", type=Path, help=DATA_HELP)
    parser.add_argument("--meaning", metavar="MODEL", help=MEANING_HELP)
    for name, kind, default, text in OPTIONS:
        parser.add_argument(name, type=kind, default=default, help=f"{text} (%(default)s)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help=SCHEDULER_HELP)
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default="pdfium",
        help="what reads PDFs; pdfminer is pure Python (%(default)s)",
    )
    for name, text in FLAGS:
        parser.add_argument(name, action="store_true", help=text)
    options = parser.parse_args(arguments)
    if options.jobs < 1:
        parser.error("--jobs must be at least 1")
    return options


DATA_HELP = "the folder where relative paths of the catalog start (its key data, else data)"
SCHEDULER_HELP = "a Dask cluster that works on papers; its workers must reach --cache"
CACHE_HELP = "the folder, or address such as s3://bucket/cache, that keeps what was read of papers"
MEANING_HELP = (
    "the model by which papers are found by meaning: its name, a folder with its files, or “off” "
    "(that of the catalog)"
)
OPTIONS = (
    ("--db", Path, Path("papers.db"), "the SQLite file to write"),
    ("--jobs", int, os.cpu_count() or 1, "how many processes work on papers"),
    ("--cache", cache.to_location, Path(".cache/fulltext"), CACHE_HELP),
    ("--downloads", Path, Path(".cache/downloads"), "the folder that keeps fetched files"),
)
FLAGS = (
    ("--offline", "fetch nothing; use what was fetched before"),
    ("--check", "read the sources, report what would be built, and build nothing"),
    ("--rebuild", "build even if nothing has changed"),
    ("--replace", "replace the file at --db even if another catalog or program made it"),
)
