"""Finds text that addresses a program instead of a reader, with the full-text index of the pages.

The index answers some hundred short queries in milliseconds, whatever the size of the collection;
only the pages that it finds are read. Scripts without spaces need a look at every page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlite_utils import Database

from papersette.knowledge.machine_text import Wording, load_wordings
from papersette.records import Problem
from papersette.text import fold

MOST_PAGES = 5
"""Largest number of pages named in a problem."""
EXCERPT = 160
"""Longest excerpt in characters."""
MATCHING = """
select page_id, coalesce(pages.body, '') || char(10) || coalesce(pages.refs, '')
from pages_fts join pages on page_id = pages_fts.rowid where pages_fts match ?
"""
BODIES = "select page_id, body from pages where body is not null"
BEFORE = 40
"""Characters of an excerpt before the text that was found."""
PAPER_OF = """
select papers.paper_id, venue_id, file, page
from pages join papers using (paper_id) where page_id = ?
"""


def find_machine_text(db: Database) -> Iterator[Problem]:
    """Yield a problem for each paper with such text, with page numbers and the first excerpt."""
    excerpts: dict[int, str] = {}
    for page_id, text, wording in _find_candidates(db, load_wordings()):
        span = wording.find(fold(text))
        if span:
            excerpts.setdefault(page_id, to_excerpt(fold(text), *span))
    pages: defaultdict[tuple[str, str, str], list[tuple[int, str]]] = defaultdict(list)
    for page_id, excerpt in sorted(excerpts.items()):
        paper_id, source, file, page = db.execute(PAPER_OF, (page_id,)).fetchone()
        pages[(source, file or paper_id, paper_id)].append((page, excerpt))
    for (source, item, paper_id), found in pages.items():
        yield Problem(source, item, "text", to_reason(found), paper_id)


def _find_candidates(
    db: Database, wordings: Sequence[Wording]
) -> Iterator[tuple[int, str, Wording]]:
    """Yield (page_id, text, wording) of the pages that may contain a wording.

    Scripts without spaces are searched in Python: unlike SQLite, it knows without a scan that an
    English page has no Chinese letters.
    """
    for wording in wordings:
        if not wording.is_letters:
            for page_id, text in db.execute(MATCHING, (to_match(wording),)):
                yield page_id, text, wording
    runs = [wording for wording in wordings if wording.is_letters]
    for page_id, body in db.execute(BODIES):
        for wording in runs:
            if wording.words[0] in body:
                yield page_id, body, wording


def to_excerpt(text: str, start: int, end: int) -> str:
    """Return the part of a text around a span, beginning with a whole word."""
    first = max(text.rfind(" ", 0, max(0, start - BEFORE)) + 1, start - 2 * BEFORE, 0)
    return " ".join(text[first : max(end, first + EXCERPT)].split())[:EXCERPT]


def to_match(wording: Wording) -> str:
    """Return the FTS5 expression of a wording.

    >>> to_match(Wording(("ignore", "instructions"), 3))
    'NEAR("ignore" "instructions", 3)'
    """
    words = " ".join(f'"{word}"' for word in wording.words)
    return f"NEAR({words}, {wording.within})" if len(wording.words) > 1 else words


def to_reason(found: list[tuple[int, str]]) -> str:
    """Return the reason of a problem: the numbers of the pages, and the first excerpt."""
    numbers = ", ".join(str(page) for page, _ in found[:MOST_PAGES])
    more = ", …" if len(found) > MOST_PAGES else ""
    return (
        f"may address assistants or automatic reviews instead of readers, on page {numbers}{more}: "
        f"“{found[0][1]}”. Look whether the paper only quotes it"
    )
