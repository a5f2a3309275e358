"""Fill the tables of facets: the values a search can be filtered by, and the papers that have each.

Everything that a search counts or filters by is a row of paper_facets, whatever table it came from.
A new facet is one more `union all` of FACET_VALUES.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlite_utils import Database

from papersette.search.facet_counts import FACET_SPAN, to_bits, to_width
from papersette.text import to_slug

Value = tuple[str, str]
"""A facet and one of its values."""
COUNTED_VALUES = 500
"""Values of each facet that are counted for a large result, the most common ones.

A page shows fifteen, which are nearly always among them.
"""

FACET_VALUES = """
with facet_values(facet, value, label, number) as (
    select 'venue', venue_id, venues.name, number
    from papers join venues using (venue_id)
    union all
    select 'year', cast(year as text), cast(year as text), number
    from papers where year is not null
    union all
    select 'decision', decision, decision, number
    from papers where decision is not null
    union all
    select 'language', language, language, number
    from papers where language is not null
    union all
    select 'tag', tag_id, tag, number
    from paper_tags join tags using (tag_id) join papers using (paper_id)
    union all
    select 'author', author_id, authors.name, number
    from authorships join authors using (author_id) join papers using (paper_id)
    union all
    select 'session', session_id, sessions.title, number
    from session_papers join sessions using (session_id) join papers using (paper_id)
    union all
    select 'dataset', term_id, terms.name, number
    from mentions join terms using (term_id) join papers using (paper_id)
    where kind = 'dataset'
    union all
    select 'technique', term_id, terms.name, number
    from mentions join terms using (term_id) join papers using (paper_id)
    where kind = 'technique'
    union all
    select 'cites', name_id, cited_names.name, number
    from cited_authors join cited_names using (name_id)
    join citations using (citation_id) join papers using (paper_id)
    union all
    select distinct 'cited', cited_work_id, cited_works.title, number
    from citations join cited_works using (cited_work_id) join papers using (paper_id)
    where citing_count > 1
    union all
    select 'has', 'text', 'text', number
    from papers where page_count > 0
    union all
    select 'has', 'tldr', 'tl;dr', number
    from papers where tldr is not null
    union all
    select 'has', 'abstract', 'abstract', number
    from papers where abstract is not null
    union all
    select 'has', 'authors', 'authors', number
    from papers where authors is not null
    union all
    select 'has', 'tags', 'tags', number
    from papers where tags is not null
    union all
    select 'has', 'pdf', 'PDF', number
    from papers where pdf_url is not null
    union all
    select distinct 'has', 'code', 'code link in text', number
    from code_links join papers using (paper_id)
    union all
    select 'has', 'reviews', 'reviews', number
    from papers where paper_id in (select paper_id from reviews)
    union all
    select 'has', 'versions', 'other versions', number
    from papers join works using (work_id)
    where works.paper_count > 1
)
select facet, value, label, number from facet_values order by facet, value, number
"""
"""Facet, value, label and number of each paper that has the value."""


def save_facets(db: Database) -> None:
    """Fill facets, paper_facets and facet_sets from the tables of papers and facts."""
    labels: dict[Value, str] = {}
    papers_of: defaultdict[Value, dict[int, None]] = defaultdict(dict)
    for facet, value, label, number in db.execute(FACET_VALUES):
        labels.setdefault((facet, value), label)
        papers_of[facet, value][number] = None
    ids = _to_facet_ids(papers_of)
    db.table("facets").insert_all(
        {
            "facet_id": facet_id,
            "facet": key[0],
            "value": key[1],
            "label": labels[key],
            "slug": to_slug(labels[key]),
            "paper_count": len(papers_of[key]),
        }
        for key, facet_id in ids.items()
    )
    db.table("paper_facets").insert_all(
        {"facet_id": facet_id, "number": number}
        for key, facet_id in ids.items()
        for number in papers_of[key]
    )
    db.table("facet_sets").insert_all(_to_facet_sets(ids, papers_of))


def _to_facet_ids(papers_of: Mapping[Value, Collection[int]]) -> dict[Value, int]:
    """Return the facet_id of each value; within a facet they rise from the most common value."""
    names = sorted({facet for facet, _ in papers_of})
    facet_numbers = {facet: n for n, facet in enumerate(names, start=1)}
    ranks: Counter[str] = Counter()
    ids = {}
    for key in sorted(papers_of, key=lambda key: (-len(papers_of[key]), key)):
        facet = key[0]
        ranks[facet] += 1
        ids[key] = facet_numbers[facet] * FACET_SPAN + ranks[facet]
    return ids


def _to_facet_sets(
    ids: Mapping[Value, int], papers_of: Mapping[Value, Collection[int]]
) -> Iterator[dict[str, Any]]:
    """Yield a row of facet_sets for each facet; `ids` is ordered by how common the values are."""
    width = to_width(max((number for papers in papers_of.values() for number in papers), default=0))
    values_of: defaultdict[str, list[Value]] = defaultdict(list)
    for key in ids:
        values_of[key[0]].append(key)
    for facet, keys in values_of.items():
        bitmaps = b"".join(to_bits(papers_of[key], width) for key in keys[:COUNTED_VALUES])
        yield {"facet": facet, "first_id": ids[keys[0]], "width": width, "papers": bitmaps}
