"""Measures known-item search, and how well the chosen weights work for other questions."""

from __future__ import annotations

import itertools
import random
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measures.table import Row, patched, show
from papersette.records import Question
from papersette.search import ranking
from papersette.search.engine import Engine, Request
from papersette.search.evaluation import DEPTH, rank, to_figures

HALVES = 50
"""Number of random divisions of the questions into halves."""
WEIGHED = ("metadata", "pages", "text")
"""Parts of a score that have weights; only the ratios of the weights matter."""
GRID = tuple(
    itertools.product((0.0, 0.25, 0.5, 0.75, 1.0, 1.5), (1.5,), (0.0, 0.25, 0.5, 1.0, 1.5))
)


@dataclass(frozen=True)
class Scored:
    """The scores of the candidates of one question, with the answer."""

    parts: NDArray[np.float64]
    """Scores of the candidates: a row for each of `WEIGHED`, with weight 1, and a last one for the
    other parts."""
    answer: int | None
    """Column of the answer; None if it is not a candidate."""

    def reciprocal_rank(self, weights: Sequence[float]) -> float:
        """Return 1/rank of the answer among the first ten, else 0."""
        if self.answer is None:
            return 0.0
        scores = np.array([*weights, 1.0]) @ self.parts
        own = scores[self.answer]
        better = int((scores > own).sum() + (scores[: self.answer] == own).sum())
        return 1 / (better + 1) if better < DEPTH else 0.0


def measure(
    engine: Engine, questions: Sequence[Question], sample: tuple[Engine, Sequence[Question]]
) -> None:
    """Print the figures.

    Args:
        engine: Engine of the database whose tl;dr is not indexed.
        sample: The engine of the built sample, and its questions.
    """
    mean, found = to_figures([rank(engine, question) for question in questions])
    show(
        f"known-item search, {len(questions)} questions",
        [
            Row("MRR@10", {"": mean.value}, {"": 0.895}, at_least=True, digits=3),
            Row("found@10", {"": found.value}, {"": 0.97}, at_least=True, digits=3),
        ],
    )
    scored = [score(engine, question) for question in questions]
    others = [score(sample[0], question) for question in sample[1]]
    cross_validate(scored, others)


def score(engine: Engine, question: Question) -> Scored:
    """Retrieve the candidates of a question once, with every weight 1."""
    query, filters = engine._interpret(Request(q=question.query))
    matching = engine.retriever.match(query, filters)
    with patched(ranking, METADATA_WEIGHT=1.0, PAGES_WEIGHT=1.0, TEXT_WEIGHT=1.0):
        ranked = engine.ranker.rank(query, matching)
    candidates = np.sort(ranked.numbers)
    rest = [scores for name, scores in ranked.parts.items() if name not in WEIGHED]
    nothing = np.zeros_like(ranked.scores)
    parts = [*(ranked.parts.get(name, nothing) for name in WEIGHED), np.sum(rest, axis=0)]
    number = engine.corpus.numbers[question.paper_id]
    position = int(np.searchsorted(candidates, number))
    present = position < len(candidates) and candidates[position] == number
    return Scored(np.array([p[candidates] for p in parts]), position if present else None)


def cross_validate(questions: Sequence[Scored], sample: Sequence[Scored]) -> None:
    """Choose weights on half of the questions, and measure and print the other half."""
    current = (ranking.METADATA_WEIGHT, ranking.PAGES_WEIGHT, ranking.TEXT_WEIGHT)
    grid = list(dict.fromkeys([current, *GRID]))
    table = np.array([[q.reciprocal_rank(w) for w in grid] for q in [*questions, *sample]])
    chooser = random.Random(2019)
    chosen, held_out, unchanged = [], [], []
    for _ in range(HALVES):
        one, other = halve(len(questions), len(sample), chooser)
        best = int(np.argmax(table[one].mean(axis=0)))
        chosen.append(grid[best])
        held_out.append(float(table[other, best].mean()))
        unchanged.append(float(table[other, 0].mean()))
    print(f"\nweights chosen on one half of {len(table)} questions, measured on the other")
    print(f"({len(questions)} and {len(sample)} of the sample; {HALVES} random halves)")
    for name, values in (("chosen weights", held_out), (f"always {current}", unchanged)):
        print(
            f"  MRR@10, {name:24} mean {statistics.mean(values):.3f},"
            f" standard deviation {statistics.stdev(values):.3f},"
            f" {min(values):.3f} to {max(values):.3f}"
        )
    _show_weights(grid, table, len(questions), Counter(chosen))


def halve(count: int, more: int, chooser: random.Random) -> tuple[list[int], list[int]]:
    """Return the numbers of both halves; each has half of the first `count` and of the rest."""
    first = chooser.sample(range(count), count)
    rest = chooser.sample(range(count, count + more), more)
    return (
        first[: count // 2] + rest[: more // 2],
        first[count // 2 :] + rest[more // 2 :],
    )


def _show_weights(
    grid: Sequence[tuple[float, ...]],
    table: NDArray[np.float64],
    count: int,
    chosen: Counter[tuple[float, ...]],
) -> None:
    print(f"  {' '.join(WEIGHED):24}{'chosen':>8}{'MRR, all':>10}{'without sample':>16}")
    means = table.mean(axis=0)
    listed = [w for w, _ in chosen.most_common(8)]
    best = grid[int(np.argmax(means))]
    for weights in dict.fromkeys([grid[0], *listed, best]):
        column = grid.index(weights)
        without = table[:count, column].mean()
        name = "  ".join(f"{weight:5.2f}" for weight in weights)
        print(f"  {name:24}{chosen[weights]:8}{means[column]:10.3f}{without:16.3f}")
