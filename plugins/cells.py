"""Cells that know what they hold: a title, name or tag links to its row, a passage is marked, a page opens the PDF there."""

import re

from datasette import hookimpl
from datasette.utils import tilde_encode
from markupsafe import Markup

from papersette.search import query as language
from papersette.site.canned_queries import DATABASE

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
"""Column -> the column of the same row that holds the key, and the table it is a key of."""
OWN = {
    ("sessions", "title"): ("session_id", "sessions"),
    ("authorships", "name"): ("author_id", "authors"),
}
"""Where a table means something else by a column than the rest."""
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]")


@hookimpl
def render_cell(row, value, column, table, database, datasette):
    if database != DATABASE or value is None:
        return None
    if column in {"passage", "snippet"}:
        return Markup(language.to_marked_html(str(value)))  # noqa: S704 - it escapes
    if column == "page" and (url := own_url(row, "pdf_url", datasette)):
        return Markup('<a href="{}#page={}">{}</a>').format(url, value, value)
    if column == "pdf_url" and (url := own_url(row, column, datasette)):
        return Markup('<a href="{}">{}</a>').format(url, value)
    key, target = OWN.get((table, column)) or LINKS.get(column, (None, None))
    if (table, column) != ("papers", "paper_id") and key in row.keys() and row[key]:  # noqa: SIM118 - it iterates over values
        path = datasette.urls.row(DATABASE, target, tilde_encode(str(row[key])))
        return Markup('<a href="{}" dir="auto">{}</a>').format(path, value)
    return (
        Markup('<span dir="auto">{}</span>').format(value)
        if needs_direction(value, datasette)
        else None
    )


def own_url(row, column, datasette):
    """The address in a column of this row, if it is one of this site or of the web."""
    url = str(row[column] or "") if column in row.keys() else ""  # noqa: SIM118
    if url.startswith("/") and not url.startswith("//"):
        return datasette.urls.path(url)
    return url if url.startswith(("https://", "http://")) else ""


def needs_direction(value, datasette):
    """Whether a value is short text with right-to-left letters; Datasette shortens and links the rest itself."""
    return (
        isinstance(value, str)
        and RIGHT_TO_LEFT.search(value)
        and len(value) <= datasette.setting("truncate_cells_html")
    )
