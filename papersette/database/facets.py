"""Fills the tables of facets: the values a search can be filtered by, and the papers of each.

Everything that a search counts or filters by is a row of paper_facets, whatever table it came from.
A new facet is one more `union all` of FACET_VALUES.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping

from sqlite_utils import Database

from papersette.search.facet_counts import FACET_SPAN
from papersette.text import to_slug

Value = tuple[str, str]
"""A facet and one of its values."""

FACET_VALUES = """
with facet_values(facet, value, label, number, occurrences) as (
    select 'venue', venue_id, venues.name, number, 1
    from papers join venues using (venue_id)
    union all
    select 'year', cast(year as text), cast(year as text), number, 1
    from papers where year is not null
    union all
    select 'decision', decision, decision, number, 1
    from papers where decision is not null
    union all
    select 'language', language, language, number, 1
    from papers where language is not null
    union all
    select 'tag', tag_id, tag, number, 1
    from paper_tags join tags using (tag_id) join papers using (paper_id)
    union all
    select 'author', author_id, authors.name, number, 1
    from authorships join authors using (author_id) join papers using (paper_id)
    union all
    select 'session', session_id, sessions.title, number, 1
    from session_papers join sessions using (session_id) join papers using (paper_id)
    union all
    select 'dataset', term_id, terms.name, number, mentions.count
    from mentions join terms using (term_id) join papers using (paper_id)
    where kind = 'dataset'
    union all
    select 'technique', term_id, terms.name, number, mentions.count
    from mentions join terms using (term_id) join papers using (paper_id)
    where kind = 'technique'
    union all
    select 'cites', name_id, cited_names.name, number, count(*)
    from cited_authors join cited_names using (name_id)
    join citations using (citation_id) join papers using (paper_id)
    group by name_id, number
    union all
    select 'cited', cited_work_id, cited_works.title, number, count(*)
    from citations join cited_works using (cited_work_id) join papers using (paper_id)
    where citing_count > 1
    group by cited_work_id, number
    union all
    select 'has', 'text', 'text', number, 1
    from papers where page_count > 0
    union all
    select 'has', 'tldr', 'tl;dr', number, 1
    from papers where tldr is not null
    union all
    select 'has', 'abstract', 'abstract', number, 1
    from papers where abstract is not null
    union all
    select 'has', 'authors', 'authors', number, 1
    from papers where authors is not null
    union all
    select 'has', 'tags', 'tags', number, 1
    from papers where tags is not null
    union all
    select 'has', 'pdf', 'PDF', number, 1
    from papers where pdf_url is not null
    union all
    select distinct 'has', 'code', 'code link in text', number, 1
    from code_links join papers using (paper_id)
    union all
    select 'has', 'reviews', 'reviews', number, 1
    from papers where paper_id in (select paper_id from reviews)
    union all
    select 'has', 'versions', 'other versions', number, 1
    from papers join works using (work_id)
    where works.paper_count > 1
)
select facet, value, label, number, occurrences from facet_values order by facet, value, number
"""
"""Selects facet, value, label, number of each paper with the value, and its occurrences there."""

INSERT_FACET = """
insert into facets (facet_id, facet, value, label, slug, paper_count) values (?, ?, ?, ?, ?, ?)
"""
INSERT_PAPER_FACET = "insert into paper_facets (facet_id, number, occurrences) values (?, ?, ?)"


def save_facets(db: Database) -> None:
    """Fill facets and paper_facets from the tables of papers and facts."""
    labels: dict[Value, str] = {}
    papers_of: defaultdict[Value, dict[int, int]] = defaultdict(dict)
    for facet, value, label, number, occurrences in db.execute(FACET_VALUES):
        labels.setdefault((facet, value), label)
        papers_of[facet, value][number] = occurrences
    ids = _to_facet_ids(papers_of)
    db.conn.executemany(
        INSERT_FACET,
        (
            (facet_id, *key, labels[key], to_slug(labels[key]), len(papers_of[key]))
            for key, facet_id in ids.items()
        ),
    )
    db.conn.executemany(
        INSERT_PAPER_FACET,
        (
            (facet_id, number, occurrences)
            for key, facet_id in ids.items()
            for number, occurrences in sorted(papers_of[key].items())
        ),
    )


def _to_facet_ids(papers_of: Mapping[Value, Collection[int]]) -> dict[Value, int]:
    """Return the facet_id of each value; within a facet the most common value has the lowest."""
    names = sorted({facet for facet, _ in papers_of})
    facet_numbers = {facet: n for n, facet in enumerate(names, start=1)}
    ranks: Counter[str] = Counter()
    ids = {}
    for key in sorted(papers_of, key=lambda key: (-len(papers_of[key]), key)):
        facet = key[0]
        ranks[facet] += 1
        ids[key] = facet_numbers[facet] * FACET_SPAN + ranks[facet]
    return ids
