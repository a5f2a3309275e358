"""Read the characters of a page with pdfium: text, boxes, baselines and fonts.

Indexes count the characters of the page's text. pdfium's functions count differently if the page
has characters that the text leaves out.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from papersette.fulltext import accents, rtl

LINE = re.compile("[^\r\n\x02\ufffe]*[^\\s\x02\ufffe][^\r\n\x02\ufffe]*[\x02\ufffe]?")
"""A line that is not empty; pdfium marks a hyphen at its end and continues without a line break."""
LEFT_OUT = 40
"""Largest number of consecutive characters that pdfium may leave out of the text."""
BOLD = re.compile(r"bold|black|heavy|demi|medi(?!um)|cmb|sfb[xm]|,b|-b(?![a-z])", re.IGNORECASE)
ITALIC = re.compile(r"ital|obli|slant|cmti|cmsl|sfti|sfsl|-it\b", re.IGNORECASE)
BOLD_WEIGHT = 600
"""Weight from which pdfium calls a font bold."""
FORCE_BOLD, IS_ITALIC = 1 << 18, 1 << 6
"""Flags of a font descriptor: ISO 32000-1, table 123."""


@lru_cache(maxsize=1024)
def is_bold(name: str) -> bool:
    """Return whether the name of a font means that it is bold."""
    return bool(BOLD.search(name))


@lru_cache(maxsize=1024)
def is_italic(name: str) -> bool:
    """Return whether the name of a font means that it is italic or slanted."""
    return bool(ITALIC.search(name))


WHITE, FAINT = 240, 16
"""Least red, green and blue of white, and largest opacity of transparent text; out of 255."""


class Characters:
    """The characters of one page. Raises `RuntimeError` for a damaged page."""

    def __init__(self, document: Any, number: int) -> None:
        import pypdfium2.raw

        self._raw = pypdfium2.raw
        page = document[number]
        self.width, self.height = page.get_size()
        self._textpage = page.get_textpage()
        self.text: str = self._textpage.get_text_range()
        self._indexes = self._align()
        self._name = ctypes.create_string_buffer(256)
        self._flags = ctypes.c_int()
        self._matrix = self._raw.FS_MATRIX()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._colour = [ctypes.c_uint() for _ in range(4)]

    def _align(self) -> list[int]:
        """Return pdfium's index of each character of the text; empty if the indexes are the same.

        pdfium counts a letter of a mathematical alphabet twice, and counts characters that it
        leaves out.
        """
        count = self._textpage.count_chars()
        if count == len(self.text) and max(self.text, default="") <= "\uffff":
            return []
        indexes, at = [], 0
        for c in self.text:
            units = c.encode("utf-16-le", "surrogatepass")
            first = int.from_bytes(units[:2], "little")
            near = range(at, min(at + LEFT_OUT, count))
            at = next((i for i in near if self._unicode(i) == first), at)
            indexes.append(min(at, count - 1))
            at += len(units) // 2
        return indexes

    def _unicode(self, at: int) -> int:
        return int(self._raw.FPDFText_GetUnicode(self._textpage.raw, at))

    def _at(self, index: int) -> int:
        return self._indexes[index] if self._indexes else index

    def box(self, index: int) -> accents.Box:
        """Return the box of a character in points."""
        left, bottom, right, top = self._textpage.get_charbox(self._at(index))
        return left, bottom, right, top

    def origin(self, index: int) -> tuple[float, float]:
        """Return the x at which a character's advance begins, and the y of its baseline."""
        at = self._at(index)
        self._raw.FPDFText_GetCharOrigin(self._textpage.raw, at, self._x, self._y)
        return self._x.value, self._y.value

    def type_of(self, index: int) -> tuple[float, bool, bool]:
        """Return the size in points, and whether the character is bold, and italic."""
        at, page = self._at(index), self._textpage.raw
        self._raw.FPDFText_GetFontInfo(page, at, self._name, 256, self._flags)
        self._raw.FPDFText_GetMatrix(page, at, self._matrix)
        scale = (self._matrix.c**2 + self._matrix.d**2) ** 0.5
        name, flags = self._name.value.decode("utf-8", "replace"), self._flags.value
        return (
            round(self._raw.FPDFText_GetFontSize(page, at) * scale, 1),
            is_bold(name)
            or bool(flags & FORCE_BOLD)
            or self._raw.FPDFText_GetFontWeight(page, at) >= BOLD_WEIGHT,
            is_italic(name) or bool(flags & IS_ITALIC),
        )

    def is_white(self, index: int) -> bool:
        """Return whether a character is filled with white, almost white or almost nothing."""
        red, green, blue, alpha = self._colour
        found = self._raw.FPDFText_GetFillColor(
            self._textpage.raw, self._at(index), red, green, blue, alpha
        )
        least = min(red.value, green.value, blue.value)
        return bool(found) and (least >= WHITE or alpha.value < FAINT)

    def is_upright(self, index: int) -> bool:
        """Return whether the character is not rotated, unlike stamps in the margin."""
        angle = self._raw.FPDFText_GetCharAngle(self._textpage.raw, self._at(index))
        return bool(angle < 0 or min(angle, 6.2832 - angle) < 0.1)

    def lines(self) -> Iterator[list[rtl.Glyph]]:
        """Yield the glyphs of each line in pdfium's order."""
        for found in LINE.finditer(self.text):
            yield [self._glyph(i) for i in range(*found.span())]

    def _glyph(self, index: int) -> rtl.Glyph:
        left, _, right, _ = self.box(index)
        origin, baseline = self.origin(index)
        return rtl.Glyph(self.text[index], left, right, origin, baseline, index)

    def ordered_lines(self) -> list[list[rtl.Glyph]]:
        """Return the lines of a page with right-to-left text in logical order."""
        lines = list(self.lines())
        letters = [g.at for line in lines for g in line if g.text.isalpha()]
        size = self.type_of(letters[len(letters) // 2])[0] if letters else 0.0
        return rtl.order_lines(lines, size)

    def read(self, document: rtl.Document) -> str:
        """Return the text of the page: separate accents joined, right-to-left text in order."""
        if document.is_ordered_here(self.text):
            return "\n".join("".join(g.text for g in line) for line in self.ordered_lines())
        return accents.attach_accents(self.text, self.box)
