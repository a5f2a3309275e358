"""Lists tables and canned queries for the Data page, in the groups of metadata.yml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from papersette.site.query_settings import DataSettings

Listed = Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """A group of the Data page; `title` is empty for the rest, which is in no group."""

    title: str
    about: str
    tables: list[Listed]
    """{name, count, description} of each table; the count of a view, or of many rows, is None."""
    queries: list[Listed]
    empty: list[str]
    """Tables of the group that have no rows."""


def to_sections(
    settings: DataSettings, tables: Iterable[Listed], queries: Iterable[Listed]
) -> list[Section]:
    """Return the groups that are not empty, then the rest, which is in no group.

    Args:
        settings: Settings of the database; empty ones list everything in one section.
        tables: Tables and views that the reader may see: {name, count, description}.
        queries: Canned queries that the reader may see, and that have results.
    """
    rest = {table["name"]: table for table in tables if table["name"] not in settings.helper_tables}
    asked = {
        query["name"]: query for query in queries if query["name"] not in settings.helper_queries
    }
    empty = {name for name, table in rest.items() if table["count"] == 0}
    sections = []
    for group in settings.groups:
        names = [name for name in group.tables if name in rest]
        in_group = [rest.pop(name) for name in names]
        sections.append(
            Section(
                group.title,
                group.about,
                [table for table in in_group if table["name"] not in empty],
                [asked.pop(name) for name in group.queries if name in asked],
                [name for name in names if name in empty],
            )
        )
    sections.append(Section("", "", list(rest.values()), list(asked.values()), []))
    return [one for one in sections if one.tables or one.queries]
