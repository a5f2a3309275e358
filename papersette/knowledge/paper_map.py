"""Lays out papers in the plane so that similar papers are close to each other.

The vectors are those of related.py, one paper for each work. t-SNE (van der Maaten and Hinton, JMLR
2008; openTSNE, Poličar, Stražar and Zupan, JSS 2024) preserves neighbourhoods: distances within a
cluster are meaningful, those between clusters hardly. Papers with the same words have the same
vector; t-SNE gets each vector once, as its start divides by their variance. Regions are named by
tags that are over-represented there, weighted as in the first term of the log-likelihood ratio
(Dunning, Computational Linguistics 1993). The same papers give the same map. Papers without full
text are positioned by that of their neighbours.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from openTSNE import TSNE
from scipy.sparse import csr_matrix, vstack
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from papersette.knowledge.related import Collection, to_matrix

FEWEST = 5
"""Least number of papers of a map."""
DIMENSIONS = 100
PERPLEXITY = 30
"""Perplexity of t-SNE; smaller if there are few papers."""
DONORS = 5
"""Number of similar papers whose mean replaces the missing text or references of a paper."""
REGION = 80
"""Mean number of papers in a region; small maps have `FEWEST_REGIONS`."""
FEWEST_REGIONS = 3
FEWEST_DISTINCT = 4
"""Least number of distinct vectors of a map; fewer have no neighbourhoods to show."""
DIGITS = 5
"""Decimals to which vectors are compared."""
SEED = 0

Layout = tuple[np.ndarray, np.ndarray]
"""(points, number of the region of each point)."""


@dataclass(frozen=True)
class Point:
    """The position of a paper on the map."""

    paper_id: str
    x: float
    """Position from -1 to 1, as is y."""
    y: float
    region: str | None
    """Tag that is more frequent in the paper's region than elsewhere, if any."""


def to_vectors(collection: Collection, rows: Sequence[int]) -> np.ndarray:
    """Return the papers of these rows as short vectors; an empty array if there are too few."""
    if len(rows) < FEWEST or not collection.spaces:
        return np.empty((0, 0))
    # One thread: another order of sums changes their last digit, which t-SNE amplifies.
    with threadpool_limits(1):
        return _to_vectors(_select(collection, rows))


def _select(collection: Collection, rows: Sequence[int]) -> csr_matrix:
    """Return the spaces of these rows side by side."""
    every = len(rows) == len(collection.ids)
    spaces = {
        name: space if every else space[list(rows)]
        for name, (space, _) in collection.spaces.items()
    }
    return to_matrix(_fill_missing(spaces)).astype(np.float32, copy=False)


def to_layout(vectors: np.ndarray) -> Layout | None:
    """Return the points and regions of vectors; None if too few vectors are distinct."""
    if not len(vectors):
        return None
    firsts, copies = _find_distinct(vectors)
    if len(firsts) < FEWEST_DISTINCT:
        return None
    with threadpool_limits(1):
        points = _to_plane(vectors[firsts])[copies]
        clusters = KMeans(_count_regions(len(points)), random_state=SEED, n_init=10)
        return points, clusters.fit_predict(points)


def to_points(
    ids: Sequence[str], layout: Layout | None, tags: Mapping[str, Sequence[str]]
) -> Iterator[Point]:
    """Yield the points of a layout, with the names of their regions."""
    if layout is None:
        return
    points, regions = layout
    names = _name_regions(regions, [tags.get(paper_id, ()) for paper_id in ids])
    for paper_id, (x, y), region in zip(ids, points, regions, strict=True):
        yield Point(paper_id, round(float(x), 4), round(float(y), 4), names[region])


def _fill_missing(spaces: dict[str, csr_matrix]) -> dict[str, csr_matrix]:
    """Fill empty rows with the mean of the papers that are most similar by title and abstract.

    Otherwise papers without text would form a cluster.
    """
    short = spaces.get("short")
    return (
        spaces
        if short is None
        else {name: _fill_rows(space, short) for name, space in spaces.items()}
    )


def _fill_rows(space: csr_matrix, short: csr_matrix) -> csr_matrix:
    empty = space.getnnz(axis=1) == 0
    if space is short or not empty.any():
        return space
    given = space[~empty]
    nearest = NearestNeighbors(n_neighbors=min(DONORS, given.shape[0]), metric="cosine").fit(
        short[~empty]
    )
    filled = normalize(nearest.kneighbors_graph(short[empty]) @ given)
    order = np.argsort(np.concatenate([np.flatnonzero(~empty), np.flatnonzero(empty)]))
    return csr_matrix(vstack([given, filled]))[order]


def _to_vectors(matrix: csr_matrix) -> np.ndarray:
    """Return the rows of a sparse matrix as vectors of length one with few dimensions."""
    dimensions = min(DIMENSIONS, matrix.shape[0] - 1, matrix.shape[1] - 1)
    if dimensions < 2:
        return np.asarray(matrix.toarray())
    with np.errstate(divide="ignore", invalid="ignore"):  # no variance: its ratio is 0 / 0
        dense = TruncatedSVD(dimensions, random_state=SEED).fit_transform(matrix)
    return np.asarray(normalize(dense))


def _find_distinct(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the indexes of distinct vectors, and for each vector its position among these."""
    _, firsts, copies = np.unique(
        vectors.round(DIGITS) + 0.0, axis=0, return_index=True, return_inverse=True
    )  # + 0.0 makes -0.0 equal to 0.0
    order = np.argsort(firsts)
    return firsts[order], np.argsort(order)[copies.ravel()]


def _to_plane(vectors: np.ndarray) -> np.ndarray:
    """Project distinct vectors to the plane, centred, with coordinates from -1 to 1."""
    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    tsne = TSNE(perplexity=perplexity, neighbors="exact", n_jobs=1, random_state=SEED)
    points = np.array(tsne.fit(vectors))
    points -= (points.max(axis=0) + points.min(axis=0)) / 2
    points /= np.abs(points).max()
    return points


def _count_regions(papers: int) -> int:
    return max(FEWEST_REGIONS, papers // REGION)


def _name_regions(regions: np.ndarray, tags: Sequence[Sequence[str]]) -> list[str | None]:
    """Return a distinct name for each region: the most over-represented tag."""
    everywhere = Counter(tag for carried in tags for tag in carried)
    inside: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for region, carried in zip(regions.tolist(), tags, strict=True):
        inside[region].update(carried)
    names: dict[int, str | None] = {}
    for region, papers in Counter(regions.tolist()).most_common():
        here = inside[region]
        taken = set(names.values())
        expected = {tag: papers * everywhere[tag] / len(tags) for tag in here if tag not in taken}
        weights = {tag: here[tag] * log(here[tag] / expected[tag]) for tag in expected}
        best = max(weights, key=lambda tag: (weights[tag], tag), default=None)
        names[region] = best if best is not None and weights[best] > 0 else None
    return [names[region] for region in sorted(names)]
