"""Converts headings printed in capitals, such as those of ICLR, to sentence case."""

from __future__ import annotations

import re
from collections.abc import Iterable

WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*|\d+")
CAPITALS = 4
"""Least number of letters of a heading in capitals; a shorter one, such as "GAN", is a name."""
VOWELS = re.compile("[AEIOUYÀ-Þ]")
ROMAN = re.compile("[IVX]{2,4}")


def is_in_capitals(text: str) -> bool:
    """Return whether all letters of a text are capitals.

    >>> [is_in_capitals(text) for text in ("RELATED WORK", "Related WORK", "GAN", "结论")]
    [True, False, False, False]
    """
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= CAPITALS and all(c.isupper() for c in letters)


def to_spellings(texts: Iterable[str | None], names: Iterable[str] = ()) -> dict[str, str]:
    """Return the spelling of each word with capitals inside, such as "MNIST" and "ImageNet".

    Args:
        texts: Texts such as a title and an abstract; those in capitals are ignored.
        names: Names such as those of datasets, which may be in capitals.
    """
    spellings: dict[str, str] = {}
    for text in [*names, *(text for text in texts if text and not is_in_capitals(text))]:
        for word in WORD.findall(text):
            if word[1:] != word[1:].lower():
                spellings.setdefault(word.upper(), word)
    return spellings


def to_sentence_case(heading: str, spellings: dict[str, str]) -> str:
    """Return a heading in sentence case if it is in capitals, else unchanged.

    Args:
        heading: The heading as printed.
        spellings: From `to_spellings`; words without a vowel always count as abbreviations.

    >>> to_sentence_case("GAN TRAINING ON MNIST WITH SGD", to_spellings(["A GAN for MNIST"]))
    'GAN training on MNIST with SGD'
    """
    if not is_in_capitals(heading):
        return heading

    def spell(found: re.Match[str]) -> str:
        word = found[0]
        if word in spellings:
            return spellings[word]
        is_short = len(word) > 1 and not VOWELS.search(word)
        return word if is_short or ROMAN.fullmatch(word) else word.lower()

    plain = WORD.sub(spell, heading)
    first = next((i for i, c in enumerate(plain) if c.isalpha()), 0)
    return (
        plain
        if plain[first : first + 2].isupper()
        else (plain[:first] + plain[first : first + 1].upper() + plain[first + 1 :])
    )
