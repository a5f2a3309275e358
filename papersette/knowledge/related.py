"""Finds the papers that are most similar to each paper, with the terms that they share.

Similarity is a weighted sum of cosines in three TF-IDF spaces (scikit-learn): title and abstract,
body, and titles of cited works. sparse_dot_topn finds the largest sums of each paper and keeps no
others. In large collections, a very common word cannot make two papers candidates, so that time
grows with the number of papers and not with its square; candidates are compared by all their words.
docs/knowledge.md has the measurements.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfTransformer, TfidfVectorizer
from sparse_dot_topn import sp_matmul_topn

from papersette.knowledge.words import TERM, to_numbering

WEIGHTS = {"short": 0.5, "body": 0.25, "cited": 0.25}
"""Weights of title and abstract, of the body, and of the cited works' titles; chosen with
benchmarks/knowledge.py."""
NEIGHBOURS = 10
TERMS = 5
CANDIDATES = 100
"""Number of papers, found by their rarer words, that are compared with a paper by all words."""
TIES = 10
"""Number of additional candidates, so that of equal scores the lowest row numbers are kept."""
MOST_PAPERS = 1000
"""Largest number of papers with a word that makes candidates. No word of ICLR 2019 has more."""
REPORTABLE = re.compile("[a-z-]{3,}( [a-z-]{3,})?")
"""A term that is shown as shared; symbols and indices, such as θt, are not."""
MAX_FEATURES = 200_000
"""Largest number of features of one space; the rarest are dropped."""
MAX_SHARE = 0.5
"""Largest share of papers with a word, in collections of more than `FEW` papers; more common words
are dropped."""
FEW = 10

Space = tuple[csr_matrix, np.ndarray]
"""(matrix with a row of length one for each paper, names of its columns)."""


@dataclass(frozen=True)
class Document:
    """The texts of a paper that are used to find similar papers."""

    paper_id: str
    work_id: str
    short: str
    """The title, twice, the abstract and the tl;dr."""
    body: Mapping[str, int] = field(default_factory=dict)
    """Number of occurrences of each word in the body: `words.count_words`."""
    cited: tuple[str, ...] = ()
    """Titles of the works that the paper cites."""


@dataclass(frozen=True)
class Neighbour:
    """A related paper."""

    paper_id: str
    other_id: str
    rank: int
    """Rank by similarity, from 1 for the most similar."""
    score: float
    """Weighted cosine, from 0 to 1."""
    terms: tuple[str, ...]
    """Shared terms, the one with the largest weight first."""
    shared_citations: int


class Collection:
    """The papers of a collection as vectors of their words.

    Args:
        documents: The papers, read once; the words of their bodies are not kept.
        words: Counts of the words of their bodies, if they are already counted.
    """

    def __init__(self, documents: Iterable[Document], words: WordCounts | None = None) -> None:
        self.ids: list[str] = []
        self.works: list[str] = []
        self.cited: list[frozenset[str]] = []
        short: list[str] = []
        cited: list[str] = []
        body = words or WordCounts()
        for document in documents:
            self.ids.append(document.paper_id)
            self.works.append(document.work_id)
            self.cited.append(frozenset(document.cited))
            short.append(document.short)
            cited.append(" ".join(document.cited))
            if words is None:
                body.add(document.body)
        spaces = {"short": _to_space(short, 2), "body": body.to_space(), "cited": _to_space(cited)}
        self.spaces: dict[str, Space] = {name: space for name, space in spaces.items() if space}

    @cached_property
    def matrix(self) -> csr_matrix:
        """The spaces side by side: the dot product of two rows is their weighted cosine."""
        return to_matrix({name: space for name, (space, _) in self.spaces.items()})

    def find_neighbours(self) -> Iterator[Neighbour]:
        """Yield at most `NEIGHBOURS` neighbours of each paper, except versions of its work."""
        if not self.spaces:
            return
        works = np.unique(self.works, return_inverse=True)[1]
        nearest = find_nearest(self.matrix, NEIGHBOURS + int(np.bincount(works).max()))
        shared = _SharedTerms(self.matrix, self.spaces)
        for row, (others, scores) in enumerate(nearest):
            kept = works[others] != works[row]
            pairs = zip(others[kept][:NEIGHBOURS], scores[kept], strict=False)
            for rank, (other, score) in enumerate(pairs, start=1):
                yield Neighbour(
                    self.ids[row],
                    self.ids[other],
                    rank,
                    round(float(score), 3),
                    shared.find(row, other),
                    len(self.cited[row] & self.cited[other]),
                )


class WordCounts:
    """Counts the words of papers into a sparse matrix, one paper after the other."""

    def __init__(self) -> None:
        self._columns = to_numbering()
        self._starts = array("q", [0])
        self._indices = array("i")
        self._counts = array("f")

    def __getstate__(self) -> dict[str, object]:
        """Return the counts for another process, where no paper is added."""
        return self.__dict__ | {"_columns": dict(self._columns)}

    def add(self, words: Mapping[str, int]) -> None:
        """Add the words of the next paper."""
        self._indices.fromlist([*map(self._columns.__getitem__, words)])
        self._counts.fromlist([*words.values()])
        self._starts.append(len(self._indices))

    def to_space(
        self, most_share: float = MAX_SHARE, most_words: int = MAX_FEATURES
    ) -> Space | None:
        """Return the TF-IDF vectors of the papers; None if no words are left.

        Words are chosen as by scikit-learn's TfidfVectorizer.

        Args:
            most_share: Largest share of the papers that may have a word; more common ones are
                dropped.
            most_words: Largest number of words; the rarest are dropped.
        """
        papers = len(self._starts) - 1
        indices = np.frombuffer(self._indices, np.int32)
        names = np.array(list(self._columns), dtype=object)
        kept = self._choose(indices, names, most_share, most_words)
        order = sorted(kept.tolist(), key=names.__getitem__)
        if not order:
            return None
        columns = np.full(len(names), -1, np.int32)
        columns[order] = np.arange(len(order), dtype=np.int32)
        new = columns[indices]
        rows = np.repeat(np.arange(papers, dtype=np.int32), np.diff(self._starts))[new >= 0]
        counts = np.frombuffer(self._counts, np.float32)[new >= 0]
        starts = np.zeros(papers + 1, np.int64)
        np.cumsum(np.bincount(rows, minlength=papers), out=starts[1:])
        matrix = csr_matrix((counts, new[new >= 0], starts), shape=(papers, len(order)))
        matrix.sort_indices()
        weighted = TfidfTransformer(sublinear_tf=True).fit_transform(matrix)
        return csr_matrix(weighted), names[order]

    def _choose(
        self, indices: np.ndarray, names: np.ndarray, most_share: float, most_words: int
    ) -> np.ndarray:
        """Return the columns of the words that are kept."""
        papers = len(self._starts) - 1
        having = np.bincount(indices, minlength=len(names))
        kept = having >= _least(papers)
        kept &= having <= (most_share * papers if papers > FEW else papers)
        stopped = [self._columns[word] for word in ENGLISH_STOP_WORDS if word in self._columns]
        kept[stopped] = False
        chosen = np.flatnonzero(kept)
        if len(chosen) > most_words:
            totals = np.bincount(indices, self._counts, len(names))[chosen]
            chosen = chosen[np.lexsort((names[chosen].astype(str), -totals))[:most_words]]
        return chosen


def _least(papers: int) -> int:
    return 2 if papers > 2 else 1


def _to_space(texts: Sequence[str], longest: int = 1) -> Space | None:
    """Return the TF-IDF vectors of texts, with terms of up to `longest` words; None if no terms."""
    vectorizer = TfidfVectorizer(
        token_pattern=TERM.pattern,
        ngram_range=(1, longest),
        min_df=_least(len(texts)),
        max_df=MAX_SHARE if len(texts) > FEW else 1.0,
        max_features=MAX_FEATURES,
        stop_words=list(ENGLISH_STOP_WORDS),
        sublinear_tf=True,
        dtype=np.float32,
    )
    try:
        return csr_matrix(vectorizer.fit_transform(texts)), vectorizer.get_feature_names_out()
    except ValueError:  # no words in this space: papers without text, or without references
        return None


def to_matrix(spaces: Mapping[str, csr_matrix]) -> csr_matrix:
    """Join the spaces so that the dot product of two rows is their weighted cosine."""
    parts = [space * np.sqrt(WEIGHTS[name]) for name, space in spaces.items()]
    matrix = csr_matrix(hstack(parts))
    matrix.sort_indices()
    return matrix


def find_nearest(
    matrix: csr_matrix, count: int, most_papers: int = MOST_PAPERS, threads: int = 2
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield for each row the rows with the largest dot products, largest first, and the products.

    Args:
        matrix: A matrix with rows of length one.
        count: Number of rows found for each row, which include the row itself.
        most_papers: Largest number of rows with a column that makes candidates.
        threads: Number of threads, which does not change the result.
    """
    having = np.bincount(matrix.indices, minlength=matrix.shape[1])
    is_exact = bool((having <= most_papers).all())
    rarer = matrix if is_exact else csr_matrix(matrix[:, having <= most_papers])
    found = count if is_exact else max(count, CANDIDATES)
    best = sp_matmul_topn(
        rarer, rarer.T.tocsr(), top_n=found + TIES, threshold=0, n_threads=threads
    )
    for row in range(matrix.shape[0]):
        others = best.indices[best.indptr[row] : best.indptr[row + 1]]
        scores = best.data[best.indptr[row] : best.indptr[row + 1]]
        if not is_exact:
            scores = matrix[others] @ matrix[row].toarray()[0]
        order = np.lexsort((others, -scores))[:count]
        yield others[order], scores[order]


