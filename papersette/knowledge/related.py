"""Which papers to read beside a paper: those nearest to it in what they say and in what they cite, with the reason.

The rule: a neighbour is told with the terms or the cited works that both have, so that a reader can see why it is there.
Three TF-IDF spaces, of the short text, of the body and of what is cited, are weighed against each other; docs/knowledge.md has
the measurements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

WEIGHTS = {"short": 0.5, "body": 0.25, "cited": 0.25}
"""What of the similarity is due to title and abstract, to the body, and to the cited works' titles."""
NEIGHBOURS = 10
TERMS = 5
BLOCK = 2000
"""Papers compared with all others at once."""
WORD = re.compile(r"[^\W\d_][\w-]+")
TELLING = re.compile("[a-z-]{3,}( [a-z-]{3,})?")
"""A term that can be a reason; symbols and indices, as θt, say nothing to a reader."""
MOST_WORDS = 200_000
"""Features of one space; beyond, the rarest go."""


@dataclass(frozen=True)
class Document:
    """What of a paper tells its neighbours."""

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
    """1 for the nearest."""
    score: float
    """Weighted cosine, 0 to 1."""
    terms: tuple[str, ...]
    """What both say, the most telling first."""
    shared_citations: int


def find_neighbours(documents: Sequence[Document]) -> Iterator[Neighbour]:
    """Yield up to `NEIGHBOURS` neighbours of each document, in their order; versions of one work are none."""
    spaces = to_spaces(documents)
    if not spaces:
        return
    matrix = to_matrix({name: space for name, (space, _) in spaces.items()})
    names = np.concatenate([words for _, words in spaces.values()])
    tellable = np.concatenate(
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
                    _shared_terms(matrix[row], matrix[other], names, tellable),
                    len(cited[row] & cited[other]),
                )


def to_spaces(documents: Sequence[Document]) -> dict[str, tuple[csr_matrix, np.ndarray]]:
    """Each space that has any words, its rows of length one, with the names of its columns."""
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
            max_features=MOST_WORDS,
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
    """The spaces beside each other, so that the product of two rows is their weighted cosine."""
    return csr_matrix(hstack([space * np.sqrt(WEIGHTS[name]) for name, space in spaces.items()]))


def _largest(scores: np.ndarray) -> list[int]:
    """The places of the largest scores above 0, the largest first, of equals the first."""
    count = min(NEIGHBOURS, int((scores > 0).sum()))
    nearest = np.argsort(-scores, kind="stable")[:count]
    return [int(place) for place in nearest]


def _shared_terms(
    one: csr_matrix, other: csr_matrix, names: np.ndarray, tellable: np.ndarray
) -> tuple[str, ...]:
    """The words that make two papers near, without those that stand inside a longer term that was told already."""
    shared = one.multiply(other).tocsr()
    told: list[str] = []
    for place in np.argsort(-shared.data, kind="stable")[: 6 * TERMS]:
        column = shared.indices[place]
        term = str(names[column])
        if (
            tellable[column]
            and TELLING.fullmatch(term)
            and not any(set(term.split()) & set(other.split()) for other in told)
        ):
            told.append(term)
    return tuple(told[:TERMS])
