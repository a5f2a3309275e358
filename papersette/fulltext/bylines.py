"""Read author names from the lines between a paper's title and its abstract.

Precision comes before recall: lines with an e-mail address, a number or the name of an institution
are skipped, and so are lines of single words separated by commas, such as "Haifa, Israel".
"""

from __future__ import annotations

import re

from papersette.names import PARTICLES

MARKS = re.compile(r"[∗*†‡§¶‖⋆♠♣♦♥#]+|(?<=[^\W\d])[\d¹²³⁰⁴-⁹]+(?:\s*,\s*[\d¹²³⁰⁴-⁹]+)*")
"""Footnote marks behind names."""
INSTITUTION = re.compile(
    r"universi|institut|departe?ment|dept|school|college|laborator|\blabs?\b|research|centre|center|"
    r"faculty|academy|hospital|\binc\b|\bltd\b|\bgmbh\b|corporation|company|google|microsoft|facebook|"
    r"\bcnrs\b|\binria\b|technion|polytechn|team\b|group\b|"
    r"editors?:|abstract|submitted|preprint|conference|workshop|proceedings|journal",
    re.IGNORECASE,
)


def to_authors(block: str | None) -> tuple[str, ...]:
    """Return the names in the lines below a title, in their order.

    >>> to_authors("Ada Byron∗, Léa van Dyk1\\nA University\\nHaifa, Israel\\nBo Li and J. R. Oe")
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
    """Return whether the text is two to five capitalised words, only initials in all capitals."""
    words = text.split()
    if not 2 <= len(words) <= 5 or re.search(r"[^\w\s.'’`´¨ˇ˜^-]|\d", text):
        return False
    proper = [word for word in words if word.lower() not in PARTICLES]
    capitals = [word for word in proper if len(re.sub(r"\W", "", word)) > 2 and word.isupper()]
    return all(word[:1].isupper() for word in proper) and (
        not capitals or len(capitals) == len(proper) > 1
    )
