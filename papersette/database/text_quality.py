"""Scores the quality of extracted text: the share of a paper's words that other papers also use.

A font without a usable character map yields words that occur nowhere else. The score needs the
table of all words, unlike the checks of a single file in fulltext/quality.py.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator

from sqlite_utils import Database

from papersette.records import Problem
from papersette.text import fold

POOR_QUALITY = 0.5
"""Papers with a lower score are reported as problems."""
MIN_PAPERS = 20
"""Least number of papers with text in a language; a single French paper would share no words."""
SAMPLED_WORDS = 60
"""Approximate number of words looked up for each paper."""
LETTERS = "a-z\u00df-\u024f\u0370-\u058f\u05d0-\u05ea\u0620-\u064a\u066e-\u06d3"
"""Letters of scripts with spaces between words and without vowel signs that the index drops."""
LETTER = re.compile(f"[{LETTERS}]")
OTHER_LETTER = re.compile(rf"[^\W\d_{LETTERS}]")
WORD = re.compile(rf"(?<!\w)[{LETTERS}]{{4,24}}(?!\w)")
"""As in the table words."""

TYPICAL_PAGES = """
with ranked as (
    select paper_id, body,
        row_number() over (partition by paper_id order by length(body), page) as rank,
        count(*) over (partition by paper_id) as page_count
    from pages
    where body is not null
),
languages as (
    select coalesce(language, '') as language
    from papers
    where page_count > 0
    group by 1
    having count(*) >= ?
)
select papers.number, ranked.body
from ranked
join papers using (paper_id)
where ranked.rank = (ranked.page_count + 1) / 2
    and coalesce(papers.language, '') in (select language from languages)
"""
"""Selects the number and the page of median length of each paper, if its language has enough."""
POOR_TEXTS = """
select paper_id, venue_id, file, text_quality
from papers
where text_quality < ?
order by number
"""
SHARED_WORDS = "select count(*) from words where word in (select value from json_each(?))"
"""Counts those of a paper's words that another paper has as well: `words` has no others."""


def score_texts(db: Database) -> Iterator[Problem]:
    """Fill papers.text_quality and yield a problem for each paper below `POOR_QUALITY`.

    The score of a paper is the share of distinct words on its page of median length that occur in
    another paper. Languages in which fewer than `MIN_PAPERS` papers have text are not scored, nor
    pages in scripts without spaces.
    """
    pages: dict[int, str] = dict(db.execute(TYPICAL_PAGES, (MIN_PAPERS,)))
    scores = [(_score(db, body), number) for number, body in pages.items()]
    db.conn.executemany("update papers set text_quality = ? where number = ?", scores)
    db.conn.commit()
    for paper_id, venue_id, file, score in db.execute(POOR_TEXTS, (POOR_QUALITY,)):
        reason = (
            f"text of poor quality: only {score:.0%} of its words occur in other papers; "
            "check the fonts of the PDF"
        )
        yield Problem(venue_id, file or paper_id, "text", reason, paper_id)


def _score(db: Database, body: str) -> float | None:
    """Return the score of a page; None if it is mostly in other scripts than those of `LETTERS`."""
    lower = body.lower()
    if len(OTHER_LETTER.findall(lower)) > len(LETTER.findall(lower)):
        return None
    words = sorted(set(map(_to_term, WORD.findall(lower))))
    words = words[:: max(1, len(words) // SAMPLED_WORDS)]
    known = db.execute(SHARED_WORDS, [json.dumps(words)]).fetchone()[0]
    return round(known / len(words), 2) if words else 0.0


def _to_term(word: str) -> str:
    """Return a word as it is in the full-text indexes: folded, without accents."""
    if word.isascii():  # nearly all are, and have none
        return word
    letters = unicodedata.normalize("NFD", fold(word))
    return "".join(c for c in letters if not unicodedata.combining(c))
