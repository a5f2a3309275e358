"""Separate body text from reference lists, so that a search can tell "uses X" from "cites X".

A list begins at its heading, if entries follow. It ends at the next appendix or heading of other
text, where lines no longer contain years, or at the end of the paper. A paper may have several
lists, and tables may interrupt them. Without a heading, the list begins where a third of the lines
are entries, or at the first of a sequence of numbered entries.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise

from papersette.list_headings import find_kind

RUN_IN = re.compile(
    r"(?:\d{1,3}\.? )?(?:REFERENCES|References|BIBLIOGRAPHY|Bibliography|LITERATUR|Literatur"
    r"|Literaturverzeichnis|Références|RÉFÉRENCES|Bibliographie|Referencias|REFERENCIAS)"
    r"(?: (?=\[1\]|\[?[A-Z])|: (?=[A-Z]))"
)
"""A heading that the text engine joined to the first entry."""
APPENDIX = re.compile(
    r"(?i:(?:\d{1,2}\.? ?|A\.? ?)?(?:A ?PPENDI(?:X|CES)|S ?UPPLEMENT(?:ARY|AL))\b.{0,120})"
    r"|A(?:\.?\d?)? [A-Z][A-Za-z ,:-]{3,60}|[A-Z]\.?\d? [A-Z][A-Z0-9 ,:;&/()'’-]{5,80}"
)
SECTION = re.compile(
    r"(?:\d{1,2}|[A-Z])(?:\.\d{1,2})*\.? (?!.*\b(?:19|20)\d\d$)"
    r"[A-Z][A-Z0-9 ,.:;&/()'’-]{5,100}(?<!\.)"
)
"""A numbered heading in capitals, "A PROOF OF THEOREM 3.1", but not "49. ACM, 2017."."""
FLOAT = re.compile(
    r"(?:Table|TABLE|Tab\.|Figure|FIGURE|Fig\.|Tabelle|Abbildung|Abb\.|Tableau|Tabla|Таблица|Рис\.)"
    r"\s?\d{1,3}\b.*"
)
"""The caption of a table or figure, which may interrupt a list."""
YEAR = re.compile(r"\b(?:19|20)\d\d[a-z]?\b")
ENTRY = re.compile(
    r"(?:\[\d{1,3}\] )?[A-Z][^\s,]{0,30}(?: [^\s,.]{1,20}){0,4}(?:,| and |\. )"
    r".{20,}\b(?:19|20)\d\d[a-z]?\."
)
"""A complete entry on one line."""
START = re.compile(
    r"(?:[\[(]?\d{1,3}[\])]?[.)]?\s+)?[^\W\d_a-z][^\s,]{1,30}(?:[\s-][^\s,.]{1,20}){0,3}"
    r"(?:[,،，、]\s?|\s\(|\s[A-Z]\.|/|;|\s(?:&|and|und|et)\s|\.\s[A-Z])"
)
"""The start of most entries: a number, a name, and a comma, an initial or a bracket."""
NUMBERS = re.compile(r"\d+\s?[-–:(]\s?\(?\d+")
"""Volumes, issues and pages of an entry."""
LABEL = re.compile(r"[\[(]?(\d{1,3})[\]).]{1,2}\s*\S")
CLOSING = re.compile(r"\b(?:19|20)\d\d[a-z]?\.$")
"""The end of an entry."""
LOOK_AHEAD = 25
"""Number of lines after a heading that must contain two years, unless a single entry follows:
tables also have a column "References". If this number of lines contains no year, the list ends or a
table interrupts it: even an entry with a hundred authors takes fewer lines."""
MAX_SINGLE = 6
"""Most lines of the single entry of a list."""
WINDOW = 9
"""Number of lines of which a third must be entries to begin a list without a heading, or with a
heading reduced to "R"."""
EARLY = 0.15
"""Share of a paper's lines in which a heading usually belongs to a table of contents."""
SHORT = 200
"""Number of lines of the longest paper without a table of contents."""
LIKELY = 0.4
"""Share of the lines after a heading that must look like lines of a list, if other text may also
have this heading. Of 50 papers, true lists have .36 and more, other text at most .36."""
VERY_LIKELY = 0.6
"""Share that replaces `LIKELY` for a heading on the first pages, and after an interruption."""
MIN_LABELS = 5
"""Number of numbered entries that make a list without a heading."""
PROSE_WORDS = frozenset(
    # Common in sentences, but not in the titles of cited works.
    "we is are that this our be can was were has have it as if when which these then than not also"
    " will its their does where since each both let using used there"
    " wir ist sind dass wird werden wurde wurden auch nicht wenn sich kann haben hat"
    " nous est sont cette ces ont peut été pas ainsi".split()
)
PROSE_SHARE = 0.1
"""Share of these words from which lines are sentences: of 66,000 places in reference lists, all but
500 have less than .05, and nearly all that have .1 are of an appendix."""
PROSE_LENGTH = 60
"""Number of words of which so many are compared: a title may be a sentence."""
LONGEST_HEADING = 10
"""Number of words."""
CONTINUES = 0.2
"""Share of entries in the next lines from which an apparent heading of an appendix is part of an
entry: "A Computer Language for Pure" / "Mathematics."."""


