"""Parts a paper's own text from its reference lists, so that "uses X" and "cites X" can be told apart.

The rule: a list begins at its heading, if years and names follow, and ends at the next appendix or at the end. A paper may
have two, one of them after an appendix.
"""

from __future__ import annotations

import re

HEADING = re.compile(
    r"(?:\d{1,2}\.?|[A-Z]\.|[IVX]{1,5}\.?)?\s*"
    r"(?:R ?EFERENCES(?: AND NOTES| CITED)?|B ?IBLIOGRAPHY|L ?ITERATURE CITED|RÉFÉRENCES|BIBLIOGRAPHIE)\s*:?",
    re.IGNORECASE,
)
"""Small capitals come apart in some PDFs: "R EFERENCES"."""
APPENDIX = re.compile(
    r"(?i:(?:A\.? ?)?A ?PPENDI(?:X|CES)\b.{0,60}|S ?UPPLEMENT(?:ARY|AL)\b.{0,60})|A(?:\.\d?)? [A-Z][A-Za-z ,:-]{3,60}"
)
YEAR = re.compile(r"\b(?:19|20)\d\d[a-z]?\b")
VERSION = "1"
"""Changes when the same lines may be parted otherwise: part of the cache's key."""
LOOK_AHEAD = 25
"""Lines after a heading in which at least two years must stand; tables have a column "References", too."""


def part_references(pages: list[list[str]]) -> list[tuple[list[str], list[str]]]:
    """For each page, its lines of the paper's own text and its lines of a reference list."""
    inside = False
    parted = []
    for number, page in enumerate(pages):
        body: list[str] = []
        refs: list[str] = []
        for place, line in enumerate(page):
            if not inside and HEADING.fullmatch(line):
                inside = _years_follow(pages, number, place)
            elif inside and APPENDIX.fullmatch(line):
                inside = False
            (refs if inside else body).append(line)
        parted.append((body, refs))
    return parted


def _years_follow(pages: list[list[str]], number: int, place: int) -> bool:
    ahead = pages[number][place + 1 :]
    for page in pages[number + 1 : number + 2]:
        ahead = ahead + page
    return len(YEAR.findall(" ".join(ahead[:LOOK_AHEAD]))) >= 2
