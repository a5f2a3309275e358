"""Put right-to-left text into logical order, from the positions of its characters.

A PDF positions glyphs, but does not store their reading order. pdfium's own order reverses Arabic
ligatures ("على" becomes "عىل"), swaps words of Latin phrases and breaks lines at a hamza. Here each
line is ordered by the positions on the page; numbers and Latin words run left to right. The rules
are those of the Unicode Bidirectional Algorithm (UAX 9), applied in reverse to displayed text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

LETTER = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""Letters of Hebrew, Arabic, Syriac and their presentation forms."""
FEWEST = 0.1
"""Least share of a text's letters that are right-to-left for its lines to be ordered here."""
MOSTLY = 0.5
"""Least share of them in a document whose pages are ordered here even if they have fewer."""
SAME_LINE = 0.3
"""Largest difference between two baselines of one line, in ems."""
OTHER_LINE = 0.8
"""Smallest difference between baselines of different lines, in ems; superscripts are nearer."""
JOINED = 1.5
"""Largest distance between two parts of one line, in ems."""
WORD_GAP = 0.15
"""Smallest distance between two words, in ems."""
HAMZAS = "\u0653\u0654\u0655"
CARRIERS = "اويى"
"""Letters that may have a hamza or madda."""
LATIN = re.compile("(?:L|E?D)(?:[^R]*[LD])?")
NUMBER = re.compile("E?D(?:S?D)*")
RIGHT_TO_LEFT = re.compile("R(?:[^L]*R)?")
BRACKETS = dict(zip("()[]{}«»", ")(][}{»«", strict=True))
ALEFS = "اأإآ"
WRONG_END = re.compile(r"(?<!\w)[ةىךםןףץ]\w")
RIGHT_END = re.compile(r"\w[ةىךםןףץ](?!\w)")
"""Letters that only end words; at the start of a word they show that text is reversed."""


class Glyph(NamedTuple):
    """A character on a page; lengths in points."""

    text: str
    left: float
    right: float
    origin: float
    """Left position at which the glyph's advance begins."""
    baseline: float
    at: int = 0
    """Index of the glyph in the text of the page."""


def has_letters(text: str) -> bool:
    """Return whether enough letters of a text are written from right to left."""
    if not LETTER.search(text):
        return False
    return len(LETTER.findall(text)) >= FEWEST * sum(c.isalpha() for c in text)


class Document:
    """Tells which pages of a document are ordered here, page by page.

    In a document mostly written from right to left, it is every page with such letters: the last
    one may have only English references below an Arabic header.
    """

    def __init__(self) -> None:
        self._right_to_left = self._letters = 0

    def is_ordered_here(self, page: str) -> bool:
        """Tell whether the lines of the next page are ordered here."""
        found = len(LETTER.findall(page))
        if not found and not self._right_to_left:
            return False
        self._right_to_left += found
        self._letters += sum(c.isalpha() for c in page)
        return has_letters(page) or (bool(found) and self._right_to_left >= MOSTLY * self._letters)


def order_lines(
    lines: Iterable[Sequence[Glyph]], size: float, *, add_spaces: bool = False
) -> list[list[Glyph]]:
    """Return lines in logical order; `size` is the size of the type, in points.

    Adjacent parts on one baseline are joined to a line. `add_spaces` inserts spaces between words
    that are apart, for engines that return no spaces.
    """
    joined: list[list[Glyph]] = []
    parts = (part for line in lines for part in _split_baselines(line, size))
    for part in filter(None, (_stripped(_without_gaps_at_marks(part, size)) for part in parts)):
        if joined and _is_same_line(joined[-1], part, size):
            joined[-1] = _with_spaces([*joined[-1], *part], size)
        else:
            joined.append(_with_spaces(part, size) if add_spaces else part)
    return _order_ligatures([_order(line) for line in joined])


