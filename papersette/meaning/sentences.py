"""Divides a text into sentences, which are compared with a question one by one."""

from __future__ import annotations

from papersette.sentences import find_ends

LONGEST = 480
"""Longest sentence in characters; a longer one, such as a list, is cut at a space."""
SHORTEST = 25
"""Shortest sentence in characters; a shorter one, such as a heading, is joined to the next."""


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the start and end of each sentence of a text; a line without a full stop is one.

    >>> text = "We train nets (cf. Fig. 2). They work, e.g. on MNIST, as expected. Why?"
    >>> [text[start:end] for start, end in split_sentences(text)]
    ['We train nets (cf. Fig. 2).', 'They work, e.g. on MNIST, as expected. Why?']
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for end in (*(end for _, end in find_ends(text, at_lines=True)), len(text)):
        if end - start < SHORTEST and end < len(text):
            continue
        spans += _cut(text, start, end)
        start = end
    if len(spans) > 1 and spans[-1][1] - spans[-1][0] < SHORTEST:
        (first, before), (_, last) = spans[-2:]
        if last - first <= LONGEST and text[before:last].strip():
            spans[-2:] = [(first, last)]
    return spans


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
