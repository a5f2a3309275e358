"""Finds papers that are related by one aspect: their background, their method, or their results.

The candidates of a paper are the papers that are similar as a whole, and the papers similar to
those. Each aspect ranks them again, by TF-IDF and, with a model of meaning, by the cosine of the
vectors of the starts of the aspects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from papersette import system
from papersette.knowledge.aspect_texts import ASPECTS, Aspect
from papersette.knowledge.related import Space, WordCounts

NEIGHBOURS = 3
TERMS = 3
MOST_CANDIDATES = 60
LEAST_SCORE = 0.08
"""Least similarity of an aspect; less similar papers share only a few words."""
MEANING_SHARE = 0.5
"""Weight of the model's cosine in the similarity; the rest is the weight of words."""
MOST_SHARE = 0.4
"""Largest share of the papers that may have a word; more common words are dropped."""
MOST_WORDS = 100_000
REPORTABLE = re.compile("[a-z][a-z-]{2,}")
"""A term that is shown as the reason; others are numbers and symbols."""

Columns = NDArray[np.int32]
Weights = NDArray[np.float32]


@dataclass(frozen=True)
class Related:
    """A paper related to another by one aspect."""

    paper_id: str
    other_id: str
    aspect: str
    rank: int
    """Rank by similarity, from 1 for the most similar."""
    score: float
    terms: tuple[str, ...]
    """Terms that both have in this aspect, the most distinctive first: the reason."""


class Aspects:
    """The aspects of the papers of a collection, in the order of the papers."""

    def __init__(self) -> None:
        self._words = {name: WordCounts() for name in ASPECTS}
        self._beginnings: dict[str, list[str]] = {name: [] for name in ASPECTS}

    def add(self, aspects: Mapping[str, Aspect]) -> None:
        """Add the aspects of the next paper."""
        for name in ASPECTS:
            own = aspects.get(name, NOTHING)
            self._words[name].add(own.words)
            self._beginnings[name].append(own.beginning)

    def iterate_beginnings(self) -> Iterator[str]:
        """Yield the starts of all aspects, for a model of meaning."""
        for beginnings in self._beginnings.values():
            yield from filter(None, beginnings)

    def take_space(self, aspect: str) -> tuple[list[str], Space | None]:
        """Return the starts and the TF-IDF space of an aspect's texts, and free its words."""
        words = self._words.pop(aspect)
        return self._beginnings[aspect], words.to_space(MOST_SHARE, MOST_WORDS)


NOTHING = Aspect("", {})


@dataclass(frozen=True)
class AspectsJob:
    """The papers that are compared by aspect: the argument of a worker."""

    aspects: Aspects
    """The aspects of each paper."""
    papers: Sequence[tuple[str, str]]
    """(paper_id, work_id) of each paper, in the same order."""
    candidates: Mapping[str, Sequence[str]]
    """paper_id -> papers that may be related, the most similar first."""
    vectors: Mapping[str, NDArray[np.float32]]
    """Start of an aspect's text -> its vector; empty without a model."""


def relate(job: AspectsJob) -> list[Related]:
    """Return the papers related to each paper by each aspect."""
    with system.unlimited_memory():  # a limit for one paper is not one for all
        return list(find_related(job.aspects, job.papers, job.candidates, job.vectors))


def find_related(
    aspects: Aspects,
    papers: Sequence[tuple[str, str]],
    candidates: Mapping[str, Sequence[str]],
    vectors: Mapping[str, NDArray[np.float32]],
) -> Iterator[Related]:
    """Yield the papers related to each paper by each aspect, except versions of its work.

    Args:
        aspects: The aspects of each paper; their words are removed to free memory.
        papers: (paper_id, work_id) of each paper, in the same order.
        candidates: paper_id -> papers that may be related, the most similar first.
        vectors: Start of an aspect's text -> its vector; empty without a model.
    """
    rows = {paper_id: row for row, (paper_id, _) in enumerate(papers)}
    for aspect in ASPECTS:
        beginnings, words = aspects.take_space(aspect)
        if words is None:
            continue
        ranker = _Ranker(aspect, papers, beginnings, _WordVectors(*words), vectors)
        for row, (paper_id, work_id) in enumerate(papers):
            others = [
                other
                for other in (rows[c] for c in candidates.get(paper_id, ()) if c in rows)
                if beginnings[row] and beginnings[other] and papers[other][1] != work_id
            ][:MOST_CANDIDATES]
            if others:
                yield from ranker.rank(row, others)


