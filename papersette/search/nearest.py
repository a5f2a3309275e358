"""Finds the sentences of papers that are nearest to a text: a question, a quotation, a passage.

Pages are found by their words, and by the papers whose vectors are nearest, where there is a model.
Their sentences are compared by words, and the best of them by meaning.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
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
from papersette.search.ranking import PASSAGE_MEANING_WEIGHT

MOST_PAGES = 40
"""Pages whose sentences are compared."""
NEAR_PAPERS = 5
"""Papers nearest by meaning, the best pages of which are looked at, too."""
MOST_ENCODED = 32
"""Sentences that are compared by meaning: the best by words, and a few of the nearest papers."""
LONGEST_TEXT = 2000
"""Characters of a text that are compared."""
MOST_STEMS = 60
SHORTEST = 30
"""Characters of a sentence that can be an answer; shorter ones are headings and labels."""
PAGES = """
select papers.number, pages.page, pages.body from pages join papers using (paper_id)
where page_id in (select value from json_each(?)) and body is not null
"""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a page, as found."""

    number: int
    """Of the paper."""
    paper_id: str
    page: int
    text: str
    """As it is on the page."""
    score: float
    """Sum of both, 0 to 1."""
    words: float
    """Share of the text's words that the sentence has, rare words counting more."""
    cosine: float | None = None
    """None where it was not compared by meaning."""


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
    ) -> list[Sentence]:
        """Return the sentences nearest to a text, the nearest first; of each page the best one.

        Args:
            text: A question, a quotation or a passage.
            limit: How many at most.
            numbers: Of the papers to look in; all without.
            skip: Tells which sentences are not wanted, as the passage itself.
        """
        text = text[:LONGEST_TEXT]
        weights = self._weigh(text)
        if not weights and self.meaning is None:
            return []
        query = None if self.meaning is None else self.meaning.read(text)
        pages = self._find_pages(weights, query, numbers)
        sentences = [s for s in self._split(pages, weights) if not skip(s)]
        if self.meaning is not None and query is not None:
            sentences = self._compare(sentences, self.meaning, query)
        best: dict[tuple[int, int], Sentence] = {}
        for sentence in sorted(sentences, key=lambda s: -s.score):
            best.setdefault((sentence.number, sentence.page), sentence)
        return list(best.values())[:limit]

    def _weigh(self, text: str) -> dict[str, float]:
        """Return how much each stem of a text says; its function words say nothing."""
        words = " ".join(word for word in text.split() if word.lower() not in STOP_WORDS)
        searcher = self.index.pages
        stems = list(dict.fromkeys(to_stems(words or text)))[:MOST_STEMS]
        counts = {stem: searcher.doc_freq("stems", stem) for stem in stems}
        return {
            stem: float(np.log(1 + searcher.num_docs / count))
            for stem, count in counts.items()
            if count
        }

    def _find_pages(
        self, stems: Iterable[str], query: Vector | None, numbers: Sequence[int]
    ) -> list[int]:
        """Return the page_ids of the pages to look at, the best by words first."""
        schema = self.index.pages_schema
        words = [adapter.term(schema, "stems", stem) for stem in stems]
        if numbers:
            return self._best_pages(self._inside(numbers, words), MOST_PAGES)
        pages = self._best_pages(adapter.any_of(words), MOST_PAGES) if words else []
        if self.meaning is not None and query is not None:
            near = np.argsort(-self.meaning.score_papers(query))[:NEAR_PAPERS].tolist()
            pages += self._best_pages(self._inside(near, words), 2 * NEAR_PAPERS)
        return list(dict.fromkeys(pages))

    def _inside(self, numbers: Sequence[int], words: Sequence[Query]) -> Query:
        """Return the query of all pages of papers, scored by words."""
        own = adapter.any_number(self.index.pages_schema, "number", numbers)
        among = adapter.unscored(own)
        return adapter.all_of([among, adapter.any_of([among, *words])])

    def _best_pages(self, query: Query, limit: int) -> list[int]:
        found, _ = adapter.find_scored(self.index.pages, query, "page_id", limit, "prose")
        return [int(page_id) for page_id in found]

    def _split(self, pages: Sequence[int], weights: dict[str, float]) -> list[Sentence]:
        """Return the sentences of pages, compared by words."""
        total = sum(weights.values()) or 1.0
        rows = self.connect().execute(PAGES, (json.dumps(pages),))
        found = []
        for number, page, body in rows:
            for start, end in split_sentences(body):
                sentence = body[start:end]
                if len(sentence) >= SHORTEST:
                    own = set(to_stems(sentence))
                    share = sum(weights[stem] for stem in own & weights.keys()) / total
                    paper_id = self.corpus.ids[number]
                    found.append(Sentence(number, paper_id, page, sentence, share, share))
        return sorted(found, key=lambda sentence: -sentence.words)

    def _compare(
        self, sentences: list[Sentence], meaning: Meaning, query: Vector
    ) -> list[Sentence]:
        """Return the best sentences, compared by meaning as well."""
        chosen = sentences[:MOST_ENCODED]
        cosines = meaning.score_texts(query, [sentence.text for sentence in chosen])
        weight = PASSAGE_MEANING_WEIGHT
        return [
            replace(s, cosine=float(c), score=(1 - weight) * s.words + weight * max(0.0, float(c)))
            for s, c in zip(chosen, cosines, strict=True)
        ]
