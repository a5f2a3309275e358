"""Divides a text into sentences, which are compared with a question one by one."""

from __future__ import annotations

import re

LONGEST = 480
"""Longest sentence in characters; a longer one, such as a list, is cut at a space."""
SHORTEST = 25
"""Shortest sentence in characters; a shorter one, such as a heading, is joined to the next."""
ABBREVIATIONS = frozenset(
    """al approx ca cf ch dr e.g eg eq eqs fig figs i.e ie no p pp prof ref refs resp sec sect st
    tab viz vol vs etc""".split()
)
"""Words after which a full stop does not end a sentence."""
END = re.compile(r"(?P<stop>[.!?؟۔…]+[\"'”’)\]]*)\s+|(?P<wide>[。！？])\s*|\n+")
BEGINS = re.compile(r"[\[(\"'“‘«]*[^\W_a-z]")
"""Start of a sentence after a full stop: anything but a small Latin letter."""


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the start and end of each sentence of a text.

    >>> text = "We train nets (cf. Fig. 2). They work, e.g. on MNIST, as expected. Why?"
    >>> [text[start:end] for start, end in split_sentences(text)]
    ['We train nets (cf. Fig. 2).', 'They work, e.g. on MNIST, as expected. Why?']
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for end in _find_ends(text):
        if end - start < SHORTEST and end < len(text):
            continue
        spans += _cut(text, start, end)
        start = end
    if len(spans) > 1 and spans[-1][1] - spans[-1][0] < SHORTEST:
        (first, before), (_, last) = spans[-2:]
        if last - first <= LONGEST and text[before:last].strip():
            spans[-2:] = [(first, last)]
    return spans


def _find_ends(text: str) -> list[int]:
    """Return the index after each end of a sentence; the last is the end of the text."""
    ends = []
    for match in END.finditer(text):
        stop = match["stop"]
        if stop and not (BEGINS.match(text, match.end()) and _is_end(text, match.start(), stop)):
            continue
        ends.append(match.end())
    if not ends or ends[-1] != len(text):
        ends.append(len(text))
    return ends


def _is_end(text: str, position: int, stop: str) -> bool:
    """Return whether a full stop ends a sentence, and not an abbreviation or an initial."""
    if stop[0] != ".":
        return True
    word = text[max(0, position - 12) : position].split()[-1:] or [""]
    bare = word[0].strip("([{\"'“‘«").lower()
    return not (bare in ABBREVIATIONS or (len(bare) == 1 and bare.isalpha()))


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return a sentence without the spaces around it, in several parts if it is very long."""
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    parts = []
    while end - start > LONGEST:
        space = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        middle = space if space > 0 else start + LONGEST
        parts.append((start, middle))
        start = middle + (space > 0)
    return [*parts, (start, end)] if end > start else parts
