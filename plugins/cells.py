"""Renders table cells: names and titles as links to their rows, pages as links into the PDF."""

import re
from weakref import WeakKeyDictionary

from datasette import hookimpl
from markupsafe import Markup

from papersette.search.passages import to_marked_html
from papersette.site.addresses import is_own_path, is_web_address
from papersette.site.canned_queries import DATABASE
from papersette.site.datasette_seam import escape_sqlite, tilde_encode

LINKS = {
    "paper_id": ("paper_id", "papers"),
    "title": ("paper_id", "papers"),
    "name": ("author_id", "authors"),
    "tag": ("tag_id", "tags"),
    "other_tag": ("other_tag_id", "tags"),
    "session": ("session_id", "sessions"),
    "work": ("cited_work_id", "cited_works"),
    "cited_name": ("name_id", "cited_names"),
    "term": ("term_id", "terms"),
    "cited_title": ("cited_paper_id", "papers"),
}
"""Column -> the column of the same row with the key, and the table of that key."""
LINKS_OF_TABLES = {
    ("sessions", "title"): ("session_id", "sessions"),
    ("authorships", "name"): ("author_id", "authors"),
}
"""(Table, column) whose link differs from that of LINKS."""
targets = WeakKeyDictionary()
"""Database -> {(table, column) of a foreign key: what find_target returns}."""
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]")


@hookimpl
def render_cell(row, value, column, table, database, datasette):
    if database != DATABASE or value is None:
        return None
    if isinstance(value, dict):  # a foreign key and the label of its row
        return link_foreign_key(datasette, table, column, **value)
    if column in {"passage", "snippet"}:
        return Markup(to_marked_html(str(value)))  # noqa: S704 - it escapes
    if column == "page" and (url := to_safe_url(row, "pdf_url", datasette)):
        return Markup('<a href="{}#page={}">{}</a>').format(url, value, value)
    if column == "pdf_url" and (url := to_safe_url(row, column, datasette)):
        return Markup('<a href="{}">{}</a>').format(url, value)
    key_column, target = LINKS_OF_TABLES.get((table, column)) or LINKS.get(column, (None, None))
    key = to_key(row, key_column)
    if key and (table, column) != ("papers", "paper_id"):
        return to_link(datasette, target, key, value)
    return (
        Markup('<span dir="auto">{}</span>').format(value)
        if needs_direction(value, datasette)
        else None
    )


def to_key(row, column):
    """Return a key from a column of the row; None where the row lacks it."""
    value = row[column] if column in row.keys() else None  # noqa: SIM118 - `in row` looks at values
    return value["value"] if isinstance(value, dict) else value


def to_link(datasette, table, key, text):
    url = datasette.urls.row(DATABASE, table, tilde_encode(str(key)))
    return Markup('<a href="{}" dir="auto">{}</a>').format(url, text)


async def link_foreign_key(datasette, table, column, value, label):
    """Link to the row that a foreign key refers to, by its label, or its key where it has none.

    Datasette prints "None" for a missing label, and takes each foreign key for a primary key.
    """
    target, target_column, primary_key = await find_target(datasette, table, column)
    key = value
    if target_column != primary_key:
        names = map(escape_sqlite, (primary_key, target, target_column))
        sql = "select {} from {} where {} = ?".format(*names)  # noqa: S608 - names, escaped
        key = (await datasette.execute(DATABASE, sql, [value])).single_value()
    return to_link(datasette, target, key, label or key)


async def find_target(datasette, table, column):
    """Return the table and column that a foreign key refers to, and that table's primary key."""
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
    """Tell whether a value is short right-to-left text. Datasette truncates longer text."""
    return (
        isinstance(value, str)
        and RIGHT_TO_LEFT.search(value)
        and len(value) <= datasette.setting("truncate_cells_html")
    )
