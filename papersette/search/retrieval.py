"""Finds the papers that match a query.

Matching is exact: a paper matches or it does not, and counts are never estimates. How well it
matches is decided in ranking.py.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from tantivy import Query as EngineQuery

from papersette.search import adapter
from papersette.search.clauses import Clause, Compiler, Condition, to_any
from papersette.search.corpus import Corpus, Numbers
from papersette.search.expansions import Notice
from papersette.search.facet_terms import FacetTerms
from papersette.search.index import Index
from papersette.search.paper_sets import PaperSet, PaperSets
from papersette.search.parallel import FEWEST_PAPERS, run_both, to_halves
from papersette.search.parser import parse
from papersette.search.query import Function, Node, Query
from papersette.search.rewrites import to_relaxed

RARE_SHARE = 1 / 32
"""A clause that fewer than this share of the papers match is added to the query for a phrase, so
that the engine looks for the phrase in these papers only."""
WORDS_PER_MISSING = 3
"""For every so many words of a sentence, a paper may match one word fewer than the best paper."""
COMMON_SHARE = 0.8
"""A word of a sentence is ignored if at least this share of the papers with text contain it."""
ALWAYS_ASKED = 5
"""Number of rarest words of a sentence that are never ignored, however common they are."""

MOST_WITH_TITLE = 3
"""Largest number of papers found by a title that are taken for versions of one work. If more are
found, their titles only share the words."""
MANY_CHOICES = 8
"""From this number of alternative clauses on, two threads look for one half each."""
MANY_MATCHES = 4
"""If the numbers of papers with the rarest word of each phrase add up to this many times the size
of the collection, most papers are expected to match at least one phrase."""

RELAXATIONS = ("missing", "partial", "relaxed")
"""Kinds of notices about the query inside a function."""


@dataclass
class Matching:
    """The papers that match, and how the query had to be interpreted to find them."""

    numbers: Numbers
    clauses: tuple[Clause, ...] = ()
    """The clauses of the query."""
    conditions: tuple[Condition, ...] = ()
    """Further conditions that all papers meet: filters and exclusions."""
    sets: list[PaperSet] = field(default_factory=list)
    """The papers that match each clause; only filled if papers may lack some clauses."""
    fields: dict[str, PaperSet] = field(default_factory=dict)
    """If the engine was asked for one clause only: the papers that have it in each field.
    Papers that fail another clause may be absent."""
    wanted: int = 0
    """Smallest number of clauses that a paper must match."""
    common: tuple[Clause, ...] = ()
    """Clauses that were ignored, because almost every paper matches them."""
    missing: tuple[str, ...] = ()
    """Labels of clauses that no paper matches."""
    partial: bool = False
    """Whether no paper matches every clause, so that papers lacking some are returned."""
    relaxed: bool = False
    """Whether phrases were split into words, because no paper contains them."""
    notices: list[Notice] = field(default_factory=list)
    named: Numbers = field(default_factory=lambda: np.empty(0, np.int64))
    """Papers that cite a name with the full given name that was asked for."""

    def to_query(self) -> EngineQuery:
        """Return the engine query of these papers."""
        return _combine([c.query for c in self.clauses], self.wanted, self.conditions)


class Retriever:
    """Finds the papers that match queries, in one index of one corpus.

    Args:
        index: The open search index.
        corpus: The arrays of the same build.
        facet_terms: Finds the values of facets that fields mean.
        find_similar: Returns (number, score) of the papers most similar to a text, best first.
    """

    def __init__(
        self,
        index: Index,
        corpus: Corpus,
        facet_terms: FacetTerms,
        find_similar: Callable[[str], list[tuple[int, float]]],
    ) -> None:
        self.index = index
        self.corpus = corpus
        self.find_similar = find_similar
        self.compiler = Compiler(index, corpus, facet_terms, self.call)
        self.sets = PaperSets(index, corpus)

    def match(self, query: Query, filters: Sequence[Condition] = ()) -> Matching:
        """Return the papers that match a query and pass all filters.

        Where no paper matches, phrases that no paper has are taken apart, and other clauses that no
        paper has are dropped; where still none matches, all phrases are taken apart, and then
        papers with most of the words are found. The result says what was relaxed, inside
        citations(…) and references(…) too.
        """
        matching = self._match(query, filters)
        inner = {
            kind: [n.typed for n in matching.notices if n.kind == kind] for kind in RELAXATIONS
        }
        matching.missing = tuple(dict.fromkeys([*matching.missing, *inner["missing"]]))
        matching.partial |= bool(inner["partial"])
        matching.relaxed |= bool(inner["relaxed"])
        matching.notices = [n for n in matching.notices if n.kind not in RELAXATIONS]
        return matching

    def _match(self, query: Query, filters: Sequence[Condition]) -> Matching:
        if query.is_sentence:
            return self._match_most(query, filters)
        matching = self._match_all(query, filters)
        if len(matching.numbers) or not query.clauses:
            return matching
        sets = self.sets.of_each(matching.clauses)
        absent = {
            node for node, papers in zip(query.clauses, sets, strict=True) if not papers.any()
        }
        relaxed = to_relaxed(query, absent or None)
        if not relaxed:
            return self._match_most(query, filters)
        matching = self._match_all(relaxed, filters)
        if not len(matching.numbers):
            matching = self._match_most(relaxed, filters)
        new = {str(node) for node in relaxed.clauses} - {str(node) for node in query.clauses}
        matching.relaxed = not new <= set(matching.missing)
        return matching

    def _match_all(self, query: Query, filters: Sequence[Condition]) -> Matching:
        """Return the papers that have every clause."""
        matching = self._prepare(query, filters)
        matching.wanted = len(matching.clauses)
        papers = self.sets.of_all(matching.conditions)
        asked, rare = [], []
        for clause in matching.clauses:
            found = self.sets.find(clause)
            if found is None:
                asked.append(clause)
                continue
            papers &= found
            if np.count_nonzero(found) < RARE_SHARE * len(papers):
                rare.append(adapter.unscored(clause.query))
        if len(asked) == 1 and asked[0].is_word:
            matching.fields = self._find_by_field(asked[0], rare)
            papers &= np.logical_or.reduce(list(matching.fields.values()))
        elif len(asked) == 1 and len(asked[0].choices) >= MANY_CHOICES:
            papers &= self._find_any(asked[0].choices, rare)
        elif asked:
            papers &= self._find([*rare, *(clause.query for clause in asked)])
        matching.numbers = np.flatnonzero(papers)
        return matching

    def _find_by_field(self, clause: Clause, others: list[EngineQuery]) -> dict[str, PaperSet]:
        """Return the papers that have a clause in each of its fields and match other queries."""
        first, *rest = clause.fields
        if not rest:
            return {first: self._find_in_field(clause, first, others)}
        found = run_both(
            lambda: self._find_in_field(clause, first, others),
            lambda: self._find_in_field(clause, rest[0], others),
            is_long=self.corpus.size >= FEWEST_PAPERS,
        )
        return dict(zip(clause.fields, found, strict=True))

    def _find_in_field(self, clause: Clause, field: str, others: list[EngineQuery]) -> PaperSet:
        words = clause.to_field_query(self.index.papers_schema, field)
        return self._find([*others, words])

    def _find_any(self, choices: Sequence[Clause], others: list[EngineQuery]) -> PaperSet:
        """Return the papers that match any of many clauses, and other queries; in two threads."""
        one_half, other_half = to_halves(sorted(choices, key=self._estimate_cost))
        one, other = run_both(
            lambda: self._find_any_of(one_half, others),
            lambda: self._find_any_of(other_half, others),
            is_long=self.corpus.size >= FEWEST_PAPERS,
        )
        return one | other

    def _find_any_of(self, choices: Sequence[Clause], others: list[EngineQuery]) -> PaperSet:
        """Return the papers that match any of many clauses, and other queries.

        Where most papers are likely to match one, the few that match none are faster to fetch.
        """
        expected = sum(map(self._estimate_cost, choices))
        if others or expected < MANY_MATCHES * self.corpus.size:
            return self._find([*others, to_any(choices)])
        return ~self._find([adapter.none_of(clause.query for clause in choices)])

    def _estimate_cost(self, clause: Clause) -> int:
        """Return how many papers the engine looks at for a phrase: those with its rarest word."""
        return min((self.index.count_papers("text", term) for term in clause.terms), default=0)

    def _find(self, queries: list[EngineQuery]) -> PaperSet:
        """Return the papers that match all of these queries."""
        papers = np.zeros_like(self.sets.every)
        papers[adapter.find_values(self.index.papers, adapter.all_of(queries), "number")] = True
        return papers

    def _match_most(self, query: Query, filters: Sequence[Condition]) -> Matching:
        """Return the papers that match the most clauses.

        Papers that match slightly fewer (see `WORDS_PER_MISSING`) count too for a sentence.
        """
        matching = self._prepare(query, filters)
        required = tuple(clause for clause in matching.clauses if not clause.is_optional)
        matching.conditions += tuple(Condition((clause,)) for clause in required)
        allowed = self.sets.of_all(matching.conditions)
        sets = self.sets.of_each(matching.clauses)
        counts = np.zeros(len(allowed), np.uint8)
        for clause, papers in zip(matching.clauses, sets, strict=True):
            if clause.is_optional:
                counts += papers
        most = int(counts[allowed].max(initial=0))
        every = len(sets) - len(required) + len(matching.common)
        tolerated = every // WORDS_PER_MISSING if query.is_sentence else 0
        least = max(1, most - tolerated) if most or not required else 0
        matching.wanted = len(required) + least
        matching.numbers = np.flatnonzero(allowed & (counts >= least))
        within = allowed if allowed.any() else self.sets.every
        present = [bool(np.any(papers & within)) for papers in sets]
        absent = [not is_there for is_there in present]
        matching.missing = tuple(c.label for c in itertools.compress(matching.clauses, absent))
        matching.clauses = tuple(itertools.compress(matching.clauses, present))
        matching.sets = list(itertools.compress(sets, present))
        optional = sum(clause.is_optional for clause in matching.clauses)
        matching.partial = bool(len(matching.numbers)) and most < optional
        return matching

    def _prepare(self, query: Query, filters: Sequence[Condition]) -> Matching:
        """Compile a query; its papers are not yet known."""
        notices: list[Notice] = []
        clauses = self.compiler.to_clauses(query, notices)
        conditions = (*filters, *self.compiler.to_exclusions(query))
        asked, common = self._split_common(clauses) if query.is_sentence else (clauses, ())
        nothing = np.empty(0, np.int64)
        return Matching(nothing, asked, conditions, common=common, notices=notices)

    def allow(self, query: Query, matching: Matching, nodes: tuple[Node, ...]) -> PaperSet:
        """Return the papers that meet all conditions of a result and match these clauses."""
        allowed = self.sets.of_all(matching.conditions)
        if nodes:
            clauses = self.compiler.to_clauses(replace(query, clauses=nodes), [])
            for members in self.sets.of_each(clauses):
                allowed &= members
        return allowed

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
        asked = matching.fields.get(field)
        sets = [
            asked if (found := self.sets.find(clause, (field,))) is None else found
            for clause in matching.clauses
        ]
        known = [papers for papers in sets if papers is not None]
        if len(known) == len(sets):
            allowed = self.sets.of_all(matching.conditions)
            numbers = np.flatnonzero(np.logical_and.reduce([allowed, *known]))
            return to_works(numbers) if to_works else len(numbers)
        schema = self.index.papers_schema
        fields = [clause.to_field_query(schema, field) for clause in matching.clauses]
        query = _combine(fields, len(fields), matching.conditions)
        count = self.count(query)
        return to_works(self.numbers_of(query)) if count and to_works else count

    def find_missing(self, matching: Matching, number: int) -> tuple[str, ...]:
        """Return the labels of the clauses that a paper lacks."""
        pairs = zip(matching.clauses, matching.sets, strict=True)
        return tuple(clause.label for clause, papers in pairs if not papers[number])

    def _split_common(
        self, clauses: tuple[Clause, ...]
    ) -> tuple[tuple[Clause, ...], tuple[Clause, ...]]:
        """Return the selective clauses of a sentence, and those that are too common to require."""
        by_frequency = sorted(range(len(clauses)), key=lambda i: clauses[i].frequency)
        rarest = set(by_frequency[:ALWAYS_ASKED])
        limit = COMMON_SHARE * (self.corpus.with_text or self.index.papers.num_docs)
        is_asked = [c.frequency < limit or i in rarest for i, c in enumerate(clauses)]
        is_common = [not asked for asked in is_asked]
        return (
            tuple(itertools.compress(clauses, is_asked)),
            tuple(itertools.compress(clauses, is_common)),
        )

    def call(self, function: Function, notices: list[Notice]) -> tuple[Numbers, Numbers]:
        """Return the papers that a function of the query language finds, the best first.

        similar(…) is ordered by similarity, citations(…) by how many of the papers found by the
        inner query each paper cites, and references(…) by how many of those papers cite it.

        Args:
            function: The function with its argument.
            notices: Receives how the inner query was interpreted and relaxed.

        Returns:
            The numbers of the papers, and for citations(…) those of the cited papers, else none.
        """
        nothing = np.empty(0, np.int64)
        if function.name == "similar:":
            return np.array([n for n, _ in self.find_similar(function.argument)], np.int64), nothing
        if function.name == "similar":
            related = (self.corpus.related.get(n, []) for n in self._find_paper(function.argument))
            return np.array(list(dict.fromkeys(itertools.chain(*related))), np.int64), nothing
        numbers = self._find_inside(function, notices)
        if function.name == "citations":
            return _to_most_frequent(self.corpus.cited_by.gather(numbers)), numbers
        return _to_most_frequent(self.corpus.cites.gather(numbers)), nothing

    def _find_inside(self, function: Function, notices: list[Notice]) -> Numbers:
        """Return the papers that the query inside a function finds, or the one with this id."""
        if function.argument in self.corpus.numbers:
            return np.array([self.corpus.numbers[function.argument]], np.int64)
        found = self.match(parse(function.argument))
        notices += found.notices
        # Where nothing is found, the function as a whole is missing.
        notices += [Notice("missing", label) for label in found.missing if len(found.numbers)]
        notices += [Notice("partial", str(function))] if found.partial else []
        notices += [Notice("relaxed", str(function))] if found.relaxed else []
        return found.numbers

    def _find_paper(self, named: str) -> list[int]:
        """Return the paper with an id, else the paper with a title in all its versions."""
        plain = named.strip('" ')
        if plain in self.corpus.numbers:
            return [self.corpus.numbers[plain]]
        title = plain.replace('"', " ")
        found = self._match_all(parse(f'title:"{title}"'), ())
        return found.numbers.tolist() if len(found.numbers) <= MOST_WITH_TITLE else []


def _to_most_frequent(numbers: NDArray[np.int32]) -> Numbers:
    """Return each number once, the most frequent first.

    >>> _to_most_frequent(np.array([3, 9, 5, 9])).tolist()
    [9, 3, 5]
    """
    distinct, counts = np.unique(numbers, return_counts=True)
    return distinct[np.argsort(-counts, kind="stable")].astype(np.int64)


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
