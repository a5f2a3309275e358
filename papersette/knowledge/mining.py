"""Mines names of datasets that no list has: "the X dataset", "the X corpus", "the X benchmark".

A name must be used by several papers, have capitals or digits, and be followed by such a word in a
minimum share of the papers that contain it. Names known from lists or authors' tags are left out by
`terms.to_terms`. The rules are ours; docs/knowledge.md has figures.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from papersette.knowledge.terms import Term
from papersette.knowledge.words import Frequencies, is_joint, split
from papersette.text import to_key, to_slug

CUES = frozenset("dataset datasets corpus corpora benchmark benchmarks".split())
MIN_PAPERS = 3
MIN_PAPERS_ON = 2
"""Least number of papers with a name of several words, or with a digit, if one of them has "on the
X dataset". Of eleven such single words in ICLR 2019, five were formats, fields or companies (MIDI,
OCR)."""
MIN_SHARE = 0.25
"""Least share of the papers with a name that have dataset, corpus or benchmark after it. In ICLR
2019 datasets have 0.3 to 1 (MNIST 0.45, Cora 0.43); languages, companies and fields 0 to 0.2
(English 0.08, Google 0.01, QA 0.23)."""
UNCUED_SHARE = 0.5
"""Share below which a name of one word needs a cue: MIDI is a format, but also a dataset."""
KEPT_NAMES = 100_000
"""Number of candidates above which those of one paper are dropped; ICLR 2019 has 1,200."""
MAX_WORDS = 4
LEADING = frozenset(
    """
    A An The This That These Those Our Their Its His Her All Both Each Any Some Other Another Many
    Most Several Various Two Three Four Five Six On In For From With Using Of To By At As And Or We
    Here While When Since If Also Both Only New Large Small Big Real Synthetic Original Standard
    Popular Public Common Full Raw Toy Training Train Test Testing Validation Evaluation Table
    Tables Figure Fig Figures Section Sec Appendix Algorithm Dataset Datasets Data Experiment
    Experiments Results Given Recent Source Target Input Output No Not What Which Such Same
    Different Existing Additional
    """.split()
)
"""Capitalised words before a name that begin a sentence or heading and are not part of the name."""


@dataclass(frozen=True)
class PaperNames:
    """The words and candidates of one paper, which are added to the counts of a collection."""

    words: frozenset[str]
    """All words of the paper, in their printed case."""
    candidates: Mapping[tuple[str, ...], str]
    """Candidate -> its first printed form, in order of appearance."""
    after_on: frozenset[tuple[str, ...]]
    """Candidates after "on", as in "on the X dataset"."""


def read_names(bodies: Iterable[str]) -> PaperNames:
    """Read one paper: the text of its pages without the references."""
    vocabulary: set[str] = set()
    printed: dict[tuple[str, ...], str] = {}
    on: set[tuple[str, ...]] = set()
    for body in bodies:
        words, gaps = split(body)
        vocabulary.update(words)
        if not CUES.isdisjoint(words):
            for name, start, at in _find_names(words, gaps):
                joints = [*gaps[start + 1 : at], ""]
                printed.setdefault(
                    name, "".join(word + joint for word, joint in zip(name, joints, strict=True))
                )
                if "on" in words[max(0, start - 2) : start]:
                    on.add(name)
    return PaperNames(frozenset(vocabulary), printed, frozenset(on))


def _find_names(words: list[str], gaps: list[str]) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Yield each candidate, with the indexes of its first word and of the cue after it."""
    for at, word in enumerate(words):
        if word in CUES and (name := _name_before(words, gaps, at)):
            yield name, at - len(name), at


class Miner:
    """Counts the names and words of a collection, paper by paper."""

    def __init__(self, kept: int = KEPT_NAMES) -> None:
        self.frequencies = Frequencies()
        self._papers: Counter[tuple[str, ...]] = Counter()
        self._printed: dict[tuple[str, ...], str] = {}
        self._on: set[tuple[str, ...]] = set()
        self._kept = kept

    def add(self, bodies: Iterable[str]) -> None:
        """Read and count one paper: the text of its pages without the references."""
        self.count(read_names(bodies))

    def count(self, found: PaperNames) -> None:
        """Count one paper that has been read."""
        self.frequencies.add(found.words)
        self._papers.update(found.candidates.keys())
        for name, printed in found.candidates.items():
            self._printed.setdefault(name, printed)
        self._on |= found.after_on
        if len(self._papers) > self._kept:
            self._forget()

    def _forget(self) -> None:
        """Drop names that only one paper has so far: lossy counting, as in words.Frequencies."""
        self._papers = Counter(
            {name: papers for name, papers in self._papers.items() if papers > 1}
        )
        self._printed = {name: self._printed[name] for name in self._papers}
        self._on &= set(self._papers)

    def datasets(self) -> list[Term]:
        """Return the accepted names as terms, the most frequent first."""
        found: dict[str, Term] = {}
        for name, papers in sorted(self._papers.items(), key=lambda item: (-item[1], item[0])):
            if papers >= self._min_papers(name) and self._is_name(name, papers):
                term = self._to_term(name, papers)
                found.setdefault(to_key(term.name), term)
        return list(found.values())

    def _min_papers(self, name: tuple[str, ...]) -> int:
        is_distinctive = len(name) > 1 or any(map(str.isdigit, name[0]))
        return MIN_PAPERS_ON if is_distinctive and name in self._on else MIN_PAPERS

    def _to_term(self, name: tuple[str, ...], papers: int) -> Term:
        name_as_printed = " ".join(self._printed[name].split())
        is_unambiguous = len(name) > 1 or papers >= UNCUED_SHARE * self.frequencies[name[0]]
        return Term(
            to_slug(name_as_printed),
            name_as_printed,
            "dataset",
            (name_as_printed,) if is_unambiguous else (),
            () if is_unambiguous else (name_as_printed,),
            origin="mined",
        )

    def _is_name(self, name: tuple[str, ...], papers: int) -> bool:
        if all(self.frequencies.is_ordinary(word) or not re.search("[A-Z]", word) for word in name):
            return False
        if len(name) == 1 and len(name[0]) < 3:
            return False
        return papers >= MIN_SHARE * min(self.frequencies[word] for word in name)


def _name_before(words: list[str], gaps: list[str], at: int) -> tuple[str, ...]:
    """Return the words before words[at] that can be a name, at most `MAX_WORDS`."""
    start = at
    while (
        start > 0
        and at - start < MAX_WORDS
        and _is_name_word(words[start - 1])
        and is_joint(gaps[start])
    ):
        start -= 1
    while start < at and (
        words[start] in LEADING or (words[start].isdigit() and gaps[start + 1] == " ")
    ):
        start += 1
    return tuple(words[start:at])


def _is_name_word(word: str) -> bool:
    return (word[0].isdigit() or any(map(str.isupper, word))) and word.lower() not in CUES
