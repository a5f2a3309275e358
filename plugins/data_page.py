"""Template functions for the Data page, tables and rows."""

from datasette import hookimpl

from papersette.site.canned_queries import DATABASE
from papersette.site.collection import is_useful, read_capabilities
from papersette.site.data_page import to_sections
from papersette.site.datasette_seam import row_path
from papersette.site.query_settings import DataSettings, settings_of

WITHOUT_ADDRESSES = "_fts_idx"
"""End of the names of tables of FTS5 whose keys are bytes: links to their rows are dead."""


@hookimpl
def extra_template_vars(datasette):
    async def data_sections(database, tables, views, queries):
        """Return the sections of a database's page, and the tables that it does not list."""
        settings = settings_of(datasette) if database == DATABASE else DataSettings()
        counts = {table["name"]: table["count"] for table in tables if not table["hidden"]}
        counts |= {view["name"]: None for view in views}
        listed = [describe(database, name, count) for name, count in counts.items()]
        has = await read_capabilities(datasette) if database == DATABASE else {}
        return to_sections(
            settings, listed, [one for one in queries if is_useful(one["name"], has)]
        )

    def helper_tables(database, tables):
        """Return the tables that serve the site: its helpers, and those that Datasette hides."""
        helpers = settings_of(datasette).helper_tables if database == DATABASE else frozenset()
        found = [table for table in tables if table["hidden"] or table["name"] in helpers]
        return [table for table in found if not table["name"].endswith(WITHOUT_ADDRESSES)]

    def describe(database, name, count):
        found = datasette.table_metadata(database, name)
        return {"name": name, "count": count, "description": found.get("description")}

    def row_address(database, table, cells, primary_keys):
        """Return the address of a row from some of its cells on a table page."""
        row = {cell["column"]: key_of(cell["raw"]) for cell in cells}
        try:
            return f"{datasette.urls.table(database, table)}/{row_path(row, primary_keys)}"
        except KeyError:  # rows of a view have no address; ?_nocol= may leave out a key
            return None

    return {
        "data_sections": data_sections,
        "helper_tables": helper_tables,
        "row_address": row_address,
    }


def key_of(raw):
    """Return the key in a cell; a foreign key's cell also has a label."""
    return raw["value"] if isinstance(raw, dict) else raw
