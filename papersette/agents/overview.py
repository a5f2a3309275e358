"""The tool describe: the contents of the collection, what it lacks, and its build."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from papersette.agents.answers import fit, to_count, to_line
from papersette.agents.library import Library, Row
from papersette.exports.volumes import to_venue_and_year

VENUES = """
select venue_id, venues.name, venues.year, count(paper_id) as papers, sum(page_count > 0) as texts
from venues join papers using (venue_id) group by venue_id order by papers desc, venues.name
"""
YEARS = "select year, count(*) as papers from papers group by year order by year"
LACKS = """
select count(*) as papers, sum(title is null) as title, sum(authors is null) as authors,
    sum(abstract is null) as abstract, sum(tags is null) as tags, sum(page_count = 0) as text,
    sum(year is null) as year, sum(decision is null) as decision, sum(doi is null) as doi,
    sum(rating is null) as rating, sum(pdf_url is null) as pdf, sum(language is null) as language
from papers
"""
COUNTS = """
select (select count(*) from works) as works, (select count(*) from authors) as authors,
    (select count(*) from pages) as pages, (select count(*) from citations) as citations,
    (select count(*) from terms) as datasets_and_techniques,
    (select count(*) from code_links) as code_links, (select count(*) from reviews) as reviews,
    (select count(*) from sessions) as sessions, (select count(*) from problems) as problems
"""
COMMON = """
select facet, group_concat(label, '; ') as labels from (
    select facet, label, row_number() over (partition by facet order by facet_id) as rank
    from facets where facet in ('tag', 'dataset', 'technique', 'language', 'decision'))
where rank <= 8 group by facet
"""
MOST_VENUES = 25


def describe(library: Library, given: Mapping[str, Any]) -> str:
    """Return the collection in figures: venues, years, counts, and what its papers lack."""
    build, venues = library.build(), library.query(VENUES)
    counts, lacks = library.query(COUNTS)[0], library.query(LACKS)[0]
    head = [
        f"# {to_line(build['title'], 100)}: {to_count(lacks['papers'], 'paper')}",
        library.head(),
        f"Home: {library.addresses.search({})}",
        to_line(build["notice"], 500),
        "; ".join(f"{name.replace('_', ' ')}: {count}" for name, count in counts.items()),
    ]
    years = (f"{row['year'] or 'unknown'}: {row['papers']}" for row in library.query(YEARS))
    blocks = [
        "Papers by year: " + ", ".join(years),
        "Papers by venue:\n" + "\n".join(map(_to_venue, venues[:MOST_VENUES])),
        *_to_lacks(lacks, counts),
        *(
            f"Commonest {row['facet']}: {to_line(row['labels'], 400)}"
            for row in library.query(COMMON)
        ),
    ]
    more = len(venues) - MOST_VENUES
    rest = f"{to_count(more, 'venue')} more: SQL on the table venues. " if more > 0 else ""
    return fit(
        head,
        blocks,
        lambda shown: rest + ("Complete." if shown == len(blocks) else "Cut: SQL has the rest."),
    )


def _to_venue(row: Row) -> str:
    where = to_venue_and_year(to_line(row["name"], 80), row["year"])
    return f"- {where} (venue:{row['venue_id']}): {row['papers']}, {row['texts']} with text"


def _to_lacks(lacks: Row, counts: Row) -> list[str]:
    total = lacks["papers"]
    none = [name for name, count in lacks.items() if name != "papers" and count == total]
    none += [name.replace("_", " ") for name, count in counts.items() if not count]
    some = [
        f"{name} ({count})"
        for name, count in lacks.items()
        if name != "papers" and count and count < total
    ]
    return [
        f"No paper has: {', '.join(dict.fromkeys(none))}" if none else "",
        f"Papers without: {', '.join(some)}" if some else "",
    ]
