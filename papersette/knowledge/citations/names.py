"""Reads the authors at the start of a reference, in whatever order its style prints names.

The rule: a name is what is printed, never a person: its key is the folded surname and one initial, and several people
may share it. A word that cannot be part of a name ends the list; no list of known names is looked into.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from papersette.text import to_slug

SPACING_ACCENTS = re.compile("[´`¨ˆ˜ˇ¯˙˚¸˘˝~^°]")
"""Accents that a PDF has left beside their letter, "Ko¨nig"."""


@dataclass(frozen=True)
class Name:
    """A name as a reference prints it."""

    surname: str
    """With its particles, as "van der Maaten"."""
    initial: str | None = None
    """Of the first given name, a capital."""

    @property
    def key(self) -> str:
        """One spelling for all that differ in accents, case or given names written out: "van-der-maaten-l"."""
        return "-".join(filter(None, (to_surname_key(self.surname), to_slug(self.initial or ""))))


@lru_cache(maxsize=65_536)
def to_surname_key(surname: str) -> str:
    """
    >>> to_surname_key("Ko¨nig") == to_surname_key("König")
    True
    """
    plain = re.sub("['’‘]", "", SPACING_ACCENTS.sub("", surname)).replace("ı", "i")
    return to_slug(plain) or surname.lower()


def to_name(words: list[str], given: list[str] | None = None) -> Name | None:
    """The name of "Laurens van der Maaten", "L. van der Maaten", "Hinton GE", or of surname words and given words.

    >>> to_name("Laurens van der Maaten".split()).key, to_name(["Maaten"], "L. van der".split()).key
    ('van-der-maaten-l', 'van-der-maaten-l')
    """
    if given is None:
        words, given = _part_name([word for word in words if word.lower() not in SUFFIXES])
    moved = [word for word in given if word in PARTICLES]
    surname = " ".join([*moved, *words]).strip(".,;")
    initial = next((c for word in given if word not in moved for c in word if c.isalpha()), None)
    return Name(surname, initial.upper() if initial else None) if surname else None


def _part_name(words: list[str]) -> tuple[list[str], list[str]]:
    """The words of the surname and of the given names, of a name that has no comma."""
    if len(words) > 1 and is_initials(words[-1]) and not is_initials(words[0]):
        first = next(i for i, word in enumerate(words) if is_initials(word))
        return words[:first], words[first:]
    place = len(words) - 1
    while place > 1 and words[place - 1] in PARTICLES | CAPITAL_PARTICLES:
        place -= 1
    return words[place:], words[:place]


PARTICLES = frozenset(
    "van von der den de del della di da das do dos du la le el ten ter zu zur af av al bin ibn abu st v. d.".split()
)
"""Words before a surname that belong to it, in the languages that have them."""
CAPITAL_PARTICLES = frozenset("Van Von Der Den De Del Della El".split())
"""Those that belong to it with a capital, too; "Di", "Bin", "Le" and "Du" are given names as often."""
SUFFIXES = frozenset("jr jr. sr sr. ii iii iv".split())


def is_initials(word: str) -> bool:
    """Whether a word is one initial or several: "J.", "J.-Y.", "GE", "Y.J.", "C.h."."""
    letters = word.replace(".", "").replace("-", "")
    if len(word) > 8 or not letters.isalpha() or not letters[0].isupper():
        return False
    return len(letters) <= word.count(".") or (letters.isupper() and len(letters) <= 3)
