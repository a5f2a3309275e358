"""Suggests how a query could go on while it is being typed."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from papersette.names import parse_name
from papersette.search import adapter
from papersette.search.analysis import to_terms
from papersette.search.corpus import NAME_FACETS, OTHER_NAME_FACETS, Corpus, to_label, to_term_key
from papersette.search.facet_terms import FacetTerms
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
AFTER_FIELD = SUGGESTED | {"language": "language", "lang": "language"}
"""Fields after which values are suggested, with the facet."""
MOST_VALUES = 8
MOST_TITLES = 4
TITLE_CANDIDATES = 50
"""Titles of which the shortest are suggested."""
SHORTEST = 2
"""Letters from which on something is suggested."""
LONGEST = 200
"""Letters of what is typed that are looked at."""
LAST_FIELD = re.compile(r'(?:^|.*\s)(?P<field>[a-z]+):"?(?P<text>[^":]*)$', re.IGNORECASE)
LAST = "\U0010ffff"
"""Sorts after every letter."""


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


def suggest(
    index: Index, facet_terms: FacetTerms, titles: list[str], typed: str
) -> list[Suggestion]:
    """Return the values of facets that begin with what is typed, commonest first, then titles.

    After a field, as in "dataset:im", only its values are suggested. Where nothing begins with all
    that is typed, its last word is completed.

    Args:
        index: The search index, asked for titles.
        facet_terms: Of the same build.
        titles: Title by number of paper.
        typed: The beginning of a query.
    """
    text = typed[:LONGEST]
    if (found := LAST_FIELD.match(text)) and found["field"].lower() in AFTER_FIELD:
        before = text[: found.start("field")]
        return _values(facet_terms, [AFTER_FIELD[found["field"].lower()]], found["text"], before)
    if len(to_slug(text)) < SHORTEST:
        return []
    values = _values(facet_terms, SUGGESTED, text)
    suggested = [*values, *_titles(index, titles, text)]
    before, space, last = text.rpartition(" ")
    if suggested or not space:
        return suggested
    return _values(facet_terms, SUGGESTED, last, before + space)


def _values(
    facet_terms: FacetTerms, facets: Iterable[str], text: str, before: str = ""
) -> list[Suggestion]:
    """Return the values that begin with a text; what was typed before it is kept.

    Values that the same query finds, as "Maaten, L" and "van der Maaten, L", are suggested once.
    """
    if len(to_slug(text)) < SHORTEST:
        return []
    corpus = facet_terms.corpus
    found = dict.fromkeys(i for facet in facets for i in _find(corpus, facet, text))
    values = sorted((corpus.values[i] for i in found), key=lambda v: (-v.papers, v.label))
    suggested: dict[tuple[int, ...], Suggestion] = {}
    for value in values[: 2 * MOST_VALUES]:
        ids = tuple(facet_terms.find(value.facet, value.label)) or (value.facet_id,)
        papers = {number for i in ids for number in corpus.evidence_of(i)[0].tolist()}
        label = to_label(value, to_term_key(text))
        query = f'{before}{AFTER_FIELD[value.facet]}:"{label}"'
        suggested.setdefault(ids, Suggestion(label, value.facet, len(papers), query))
    return list(suggested.values())[:MOST_VALUES]


def _find(corpus: Corpus, facet: str, text: str) -> Iterator[int]:
    """Yield the facet_ids of values that begin with a text, or have a name that does."""
    known = corpus.slugs.get(facet, [])
    slug = to_slug(text)
    first, end = bisect.bisect_left(known, (slug, 0)), bisect.bisect_left(known, (slug + LAST, 0))
    yield from (facet_id for _, facet_id in known[first:end])
    if facet in OTHER_NAME_FACETS:
        yield from corpus.find_beginning(facet, to_term_key(text))
    if facet in NAME_FACETS:
        *given, family = slug.split("-")
        for facet_id in corpus.find_beginning(facet, family):
            initial = parse_name(corpus.values[facet_id].label).initial
            if not given or (initial or "").lower() == given[0][0]:
                yield facet_id


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
