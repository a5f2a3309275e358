"""Read the positions of lines with pdfium, and find columns, indentation, gaps and running heads.

Lines and words are those of pdfium's text; the cleaned lines of a page are matched to them by their
first letters.
"""

from __future__ import annotations

import contextlib
import ctypes
import re
import statistics
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from papersette import files

MIN_LINES = 6
"""Least number of lines of a page or list whose layout is examined."""
FLUSH = 2.0
"""Largest difference, in points, between the left edges of lines with the same indentation."""
COLUMN = 0.2
"""Largest difference between the left edges of lines in one column, as a share of the page's
width."""
MAX_COLUMNS = 1000
"""Offset between the column numbers of consecutive pages: more than the columns of a page."""
COMPARED = 12
"""Number of letters and digits by which a line of the page is matched to the cleaned lines."""
EDGE = 1.4
"""Least distance between a running header or footer and the text, in spacings of lines."""
PAGE_NUMBER = re.compile(r"^\W*\d{1,4}\s|\s\d{1,4}\W*$|^\W*\d{1,4}\W*$")
SEPARATORS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Line:
    """A line of a page: its text, and the position of its first character, in points."""

    text: str
    left: float
    baseline: float
    column: int = 0
    """Number of the column, counted through all pages of the list."""
    indent: float = 0.0
    """Distance from the leftmost line of the column, in points."""
    gap: float = 0.0
    """Distance from the line above in the column, in points; 0 for the first line."""


def read_lines(path: Path, numbers: Sequence[int]) -> dict[int, list[Line]]:
    """Return the lines of pages, counted from 0. Raises `RuntimeError` and `ImportError`."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path if files.is_utf8(path) else path.read_bytes())
    with contextlib.closing(document):
        return {number: _read_page(document[number], number) for number in numbers}


def _read_page(page: Any, number: int) -> list[Line]:
    textpage = page.get_textpage()
    split = _split(textpage.get_text_range())
    found = [_to_line(textpage, line, offset) for offset, line in split if line]
    return list(_number_columns(found, page.get_width(), number * MAX_COLUMNS))


def _split(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and the text of each line."""
    offset = 0
    for line in text.splitlines(keepends=True):
        stripped = line.lstrip()
        yield offset + len(line) - len(stripped), stripped.rstrip()
        offset += len(line)


def _to_line(textpage: object, text: str, offset: int) -> Line:
    from pypdfium2 import raw

    x, y = ctypes.c_double(), ctypes.c_double()
    index = raw.FPDFText_GetCharIndexFromTextIndex(textpage, offset)
    raw.FPDFText_GetCharOrigin(textpage, index, x, y)
    return Line(text, x.value, y.value)


def _number_columns(lines: list[Line], width: float, first: int) -> Iterator[Line]:
    """Yield the lines with their columns, by their left edges, and the gap above them."""
    anchors: list[float] = []
    above: dict[int, Line] = {}
    before: Line | None = None
    for line in lines:
        if before and abs(line.baseline - before.baseline) < FLUSH and line.left > before.left:
            continue  # the rest of a line that the engine has split in two
        near = [i for i, x in enumerate(anchors) if abs(line.left - x) <= COLUMN * width]
        column = near[0] if near else len(anchors)
        if not near:
            anchors.append(line.left)
        gap = above[column].baseline - line.baseline if column in above else 0.0
        before = above[column] = replace(line, column=first + column, gap=max(gap, 0.0))
        yield before


def find_running_heads(pages: Mapping[int, Sequence[Line]]) -> dict[int, set[str]]:
    """Return the keys of the running headers and footers of each page.

    These are the highest or lowest line, apart from the other lines, with a page number or the same
    words as on another page.
    """
    edges = {number: list(_find_edge_lines(lines)) for number, lines in pages.items()}
    times = Counter(mask for own in edges.values() for mask in {_mask(line) for line in own})
    found: defaultdict[int, set[str]] = defaultdict(set)
    for number, own in edges.items():
        for line in own:
            if times[_mask(line)] > 1 or PAGE_NUMBER.search(line.text):
                found[number].add(to_key(line.text))
    return found


def _find_edge_lines(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the highest and the lowest line of a page, if they are apart from the others."""
    ordered = sorted(lines, key=lambda line: -line.baseline)
    if len(ordered) < MIN_LINES:
        return
    away = EDGE * find_spacing(ordered)
    if ordered[0].baseline - ordered[1].baseline > away > 0:
        yield ordered[0]
    if ordered[-2].baseline - ordered[-1].baseline > away > 0:
        yield ordered[-1]


def _mask(line: Line) -> str:
    return re.sub(r"[\d\W_]+", "", line.text.casefold())


def find_spacing(placed: Sequence[Line]) -> float:
    """Return the distance of lines within an entry: the median of the smaller half of all gaps."""
    gaps = sorted(line.gap for line in placed if line.gap > 0)
    return statistics.median_low(gaps[: len(gaps) // 2 + 1]) if gaps else 0.0


def to_key(line: str) -> str:
    """Return the first letters and digits of a line, without accents."""
    plain = unicodedata.normalize("NFKD", line[: 4 * COMPARED]).casefold().replace("ı", "i")
    return SEPARATORS.sub("", plain)[:COMPARED]
