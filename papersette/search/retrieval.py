"""Finds the papers that match a query.

Matching is exact: a paper matches or it does not, and counts are never estimates. How well it
matches is ranking.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from tantivy import Query as EngineQuery

from papersette.search import adapter
from papersette.search.clauses import Clause, Compiler
from papersette.search.corpus import Corpus, Numbers
from papersette.search.expansions import Notice
from papersette.search.index import Index
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
    conditions: tuple[EngineQuery, ...] = ()
    """What papers must match beside the clauses: filters, and what is excluded."""
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

    def match(self, query: Query, filters: Sequence[EngineQuery] = ()) -> Matching:
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

    def _match_all(self, query: Query, filters: Sequence[EngineQuery]) -> Matching:
        """Return the papers that have every clause."""
        notices: list[Notice] = []
        clauses = self.compiler.to_clauses(query, notices)
        others = (*filters, *self.compiler.to_exclusions(query))
        numbers = self.numbers_of(self._combine(clauses, len(clauses), others))
        return Matching(numbers, clauses, others, len(clauses), notices=notices)

    def _match_most(self, query: Query, filters: Sequence[EngineQuery]) -> Matching:
        """Return the papers with as many clauses as any paper has; of a sentence, with somewhat
        fewer.
        """
        notices: list[Notice] = []
        clauses = self.compiler.to_clauses(query, notices)
        others = (*filters, *self.compiler.to_exclusions(query))
        asked, common = self._split_common(clauses) if query.is_sentence else (clauses, ())
        most = self._most_clauses(asked, others)
        tolerated = len(clauses) // MISSING_SHARE if query.is_sentence else 0
        nothing = np.empty(0, np.int64)
        matching = Matching(nothing, asked, others, max(1, most - tolerated), common)
        matching.notices = notices
        if most:
            matching.numbers = self.numbers_of(self._combine(asked, matching.wanted, others))
        if most < len(asked):
            present = tuple(c for c in asked if self._is_present(c, others))
            matching.missing = tuple(c.label for c in asked if c not in present)
            matching.clauses = present
            matching.partial = most < len(present)
        return matching

    def _is_present(self, clause: Clause, others: Sequence[EngineQuery]) -> bool:
        """Tell whether any paper has a clause."""
        if clause.frequency and not others:
            return True
        return bool(self.count(self._combine([clause], 1, others)))

    def _most_clauses(self, clauses: Sequence[Clause], others: Sequence[EngineQuery]) -> int:
        """Return how many of the clauses the paper with most of them has."""
        each = (EngineQuery.const_score_query(clause.query, 1.0) for clause in clauses)
        query = adapter.all_of([adapter.any_of(each), *map(adapter.unscored, others)])
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

    def clause_masks(self, clauses: Sequence[Clause], numbers: Sequence[int]) -> dict[int, int]:
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

    def _combine(
        self, clauses: Sequence[Clause], wanted: int, others: Sequence[EngineQuery]
    ) -> EngineQuery:
        """Return the query of papers with `wanted` of the clauses that match all of `others`."""
        parts = list(others)
        if wanted >= len(clauses):
            parts += [clause.query for clause in clauses]
        else:
            parts.append(adapter.some_of((clause.query for clause in clauses), wanted))
        return adapter.all_of(parts) if parts else EngineQuery.all_query()

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
