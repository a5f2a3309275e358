"""Reads the authors off the lines between a paper's title and its abstract.

The rule: what is surely no name is left out, and what could be a place is, too: a line with an address, a number or a word of an
institution, and a line in which a comma parts single words, "Haifa, Israel". A missing author is better than a town.
"""

from __future__ import annotations

import re

from papersette.names import PARTICLES

MARKS = re.compile(r"[∗*†‡§¶‖⋆♠♣♦♥#]+|(?<=[^\W\d])[\d¹²³⁰⁴-⁹]+(?:\s*,\s*[\d¹²³⁰⁴-⁹]+)*")
"""Footnote marks behind names."""
INSTITUTION = re.compile(
    r"universi|institut|departe?ment|dept|school|college|laborator|\blabs?\b|research|centre|center|faculty|academy|hospital|"
    r"\binc\b|\bltd\b|\bgmbh\b|corporation|company|google|microsoft|facebook|\bcnrs\b|\binria\b|technion|polytechn|team\b|group\b|"
    r"editors?:|abstract|submitted|preprint|conference|workshop|proceedings|journal",
    re.IGNORECASE,
)


def to_authors(block: str | None) -> tuple[str, ...]:
    """The names in the lines under a title, in their order.

    >>> to_authors("Ada Byron∗, Léa van Dyk1\\nSome University\\nada@some.edu\\nHaifa, Israel\\nBo Li and J. R. Oe")
    ('Ada Byron', 'Léa van Dyk', 'Bo Li', 'J. R. Oe')
    """
    names: list[str] = []
    for line in (block or "").splitlines():
        if re.match(r"editors?:", line, re.IGNORECASE):
            break
        if "@" not in line and not INSTITUTION.search(line):
            parts = [
                MARKS.sub("", part).strip(" .,")
                for part in re.split(r",|;|·|\band\b|&", MARKS.sub("", line))
            ]
            parts = [part for part in parts if part]
            if parts and all(map(_is_name, parts)):
                names += parts
    return tuple(dict.fromkeys(names))


def _is_name(text: str) -> bool:
    """Two to five words that begin with a capital, none of them in capitals alone but for initials."""
    words = text.split()
    if not 2 <= len(words) <= 5 or re.search(r"[^\w\s.'’`´¨ˇ˜^-]|\d", text):
        return False
    proper = [word for word in words if word.lower() not in PARTICLES]
    capitals = [word for word in proper if len(re.sub(r"\W", "", word)) > 2 and word.isupper()]
    return all(word[:1].isupper() for word in proper) and (
        not capitals or len(capitals) == len(proper) > 1
    )
