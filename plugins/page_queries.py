"""Adds the canned queries for the site's own pages to Datasette's metadata.

metadata.yml may change any of their keys, such as `allow`.
"""

from datasette import hookimpl

from papersette.site.canned_queries import to_metadata


@hookimpl
def get_metadata():
    return to_metadata()
