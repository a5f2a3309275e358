"""Finds papers that are related by one aspect: their background, their method, or their results.

The candidates of a paper are those that are
similar as a whole and those similar to them; each aspect ranks them anew, by TF-IDF and, where
there is a model of meaning, by the cosine of how the aspects begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from papersette.knowledge.aspect_texts import ASPECTS, Aspect
from papersette.knowledge.related import Space, WordCounts

NEIGHBOURS = 3
TERMS = 3
MOST_CANDIDATES = 60
LEAST_SCORE = 0.08
"""Papers whose aspect is less similar share a few words only."""
MEANING_SHARE = 0.5
"""Share of the cosine of the model; the rest is that of words."""
MOST_SHARE = 0.4
"""A word in more than this share of the papers is dropped."""
MOST_WORDS = 100_000
REPORTABLE = re.compile("[a-z][a-z-]{2,}")


Columns = NDArray[np.int32]
Weights = NDArray[np.float32]


@dataclass(frozen=True)
class Related:
    """A paper that is related by one aspect."""

    paper_id: str
    other_id: str
    aspect: str
    rank: int
    """1 for the most similar."""
    score: float
    terms: tuple[str, ...]
    """Terms that both have there, the most distinctive first: the reason."""


class Aspects:
    """The aspects of the papers of a collection, one paper after the other."""

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
        """Yield what a model of meaning reads."""
        for beginnings in self._beginnings.values():
            yield from filter(None, beginnings)

    def take_space(self, aspect: str) -> tuple[list[str], Space | None]:
        """Return how the papers' texts of an aspect begin and their words; forget the words."""
        words = self._words.pop(aspect)
        return self._beginnings[aspect], words.to_space(MOST_SHARE, MOST_WORDS)


NOTHING = Aspect("", {})


def find_related(
    aspects: Aspects,
    papers: Sequence[tuple[str, str]],
    candidates: Mapping[str, Sequence[str]],
    vectors: Mapping[str, NDArray[np.float32]],
) -> Iterator[Related]:
    """Yield the papers related to each by each aspect, except versions of its work.

    Args:
        aspects: Of each paper; their words are forgotten.
        papers: paper_id and work_id of the same papers.
        candidates: paper_id -> papers that may be related, the most similar first.
        vectors: Beginning of an aspect's text -> its vector; empty without a model.
    """
    rows = {paper_id: row for row, (paper_id, _) in enumerate(papers)}
    for aspect in ASPECTS:
        beginnings, words = aspects.take_space(aspect)
        if words is None:
            continue
        space = _Space(*words)
        for row, (paper_id, work_id) in enumerate(papers):
            others = [
                other
                for other in (rows[c] for c in candidates.get(paper_id, ()) if c in rows)
                if beginnings[row] and beginnings[other] and papers[other][1] != work_id
            ][:MOST_CANDIDATES]
            if others:
                yield from _rank(aspect, row, others, papers, beginnings, space, vectors)


class _Space:
    """Texts as weighted words, of which one is compared with some others at a time.

    Args:
        matrix: A row for each text.
        names: The words of its columns.
    """

    def __init__(self, matrix: csr_matrix, names: NDArray[np.object_]) -> None:
        self.names = names
        ends = matrix.indptr[1:-1]
        self._columns = np.split(matrix.indices, ends)
        self._weights = np.split(matrix.data, ends)
        self._dense = np.zeros(len(names), np.float32)

    def multiply(self, row: int, others: Sequence[int]) -> list[tuple[Columns, Weights]]:
        """Return the words of each other text, and the products of their weights in both."""
        self._dense[self._columns[row]] = self._weights[row]
        columns = np.concatenate([self._columns[other] for other in others])
        products = np.concatenate([self._weights[other] for other in others])
        products *= self._dense[columns]
        self._dense[self._columns[row]] = 0
        ends = np.cumsum([len(self._columns[other]) for other in others])[:-1]
        return list(zip(np.split(columns, ends), np.split(products, ends), strict=True))


def _rank(
    aspect: str,
    row: int,
    others: Sequence[int],
    papers: Sequence[tuple[str, str]],
    beginnings: Sequence[str],
    space: _Space,
    vectors: Mapping[str, NDArray[np.float32]],
) -> Iterator[Related]:
    """Yield the nearest of the candidates of one paper."""
    products = space.multiply(row, others)
    scores = np.array([product.sum() for _, product in products])
    own = vectors.get(beginnings[row])
    if own is not None:
        near = [float(own @ vectors[beginnings[other]]) for other in others]
        scores = (1 - MEANING_SHARE) * scores + MEANING_SHARE * np.maximum(near, 0)
    rank = 0
    for index in np.argsort(-scores, kind="stable"):
        if scores[index] < LEAST_SCORE or rank == NEIGHBOURS:
            return
        columns, weights = products[index]
        terms = _to_terms(columns, weights, space.names)
        if terms:  # a relation without a reason is not told
            rank += 1
            yield Related(
                papers[row][0], papers[others[index]][0], aspect, rank,
                round(float(scores[index]), 3), terms,
            )  # fmt: skip


def _to_terms(columns: Columns, products: Weights, names: NDArray[np.object_]) -> tuple[str, ...]:
    """Return the terms that contribute most to the similarity of two papers."""
    shared = np.flatnonzero(products)
    order = shared[np.argsort(-products[shared], kind="stable")[: 4 * TERMS]]
    terms = (str(names[columns[index]]) for index in order)
    return tuple(term for term in terms if REPORTABLE.fullmatch(term))[:TERMS]
