"""Groups entries that cite the same work, and finds the works that are papers of the collection.

Titles are compared without spaces, case and accents (rapidfuzz ratio); digits must be equal, as
"Part 1" is not "Part 2". This is leader clustering (Hartigan 1975) with blocking: the most frequent
spelling leads, and other spellings join a leader only, so that similar titles do not form chains.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from papersette.knowledge.citations.entries import Entry
from papersette.names import Name, to_family_key
from papersette.text import to_key

SAME_WORK = 92
"""Least rapidfuzz ratio of two spellings of one title, 0 to 100. Of the 70 pairs of ICLR 2019 with
the lowest ratios above it, 4 are two works."""
SAME_PAPER = 90
"""Least rapidfuzz ratio of a cited title and a paper's title; year and authors must also fit."""
BLOCK = 14
"""Characters at the start that spellings must share if their first authors differ."""
PAPER_BLOCK = 12
"""Characters that a cited title and a paper's title must share at their start or end."""
AHEAD = 1
"""Largest number of years by which a preprint with a similar title may precede the paper."""
EXACT_AHEAD = 3
"""Largest number of years by which a preprint with an equal, long title may precede the paper."""
SHORT = 24
"""Characters of a long title; for shorter ones, as "Deep learning", first authors must agree."""


@dataclass(frozen=True)
class Work:
    """A cited work, with its most frequent title, year and authors."""

    key: str
    title: str
    year: int | None = None
    authors: tuple[Name, ...] = ()


@dataclass(frozen=True)
class CollectionPaper:
    """The fields of a paper of the collection that identify citations of it."""

    paper_id: str
    title: str
    year: int | None = None
    authors: tuple[Name, ...] = ()


def to_title_key(title: str) -> str:
    """Return the key by which titles are compared.

    >>> to_title_key("Auto-Encoding Variational Bayes.")
    'autoencodingvariationalbayes'
    """
    return to_key(title)


def group_works(entries: Sequence[Entry]) -> dict[int, str]:
    """Map the index of each entry that has a title to the key of its work."""
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    spelled = {i: _to_spelling(entry) for i, entry in enumerate(entries) if entry.title}
    for i, spelling in spelled.items():
        spellings[spelling][_first_author(entries[i].authors)] += 1
    leaders = _join_spellings(spellings)
    return {i: leaders[spelling] for i, spelling in spelled.items()}


def _to_spelling(entry: Entry) -> str:
    key = to_title_key(entry.title or "")
    author = _first_author(entry.authors)
    return f"{key}-{author}" if author and len(key) < SHORT else key


def _first_author(authors: Sequence[Name]) -> str:
    return to_family_key(authors[0].family) if authors else ""


def _join_spellings(spellings: Mapping[str, Counter[str]]) -> dict[str, str]:
    """Map each spelling to the leader of its work: the most frequent one that is similar."""
    leaders: dict[str, str] = {}
    blocks: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for spelling in sorted(
        spellings, key=lambda spelling: (-spellings[spelling].total(), spelling)
    ):
        digits = _digits(spelling)
        own = [(author, digits) for author in spellings[spelling] if author]
        own.append((spelling[:BLOCK], digits))
        candidates = list({leader: None for block in own for leader in blocks[block]})
        like = _most_like(spelling, candidates, SAME_WORK) if len(spelling) >= BLOCK else None
        leaders[spelling] = like or spelling
        if like is None:
            for block in own:
                blocks[block].append(spelling)
    return leaders


def _digits(key: str) -> str:
    if key.isalpha():  # true for most titles
        return ""
    return "".join(c for c in key if c.isdigit())


def _most_like(key: str, others: Collection[str], least: float) -> str | None:
    """Return the most similar key if its ratio is at least `least`."""
    found = process.extractOne(key, others, scorer=fuzz.ratio, score_cutoff=least)
    return found[0] if found else None


def describe_works(entries: Sequence[Entry], groups: Mapping[int, str]) -> dict[str, Work]:
    """Map each key to its work, with the most frequent title, year and authors of its entries."""
    cited: defaultdict[str, list[Entry]] = defaultdict(list)
    for i, key in groups.items():
        cited[key].append(entries[i])
    return {key: _to_work(key, own) for key, own in cited.items()}


def _to_work(key: str, entries: list[Entry]) -> Work:
    titles = Counter(entry.title for entry in entries if entry.title)
    years = Counter(entry.year for entry in entries if entry.year)
    authors = Counter(entry.authors for entry in entries if entry.authors)
    return Work(
        key,
        min(titles, key=lambda title: (-titles[title], title)),
        min(years, key=lambda year: (-years[year], year), default=None),
        min(authors, key=lambda names: (-authors[names], -len(names)), default=()),
    )


def link_to_papers(
    works: Iterable[Work], papers: Sequence[CollectionPaper]
) -> list[tuple[str, str]]:
    """Return (work key, paper_id) for each work that is a paper; duplicates are also linked."""
    blocks: defaultdict[str, list[tuple[str, CollectionPaper]]] = defaultdict(list)
    for paper in papers:
        key = to_title_key(paper.title)
        for block in _paper_blocks(key):
            blocks[block].append((key, paper))
    found: dict[tuple[str, str], None] = {}
    for work in works:
        key = to_title_key(work.title)
        candidates = [one for block in _paper_blocks(key) for one in blocks[block]]
        found |= dict.fromkeys(
            (work.key, paper.paper_id) for paper in _find_same(work, key, candidates)
        )
    return list(found)


def _paper_blocks(key: str) -> set[str]:
    return {f"{key[:PAPER_BLOCK]}…", f"…{key[-PAPER_BLOCK:]}"} if key else set()


def _find_same(
    work: Work, key: str, candidates: Iterable[tuple[str, CollectionPaper]]
) -> Iterator[CollectionPaper]:
    """Yield the papers that a work is, of candidates with the keys of their titles."""
    digits = _digits(key)
    for other, paper in candidates:
        exact = key == other and len(key) >= SHORT
        alike = key == other or (
            digits == _digits(other) and fuzz.ratio(key, other, score_cutoff=SAME_PAPER) > 0
        )
        ahead = EXACT_AHEAD if exact else AHEAD
        in_time = not work.year or not paper.year or work.year >= paper.year - ahead
        theirs, ours = _first_author(work.authors), _first_author(paper.authors)
        if alike and in_time and (not theirs or not ours or theirs == ours):
            yield paper
