"""Fills the tables of facets: the values a search can be filtered by, and the papers of each.

Everything that a search counts or filters by is a row of paper_facets, whatever table it came from.
A new facet is one more `union all` of INSERT_VALUES.
"""

from __future__ import annotations

from sqlite_utils import Database

from papersette.search.facet_counts import FACET_SPAN
from papersette.text import to_slug

CREATE_VALUES = """
create temp table facet_values (
    facet text, value text, number integer, label text, occurrences integer,
    primary key (facet, value, number)
) without rowid
"""
"""In the order in which the facets and their papers are read from it."""
INSERT_VALUES = """
insert into facet_values (facet, value, number, label, occurrences)
with every(facet, value, label, number, occurrences) as (
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
    select kind, term_id, terms.name, number, mentions.count
    from papers cross join mentions using (paper_id) cross join terms using (term_id)
    where kind in ('dataset', 'technique')
    union all
    select 'cites', name_id, cited_names.name, number, times
    from (
        select name_id, number, count(*) as times
        from papers cross join citations using (paper_id)
        cross join cited_authors using (citation_id)
        group by name_id, number
    ) join cited_names using (name_id)
    union all
    select 'cited', cited_work_id, cited_works.title, number, times
    from (
        select cited_work_id, number, count(*) as times
        from papers cross join citations using (paper_id)
        where cited_work_id is not null
        group by cited_work_id, number
    ) join cited_works using (cited_work_id)
    where citing_count > 1
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
select facet, value, number, min(label), max(occurrences) from every group by facet, value, number
"""
"""Inserts each facet, value and paper with it, and how often it occurs there.

The cross joins go from paper to paper, in whose order citations and mentions are stored: otherwise
SQLite begins with the names, and looks up two million entries in random order.
"""

INSERT_FACETS = """
insert into facets (facet_id, facet, value, label, slug, paper_count)
select
    ? * dense_rank() over (order by facet)
        + row_number() over (partition by facet order by count(*) desc, value),
    facet, value, min(label), to_slug(min(label)), count(*)
from facet_values
group by facet, value
order by count(*) desc, facet, value
"""
"""Within a facet the most common value has the lowest facet_id."""
INSERT_PAPER_FACETS = """
insert into paper_facets (facet_id, number, occurrences)
select facet_id, number, occurrences
from facets cross join facet_values using (facet, value)
order by facet_id, number
"""


def save_facets(db: Database) -> None:
    """Fill facets and paper_facets from the tables of papers and facts."""
    db.conn.create_function("to_slug", 1, to_slug, deterministic=True)
    db.execute(CREATE_VALUES)
    db.execute(INSERT_VALUES)
    db.execute(INSERT_FACETS, [FACET_SPAN])
    db.execute(INSERT_PAPER_FACETS)
    db.execute("drop table facet_values")
