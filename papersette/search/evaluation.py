"""Asks the search engine questions whose answers are known, and queries that a site features.

Known-item search: each question is about one paper. Its rank among the first ten hits counts
1/rank, and 0 below (mean reciprocal rank, MRR@10). Questions in natural words have several papers
that answer them, judged by eye (nDCG@10). A featured query is to find something.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

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
    """Return how high an engine ranks the papers of the questions; nothing without questions.

    Where the engine has a model of meaning, figures without it stand beside those with it.
    """
    figures = _measure(engine, questions, "")
    if engine.meaning is None:
        return figures
    alone = _measure(engine, questions, "off")
    return [*figures, *(replace(f, measure=f"{f.measure}, by words alone") for f in alone)]


def _measure(engine: Engine, questions: Sequence[Question], meaning: str) -> list[Figure]:
    ranks = [rank(engine, question, meaning) for question in questions if question.paper_id]
    figures = to_figures(ranks) if ranks else []
    judged = [question for question in questions if question.papers]
    languages = list(dict.fromkeys(question.language for question in judged))
    for language in languages:
        gains = [to_ndcg(engine, q, meaning) for q in judged if q.language == language]
        name = f"nDCG of the first ten, {language}" if language else "nDCG of the first ten"
        about = f"{len(gains)} questions in natural words, papers judged by eye"
        figures.append(Figure(name, sum(gains) / len(gains), about))
    return figures


def rank(engine: Engine, question: Question, meaning: str = "") -> int | None:
    """Return the rank of the right paper, from 1, or None where it is not among the first ten."""
    asked = Request(q=question.query, versions="all", size=DEPTH, meaning=meaning, passages=False)
    found = [hit.paper_id for hit in engine.search(asked).hits]
    return found.index(question.paper_id) + 1 if question.paper_id in found else None


def to_ndcg(engine: Engine, question: Question, meaning: str = "") -> float:
    """Return the normalised discounted cumulative gain of the first ten works, with gains 1 and 3
    (Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002).
    """
    asked = Request(q=question.query, size=DEPTH, meaning=meaning, passages=False)
    works, numbers = engine.corpus.works, engine.corpus.numbers
    gains: dict[int, int] = {}
    for paper_id, grade in question.papers:
        if paper_id in numbers:
            work = int(works[numbers[paper_id]])
            gains[work] = max(gains.get(work, 0), 2**grade - 1)
    found = [gains.get(int(works[hit.number]), 0) for hit in engine.search(asked).hits]
    best = _discount(sorted(gains.values(), reverse=True)[:DEPTH])
    return _discount(found) / best if best else 0.0


def _discount(gains: Sequence[int]) -> float:
    """
    >>> _discount([3, 0, 1])
    3.5
    """
    return sum(gain / math.log2(position + 1) for position, gain in enumerate(gains, start=1))


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
