"""Recognises the name of a journal before its volume, shortened as ISO 4 has it or in full."""

from __future__ import annotations

import re

# In these patterns, [^\W\d_a-z] is a capital of any alphabet, and [^\W\d_] any letter.
SHORTENED = r"[^\W\d_a-z](?:[^\W\d_]{0,2}|[^\W\d_]{2,9}[^\W\d_aeiouyn]|[^\W\d_]{2,5}n)\."
"""A shortened word: "Sci.", "Astrophys.", "Commun."; few longer ones end in a vowel or n."""
CAPITALS = r"[^\W\d_a-z][\w&]*[^\W\d_a-z][\w&]*"
"""A word with two or more capitals: "ApJ", "A&A"."""
SMALL = "&|of|the|and|in|on|for|für|der|des|de|di|et|y"
WORD = rf"(?:(?:{SHORTENED})+|[^\W\d_a-z][\w&’'-]*|{SMALL})"
NO_INITIAL = r"(?![^\W\d_]\.(?!(?<=J\.|Z\.)\s?\w+\.|(?<=C\.)\s?R\.))"
"""No initial of a name before the journal, but "J. Phys.", "Z. Phys." and "C. R. Acad."."""
JOURNAL = (
    rf"{NO_INITIAL}(?=[^\W\d_a-z])(?P<journal>{WORD}"
    rf"(?:(?:(?<=\w\w\.),(?=\s\w+\.)|(?<=\s[A-Z]):)?\s{WORD}){{0,9}}?)"
)
"""Words with capitals; a comma only between shortened words, "Angew. Chem., Int. Ed.", and a colon
only after the letter of a section, "Phys. Rev. B: Condens. Matter"."""
BEFORE_VOLUME = r",?\s(?:[Vv]ol\.?\s)?(?=[A-Z]{0,2}\d)"
"""What stands between a journal and its volume."""
ABBREVIATED = rf"(?:{CAPITALS}|[^\W\d_a-z][^\W\d_A-Z]*\.|[A-Z]|{SMALL})"
ALL_ABBREVIATED = re.compile(
    rf"(?P<journal>Nature|Science|{ABBREVIATED}(?:\s{ABBREVIATED}){{0,7}}){BEFORE_VOLUME}"
)
"""A journal that cannot be a title: all its words are shortened."""
JOURNAL_START = re.compile(JOURNAL + BEFORE_VOLUME)
"""A journal of any words with capitals, before its volume."""
IS_ABBREVIATED = re.compile(rf"\w\.|{CAPITALS}|Journal\b|(?:Nature|Science)$")
"""What shows that words are a journal and not names."""
STOP_INSIDE = re.compile(r"\.\s?\w")
"""A full stop before the end, as in "Rev. Mod. Phys."."""
SENTENCE_INSIDE = re.compile(
    r"(?:[^\W_]{8}|ing|[^\W\d_a-z]{2})\."
    r"|^[^.]*\s(?:of|the|and|in|on|for)\s[^.]*\."
    r"|\s(?:of|the|and|in|on|for)$"
)
"""What shows that a stop ends a sentence, "ECCV. Springer", or that the name goes on."""
NUMBER_WORDS = re.compile(r"[.,]?\s(?:[Vv]ol|pp?|[Nn]o)\.?,?$")
"""A word at the end that announces a number."""


def read_shortened(text: str) -> str | None:
    """Return the journal that begins a text, before its volume, if its name is shortened.

    >>> read_shortened("Rev. Mod. Phys., 34(2):123-135")
    'Rev. Mod. Phys.'
    """
    found = JOURNAL_START.match(text)
    name = NUMBER_WORDS.sub("", found["journal"]) if found else ""
    return name if STOP_INSIDE.search(name) and not SENTENCE_INSIDE.search(name) else None
