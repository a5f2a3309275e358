"""The version of the tables of papers.db, by which a server refuses a database of other code."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from papersette.errors import UserError
from papersette.files import connect_read_only

SCHEMA_VERSION = 3
"""To be increased with every change of a table in database/schema.py; a test demands it."""
IS_BUILT = "select 1 from sqlite_master where name = 'builds'"


def check_version(database: Path) -> None:
    """Raise `UserError` if a database was built by code that has other tables.

    Another database than one of Papersette has no version to check.
    """
    with closing(connect_read_only(database)) as conn:
        if not conn.execute(IS_BUILT).fetchone():
            return
        (version,) = conn.execute("pragma user_version").fetchone()
    if version != SCHEMA_VERSION:
        age = "an older" if version < SCHEMA_VERSION else "a newer"
        raise UserError(
            f"{database} was built by {age} version of Papersette, with other tables; build it "
            "again: python build_db.py CATALOG"
        )
