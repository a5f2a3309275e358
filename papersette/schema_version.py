"""What the code that builds papers.db and the code that serves it have to agree on.

A server refuses a database whose tables have another version.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from papersette.errors import UserError
from papersette.files import connect_read_only

SCHEMA_VERSION = 3
"""To be increased with every change of a table in database/schema.py; a test demands it."""
MAX_CHANGES = 1000
"""Number of the newest changes that a build keeps, so that feed readers that were offline find
them. A table with as many rows may lack older changes."""
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
