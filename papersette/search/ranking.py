"""Orders the papers that match a query. The weights of all parts of a score are here.

A paper's score is a sum. Three parts are BM25 scores, each divided by its maximum over the
candidates: of its metadata, of its best pages, and of its text as a whole. For short queries,
adjacency adds more than these: papers that have the words next to each other come before those that
have them near, and those before the rest. Two parts are small or optional: the number of mentions
or citations asked for, and nearness in meaning.

The weights were chosen by cross-validation: `python benchmarks/search.py` prints it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from tantivy import Query as EngineQuery

from papersette.search import adapter
from papersette.search.analysis import to_stems, to_terms
from papersette.search.clauses import Clause
from papersette.search.corpus import Corpus, Numbers
from papersette.search.index import Index
from papersette.search.parallel import FEWEST_PAPERS, run_both
from papersette.search.query import Query
from papersette.search.retrieval import MANY_CHOICES, Matching

Scores = NDArray[np.float64]
"""A score of every paper, by number."""
ToQuery = Callable[[EngineQuery | None], EngineQuery]
"""Makes a query of the documents to which it is going to be restricted, if to any."""

METADATA_WEIGHT = 0.5
PAGES_WEIGHT = 1.5
TEXT_WEIGHT = 0.5
METADATA_FIELDS = {"title_stems": 3.0, "tags_stems": 3.0, "abstract_stems": 1.0}
"""Boosts of the fields of metadata."""
PAGES_POWER = 3
"""A paper's pages count as the root of their summed powers: nearly the best page alone."""
PHRASE_BONUS = 6.0
NEAR_BONUS = 3.0
"""More than the other scores of a paper together, so that adjacency decides first."""
PHRASE_SCORE = 50.0
"""Score of a page with the phrase, when the page of a passage is chosen: more than its words."""
EVIDENCE_WEIGHT = 0.1
"""Score of the paper with most of the mentions or citations asked for, and of papers that cite a
name in full."""
MEANING_WEIGHT = 0.6
"""Score of the paper nearest to a question by meaning, as a share of the highest score by words, so
that meaning is a good third of the sum."""
SENTENCE_SHARE = 1 / 3
"""Share of the nearest sentence in how near a paper is; the rest is title and abstract as a whole.
"""
NEAR_SHARE = 0.6
"""How near, from the median paper to the nearest one, a paper is that meaning alone finds."""
SIMILAR_MEANING_WEIGHT = 1.0
"""The same for papers that are similar to a text: as much as its words."""
PASSAGE_MEANING_WEIGHT = 0.5
"""Share of the cosine in the score of a sentence; the rest is its words."""
PASSAGE_CONTEXT_WEIGHT = 0.3
"""Share of the sentences around a sentence in how many words of a question it has."""
PASSAGE_PAGE_WEIGHT = 0.4
"""Share of its page as a whole in the same; `python benchmarks/ask.py --papers` chose both."""
PHRASE_WORDS = range(2, 5)
"""So many plain words are looked for next to each other."""
NEAR_DISTANCE = 8
"""Words between the first and the last that are still near."""
MOST_FORMS = 3
"""Forms of each word that are looked for next to the others."""
MOST_PHRASES = 3
"""Combinations of these forms."""
MOST_ORDERS = 2
"""Orders of the words that are looked for near each other."""
FEW_WITH_WORDS = 1000
"""Up to so many papers with the rarest word, all papers are asked for a phrase, and not the
candidates by number."""
ENOUGH_ADJACENT = 100
"""Candidates with the words together: five pages, after which nothing more is looked for."""
ADJACENT_CANDIDATES = 200
"""The best candidates by other scores, which are looked at for adjacency."""
PAPER_CANDIDATES = 300
PAGE_CANDIDATES = 400
"""Documents that a score is computed of; papers behind them are ordered by text alone."""
FEW_PAPERS = 50
"""Up to so many matches, candidates are sought among them and not in the whole index."""
FEW_OF_MANY = 400
FEW_SHARE = 1 / 20
"""Where the matches are less than this share of all papers, the limit is `FEW_OF_MANY`."""
WIDER = 5
"""So many times as many documents are looked at where the best are mostly of other papers."""
ENOUGH = 100
"""Candidates that must be among the matching papers, if there are so many."""
MOST_RESTRICTED = 5000
"""Papers that a query can be restricted to."""


@dataclass(frozen=True)
class Ranking:
    """Papers in order, and the parts of their scores."""

    numbers: Numbers
    """Candidates, best first. Not all that match: see `Ranker.rest`."""
    scores: Scores
    """Sum, by number of paper."""
    phrases: list[list[str]]
    """The words of a short query next to each other, in every form; else empty."""
    parts: dict[str, Scores]
    """"metadata", "pages", "text", "phrase", "evidence", "meaning": what each added."""