def _split_baselines(line: Sequence[Glyph], size: float) -> list[list[Glyph]]:
    """Return the page's lines that pdfium has joined into one line."""
    parts: list[list[Glyph]] = []
    baseline = 0.0
    for glyph in line:
        neutral = glyph.text.isspace() or _is_mark(glyph)
        if not parts or (not neutral and abs(glyph.baseline - baseline) > OTHER_LINE * size):
            parts.append([])
        if not neutral or len(parts[-1]) == 0:
            baseline = glyph.baseline
        parts[-1].append(glyph)
    return parts


def _without_gaps_at_marks(line: Sequence[Glyph], size: float) -> list[Glyph]:
    """Drop the spaces that pdfium adds beside a mark if the letters around it are not apart."""
    kept = []
    for i, glyph in enumerate(line):
        near = [g for g in (*line[max(0, i - 1) : i], *line[i + 1 : i + 2]) if _is_mark(g)]
        if glyph.text == " " and glyph.left == glyph.right and near:
            letters = [g for g in line if not g.text.isspace() and not _is_mark(g)]
            before = max((g.right for g in letters if g.origin < glyph.origin), default=-size)
            after = min((g.left for g in letters if g.origin >= glyph.origin), default=-size)
            if after - before < WORD_GAP * size:
                continue
        kept.append(glyph)
    return kept


def _stripped(line: list[Glyph]) -> list[Glyph]:
    """Drop spaces at the ends of a line, which may overlap its letters."""
    filled = [i for i, g in enumerate(line) if not g.text.isspace()]
    return line[filled[0] : filled[-1] + 1] if filled else []


def _with_spaces(line: Sequence[Glyph], size: float) -> list[Glyph]:
    spaced: list[Glyph] = []
    for glyph in sorted(line, key=lambda g: (g.origin, not g.text.isspace(), g.at)):
        end = max((g.right for g in spaced[-3:]), default=glyph.left)
        apart = glyph.left - end > WORD_GAP * size and not glyph.text.isspace()
        if apart and not spaced[-1].text.isspace():
            spaced.append(Glyph(" ", end, end, end, glyph.baseline, -1))
        spaced.append(glyph)
    return spaced


def _is_same_line(one: list[Glyph], other: list[Glyph], size: float) -> bool:
    if not any(LETTER.search(g.text) for g in (*one, *other)):
        return False
    if abs(_baseline(one) - _baseline(other)) > SAME_LINE * size:
        return False
    distance = max(
        min(g.left for g in one) - max(g.right for g in other),
        min(g.left for g in other) - max(g.right for g in one),
    )
    return distance < JOINED * size


