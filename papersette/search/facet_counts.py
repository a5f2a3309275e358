"""Counts the values of facets among the papers that a search finds. Counts are exact.

For a small result the values of its papers are added up. For a large one the commonest values of
each facet are kept as sets of bits; where those cannot settle which values come first, rarer ones
are counted as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from papersette.search.corpus import Corpus, Numbers

FACET_SPAN = 10_000_000
"""facet_id = facet * FACET_SPAN + rank of the value in it, from 1, the commonest first."""
BITSETS = 256
"""Values of each facet that are kept as sets of bits."""
FIRST_BITSETS = 64
"""Number of these that are counted first, to learn which others can be among the highest."""
MANY_VALUES = 500
"""With more values than so many, the highest are separated from the rest before they are sorted."""
FEW_PAPERS = 5_000
"""Up to so many papers, sets are so small that all are counted at once."""
MOST_COUNTED = 200
"""Papers of rarer values that are looked at, for each paper found; with more, the values of the
papers found are added up."""
SMALL_RESULT = 200
SMALL_SHARE = 1 / 20
"""Up to so many papers, or this share of all, the values are added up one by one."""


@dataclass(frozen=True)
class FacetTable:
    """Where the values of one facet are."""

    first: int
    """Position of its first value in Corpus.columns."""
    papers: NDArray[np.int64]
    """How many papers have each value, descending."""
    rows: slice
    """Rows of the commonest values in `FacetCounter.bits`."""


class FacetCounter:
    """Counts the values of all facets of a corpus."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.tables: dict[str, FacetTable] = {}
        names = np.array([corpus.values[facet_id].facet for facet_id in corpus.columns.tolist()])
        bits: list[NDArray[np.uint64]] = []
        for name in dict.fromkeys(names.tolist()):
            positions = np.flatnonzero(names == name)
            first, count = int(positions[0]), len(positions)
            papers = np.diff(corpus.papers_of.starts[first : first + count + 1])
            rows = slice(len(bits), len(bits) + min(count, BITSETS))
            bits += [self._members(first + i) for i in range(rows.stop - rows.start)]
            self.tables[name] = FacetTable(first, papers, rows)
        self.bits = np.array(bits, np.uint64).reshape(len(bits), to_width(corpus.size))
        is_small = corpus.size <= FEW_PAPERS
        self.all_sets = np.ascontiguousarray(self.bits.T) if is_small else None
        """Of a small corpus, the same with a row for each 64 papers: all sets are counted at once.
        """

    def _members(self, column: int) -> NDArray[np.uint64]:
        return to_bits(self.corpus.papers_of.of(column).astype(np.int64), self.corpus.size)

    def count(self, result: Result, limits: Mapping[str, int]) -> dict[str, list[tuple[int, int]]]:
        """Return, of each facet named, the values that most works have.

        Args:
            result: The papers found.
            limits: How many values of which facets at most; of equal counts the commoner value
                comes first.

        Returns:
            By facet: (position of the value in Corpus.columns, works), most works first.
        """
        is_large = len(result.single) > max(SMALL_RESULT, SMALL_SHARE * self.corpus.size)
        versions = self._add_up_works(result)
        every: Counts | None = None
        settled = self._settle_all(result, versions, limits) if is_large else {}
        counts = {}
        for name, limit in limits.items():
            if name in settled:
                counts[name] = settled[name]
                continue
            table = self.tables[name]
            own = self._settle(result, table, versions, limit) if is_large else None
            if own is None:
                every = self._add_up(result.single, versions) if every is None else every
                own = every.between(table.first, table.first + len(table.papers))
            counts[name] = own.highest(limit)
        return counts

    def _settle_all(
        self, result: Result, versions: Counts, limits: Mapping[str, int]
    ) -> dict[str, list[tuple[int, int]]]:
        """Return the highest values of the facets that the sets settle; of a small corpus only."""
        if self.all_sets is None:
            return {}
        common = np.bitwise_count(self.all_sets & result.bits[:, None]).sum(0, dtype=np.int16)
        settled = {}
        for name, limit in limits.items():
            table = self.tables[name]
            counts = common[table.rows]
            if len(versions.positions):
                others = versions.between(table.first, table.first + len(counts))
                counts[others.positions - table.first] += others.works.astype(np.int16)
            order = np.argsort(-counts, kind="stable")[:limit]
            highest = counts[order].tolist()
            least = highest[-1] if len(highest) == limit else 0
            if len(table.papers) == len(counts) or table.papers[len(counts)] <= least:
                pairs = zip((table.first + order).tolist(), highest, strict=True)
                settled[name] = [pair for pair in pairs if pair[1]]
        return settled

    def _settle(
        self, result: Result, table: FacetTable, versions: Counts, limit: int
    ) -> Counts | None:
        """Return the counts of the values of a facet that can be among the highest.

        Values are sorted by their papers, so that those after some position have too few. The
        result is None where there are too many values before it.
        """
        counts = self._count_possible(result, table, limit)
        if counts is None:
            return None
        first, last = table.first, table.first + len(counts)
        if len(versions.positions):
            others = versions.between(first, last)
            counts[others.positions - first] += others.works
        return Counts(np.arange(first, last), counts)

    def _count_possible(
        self, result: Result, table: FacetTable, limit: int
    ) -> NDArray[np.int64] | None:
        """Count the first values of a facet, as many as `_settle` needs, without versions."""
        first = FIRST_BITSETS if self.corpus.size > FEW_PAPERS else BITSETS
        counts = self._count_sets(result, table, 0, first)
        last = _to_last_possible(counts, table, limit)
        if len(counts) < min(last, BITSETS):
            more = self._count_sets(result, table, len(counts), min(last, BITSETS))
            counts = np.concatenate([counts, more])
            last = _to_last_possible(counts, table, limit)
        known = len(counts)
        of = self.corpus.papers_of
        starts = of.starts[table.first + known : table.first + last + 1]
        if len(starts) < 2:
            return counts
        if starts[-1] - starts[0] > MOST_COUNTED * len(result.single):
            return None
        papers = result.members[of.columns[starts[0] : starts[-1]]]
        rarer = np.add.reduceat(papers, starts[:-1] - starts[0], dtype=np.int64)
        return np.concatenate([counts, rarer])

    def _count_sets(
        self, result: Result, table: FacetTable, first: int, last: int
    ) -> NDArray[np.int64]:
        """Count the values of a facet from `first` to before `last` by their sets."""
        rows = self.bits[table.rows][first:last]
        common: NDArray[np.uint32] = np.bitwise_count(rows & result.bits).sum(1, dtype=np.uint32)
        return common.astype(np.int64)

    def _add_up(self, numbers: Numbers, versions: Counts) -> Counts:
        """Count every value of all facets."""
        values = self.corpus.facets_of.gather(numbers)
        works = np.bincount(values, minlength=len(self.corpus.columns))
        works[versions.positions] += versions.works
        positions = np.flatnonzero(works)
        return Counts(positions, works[positions])

    def _add_up_works(self, result: Result) -> Counts:
        """Count the values of works with several versions, each once."""
        if not len(result.versions):
            return Counts(result.versions, result.versions)
        of, width = self.corpus.facets_of, len(self.corpus.columns)
        lengths = of.starts[result.versions + 1] - of.starts[result.versions]
        pairs = np.repeat(result.works, lengths) * width + of.gather(result.versions)
        distinct, _ = np.unique(pairs, return_counts=True)  # counting sorts: faster than hashing
        return Counts(*np.unique(distinct % width, return_counts=True))


