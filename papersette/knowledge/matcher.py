"""Finds names in the text of a page: whole words, leftmost first, then the longest name.

Each word is looked up in a dictionary of first words. An Aho-Corasick automaton (pyahocorasick)
would be faster, but works on characters: it would need each name with every possible gap, and a
check of each hit. The dictionary takes a few milliseconds a paper.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from papersette.knowledge.terms import Term
from papersette.knowledge.words import is_acronym, is_joint, split
from papersette.text import to_singular

MIN_CAPITALS = 5
"""Least letters of a dataset's name that is also found in capitals: IMAGENET, but not ANT."""
MAX_JOINED = 3
"""Most words of a name that is also found as one word: "CIFAR10", "MSCOCO", "PennTreebank"."""


class Named(NamedTuple):
    """The term that a spelling belongs to."""

    term_id: str
    kind: str


class Hit(NamedTuple):
    """An occurrence of a name."""

    term: Named
    start: int
    """Offset of the name in the text."""
    end: int
    cued: bool
    """Whether the name counts only next to a cue."""


_Found = tuple[Named, bool]
"""(term, whether its spelling counts only next to a cue)."""


class _Lengths(dict[str, tuple[int, ...]]):
    """Maps a word to the numbers of words of the names that begin with it; filled on demand."""

    def __init__(self, names: Iterable[tuple[str, ...]], folded: Iterable[tuple[str, ...]]) -> None:
        self._exact = _lengths_by_first(names)
        self._folded = _lengths_by_first(folded)

    def __missing__(self, word: str) -> tuple[int, ...]:
        singular = to_singular(word)
        found: tuple[int, ...] = ()
        if word in self._exact or singular in self._folded:
            lengths = self._exact.get(word, set()) | self._folded.get(singular, set())
            found = tuple(sorted(lengths, reverse=True))
        self[word] = found
        return found


def _lengths_by_first(names: Iterable[tuple[str, ...]]) -> dict[str, set[int]]:
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for name in names:
        lengths[name[0]].add(len(name))
    return dict(lengths)


class Spelling(NamedTuple):
    """A spelling of a term, with everything needed to find it in a text."""

    words: tuple[str, ...]
    folded: bool
    """Whether the words are compared in lower case and in the singular."""
    term_id: str
    kind: str
    cued: bool
    """Whether the spelling counts only next to a cue."""


def to_spellings(terms: Iterable[Term]) -> list[Spelling]:
    """Return the spellings of all terms; a spelling of several terms is that of the first."""
    found: dict[tuple[bool, tuple[str, ...]], Spelling] = {}
    for term in terms:
        folded = not term.case_sensitive
        for spelling in (*term.spellings, *term.cued):
            cued = spelling in term.cued
            for words in _variants(spelling, term):
                one = Spelling(words, folded, term.term_id, term.kind, cued)
                found.setdefault((folded, words), one)
    return list(found.values())


class Matcher:
    """All spellings of all terms as tuples of words: exact for names, folded for techniques."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._index(to_spellings(terms))

    @classmethod
    def of(cls, spellings: Iterable[Spelling]) -> Matcher:
        """Return a matcher of some of the spellings; its hits have the id and kind of a term."""
        matcher = cls.__new__(cls)
        matcher._index(spellings)
        return matcher

    def _index(self, spellings: Iterable[Spelling]) -> None:
        self._exact: dict[tuple[str, ...], _Found] = {}
        self._folded: dict[tuple[str, ...], _Found] = {}
        for one in spellings:
            index = self._folded if one.folded else self._exact
            index[one.words] = (Named(one.term_id, one.kind), one.cued)
        self._lengths = _Lengths(self._exact, self._folded)

    def hits(self, text: str) -> list[Hit]:
        """Return all names in a text, in order, without overlaps."""
        words, gaps = split(text)
        hits: list[Hit] = []
        counted = end = 0
        for first, last, (term, cued) in self._find_spans(words, gaps):
            start = end + _count(words[counted:first]) + _count(gaps[counted : first + 1])
            end = start + _count(words[first : last + 1]) + _count(gaps[first + 1 : last + 1])
            counted = last + 1
            hits.append(Hit(term, start, end, cued))
        return hits

    def _find_spans(self, words: list[str], gaps: list[str]) -> Iterator[tuple[int, int, _Found]]:
        """Yield the first word, the last word and the term of each name."""
        free = 0
        for at, lengths in enumerate(map(self._lengths.__getitem__, words)):
            if not lengths or at < free:
                continue
            for end in (at + length for length in lengths):
                if (
                    end <= len(words)
                    and (found := self._find(words[at:end]))
                    and all(map(is_joint, gaps[at + 1 : end]))
                ):
                    yield at, end - 1, found
                    free = end
                    break

    def _find(self, words: list[str]) -> _Found | None:
        return self._exact.get(tuple(words)) or self._folded.get(tuple(map(to_singular, words)))


def _count(parts: Sequence[str]) -> int:
    """Return the number of characters of parts of a text."""
    return sum(map(len, parts))


def _variants(spelling: str, term: Term) -> set[tuple[str, ...]]:
    """Return the variants of a spelling: as one word, acronyms in the plural, or in capitals."""
    words = tuple(split(spelling)[0])
    forms = {words}
    if 1 < len(words) <= MAX_JOINED:
        forms.add(("".join(words),))
    if not term.case_sensitive:
        return {tuple(map(to_singular, form)) for form in forms}
    if term.kind == "technique" and is_acronym(spelling):
        forms.add((*words[:-1], words[-1].removesuffix("s") + "s"))
        forms.add((*words[:-1], words[-1].removesuffix("s")))
    if term.kind == "dataset" and sum(map(str.isalpha, spelling)) >= MIN_CAPITALS:
        forms |= {tuple(map(str.upper, form)) for form in forms}
    return forms
