"""Finds the most similar papers of each paper, with the terms that they share.

Similarity is a weighted sum of cosines in three TF-IDF spaces (scikit-learn): title and abstract,
body, and titles of cited works. docs/knowledge.md has the measurements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

WEIGHTS = {"short": 0.5, "body": 0.25, "cited": 0.25}
"""Shares of title and abstract, of the body, and of the cited works' titles; chosen with
benchmarks/knowledge.py."""
NEIGHBOURS = 10
TERMS = 5
BLOCK = 2000
"""Papers compared with all others at once."""
WORD = re.compile(r"[^\W\d_][\w-]+")
REPORTABLE = re.compile("[a-z-]{3,}( [a-z-]{3,})?")
"""A term that is shown as shared; symbols and indices, as θt, are not."""
MAX_FEATURES = 200_000
"""Features of one space; the rarest are dropped."""


@dataclass(frozen=True)
class Document:
    """The texts of a paper by which similar papers are found."""

    paper_id: str
    work_id: str
    short: str
    """Title, twice, abstract and tl;dr."""
    body: str = ""
    cited: tuple[str, ...] = ()
    """Titles of the works it cites."""


@dataclass(frozen=True)
class Neighbour:
    """A related paper."""

    paper_id: str
    other_id: str
    rank: int
    """1 for the most similar."""
    score: float
    """Weighted cosine, 0 to 1."""
    terms: tuple[str, ...]
    """Shared terms, the one with the largest weight first."""
    shared_citations: int


def find_neighbours(documents: Sequence[Document]) -> Iterator[Neighbour]:
    """Yield at most `NEIGHBOURS` neighbours of each document, except versions of its work."""
    spaces = to_spaces(documents)
    if not spaces:
        return
    matrix = to_matrix({name: space for name, (space, _) in spaces.items()})
    names = np.concatenate([words for _, words in spaces.values()])
    reportable = np.concatenate(
        [np.full(len(words), name != "cited") for name, (_, words) in spaces.items()]
    )
    cited = [frozenset(document.cited) for document in documents]
    works = np.array([document.work_id for document in documents])
    for start in range(0, len(documents), BLOCK):
        scores = (matrix[start : start + BLOCK] @ matrix.T).toarray()
        for row, own in enumerate(scores, start=start):
            own[works == works[row]] = 0
            for rank, other in enumerate(_largest(own), start=1):
                yield Neighbour(
                    documents[row].paper_id,
                    documents[other].paper_id,
                    rank,
                    round(float(own[other]), 3),
                    _shared_terms(matrix[row], matrix[other], names, reportable),
                    len(cited[row] & cited[other]),
                )


def to_spaces(documents: Sequence[Document]) -> dict[str, tuple[csr_matrix, np.ndarray]]:
    """Return each space that has words, with rows of length one, and the names of its columns."""
    texts = {
        "short": [document.short for document in documents],
        "body": [document.body for document in documents],
        "cited": [" ".join(document.cited) for document in documents],
    }
    spaces = {}
    for name, given in texts.items():
        vectorizer = TfidfVectorizer(
            token_pattern=WORD.pattern,
            ngram_range=(1, 2) if name == "short" else (1, 1),
            min_df=2 if len(given) > 2 else 1,
            max_df=0.5 if len(given) > 10 else 1.0,
            max_features=MAX_FEATURES,
            stop_words=list(ENGLISH_STOP_WORDS),
            sublinear_tf=True,
            dtype=np.float32,
        )
        try:
            spaces[name] = (
                csr_matrix(vectorizer.fit_transform(given)),
                vectorizer.get_feature_names_out(),
            )
        except ValueError:  # no word in this space: papers without text, or without references
            continue
    return spaces


def to_matrix(spaces: Mapping[str, csr_matrix]) -> csr_matrix:
    """Join the spaces so that the product of two rows is their weighted cosine."""
    return csr_matrix(hstack([space * np.sqrt(WEIGHTS[name]) for name, space in spaces.items()]))


def _largest(scores: np.ndarray) -> list[int]:
    """Return the indices of the largest scores above 0, in descending order."""
    count = min(NEIGHBOURS, int((scores > 0).sum()))
    nearest = np.argsort(-scores, kind="stable")[:count]
    return [int(index) for index in nearest]


def _shared_terms(
    one: csr_matrix, other: csr_matrix, names: np.ndarray, reportable: np.ndarray
) -> tuple[str, ...]:
    """Return the terms that contribute most to a similarity and have no words in common."""
    shared = one.multiply(other).tocsr()
    chosen: list[str] = []
    for index in np.argsort(-shared.data, kind="stable")[: 6 * TERMS]:
        column = shared.indices[index]
        term = str(names[column])
        if (
            reportable[column]
            and REPORTABLE.fullmatch(term)
            and not any(set(term.split()) & set(other.split()) for other in chosen)
        ):
            chosen.append(term)
    return tuple(chosen[:TERMS])
