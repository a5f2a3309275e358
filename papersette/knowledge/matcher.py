"""Finds names in a page: a dictionary of first words, asked at every word.

The rule: whole words, the leftmost and there the longest name; nothing is decided here about what a name means. An Aho-Corasick
automaton (pyahocorasick) walks the letters faster, but knows neither words nor joints: it would need each name in every way of
joining and breaking it, and a second look at every hit. The dictionary takes a few milliseconds a paper and no dependency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, chain

from papersette.knowledge.terms import Term
from papersette.knowledge.words import is_acronym, is_joint, split
from papersette.text import to_singular

MIN_CAPITALS = 5
"""Names of datasets with so many letters are also found in headings in capitals: IMAGENET, but not ANT."""
MAX_JOINED = 3
"""Names of so many words are also found written as one word: "CIFAR10", "MSCOCO", "PennTreebank"."""


@dataclass(frozen=True)
class Hit:
    """A place with a name."""

    term: Term
    start: int
    """Characters from the start of the text."""
    end: int
    cued: bool
    """Whether the spelling found counts only beside a cue."""


_Found = tuple[Term, bool]
"""A term, and whether its spelling counts only beside a cue."""


class _Lengths(dict[str, tuple[int, ...]]):
    """For each word met, how many words the names have that may begin with it, longest first; filled as words are met."""

    def __init__(self, names: Iterable[tuple[str, ...]], folded: Iterable[tuple[str, ...]]) -> None:
        self._exact = _lengths_by_first(names)
        self._folded = _lengths_by_first(folded)

    def __missing__(self, word: str) -> tuple[int, ...]:
        lengths = self._exact.get(word, set()) | self._folded.get(to_singular(word), set())
        self[word] = found = tuple(sorted(lengths, reverse=True))
        return found


def _lengths_by_first(names: Iterable[tuple[str, ...]]) -> dict[str, set[int]]:
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for name in names:
        lengths[name[0]].add(len(name))
    return dict(lengths)


class Matcher:
    """All spellings of all terms as tuples of words: exact for names, folded for techniques."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._exact: dict[tuple[str, ...], _Found] = {}
        self._folded: dict[tuple[str, ...], _Found] = {}
        for term in terms:
            index = self._exact if term.case_sensitive else self._folded
            for spelling in (*term.spellings, *term.cued):
                for words in _variants(spelling, term):
                    index.setdefault(words, (term, spelling in term.cued))
        self._lengths = _Lengths(self._exact, self._folded)

    def hits(self, text: str) -> list[Hit]:
        """Every place in the text with a name, in order, none overlapping."""
        words, gaps = split(text)
        places = list(self._places(words, gaps))
        if not places:
            return []
        bounds = list(accumulate(map(len, chain.from_iterable(zip(gaps, words, strict=False)))))
        return [
            Hit(term, bounds[2 * first], bounds[2 * last + 1], cued)
            for first, last, (term, cued) in places
        ]

    def _places(self, words: list[str], gaps: list[str]) -> Iterator[tuple[int, int, _Found]]:
        """First word, last word, and what they name."""
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


def _variants(spelling: str, term: Term) -> set[tuple[str, ...]]:
    """The ways one spelling is written: its words apart or as one; an acronym also in the plural."""
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
