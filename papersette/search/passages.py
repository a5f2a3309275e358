"""Cuts the passage of a text that has most of the words of a query, and marks them."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Sequence

from papersette.search.needles import Needle, Needles, Occurrence, find

PASSAGE_CHARACTERS = 260
"""Length of a passage, about forty words."""
LEAD_CHARACTERS = 90
"""A passage begins at the start of its sentence if that is so near."""
GAINS = (0.0, 1.0, 0.05)
FURTHER_GAIN = -0.05
"""What the first, second and further matches of a clause add to a passage, as shares of its weight.
A second one is welcome; many are a table or the legend of a figure."""
LEAST_GAIN = 1e-9
"""By which a passage must be better than one before it: more than sums are rounded by."""
OPEN, CLOSE = "⟦", "⟧"
"""Around each match in a passage."""

SENTENCE_START = re.compile(r"(?<=[.!?])\s+(?=[\[(\"“A-ZÀ-Þ0-9])|\n{2,}")


def cut_passage(text: str, needles: Needles) -> tuple[str, int]:
    """Return the part of a text that has most of the needles, with each match marked, and where its
    first match begins in the text; ("", 0) if there is none.

    Distinct clauses count by weight.
    """
    occurrences = find(text, needles)
    if not occurrences:
        return "", 0
    first, last = _best_window(occurrences)
    start = _passage_start(text, first)
    end = _passage_end(text, max(start + PASSAGE_CHARACTERS, last))
    passage = text[start:end]
    if passage.isascii():  # what was found in the text is all there is in the passage
        inside = [hit for hit in occurrences if start <= hit[0] and hit[1] <= end]
        marked = _mark(passage, [(hit[0] - start, hit[1] - start) for hit in inside])
    else:
        marked = mark(passage, needles)
    return f"{'…' if start else ''}{marked}{'…' if end < len(text) else ''}", first


def _best_window(occurrences: Sequence[Occurrence]) -> tuple[int, int]:
    """Return where the matches with the highest sum of weights that fit a passage begin and end."""
    room = PASSAGE_CHARACTERS - LEAD_CHARACTERS // 2
    best, best_score, score = (0, 0), -1.0, 0.0
    inside: defaultdict[int, int] = defaultdict(int)
    leaving = iter(occurrences)
    first, _, left, left_weight = next(leaving)
    for start, end, clause, weight in occurrences:
        inside[clause] = count = inside[clause] + 1
        score += weight * (GAINS[count] if count < len(GAINS) else FURTHER_GAIN)
        while end - first > room and first < start:
            count = inside[left]
            score -= left_weight * (GAINS[count] if count < len(GAINS) else FURTHER_GAIN)
            inside[left] = count - 1
            first, _, left, left_weight = next(leaving)
        if score > best_score + LEAST_GAIN:
            best, best_score = (first, end), score
    return best


def _passage_start(text: str, first: int) -> int:
    earliest = max(0, first - LEAD_CHARACTERS)
    breaks = [m.end() for m in SENTENCE_START.finditer(text, earliest, first)]
    if breaks:
        return breaks[-1]
    if earliest == 0:
        return 0
    space = text.find(" ", max(0, first - LEAD_CHARACTERS // 2), first)
    return space + 1 if space >= 0 else first


def _passage_end(text: str, end: int) -> int:
    if end >= len(text):
        return len(text)
    space = text.find(" ", end)
    return space if 0 <= space < end + 30 else end


def mark(text: str, needles: Sequence[Needle]) -> str:
    """Return a text in one line with each match marked."""
    return _mark(text, [hit[:2] for hit in find(text, needles)])


def _mark(text: str, spans: Sequence[tuple[int, int]]) -> str:
    parts, position = [], 0
    for start, end in spans:
        parts += [text[position:start], OPEN, text[start:end], CLOSE]
        position = end
    return " ".join("".join([*parts, text[position:]]).split())


def to_marked_html(passage: str | None) -> str:
    """Return a passage as HTML: escaped first, then each match between <mark> and </mark>.

    >>> to_marked_html("a <b> ⟦word⟧")
    'a &lt;b&gt; <mark>word</mark>'
    """
    return re.sub("⟦(.*?)⟧", r"<mark>\1</mark>", html.escape(passage or ""), flags=re.DOTALL)