def separate_references(pages: list[list[str]]) -> list[tuple[list[str], list[str]]]:
    """Return for each page its lines of body text and its lines of a reference list."""
    lines = [(number, line) for number, page in enumerate(pages) for line in page]
    inside = _mark([line for _, line in lines])
    separated: list[tuple[list[str], list[str]]] = [([], []) for _ in pages]
    for (number, line), in_list in zip(lines, inside, strict=True):
        separated[number][in_list].append(line)
    return separated


class _Lines:
    """The lines of a paper, and the indexes of those that can belong to a list."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.filled = [index for index, line in enumerate(lines) if line]
        self._is_entry: dict[int, bool] = {}

    def begins(self, index: int) -> bool:
        """Return whether a list begins at this line."""
        line = self.lines[index]
        kind = find_kind(line)
        if kind == "weak":
            return self._likelihood(index) >= LIKELY
        if kind != "lists" and not RUN_IN.match(line):
            return False
        early = len(self.lines) > SHORT and index < EARLY * len(self.lines)
        ahead = " ".join(self.lines[i] for i in _next(self.filled, index, LOOK_AHEAD))
        if len(YEAR.findall(ahead)) < 2:
            return not early and self._is_single(index)
        return not early or self._likelihood(index) >= VERY_LIKELY

    def _is_single(self, index: int) -> bool:
        """Return whether a single entry follows, and then the paper or its main text ends."""
        after = _next(self.filled, index + 1, MAX_SINGLE + 1)
        end = next((i for i, line in enumerate(after) if self.ends(line)), len(after))
        own = [self.lines[i] for i in after[:end]]
        return (
            0 < len(own) <= MAX_SINGLE and bool(START.match(own[0])) and any(map(YEAR.search, own))
        )

    def resumes(self, index: int) -> bool:
        """Return whether an interrupted list continues at this line."""
        line = self.lines[index]
        return (bool(ENTRY.match(line)) and self.is_dense(index)) or (
            bool(START.match(line)) and self._likelihood(index - 1, WINDOW) > VERY_LIKELY
        )

    def ends(self, index: int) -> bool:
        """Return whether a heading at this line ends the list."""
        line = self.lines[index]
        if APPENDIX.fullmatch(line) or find_kind(line) == "after":
            return not self.is_dense(index, CONTINUES)
        return bool(SECTION.fullmatch(line)) and self._likelihood(index, WINDOW) < LIKELY

    def pauses(self, index: int) -> bool:
        """Return whether a table or sentences begin here, or the next `LOOK_AHEAD` lines contain no
        year.
        """
        if FLOAT.fullmatch(self.lines[index]):
            return self._likelihood(index, WINDOW) < LIKELY
        if self._begins_prose(index):
            return True
        ahead = _next(self.filled, index, LOOK_AHEAD)
        return len(ahead) == LOOK_AHEAD and not any(YEAR.search(self.lines[i]) for i in ahead)

    def _begins_prose(self, index: int) -> bool:
        """Return whether sentences begin at this line, or after it if it may be their heading."""
        if any(self.is_entry(i) for i in _next(self.filled, index, 2)):
            return False
        first = index + 1 if self._may_head(self.lines[index]) else index
        count = prose = 0
        for number, i in enumerate(_next(self.filled, first, PROSE_LENGTH), 1):
            words = [word.strip(".,;:()").lower() for word in self.lines[i].split()]
            count += len(words)
            prose += sum(word in PROSE_WORDS for word in words)
            is_enough = count >= PROSE_LENGTH
            # The first two lines alone tell whether they are the last ones of an entry.
            if (is_enough or number == 2) and prose < PROSE_SHARE * count:
                return False
            if is_enough:
                return True
        return False

    def _may_head(self, line: str) -> bool:
        """Return whether a line may be a heading: an entry ends with a full stop, or has a year."""
        return len(line.split()) <= LONGEST_HEADING and not (line.endswith(".") or _is_likely(line))

    def is_dense(self, index: int, share: float = 1 / 3) -> bool:
        """Return whether at least this share of the next lines are entries."""
        window = _next(self.filled, index, WINDOW)
        return len(window) > 1 and sum(map(self.is_entry, window)) >= share * len(window)

    def is_entry(self, index: int) -> bool:
        """Return whether this line is an entry or ends one."""
        if index not in self._is_entry:
            line = self.lines[index]
            self._is_entry[index] = bool(ENTRY.match(line) or CLOSING.search(line))
        return self._is_entry[index]

    def _likelihood(self, index: int, count: int = LOOK_AHEAD) -> float:
        """Return the share of the lines after this one that look like lines of a list."""
        window = [self.lines[i] for i in _next(self.filled, index + 1, count)]
        likely = [line for line in window if _is_likely(line)]
        return len(likely) / len(window) if window else 0.0


def _is_likely(line: str) -> bool:
    return bool(YEAR.search(line) or START.match(line) or NUMBERS.search(line))


def _mark(lines: list[str]) -> list[bool]:
    """Return for each line whether it belongs to a list."""
    own = _Lines(lines)
    inside, interrupted, marks = False, False, []
    for index, line in enumerate(lines):
        if not inside and own.begins(index):
            inside = True
        elif not inside and line == "R":
            inside = own.is_dense(index)
        elif not inside and interrupted and line:
            inside, interrupted = own.resumes(index), not own.ends(index)
        elif inside and line and own.ends(index):
            inside = interrupted = False
        elif inside and line and own.pauses(index):
            inside, interrupted = False, True
        marks.append(inside)
    return marks if any(marks) else _mark_unheaded(own)


def _next(indexes: list[int], index: int, count: int) -> list[int]:
    start = bisect_left(indexes, index)
    return indexes[start : start + count]


def _mark_unheaded(own: _Lines) -> list[bool]:
    """Mark the lines from the first dense window of entries to the last, or a numbered list."""
    numbered = _mark_numbered(own)
    dense = [index for index in own.filled if own.is_entry(index) and own.is_dense(index)]
    if any(numbered) or len(dense) < 2:
        return numbered
    last = max(_next(own.filled, dense[-1], WINDOW)[-1], dense[-1])
    return [dense[0] <= index <= last for index in range(len(own.lines))]


def _mark_numbered(own: _Lines) -> list[bool]:
    """Mark the last sequence of lines numbered from 1, most of which contain a year."""
    labels = [(i, int(found[1])) for i in own.filled if (found := LABEL.match(own.lines[i]))]
    chain: list[int] = []
    best: list[int] = []
    for index, number in labels:
        if number == 1:
            chain = [index]
        elif number == len(chain) + 1 and chain and index - chain[-1] < LOOK_AHEAD:
            chain.append(index)
            if len(chain) >= MIN_LABELS:
                best = list(chain)
    if not best or _count_years(own, best) < 0.7 * len(best):
        return [False] * len(own.lines)
    last = best[-1] + max(b - a for a, b in pairwise(best)) - 1
    return [best[0] <= index <= last for index in range(len(own.lines))]


def _count_years(own: _Lines, chain: list[int]) -> int:
    """Return the number of numbered entries that contain a year."""
    ends = [*chain[1:], chain[-1] + 4]
    return sum(
        bool(YEAR.search(" ".join(own.lines[a:b]))) for a, b in zip(chain, ends, strict=True)
    )
