"""Decides whether a build may replace the file at its destination.

A database belongs to the catalog of its last build: the catalog at the same path, or one with the
same file name and the same title. The path of a catalog below the database's folder is recorded
relative to that folder. So neither another working directory nor a renamed folder nor an edited
title stops a rebuild. Any other file is replaced only with --replace.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from papersette.catalogs.catalog import Catalog
from papersette.errors import UserError
from papersette.files import connect_read_only, to_shown_name


def to_catalog_path(catalog: Path, database: Path) -> str:
    """Return the catalog's path as `builds` records it.

    It is relative to the database's folder if the catalog is below that folder, else as given.
    """
    folder, path = database.resolve().parent, catalog.resolve()
    shown = path.relative_to(folder) if path.is_relative_to(folder) else catalog
    return to_shown_name(shown.as_posix())


def check_replaceable(database: Path, publication: Catalog) -> None:
    """Raise `UserError` if `database` is a file that was not made from this catalog."""
    if not database.is_file() or database.stat().st_size == 0 or is_own(database, publication):
        return
    last_build = read_last_build(database)
    found = (
        "is not a database made by Papersette"
        if last_build is None
        else f"was built from another catalog, {last_build[0]} (“{last_build[1]}”)"
    )
    raise UserError(
        f"{database}: {found}; add --replace to replace it, or name another file with --db"
    )


def is_own(database: Path, publication: Catalog) -> bool:
    """Return whether the last build of `database` was made from this catalog."""
    last_build = read_last_build(database)
    if last_build is None:
        return False
    path, title = last_build
    same_name = path.rpartition("/")[2] == publication.path.name
    return path == to_catalog_path(publication.path, database) or (
        same_name and title == publication.title
    )


def read_last_build(database: Path) -> tuple[str, str] | None:
    """Return catalog path and title of the last build, or None if the file has none."""
    try:
        with closing(connect_read_only(database)) as conn:
            row = conn.execute(
                "select catalog, title from builds order by build_id desc limit 1"
            ).fetchone()
    except sqlite3.Error:
        return None
    return (str(row[0]), str(row[1])) if row else None
