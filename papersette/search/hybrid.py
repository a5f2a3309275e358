"""Adds papers that mean what a question asks to those that have its words.

How near a paper is to a question is its own cosine and that of its nearest sentence, on a scale on
which the median paper is 0 and the nearest is 1: what cosines are usual differs between models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from papersette.meaning.encoder import Vector
from papersette.search.corpus import Numbers
from papersette.search.meaning import Meaning
from papersette.search.query import Node, Query, Term
from papersette.search.ranking import NEAR_SHARE, SENTENCE_SHARE

FEWEST_WORDS = 2
"""Plain words of a query from which on it has a meaning; one word is looked for as it is."""
CANDIDATES = 200
"""Papers nearest by their own vector, and as many of the best by words, of which the sentences are
compared, too."""
MOST_ALONE = 20
"""Papers that are found by meaning alone."""


@dataclass(frozen=True)
class Question:
    """A question as the model reads it."""

    vector: Vector
    cosines: NDArray[np.float64]
    """Of every paper with the question, by number."""


@dataclass(frozen=True)
class Nearness:
    """How near the papers are to a question."""

    query: Vector
    scores: NDArray[np.float64]
    """By number, from 0 to 1."""
    alone: Numbers
    """Papers found by meaning alone, the nearest first."""


def to_question(query: Query, typed: str) -> str:
    """Return the part of a query that is compared by meaning; "" where it is searched by words.

    Fields, phrases and groups stand for themselves, so that only plain words are compared.

    >>> from papersette.search.parser import parse
    >>> [to_question(parse(q), q) for q in ("how do nets learn?", "noisy nets year:2019", "gan")]
    ['how do nets learn?', 'noisy nets', '']
    """
    words = [n.text for n in query.clauses if isinstance(n, Term) and n.is_plain_word]
    if query.scope or len(words) < FEWEST_WORDS:
        return ""
    return " ".join(typed.split()) if query.words else " ".join(words)


def read_question(meaning: Meaning, text: str) -> Question:
    """Read a question, from `to_question` or any text, and compare it with all papers."""
    vector = meaning.read(text)
    return Question(vector, meaning.score_papers(vector))


def to_nearness(
    meaning: Meaning, question: Question, best: Numbers, found: Numbers, allowed: NDArray[np.bool_]
) -> Nearness:
    """Return how near the papers are to a question.

    Args:
        meaning: Of the collection.
        question: As the model reads it.
        best: Papers found by words, the best first.
        found: All papers found by words.
        allowed: Which papers may be found, by number.
    """
    query, cosines = question.vector, question.cosines
    usual = float(np.median(cosines[1:])) if len(cosines) > 1 else 0.0
    ranked = np.where(allowed, cosines, -1.0)
    count = min(CANDIDATES, len(ranked) - 1)
    nearest = np.argpartition(-ranked, count)[:count] if count > 0 else np.empty(0, np.int64)
    candidates = np.union1d(nearest[ranked[nearest] > 0], best[:CANDIDATES])
    mixed = cosines.copy()
    sentences = meaning.vectors.score_best_sentences(candidates, query, cosines[candidates])
    mixed[candidates] += SENTENCE_SHARE * (sentences - cosines[candidates])
    highest = float(mixed[candidates].max(initial=usual))
    span = highest - usual
    scores = np.clip((mixed - usual) / span, 0.0, 1.0) if span > 0 else np.zeros_like(mixed)
    is_found = np.zeros(len(mixed), np.bool_)
    is_found[found] = True
    others = candidates[~is_found[candidates]]
    is_near = (scores[others] >= NEAR_SHARE) & (mixed[others] >= meaning.model.floor)
    alone = others[is_near]
    alone = alone[np.argsort(-scores[alone], kind="stable")]
    return Nearness(query, scores, alone)


def keep_works(numbers: Numbers, works: NDArray[np.int64], found: Numbers) -> Numbers:
    """Return the first version of each work, without works of which a version was found by words.

    Args:
        numbers: The nearest first.
        works: Number of the work by paper.
        found: Papers found by words.
    """
    taken = set(works[found].tolist())
    kept: list[int] = []
    for number in numbers.tolist():
        work = int(works[number])
        if work not in taken:
            taken.add(work)
            kept.append(number)
    return np.array(kept, np.int64)


def to_conditions(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Return the clauses that a paper found by meaning must match, too: all but plain words."""
    return tuple(n for n in nodes if not (isinstance(n, Term) and n.is_plain_word))