class _WordVectors:
    """Texts as weighted words, to compare one text with some others at a time.

    Args:
        matrix: A matrix with one row for each text.
        names: The words of its columns.
    """

    def __init__(self, matrix: csr_matrix, names: NDArray[np.object_]) -> None:
        self.names = names
        ends = matrix.indptr[1:-1]
        self._columns = np.split(matrix.indices, ends)
        self._weights = np.split(matrix.data, ends)
        self._dense = np.zeros(len(names), np.float32)

    def compare(self, row: int, others: Sequence[int]) -> _Products:
        """Return the words of each other text with the products of their weights in both texts."""
        self._dense[self._columns[row]] = self._weights[row]
        columns = np.concatenate([self._columns[other] for other in others])
        products = np.concatenate([self._weights[other] for other in others])
        products *= self._dense[columns]
        self._dense[self._columns[row]] = 0
        return _Products(columns, products, [len(self._columns[other]) for other in others])


@dataclass(frozen=True)
class _Products:
    """What one text has in common with some others."""

    columns: Columns
    """Words of all of them, one text after the other."""
    weights: Weights
    """Products of the weights of each word."""
    lengths: Sequence[int]
    """Number of words of each of them."""

    def sums(self) -> NDArray[np.float64]:
        """Return the similarity of each of them."""
        texts = np.repeat(np.arange(len(self.lengths)), self.lengths)
        return np.bincount(texts, self.weights, len(self.lengths)).astype(np.float64)

    def of(self, index: int) -> tuple[Columns, Weights]:
        """Return the words of one of them, and their products."""
        start = sum(self.lengths[:index])
        own = slice(start, start + self.lengths[index])
        return self.columns[own], self.weights[own]


@dataclass(frozen=True)
class _Ranker:
    """Ranks candidates by one aspect."""

    aspect: str
    papers: Sequence[tuple[str, str]]
    """(paper_id, work_id) of each paper."""
    beginnings: Sequence[str]
    """Start of the aspect's text in each paper."""
    words: _WordVectors
    vectors: Mapping[str, NDArray[np.float32]]
    """Start of a text -> its vector; empty without a model."""

    def rank(self, row: int, others: Sequence[int]) -> Iterator[Related]:
        """Yield the candidates that are most related to the paper of a row."""
        products = self.words.compare(row, others)
        scores = self._score(row, others, products.sums())
        rank = 0
        for index in np.argsort(-scores, kind="stable"):
            if scores[index] < LEAST_SCORE or rank == NEIGHBOURS:
                return
            terms = _to_terms(*products.of(index), self.words.names)
            if terms:  # a relation without a reason is not shown
                rank += 1
                paper_id, other_id = self.papers[row][0], self.papers[others[index]][0]
                score = round(float(scores[index]), 3)
                yield Related(paper_id, other_id, self.aspect, rank, score, terms)

    def _score(
        self, row: int, others: Sequence[int], by_words: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the similarity of each candidate, by words and, with a model, by meaning."""
        own = self.vectors.get(self.beginnings[row])
        if own is None:
            return by_words
        cosines = [float(own @ self.vectors[self.beginnings[other]]) for other in others]
        by_meaning: NDArray[np.float64] = MEANING_SHARE * np.maximum(cosines, 0)
        return (1 - MEANING_SHARE) * by_words + by_meaning


def _to_terms(columns: Columns, products: Weights, names: NDArray[np.object_]) -> tuple[str, ...]:
    """Return the terms that contribute most to the similarity of two papers."""
    shared = np.flatnonzero(products)
    order = shared[np.argsort(-products[shared], kind="stable")[: 4 * TERMS]]
    terms = (str(names[columns[index]]) for index in order)
    return tuple(term for term in terms if REPORTABLE.fullmatch(term))[:TERMS]
