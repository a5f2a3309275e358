"""Which entries cite one work, however they wrote it, and which of the works are papers of the corpus.

The rule: a title is compared by its letters and digits alone, so that hyphens, line ends and accents do not part what is one;
titles that are nearly the same are one work only if their digits are equal and their beginning or end is. A short title is
one work only together with its first author: there are several called "Deep learning".
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rapidfuzz import fuzz, process

from papersette.keys import to_key, to_slug
from papersette.knowledge.citations.entries import Entry
from papersette.knowledge.citations.names import to_surname_key

T = TypeVar("T")
SHORTEST = 5
"""Letters and digits of a title below which it is no title."""
SHORT = 20
"""Letters and digits up to which a title needs its first author to be told from others."""
ALIKE = 92
"""rapidfuzz ratio of two keys that are misprints of each other."""
BEGINNING = 14
"""Letters and digits by which titles that may be alike are brought together, where their authors do not."""
LINKED = 90
"""Likeness of a cited title and a paper's own, which its authors may have changed since."""


@dataclass(frozen=True)
class Work:
    """A work as most entries give it."""

    cited_work_id: str
    """Stable and readable: first author, year, first words of the title."""
    title: str
    authors: str | None
    first_author: str | None
    """The key of the surname."""
    year: int | None
    venue: str | None


@dataclass(frozen=True)
class Candidate:
    """A paper of the corpus that may be a cited work."""

    paper_id: str
    title: str
    year: int | None = None
    first_author: str | None = None
    """As printed on the paper; None where it is anonymous."""


def group_works(entries: Sequence[Entry]) -> tuple[list[Work], list[int | None]]:
    """The works, and of each entry the place of its work among them, None for an entry without a title."""
    keys = [_to_work_key(entry) for entry in entries]
    heads = _join_alike(Counter(key for key in keys if key))
    members: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry, key in zip(entries, keys, strict=True):
        if key:
            members[heads[key]].append(entry)
    taken: set[str] = set()
    works = [_to_work(given, taken) for given in members.values()]
    places = {head: place for place, head in enumerate(members)}
    return works, [places[heads[key]] if key else None for key in keys]


def _to_work_key(entry: Entry) -> tuple[str, str] | None:
    """The title's key, with the first author's where the title is short."""
    key = to_key(entry.title or "")
    if len(key) < SHORTEST:
        return None
    first = to_surname_key(entry.authors[0].surname) if entry.authors else ""
    return (key, first if len(key) <= SHORT else "")


def _join_alike(counts: Counter[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """Each key's commonest spelling."""
    heads = {key: key for key in counts}

    def head(key: tuple[str, str]) -> tuple[str, str]:
        while heads[key] != key:
            key = heads[key]
        return key

    blocks: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for key in sorted(counts, key=lambda key: (-counts[key], key)):
        blocks[key[0][:BEGINNING]].append(key)
        blocks[key[0][-BEGINNING:][::-1] + "$"].append(key)
    for block in blocks.values():
        for first, second in _alike(block):
            one, other = head(first), head(second)
            if one != other:
                rarer, commoner = sorted((one, other), key=lambda key: (counts[key], key))
                heads[rarer] = commoner
    return {key: head(key) for key in heads}


def _alike(block: Sequence[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    if len(block) < 2:
        return
    titles = [title for title, _ in block]
    ratios = process.cdist(titles, titles, scorer=fuzz.ratio, score_cutoff=ALIKE)
    for row, column in zip(*ratios.nonzero(), strict=True):
        one, other = block[row], block[column]
        if row < column and one[1] == other[1] and _digits(one[0]) == _digits(other[0]):
            yield one, other


def _digits(key: str) -> str:
    return re.sub(r"\D", "", key)


def _to_work(entries: Sequence[Entry], taken: set[str]) -> Work:
    title = _commonest(entry.title for entry in entries) or ""
    year = _commonest(entry.year for entry in entries)
    names = _commonest(entry.authors for entry in entries if entry.authors) or ()
    first = to_surname_key(names[0].surname) if names else None
    words = to_slug(title).split("-")
    base = "-".join(filter(None, [first, str(year) if year else None, *words[:4]]))
    cited_work_id, number = base, 2
    while cited_work_id in taken:
        cited_work_id, number = f"{base}-{number}", number + 1
    taken.add(cited_work_id)
    authors = "; ".join(f"{name.surname}, {name.initial}" if name.initial else name.surname for name in names)
    return Work(cited_work_id, title, authors or None, first, year, _commonest(entry.venue for entry in entries))


def _commonest(values: Iterable[T | None]) -> T | None:
    counts = Counter(value for value in values if value)
    return max(counts, key=lambda value: counts[value]) if counts else None


def link_to_papers(works: Sequence[Work], papers: Sequence[Candidate]) -> Mapping[str, str]:
    """cited_work_id -> paper_id of the works that are papers of the corpus.

    A title that is the same or nearly so, a year of citation that is not before the paper's own by more than one (a preprint's),
    and the same first author where both are known: else an older work of a like name would be taken for a paper.
    """
    blocks: defaultdict[str, list[tuple[str, Candidate]]] = defaultdict(list)
    for paper in papers:
        key = to_key(paper.title)
        if len(key) > SHORTEST:
            for block in {key[:BEGINNING], key[-BEGINNING:][::-1] + "$"}:
                blocks[block].append((key, paper))
    links = {}
    for work in works:
        key = to_key(work.title)
        near = {
            paper.paper_id: (own, paper)
            for block in (key[:BEGINNING], key[-BEGINNING:][::-1] + "$")
            for own, paper in blocks[block]
        }
        scored = [(fuzz.ratio(key, own), paper) for own, paper in near.values() if _may_be(work, paper)]
        best = max(scored, key=lambda pair: (pair[0], pair[1].paper_id), default=(0.0, None))
        if best[1] is not None and best[0] >= LINKED:
            links[work.cited_work_id] = best[1].paper_id
    return links


def _may_be(work: Work, paper: Candidate) -> bool:
    if work.year and paper.year and work.year < paper.year - 1:
        return False
    if work.first_author and paper.first_author:
        return to_slug(paper.first_author).endswith(work.first_author)
    return True
