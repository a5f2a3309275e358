"""Sets of papers that need no search: those with words, and those with values of facets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from papersette.search import adapter
from papersette.search.clauses import Clause, Condition
from papersette.search.common_words import FIELDS
from papersette.search.corpus import Corpus
from papersette.search.index import Index

PaperSet = NDArray[np.bool_]
"""Whether each paper is in a set, by number."""


class PaperSets:
    """Finds sets of papers in one index of one corpus."""

    def __init__(self, index: Index, corpus: Corpus) -> None:
        self.index = index
        self.corpus = corpus
        self.every = np.zeros(corpus.size, np.bool_)
        self.every[corpus.all_numbers] = True

    def of_all(self, conditions: Sequence[Condition]) -> PaperSet:
        """Return the papers that meet all conditions."""
        papers = self.every.copy()
        for condition in conditions:
            found = np.zeros_like(self.every)
            for members in self.of_each(condition.clauses):
                found |= members
            papers &= ~found if condition.is_excluded else found
        return papers

    def of_each(
        self, clauses: Sequence[Clause], fields: tuple[str, ...] | None = None
    ) -> list[PaperSet]:
        """Return the papers of each clause.

        Args:
            clauses: Of a query.
            fields: Where to look for words, if not where each clause says.
        """
        sets = [self.find(clause, fields) for clause in clauses]
        return [
            self._search(clause, fields) if found is None else found
            for clause, found in zip(clauses, sets, strict=True)
        ]

    def find(self, clause: Clause, fields: tuple[str, ...] | None = None) -> PaperSet | None:
        """Return the papers of a clause, or None where the engine must be asked."""
        if clause.is_facet:
            papers = np.zeros_like(self.every)
            for facet_id in clause.facet_ids:
                papers[self.corpus.evidence_of(facet_id)[0]] = True
            return papers
        asked = fields or clause.fields
        terms = [adapter.to_single_term(form) for form in clause.forms]
        words = [term for term in terms if term is not None]
        if not clause.is_word or not set(asked) <= set(FIELDS) or len(words) < len(terms):
            return None
        return self._of_words(words, asked)

    def _search(self, clause: Clause, fields: tuple[str, ...] | None) -> PaperSet:
        """Ask the engine for the papers of a clause."""
        schema = self.index.papers_schema
        query = clause.query
        if fields:
            query = adapter.any_of(clause.to_field_query(schema, name) for name in fields)
        papers = np.zeros_like(self.every)
        papers[adapter.find_values(self.index.papers, query, "number")] = True
        return papers

    def _of_words(self, words: Sequence[str], fields: Sequence[str]) -> PaperSet:
        """Return the papers that have any of the words in any of the fields."""
        papers = np.zeros_like(self.every)
        rare = []
        for field in fields:
            for word in words:
                found = self.index.common_words.find(field, word, len(papers))
                if found is None:
                    rare.append((field, word))
                else:
                    papers |= found
        if rare:
            schema, searcher = self.index.papers_schema, self.index.papers
            query = adapter.any_of(adapter.term(schema, *pair) for pair in rare)
            most = sum(self.index.count_papers(*pair) for pair in rare)
            papers[adapter.find_values(searcher, query, "number", most)] = True
        return papers
