"""Makes links to passages that survive rebuilds: the first words, the length, and a hash.

A rebuild may find other hyphens, spaces or accents on a page, or a new version of the PDF. Only
letters and digits count: the former change nothing, and the latter is detected.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from papersette.text import to_letters, to_letters_only

WORDS = 6
"""Number of words of a passage in its link."""
LONGEST = 300
"""Longest quote that is looked for, in characters."""
MARKS = str.maketrans("", "", "⟦⟧…")
CHECK = re.compile(r"(\d{1,6})-([0-9a-f]{8})", re.ASCII)


@dataclass(frozen=True)
class Found:
    """A passage found by its link, in the current text."""

    page: int
    passage: str
    state: str
    """"same", or "changed" if the text after the first words differs."""


def to_quote(passage: str) -> tuple[str, str]:
    """Return (quote, check), the parts of a passage's link; marks and ellipses are ignored.
    >>> to_quote("…the ⟦noise⟧ of the gradient is not isotropic at all…")
    ('the noise of the gradient is', '40-0399bb71')
    """
    plain = passage.translate(MARKS).split()
    letters = to_letters_only("".join(plain))
    return " ".join(plain[:WORDS])[:LONGEST], f"{len(letters)}-{_hash(letters)}"


def _hash(letters: str) -> str:
    return hashlib.sha256(letters.encode()).hexdigest()[:8]


def locate(quote: str, check: str, pages: Mapping[int, str], page: int) -> Found | None:
    """Return the passage that a link quotes; None if no page has its first words.

    Args:
        quote: The first words of the passage.
        check: Its length and hash, from `to_quote`; any other text means that it has changed.
        pages: The text of each page, by number.
        page: The page of the link. Other pages are searched after it.
    """
    wanted, _ = to_letters(quote[:LONGEST])
    match = CHECK.fullmatch(check)
    length, digest = (int(match[1]), match[2]) if match else (0, "")
    changed = None
    for number in sorted(pages, key=lambda other: (other != page, other)):
        for letters, passage in _beginnings(pages[number], wanted, length):
            if _hash(letters) == digest:
                return Found(number, passage, "same")
            changed = changed or Found(number, passage, "changed")
    return changed


def _beginnings(text: str, wanted: str, length: int) -> Iterator[tuple[str, str]]:
    """Yield (letters, passage) wherever a text has the wanted letters."""
    letters, indexes = to_letters(text)
    start = letters.find(wanted) if wanted else -1
    while start >= 0:
        end = min(len(letters), start + max(length, len(wanted)))
        yield letters[start:end], text[indexes[start] : indexes[end - 1] + 1]
        start = letters.find(wanted, start + 1)
