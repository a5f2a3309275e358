"""Registers the SQL functions of the search, which itself is SQL in metadata.yml."""

from datasette import hookimpl
from rapidfuzz import fuzz

from papersette.search import query as language
from papersette.search.facet_counts import count_sets, count_values
from papersette.text import to_slug


@hookimpl(trylast=True)  # replaces Datasette's escape_fts, for which '"' is an error
def prepare_connection(conn):
    conn.create_function("escape_fts", 1, language.to_match, deterministic=True)
    conn.create_function("search_terms", 1, language.to_terms, deterministic=True)
    conn.create_function("search_excluded", 1, language.to_excluded, deterministic=True)
    conn.create_function("search_words", 1, language.to_words, deterministic=True)
    conn.create_function("search_slug", 1, to_slug, deterministic=True)
    conn.create_function("search_prefix", 1, language.to_prefix, deterministic=True)
    conn.create_function("count_sets", 5, count_sets, deterministic=True)
    conn.create_function("count_values", 3, count_values, deterministic=True)
    conn.create_function(
        "cube_root", 1, lambda x: x ** (1 / 3), deterministic=True
    )  # not every SQLite has pow
    conn.create_function("spelling_likeness", 2, fuzz.ratio, deterministic=True)
    conn.create_function("search_choices", 2, language.to_choices, deterministic=True)
