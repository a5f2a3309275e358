"""Text as words: how names are compared, and in how many papers a word stands.

The rule: a word is a run of letters and digits; what stands between two words decides only whether they are one name. So
`nas` is never found inside "unassigned", and "CIFAR-10" over a line break is still "CIFAR-10".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

WORD = re.compile(r"([^\W_]+)")
JOINTS = frozenset({"", "-", "‐", "‑", "–", "_"})
"""What may stand between two words of a name, beside blanks and line breaks."""
TIGHT_JOINTS = frozenset({"'", "’", ".", "/"})
"""The same, but only without blanks: "Human3.6M" is one name, "Human3. 6M" ends a sentence."""
ORDINARY_RATIO = 1.5
"""A word is ordinary if its lower-case form stands in so many times as many papers. MNIST has 0.08, Adult 1.8, Power 15."""
KEPT_WORDS = 2_000_000
"""Of more different words than this, those of a single paper are forgotten: about 200 MB. ICLR 2019 has 125,000."""


def split(text: str) -> tuple[list[str], list[str]]:
    """Words, and the gaps around them: gaps[i] stands before words[i], the last gap after the last word.

    >>> split("CIFAR-10, MNIST.")
    (['CIFAR', '10', 'MNIST'], ['', '-', ', ', '.'])
    """
    parts = WORD.split(text)
    return parts[1::2], parts[0::2]


def is_joint(gap: str) -> bool:
    """Whether two words with this between them can be one name."""
    return (len(gap) <= 3 and gap.strip() in JOINTS) or gap in TIGHT_JOINTS


def is_acronym(word: str) -> bool:
    """Whether its case is part of it: "GAN", "ReLU", "GANs", but not "Dropout".

    >>> [is_acronym(word) for word in ("GAN", "ReLU", "GANs", "Dropout", "dropout")]
    [True, True, True, False, False]
    """
    return sum(letter.isupper() for letter in word) > 1


class Frequencies:
    """In how many papers each word stands, as it is written there."""

    def __init__(self, kept: int = KEPT_WORDS) -> None:
        self.papers = 0
        self._counts: Counter[str] = Counter()
        self._kept = kept

    def add(self, words: Iterable[str]) -> None:
        """Count one more paper; `words` holds all its words."""
        self.papers += 1
        self._counts.update(set(words))
        if len(self._counts) > self._kept:
            # Counting with loss after Manku and Motwani, VLDB 2002: what is rare so far is not what the rules ask for.
            self._counts = Counter(
                {word: count for word, count in self._counts.items() if count > 1}
            )

    def __getitem__(self, word: str) -> int:
        return self._counts[word]

    def is_ordinary(self, word: str, spellings: Iterable[str] = ()) -> bool:
        """Whether a name of this one word is, mostly, no name: "Power" is also "power".

        `spellings` of the same name are counted with it: "mnist" is rarer than "MNIST" and "Mnist" together.
        """
        low = word.lower()
        as_name = sum(
            self._counts[form] for form in {word, *spellings} if form.lower() == low != form
        )
        return low != word and self._counts[low] >= max(ORDINARY_RATIO * as_name, 1)

    def share(self, word: str) -> float:
        """The share of the papers, 0 to 1, in which this lower-case word stands."""
        return self._counts[word] / self.papers if self.papers else 0.0
