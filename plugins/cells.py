"""Renders table cells: names and titles as links to their rows, pages as links into the PDF."""

import re
from weakref import WeakKeyDictionary

from datasette import hookimpl
from markupsafe import Markup

from papersette.search.passages import to_marked_html
from papersette.site.addresses import is_own_path, is_web_address
from papersette.site.canned_queries import DATABASE
from papersette.site.columns import find_link
from papersette.site.datasette_seam import escape_sqlite, tilde_encode

targets = WeakKeyDictionary()
"""Database -> {(table, column) of a foreign key: result of `find_target`}."""
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]")


@hookimpl
def render_cell(row, value, column, table, database, datasette):
    if database != DATABASE or value is None:
        return None
    if isinstance(value, dict):  # Datasette expands a foreign key to {value, label}
        return link_foreign_key(datasette, table, column, **value)
    if column in {"passage", "snippet"}:
        return Markup(to_marked_html(str(value)))  # noqa: S704 - it escapes
    if column == "page" and (url := to_safe_url(row, "pdf_url", datasette)):
        return Markup('<a href="{}#page={}">{}</a>').format(url, value, value)
    if column == "pdf_url" and (url := to_safe_url(row, column, datasette)):
        return Markup('<a href="{}">{}</a>').format(url, value)
    key_column, target = find_link(table, column, row.keys()) or (None, None)
    key = to_key(row, key_column)
    is_own_key = column == key_column and table == target
    if key and not is_own_key:
        return to_link(datasette, target, key, value)
    return (
        Markup('<span dir="auto">{}</span>').format(value)
        if needs_direction(value, datasette)
        else None
    )


def to_key(row, column):
    """Return a key from a column of the row; None if the row does not have the column."""
    value = row[column] if column in row.keys() else None  # noqa: SIM118 - `in row` checks values
    return value["value"] if isinstance(value, dict) else value


def to_link(datasette, table, key, text):
    url = datasette.urls.row(DATABASE, table, tilde_encode(str(key)))
    return Markup('<a href="{}" dir="auto">{}</a>').format(url, text)


async def link_foreign_key(datasette, table, column, value, label):
    """Link to the row that a foreign key refers to, by its label, or else its key.

    Datasette prints "None" for a missing label, and assumes that a foreign key is a primary key.
    """
    target, target_column, primary_key = await find_target(datasette, table, column)
    key = value
    if target_column != primary_key:
        names = map(escape_sqlite, (primary_key, target, target_column))
        sql = "select {} from {} where {} = ?".format(*names)  # noqa: S608 - escaped names
        key = (await datasette.execute(DATABASE, sql, [value])).single_value()
    return to_link(datasette, target, key, label or key)


async def find_target(datasette, table, column):
    """Return the table and column that a foreign key refers to, and the table's primary key."""
    database = datasette.get_database(DATABASE)
    known = targets.setdefault(database, {})
    if (table, column) not in known:
        foreign_keys = await database.foreign_keys_for_table(table)
        found = next(key for key in foreign_keys if key["column"] == column)
        (primary_key,) = await database.primary_keys(found["other_table"])
        known[table, column] = (found["other_table"], found["other_column"], primary_key)
    return known[table, column]


def to_safe_url(row, column, datasette):
    """Return the URL in a column of the row if it is a path of this site or http(s), else ""."""
    url = str(row[column] or "") if column in row.keys() else ""  # noqa: SIM118
    if is_own_path(url):
        return datasette.urls.path(url)
    return url if is_web_address(url) else ""


def needs_direction(value, datasette):
    """Return whether a value is short right-to-left text. Datasette truncates longer text."""
    return (
        isinstance(value, str)
        and RIGHT_TO_LEFT.search(value)
        and len(value) <= datasette.setting("truncate_cells_html")
    )
