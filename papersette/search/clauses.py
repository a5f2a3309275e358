"""Compiles the parts of a query into clauses: engine queries with what marks and scores them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import tantivy
from tantivy import Query as EngineQuery

from papersette.search import adapter, expansions
from papersette.search.analysis import SYMBOLS, to_terms
from papersette.search.corpus import ONE_OF, Corpus, Numbers
from papersette.search.index import Index
from papersette.search.needles import Needle, to_words
from papersette.search.query import PARTS, AllOf, AnyOf, Function, Near, Node, Query, Term
from papersette.text import to_slug

PAPER_FIELDS = {
    "title": "title",
    "abstract": "abstract",
    "tag": "tags",
    "author": "authors",
    "venue": "venue",
    "references": "refs",
}
"""Field of a query -> field of the papers index; the rest are asked of pages or facets."""
SCOPE_FIELDS = {None: ("text", "refs"), "text": ("text",), "references": ("refs",)}
MOST_COMBINATIONS = 32
"""Orders and variants of words near each other that are looked for."""


@dataclass(frozen=True)
class Clause:
    """One clause of a query, ready for the engine."""

    label: str
    """As interpreted, to show."""
    query: EngineQuery
    """Over papers."""
    needles: tuple[Needle, ...] = ()
    """What to mark in passages."""
    terms: tuple[str, ...] = ()
    """Exact terms of all forms, for scores; () where it is not about words."""
    forms: tuple[str, ...] = ()
    """The words or phrases that it is searched for as; () of a group, which has `inner`."""
    is_prefix: bool = False
    fields: tuple[str, ...] = ()
    """Fields of the papers index that it is searched for in."""
    inner: tuple[Clause, ...] = ()
    """What a group is made of."""
    facet_ids: tuple[int, ...] = ()
    """Values of a facet that it asks for."""
    is_facet: bool = False
    """Whether it asks for these and for nothing else."""
    ranked: tuple[int, ...] = ()
    """Of similar(…): the papers found, the most similar first."""
    part: str | None = None
    """The part of papers it is about."""
    frequency: int = 0
    """How many papers it matches; 0 if they were not counted."""

    @property
    def in_references(self) -> bool:
        """Whether it is searched for in reference lists only."""
        if self.inner:
            return all(clause.in_references for clause in self.inner)
        return self.fields == ("refs",)

    @property
    def is_word(self) -> bool:
        """Whether its forms are looked for in fields of papers, as they are."""
        return bool(self.forms and self.fields) and not self.is_prefix

    def to_field_query(self, schema: tantivy.Schema, name: str) -> EngineQuery:
        """Return the query of its words in one field of an index."""
        return adapter.any_of(self.iterate_words(schema, name))

    def iterate_words(self, schema: tantivy.Schema, name: str) -> Iterator[EngineQuery]:
        """Yield the query of each of its words in one field of an index."""
        for clause in self.inner:
            yield from clause.iterate_words(schema, name)
        for form in () if self.inner else self.forms:
            yield adapter.word(schema, name, form, self.is_prefix)


@dataclass(frozen=True)
class Condition:
    """What papers must match beside the clauses of a query."""

    clauses: tuple[Clause, ...]
    """Any of these, or none of them."""
    is_excluded: bool = False

    @property
    def query(self) -> EngineQuery:
        """The condition as a query over papers."""
        queries = [clause.query for clause in self.clauses]
        return adapter.none_of(queries) if self.is_excluded else adapter.any_of(queries)


class Compiler:
    """Compiles queries for one index of one corpus.

    Args:
        index: The open search index.
        corpus: The arrays of the same build.
        call: Returns the papers that a function of a query finds, as citations(…).
    """

    def __init__(self, index: Index, corpus: Corpus, call: Callable[[Function], Numbers]) -> None:
        self.index = index
        self.corpus = corpus
        self.call = call
        self.expander = expansions.Expander(index, corpus)

    def to_clauses(self, query: Query, notices: list[expansions.Notice]) -> tuple[Clause, ...]:
        """Compile each clause of a query; what its words were expanded to is added to `notices`."""
        expand = self.expander.start(query, notices)
        return tuple(
            self._compile(node, query.scope, expand, number)
            for number, node in enumerate(query.clauses)
        )

    def to_exclusions(self, query: Query) -> list[Condition]:
        """Return a condition for each part of a query that no paper may match."""
        expand = self.expander.start(query, [])
        return [
            Condition((self._compile(node, query.scope, expand, 0),), is_excluded=True)
            for node in query.excluded
        ]

    def to_filters(self, chosen: dict[str, str]) -> list[Condition]:
        """Return the conditions chosen beside the results: {"tag": "gan,-vae"}."""
        filters = []
        for facet, values in chosen.items():
            wanted: list[Clause] = []
            for value in filter(None, (values or "").split(",")):
                bare = value.removeprefix("-")
                asked = self._facet_clause(bare, self.corpus.find_values(facet, bare))
                if value != bare:
                    filters.append(Condition((asked,), is_excluded=True))
                elif facet in ONE_OF:
                    wanted.append(asked)
                else:
                    filters.append(Condition((asked,)))
            if wanted:
                filters.append(Condition(tuple(wanted)))
        return filters

    def _compile(
        self, node: Node, scope: str | None, expand: expansions.Expand, number: int
    ) -> Clause:
        match node:
            case Term():
                return self._compile_term(node, scope, expand, number)
            case Near():
                return self._compile_near(node, scope, expand, number)
            case Function():
                numbers = self.call(node)
                ranked = tuple(numbers.tolist()) if node.name.startswith("similar") else ()
                return Clause(str(node), self._numbers_query(numbers), ranked=ranked)
            case AnyOf() | AllOf():
                inner = [self._compile(n, scope, expand, number) for n in node.nodes]
                queries = [clause.query for clause in inner]
                if isinstance(node, AnyOf):
                    query = adapter.any_of(queries)
                else:
                    out = [self._compile(n, scope, expand, number).query for n in node.excluded]
                    query = adapter.all_of([*queries, *([adapter.none_of(out)] if out else [])])
                return _merge(str(node), query, inner)

    def _compile_term(
        self, term: Term, scope: str | None, expand: expansions.Expand, number: int
    ) -> Clause:
        if term.is_facet:
            return self._facet_clause(str(term), self._to_facet_ids(term))
        if term.field == "author":
            names = self.corpus.find_names("author", term.text)
            if names:
                return self._facet_clause(str(term), names)
        variants = expand(term)
        needles = tuple(_to_needle(text, term.is_prefix, number) for text in variants)
        terms = tuple(t for text in variants for t in to_terms(text))
        if term.field in PARTS or term.field == "body":
            query = self._pages_query(term, variants)
            part = term.field if term.field in PARTS else None
            return Clause(str(term), query, needles, terms, variants, term.is_prefix, part=part)
        fields = (PAPER_FIELDS[term.field],) if term.field else SCOPE_FIELDS[scope]
        schema = self.index.papers_schema
        query = adapter.any_of(
            adapter.word(schema, name, text, term.is_prefix) for text in variants for name in fields
        )
        return Clause(
            str(term),
            query,
            needles,
            terms,
            variants,
            term.is_prefix,
            fields,
            frequency=self._frequency(terms, fields) if term.is_plain_word else 0,
        )

    def _frequency(self, terms: Iterable[str], fields: Sequence[str]) -> int:
        searcher = self.index.papers
        return max((searcher.doc_freq(name, t) for t in terms for name in fields), default=0)

    def _compile_near(
        self, near: Near, scope: str | None, expand: expansions.Expand, number: int
    ) -> Clause:
        inner = [self._compile_term(term, scope, expand, number) for term in near.terms]
        combinations = itertools.product(*(expand(term) for term in near.terms))
        orders = (order for words in combinations for order in itertools.permutations(words))
        fields = self._near_fields(near.terms[0].field, scope)
        schema = self.index.papers_schema
        close = adapter.any_of(
            adapter.phrase(schema, name, to_terms(" ".join(words)), near.distance)
            for words in itertools.islice(orders, MOST_COMBINATIONS)
            for name in fields
        )
        query = adapter.all_of([close, *(clause.query for clause in inner)])
        return _merge(str(near), query, inner)

    def _near_fields(self, name: str | None, scope: str | None) -> tuple[str, ...]:
        if name in PAPER_FIELDS:
            return (PAPER_FIELDS[name],)
        return SCOPE_FIELDS[scope] if name is None else ("text",)

    def _pages_query(self, term: Term, variants: Sequence[str]) -> EngineQuery:
        """Return the papers with a word on pages: of their own text, or of one part of it."""
        schema = self.index.pages_schema
        words = adapter.any_of(
            adapter.word(schema, "body", text, term.is_prefix) for text in variants
        )
        if term.field in PARTS:
            part = EngineQuery.term_query(schema, "part", term.field, "basic")
            words = adapter.all_of([words, part])
        numbers = adapter.find_values(self.index.pages, words, "number")
        return self._numbers_query(np.unique(numbers))

    def _to_facet_ids(self, term: Term) -> list[int]:
        assert term.field is not None
        facet = expansions.facet_of(term.field)
        if facet == "year" and ".." in term.text:
            first, _, last = term.text.partition("..")
            return self.corpus.find_values("year", first, last)
        if facet == "cites" and (names := self.corpus.find_names("cites", term.text)):
            return names
        slug = to_slug(term.text)
        found = self.corpus.find_prefix(facet, slug) if slug else []
        return found or self.corpus.find_words(facet, slug)

    def _facet_clause(self, label: str, facet_ids: Sequence[int]) -> Clause:
        query = adapter.any_number(self.index.papers_schema, "facet", facet_ids)
        return Clause(label, query, facet_ids=tuple(facet_ids), is_facet=True)

    def _numbers_query(self, numbers: Numbers) -> EngineQuery:
        return adapter.any_number(self.index.papers_schema, "number", numbers.tolist())


def _to_needle(text: str, is_prefix: bool, clause: int) -> Needle:
    symbols = SYMBOLS.fullmatch(text)
    if symbols:
        return Needle((symbols[1].lower(),), clause=clause, tail=symbols[2])
    return Needle(to_words(text) or (text.lower(),), is_prefix, clause)


def _merge(label: str, query: EngineQuery, inner: Sequence[Clause]) -> Clause:
    return Clause(
        label,
        query,
        tuple(needle for clause in inner for needle in clause.needles),
        tuple(term for clause in inner for term in clause.terms),
        facet_ids=tuple(facet_id for clause in inner for facet_id in clause.facet_ids),
        part=next((clause.part for clause in inner if clause.part), None),
        inner=tuple(clause for clause in inner if clause.forms or clause.inner),
    )
