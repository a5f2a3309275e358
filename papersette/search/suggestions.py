"""Suggests how a query could go on while it is being typed."""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from papersette.search import adapter
from papersette.search.analysis import to_terms
from papersette.search.corpus import Corpus
from papersette.search.index import Index
from papersette.text import to_slug

SUGGESTED = {
    "tag": "tag",
    "author": "author",
    "dataset": "dataset",
    "technique": "technique",
    "cites": "cites",
    "session": "session",
    "venue": "venue",
}
"""Facets whose values are suggested, with the field that asks for them."""
MOST_VALUES = 8
MOST_TITLES = 4
TITLE_CANDIDATES = 50
"""Titles of which the shortest are suggested."""
SHORTEST = 2
"""Letters from which on something is suggested."""
LONGEST = 200
"""Letters of what is typed that are looked at."""


@dataclass(frozen=True)
class Suggestion:
    """One way to go on."""

    label: str
    kind: str
    """A facet, or "title"."""
    papers: int | None
    """How many papers have it; None of a title."""
    query: str
    """The query to ask."""


def suggest(index: Index, corpus: Corpus, titles: list[str], typed: str) -> list[Suggestion]:
    """Return the values of facets that begin with what is typed, commonest first, then titles.

    Args:
        index: The search index, asked for titles.
        corpus: The arrays of the same build.
        titles: Title by number of paper.
        typed: The beginning of a query.
    """
    slug = to_slug(typed[:LONGEST])
    if len(slug) < SHORTEST:
        return []
    return [*_values(corpus, slug), *_titles(index, titles, typed[:LONGEST])]


def _values(corpus: Corpus, slug: str) -> list[Suggestion]:
    found: dict[int, None] = {}
    for facet in SUGGESTED:
        known = corpus.slugs.get(facet, [])
        start = bisect.bisect_left(known, (slug, 0))
        end = bisect.bisect_left(known, (slug + "\U0010ffff", 0))
        found |= dict.fromkeys(facet_id for _, facet_id in known[start:end])
    values = sorted((corpus.values[i] for i in found), key=lambda v: (-v.papers, v.label))
    return [
        Suggestion(v.label, v.facet, v.papers, f'{SUGGESTED[v.facet]}:"{v.label}"')
        for v in values[:MOST_VALUES]
    ]


def _titles(index: Index, titles: list[str], typed: str) -> list[Suggestion]:
    terms = to_terms(typed)
    if not terms:
        return []
    schema = index.papers_schema
    words = [adapter.word(schema, "title", term) for term in terms[:-1]]
    query = adapter.all_of([*words, adapter.word(schema, "title", terms[-1], is_prefix=True)])
    numbers, _ = adapter.find_scored(index.papers, query, "number", TITLE_CANDIDATES)
    distinct = dict.fromkeys(titles[number] for number in numbers.tolist())
    found = sorted(distinct, key=len)[:MOST_TITLES]
    return [Suggestion(title, "title", None, f'title:"{title}"') for title in found]
