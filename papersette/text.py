"""How text becomes a key: one spelling for all that differ in case, accents, hyphens or spaces alone.

The rule: any script is kept. `to_slug` makes keys that people read, in addresses; `to_key` makes keys to compare by; `fold` makes
text to search in. Indexes and queries fold alike.
"""

from __future__ import annotations

import re
import unicodedata

ARABIC = re.compile("[\u0600-\u06ff]")
SIGNS = "\u0670" + "".join(map(chr, range(0x64B, 0x656)))
"""Vowel signs and loose hamzas, which stand on letters."""
FOLDED = str.maketrans("أإآٱؤئىة", "ااااوييه", "ـ" + SIGNS)
"""Arabic as people type it: no vowel signs, no tatweel, no hamza. After Lucene's ArabicNormalizer, which leaves the hamza on
waw and yeh."""


def fold(text: str) -> str:
    """Arabic text in one spelling; any other text as it is, case and accents too: SQLite's index folds those itself.

    >>> fold("مُحَمَّــد أحمد"), fold("Léon")
    ('محمد احمد', 'Léon')
    """
    return text.translate(FOLDED) if ARABIC.search(text) else text


def to_slug(text: str) -> str:
    """A short name for addresses: lower case, accents folded, words joined by hyphens; any script is kept.

    >>> to_slug("Deep Learning: Léon's Session")
    'deep-learning-leon-s-session'
    """
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", fold(text.lower())) if not unicodedata.combining(c)
    )
    return "-".join(re.findall(r"\w+", plain.replace("_", " ")))


def to_key(text: str) -> str:
    """
    >>> to_key("On Learning Graphs with Edge-Detecting Queries: $G$")
    'onlearninggraphswithedgedetectingqueriesg'
    """
    plain = unicodedata.normalize("NFKD", fold(text.lower()))
    return "".join(c for c in plain if c.isalnum())