@dataclass(frozen=True)
class Counts:
    """How many works have values of facets."""

    positions: NDArray[np.int64]
    """Of the values in Corpus.columns, ascending."""
    works: NDArray[np.int64]

    def between(self, first: int, last: int) -> Counts:
        """Return those of the values from `first` to before `last`."""
        own = slice(*np.searchsorted(self.positions, [first, last]))
        return Counts(self.positions[own], self.works[own])

    def highest(self, limit: int) -> list[tuple[int, int]]:
        """Return (position, works) of the highest that are not zero, the first of equals first.

        >>> Counts(np.array([4, 5, 7, 9]), np.array([1, 3, 0, 3])).highest(3)
        [(5, 3), (9, 3), (4, 1)]
        """
        works = self.works
        present = np.flatnonzero(works > 1)  # most values have one work: these are told apart fast
        if len(present) < limit:
            present = np.flatnonzero(works)
        if len(present) > max(limit, MANY_VALUES):
            least = np.partition(works[present], -limit)[-limit]
            present = present[works[present] >= least]
        order = present[np.argsort(-works[present], kind="stable")][:limit]
        return list(zip(self.positions[order].tolist(), works[order].tolist(), strict=True))


def _to_last_possible(counts: NDArray[np.int64], table: FacetTable, limit: int) -> int:
    """Return before which value of a facet all are that can be among the highest.

    Args:
        counts: Of its first values.
        table: Of the facet; its values are sorted by their papers.
        limit: How many are the highest.
    """
    known = len(counts)
    least = np.partition(counts, -limit)[-limit] if known >= limit else 0
    return known + int(np.count_nonzero(table.papers[known:] > least))


def to_width(size: int) -> int:
    """Return the number of 64-bit words of a set of papers."""
    return size // 64 + 1


def to_bits(numbers: Numbers, size: int) -> NDArray[np.uint64]:
    """Return a set of papers as bits.

    >>> to_bits(np.array([0, 2, 64]), 70).tolist()
    [5, 1]
    """
    members = np.zeros(64 * to_width(size), np.bool_)
    members[numbers] = True
    return np.packbits(members, bitorder="little").view(np.uint64)


@dataclass(frozen=True)
class Result:
    """The papers of a result, as counting wants them: a work counts once."""

    single: Numbers
    """Papers whose work has no other version here."""
    versions: Numbers
    """Papers of works that have several."""
    works: NDArray[np.int64]
    """The work of each of `versions`."""
    in_versions: NDArray[np.bool_]
    """Whether each paper is one of `versions`, by number."""
    members: NDArray[np.bool_]
    """Whether each paper is one of `single`, by number."""
    bits: NDArray[np.uint64]
    """The same as bits."""

    @property
    def size(self) -> int:
        """How many works there are."""
        return len(self.single) + len(np.unique(self.works))


def to_result(corpus: Corpus, numbers: Numbers, *, all_versions: bool) -> Result:
    """Tell works with several versions apart from the rest of the papers found."""
    grouped = corpus.in_versions[numbers] & (not all_versions)
    single, versions = numbers[~grouped], numbers[grouped]
    in_versions = np.zeros(corpus.size, np.bool_)
    in_versions[versions] = True
    bits = to_bits(single, corpus.size)
    members = np.unpackbits(bits.view(np.uint8), bitorder="little").view(np.bool_)
    return Result(single, versions, corpus.works[versions], in_versions, members, bits)
