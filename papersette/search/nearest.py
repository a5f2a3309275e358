"""Finds the sentences of papers that are nearest to a text: a question, a quotation, a passage.

Pages are found by their words, and by the papers whose vectors are nearest, where there is a model.
Their sentences are compared by words, with those around them, and the best by meaning. Abstracts
are looked at where papers have no text, and of the papers nearest by meaning: a question in another
language shares no words with them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from tantivy import Query

from papersette.meaning.encoder import Vector
from papersette.meaning.sentences import split_sentences
from papersette.search import adapter
from papersette.search.analysis import to_stems
from papersette.search.corpus import Corpus
from papersette.search.index import Index
from papersette.search.meaning import Meaning
from papersette.search.parser import STOP_WORDS
from papersette.search.ranking import (
    PASSAGE_CONTEXT_WEIGHT,
    PASSAGE_MEANING_WEIGHT,
    PASSAGE_PAGE_WEIGHT,
)

MOST_PAGES = 40
"""Pages whose sentences are compared."""
NEAR_PAPERS = 5
"""Papers nearest by meaning, the best pages of which are looked at, too."""
MOST_ENCODED = 24
"""Sentences that are compared by meaning: the best by words, and a few of the nearest papers."""
LONGEST_TEXT = 2000
"""Characters of a text that are compared."""
MOST_STEMS = 60
SHORTEST = 30
"""Characters of a sentence that can be an answer; shorter ones are headings and labels."""
MOST_NEAREST = 8
"""Sentences of abstracts of the nearest papers that are compared by meaning besides."""
PAGES = """
select papers.number, pages.page, pages.body, json_each.value
from json_each(?) join pages on page_id = json_each.value join papers using (paper_id)
where body is not null
"""
ABSTRACTS = """
select number, null, abstract, number from json_each(?) join papers on number = json_each.value
where abstract is not null and (? or page_count = 0)
"""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a page, as found."""

    number: int
    """Of the paper."""
    paper_id: str
    page: int | None
    """None in the abstract."""
    text: str
    """As it is on the page."""
    score: float
    """Sum of both, 0 to 1."""
    words: float
    """Share of the text's words that the sentence, those around it and its page have, rare words
    counting more."""
    cosine: float | None = None
    """None where it was not compared by meaning."""
    before: str = ""
    after: str = ""
    """The sentences around it in the same text."""


