"""Links to passages that survive rebuilds: how a passage begins, its length, and a hash of it.

A rebuild may read a page with other hyphens, spaces or accents, or a new version of the PDF. Only
letters and digits count, so the former change nothing, and the latter is noticed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from papersette.text import to_letters, to_letters_only

WORDS = 6
"""Words of a passage that its link has."""
LONGEST = 300
"""Characters of a quote that are read."""
MARKS = str.maketrans("", "", "⟦⟧…")
CHECK = re.compile(r"(\d{1,6})-([0-9a-f]{8})", re.ASCII)


@dataclass(frozen=True)
class Found:
    """A passage that a link quotes, in the text of today."""

    page: int
    passage: str
    state: str
    """"same", or "changed" where the text that follows the first words is another."""


def to_quote(passage: str) -> tuple[str, str]:
    """Return (quote, check) of a passage, which may have marks and ellipses: parts of its link.

    >>> to_quote("…the ⟦noise⟧ of the gradient is not isotropic at all…")
    ('the noise of the gradient is', '40-0399bb71')
    """
    plain = passage.translate(MARKS).split()
    letters = to_letters_only("".join(plain))
    return " ".join(plain[:WORDS])[:LONGEST], f"{len(letters)}-{_hash(letters)}"


def _hash(letters: str) -> str:
    return hashlib.sha256(letters.encode()).hexdigest()[:8]


def locate(quote: str, check: str, pages: Mapping[int, str], page: int) -> Found | None:
    """Return the passage that a link quotes; None where no page has its first words.

    Args:
        quote: How the passage begins.
        check: Its length and hash, from `to_quote`; any other text is a passage that has changed.
        pages: The text of each page, by number.
        page: Where it was. Other pages are looked at if it is not there.
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
    """Yield (letters, passage) of each place of a text that begins with the letters wanted."""
    letters, places = to_letters(text)
    start = letters.find(wanted) if wanted else -1
    while start >= 0:
        end = min(len(letters), start + max(length, len(wanted)))
        yield letters[start:end], text[places[start] : places[end - 1] + 1]
        start = letters.find(wanted, start + 1)
