"""Sets of papers that need no search: those with words, and those with values of facets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from papersette.search import adapter
from papersette.search.analysis import to_terms
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

    def of_all(self, conditions: Sequence[Condition]) -> PaperSet | None:
        """Return the papers that meet all conditions, or None where the engine must be asked."""
        papers = self.every.copy()
        for condition in conditions:
            found = self._of_condition(condition)
            if found is None:
                return None
            papers &= found
        return papers

    def of_each(
        self, clauses: Sequence[Clause], fields: tuple[str, ...] | None = None
    ) -> list[PaperSet] | None:
        """Return the papers of each clause, or None where the engine must be asked of one.

        Args:
            clauses: Of a query.
            fields: Where to look for words, if not where each clause says.
        """
        sets = []
        for clause in clauses:
            found = self._of_clause(clause, fields or clause.fields)
            if found is None:
                return None
            sets.append(found)
        return sets

    def _of_condition(self, condition: Condition) -> PaperSet | None:
        sets = self.of_each(condition.clauses)
        if sets is None:
            return None
        papers = np.zeros_like(self.every)
        for found in sets:
            papers |= found
        return ~papers if condition.is_excluded else papers

    def _of_clause(self, clause: Clause, fields: tuple[str, ...]) -> PaperSet | None:
        if clause.is_facet:
            papers = np.zeros_like(self.every)
            for facet_id in clause.facet_ids:
                papers[self.corpus.evidence_of(facet_id)[0]] = True
            return papers
        words = [to_terms(form) for form in clause.forms]
        if not clause.is_word or not set(fields) <= set(FIELDS) or any(len(w) != 1 for w in words):
            return None
        return self._of_words([word for (word,) in words], fields)

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
            most = sum(searcher.doc_freq(*pair) for pair in rare)
            papers[adapter.find_values(searcher, query, "number", most)] = True
        return papers
