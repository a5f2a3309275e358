"""A map of the papers: near in the plane are papers that are near in what they say and cite.

The rule: the same papers give the same map. The vectors are those of related.py, one paper a work; t-SNE keeps neighbourhoods, so
that distances within a crowd mean something, and those between crowds little. Regions bear the tag that tells them best. That a
text is not here says nothing about a paper, and must not move it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from papersette.knowledge.related import Document, to_matrix, to_spaces

FEWEST = 5
"""Papers that make a map; fewer are a list."""
DIMENSIONS = 100
PERPLEXITY = 30
"""Neighbours that each paper tries to keep near, where there are enough papers."""
LENDERS = 5
"""Papers that lend theirs to a paper without text or references."""
REGION = 80
"""Papers that a region has in the mean; a small map has `FEWEST_REGIONS`."""
FEWEST_REGIONS = 3
SEED = 0


@dataclass(frozen=True)
class Point:
    """Where a paper is."""

    paper_id: str
    x: float
    """From -1 to 1, as y."""
    y: float
    region: str | None
    """A tag that the papers around have more often than the others."""


def draw_map(documents: Sequence[Document], tags: Mapping[str, Sequence[str]]) -> Iterator[Point]:
    """Yield a point for each document, in their order; none where there are too few, or without words."""
    spaces = to_spaces(documents) if len(documents) >= FEWEST else {}
    if not spaces:
        return
    # One thread: sums in another order differ in their last digit, and t-SNE makes another map of that.
    with threadpool_limits(1):
        places = _to_plane(to_matrix(_lend({name: space for name, (space, _) in spaces.items()})))
        regions = KMeans(_count_regions(len(documents)), random_state=SEED, n_init=10).fit_predict(
            places
        )
    names = _name_regions(regions, [tags.get(document.paper_id, ()) for document in documents])
    for document, (x, y), region in zip(documents, places, regions, strict=True):
        yield Point(document.paper_id, round(float(x), 4), round(float(y), 4), names[region])


def _lend(spaces: dict[str, csr_matrix]) -> dict[str, csr_matrix]:
    """The spaces, empty rows filled with the mean of the rows of those papers that are nearest by title and abstract.

    Else papers without text, as all 774 of ICML 2019 that have none here, make a continent of their own.
    """
    short = spaces.get("short")
    return (
        spaces if short is None else {name: _fill(space, short) for name, space in spaces.items()}
    )


def _fill(space: csr_matrix, short: csr_matrix) -> csr_matrix:
    empty = space.getnnz(axis=1) == 0
    if space is short or not empty.any():
        return space
    given = space[~empty]
    nearest = NearestNeighbors(n_neighbors=min(LENDERS, given.shape[0]), metric="cosine").fit(
        short[~empty]
    )
    lent = normalize(nearest.kneighbors_graph(short[empty]) @ given)
    order = np.argsort(np.concatenate([np.flatnonzero(~empty), np.flatnonzero(empty)]))
    return csr_matrix(vstack([given, lent]))[order]


def _to_plane(matrix: csr_matrix) -> np.ndarray:
    """The rows of a sparse matrix in the plane, centred, the outermost 1 away from the middle."""
    count = matrix.shape[0]
    dense = TruncatedSVD(
        min(DIMENSIONS, count - 1, matrix.shape[1] - 1), random_state=SEED
    ).fit_transform(matrix)
    tsne = TSNE(init="pca", perplexity=min(PERPLEXITY, (count - 1) / 3), random_state=SEED)
    places: np.ndarray = tsne.fit_transform(normalize(dense))
    places -= (places.max(axis=0) + places.min(axis=0)) / 2
    places /= np.abs(places).max()
    return places


def _count_regions(papers: int) -> int:
    return max(FEWEST_REGIONS, papers // REGION)


def _name_regions(regions: np.ndarray, tags: Sequence[Sequence[str]]) -> list[str | None]:
    """For each region the tag that is oftener there than by chance (log-likelihood), no two the same."""
    everywhere = Counter(tag for carried in tags for tag in carried)
    names: dict[int, str | None] = {}
    for region, papers in Counter(regions.tolist()).most_common():
        here = Counter(
            tag
            for place, carried in zip(regions, tags, strict=True)
            if place == region
            for tag in carried
        )
        expected = {
            tag: papers * everywhere[tag] / len(tags) for tag in here.keys() - names.values()
        }
        weights = {tag: here[tag] * log(here[tag] / expected[tag]) for tag in expected}
        best = max(weights, key=lambda tag: (weights[tag], tag), default=None)
        names[region] = best if best is not None and weights[best] > 0 else None
    return [names[region] for region in sorted(names)]
