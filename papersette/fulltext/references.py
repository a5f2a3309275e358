"""Separate body text from reference lists, so that a search can tell "uses X" from "cites X".

A list begins at its heading, if years follow, and ends at the next appendix, where years end, or at
the end of the paper. A paper may have two lists, one of them after an appendix. Without a heading,
the list begins where a third of the lines are entries.
"""

from __future__ import annotations

import re
from bisect import bisect_left

HEADING = re.compile(
    r"(?:\d{1,4}\.?|[A-Z]\.|[IVX]{1,5}\.?)?\s*"
    r"(?:R ?EFERENCES(?: AND NOTES| CITED| REFERENCES)?|B ?IBLIOGRAPHY|L ?ITERATURE CITED"
    r"|RÉFÉRENCES|BIBLIOGRAPHIE)\s*:?",
    re.IGNORECASE,
)
"""Some PDFs separate small capitals: "R EFERENCES"."""
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
    r"(?:\[\d{1,3}\] )?[A-Z][^\s,]{0,30}(?: [^\s,.]{1,20}){0,4}(?:,| and |\. )"
    r".{20,}\b(?:19|20)\d\d[a-z]?\."
)
"""A complete entry on one line."""
CLOSING = re.compile(r"\b(?:19|20)\d\d[a-z]?\.$")
"""The end of an entry."""
VERSION = "2"
"""Part of the cache's key: changes when the same lines may be separated differently."""
LOOK_AHEAD = 25
"""Lines after a heading that must contain two years: tables also have a column "References".
Where this number of lines contains no year, the list ends or a table interrupts it: an entry with a
hundred authors takes fewer lines."""
WINDOW = 9
"""Lines of which a third must be entries to begin a list without a heading, or with one reduced to
"R"."""
CONTINUES = 0.2
"""Share of entries in the next lines above which an apparent heading of an appendix is part of an
entry: "A Computer Language for Pure" / "Mathematics."."""


def separate_references(pages: list[list[str]]) -> list[tuple[list[str], list[str]]]:
    """Return for each page its lines of body text and its lines of a reference list."""
    lines = [(number, line) for number, page in enumerate(pages) for line in page]
    inside = _mark([line for _, line in lines])
    separated: list[tuple[list[str], list[str]]] = [([], []) for _ in pages]
    for (number, line), in_list in zip(lines, inside, strict=True):
        separated[number][in_list].append(line)
    return separated


def _mark(lines: list[str]) -> list[bool]:
    """Return for each line whether it belongs to a list."""
    filled = [index for index, line in enumerate(lines) if line]
    with_year = [index for index in filled if YEAR.search(lines[index])]
    entries = [
        index for index in filled if ENTRY.match(lines[index]) or CLOSING.search(lines[index])
    ]
    inside, interrupted, marks = False, False, []
    for index, line in enumerate(lines):
        if not inside and (HEADING.fullmatch(line) or RUN_IN.match(line)):
            inside = (
                len(YEAR.findall(" ".join(lines[i] for i in _next(filled, index, LOOK_AHEAD)))) >= 2
            )
        elif not inside and (line == "R" or (interrupted and ENTRY.match(line))):
            inside = _is_dense(index, filled, entries)
        elif (
            inside and APPENDIX.fullmatch(line) and not _is_dense(index, filled, entries, CONTINUES)
        ):
            inside = interrupted = False
        elif inside and _is_over(index, filled, with_year):
            inside, interrupted = False, True
        marks.append(inside)
    return marks if any(marks) else _mark_densest(filled, entries, len(lines))


def _next(indexes: list[int], index: int, count: int) -> list[int]:
    start = bisect_left(indexes, index)
    return indexes[start : start + count]


def _is_over(index: int, filled: list[int], with_year: list[int]) -> bool:
    """Return whether this line and the next `LOOK_AHEAD` lines contain no year."""
    ahead = _next(filled, index, LOOK_AHEAD)
    coming = _next(with_year, index, 1)
    return len(ahead) == LOOK_AHEAD and (not coming or coming[0] > ahead[-1])


def _is_dense(index: int, filled: list[int], entries: list[int], share: float = 1 / 3) -> bool:
    """Return whether at least this share of the next lines are entries."""
    window = _next(filled, index, WINDOW)
    return len(window) > 1 and len(
        [i for i in _next(entries, index, WINDOW) if i <= window[-1]]
    ) >= share * len(window)


def _mark_densest(filled: list[int], entries: list[int], count: int) -> list[bool]:
    """Mark the lines from the first dense window of entries to the last."""
    dense = [index for index in entries if _is_dense(index, filled, entries)]
    if len(dense) < 2:
        return [False] * count
    last = max(_next(filled, dense[-1], WINDOW)[-1], dense[-1])
    return [dense[0] <= index <= last for index in range(count)]
