"""Finds papers that are related by one aspect: their background, their method, or their results.

Headings divide the text of a paper into these. The candidates of a paper are those that are
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
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

from papersette.knowledge.parts import to_kind

ASPECTS = {
    "background": frozenset({"introduction", "related"}),
    "method": frozenset({"method"}),
    "result": frozenset({"experiments", "conclusion"}),
}
"""Aspect -> the kinds of sections that it is made of."""
NEIGHBOURS = 3
TERMS = 3
MOST_CANDIDATES = 60
LEAST_SCORE = 0.08
"""Papers whose aspect is less similar share a few words only."""
MEANING_SHARE = 0.5
"""Share of the cosine of the model; the rest is that of words."""
LONGEST = 20_000
"""Characters of an aspect that are compared."""
BEGINNING = 500
"""Characters of an aspect that the model reads."""
MAX_FEATURES = 100_000
WORD = r"[^\W\d_][\w-]{2,}"
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
    """What both say of it, the most telling term first: the reason."""


@dataclass(frozen=True)
class Headed:
    """A paper with its headings and pages."""

    paper_id: str
    work_id: str
    headings: tuple[tuple[str, str, int], ...] = ()
    """(number, heading, page) in order."""
    pages: tuple[tuple[int, str], ...] = ()
    """(page, text) in order."""


def to_aspect_texts(paper: Headed) -> dict[str, str]:
    """Return the text of each aspect of a paper; nothing of those that it has no heading for.

    >>> to_aspect_texts(Headed("p", "p", (("1", "Introduction", 1), ("2", "Experiments", 1)),
    ...     ((1, "A title\\n1 Introduction\\nWhy.\\n2 Experiments\\nWe run it."),)))
    {'background': 'Why.', 'result': 'We run it.'}
    """
    found: dict[str, list[str]] = {}
    for kind, text in _cut_sections(paper):
        aspect = next((name for name, kinds in ASPECTS.items() if kind in kinds), None)
        if aspect and text.strip():
            found.setdefault(aspect, []).append(text.strip())
    return {aspect: "\n".join(texts)[:LONGEST] for aspect, texts in found.items()}


def _cut_sections(paper: Headed) -> Iterator[tuple[str, str]]:
    """Yield (kind, text) of each section of the first level."""
    whole, starts = "", {}
    for page, text in paper.pages:
        starts[page] = len(whole)
        whole += text + "\n"
    tops = [h for h in paper.headings if "." not in h[0].strip(".")]
    cuts = []
    for number, heading, page in tops:
        if page in starts:
            cuts.append((to_kind(number, heading), *_locate(whole, starts[page], number, heading)))
    for i, (kind, _, begin) in enumerate(cuts):
        end = cuts[i + 1][1] if i + 1 < len(cuts) else len(whole)
        yield kind, whole[begin:end]


def _locate(text: str, start: int, number: str, heading: str) -> tuple[int, int]:
    """Return where a heading begins and ends, from the start of its page; the start if unknown."""
    words = [re.escape(word) for word in f"{number} {heading}".split()]
    found = re.compile(r"^\s*" + r"[\s.:]*".join(words), re.IGNORECASE | re.MULTILINE)
    match = found.search(text, start)
    return match.span() if match else (start, start)


def find_related(
    texts: Sequence[Mapping[str, str]],
    papers: Sequence[Headed],
    candidates: Mapping[str, Sequence[str]],
    vectors: Mapping[str, NDArray[np.float32]],
) -> Iterator[Related]:
    """Yield the papers related to each by each aspect, except versions of its work.

    Args:
        texts: Of each paper, from `to_aspect_texts`.
        papers: The same papers.
        candidates: paper_id -> papers that may be related, the most similar first.
        vectors: Beginning of an aspect's text -> its vector; empty without a model.
    """
    rows = {paper.paper_id: row for row, paper in enumerate(papers)}
    for aspect in ASPECTS:
        own = [text.get(aspect, "") for text in texts]
        space = _to_space(own)
        if space is None:
            continue
        for row, paper in enumerate(papers):
            others = [
                other
                for other in (rows[c] for c in candidates.get(paper.paper_id, ()) if c in rows)
                if own[row] and own[other] and papers[other].work_id != paper.work_id
            ][:MOST_CANDIDATES]
            if others:
                yield from _rank(aspect, row, others, papers, own, space, vectors)


class _Space:
    """Texts as weighted words, of which two at a time are compared.

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
        self._row = -1

    def multiply(self, row: int, other: int) -> tuple[Columns, Weights]:
        """Return the words of another text, and the product of the weights of each in both."""
        if row != self._row:
            if self._row >= 0:
                self._dense[self._columns[self._row]] = 0
            self._dense[self._columns[row]] = self._weights[row]
            self._row = row
        columns = self._columns[other]
        return columns, self._weights[other] * self._dense[columns]


def _to_space(texts: Sequence[str]) -> _Space | None:
    many = sum(map(bool, texts)) > 10
    vectorizer = TfidfVectorizer(
        token_pattern=WORD,
        min_df=2,
        max_df=0.4 if many else 1.0,
        max_features=MAX_FEATURES,
        stop_words=list(ENGLISH_STOP_WORDS),
        sublinear_tf=True,
        dtype=np.float32,
    )
    try:
        matrix = csr_matrix(vectorizer.fit_transform(texts))
    except ValueError:  # no word is in two papers
        return None
    return _Space(matrix, vectorizer.get_feature_names_out())


def _rank(
    aspect: str,
    row: int,
    others: Sequence[int],
    papers: Sequence[Headed],
    texts: Sequence[str],
    space: _Space,
    vectors: Mapping[str, NDArray[np.float32]],
) -> Iterator[Related]:
    """Yield the nearest of the candidates of one paper."""
    products = [space.multiply(row, other) for other in others]
    scores = np.array([product.sum() for _, product in products])
    own = vectors.get(to_beginning(texts[row]))
    if own is not None:
        near = [float(own @ vectors[to_beginning(texts[other])]) for other in others]
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
                papers[row].paper_id, papers[others[index]].paper_id, aspect, rank,
                round(float(scores[index]), 3), terms,
            )  # fmt: skip


def _to_terms(columns: Columns, products: Weights, names: NDArray[np.object_]) -> tuple[str, ...]:
    """Return the terms that contribute most to the similarity of two papers."""
    shared = np.flatnonzero(products)
    order = shared[np.argsort(-products[shared], kind="stable")[: 4 * TERMS]]
    terms = (str(names[columns[index]]) for index in order)
    return tuple(term for term in terms if REPORTABLE.fullmatch(term))[:TERMS]


def to_beginning(text: str) -> str:
    """Return what the model reads of an aspect."""
    return " ".join(text[:BEGINNING].split())