class Ranker:
    """Ranks matching papers in one index of one corpus."""

    def __init__(self, index: Index, corpus: Corpus) -> None:
        self.index = index
        self.corpus = corpus

    def rank(self, query: Query, matching: Matching) -> Ranking:
        """Return the candidates among the matching papers, best first."""
        scored = (*matching.clauses, *matching.common)
        worded = [clause for clause in scored if clause.terms]
        allowed = np.zeros(self.corpus.size, np.bool_)
        allowed[matching.numbers] = True
        parts = {"evidence": np.where(allowed, self._evidence(matching), 0.0)}
        if worded:
            parts |= self._word_scores(query, worded, matching)
        total = np.sum(list(parts.values()), axis=0)
        phrases = self._phrases(query, worded)
        if phrases:
            best = np.argsort(-total, kind="stable")[:ADJACENT_CANDIDATES]
            parts["phrase"] = self._adjacency(phrases, best[total[best] > 0])
            total += parts["phrase"]
        candidates = np.flatnonzero(total)
        order = np.argsort(-total[candidates], kind="stable")
        return Ranking(candidates[order], total, phrases, parts)

    def blend(self, ranking: Ranking, nearness: Scores, alone: Numbers) -> Ranking:
        """Return a ranking with what meaning adds to it (a convex sum of normalised scores, after
        Bruch et al., "An analysis of fusion functions for hybrid retrieval", 2023).

        Args:
            ranking: By words.
            nearness: Of the papers to the question, by number, from 0 to 1.
            alone: Papers found by meaning alone.
        """
        by_words = ranking.scores - ranking.parts.get("phrase", 0.0)
        highest = float(by_words.max(initial=0.0)) or 1.0
        members = np.union1d(ranking.numbers, alone)
        added = np.zeros_like(ranking.scores)
        added[members] = MEANING_WEIGHT * highest * nearness[members]
        total = ranking.scores + added
        order = np.argsort(-total[members], kind="stable")
        parts = ranking.parts | {"meaning": added}
        return Ranking(members[order], total, ranking.phrases, parts)

    def blend_similar(
        self, found: Sequence[tuple[int, float]], nearness: Scores
    ) -> list[tuple[int, float]]:
        """Return (number, score) of the papers similar to a text by words or meaning, best first.

        Args:
            found: (number, score) by words.
            nearness: Of every paper to the text, from 0 to 1.
        """
        total = SIMILAR_MEANING_WEIGHT * np.where(nearness >= NEAR_SHARE, nearness, 0.0)
        highest = max((score for _, score in found), default=0.0) or 1.0
        for number, score in found:
            total[number] = score / highest + SIMILAR_MEANING_WEIGHT * nearness[number]
        order = np.argsort(-total, kind="stable")[: np.count_nonzero(total)]
        return [(int(number), round(float(total[number]), 3)) for number in order]

    def rank_metadata(self, stems: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """Return (number, score) of the papers whose metadata has these stems, best first."""
        if not stems:
            return []
        query = self._metadata_query(stems)
        numbers, scores = adapter.find_scored(self.index.papers, query, "number", limit)
        return list(zip(numbers.tolist(), scores.round(2).tolist(), strict=True))

    def rest(self, matching: Matching, ranking: Ranking) -> Numbers:
        """Return the matching papers that are no candidates, by their text, best first."""
        others = np.setdiff1d(matching.numbers, ranking.numbers, assume_unique=True)
        terms = [term for clause in matching.clauses for term in clause.terms]
        if not len(others) or not terms:
            return others
        query = self._any_term("papers", "text", terms)
        searcher = self.index.papers
        numbers, found = adapter.find_scored(searcher, query, "number", searcher.num_docs)
        scores = np.zeros(self.corpus.size)
        scores[numbers] = found
        return others[np.argsort(-scores[others], kind="stable")]

    def _evidence(self, matching: Matching) -> Scores:
        """Score papers by how often they have the facet values asked for, and by where they are
        among what a function finds, below any word.
        """
        scores = np.zeros(self.corpus.size)
        for clause in matching.clauses:
            if clause.ranked:
                scores[list(clause.ranked)] += 1 / np.arange(1, len(clause.ranked) + 1)
            for facet_id in clause.facet_ids:
                numbers, counts = self.corpus.evidence_of(facet_id)
                np.add.at(scores, numbers, counts)
        scores = EVIDENCE_WEIGHT * _scaled(scores)
        scores[matching.named] += EVIDENCE_WEIGHT
        return scores

    def _word_scores(
        self, query: Query, clauses: Sequence[Clause], matching: Matching
    ) -> dict[str, Scores]:
        terms = list(dict.fromkeys(term for clause in clauses for term in clause.terms))
        stems = list(dict.fromkeys(stem for term in terms for stem in to_stems(term)))
        text_field = "refs" if all(clause.in_references for clause in clauses) else "text"
        metadata = self._metadata_query(stems)
        text = self._any_term("papers", text_field, terms)
        pages = partial(self._pages_query, query, clauses, stems)
        if any(len(clause.choices) >= MANY_CHOICES for clause in clauses):
            of_papers = run_both(
                lambda: self._paper_scores(metadata, matching),
                lambda: self._paper_scores(text, matching),
                is_long=self.corpus.size >= FEWEST_PAPERS,
            )
            of_pages = self._page_scores_among(pages, of_papers[0] + of_papers[1])
        else:
            of_papers, of_pages = run_both(
                lambda: (
                    self._paper_scores(metadata, matching),
                    self._paper_scores(text, matching),
                ),
                lambda: self._page_scores(pages, matching),
                is_long=self.corpus.size >= FEWEST_PAPERS,
            )
        return {
            "metadata": METADATA_WEIGHT * of_papers[0],
            "text": TEXT_WEIGHT * of_papers[1],
            "pages": PAGES_WEIGHT * of_pages,
        }

    def _metadata_query(self, stems: Sequence[str]) -> EngineQuery:
        return adapter.any_of(
            adapter.boosted(adapter.term(self.index.papers_schema, name, stem), boost)
            for name, boost in METADATA_FIELDS.items()
            for stem in stems
        )

    def _any_term(self, index: str, field: str, terms: Sequence[str]) -> EngineQuery:
        schema = self.index.papers_schema if index == "papers" else self.index.pages_schema
        return adapter.any_of(adapter.term(schema, field, term) for term in terms)

    def _pages_query(
        self,
        query: Query,
        clauses: Sequence[Clause],
        stems: Sequence[str],
        among: EngineQuery | None = None,
    ) -> EngineQuery:
        """Return what scores pages: stems for a sentence, else the exact words."""
        if query.is_sentence and not any(c.part or c.in_references for c in clauses):
            return self._any_term("pages", "stems", stems)
        return to_page_query(self.index, clauses, among)

    def _paper_scores(self, query: EngineQuery, matching: Matching) -> Scores:
        """Return the scores of the best candidates among the papers found, 1 for the best."""
        found, values = self._find_best("papers", lambda among: query, matching, PAPER_CANDIDATES)
        scores = np.zeros(self.corpus.size)
        scores[found] = values
        return _scaled(scores)

    def _page_scores(self, to_query: ToQuery, matching: Matching) -> Scores:
        """Return the scores of papers by their best pages, 1 for the best."""
        return self._join_pages(*self._find_best("pages", to_query, matching, PAGE_CANDIDATES))

    def _page_scores_among(self, to_query: ToQuery, scores: Scores) -> Scores:
        """Return the scores of the best papers by other scores, by their best pages.

        Of many phrases, all pages would take longer than all else together.
        """
        best = np.argsort(-scores, kind="stable")[:ENOUGH]
        numbers = best[scores[best] > 0].tolist()
        among = adapter.any_number(self.index.pages_schema, "number", numbers)
        # In few pages, each phrase is faster found than the numbers of these papers for each.
        is_large = self.corpus.size >= FEWEST_PAPERS
        query = to_query(among if is_large else None)
        restricted = adapter.all_of([adapter.unscored(among), query])
        pages = adapter.find_scored(self.index.pages, restricted, "number", PAGE_CANDIDATES)
        return self._join_pages(*pages)

    def _join_pages(self, found: Numbers, values: Scores) -> Scores:
        """Return the scores of papers from those of pages."""
        powers = np.bincount(found, values**PAGES_POWER, minlength=self.corpus.size)
        return _scaled(np.power(powers, 1 / PAGES_POWER, dtype=np.float64))

    def _find_best(
        self, index: str, to_query: ToQuery, matching: Matching, limit: int
    ) -> tuple[Numbers, Scores]:
        """Return number and score of the documents of papers found that score best, best first.

        The best of the whole index are found fastest. Where they are mostly of other papers, more
        of them are looked at, and then the papers found alone.
        """
        searcher = self.index.papers if index == "papers" else self.index.pages
        numbers = matching.numbers
        allowed = np.zeros(self.corpus.size, np.bool_)
        allowed[numbers] = True
        wanted = min(ENOUGH, len(numbers)) if index == "papers" else ENOUGH
        for looked_at in () if self._is_few(numbers) else (limit, WIDER * limit):
            found, scores = adapter.find_scored(searcher, to_query(None), "number", looked_at)
            kept = np.flatnonzero(allowed[found])[:limit]
            if len(found) < looked_at or len(kept) >= wanted:
                return found[kept], scores[kept]
        schema = self.index.papers_schema if index == "papers" else self.index.pages_schema
        if index == "papers" and len(numbers) > MOST_RESTRICTED:
            among = matching.to_query()
        else:
            among = adapter.any_number(schema, "number", numbers[:MOST_RESTRICTED].tolist())
        restricted = adapter.all_of([adapter.unscored(among), to_query(among)])
        return adapter.find_scored(searcher, restricted, "number", limit)

    def _is_few(self, numbers: Numbers) -> bool:
        """Tell whether papers are so few that the best of all are mostly others."""
        most = FEW_OF_MANY if len(numbers) < FEW_SHARE * self.corpus.size else FEW_PAPERS
        return len(numbers) <= most

    def _phrases(self, query: Query, clauses: Sequence[Clause]) -> list[list[str]]:
        """Return the words of a short query next to each other, in their commonest forms."""
        if len(query.words) not in PHRASE_WORDS or len(clauses) != len(query.words):
            return []
        count = partial(self.index.count_papers, "text")

        def frequency(terms: Sequence[str]) -> int:
            return min(map(count, terms), default=0)

        choices = [
            sorted({to_terms(form): None for form in clause.forms}, key=frequency, reverse=True)
            for clause in clauses
        ]
        # A form may have several terms: "auto-encoder".
        every = [
            list(itertools.chain(*forms))
            for forms in itertools.product(*(forms[:MOST_FORMS] for forms in choices))
        ]
        return sorted(every, key=frequency, reverse=True)[:MOST_PHRASES]

    def _adjacency(self, phrases: list[list[str]], candidates: Numbers) -> Scores:
        """Score candidates with the words next to each other, or near each other in any order."""
        schema, searcher = self.index.papers_schema, self.index.papers
        near = itertools.islice(itertools.permutations(phrases[0]), MOST_ORDERS)
        bonus = np.zeros(self.corpus.size)
        left = candidates
        # One query for each phrase: a union of phrases looks through all papers that have one.
        for words, slop, value in [
            *((words, 0, PHRASE_BONUS) for words in phrases),
            *((words, NEAR_DISTANCE, NEAR_BONUS) for words in near),
        ]:
            query = adapter.phrase(schema, "text", words, slop)
            most = min(self.index.count_papers("text", word) for word in words)
            if most > FEW_WITH_WORDS:
                among = adapter.any_number(schema, "number", left.tolist())
                query, most = adapter.all_of([adapter.unscored(among), query]), len(left)
            found = adapter.find_values(searcher, query, "number", most)
            has_words = np.zeros(self.corpus.size, np.bool_)
            has_words[found] = True
            bonus[left[has_words[left]]] = value
            left = left[~has_words[left]]
            if len(candidates) - len(left) >= ENOUGH_ADJACENT or not len(left):
                break
        return bonus


def to_page_query(
    index: Index,
    clauses: Sequence[Clause],
    among: EngineQuery | None = None,
    phrases: Sequence[Sequence[str]] = (),
) -> EngineQuery:
    """Return the query that scores pages by the exact words of the clauses.

    Args:
        index: The search index.
        clauses: Of a query.
        among: Pages to which the caller restricts the query; phrases are looked for in these only.
        phrases: Pages that have one of them come first.
    """
    # One union of words: inside it, a union for each clause would take twice the time.
    queries = [query for clause in clauses for query in _iterate_page_words(index, clause, among)]
    if phrases:
        close = adapter.any_of(
            adapter.phrase(index.pages_schema, "body", phrase, among=among) for phrase in phrases
        )
        queries.append(EngineQuery.const_score_query(close, PHRASE_SCORE))
    return adapter.any_of(queries)


def _iterate_page_words(
    index: Index, clause: Clause, among: EngineQuery | None
) -> Iterator[EngineQuery]:
    """Yield the queries of pages that have words of a clause, in the part it is about."""
    schema = index.pages_schema
    words = clause.iterate_words(schema, "refs" if clause.in_references else "body", among)
    if not clause.part:
        yield from words
        return
    part = EngineQuery.term_query(schema, "part", clause.part, "basic")
    yield adapter.all_of([adapter.any_of(words), adapter.unscored(part)])


def _scaled(scores: Scores) -> Scores:
    """Return the scores divided by the highest of them."""
    highest = scores.max(initial=0.0)
    return scores / highest if highest else scores
