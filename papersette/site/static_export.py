"""Write the publication as plain files, for archives and static hosts.

    python build_db.py export-site DIR                  write papers.db as pages and data
    python build_db.py export-site DIR --no-text        without the text of the papers

DIR gets pages of the papers, tags, authors, sessions and charts, the tables as CSV and JSON, and a
full-text search that runs in the browser, over an index made by Pagefind (pip install -e
".[static]"). DIR must be new, empty or an earlier export, which is replaced.

Exit status: 0 if all is written; 1 if the database cannot be read or DIR cannot be used; 2 for
wrong usage.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from papersette.errors import UserError
from papersette.progress import Progress
from papersette.site.canned_queries import DATABASE
from papersette.site.datasette_seam import open_site, static_folders
from papersette.site.static_pages import Pages
from papersette.site.static_tables import read_tables, save_tables

MARK = ".papersette-export"
"""Name of the file that marks a folder as an export."""
STATIC = ("papersette.css", "favicon.svg", "favicon.png", "favicon.ico", "charts.js", "export.js")
VEGA = ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js")
IMPORT = "../-/static/app.css"
"""Path of Datasette's style sheet in papersette.css."""


def main(arguments: list[str], site_folder: Path) -> int:
    """Run the command and return its exit status."""
    options = parse(arguments)
    started = time.monotonic()
    try:
        check(options)
        export(options, site_folder)
    except UserError as error:
        print(f"build_db.py: {error}", file=sys.stderr)
        return 1
    except (OSError, sqlite3.Error) as error:
        print(f"build_db.py: {options.folder} is not written: {error}", file=sys.stderr)
        return 1
    files = [path for path in options.folder.rglob("*") if path.is_file()]
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    seconds = time.monotonic() - started
    print(f"{options.folder}: {len(files):,} files, {megabytes:,.1f} MB, {seconds:,.0f} seconds")
    print(f"To look at it: python3 -m http.server -d {options.folder} 8002")
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parse the command line; wrong usage ends the process with status 2."""
    parser = argparse.ArgumentParser(
        "build_db.py export-site",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to write")
    parser.add_argument("--db", type=Path, default=Path("papers.db"), help="(%(default)s)")
    parser.add_argument("--no-text", action="store_true", help="leave out the text of the papers")
    return parser.parse_args(arguments)


def check(options: argparse.Namespace) -> None:
    """Raise `UserError` if something is missing, or if DIR is not an export."""
    if not options.db.is_file():
        raise UserError(
            f"{options.db}: there is no such file; build it first, or name it with --db"
        )
    if find_spec("pagefind") is None:
        raise UserError('Pagefind is not installed: pip install -e ".[static]"')
    folder = options.folder
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: this is a file; name a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise UserError(f"{folder}: is not empty, and no earlier export; name another folder")


def export(options: argparse.Namespace, site_folder: Path) -> None:
    """Write a new export beside an earlier one, which it replaces at the end."""
    part = options.folder.with_name(f".{options.folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    (part / MARK).write_text("Written by build_db.py export-site, which replaces this folder.\n")
    progress = Progress()
    with asyncio.Runner() as runner:
        datasette = runner.run(open_site(options.db, site_folder, DATABASE))
        described = datasette.metadata("tables", database=DATABASE) or {}
        tables = read_tables(options.db, described, with_text=not options.no_text)
        pages = Pages(datasette, tables, with_text=not options.no_text)
        runner.run(pages.open())
        for path, html in progress.over("writing pages", iterate(runner, pages), pages.count()):
            save(part / path, html)
    progress.run("writing tables", save_tables(options.db, part / "data", tables), len(tables))
    save_static(datasette, site_folder, part / "static")
    for _ in progress.over("indexing", [part], None):
        build_index(part)
    if options.folder.exists():
        shutil.rmtree(options.folder)
    part.rename(options.folder)


def iterate(runner: asyncio.Runner, pages: Pages) -> Iterator[tuple[str, str]]:
    """Yield the items of an asynchronous generator."""
    found = pages.pages()

    async def step() -> tuple[str, str] | None:
        return await anext(found, None)

    while (page := runner.run(step())) is not None:
        yield page


def save(path: Path, html: str) -> None:
    """Write a page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html, encoding="utf-8")


def save_static(datasette: Any, site_folder: Path, folder: Path) -> None:
    """Copy styles and scripts."""
    folder.mkdir()
    for name in STATIC:
        shutil.copyfile(site_folder / "static" / name, folder / name)
    folders = static_folders(datasette)
    shutil.copyfile(folders["/-/static/"] / "app.css", folder / "app.css")
    for name in VEGA:
        shutil.copyfile(folders["/-/static-plugins/datasette_dashboards/"] / name, folder / name)
    css = (folder / "papersette.css").read_text(encoding="utf-8")
    if IMPORT not in css:
        raise UserError(f"static/papersette.css does not import {IMPORT}")
    (folder / "papersette.css").write_text(css.replace(IMPORT, "app.css"), encoding="utf-8")


def build_index(folder: Path) -> None:
    """Index the pages for the search in the browser. Raises `UserError`."""
    command = [sys.executable, "-m", "pagefind", "--site", str(folder), "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise UserError(f"Pagefind failed: {(done.stderr or done.stdout).strip()[-500:]}")
