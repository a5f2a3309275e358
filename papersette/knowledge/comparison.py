"""Compares all papers of a collection in one call: their neighbours, and vectors for the map.

A worker process does it while the build goes on, as its matrices take seconds and much memory.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np

from papersette import system
from papersette.knowledge.paper_map import to_vectors
from papersette.knowledge.related import Collection, Document, Neighbour, WordCounts


@dataclass(frozen=True)
class ComparisonJob:
    """The papers that are compared."""

    documents: Sequence[Document]
    words: WordCounts
    """Words of their bodies, in the same order."""
    mapped: Set[str]
    """Ids of the papers on the map."""


@dataclass(frozen=True)
class Comparison:
    """What is found by comparing papers."""

    neighbours: list[Neighbour]
    mapped: list[str]
    """Ids of the papers on the map, in order."""
    vectors: np.ndarray
    """A short vector of each of these papers."""


def compare(job: ComparisonJob) -> Comparison:
    """Return the neighbours of all papers, and the vectors of those on the map."""
    with system.unlimited_memory():  # a limit for one paper is not one for all
        collection = Collection(job.documents, job.words)
        neighbours = list(collection.find_neighbours())
        rows = [row for row, paper_id in enumerate(collection.ids) if paper_id in job.mapped]
        mapped = [collection.ids[row] for row in rows]
        return Comparison(neighbours, mapped, to_vectors(collection, rows))
