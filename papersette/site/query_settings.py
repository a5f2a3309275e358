"""Reads how the site presents tables and canned queries: data_page.yml beside the folder plugins.

It groups them on the Data page, names their columns, and gives labels and suggested values to the
fields of canned queries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from papersette import loading
from papersette.errors import BadFile

FILE = "data_page.yml"


@dataclass(frozen=True)
class Input:
    """The field of a parameter of canned queries."""

    label: str
    facet: str | None = None
    """Facet of the search whose most common values are suggested."""
    values: tuple[str, ...] = ()
    """All values of the parameter, if they are few."""
    is_long: bool = False
    """Whether the value is a text of several lines."""


@dataclass(frozen=True)
class Group:
    """Tables and canned queries that are listed together on the Data page."""

    title: str
    about: str
    tables: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataSettings:
    """The settings in data_page.yml."""

    groups: tuple[Group, ...] = ()
    helper_tables: frozenset[str] = frozenset()
    """Tables that serve the site rather than its readers."""
    helper_queries: frozenset[str] = frozenset()
    """Canned queries for templates and exports, which the Data page does not list."""
    inputs: Mapping[str, Input] = field(default_factory=dict)
    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Canned query -> parameters, of which it needs at least one."""
    charts: Mapping[str, str] = field(default_factory=dict)
    """Canned query -> the chart on its page, unless it has the query's name."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Column of a canned query -> its heading."""

    @classmethod
    def from_config(cls, config: Any) -> DataSettings:
        """Read the settings.

        Raises:
            ValueError: A key is unknown, or a value has the wrong form.
        """
        if not isinstance(config, Mapping | None):
            raise ValueError(f"{FILE} must be a mapping")
        try:
            given = dict(config or {})
            check_keys("the file", given, cls)
            return cls(
                groups=tuple(to_group(group) for group in given.get("groups", ())),
                helper_tables=frozenset(given.get("helper_tables", ())),
                helper_queries=frozenset(given.get("helper_queries", ())),
                inputs={name: to_input(one) for name, one in given.get("inputs", {}).items()},
                required={key: tuple(names) for key, names in given.get("required", {}).items()},
                charts=dict(given.get("charts", {})),
                columns=dict(given.get("columns", {})),
            )
        except (TypeError, AttributeError, KeyError) as error:
            raise ValueError(f"{FILE} has a value of the wrong form: {error}") from error

    def input_of(self, parameter: str) -> Input:
        """Return the field of a parameter; without settings, its name is its label."""
        return self.inputs.get(parameter) or Input(to_heading(parameter))

    def heading_of(self, column: str) -> str:
        """Return the heading of a column."""
        return self.columns.get(column) or to_heading(column)

    def is_incomplete(self, query: str, given: Mapping[str, str]) -> bool:
        """Return whether a canned query has none of the parameters that it needs."""
        needed = self.required.get(query, ())
        return bool(needed) and not any((given.get(name) or "").strip() for name in needed)


def settings_of(datasette: Any) -> DataSettings:
    """Return the settings of a server; they are read once and kept with it.

    Raises:
        ValueError: The file cannot be read, or has a wrong value.
    """
    settings: DataSettings | None = getattr(datasette, "papersette_data", None)
    if settings is None:
        settings = DataSettings.from_config(read_settings(datasette.plugins_dir))
        datasette.papersette_data = settings
    return settings


def read_settings(plugins: str | None) -> Any:
    """Return the value of the file beside the folder of plugins; None if it does not exist."""
    path = Path(plugins).resolve().with_name(FILE) if plugins else None
    if path is None or not path.exists():
        return None
    try:
        return loading.load_yaml(path).value
    except BadFile as error:
        raise ValueError(str(error)) from error


def to_heading(name: str) -> str:
    """Return a readable form of the name of a column or parameter.

    >>> to_heading("first_page")
    'First page'
    """
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def to_group(given: Mapping[str, Any]) -> Group:
    check_keys("groups", given, Group)
    tables, queries = tuple(given.get("tables", ())), tuple(given.get("queries", ()))
    return Group(given["title"], given.get("about", ""), tables, queries)


def to_input(given: Mapping[str, Any]) -> Input:
    check_keys("inputs", given, Input)
    return Input(**{**given, "values": tuple(given.get("values", ()))})


def check_keys(name: str, given: Mapping[str, Any], kind: Any) -> None:
    known = {one.name for one in fields(kind)}
    if unknown := sorted(set(given) - known):
        listed = ", ".join(sorted(known))
        raise ValueError(f"{FILE}: {name}: “{unknown[0]}” is unknown; known are {listed}")
