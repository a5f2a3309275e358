"""Compiles the parts of a query into clauses: engine queries with what marks and scores them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import tantivy
from tantivy import Query as EngineQuery

from papersette.names import to_given_name
from papersette.search import adapter, expansions
from papersette.search.analysis import SYMBOLS, to_terms
from papersette.search.corpus import ONE_OF, TERM_FACETS, Corpus, FacetValue, Numbers
from papersette.search.facet_terms import AUTHORS_AND_YEAR, FacetTerms, split_people
from papersette.search.index import Index
from papersette.search.needles import Needle, to_words
from papersette.search.query import PARTS, AllOf, AnyOf, Function, Near, Node, Query, Term

PAPER_FIELDS = {
    "title": "title",
    "abstract": "abstract",
    "tag": "tags",
    "author": "authors",
    "affiliation": "affiliations",
    "venue": "venue",
    "references": "refs",
}
"""Field of a query -> field of the papers index; the rest are asked of pages or facets."""
SCOPE_FIELDS = {None: ("text", "refs"), "text": ("text",), "references": ("refs",)}
MOST_COMBINATIONS = 128
"""Orders and variants of words near each other that are looked for: all orders of five words."""
MOST_OF_PREFIX = 24
"""Words of a prefix that are looked for near others."""
MOST_AFTER_WORDS = 100
"""Number of words that a prefix after other words, as in pre-t*, stands for if it has more than
`LONG_AFTER_WORDS`: to look for all of them would take long."""
LONG_AFTER_WORDS = 1000
"""Largest number of words of such a prefix that are all looked for."""

GUESSED_FIELDS = {"cited": "refs", "affiliation": "affiliations"}
"""Fields of a query whose misspelled words are compared with those of a field of the index."""
GUESSED_FACETS = {"cited", "decision", "has", "session"}
"""Facets whose misspelled values are corrected word by word."""
GUESSED_BEGINNING = 2
"""Letters that a misspelled word and its suggestion have in common."""
MOST_GUESSED = 2000
"""Words that a misspelled one is compared with."""


@dataclass(frozen=True)
class _Context:
    """What all parts of one query are compiled with."""

    scope: str | None
    expand: expansions.Expand
    notices: list[expansions.Notice]


@dataclass(frozen=True)
class Clause:
    """One clause of a query, ready for the engine."""

    label: str
    """As interpreted, to show."""
    make_query: Callable[[], EngineQuery]
    """Makes `query`. The papers of most clauses are known without it."""
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
    choices: tuple[Clause, ...] = ()
    """Of which a paper must match any."""
    facet_ids: tuple[int, ...] = ()
    """Values of a facet that it asks for."""
    is_facet: bool = False
    """Whether it asks for these and for nothing else."""
    works: tuple[FacetValue, ...] = ()
    """Cited works that it asks for, beside values of facets: those that one paper cites, and those
    of citations(…)."""
    name: str = ""
    """The cited name as typed, where it has a full given name."""
    ranked: tuple[int, ...] = ()
    """Of a function, or of the id of a paper: the papers found, the best first."""
    part: str | None = None
    """The part of papers it is about."""
    frequency: int = 0
    """How many papers it matches; 0 if they were not counted."""

    @cached_property
    def query(self) -> EngineQuery:
        """The query of its papers."""
        return self.make_query()

    @property
    def in_references(self) -> bool:
        """Whether it is searched for in reference lists only."""
        if self.inner:
            return all(clause.in_references for clause in self.inner)
        return self.fields == ("refs",)

    @property
    def is_optional(self) -> bool:
        """Whether papers are still shown that lack it, where no paper has everything: so are those
        that lack words and phrases, but not those outside a field or a function.
        """
        if self.inner:
            return not self.facet_ids and all(clause.is_optional for clause in self.inner)
        return bool(self.forms and self.fields) and set(self.fields) <= {"text", "refs"}

    @property
    def is_word(self) -> bool:
        """Whether its forms are looked for in fields of papers, as they are."""
        return bool(self.forms and self.fields) and not self.is_prefix

    def to_field_query(self, schema: tantivy.Schema, name: str) -> EngineQuery:
        """Return the query of its words in one field of an index."""
        return adapter.any_of(self.iterate_words(schema, name))

    def iterate_words(
        self, schema: tantivy.Schema, name: str, among: EngineQuery | None = None
    ) -> Iterator[EngineQuery]:
        """Yield the query of each of its words in one field of an index; phrases only of the
        documents `among` which the caller looks.
        """
        for clause in self.inner:
            yield from clause.iterate_words(schema, name, among)
        for form in () if self.inner else self.forms:
            yield adapter.word(schema, name, form, self.is_prefix, among)


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
        facet_terms: Finds the values of its facets that fields mean.
        call: Returns the papers that a function of a query finds, as citations(…), and the papers
            that these cite for it; adds to the notices.
    """

    def __init__(
        self,
        index: Index,
        corpus: Corpus,
        facet_terms: FacetTerms,
        call: Callable[[Function, list[expansions.Notice]], tuple[Numbers, Numbers]],
    ) -> None:
        self.index = index
        self.corpus = corpus
        self.facet_terms = facet_terms
        self.call = call
        self.expander = expansions.Expander(index, corpus)

    def to_clauses(self, query: Query, notices: list[expansions.Notice]) -> tuple[Clause, ...]:
        """Compile each clause of a query; what its words were expanded to is added to `notices`."""
        context = _Context(query.scope, self.expander.start(query, notices), notices)
        clauses = tuple(
            self._compile(node, context, number) for number, node in enumerate(query.clauses)
        )
        own = self._find_paper(query)
        return clauses if own is None else (self._with_paper(clauses[0], own),)

    def _find_paper(self, query: Query) -> int | None:
        """Return the number of the paper whose id is all that was typed."""
        match query.clauses:
            case (Term(field=None, is_prefix=False) as term,):
                return self.corpus.numbers.get(term.text)
        return None

    def _with_paper(self, clause: Clause, own: int) -> Clause:
        """Return a clause that a paper matches, too, and before all others."""
        paper = adapter.any_number(self.index.papers_schema, "number", [own])

        def make_query() -> EngineQuery:
            return adapter.any_of([clause.make_query(), paper])

        return replace(clause, make_query=make_query, fields=(), ranked=(own,))

    def to_exclusions(self, query: Query) -> list[Condition]:
        """Return a condition for each part of a query that no paper may match."""
        context = _Context(query.scope, self.expander.start(query, []), [])
        return [
            Condition((self._compile(node, context, 0),), is_excluded=True)
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

    def _compile(self, node: Node, context: _Context, number: int) -> Clause:
        match node:
            case Term():
                return self._compile_term(node, context, number)
            case Near():
                return self._compile_near(node, context, number)
            case Function():
                numbers, cited = self.call(node, context.notices)
                works = tuple(self.facet_terms.find_works_here(cited)) if len(cited) else ()
                make_query = partial(self._numbers_query, numbers)
                return Clause(str(node), make_query, ranked=tuple(numbers.tolist()), works=works)
            case AnyOf():
                inner = [self._compile(n, context, number) for n in node.nodes]
                merged = _merge(str(node), partial(to_any, inner), inner)
                return replace(merged, choices=tuple(inner))
            case AllOf():
                inner = [self._compile(n, context, number) for n in node.nodes]
                out = [self._compile(n, context, number) for n in node.excluded]
                return _merge(str(node), partial(_to_all, inner, out), inner)

    def _compile_facet(self, term: Term, context: _Context, number: int) -> Clause:
        """Compile a field that is a facet. A dataset or technique that is not known is searched for
        as words, cites: with a year as cited:, cited: without one as cites:, and a cited title that
        was not told from the rest of its entry as a phrase of references, which is said.
        """
        assert term.field is not None
        facet = expansions.facet_of(term.field)
        if facet == "cites" and AUTHORS_AND_YEAR.fullmatch(term.text.strip()):
            return self._compile_as(replace(term, field="cited"), term, context, number)
        people = split_people(term.text) if facet == "cites" else [term.text]
        if len(people) > 1:
            inner = [
                self._compile_facet(replace(term, text=name), context, number) for name in people
            ]
            return _merge(str(term), partial(_to_all, inner), inner)
        found = self.facet_terms.find(facet, people[0])
        if not found and (guess := self.facet_terms.suggest(facet, people[0])):
            context.notices.append(expansions.Notice("did_you_mean", term.text, (guess,)))
        if not found and facet in TERM_FACETS:
            context.notices.append(expansions.Notice("symbols", str(term), (term.text,)))
            words = Term(term.text, is_prefix=term.is_prefix, is_phrase=term.is_phrase)
            return self._compile_term(words, context, number)
        if not found and facet == "cited" and self.facet_terms.is_of_people(term.text):
            return self._compile_as(replace(term, field="cites"), term, context, number)
        if (
            not found
            and facet == "cited"
            and (works := self.facet_terms.find_rare_works(term.text))
        ):
            citing = self.facet_terms.find_citing(works)
            return Clause(str(term), partial(self._numbers_query, citing), works=tuple(works))
        if not found and facet == "cited" and self._is_in_references(term.text):
            entry = Term(term.text, "references", is_phrase=True)
            return self._compile_as(entry, term, context, number)
        if not found and facet in GUESSED_FACETS:
            self._suggest_words(term, facet, context)
        name = people[0] if facet == "cites" and to_given_name(people[0]) else ""
        return self._facet_clause(str(term), found, name)

    def _suggest_words(self, term: Term, name: str, context: _Context) -> None:
        """Add what may have been meant by misspelled words of a field or facet."""
        own = {"author": "authors", "tag": "tags"}.get(name)
        if own and self._frequency(to_terms(term.text), (own,)):
            return  # a given name, or a word of a longer tag
        if name == "author":
            guess = self.facet_terms.suggest(name, term.text)
        elif name in GUESSED_FIELDS:
            field = GUESSED_FIELDS[name]
            guess = expansions.respell(term.text, partial(self._find_like, field))
        else:
            guess = expansions.respell(term.text, lambda _: self.corpus.iterate_words(name))
        if guess:
            context.notices.append(expansions.Notice("did_you_mean", term.text, (guess,)))

    def _find_like(self, field: str, word: str) -> Iterator[str]:
        """Yield the word if a field has it, then the commonest words that begin as it does."""
        searcher = self.index.papers
        if searcher.doc_freq(field, word):
            yield word
        known = searcher.terms_with_prefix(field, word[:GUESSED_BEGINNING], limit=MOST_GUESSED)
        yield from (other for other, _ in known)

    def _is_in_references(self, text: str) -> bool:
        """Tell whether several words are a phrase of some reference list."""
        words = to_terms(text)
        if len(words) < 2:
            return False
        phrase = adapter.phrase(self.index.papers_schema, "refs", words)
        return adapter.count(self.index.papers, phrase) > 0

    def _compile_as(self, term: Term, typed: Term, context: _Context, number: int) -> Clause:
        """Compile a term in place of the one that was typed, and say so."""
        context.notices.append(expansions.Notice("symbols", str(typed), (str(term),)))
        return self._compile_term(term, context, number)

    def _compile_term(self, term: Term, context: _Context, number: int) -> Clause:
        if term.is_facet:
            return self._compile_facet(term, context, number)
        if term.field == "author":
            names = self.corpus.find_names("author", term.text)
            if names:
                return self._facet_clause(str(term), names)
        if term.field in {"author", "affiliation", "tag"} and not term.is_prefix:
            self._suggest_words(term, term.field, context)
        scope = context.scope
        needles: tuple[Needle, ...] = ()
        if endings := self._to_endings(term):
            needles = (_to_needle(term.text, True, number),)
            context.notices.append(expansions.Notice("prefix", str(term), (str(len(endings)),)))
            term = replace(term, is_prefix=False)
        variants = endings or context.expand(term)
        needles = needles or tuple(_to_needle(text, term.is_prefix, number) for text in variants)
        terms = tuple(t for text in variants for t in to_terms(text))
        if term.field in PARTS or term.field == "body":
            make_query = partial(self._pages_query, term, variants)
            part = term.field if term.field in PARTS else None
            return Clause(
                str(term), make_query, needles, terms, variants, term.is_prefix, part=part
            )
        fields = (PAPER_FIELDS[term.field],) if term.field else SCOPE_FIELDS[scope]
        if term.field == "tag" and (tags := self.facet_terms.find_tags(term.text)):
            words = self._words_query(variants, fields, term.is_prefix)
            papers = self._facet_query(tags)
            either = papers if term.is_phrase else adapter.any_of([words, papers])
            return Clause(str(term), lambda: either, needles, terms, variants, term.is_prefix)
        return Clause(
            str(term),
            partial(self._words_query, variants, fields, term.is_prefix),
            needles,
            terms,
            variants,
            term.is_prefix,
            fields,
            frequency=self._frequency(terms, fields) if term.is_plain_word else 0,
        )

    def _frequency(self, terms: Iterable[str], fields: Sequence[str]) -> int:
        count = self.index.count_papers
        return max((count(name, term) for term in terms for name in fields), default=0)

    def _compile_near(self, near: Near, context: _Context, number: int) -> Clause:
        inner = [self._compile_term(term, context, number) for term in near.terms]
        combinations = itertools.product(*(self._to_forms(term, context) for term in near.terms))
        orders = (order for words in combinations for order in itertools.permutations(words))
        fields = self._near_fields(near.terms[0].field, context.scope)
        schema = self.index.papers_schema
        close = adapter.any_of(
            adapter.phrase(schema, name, to_terms(" ".join(words)), near.distance)
            for words in itertools.islice(orders, MOST_COMBINATIONS)
            for name in fields
        )
        return _merge(str(near), partial(_to_all, inner, close=close), inner)

    def _to_forms(self, term: Term, context: _Context) -> tuple[str, ...]:
        """Return the forms of a word near others; of a prefix, its commonest words."""
        prefix = to_terms(term.text)
        if not term.is_prefix or len(prefix) != 1:
            return context.expand(term)
        words = self._find_words(prefix[0], MOST_OF_PREFIX + 1)
        if len(words) > MOST_OF_PREFIX:
            words = words[:MOST_OF_PREFIX]
            context.notices.append(expansions.Notice("prefix", str(term), (str(len(words)),)))
        return words or (term.text,)

    def _to_endings(self, term: Term) -> tuple[str, ...]:
        """Return pre-training, pre-trained, … for pre-t*, of which there are too many to look for
        all; else ().
        """
        words = to_terms(term.text) if term.is_prefix else ()
        if len(words) < 2:
            return ()
        endings = self._find_words(words[-1], LONG_AFTER_WORDS + 1)
        if len(endings) <= LONG_AFTER_WORDS:
            return ()
        return tuple("-".join([*words[:-1], end]) for end in endings[:MOST_AFTER_WORDS])

    def _find_words(self, prefix: str, most: int) -> tuple[str, ...]:
        """Return the words of the text of papers that begin so, the commonest first."""
        known = self.index.papers.terms_with_prefix("text", prefix, limit=most)
        return tuple(word for word, _ in sorted(known, key=lambda pair: -pair[1]))

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

    def _words_query(
        self, words: Sequence[str], fields: Sequence[str], is_prefix: bool
    ) -> EngineQuery:
        """Return the query of papers with any of the words in any of the fields."""
        schema = self.index.papers_schema
        return adapter.any_of(
            adapter.word(schema, name, text, is_prefix) for text in words for name in fields
        )

    def _facet_clause(self, label: str, facet_ids: Sequence[int], name: str = "") -> Clause:
        make_query = partial(self._facet_query, facet_ids)
        return Clause(label, make_query, facet_ids=tuple(facet_ids), is_facet=True, name=name)

    def _facet_query(self, facet_ids: Sequence[int]) -> EngineQuery:
        """Return the query of papers with any of these values."""
        return self._numbers_query(self.corpus.find_papers(facet_ids))

    def _numbers_query(self, numbers: Numbers) -> EngineQuery:
        return adapter.any_number(self.index.papers_schema, "number", numbers.tolist())


def _to_needle(text: str, is_prefix: bool, clause: int) -> Needle:
    symbols = SYMBOLS.fullmatch(text)
    if symbols:
        return Needle((symbols[1].lower(),), clause=clause, tail=symbols[2])
    return Needle(to_words(text) or (text.lower(),), is_prefix, clause)


def to_any(clauses: Sequence[Clause]) -> EngineQuery:
    """Return the query of papers that match any of the clauses."""
    return adapter.any_of(clause.query for clause in clauses)


def _to_all(
    clauses: Sequence[Clause],
    excluded: Sequence[Clause] = (),
    close: EngineQuery | None = None,
) -> EngineQuery:
    """Return the query of papers that match all clauses, none of the excluded ones, and `close`."""
    queries = [] if close is None else [close]
    queries += [clause.query for clause in clauses]
    queries += [adapter.none_of(clause.query for clause in excluded)] if excluded else []
    return adapter.all_of(queries)


def _merge(label: str, make_query: Callable[[], EngineQuery], inner: Sequence[Clause]) -> Clause:
    return Clause(
        label,
        make_query,
        tuple(needle for clause in inner for needle in clause.needles),
        tuple(term for clause in inner for term in clause.terms),
        facet_ids=tuple(facet_id for clause in inner for facet_id in clause.facet_ids),
        part=next((clause.part for clause in inner if clause.part), None),
        inner=tuple(clause for clause in inner if clause.forms or clause.inner),
    )
