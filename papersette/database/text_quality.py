"""Scores the quality of extracted text: the share of a paper's words that other papers also use.

A font without a usable character map yields words that occur nowhere else. The score needs the
finished full-text index, unlike the checks of a single file in fulltext/quality.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlite_utils import Database

from papersette.database.schema import PAGES_PER_PAPER
from papersette.records import Problem

POOR_QUALITY = 0.5
"""Papers with a lower score are reported as problems."""
MIN_PAPERS = 20
"""Least number of papers with text in a language; a single French paper would share no words."""
SAMPLED_WORDS = 60
"""Approximate number of words looked up for each paper."""

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
WORD_ELSEWHERE = """
select exists (select 1 from temp.page_words where term = ? and (doc < ? or doc >= ?))
"""


def score_texts(db: Database) -> Iterator[Problem]:
    """Fill papers.text_quality and yield a problem for each paper below `POOR_QUALITY`.

    The score of a paper is the share of distinct words on its page of median length that occur in
    another paper. Languages in which fewer than `MIN_PAPERS` papers have text are not scored.
    """
    pages: dict[int, str] = dict(db.execute(TYPICAL_PAGES, (MIN_PAPERS,)))
    db.execute("create virtual table temp.page_words using fts5vocab(main, pages_fts, instance)")
    scores = [(_score(db, number, body), number) for number, body in pages.items()]
    db.execute("drop table temp.page_words")
    db.conn.executemany("update papers set text_quality = ? where number = ?", scores)
    db.conn.commit()
    for paper_id, venue_id, file, score in db.execute(POOR_TEXTS, (POOR_QUALITY,)):
        reason = (
            f"text of poor quality: only {score:.0%} of its words occur in other papers; "
            "check the fonts of the PDF"
        )
        yield Problem(venue_id, file or paper_id, "text", reason, paper_id)


def _score(db: Database, number: int, body: str) -> float:
    words = sorted(set(re.findall(r"[^\W\d_]{4,}", body.lower())))
    words = words[:: max(1, len(words) // SAMPLED_WORDS)]
    own_pages = (number * PAGES_PER_PAPER, (number + 1) * PAGES_PER_PAPER)
    known = sum(db.execute(WORD_ELSEWHERE, (word, *own_pages)).fetchone()[0] for word in words)
    return round(known / len(words), 2) if words else 0.0
