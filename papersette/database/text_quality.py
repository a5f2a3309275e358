"""Finds text that a font garbled, by asking whether its words are words of the other papers.

The rule: asked of the finished indexes, once for each paper; what one file tells by itself is fulltext/quality.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlite_utils import Database

from papersette.database.schema import PAGES_PER_PAPER
from papersette.records import Problem


def score_texts(db: Database) -> Iterator[Problem]:
    """Fill papers.text_quality, the share of distinct words on a page of middling length that another paper has, too.

    Text that a font garbles is made of words nobody else has; such a paper is yielded as a problem. Asked of languages in
    which at least `FEWEST_TO_COMPARE` papers have text: one French paper among many English ones is no rubbish.
    """
    middling: dict[int, str] = dict(db.execute(MIDDLING_PAGES, (FEWEST_TO_COMPARE,)))
    db.execute(
        "create virtual table temp.words_of_pages using fts5vocab(main, pages_fts, instance)"
    )
    scores = {number: _share_known(db, number, body) for number, body in middling.items()}
    db.execute("drop table temp.words_of_pages")
    db.conn.executemany(
        "update papers set text_quality = ? where number = ?", ((s, n) for n, s in scores.items())
    )
    db.conn.commit()
    for paper_id, venue_id, file, score in db.execute(BAD_TEXTS, (BAD_TEXT,)):
        reason = f"reads like no language of the other papers: they have {score:.0%} of its words; look at its PDF's fonts"
        yield Problem(venue_id, file or paper_id, "text", reason, paper_id)


MIDDLING_PAGES = """
select number, body from (
    select page_id / 10000 as number, body,
        row_number() over (partition by page_id / 10000 order by length(body)) as rank,
        count(*) over (partition by page_id / 10000) as pages
    from pages where body is not null
) where rank = (pages + 1) / 2 and number in (
    select number from papers where coalesce(language, '') in (
        select coalesce(language, '') from papers where page_count > 0 group by 1 having count(*) >= ?))
"""
BAD_TEXTS = "select paper_id, venue_id, file, text_quality from papers where text_quality < ? order by number"
BAD_TEXT = 0.5
FEWEST_TO_COMPARE = 20
WORDS_COMPARED = 60


def _share_known(db: Database, number: int, body: str) -> float:
    words = sorted(set(re.findall(r"[^\W\d_]{4,}", body.lower())))
    words = words[:: max(1, len(words) // WORDS_COMPARED)]
    ask = (
        "select exists (select 1 from temp.words_of_pages where term = ? and (doc < ? or doc >= ?))"
    )
    own = (number * PAGES_PER_PAPER, (number + 1) * PAGES_PER_PAPER)
    known = sum(db.execute(ask, (word, *own)).fetchone()[0] for word in words)
    return round(known / len(words), 2) if words else 0.0
