"""The vectors of a collection: one for each paper, and one for each sentence of its abstract.

They are arrays in a folder, mapped into memory. Search is exact: it multiplies the vectors of all
papers by that of a question, which takes some 30 ms of processor time for 200,000 papers
(docs/meaning.md). Sentences, which are kept as 8-bit numbers, are compared for candidates only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from papersette.meaning.encoder import Vector

PAPERS, SENTENCES, SCALES, STARTS = "papers.npy", "sentences.npy", "scales.npy", "starts.npy"
TEXTS = "texts.json"
"""Name of the file that identifies the texts of the vectors."""
EIGHT_BITS = 127


@dataclass(frozen=True)
class Vectors:
    """The vectors of the papers of one build."""

    papers: NDArray[np.float32]
    """Vectors by number of paper; zero for a paper with neither title nor abstract."""
    sentences: NDArray[np.int8]
    """The sentences of all papers, one after the other."""
    scales: NDArray[np.float32]
    """Factor of each row of `sentences`."""
    starts: NDArray[np.int64]
    """First row of a paper's sentences, by number of paper; the last item is the count of rows."""

    @property
    def dimensions(self) -> int:
        """Number of dimensions of a vector."""
        return int(self.papers.shape[1])

    def score_papers(self, query: Vector) -> NDArray[np.float32]:
        """Return the cosine of every paper with a question, by number of paper."""
        scores: NDArray[np.float32] = self.papers @ query
        return scores

    def score_sentences(self, number: int, query: Vector) -> NDArray[np.float32]:
        """Return the cosine of each sentence of a paper with a question."""
        own = slice(self.starts[number], self.starts[number + 1])
        products = self.sentences[own].astype(np.float32) @ query
        scores: NDArray[np.float32] = products * self.scales[own]
        return scores

    def score_best_sentences(
        self, numbers: NDArray[np.int64], query: Vector, missing: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the cosine of the nearest sentence of each of many papers.

        Args:
            numbers: Numbers of the papers.
            query: The vector of a question.
            missing: The value returned for each paper without sentences.
        """
        lengths = self.starts[numbers + 1] - self.starts[numbers]
        ends = np.cumsum(lengths)
        rows = np.arange(lengths.sum()) + np.repeat(self.starts[numbers] - ends + lengths, lengths)
        products = (self.sentences[rows].astype(np.float32) @ query) * self.scales[rows]
        best = missing.copy()
        some = lengths > 0
        if np.any(some):
            best[some] = np.maximum.reduceat(products, (ends - lengths)[some])
        return best

    def find_sentence(self, number: int, query: Vector) -> tuple[int, float] | None:
        """Return (index, cosine) of the sentence of a paper nearest to a question, if any."""
        scores = self.score_sentences(number, query)
        if not len(scores):
            return None
        best = int(np.argmax(scores))
        return best, float(scores[best])


def to_vectors(
    papers: NDArray[np.float32], sentences: Sequence[Sequence[NDArray[np.float32]]]
) -> Vectors:
    """Return the vectors of a collection.

    Args:
        papers: Vectors of the papers, by number of paper.
        sentences: Vectors of the sentences of each paper, by number of paper.
    """
    starts = np.zeros(len(sentences) + 1, np.int64)
    np.cumsum([len(own) for own in sentences], out=starts[1:])
    flat = [vector for own in sentences for vector in own]
    dense = np.array(flat, np.float32).reshape(len(flat), papers.shape[1])
    scales = (np.abs(dense).max(axis=1, initial=0) / EIGHT_BITS).astype(np.float32)
    divisors = np.where(scales > 0, scales, 1)[:, None]
    return Vectors(papers, np.rint(dense / divisors).astype(np.int8), scales, starts)


def save_vectors(vectors: Vectors, texts: str, folder: Path) -> None:
    """Write the vectors into a folder; `texts` identifies the texts that they were made of."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[Any]] = {
        PAPERS: vectors.papers, SENTENCES: vectors.sentences,
        SCALES: vectors.scales, STARTS: vectors.starts,
    }  # fmt: skip
    for name, array in arrays.items():
        np.save(folder / name, array)
    (folder / TEXTS).write_text(json.dumps({"texts": texts}), encoding="utf-8")


def open_vectors(folder: Path) -> Vectors:
    """Map the vectors in a folder into memory. Raises `OSError` and `ValueError`."""
    return Vectors(
        _open(folder / PAPERS), _open(folder / SENTENCES), _open(folder / SCALES),
        np.load(folder / STARTS),
    )  # fmt: skip


def read_texts(folder: Path) -> str | None:
    """Return what identifies the texts of the vectors in a folder; None if it has no vectors."""
    try:
        found = json.loads((folder / TEXTS).read_text(encoding="utf-8"))["texts"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return str(found)


def _open(path: Path) -> NDArray[Any]:
    """Map an array into memory; an empty array, which cannot be mapped, is read."""
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r")
    except ValueError:
        array = np.load(path)
    return array
