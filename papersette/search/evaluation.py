"""Asks the search engine questions whose answers are known, and queries that a site features.

Known-item search: each question is about one paper. Its rank among the first ten hits counts
1/rank, and 0 below (mean reciprocal rank, MRR@10). A featured query is to find something.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from papersette.records import Problem, Question
from papersette.search.engine import Engine
from papersette.search.results import Request

DEPTH = 10
"""Hits that are looked at: the first screen or two."""


@dataclass(frozen=True)
class Figure:
    """A row of the table evaluation."""

    measure: str
    value: float
    about: str


def measure(engine: Engine, questions: Sequence[Question]) -> list[Figure]:
    """Return how high an engine ranks the papers of the questions; nothing without questions."""
    return to_figures([rank(engine, question) for question in questions]) if questions else []


def rank(engine: Engine, question: Question) -> int | None:
    """Return the rank of the right paper, from 1, or None where it is not among the first ten."""
    result = engine.search(Request(q=question.query, versions="all", size=DEPTH))
    found = [hit.paper_id for hit in result.hits]
    return found.index(question.paper_id) + 1 if question.paper_id in found else None


def to_figures(ranks: Iterable[int | None]) -> list[Figure]:
    """
    >>> [(figure.measure, figure.value) for figure in to_figures([1, 2, None, None])]
    [('mean reciprocal rank in the first ten', 0.375), ('found in the first ten', 0.5)]
    """
    every = list(ranks)
    found = [rank for rank in every if rank]
    about = f"{len(every)} questions, each about one paper"
    reciprocal = sum(1 / rank for rank in found) / len(every)
    return [
        Figure("mean reciprocal rank in the first ten", reciprocal, about),
        Figure("found in the first ten", len(found) / len(every), about),
    ]


def check_featured(engine: Engine, queries: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for each featured query that finds no paper with all its words."""
    for q in queries:
        result = engine.search(Request(q=q, size=1, passages=False))
        if not result.hits:
            reason = "finds nothing; correct or remove it"
        elif result.partial or result.missing:
            reason = "finds no paper with all its words, only similar ones; correct or remove it"
        else:
            continue
        yield Problem("catalog", "site: featured_queries", "site", f"“{q}” {reason}")