class _SharedTerms:
    """Finds the terms that contribute most to the similarity of two papers."""

    def __init__(self, matrix: csr_matrix, spaces: Mapping[str, Space]) -> None:
        self._matrix = matrix
        self._names = np.concatenate([names for _, names in spaces.values()])
        self._reportable = np.concatenate(
            [np.full(len(names), name != "cited") for name, (_, names) in spaces.items()]
        )
        self._dense = np.zeros(matrix.shape[1], matrix.dtype)
        self._row = -1

    def find(self, row: int, other: int) -> tuple[str, ...]:
        """Return at most `TERMS` terms, largest first, of which no two share a word."""
        if row != self._row:
            self._dense[self._columns(self._row)] = 0
            self._dense[self._columns(row)] = self._values(row)
            self._row = row
        columns = self._columns(other)
        weights = self._values(other) * self._dense[columns]
        shared = np.flatnonzero(weights)[::-1]
        # Of equal weights the last: "gradient descent" rather than "descent".
        order = shared[np.argsort(-weights[shared], kind="stable")[: 6 * TERMS]]
        chosen: list[str] = []
        used: set[str] = set()
        for column in columns[order]:
            term = str(self._names[column])
            words = term.split()
            is_reportable = self._reportable[column] and REPORTABLE.fullmatch(term)
            if is_reportable and used.isdisjoint(words):
                chosen.append(term)
                used.update(words)
                if len(chosen) == TERMS:
                    break
        return tuple(chosen)

    def _columns(self, row: int) -> np.ndarray:
        starts = self._matrix.indptr
        return self._matrix.indices[starts[row] : starts[row + 1]] if row >= 0 else np.empty(0, int)

    def _values(self, row: int) -> np.ndarray:
        starts = self._matrix.indptr
        values: np.ndarray = self._matrix.data[starts[row] : starts[row + 1]]
        return values
