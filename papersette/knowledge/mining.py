"""Names of datasets that no list has yet, read off the text: "the X dataset", "the X corpus", "the X benchmark".

The rule: a name must be used by several papers, be written like a name, and stand beside such a word in a good share of the
papers that have it at all; what the lists or the authors' tags know already is not mined (terms.to_terms sees to it).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from papersette.keys import to_key, to_slug
from papersette.knowledge.terms import Term
from papersette.knowledge.words import Frequencies, is_joint, split

CUES = frozenset("dataset datasets corpus corpora benchmark benchmarks".split())
MIN_PAPERS = 3
MIN_PAPERS_ON = 2
"""Two papers are enough for a name of several words, or with a digit, where one says "on the X dataset"; of single words at two
papers two in three were formats and fields (MIDI, OCR)."""
MIN_SHARE = 0.15
"""Of the papers with the name, so many say dataset, corpus or benchmark after it: CIFAR has 0.4, Gaussian and Google 0.02."""
SURE_SHARE = 0.5
"""A name of one word that has less than this counts only beside a cue: there is a MIDI dataset, but MIDI is a format."""
MAX_WORDS = 4
LEADING = frozenset(
    """
    A An The This That These Those Our Their Its His Her All Both Each Any Some Other Another Many Most Several Various
    Two Three Four Five Six On In For From With Using Of To By At As And Or We Here While When Since If Also Both Only
    New Large Small Big Real Synthetic Original Standard Popular Public Common Full Raw Toy Training Train Test Testing
    Validation Evaluation Table Tables Figure Fig Figures Section Sec Appendix Algorithm Dataset Datasets Data Experiment
    Experiments Results Given Recent Source Target Input Output No Not What Which Such Same Different Existing Additional
    """.split()
)
"""Words that stand before a name with a capital, at the start of a sentence or of a heading, and are not part of it."""


class Miner:
    """Reads a corpus paper by paper; then it knows the names, and how often each word is used."""

    def __init__(self) -> None:
        self.frequencies = Frequencies()
        self._papers: Counter[tuple[str, ...]] = Counter()
        self._written: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        self._on: set[tuple[str, ...]] = set()

    def add(self, bodies: Iterable[str]) -> None:
        """Read one paper: the text of its pages, without the list of references."""
        vocabulary: set[str] = set()
        names: set[tuple[str, ...]] = set()
        for body in bodies:
            words, gaps = split(body)
            vocabulary.update(words)
            if not CUES.isdisjoint(words):
                names.update(self._names(words, gaps))
        self.frequencies.add(vocabulary)
        self._papers.update(names)

    def _names(self, words: list[str], gaps: list[str]) -> Iterable[tuple[str, ...]]:
        for at, word in enumerate(words):
            if word in CUES and (name := _name_before(words, gaps, at)):
                start = at - len(name)
                joints = [*gaps[start + 1 : at], ""]
                self._written[name]["".join(word + joint for word, joint in zip(name, joints, strict=True))] += 1
                if "on" in words[max(0, start - 2) : start]:
                    self._on.add(name)
                yield name

    def datasets(self) -> list[Term]:
        """The names that pass, each as a term with its spellings."""
        found: dict[str, Term] = {}
        for name, papers in sorted(self._papers.items(), key=lambda item: (-item[1], item[0])):
            if papers >= self._wanted(name) and self._is_name(name, papers):
                term = self._to_term(name, papers)
                found.setdefault(to_key(term.name), term)
        return list(found.values())

    def _wanted(self, name: tuple[str, ...]) -> int:
        distinct = len(name) > 1 or any(map(str.isdigit, name[0]))
        return MIN_PAPERS_ON if distinct and name in self._on else MIN_PAPERS

    def _to_term(self, name: tuple[str, ...], papers: int) -> Term:
        written = " ".join(self._written[name].most_common(1)[0][0].split())
        sure = len(name) > 1 or papers >= SURE_SHARE * self.frequencies[name[0]]
        return Term(to_slug(written), written, "dataset", (written,) if sure else (), () if sure else (written,), origin="mined")

    def _is_name(self, name: tuple[str, ...], papers: int) -> bool:
        if all(self.frequencies.is_ordinary(word) or not re.search("[A-Z]", word) for word in name):
            return False
        if len(name) == 1 and len(name[0]) < 3:
            return False
        return papers >= MIN_SHARE * min(self.frequencies[word] for word in name)


def _name_before(words: list[str], gaps: list[str], at: int) -> tuple[str, ...]:
    """The words just before words[at] that are written like a name, at most MAX_WORDS."""
    start = at
    while start > 0 and at - start < MAX_WORDS and _like_name(words[start - 1]) and is_joint(gaps[start]):
        start -= 1
    while start < at and (words[start] in LEADING or (words[start].isdigit() and gaps[start + 1] == " ")):
        start += 1
    return tuple(words[start:at])


def _like_name(word: str) -> bool:
    return (word[0].isdigit() or any(map(str.isupper, word))) and word.lower() not in CUES
