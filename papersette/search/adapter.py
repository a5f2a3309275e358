"""What the search uses of Tantivy: queries made from parts, and results as arrays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur, Query, Schema, Searcher

from papersette.search.analysis import CJK, to_terms

FEW_NUMBERS = 300
"""Up to so many numbers, one query each is faster than a set, which walks all terms."""

Values = NDArray[np.int64]
"""Values of a number field, one for each document."""


def any_of(queries: Iterable[Query]) -> Query:
    """Return the query that matches where one of these does."""
    listed = list(queries)
    if len(listed) == 1:
        return listed[0]
    return Query.boolean_query([(Occur.Should, query) for query in listed])


def all_of(queries: Iterable[Query]) -> Query:
    """Return the query that matches where all of these do."""
    listed = list(queries)
    if len(listed) == 1:
        return listed[0]
    return Query.boolean_query([(Occur.Must, query) for query in listed])


def some_of(queries: Iterable[Query], wanted: int) -> Query:
    """Return the query that matches where `wanted` of these do."""
    should = [(Occur.Should, query) for query in queries]
    return Query.boolean_query(should, minimum_number_should_match=wanted)


def none_of(queries: Iterable[Query]) -> Query:
    """Return the query that matches where none of these does."""
    unwanted = [(Occur.MustNot, query) for query in queries]
    return Query.boolean_query([(Occur.Must, Query.all_query()), *unwanted])


def unscored(query: Query) -> Query:
    """Return a query that matches the same documents and adds nothing to their scores."""
    return Query.const_score_query(query, 0.0)


def boosted(query: Query, boost: float) -> Query:
    """Return a query whose scores are multiplied by `boost`."""
    return query if boost == 1.0 else Query.boost_query(query, boost)


def any_number(schema: Schema, field: str, numbers: Sequence[int]) -> Query:
    """Return the query of documents with one of these values in a number field."""
    if not numbers:
        return Query.empty_query()
    if len(numbers) <= FEW_NUMBERS:
        return any_of(Query.term_query(schema, field, number, "basic") for number in numbers)
    return Query.term_set_query(schema, field, list(numbers))


def term(schema: Schema, field: str, text: str) -> Query:
    """Return the query of one term as it is in the index."""
    return Query.term_query(schema, field, text, "freq")


def phrase(
    schema: Schema, field: str, terms: Sequence[str], slop: int = 0, among: Query | None = None
) -> Query:
    """Return the query of terms in this order, with at most `slop` words between them.

    Where the caller restricts a union of queries to the documents `among`, the phrase needs them
    too: the engine looks at all documents that any query of a union matches.
    """
    words: list[str | tuple[int, str]] = list(terms)
    return _within(among, Query.phrase_query(schema, field, words, slop))


def _within(among: Query | None, query: Query) -> Query:
    return query if among is None else all_of([unscored(among), query])


def to_single_term(text: str) -> str | None:
    """Return the term that a word is looked for as, or None where one term does not do."""
    terms = to_terms(text)
    if len(terms) != 1 or (len(terms[0]) == 1 and CJK.match(terms[0])):
        return None
    return terms[0]


def word(
    schema: Schema, field: str, text: str, is_prefix: bool = False, among: Query | None = None
) -> Query:
    """Return the query of what a reader typed: a word, a phrase, or the beginning of a word.

    `among` is that of `phrase`.
    """
    terms = to_terms(text)
    if not terms:
        return Query.empty_query()
    if is_prefix and len(terms) == 1:
        return Query.regex_query(schema, field, re.escape(terms[0]) + ".*")
    if is_prefix:  # Tantivy's phrase_prefix_query looks at 50 words only
        words: list[str | tuple[int, str]] = [re.escape(term) for term in terms]
        words[-1] = f"{words[-1]}.*"
        return _within(among, Query.regex_phrase_query(schema, field, words))
    if len(terms) > 1:
        return phrase(schema, field, terms, among=among)
    if len(terms[0]) == 1 and CJK.match(terms[0]):
        return Query.regex_query(schema, field, f"{terms[0]}.?")
    return term(schema, field, terms[0])


def count(searcher: Searcher, query: Query) -> int:
    """Return how many documents match."""
    found: Any = searcher.search(query, 1, count=True)
    return int(found.count)


def find_values(searcher: Searcher, query: Query, field: str, most: int | None = None) -> Values:
    """Return a number field of every document that matches, in no particular order.

    Args:
        searcher: Of the index.
        query: What to find.
        field: A number field.
        most: How many documents can match, where that is known.
    """
    limit = max(1, searcher.num_docs if most is None else most)
    hits = searcher.search(unscored(query), limit, count=False).hits
    return _values(searcher, field, hits)


def find_scored(
    searcher: Searcher,
    query: Query,
    field: str | tuple[str, ...],
    limit: int,
    weight: str | None = None,
) -> tuple[Values, NDArray[np.float64]]:
    """Return number fields and the score of the documents that match best, best first.

    Args:
        searcher: Of the index.
        query: What to find.
        field: A number field, or several: then the values have a row for each.
        limit: How many documents at most.
        weight: A float field that scores are multiplied by.
    """
    hits = searcher.search(query, max(1, limit), count=False, weight_by_field=weight).hits
    scores = np.fromiter(map(itemgetter(0), hits), np.float64, len(hits))
    if isinstance(field, str):
        return _values(searcher, field, hits), scores
    return np.stack([_values(searcher, name, hits) for name in field]), scores


def _values(searcher: Searcher, field: str, hits: list[tuple[Any, tantivy.DocAddress]]) -> Values:
    addresses = list(map(itemgetter(1), hits))
    return np.array(searcher.fast_field_values(field, addresses), np.int64)