class SentenceFinder:
    """Finds sentences in one build of papers.db.

    Args:
        index: The search index.
        corpus: The arrays of the same build.
        connect: Gives a connection to the database for the calling thread.
        meaning: Of the same build; None where there is no model.
    """

    def __init__(
        self,
        index: Index,
        corpus: Corpus,
        connect: Callable[[], sqlite3.Connection],
        meaning: Meaning | None,
    ) -> None:
        self.index = index
        self.corpus = corpus
        self.connect = connect
        self.meaning = meaning

    def find(
        self,
        text: str,
        limit: int = 10,
        numbers: Sequence[int] = (),
        skip: Callable[[Sentence], bool] = lambda sentence: False,
        abstracts: bool = False,
    ) -> list[Sentence]:
        """Return the sentences nearest to a text, the nearest first; of each page the best one.

        Args:
            text: A question, a quotation or a passage.
            limit: Largest number of sentences.
            numbers: Numbers of the papers to look in; all papers if empty.
            skip: Returns whether to leave out a sentence, such as the passage itself.
            abstracts: Whether to look at abstracts as well.
        """
        text = text[:LONGEST_TEXT]
        words = self._weigh(text, abstracts)
        if not words.weights and self.meaning is None:
            return []
        query = None if self.meaning is None else self.meaning.read(text)
        pages = self._find_pages(words.weights, query, numbers)
        found = list(self._split(PAGES, (json.dumps(list(pages)),), words, pages))
        if abstracts:
            found += self._split_abstracts(words, query, numbers)
        sentences = [s for s in found if not skip(s)]
        sentences.sort(key=lambda sentence: -sentence.words)
        if self.meaning is not None and query is not None:
            sentences = self._compare(sentences, self.meaning, query)
        return _to_best(sentences)[:limit]

    def _weigh(self, text: str, abstracts: bool) -> _Words:
        """Return how much each stem of a text says; its function words say nothing."""
        words = " ".join(word for word in text.split() if word.lower() not in STOP_WORDS)
        searcher = self.index.pages
        stems = list(dict.fromkeys(to_stems(words or text)))[:MOST_STEMS]
        counts = {stem: searcher.doc_freq("stems", stem) for stem in stems}
        if abstracts:
            papers = self.index.papers
            counts = {s: n or papers.doc_freq("abstract_stems", s) for s, n in counts.items()}
        weights = {
            stem: float(np.log(1 + searcher.num_docs / max(1, count)))
            for stem, count in counts.items()
        }
        known = {stem: weight for stem, weight in weights.items() if counts[stem]}
        return _Words(known, sum(weights.values()) or 1.0)

    def _find_pages(
        self, stems: Iterable[str], query: Vector | None, numbers: Sequence[int]
    ) -> dict[int, float]:
        """Return the page_ids of the pages to look at with their scores, 1 for the best."""
        schema = self.index.pages_schema
        words = [adapter.term(schema, "stems", stem) for stem in stems]
        if numbers:
            return _scaled(self._best_pages(self._inside(numbers, words), MOST_PAGES))
        pages = self._best_pages(adapter.any_of(words), MOST_PAGES) if words else {}
        if query is not None:
            near = self._find_near(query, NEAR_PAPERS)
            pages = self._best_pages(self._inside(near, words), 2 * NEAR_PAPERS) | pages
        return _scaled(pages)

    def _find_near(self, query: Vector, limit: int) -> list[int]:
        """Return the numbers of the papers nearest by meaning."""
        if self.meaning is None:
            return []
        near: list[int] = np.argsort(-self.meaning.score_papers(query))[:limit].tolist()
        return near

    def _inside(self, numbers: Sequence[int], words: Sequence[Query]) -> Query:
        """Return the query of all pages of papers, scored by words."""
        own = adapter.any_number(self.index.pages_schema, "number", numbers)
        among = adapter.unscored(own)
        return adapter.all_of([among, adapter.any_of([among, *words])])

    def _best_pages(self, query: Query, limit: int) -> dict[int, float]:
        pages, scores = adapter.find_scored(self.index.pages, query, "page_id", limit, "prose")
        return dict(zip(pages.tolist(), scores.tolist(), strict=True))

    def _split_abstracts(
        self, words: _Words, query: Vector | None, numbers: Sequence[int]
    ) -> list[Sentence]:
        """Return the sentences of abstracts of papers without text, and of the nearest papers."""
        schema = self.index.papers_schema
        terms = [adapter.term(schema, "abstract_stems", stem) for stem in words.weights]
        scored: dict[int, float] = {}
        if terms and not numbers:
            found = adapter.find_scored(
                self.index.papers, adapter.any_of(terms), "number", MOST_PAGES
            )
            scored = _scaled(dict(zip(*(part.tolist() for part in found), strict=True)))
        ids = list(numbers) or list(scored)
        sentences = list(self._split(ABSTRACTS, (json.dumps(ids), False), words, scored))
        near = self._find_near(query, NEAR_PAPERS) if query is not None else []
        near = [number for number in near if not numbers or number in numbers]
        nearest = self._split(ABSTRACTS, (json.dumps(near), True), words, scored)
        return list(dict.fromkeys([*sentences, *nearest]))

    def _split(
        self, sql: str, values: tuple[object, ...], words: _Words, scores: Mapping[int, float]
    ) -> Iterator[Sentence]:
        """Yield the sentences of texts, compared by words.

        Args:
            sql: Selects number, page, text and the key of its score.
            values: Of the SQL.
            words: Of the question.
            scores: Of each text as a whole.
        """
        for number, page, body, key in self.connect().execute(sql, values).fetchall():
            spans = [span for span in split_sentences(body) if span[1] - span[0] >= SHORTEST]
            own = [set(to_stems(body[start:end])) & words.weights.keys() for start, end in spans]
            for position, (start, end) in enumerate(spans):
                around = set[str]().union(*own[max(0, position - 1) : position + 2])
                share = words.share_of(own[position], around, scores.get(key, 0.0))
                before, after = (
                    body[slice(*spans[other])] if 0 <= other < len(spans) else ""
                    for other in (position - 1, position + 1)
                )
                paper_id, text = self.corpus.ids[number], body[start:end]
                yield Sentence(
                    number, paper_id, page, text, share, share, before=before, after=after
                )

    def _compare(
        self, sentences: list[Sentence], meaning: Meaning, query: Vector
    ) -> list[Sentence]:
        """Return the best sentences, compared by meaning as well."""
        chosen = sentences[:MOST_ENCODED]
        near = self._find_near(query, NEAR_PAPERS)
        others = [s for s in sentences[MOST_ENCODED:] if s.page is None and s.number in near]
        chosen += sorted(others, key=lambda s: near.index(s.number))[:MOST_NEAREST]
        cosines = meaning.score_texts(query, [sentence.text for sentence in chosen])
        weight = PASSAGE_MEANING_WEIGHT
        return [
            replace(s, cosine=float(c), score=(1 - weight) * s.words + weight * max(0.0, float(c)))
            for s, c in zip(chosen, cosines, strict=True)
        ]


@dataclass(frozen=True)
class _Words:
    """The words of a question."""

    weights: dict[str, float]
    """How much each stem says that some page has."""
    total: float
    """Of all, those that no page has included."""

    def share_of(self, own: Iterable[str], around: Iterable[str], page: float) -> float:
        """Return the share that a sentence has, with those around it and the score of its page."""
        inside, near = (sum(self.weights[stem] for stem in stems) for stems in (own, around))
        share = (1 - PASSAGE_CONTEXT_WEIGHT) * inside + PASSAGE_CONTEXT_WEIGHT * near
        return (1 - PASSAGE_PAGE_WEIGHT) * share / self.total + PASSAGE_PAGE_WEIGHT * page


def _scaled(scores: dict[int, float]) -> dict[int, float]:
    highest = max(scores.values(), default=0.0)
    return {key: score / highest if highest else 0.0 for key, score in scores.items()}


def _to_best(sentences: Iterable[Sentence]) -> list[Sentence]:
    """Return the best sentence of each page, the best first; of an abstract where no page is."""
    best: dict[tuple[int, int | None], Sentence] = {}
    for sentence in sorted(sentences, key=lambda s: -s.score):
        best.setdefault((sentence.number, sentence.page), sentence)
    printed = {sentence.number for sentence in best.values() if sentence.page is not None}
    return [s for s in best.values() if s.page is not None or s.number not in printed]
