"""Counts the values of facets among the papers that a search found: SQL functions, and the sets of papers they count by.

The rule: the values of a facet are numbered, the commonest first, so that of equals the one that more papers have comes first.
What goes in and out is what SQLite knows: JSON, and sets as bytes, little-endian, in which the paper of number n is bit n.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FACET_SPAN = 10_000_000
"""facet_id = facet * FACET_SPAN + place of the value in it, from 1, the commonest first."""


def to_width(highest: int) -> int:
    """Bytes of a set that has room for papers up to this number."""
    return highest // 8 + 1


def to_bits(numbers: Iterable[int], width: int) -> bytes:
    """
    >>> to_bits([0, 2, 9], width=3).hex()
    '050200'
    """
    bits = bytearray(width)
    for number in numbers:
        bits[number >> 3] |= 1 << (number & 7)
    return bytes(bits)


def count_values(facet_ids: str, limit: int, whole: int | None) -> str:
    """Of each facet the values that occur most often in a JSON list of facet_ids, as JSON: [[facet_id, count], ...].

    Of the facet of number `whole` all are given, of the others `limit`.

    >>> count_values("[10000002, 10000001, 20000007, 10000002, 10000003]", 2, None)
    '[[10000002, 2], [10000001, 1], [20000007, 1]]'
    """
    ids, counts = np.unique(np.array(json.loads(facet_ids), np.int64), return_counts=True)
    facets = ids // FACET_SPAN
    order = np.lexsort((ids, -counts, facets))
    ids, counts, facets = ids[order], counts[order], facets[order]
    places = np.arange(len(ids)) - np.searchsorted(facets, facets)
    kept = (places < limit) | (facets == (whole or 0))
    return json.dumps(np.stack([ids[kept], counts[kept]], axis=1).tolist())


def count_sets(sets: bytes, width: int, single: str, several: str, limit: int) -> str:
    """Which of the sets, each `width` bytes, have most of the works that were found, as JSON: [[place, count], ...].

    Works are JSON, too: `single` the numbers of papers, `several` lists of numbers, versions of one work each, that count once.
    Places count from 0; of sets with equally many the first comes first, and none is empty.

    >>> sets = to_bits([1, 2], 1) + to_bits([2, 4, 5], 1) + to_bits([6], 1)
    >>> count_sets(sets, 1, "[1, 2]", "[[4, 5]]", limit=10)
    '[[0, 2], [1, 2]]'
    """
    matrix = np.frombuffer(sets, np.uint8).reshape(-1, width)
    found = np.frombuffer(_to_bits(single, width), np.uint8)
    counts = np.bitwise_count(matrix & found).sum(axis=1, dtype=np.int64) + _count_groups(
        matrix, json.loads(several)
    )
    order = np.argsort(-counts, kind="stable")[:limit]
    return json.dumps([(int(place), int(counts[place])) for place in order if counts[place]])


@lru_cache(maxsize=8)
def _to_bits(numbers: str, width: int) -> bytes:
    """The same set for each facet of a search."""
    return to_bits(json.loads(numbers), width)


def _count_groups(matrix: NDArray[np.uint8], groups: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Of how many groups each set has a member."""
    if not groups:
        return np.zeros(len(matrix), np.int64)
    numbers = np.concatenate([np.array(group) for group in groups])
    starts = np.cumsum([0, *map(len, groups[:-1])])
    members = matrix[:, numbers >> 3] >> (numbers & 7).astype(np.uint8) & 1
    counts: NDArray[np.int64] = np.bitwise_or.reduceat(members, starts, axis=1).sum(
        axis=1, dtype=np.int64
    )
    return counts
