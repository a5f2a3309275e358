"""Finds out what the collection has, and example queries that have results in it.

Pages hide what a collection lacks: navigation, home, cards, search tips and exports use this
module. The results belong to one build, and are kept with its database and its search engine.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from itertools import permutations, product
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from papersette.search.engine import Engine
from papersette.search.results import Request, Result
from papersette.site.canned_queries import DATABASE
from papersette.site.search_service import Indexing, service_of

HAS = """
select
    exists (select 1 from papers where title is not null) as titles,
    exists (select 1 from authors) as authors,
    exists (select 1 from tags) as tags,
    exists (select 1 from papers where tldr is not null) as tldrs,
    exists (select 1 from papers where abstract is not null) as abstracts,
    (select count(*) from papers where page_count > 0) as text,
    exists (select 1 from papers where pdf_url is not null) as pdfs,
    exists (select 1 from papers where rating is not null) as ratings,
    exists (select 1 from papers where decision is not null) as decisions,
    exists (select 1 from papers where cited_by > 0) as cited_papers,
    exists (select 1 from papers where year is not null) as years,
    exists (select 1 from reviews) as reviews,
    exists (select 1 from session_papers) as sessions,
    exists (select 1 from sections) as sections,
    exists (select 1 from code_links) as code,
    (select count(*) from citations) as citations,
    exists (select 1 from cited_names) as cited_names,
    exists (select 1 from terms where kind = 'dataset') as datasets,
    exists (select 1 from terms where kind = 'technique') as techniques,
    exists (select 1 from related) as similar,
    exists (select 1 from paper_map) as map,
    exists (select 1 from works where paper_count > 1) as versions,
    exists (select 1 from evaluation) as evaluation,
    exists (select 1 from problems) as problems,
    (select count(*) from (select distinct year from papers where year is not null limit 2)) > 1
        as several_years,
    (select count(*) from (
        select distinct language from papers where language is not null limit 2)) > 1
        as several_languages,
    (select count(*) from (select 1 from venues limit 2)) > 1 as several_venues,
    (select count(*) from (select distinct venue_id, year from papers limit 2)) > 1 as over_time
"""
NEEDS = {
    "phrase_pages": "text",
    "phrase_by_venue": "text over_time",
    "papers_citing": "citations",
    "most_cited_works": "citations",
    "most_cited_names": "cited_names",
    "citations_within": "cited_papers",
    "citing_the_same": "citations",
    "who_uses": "datasets",
    "used_together": "datasets",
    "datasets_and_techniques": "datasets",
    "best_rated": "ratings",
    "works_with_versions": "versions",
    "tags_together": "tags",
    "random_tags": "tags",
    "tag_list": "tags",
    "authors_by_papers": "authors",
    "author_profile": "authors",
    "longest_and_shortest": "text",
    "session_programme": "sessions",
    "programme": "sessions",
    "session_list": "sessions",
    "problems_by_source": "problems",
    "evaluation_report": "evaluation",
    "map_of_papers": "map",
    "papers_by_year": "over_time",
    "tags_by_year": "tags over_time",
    "tags_by_tag": "tags",
    "citations_by_year": "citations over_time",
    "ratings_by_decision": "ratings",
}
"""Canned query or chart -> all features that a collection needs for it to show anything."""

FACET_NEEDS = {
    "venue": "several_venues",
    "year": "several_years",
    "decision": "decisions",
    "tag": "tags",
    "author": "authors",
    "dataset": "datasets",
    "technique": "techniques",
    "cites": "cited_names",
    "cited": "citations",
    "session": "sessions",
    "language": "several_languages",
}
"""Facet -> feature that a collection needs for it to have several values."""

COMMONEST = """
select facet, value, label from facets where facet_id in (
    select facet_id from (
        select facet_id, row_number() over (partition by facet order by facet_id) as rank
        from facets)
    where rank <= 12)
