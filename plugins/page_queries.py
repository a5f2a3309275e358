"""Gives Datasette the canned queries that the site's own pages are made of.

metadata.yml may change any of their keys, such as `allow`.
"""

from datasette import hookimpl

from papersette.site.canned_queries import to_metadata


@hookimpl
def get_metadata():
    return to_metadata()
