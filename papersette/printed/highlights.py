"""Finds words and passages in the layout of a page, as rectangles and lines of text.

The text in the search index is cleaned: it has no hyphens at line ends and no ligatures. Here the
text of the layout is cleaned in the same way, with a map back to the characters of the page.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from papersette.printed.pages import Box, Layout
from papersette.search.needles import Needle, find
from papersette.text import to_letters

HYPHENS = "\x02\ufffe\u00ad"
"""Characters that pdfium returns for a hyphen at the end of a line."""
MOST_WORDS = 1000
"""Largest number of occurrences of words that are marked on a page."""
LIKENESS = 85
"""Least likeness of a passage to the page, in percent: running heads and formulas differ."""
APART = 2.5
"""Gap that ends a line, such as one between columns, in heights of the line."""


@dataclass(frozen=True)
class Line:
    """Characters of a page that are next to each other on one line."""

    start: int
    """Index of its first character in the layout."""
    end: int
    box: Box
    text: str

    @property
    def is_rtl(self) -> bool:
        """Whether the first letter belongs to a script that is written from right to left."""
        kinds = (unicodedata.bidirectional(character) for character in self.text)
        return next((kind != "L" for kind in kinds if kind in {"L", "R", "AL"}), False)


def to_lines(layout: Layout) -> list[Line]:
    """Return the lines of a page in the order of its content."""
    lines: list[Line] = []
    start, box = -1, None
    for index, (character, own) in enumerate(zip(layout.text, layout.boxes, strict=True)):
        if own is None and character != "\n":
            continue
        if box is not None and (own is None or not _is_beside(box, own)):
            lines.append(_to_line(layout, start, index, box))
            box = None
        if own is not None:
            start, box = (index, own) if box is None else (start, _union(box, own))
    if box is not None:
        lines.append(_to_line(layout, start, len(layout.text), box))
    return lines


def _to_line(layout: Layout, start: int, end: int, box: Box) -> Line:
    text = "".join("-" if c in HYPHENS else c for c in layout.text[start:end])
    return Line(start, end, box, " ".join(text.split()))


def _is_beside(line: Box, box: Box) -> bool:
    height = max(line.bottom - line.top, box.bottom - box.top, 1)
    overlap = min(line.bottom, box.bottom) - max(line.top, box.top)
    gap = max(box.left - line.right, line.left - box.right)
    return overlap > 0 and gap < APART * height


def _union(one: Box, other: Box) -> Box:
    return Box(
        min(one.left, other.left),
        min(one.top, other.top),
        max(one.right, other.right),
        max(one.bottom, other.bottom),
    )


def find_words(layout: Layout, needles: Sequence[Needle]) -> list[tuple[int, int]]:
    """Return (start, end) of the characters of each occurrence of the needles, in order.

    A word broken at the end of a line is looked for both without the hyphen and with it.
    """
    found = set()
    for hyphen in ("", "-"):
        text, indexes = _to_plain(layout.text, hyphen)
        for start, end, _, _ in find(text, needles):
            found.add((indexes[start], indexes[end - 1] + 1))
    return sorted(found)[:MOST_WORDS]


def _to_plain(text: str, hyphen: str) -> tuple[str, list[int]]:
    """Return the text without line ends and ligatures, and the index of each of its characters.

    Args:
        text: The text of a layout.
        hyphen: Text that replaces a hyphen at the end of a line.
    """
    characters: list[str] = []
    indexes: list[int] = []
    for index, character in enumerate(text):
        is_broken = character in HYPHENS or (
            character == "-" and text[index + 1 : index + 2] == "\n"
        )
        if is_broken:
            plain = hyphen
        elif character == "\n":
            before = text[index - 1 : index]
            plain = "" if before and (before in HYPHENS or before == "-") else " "
        elif character.isascii():
            plain = character
        else:
            plain = unicodedata.normalize("NFKC", character)
        characters += plain
        indexes += [index] * len(plain)
    return "".join(characters), indexes


def find_passage(layout: Layout, passage: str) -> tuple[int, int] | None:
    """Return (start, end) of the characters of a passage of the cleaned text; None if not found."""
    wanted, _ = to_letters(passage)
    letters, indexes = to_letters(layout.text)
    if not wanted or not letters:
        return None
    start = letters.find(wanted)
    end = start + len(wanted)
    if start < 0:
        if len(wanted) > len(letters):
            return None
        found = fuzz.partial_ratio_alignment(wanted, letters, score_cutoff=LIKENESS)
        if found is None:
            return None
        start, end = found.dest_start, found.dest_end
    return indexes[start], indexes[end - 1] + 1


def to_boxes(layout: Layout, lines: Sequence[Line], start: int, end: int) -> list[Box]:
    """Return a rectangle for each line that has some of the characters from `start` to `end`."""
    return list(_boxes(layout, lines, start, end))


def _boxes(layout: Layout, lines: Sequence[Line], start: int, end: int) -> Iterator[Box]:
    for line in lines:
        own = [box for box in layout.boxes[max(start, line.start) : min(end, line.end)] if box]
        if start < line.end and line.start < end and own:
            yield Box(
                min(box.left for box in own),
                line.box.top,
                max(box.right for box in own),
                line.box.bottom,
            )


def locate_in_paragraphs(
    paragraphs: Sequence[str], passage: str
) -> list[tuple[str, tuple[int, int]]]:
    """Return each paragraph with the start and end of the part of a passage that it contains.

    Args:
        paragraphs: The paragraphs of a page.
        passage: It may span several paragraphs; "" is in none.
    """
    wanted, _ = to_letters(passage)
    letters = [to_letters(paragraph) for paragraph in paragraphs]
    first = "".join(own for own, _ in letters).find(wanted) if wanted else -1
    last, before = first + len(wanted), 0
    located = []
    for paragraph, (own, indexes) in zip(paragraphs, letters, strict=True):
        start, end = max(first - before, 0), min(last - before, len(own))
        is_in = first >= 0 and start < end
        located.append((paragraph, (indexes[start], indexes[end - 1] + 1) if is_in else (0, 0)))
        before += len(own)
    return located