order by facet_id
"""
SIMILAR_TO = """
select paper_id from papers
where exists (select 1 from related where related.paper_id = papers.paper_id)
order by cited_by desc, number limit 3
"""
PLAIN = re.compile(r"\w[\w -]*\w")
"""A label that can be part of a query without quoting."""
MOST_TRIED = 8
"""Largest number of candidates of one kind that are tried."""

_capabilities: WeakKeyDictionary[Any, dict[str, int]] = WeakKeyDictionary()
_examples: WeakKeyDictionary[Engine, dict[str, Example]] = WeakKeyDictionary()


class Example(NamedTuple):
    """A query and the number of works that it finds."""

    q: str
    found: int


async def read_capabilities(datasette: Any) -> dict[str, int]:
    """Return the features of the collection: the columns of `HAS`; 0 for a missing one."""
    database = datasette.get_database(DATABASE)
    if database in _capabilities:
        return _capabilities[database]
    found = dict((await database.execute(HAS)).first())
    if not database.is_mutable:
        _capabilities[database] = found
    return found


def is_useful(query: str, capabilities: dict[str, int]) -> bool:
    """Return whether a canned query or chart has something to show."""
    return all(capabilities.get(need, True) for need in NEEDS.get(query, "").split())


def is_facet(facet: str, capabilities: dict[str, int]) -> bool:
    """Return whether a facet has several values."""
    return bool(capabilities.get(FACET_NEEDS.get(facet, ""), True))


async def find_examples(datasette: Any) -> dict[str, Example]:
    """Return kind -> example query with results; {} while there is no index."""
    service = service_of(datasette)
    try:
        engine = service.engine(wait=0) if service else None
    except (Indexing, RuntimeError):
        engine = None
    if engine is None:
        return {}
    if engine not in _examples:
        candidates = await read_candidates(datasette)
        _examples[engine] = await asyncio.to_thread(search_candidates, engine, candidates)
    return _examples[engine]


async def read_candidates(datasette: Any) -> dict[str, list[str]]:
    """Return kind -> queries that may have results, from the most common values of facets."""
    database = datasette.get_database(DATABASE)
    labels: dict[str, list[str]] = {}
    for facet, value, label in (await database.execute(COMMONEST)).rows:
        labels.setdefault(facet, []).append(value if facet == "year" else label)
    papers = [row[0] for row in (await database.execute(SIMILAR_TO)).rows]
    return to_candidates(labels, papers)


def search_candidates(engine: Engine, candidates: dict[str, list[str]]) -> dict[str, Example]:
    """Return for each kind the first candidate with few results, or else with the fewest."""
    few = max(3, engine.search(Request(size=1, passages=False)).count // 4)
    found: dict[str, Example] = {}
    for kind, queries in candidates.items():
        for q in queries[:MOST_TRIED]:
            result = engine.search(Request(q=q, size=1, passages=False))
            if not result.count or is_relaxed(result):
                continue
            if kind not in found or result.count < found[kind].found:
                found[kind] = Example(q, result.count)
            if result.count <= few:
                break
    return found


def is_relaxed(result: Result) -> bool:
    """Return whether a search found papers only by ignoring parts of the query."""
    return bool(result.partial or result.relaxed or result.missing or result.common)


def to_candidates(labels: dict[str, list[str]], papers: list[str]) -> dict[str, list[str]]:
    """Return kind -> queries that may have results, the most likely first.

    Args:
        labels: Facet -> its most common values.
        papers: Ids of papers that have similar papers.
    """
    plain = {facet: list(filter(PLAIN.fullmatch, found)) for facet, found in labels.items()}
    topics = list(dict.fromkeys([*plain.get("technique", []), *plain.get("tag", [])]))
    words = [topic.lower() for topic in topics if topic.isalpha()]
    phrases = [topic.lower() for topic in topics if topic.count(" ") == 1]
    pairs = [pair for pair in permutations(words[:4], 2) if pair[0] < pair[1]]
    candidates = {
        "words": [f"{one} {other}" for one, other in pairs],
        "phrase": [f'"{phrase}"' for phrase in phrases],
        "either": [f'{one} OR "{other}"' for one, other in zip(words, phrases, strict=False)],
        "without": [f"{one} -{other}" for one, other in pairs],
        "near": [phrase.replace(" ", " NEAR/5 ") for phrase in reversed(phrases)],
        "prefix": [f"{word[:6]}*" for word in words if len(word) > 7],
        "similar": [f"similar({paper})" for paper in papers],
        "similar_text": [f'similar:"{phrase}"' for phrase in phrases],
        "section": [f"method:{word}" for word in words],
        "request": [
            f"which papers use {topic} on {dataset}?"
            for topic, dataset in product(plain.get("technique", []), plain.get("dataset", []))
        ],
        "has": [f"has:{value}" for value in ("code", "reviews", "versions", "tldr")],
    }
    for kind in ("tag", "author", "dataset", "technique", "cites", "year", "decision"):
        candidates[kind] = [to_field(kind, label) for label in labels.get(kind, [])]
    return candidates | dict(to_graphs(plain))


def to_field(field: str, value: str) -> str:
    """Return a query for a value of a field.

    >>> to_field("tag", "deep learning"), to_field("year", "2019")
    ('tag:"deep learning"', 'year:2019')
    """
    return f"{field}:{value}" if value.isalnum() else f'{field}:"{value.replace(chr(34), " ")}"'


def to_graphs(plain: dict[str, list[str]]) -> Iterator[tuple[str, list[str]]]:
    """Yield the kinds of queries that follow citations."""
    topics = [to_field("tag", label) for label in plain.get("tag", [])]
    yield "citations", [f"citations({topic})" for topic in topics]
    yield "references", [f"references({topic})" for topic in topics]
