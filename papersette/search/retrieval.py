"""Finds the papers that match a query.

Matching is exact: a paper matches or it does not, and counts are never estimates. How well it
matches is ranking.py's.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from tantivy import Query as EngineQuery

from papersette.search import adapter
from papersette.search.clauses import Clause, Compiler, Condition
from papersette.search.corpus import Corpus, Numbers
from papersette.search.expansions import Notice
from papersette.search.index import Index
from papersette.search.paper_sets import PaperSet, PaperSets
from papersette.search.parser import parse
from papersette.search.query import Function, Query
from papersette.search.rewrites import to_relaxed

MASK_BITS = 24
"""Clauses that one mask has room for: scores are floats of 24 bits."""
MISSING_SHARE = 3
"""Of a sentence, one word in so many may be missing."""
COMMON_SHARE = 0.8
"""A word of a sentence that this share of the papers with text has is not asked of each."""
ALWAYS_ASKED = 5
"""The rarest words of a sentence are asked however common they are."""


@dataclass
class Matching:
    """The papers that match, and how the query had to be interpreted to find them."""

    numbers: Numbers
    clauses: tuple[Clause, ...] = ()
    """Those that were asked."""
    conditions: tuple[Condition, ...] = ()
    """What papers must match beside the clauses: filters, and what is excluded."""
    sets: list[PaperSet] | None = None
    """The papers of each of the clauses, where they are known."""
    allowed: PaperSet | None = None
    """The papers that meet the conditions, where they are known."""
    wanted: int = 0
    """How many of the clauses a paper must have."""
    common: tuple[Clause, ...] = ()
    """Those that nearly every paper has and that were therefore not asked of each."""
    missing: tuple[str, ...] = ()
    """Labels of clauses that no paper has."""
    partial: bool = False
    """Whether papers match that lack some clauses, although all were wanted."""
    relaxed: bool = False
    """Whether phrases were taken apart, as no paper has them."""
    notices: list[Notice] = field(default_factory=list)


class Retriever:
    """Finds the papers that match queries, in one index of one corpus.

    Args:
        index: The open search index.
        corpus: The arrays of the same build.
    """

    def __init__(self, index: Index, corpus: Corpus) -> None:
        self.index = index
        self.corpus = corpus
        self.compiler = Compiler(index, corpus, self.call)
        self.sets = PaperSets(index, corpus)

    def match(self, query: Query, filters: Sequence[Condition] = ()) -> Matching:
        """Return the papers that match a query and pass all filters.

        Where no paper matches, phrases are taken apart; where still none does, papers with most of
        the clauses are found. The result says what was relaxed.
        """
        if query.is_sentence:
            return self._match_most(query, filters)
        matching = self._match_all(query, filters)
        if len(matching.numbers) or not query.clauses:
            return matching
        relaxed = to_relaxed(query)
        if relaxed:
            matching = self._match_all(relaxed, filters)
            if not len(matching.numbers):
                matching = self._match_most(relaxed, filters)
            matching.relaxed = True
        elif len(query.clauses) > 1:
            matching = self._match_most(query, filters)
        return matching

    def _match_all(self, query: Query, filters: Sequence[Condition]) -> Matching:
        """Return the papers that have every clause."""
        matching = self._prepare(query, filters)
        matching.wanted = len(matching.clauses)
        matching.numbers = self._find(matching)
        return matching

    def _match_most(self, query: Query, filters: Sequence[Condition]) -> Matching:
        """Return the papers with as many clauses as any paper has; of a sentence, with somewhat
        fewer.
        """
        matching = self._prepare(query, filters)
        asked = matching.clauses
        most = self._most_clauses(matching)
        every = len(asked) + len(matching.common)
        tolerated = every // MISSING_SHARE if query.is_sentence else 0
        matching.wanted = max(1, most - tolerated)
        if most:
            matching.numbers = self._find(matching)
        if most < len(asked):
            present = [self._is_present(matching, i) for i in range(len(asked))]
            matching.missing = tuple(c.label for c, is_there in zip(asked, present, strict=True)
                                     if not is_there)  # fmt: skip
            matching.clauses = tuple(itertools.compress(asked, present))
            if matching.sets is not None:
                matching.sets = list(itertools.compress(matching.sets, present))
            matching.partial = most < len(matching.clauses)
        return matching

    def _prepare(self, query: Query, filters: Sequence[Condition]) -> Matching:
        """Compile a query, and find the papers of its parts where no search is needed for it."""
        notices: list[Notice] = []
        clauses = self.compiler.to_clauses(query, notices)
        conditions = (*filters, *self.compiler.to_exclusions(query))
        asked, common = self._split_common(clauses) if query.is_sentence else (clauses, ())
        sets = self.sets.of_each(asked)
        allowed = self.sets.of_all(conditions) if sets is not None else None
        return Matching(
            np.empty(0, np.int64), asked, conditions, sets, allowed, common=common, notices=notices
        )

    def _find(self, matching: Matching) -> Numbers:
        """Return the papers with as many clauses as wanted that meet the conditions."""
        if matching.sets is not None and matching.allowed is not None:
            return np.flatnonzero(matching.allowed & (_count(matching) >= matching.wanted))
        query = _combine([c.query for c in matching.clauses], matching.wanted, matching.conditions)
        return self.numbers_of(query)

    def _is_present(self, matching: Matching, position: int) -> bool:
        """Tell whether any paper has a clause, among those that meet the conditions."""
        if matching.sets is not None and matching.allowed is not None:
            return bool(np.any(matching.sets[position] & matching.allowed))
        clause = matching.clauses[position]
        if clause.frequency and not matching.conditions:
            return True
        return bool(self.count(_combine([clause.query], 1, matching.conditions)))

    def _most_clauses(self, matching: Matching) -> int:
        """Return how many of the clauses the paper with most of them has."""
        if matching.sets is not None and matching.allowed is not None:
            return int(_count(matching)[matching.allowed].max(initial=0))
        each = (EngineQuery.const_score_query(clause.query, 1.0) for clause in matching.clauses)
        others = (adapter.unscored(condition.query) for condition in matching.conditions)
        query = adapter.all_of([adapter.any_of(each), *others])
        _, scores = adapter.find_scored(self.index.papers, query, "number", 1)
        return round(scores[0]) if len(scores) else 0

    def numbers_of(self, query: EngineQuery, most: int | None = None) -> Numbers:
        """Return the numbers of all papers that match an engine query, ascending.

        Args:
            query: Over papers.
            most: How many can match, where that is known.
        """
        numbers = adapter.find_values(self.index.papers, query, "number", most)
        numbers.sort()
        return numbers

    def count(self, query: EngineQuery) -> int:
        """Return how many papers match an engine query."""
        return adapter.count(self.index.papers, query)

    def count_in_field(
        self, matching: Matching, field: str, to_works: Callable[[Numbers], int] | None
    ) -> int:
        """Return how many works have all clauses in one field and meet the conditions.

        Args:
            matching: A result whose clauses are words.
            field: Of the papers index.
            to_works: Counts works among papers; None where each paper is a work.
        """
        sets = self.sets.of_each(matching.clauses, (field,))
        if sets is not None and matching.allowed is not None:
            numbers = np.flatnonzero(np.logical_and.reduce([matching.allowed, *sets]))
            return to_works(numbers) if to_works else len(numbers)
        schema = self.index.papers_schema
        fields = [clause.to_field_query(schema, field) for clause in matching.clauses]
        query = _combine(fields, len(fields), matching.conditions)
        count = self.count(query)
        return to_works(self.numbers_of(query)) if count and to_works else count

    def find_missing(self, matching: Matching, numbers: Sequence[int]) -> dict[int, list[str]]:
        """Return the labels of the clauses that each of these papers lacks."""
        if matching.sets is not None:
            return {
                number: [
                    clause.label
                    for clause, papers in zip(matching.clauses, matching.sets, strict=True)
                    if not papers[number]
                ]
                for number in numbers
            }
        missing: dict[int, list[str]] = {number: [] for number in numbers}
        for start in range(0, len(matching.clauses), MASK_BITS):
            clauses = matching.clauses[start : start + MASK_BITS]
            masks = self._clause_masks(clauses, numbers)
            for number in numbers:
                mask = masks.get(number, 0)
                missing[number] += [c.label for bit, c in enumerate(clauses) if not mask >> bit & 1]
        return missing

    def _clause_masks(self, clauses: Sequence[Clause], numbers: Sequence[int]) -> dict[int, int]:
        """Return which of at most `MASK_BITS` clauses each of these papers has, as bits.

        The engine adds up scores; with powers of two as scores, their sum is the set of clauses.
        """
        each = adapter.any_of(
            EngineQuery.const_score_query(clause.query, float(1 << bit))
            for bit, clause in enumerate(clauses)
        )
        among = adapter.any_number(self.index.papers_schema, "number", numbers)
        query = adapter.all_of([adapter.unscored(among), each])
        found, scores = adapter.find_scored(self.index.papers, query, "number", len(numbers))
        return dict(zip(found.tolist(), scores.astype(np.int64).tolist(), strict=True))

    def _split_common(
        self, clauses: tuple[Clause, ...]
    ) -> tuple[tuple[Clause, ...], tuple[Clause, ...]]:
        """Return the clauses of a sentence that tell papers apart, and the others."""
        rarest = sorted(clauses, key=lambda clause: clause.frequency)[:ALWAYS_ASKED]
        limit = COMMON_SHARE * (self.corpus.with_text or self.index.papers.num_docs)
        asked = tuple(c for c in clauses if c.frequency < limit or c in rarest)
        return asked, tuple(c for c in clauses if c not in asked)

    def call(self, function: Function) -> Numbers:
        """Return the papers that citations(…) or references(…) finds, ascending, or similar(…), the
        most similar first.
        """
        if function.name == "similar":
            own = self.corpus.numbers.get(function.argument.strip('"'))
            return np.array(self.corpus.related.get(own or 0, []), np.int64)
        found = self.match(parse(function.argument)).numbers
        table = self.corpus.cited_by if function.name == "citations" else self.corpus.cites
        return np.unique(table.gather(found)).astype(np.int64)


def _combine(
    clauses: Sequence[EngineQuery], wanted: int, conditions: Sequence[Condition]
) -> EngineQuery:
    """Return the query of papers with `wanted` of the clauses that meet all conditions."""
    parts = [condition.query for condition in conditions]
    if wanted >= len(clauses):
        parts += clauses
    else:
        parts.append(adapter.some_of(clauses, wanted))
    return adapter.all_of(parts) if parts else EngineQuery.all_query()


def _count(matching: Matching) -> NDArray[np.uint8]:
    """Return how many of the clauses each paper has, by number."""
    assert matching.allowed is not None
    counts = np.zeros(len(matching.allowed), np.uint8)
    for papers in matching.sets or ():
        counts += papers
    return counts
