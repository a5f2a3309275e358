"""What a search needs to know of all papers at once: arrays read from papers.db when it is opened.

Papers are numbered from 1 (papers.number), and arrays are indexed by that number. Facet values are
numbered too; a sparse table in both directions tells which papers have which values.
"""

from __future__ import annotations

import bisect
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from papersette.languages import to_language_names
from papersette.names import (
    parse_name,
    to_family_key,
    to_keys_without_particles,
    to_name_keys,
    to_query_name_keys,
)
from papersette.text import to_singular, to_slug

Numbers = NDArray[np.int64]
"""Numbers of papers, ascending."""

FACETS = {
    "venue": "Venue",
    "year": "Year",
    "decision": "Decision",
    "tag": "Tag",
    "author": "Author",
    "dataset": "Dataset",
    "technique": "Technique",
    "cites": "Cites the name",
    "cited": "Cites the work",
    "session": "Session",
    "language": "Language",
    "has": "Has",
}
"""Facets in the order in which pages show them, with their labels."""
NAME_FACETS = ("author", "cites")
"""Facets whose values are personal names."""
TERM_FACETS = ("dataset", "technique")
"""Facets whose values are words of the text."""
OTHER_NAME_FACETS = (*TERM_FACETS, "language")
"""Facets whose values have other names: a language has a code, and a name in each language."""
ONE_OF = frozenset({"venue", "year", "decision", "language"})
"""Facets of which a paper has one value: of several chosen values, either is enough."""


LIKE = 80
"""Similarity of a misspelled name and the one that is suggested, of 100."""
MOST_LIKE = 20
"""Spellings like a misspelled name that are compared."""
RARE_READING = 0.02
"""A reading of a name with a smaller share of the papers of the commonest reading is dropped."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet."""

    facet_id: int
    facet: str
    value: str
    label: str
    slug: str
    papers: int
    """How many papers have it."""


