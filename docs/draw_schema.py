"""Draws the tables of papers.db into docs/sql.md, from papersette/schema.py and the descriptions of metadata.yml.

The rule: what stands between the two markers is made by this script alone. `python docs/draw_schema.py` writes it anew, and with
`--check` the script only says whether it would change; tests/test_docs.py asks that.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from papersette.database.schema import SCHEMA

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/sql.md"
MARKERS = ("<!-- drawn by docs/draw_schema.py -->", "<!-- end of the drawing -->")
GROUPS = {
    "Papers and where they stand": (
        "papers",
        "works",
        "versions",
        "alternate_values",
        "venues",
        "venue_years",
        "sessions",
        "session_papers",
    ),
    "Names, tags and reviews": (
        "authors",
        "authorships",
        "tags",
        "paper_tags",
        "tag_suggestions",
        "reviews",
        "ratings",
    ),
    "Text and what it says": (
        "pages",
        "sections",
        "terms",
        "mentions",
        "code_links",
        "related",
        "paper_map",
        "paper_texts",
    ),
    "Citations": ("citations", "cited_works", "cited_authors", "cited_names"),
    "Search": ("facets", "paper_facets", "facet_sets", "words", "evaluation"),
    "The build": (),
}
"""One drawing of all tables cannot be read. A table that no group names comes into the last one, so that none is forgotten."""
NOT_OURS = ("sqlite_%", "%\\_fts%")
"""SQLite's own tables and the full-text indexes; the page tells of the indexes in words."""


def main(arguments: list[str]) -> int:
    """Write the drawing, or with --check only compare; the exit code is 1 where the page is out of date."""
    text = PAGE.read_text(encoding="utf-8")
    drawn = to_page(text)
    if "--check" not in arguments:
        PAGE.write_text(drawn, encoding="utf-8")
    elif drawn != text:
        print(
            "docs/sql.md does not show the tables as they are: run python docs/draw_schema.py",
            file=sys.stderr,
        )
        return 1
    return 0


def to_page(text: str) -> str:
    """The page with a new drawing between its markers."""
    before, rest = text.split(MARKERS[0])
    after = rest.split(MARKERS[1])[1]
    return f"{before}{MARKERS[0]}\n{to_drawing()}\n{MARKERS[1]}{after}"


def to_drawing() -> str:
    """Each group as a Mermaid diagram, which GitHub shows as a drawing, with what a row of each table is."""
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
    described = metadata["databases"]["papers"]["tables"]
    parts = []
    for title, names in to_groups(db).items():
        rows = [f"| {name} | {described[name]['description']} |" for name in names]
        lines = [
            f"### {title}",
            "",
            "```mermaid",
            "erDiagram",
            *to_entities(db, names),
            *to_relations(db, names),
            "```",
            "",
        ]
        parts.append("\n".join([*lines, "| table | what a row is |", "|---|---|", *rows, ""]))
    db.close()
    return "\n" + "\n".join(parts)


def to_groups(db: sqlite3.Connection) -> dict[str, list[str]]:
    """Title -> names of tables and views, each in exactly one group."""
    sql = "select name from sqlite_master where type in ('table', 'view') and name not like ? and name not like ? escape '\\'"
    names = [name for (name,) in db.execute(sql, NOT_OURS)]
    placed = {name for group in GROUPS.values() for name in group}
    rest = [name for name in names if name not in placed]
    groups = {title: [name for name in group if name in names] for title, group in GROUPS.items()}
    groups[list(GROUPS)[-1]] += rest
    return groups


def to_entities(db: sqlite3.Connection, names: list[str]) -> Iterator[str]:
    """Tables with their columns and keys; a view has no keys and is not drawn."""
    sql = """
        select columns.name, lower(columns.type), columns.pk > 0,
            columns.name in (select "from" from pragma_foreign_key_list(:table))
        from pragma_table_info(:table) as columns
        where exists (select 1 from sqlite_master where name = :table and type = 'table')
    """
    for table in names:
        columns = db.execute(sql, {"table": table}).fetchall()
        if columns:
            yield f"    {table} {{"
            for name, kind, primary, foreign in columns:
                keys = ", ".join(["PK"] * primary + ["FK"] * foreign)
                yield f"        {kind} {name} {keys}".rstrip()
            yield "    }"


def to_relations(db: sqlite3.Connection, names: list[str]) -> Iterator[str]:
    """Foreign keys of the tables; those that lead out of the group show the other table as an empty box."""
    sql = """
        select keys."table", keys."from", (select "notnull" from pragma_table_info(:table) where name = keys."from")
        from pragma_foreign_key_list(:table) as keys order by keys."from"
    """
    for table in names:
        for other, column, required in db.execute(sql, {"table": table}):
            yield f"    {other} {'||' if required else '|o'}--o{{ {table} : {column}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
