"""Parts a paper's own text from its reference lists, so that "uses X" and "cites X" can be told apart.

The rule: a list begins at its heading, if years follow, and ends at the next appendix, where years cease, or at the end. A
paper may have two, one of them after an appendix. Where no heading is found, it begins where one line in two is an entry.
"""

from __future__ import annotations

import re
from bisect import bisect_left

HEADING = re.compile(
    r"(?:\d{1,4}\.?|[A-Z]\.|[IVX]{1,5}\.?)?\s*"
    r"(?:R ?EFERENCES(?: AND NOTES| CITED| REFERENCES)?|B ?IBLIOGRAPHY|L ?ITERATURE CITED|RÉFÉRENCES|BIBLIOGRAPHIE)\s*:?",
    re.IGNORECASE,
)
"""Small capitals come apart in some PDFs: "R EFERENCES"."""
RUN_IN = re.compile(
    r"(?:\d{1,3}\.? )?(?:REFERENCES|References|BIBLIOGRAPHY|Bibliography) (?=\[1\]|\[?[A-Z])"
)
"""A heading that the text engine has joined to its first entry."""
APPENDIX = re.compile(
    r"(?i:(?:\d{1,2}\.? ?|A\.? ?)?A ?PPENDI(?:X|CES)\b.{0,120}|S ?UPPLEMENT(?:ARY|AL)\b.{0,120})"
    r"|A(?:\.?\d?)? [A-Z][A-Za-z ,:-]{3,60}|[A-Z]\.?\d? [A-Z][A-Z0-9 ,:;&/()'’-]{5,80}"
)
YEAR = re.compile(r"\b(?:19|20)\d\d[a-z]?\b")
ENTRY = re.compile(
    r"(?:\[\d{1,3}\] )?[A-Z][^\s,]{0,30}(?: [^\s,.]{1,20}){0,4}(?:,| and |\. ).{20,}\b(?:19|20)\d\d[a-z]?\."
)
"""A whole entry on one line."""
CLOSING = re.compile(r"\b(?:19|20)\d\d[a-z]?\.$")
"""The end of an entry."""
VERSION = "2"
"""Changes when the same lines may be parted otherwise: part of the cache's key."""
LOOK_AHEAD = 25
"""Lines after a heading in which at least two years must stand; tables have a column "References", too. Where not one
stands in so many lines, the list is over, or a table interrupts it: an entry with a hundred authors takes fewer."""
DENSE = 9
"""Lines of which a third must be entries to be a list under a heading that is reduced to "R", or under none."""
GOES_ON = 0.2
"""The share of entries in the next lines at which what looks like the heading of an appendix is a title broken over lines:
"A Computer Language for Pure" / "Mathematics."."""


def part_references(pages: list[list[str]]) -> list[tuple[list[str], list[str]]]:
    """For each page, its lines of the paper's own text and its lines of a reference list."""
    lines = [(number, line) for number, page in enumerate(pages) for line in page]
    inside = _mark([line for _, line in lines])
    parted: list[tuple[list[str], list[str]]] = [([], []) for _ in pages]
    for (number, line), in_list in zip(lines, inside, strict=True):
        parted[number][in_list].append(line)
    return parted


def _mark(lines: list[str]) -> list[bool]:
    """Of each line, whether it belongs to a list."""
    filled = [place for place, line in enumerate(lines) if line]
    with_year = [place for place in filled if YEAR.search(lines[place])]
    entries = [
        place for place in filled if ENTRY.match(lines[place]) or CLOSING.search(lines[place])
    ]
    inside, interrupted, marks = False, False, []
    for place, line in enumerate(lines):
        if not inside and (HEADING.fullmatch(line) or RUN_IN.match(line)):
            inside = (
                len(YEAR.findall(" ".join(lines[i] for i in _next(filled, place, LOOK_AHEAD)))) >= 2
            )
        elif not inside and (line == "R" or (interrupted and ENTRY.match(line))):
            inside = _is_dense(place, filled, entries)
        elif inside and APPENDIX.fullmatch(line) and not _is_dense(place, filled, entries, GOES_ON):
            inside = interrupted = False
        elif inside and _is_over(place, filled, with_year):
            inside, interrupted = False, True
        marks.append(inside)
    return marks if any(marks) else _mark_densest(filled, entries, len(lines))


def _next(places: list[int], place: int, count: int) -> list[int]:
    start = bisect_left(places, place)
    return places[start : start + count]


def _is_over(place: int, filled: list[int], with_year: list[int]) -> bool:
    """Whether no year stands in this line nor in the next ones, of which there are enough to tell."""
    ahead = _next(filled, place, LOOK_AHEAD)
    coming = _next(with_year, place, 1)
    return len(ahead) == LOOK_AHEAD and (not coming or coming[0] > ahead[-1])


def _is_dense(place: int, filled: list[int], entries: list[int], share: float = 1 / 3) -> bool:
    """Whether so large a share of the next few lines are entries."""
    window = _next(filled, place, DENSE)
    return len(window) > 1 and len(
        [i for i in _next(entries, place, DENSE) if i <= window[-1]]
    ) >= share * len(window)


def _mark_densest(filled: list[int], entries: list[int], count: int) -> list[bool]:
    """The lines from the first of a few that are, a third of them, whole entries, to the last such."""
    dense = [place for place in entries if _is_dense(place, filled, entries)]
    if len(dense) < 2:
        return [False] * count
    last = max(_next(filled, dense[-1], DENSE)[-1], dense[-1])
    return [dense[0] <= place <= last for place in range(count)]
