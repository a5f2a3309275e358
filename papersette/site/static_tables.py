"""Writes the tables of a database as CSV and JSON, one file each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from papersette.exports.spreadsheet import BOM, to_line
from papersette.files import connect_read_only

TEXT = "pages"
"""Name of the table with the text of papers."""


def read_tables(database: Path, described: Iterable[str], with_text: bool) -> list[str]:
    """Return the described tables of a database, without views, which repeat values of tables."""
    with closing(connect_read_only(database)) as conn:
        known = set(Database(conn).table_names())
    return [name for name in described if name in known and (with_text or name != TEXT)]


def save_tables(database: Path, folder: Path, tables: list[str]) -> Iterator[str]:
    """Write each table as NAME.csv and NAME.json; yield the names.

    CSV is the same as on the site: with a byte order mark, and an apostrophe before values that a
    spreadsheet would compute. JSON has the unchanged values.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with closing(connect_read_only(database)) as conn:
        db = Database(conn)
        for table in tables:
            save_table(db[table], folder)
            yield table


def save_table(table: Any, folder: Path) -> None:
    """Write one table; bytes, such as a logo, are left out."""
    names = [column.name for column in table.columns]
    with (
        (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as csv_file,
        (folder / f"{table.name}.json").open("w", encoding="utf-8") as json_file,
    ):
        csv_file.write(BOM + to_line(names))
        before = "["
        for row in table.rows:
            item = {name: None if isinstance(row[name], bytes) else row[name] for name in names}
            csv_file.write(to_line("" if cell is None else str(cell) for cell in item.values()))
            json_file.write(f"{before}\n{json.dumps(item, ensure_ascii=False)}")
            before = ","
        json_file.write("[]\n" if before == "[" else "\n]\n")
