"""Headings in sentence case, where they are printed in capitals, as those of ICLR."""

from __future__ import annotations

import re
from collections.abc import Iterable

WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*|\d+")
CAPITALS = 4
"""Letters that a heading in capitals has at least; "GAN" is a name."""
VOWELS = re.compile("[AEIOUYÀ-Þ]")
ROMAN = re.compile("[IVX]{2,4}")


def is_in_capitals(text: str) -> bool:
    """Tell whether all letters of a text are capitals.

    >>> [is_in_capitals(text) for text in ("RELATED WORK", "Related WORK", "GAN", "结论")]
    [True, False, False, False]
    """
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= CAPITALS and all(c.isupper() for c in letters)


def to_spellings(texts: Iterable[str | None], names: Iterable[str] = ()) -> dict[str, str]:
    """Return how words with capitals inside, such as "MNIST" and "ImageNet", are written.

    Args:
        texts: Such as a title and an abstract; those in capitals say nothing.
        names: Such as those of datasets, which may be in capitals.
    """
    spellings: dict[str, str] = {}
    for text in [*names, *(text for text in texts if text and not is_in_capitals(text))]:
        for word in WORD.findall(text):
            if word[1:] != word[1:].lower():
                spellings.setdefault(word.upper(), word)
    return spellings


def to_sentence_case(heading: str, spellings: dict[str, str]) -> str:
    """Return a heading in sentence case if it is in capitals, else as it is.

    Args:
        heading: As printed.
        spellings: From `to_spellings`; words without a vowel are abbreviations in any case.

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
