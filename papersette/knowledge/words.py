"""Splits text into words, and counts the papers that contain each.

A word is a run of letters and digits; the gap between two words determines whether they can be one
name. So `nas` is not found inside "unassigned", and "CIFAR-10" may be broken over two lines.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

WORD = re.compile(r"([^\W_]+)")
TERM = re.compile(r"[^\W\d_][\w-]+")
"""A word by which papers are compared: at least two characters, with its hyphens."""
JOINTS = frozenset({"", "-", "‐", "‑", "–", "_"})
"""Gaps between two words of a name, in addition to spaces and line breaks."""
TIGHT_JOINTS = frozenset({"'", "’", ".", "/"})
"""Gaps that join only without spaces: "Human3.6M" is one name, "Human3. 6M" ends a sentence."""
ORDINARY_RATIO = 1.5
"""A word is ordinary if this many times as many papers have it in lower case as have the name.
MNIST has 0.08, Adult 1.8, Power 15."""
KEPT_WORDS = 2_000_000
"""Number of words above which those of a single paper are dropped: about 200 MB. ICLR 2019 has
125,000 words."""


def split(text: str) -> tuple[list[str], list[str]]:
    """Return words and the gaps around them: gaps[i] precedes words[i]; the last follows all words.

    >>> split("CIFAR-10, MNIST.")
    (['CIFAR', '10', 'MNIST'], ['', '-', ', ', '.'])
    """
    parts = WORD.split(text)
    return parts[1::2], parts[0::2]


def is_joint(gap: str) -> bool:
    """Whether two words with this gap between them can be one name."""
    return (len(gap) <= 3 and gap.strip() in JOINTS) or gap in TIGHT_JOINTS


def is_acronym(word: str) -> bool:
    """Whether a word is marked by its capitals: "GAN", "ReLU", "GANs", but not "Dropout".

    >>> [is_acronym(word) for word in ("GAN", "ReLU", "GANs", "Dropout", "dropout")]
    [True, True, True, False, False]
    """
    return sum(letter.isupper() for letter in word) > 1


def count_words(text: str) -> Counter[str]:
    """Return the number of occurrences of each word, in lower case: the terms of related papers.

    >>> count_words("A cross-entropy loss, a Loss of 2.5")["loss"]
    2
    """
    return Counter(TERM.findall(text.lower()))


class Frequencies:
    """Counts the papers that contain each word, in its printed case."""

    def __init__(self, kept: int = KEPT_WORDS) -> None:
        self.papers = 0
        self._counts: Counter[str] = Counter()
        self._kept = kept

    def add(self, words: Iterable[str]) -> None:
        """Count one more paper; `words` has all its words."""
        self.papers += 1
        self._counts.update(set(words))
        if len(self._counts) > self._kept:
            # Lossy counting (Manku and Motwani, VLDB 2002): such rare words have no effect.
            self._counts = Counter(
                {word: count for word, count in self._counts.items() if count > 1}
            )

    def __getitem__(self, word: str) -> int:
        return self._counts[word]

    def is_ordinary(self, word: str, spellings: Iterable[str] = ()) -> bool:
        """Whether a name of one word is mostly used as an ordinary word, as "Power".

        Other `spellings` of the name are counted with it: "mnist" is rarer than "MNIST" and "Mnist"
        together.
        """
        low = word.lower()
        as_name = sum(
            self._counts[form] for form in {word, *spellings} if form.lower() == low != form
        )
        return low != word and self._counts[low] >= max(ORDINARY_RATIO * as_name, 1)

    def share(self, word: str) -> float:
        """Return the share of the papers, 0 to 1, that contain this lower-case word."""
        return self._counts[word] / self.papers if self.papers else 0.0


def to_numbering() -> defaultdict[Any, int]:
    """Return an empty table that gives each new key the next number.

    >>> numbers = to_numbering()
    >>> [numbers[word] for word in ("a", "b", "a")]
    [0, 1, 0]
    """
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    return numbers


class Vocabularies:
    """The words of each paper, as numbers: a paper takes some kilobytes."""

    def __init__(self) -> None:
        self._numbers = to_numbering()
        self._papers: list[array[int]] = []

    def __len__(self) -> int:
        return len(self._papers)

    @property
    def words(self) -> list[str]:
        """All words, by number."""
        return list(self._numbers)

    def add(self, words: Iterable[str]) -> None:
        """Add the words of the next paper."""
        self._papers.append(array("i", map(self._numbers.__getitem__, words)))

    def of(self, paper: int) -> array[int]:
        """Return the numbers of a paper's words, which are indexes of `words`."""
        return self._papers[paper]
