"""The tool sql: the schema, and the rows of one SELECT within limits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from papersette.agents.answers import fit, to_count, to_line, to_plain
from papersette.agents.arguments import Refusal
from papersette.agents.library import Library, Table

TABLES = """
select tables.name, group_concat(columns.name, ', ') as columns
from sqlite_master as tables join pragma_table_info(tables.name) as columns
where tables.type in ('table', 'view') and tables.sql not like 'create virtual%'
    and tables.name not like 'sqlite%' and tables.name not like '%\\_fts\\_%' escape '\\'
group by tables.name order by tables.name
"""
"""Lists tables and views, except virtual tables of FTS5 and the tables that store their data."""
READS = re.compile(r"\s*(?:--[^\n]*\n\s*)*(select|with|values|explain)\b", re.IGNORECASE)
LONGEST_CELL = 300
"""Longest cell in characters; the tool read returns the longer text of pages.body."""


def sql(library: Library, given: Mapping[str, Any]) -> str:
    """Return the schema if `sql` is empty, else the rows of the statement."""
    if not given["sql"].strip():
        return describe_schema(library)
    if library.run_sql is None:
        raise Refusal("SQL is switched off on this site. Use search, citations and describe.")
    if not READS.match(given["sql"]):
        raise Refusal(
            "Only one statement that begins with SELECT or WITH is run: the collection cannot be "
            "changed. Call sql without arguments for its tables and columns."
        )
    return to_answer(library, library.run_sql(given["sql"], given["size"]))


def describe_schema(library: Library) -> str:
    """Return every table with its columns."""
    rows = library.query(TABLES)
    head = [
        "# Tables and columns (SQLite; a paper_id leads to papers, a venue_id to venues)",
        library.head(),
    ]
    blocks = ["\n".join(f"{row['name']}({row['columns']})" for row in rows)]
    return fit(
        head,
        blocks,
        lambda shown: "Full text: use the tool search, not LIKE. pages.body has the text of pages.",
    )


def to_answer(library: Library, table: Table) -> str:
    """Return the rows of a result as JSON lists, one a line."""
    head = ["# Result of SQL", library.head(), "> " + json.dumps(list(table.columns))]
    blocks = [f"> {_to_line(row)}" for row in table.rows]

    def to_foot(shown: int) -> str:
        if not blocks:
            return "No rows."
        if shown < len(blocks) or table.is_cut:
            return (
                f"Shown: {to_count(shown, 'row')}; there are more. Select fewer or shorter "
                f"columns, count and group in SQL, or go on with LIMIT {shown} OFFSET {shown}."
            )
        return f"All rows: {shown}."

    return fit(head, blocks, to_foot).replace("\n\n> ", "\n> ")


def _to_line(row: Iterable[Any]) -> str:
    return to_plain(json.dumps([_to_cell(cell) for cell in row], ensure_ascii=False))


def _to_cell(cell: Any) -> Any:
    if isinstance(cell, bytes):
        return f"({len(cell)} bytes)"
    return to_line(cell, LONGEST_CELL) if isinstance(cell, str) else cell