@dataclass
class Incidence:
    """Which columns each row has: a sparse matrix of ones in compressed rows."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]

    @classmethod
    def from_pairs(cls, rows: Numbers, columns: Numbers, height: int) -> Incidence:
        """Build from parallel arrays of row and column numbers."""
        order = np.argsort(rows, kind="stable")
        starts = np.zeros(height + 1, np.int64)
        np.cumsum(np.bincount(rows, minlength=height), out=starts[1:])
        return cls(starts, columns[order].astype(np.int32))

    def of(self, row: int) -> NDArray[np.int32]:
        """Return the columns of one row."""
        columns: NDArray[np.int32] = self.columns[self.starts[row] : self.starts[row + 1]]
        return columns

    def gather(self, rows: Numbers) -> NDArray[np.int32]:
        """Return the columns of all of these rows, one after the other."""
        if not len(rows):
            return self.columns[:0]
        ends = self.starts[rows + 1].tolist()
        # Slices take a third of the time of an index for each column.
        return np.concatenate(
            [self.columns[i:j] for i, j in zip(self.starts[rows].tolist(), ends, strict=True)]
        )


@dataclass
class Corpus:
    """All papers of one build, as arrays."""

    ids: list[str]
    """paper_id by number; "" where there is none."""
    numbers: dict[str, int]
    """Number by paper_id."""
    works: NDArray[np.int64]
    """Number of the work by paper."""
    in_versions: NDArray[np.bool_]
    """Whether a paper's work has other versions here."""
    sort_keys: dict[str, NDArray[np.float64]]
    """What each order sorts by, ascending; papers without a value have infinity."""
    values: dict[int, FacetValue]
    """Facet values by facet_id."""
    facets_of: Incidence
    """Positions in `columns` by paper."""
    papers_of: Incidence
    """Papers by position in `columns`."""
    occurrences: NDArray[np.uint16]
    """How often a paper has a value: parallel to papers_of.columns."""
    columns: NDArray[np.int64]
    """facet_id of each column, ascending."""
    cites: Incidence
    """Papers here that a paper cites."""
    cited_by: Incidence
    """Papers here that cite a paper."""
    related: dict[int, list[int]]
    """Similar papers of a paper, the most similar first."""
    with_text: int
    """How many papers have text."""
    slugs: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    """By facet: (slug or value, facet_id), sorted, for look-ups by prefix."""
    spellings: dict[str, str] = field(default_factory=dict)
    """The spellings of an author's name by author_id, where there are several."""
    other_names: dict[str, str] = field(default_factory=dict)
    """Other names of datasets and techniques by term_id, separated by semicolons."""
    names: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    """By facet of personal names: facet_ids by key of a name."""
    terms: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    """By facet whose values have other names: facet_ids by `to_term_key` of each of them."""

    def __post_init__(self) -> None:
        self._index_names()
        self._index_terms()

    @property
    def size(self) -> int:
        """One more than the highest number of a paper."""
        return len(self.ids)

    @cached_property
    def all_numbers(self) -> Numbers:
        """Every paper."""
        return np.array([n for n, paper_id in enumerate(self.ids) if paper_id], np.int64)

    def has_facet(self, facet: str) -> bool:
        """Tell whether any paper has a value of this facet."""
        return bool(self.slugs.get(facet))

    def find_values(self, facet: str, first: str, last: str | None = None) -> list[int]:
        """Return the facet_ids whose value or slug lies between `first` and `last`, inclusive."""
        known = self.slugs.get(facet, [])
        start = bisect.bisect_left(known, (first, 0))
        found: dict[int, None] = {}
        for slug, facet_id in known[start:]:
            if slug > (last or first):
                break
            found[facet_id] = None
        return list(found)

    def find_prefix(self, facet: str, slug: str) -> list[int]:
        """Return the facet_ids whose slug is `slug` or begins with its words: cifar, cifar-10."""
        known = self.slugs.get(facet, [])
        start = bisect.bisect_left(known, (slug, 0))
        found: dict[int, None] = {}
        for other, facet_id in known[start:]:
            if not other.startswith(slug):
                break
            if other == slug or other[len(slug)] == "-":
                found[facet_id] = None
        return list(found)

    def find_words(self, facet: str, slug: str) -> list[int]:
        """Return the facet_ids whose slug has all the words of `slug`, in any order."""
        words = set(slug.split("-")) - {""}
        longest = max(words, key=len, default="")
        known = self.slugs.get(facet, []) if words else []
        # Letters are compared first: of 20,000 titles, few have those of the longest word.
        likely = ((other, i) for other, i in known if longest in other)
        return list({i: None for other, i in likely if words <= set(other.split("-"))})

    def iterate_words(self, facet: str) -> Iterator[str]:
        """Yield the words of the values of a facet."""
        for slug, _ in self.slugs.get(facet, []):
            yield from slug.split("-")

    def find_names(self, facet: str, typed: str) -> list[int]:
        """Return the facet_ids of the personal names that a query for a name means.

        "Yoshua Bengio" could be "Bengio, Y" or "Yoshua, B"; a reading that hardly any paper has
        beside another is dropped. Particles are optional: "von Neumann" is also "Neumann, J", but
        not "Neumann, G", as all that are printed with the particle are J.
        """
        exact = self._find_name_keys(facet, to_query_name_keys(typed))
        initials = {parse_name(self.values[i].label).initial for i in exact}
        loose = self._find_name_keys(facet, to_keys_without_particles(typed))
        if initials:
            loose &= {i for i in loose if parse_name(self.values[i].label).initial in initials}
        return sorted(exact | loose)

    def _find_name_keys(self, facet: str, keys: Iterable[str]) -> set[int]:
        """Return the facet_ids of names with any of the keys, without readings that are rare."""
        index = self.names.get(facet, {})
        by_family: defaultdict[str, set[int]] = defaultdict(set)
        for key in keys:
            by_family[key.partition(" ")[0]] |= set(index.get(key, ()))
        papers = {
            family: sum(self.values[i].papers for i in ids) for family, ids in by_family.items()
        }
        least = max(papers.values(), default=0) * RARE_READING
        return {i for family in papers if papers[family] >= least for i in by_family[family]}

    def _index_names(self) -> None:
        """Prepare the facets of personal names for `find_names`.

        An author is also found by spellings with another family name, as in another script.
        """
        for facet in NAME_FACETS:
            index: defaultdict[str, list[int]] = defaultdict(list)
            for value in self.values.values():
                if value.facet == facet:
                    for key in self._to_all_name_keys(value):
                        index[key].append(value.facet_id)
            self.names[facet] = dict(index)

    def find_terms(self, facet: str, typed: str) -> list[int]:
        """Return the facet_ids of the values with a name, however it is spelled."""
        return self.terms.get(facet, {}).get(to_term_key(typed), [])

    def find_beginning(self, facet: str, beginning: str) -> list[int]:
        """Return the facet_ids of values with a name that begins with these letters.

        Args:
            facet: Of personal names, by the key of a family name; or of other names, by
                `to_term_key`.
            beginning: Of such a key.
        """
        keys = self._sorted_keys[facet]
        first = bisect.bisect_left(keys, beginning)
        end = bisect.bisect_left(keys, f"{beginning}\U0010ffff")
        index = self.names.get(facet) or self.terms.get(facet, {})
        return list(dict.fromkeys(i for key in keys[first:end] for i in index[key]))

    @cached_property
    def _sorted_keys(self) -> dict[str, list[str]]:
        """The keys without given names."""
        every = self.names | self.terms
        return {name: sorted(k for k in index if " " not in k) for name, index in every.items()}

    def suggest_value(self, facet: str, typed: str) -> str | None:
        """Return the value of a facet, or the family name, that is spelled most like a text."""
        is_name = facet in NAME_FACETS
        key = to_family_key(parse_name(typed).family) if is_name else to_term_key(typed)
        known = self._sorted_keys.get(facet, ())
        index = (self.names if is_name else self.terms).get(facet, {})
        found = process.extract(key, known, scorer=fuzz.ratio, score_cutoff=LIKE, limit=MOST_LIKE)
        if not found:
            return None
        likely = [
            max((self.values[i] for i in index[k]), key=attrgetter("papers")) for k, _, _ in found
        ]
        # "Hinto" and "Hinton" are one typing error away from "Hintno": more papers cite Hinton.
        errors = [OSA.distance(key, like) for like, _, _ in found]
        best = min(range(len(found)), key=lambda i: (errors[i], -likely[i].papers))
        value = likely[best]
        return parse_name(value.label).family if is_name else to_label(value, found[best][0])

    def _index_terms(self) -> None:
        """Prepare the facets whose values have other names for `find_terms`."""
        self.terms = {facet: {} for facet in OTHER_NAME_FACETS}
        for value in self.values.values():
            if value.facet in OTHER_NAME_FACETS:
                for name in (value.label, *self._to_other_names(value)):
                    ids = self.terms[value.facet].setdefault(to_term_key(name), [])
                    ids += [value.facet_id] if value.facet_id not in ids else []

    def _to_other_names(self, value: FacetValue) -> list[str]:
        if value.facet == "language":
            return to_language_names(value.value)
        others = self.other_names.get(value.value)
        return others.split("; ") if others else []

    def _to_all_name_keys(self, value: FacetValue) -> frozenset[str]:
        keys = to_name_keys(value.label)
        given = self.spellings.get(value.value) if value.facet == "author" else None
        if not given:
            return keys
        family = to_family_key(parse_name(value.label).family)
        for spelling in given.split("; "):
            if to_family_key(parse_name(spelling).family) != family:
                keys |= to_name_keys(spelling)
        return keys

    def evidence_of(self, facet_id: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return the papers with a facet value, and how often each has it."""
        position = int(np.searchsorted(self.columns, facet_id))
        own = slice(self.papers_of.starts[position], self.papers_of.starts[position + 1])
        return self.papers_of.columns[own], self.occurrences[own].astype(np.float64)

    def find_papers(self, facet_ids: Sequence[int]) -> Numbers:
        """Return the papers with any of these facet values, ascending."""
        found = np.zeros(self.size, np.bool_)
        for facet_id in facet_ids:
            found[self.evidence_of(facet_id)[0]] = True
        return np.flatnonzero(found)


def read_corpus(conn: sqlite3.Connection) -> Corpus:
    """Read the arrays from papers.db."""
    papers = _read_papers(conn)
    size = len(papers.ids)
    values = {row[0]: FacetValue(*row) for row in conn.execute(VALUES)}
    columns = np.array(sorted(values), np.int64)
    members = np.fromiter(conn.execute(MEMBERS), MEMBER)
    numbers = members["number"].astype(np.int64)
    positions = np.searchsorted(columns, members["facet_id"])
    cites = np.array(conn.execute(CITES).fetchall(), np.int64).reshape(-1, 2)
    return Corpus(
        ids=papers.ids,
        numbers={paper_id: number for number, paper_id in enumerate(papers.ids) if paper_id},
        works=papers.works,
        in_versions=papers.versions > 1,
        sort_keys=papers.sort_keys,
        values=values,
        facets_of=Incidence.from_pairs(numbers, positions, size),
        papers_of=Incidence.from_pairs(positions, numbers, len(columns)),
        occurrences=members["occurrences"].copy(),
        columns=columns,
        cites=Incidence.from_pairs(cites[:, 0], cites[:, 1], size),
        cited_by=Incidence.from_pairs(cites[:, 1], cites[:, 0], size),
        related=_read_related(conn),
        with_text=conn.execute("select count(*) from papers where page_count > 0").fetchone()[0],
        slugs=_to_slugs(values),
        spellings=dict(conn.execute(SPELLINGS)),
        other_names=dict(conn.execute(OTHER_NAMES)),
    )


@dataclass(frozen=True)
class _Papers:
    """What is known of each paper, by number."""

    ids: list[str]
    works: Numbers
    versions: Numbers
    """How many versions its work has."""
    sort_keys: dict[str, NDArray[np.float64]]


def _read_papers(conn: sqlite3.Connection) -> _Papers:
    rows = conn.execute(PAPERS).fetchall()
    size = max((row[0] for row in rows), default=0) + 1
    works, versions = np.zeros(size, np.int64), np.zeros(size, np.int64)
    keys = {name: np.full(size, np.inf) for name in ("year", "title", "rating", "citations")}
    papers = _Papers([""] * size, works, versions, keys)
    work_numbers: dict[str, int] = {}
    titles = sorted((row[3] or "\U0010ffff").lower() for row in rows)
    for number, paper_id, work_id, title, year, rating, cited_by, work_size in rows:
        papers.ids[number] = paper_id
        works[number] = work_numbers.setdefault(work_id, len(work_numbers))
        versions[number] = work_size
        if title:
            keys["title"][number] = bisect.bisect_left(titles, title.lower())
        for name, value in (("year", year), ("rating", rating), ("citations", cited_by)):
            if value is not None:
                keys[name][number] = -value
    return papers


def to_term_key(name: str) -> str:
    """Return a name without separators and plurals: "CIFAR 10" and "cifar10" are one.

    >>> to_term_key("CIFAR-10") == to_term_key("cifar10"), to_term_key("Auto-Encoders")
    (True, 'autoencoder')
    """
    return to_singular("".join(map(to_singular, to_slug(name).split("-"))))


def to_label(value: FacetValue, beginning: str) -> str:
    """Return the label of a facet value; of a language, the name whose key begins as given, else
    the English one.
    """
    if value.facet != "language":
        return value.label
    names = to_language_names(value.value)
    return next((name for name in names if to_term_key(name).startswith(beginning)), names[0])


def _read_related(conn: sqlite3.Connection) -> dict[int, list[int]]:
    related: defaultdict[int, list[int]] = defaultdict(list)
    for number, other in conn.execute(RELATED):
        related[number].append(other)
    return dict(related)


def _to_slugs(values: dict[int, FacetValue]) -> dict[str, list[tuple[str, int]]]:
    slugs: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
    for facet_id, value in values.items():
        slugs[value.facet] |= {(value.slug, facet_id), (value.value, facet_id)}
    return {facet: sorted(pairs) for facet, pairs in slugs.items()}


MEMBER = np.dtype([("facet_id", np.int64), ("number", np.int32), ("occurrences", np.uint16)])
PAPERS = """
select number, paper_id, work_id, papers.title, year, rating, cited_by, works.paper_count
from papers join works using (work_id) order by number
"""
VALUES = "select facet_id, facet, value, label, slug, paper_count from facets order by facet_id"
MEMBERS = "select facet_id, number, min(occurrences, 65535) from paper_facets order by facet_id"
SPELLINGS = "select author_id, spellings from authors where spellings is not null"
OTHER_NAMES = "select term_id, spellings from terms where spellings is not null"
CITES = """
select distinct citing.number, cited.number
from citations join cited_works using (cited_work_id)
join papers as citing on citing.paper_id = citations.paper_id
join papers as cited on cited.paper_id = cited_works.paper_id
where citing.number <> cited.number
"""
RELATED = """
select papers.number, other.number
from related join papers using (paper_id) join papers as other on other.paper_id = related.other_id
order by papers.number, related.rank
"""
