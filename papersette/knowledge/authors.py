"""Groups spellings of author names into authors, from the names alone.

Names are joined only if no other name makes it doubtful: "R. P. Adams" is Ryan P. Adams if only one
author of the collection fits. DBLP's numbers ("Wei Wang 0002") and suffixes ("Jr.") distinguish
people. Each paper keeps its own spelling.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from papersette.names import parse_name
from papersette.text import to_slug


def group_names(printed: Iterable[str]) -> dict[str, str]:
    """Map each spelling to the name of its author: the fullest spelling, then the most frequent.

    Names are joined if they differ in case, accents, hyphens or order ("Bengio, Yoshua"), in middle
    names that one of them lacks or abbreviates, or in a first name that one abbreviates to an
    initial, if only one full name fits.
    """
    counts = Counter(printed)
    families: defaultdict[tuple[str, str], list[_Spelling]] = defaultdict(list)
    for name, count in counts.items():
        spelling = _to_spelling(name, count)
        families[spelling.family, spelling.distinction].append(spelling)
    author_of: dict[str, str] = {}
    for spellings in families.values():
        for members in _group(spellings):
            best = min(members, key=_rank).name
            author_of |= dict.fromkeys((member.name for member in members), best)
    return author_of


@dataclass(frozen=True)
class _Spelling:
    """One spelling of a name, with its folded parts."""

    name: str
    count: int
    given: tuple[str, ...]
    family: str
    """The last word, without particles: "jones" of "Smith-Jones", which may be printed alone."""
    distinction: str
    """DBLP's number, or a suffix such as "Jr."; "" for neither."""

    @cached_property
    def length(self) -> int:
        """Number of letters of the given names, as a measure of how full the spelling is."""
        return len("".join(self.given))


def _to_spelling(name: str, count: int = 1) -> _Spelling:
    """Parse one spelling.

    >>> spelling = _to_spelling("Adams, Ryan P.")
    >>> spelling.given, spelling.family
    (('ryan', 'p'), 'adams')
    """
    parsed = parse_name(name)
    *given, family = to_slug(f"{parsed.given} {parsed.bare_family}").split("-")
    return _Spelling(name, count, tuple(given), family, parsed.number or to_slug(parsed.suffix))


def _rank(spelling: _Spelling) -> tuple[int, bool, int, int, int, int, str]:
    """Return a sort key: the fullest spelling first, then mixed case, frequency and accents."""
    name = spelling.name
    accents, capitals = sum(not c.isascii() for c in name), sum(map(str.isupper, name))
    full, frequent = -spelling.length, -spelling.count
    return (full, name.isupper(), frequent, -accents, -len(name), capitals, name)


def _group(spellings: Sequence[_Spelling]) -> list[list[_Spelling]]:
    """Group names with one family name: the fullest start groups; others join if only one fits."""
    groups: list[list[_Spelling]] = []
    for spelling in sorted(spellings, key=lambda spelling: -spelling.length):
        given = spelling.given
        fitting = [
            members for members in groups if all(_may_be_one(given, m.given) for m in members)
        ]
        same = [members for members in fitting if any(given == m.given for m in members)]
        chosen = same or fitting
        if len(chosen) == 1 and (same or given):
            chosen[0].append(spelling)
        else:
            groups.append([spelling])
    return groups


def _may_be_one(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether given names agree word by word, or in an initial; the last may be left out.

    >>> _may_be_one(("ryan",), ("ryan", "p")), _may_be_one(("r", "p"), ("ryan",))
    (True, True)
    >>> _may_be_one(("ryan",), ("rose",))
    False
    """
    if not one or not other:
        return one == other
    return all(
        a == b or (1 in {len(a), len(b)} and a[:1] == b[:1])
        for a, b in zip(one, other, strict=False)
    )
