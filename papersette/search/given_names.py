"""Tells people apart who share a family name and an initial, by given names that entries print.

Names in reference lists are indexed by family name and one initial, since many entries print no
more. Where a query has a full given name, entries that print it come first.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable

from papersette.names import parse_name, to_given_name
from papersette.search.needles import fold_in_place, to_words

ENTRIES = """
select paper_id, raw from cited_authors cross join citations using (citation_id)
where name_id in (select value from json_each(?)) and raw like ?
"""
MAY_HAVE_ACCENTS = re.compile("^.|[aeiouy]")
"""Letters that SQLite, which folds no accents, may find otherwise in a given name."""
BETWEEN = r"(?:[\s-]+[^\W\d_]+\.?){0,2}[\s-]+"
"""Middle names and particles between a given name and a family name."""


def to_pattern(typed: str) -> re.Pattern[str] | None:
    """Return what finds a name with its full given name in folded text; None without one.

    >>> bool(to_pattern("Xiang Zhang").search("zhang, xiang and lecun")), to_pattern("Zhang, X")
    (True, None)
    """
    if not to_given_name(typed):
        return None
    name = parse_name(typed)
    given = re.escape(to_words(name.given)[0])
    family = r"[\W_]+".join(map(re.escape, to_words(name.bare_family)))
    return re.compile(rf"\b{given}\b{BETWEEN}{family}\b|\b{family}\b[\s,]+{given}\b")


def find_papers(conn: sqlite3.Connection, name_ids: Iterable[str], typed: str) -> set[str]:
    """Return the ids of papers that cite any of these names with the full given name typed.

    A common name has thousands of entries: SQLite finds those that may have the given name.
    """
    pattern = to_pattern(typed)
    if pattern is None:
        return set()
    likely = f"%{MAY_HAVE_ACCENTS.sub('_', to_given_name(typed))}%"
    rows = conn.execute(ENTRIES, (json.dumps(list(name_ids)), likely))
    return {paper_id for paper_id, raw in rows if pattern.search(fold_in_place(raw))}