def _baseline(line: Sequence[Glyph]) -> float:
    values = sorted(g.baseline for g in line if not g.text.isspace())
    return values[len(values) // 2]


def _is_mark(glyph: Glyph) -> bool:
    return bool(unicodedata.combining(glyph.text[0]))


def _class(text: str) -> str:
    """Return R or L for a letter by its direction, D for a digit, S and E for signs in numbers."""
    kind = unicodedata.bidirectional(text[0])
    if kind in {"R", "AL"}:
        return "R"
    if kind in {"EN", "AN"}:
        return "D"
    if kind == "L":
        return "L"
    return "S" if text in ".,:/٫٬" else "E" if kind == "ET" else "N"


def _order(line: Sequence[Glyph]) -> list[Glyph]:
    """Return the glyphs of a displayed line in reading order."""
    marks = [g for g in line if _is_mark(g)]
    # pdfium gives a space that it adds the origin of the letter before it.
    bases = sorted(
        (g for g in line if not _is_mark(g)),
        key=lambda g: (g.origin, not g.text.isspace(), g.at),
    )
    classes = "".join(_class(g.text) for g in bases)
    if classes.count("R") < classes.count("L"):
        for found in RIGHT_TO_LEFT.finditer(classes):
            bases[found.start() : found.end()] = _reverse(bases[found.start() : found.end()])
    else:
        bases = _correct_brackets(_reverse(bases))
    return _with_marks(bases, marks)


def _reverse(shown: list[Glyph]) -> list[Glyph]:
    """Return glyphs from right to left, with their numbers and Latin words from left to right."""
    found = shown[::-1]
    classes = "".join(_class(g.text) for g in found)
    for run in LATIN.finditer(classes):
        runs = [run] if "L" in run[0] else NUMBER.finditer(classes, run.start(), run.end())
        for part in runs:
            found[part.start() : part.end()] = found[part.start() : part.end()][::-1]
    return found


def _correct_brackets(line: list[Glyph]) -> list[Glyph]:
    """Mirror brackets that open where they should close: fonts encode either look or meaning."""
    text = "".join(g.text for g in line)
    corrected = list(line)
    for i, glyph in enumerate(line):
        if glyph.text in BRACKETS:
            before, after = text[i - 1 : i].strip(), text[i + 1 : i + 2].strip(" .,:;،؛؟")
            opens = glyph.text in "([{«"
            if bool(before) != bool(after) and opens != bool(after):
                corrected[i] = glyph._replace(text=BRACKETS[glyph.text])
    return corrected


def _with_marks(bases: list[Glyph], marks: Iterable[Glyph]) -> list[Glyph]:
    """Return the bases, each followed by the marks above or below it."""
    after: dict[int, list[Glyph]] = {}
    for mark in sorted(marks, key=lambda g: g.at):
        centre = (mark.left + mark.right) / 2
        letters = [
            i
            for i, g in enumerate(bases)
            if not g.text.isspace() and (mark.text not in HAMZAS or g.text in CARRIERS)
        ]
        if letters:
            nearest = min(
                letters, key=lambda i: max(bases[i].left - centre, centre - bases[i].right, 0.0)
            )
            after.setdefault(nearest, []).append(mark)
    return [g for i, base in enumerate(bases) for g in (base, *after.get(i, ()))]


def _order_ligatures(lines: list[list[Glyph]]) -> list[list[Glyph]]:
    """Return the lines with the letters of each ligature in order.

    pdfium returns the letters of one glyph in order or reversed, depending on the font. The
    ligature of lam and alef, which most texts have, shows which.
    """
    clusters = [
        [sorted(cluster, key=lambda g: g.at) for _, cluster in groupby(line, key=_ligature_key)]
        for line in lines
    ]
    found = ["".join(g.text for g in c) for line in clusters for c in line if _is_ligature(c)]
    right = sum(text[0] == "ل" and text[1] in ALEFS for text in found)
    wrong = sum(text[1] == "ل" and text[0] in ALEFS for text in found)
    return [
        [
            g
            for cluster in line
            for g in (cluster[::-1] if _is_ligature(cluster) and wrong >= right else cluster)
        ]
        for line in clusters
    ]


def _is_ligature(cluster: Sequence[Glyph]) -> bool:
    """Return whether several letters are one glyph, not several glyphs with one origin."""
    return len(cluster) > 1 and len({(g.left, g.right) for g in cluster}) == 1


def _ligature_key(glyph: Glyph) -> tuple[float, int]:
    """Return the same key for letters with one origin; each mark or space gets its own key."""
    alone = _is_mark(glyph) or glyph.text.isspace() or not LETTER.match(glyph.text)
    return glyph.origin, glyph.at if alone else -1


def is_reversed(text: str) -> bool:
    """Return whether the right-to-left words of a text are written backwards.

    >>> is_reversed("ةيبرعلا ةغللا"), is_reversed("اللغة العربية"), is_reversed("Arabic")
    (True, False, False)
    """
    if not LETTER.search(text):
        return False
    return len(WRONG_END.findall(text)) > len(RIGHT_END.findall(text))


def restore(text: str) -> str:
    """Return a text in logical order; its lines are in display order, as older tools save them.

    >>> restore("ةيبرعلا 2019 ةغللا")
    'اللغة 2019 العربية'
    """
    return "\n".join(map(to_logical, text.split("\n"))) if is_reversed(text) else text


def to_logical(line: str) -> str:
    """Return a line in logical order, given in display order from left to right."""
    if not LETTER.search(line):
        return line
    shown = unicodedata.normalize("NFC", line)
    glyphs = [Glyph(c, i, i + 1, i, 0.0, i) for i, c in enumerate(shown)]
    return "".join(g.text for g in _order(glyphs))
