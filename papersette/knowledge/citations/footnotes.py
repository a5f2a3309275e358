"""Recognises papers that cite in footnotes instead of a list.

Such notes are not parsed: a note cites several works, and repeats most of them in short forms. They
are counted, so that a paper without a list is not mistaken for one that cites nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

NOTE = re.compile(
    r"(?<![\d.,(\[–-])(\d{1,3})\.?\s{1,2}"
    r"(?:(?:Vgl|Cf|cf|vgl|Cfr|S|Siehe|See|See also|Voir|Véase|Siehe auch|Ver|Ср|См)\b\.?[\s,:]*)?"
    r"[^\W\d_a-z](?:[^\d\n]|\d{1,2}(?!\d)){4,180}?"
    r"(?:[(,\s]\s?(?:1[5-9]|20)\d\d[a-z]?\)?[^\n]{0,12}?[,:;]\s?(?:S\.|pp?\.|с\.|págs?\.)?\s?\d"
    r"|\b(?:[Oo]p\.\s?cit|a\.\s?a\.\s?O|[Ee]bd|[Ii]bid|[Ll]oc\.\s?cit)\b)"
)
"""A number, perhaps "See", a name, and a year with pages or a short form such as "ibid."."""
MIN_NOTES = 5
"""Least number of citing notes; a paper with a list may have fewer."""


def count_citing_notes(pages: Sequence[tuple[int, str]]) -> int:
    """Return how many numbered notes of a paper cite a work; 0 if they are fewer than five.

    `pages`: (page number, body text) of each page. The numbers of notes only increase, unlike those
    of tables and lists of years.
    """
    last, count = 0, 0
    for _, body in pages:
        for match in NOTE.finditer(body):
            if last < int(match[1]) <= last + 15:
                last, count = int(match[1]), count + 1
    return count if count >= MIN_NOTES else 0
