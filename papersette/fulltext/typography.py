"""Read lines with their type: size, weight, slant and position on the page.

The text alone does not distinguish a title from a running head. pdfium reports the font of each
character; three characters represent a line. Pages whose fonts have no Unicode map are read by
pdfminer.six.
"""

from __future__ import annotations

import contextlib
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pdfminer.layout import LTChar, LTPage, LTTextContainer, LTTextLineHorizontal

from papersette import files
from papersette.fulltext import accents, cleaning, layout, quality, rtl
from papersette.fulltext.characters import LINE, Characters, is_bold, is_italic

WIDE_GAP = 1.8
"""Least distance in ems between words of different columns."""
LEAST_GAP, UNUSUAL_GAP = 0.5, 1.55
"""Least distance in ems, and multiple of the usual gap, between names printed side by side."""
GAP = re.compile("(?<=[^ {0}])(?: *[{0}])* +(?=[^ {0}])".format("".join(accents.COMBINING)))
"""The space between two words, with the accents that TeX's fonts leave there."""
SIDE_BY_SIDE = range(3, 14)
"""Number of gaps in a line of two or more names."""
SECOND_SECONDS = 10
"""Time limit in seconds: pdfminer.six can take minutes for a page of scattered words."""


@dataclass(frozen=True)
class Line:
    """A line of one column, with clean characters; lengths in points."""

    text: str
    size: float = 10.0
    bold: bool = False
    italic: bool = False
    left: float = 0.0
    right: float = 0.0
    baseline: float = 0.0
    white: bool = False
    """Whether its letters are white, or almost white."""

    def same_type(self, other: Line) -> bool:
        """Return whether another line is set in the same size, weight and slant."""
        return (
            abs(self.size - other.size) <= 0.06 * self.size
            and self.bold == other.bold
            and self.italic == other.italic
        )


@dataclass(frozen=True)
class TypedPage:
    """The lines of a page in the order of the file, and its size in points."""

    lines: tuple[Line, ...]
    columns: tuple[Line, ...] = ()
    """Lines of a first page, split where columns or names are apart."""
    width: float = 595.0
    height: float = 842.0
    unreadable: float = 0.0
    """Share of characters that are unmapped glyphs."""


@dataclass(frozen=True)
class Metadata:
    """Title and author that a file states about itself; often those of a template."""

    title: str | None = None
    author: str | None = None


def read_type(path: Path, front: int, limit: int) -> tuple[list[TypedPage], Metadata]:
    """Return at most `limit` pages of a PDF with their type, and the metadata of the file.

    The first `front` pages also have columns. If pdfium cannot open the file, only these pages are
    read.
    """
    try:
        import pypdfium2

        document = pypdfium2.PdfDocument(path if files.is_utf8(path) else path.read_bytes())
    except (ImportError, RuntimeError):
        return _read_with_pdfminer(path, range(front)), Metadata()
    with contextlib.closing(document):
        given = document.get_metadata_dict(skip_empty=True)
        count = min(len(document), limit)
        pages = [_read_page(document, number, number < front) for number in range(count)]
    unreadable = [n for n, page in enumerate(pages[:front]) if is_unreadable(page)]
    for number, page in zip(unreadable, _read_with_pdfminer(path, unreadable), strict=False):
        if not is_unreadable(page):
            pages[number] = page
    return pages, Metadata(given.get("Title"), given.get("Author"))


def is_unreadable(page: TypedPage) -> bool:
    """Return whether many of a page's characters are unmapped glyphs."""
    return page.unreadable > quality.BAD_PAGE


def _read_page(document: object, number: int, split: bool) -> TypedPage:
    try:
        found = Characters(document, number)
    except RuntimeError:  # the base class of the errors of pypdfium2
        return TypedPage(())
    lines, columns = (
        tuple(line for part in _to_parts(found, apart) if (line := _to_line(found, part)))
        if split or not apart
        else ()
        for apart in (False, True)
    )
    unreadable = quality.unreadable_share(found.text)
    return TypedPage(lines, columns, found.width, found.height, unreadable)


def _to_parts(found: Characters, split: bool) -> Iterator[list[int]]:
    """Yield the indexes of the characters of each line."""
    if rtl.has_letters(found.text):
        yield from ([g.at for g in line if g.at >= 0] for line in found.ordered_lines())
        return
    spans = [match.span() for match in LINE.finditer(found.text)]
    if not split:
        yield from (list(range(*span)) for span in spans)
        return
    parts = [[list(range(*column)) for column in _to_columns(found, *span)] for span in spans]
    yield from _join_parts(found, parts)


def _join_parts(found: Characters, lines: list[list[list[int]]]) -> Iterator[list[int]]:
    """Join parts of one line that pdfium separates: it breaks lines at TeX's accents.

    A line is a list of columns, and a column a list of indexes.
    """
    joined: list[int] = []
    end = baseline = 0.0
    for columns in lines:
        for number, part in enumerate(columns):
            filled = [i for i in part if not found.text[i].isspace()]
            if not filled:
                continue  # a control character, from a font without a Unicode map
            left, own = found.box(filled[0])[0], found.origin(filled[0])[1]
            size = found.type_of(filled[0])[0]
            accent = len(filled) == 1 and found.text[filled[0]] in accents.COMBINING
            same = number == 0 and abs(own - baseline) < 0.15 * size
            same = same and (accent or -size < left - end < size)
            if joined and not same:
                yield joined
                joined = []
            joined = [*joined, *part]
            if not (accent and same):
                end, baseline = found.box(filled[-1])[2], own
    if joined:
        yield joined


def _to_columns(found: Characters, start: int, end: int) -> list[tuple[int, int]]:
    """Return the parts of a line separated by wide gaps: names in columns, or side by side."""
    gaps = []
    for gap in GAP.finditer(found.text[start:end]):
        before, after = start + gap.start() - 1, start + gap.end()
        one, other = found.box(before), found.box(after)
        gaps.append((max(other[0] - one[2], one[0] - other[2]), start + gap.end()))
    if not gaps:
        return [(start, end)]
    size, usual = found.type_of(start)[0], statistics.median(width for width, _ in gaps)
    limit = WIDE_GAP * size
    if len(gaps) in SIDE_BY_SIDE:
        limit = min(limit, max(LEAST_GAP * size, UNUSUAL_GAP * usual))
    borders = [start, *(after for width, after in gaps if width > limit), end]
    return list(pairwise(borders))


def _to_line(found: Characters, part: Sequence[int]) -> Line | None:
    text = found.text
    filled = [i for i in part if not text[i].isspace()]
    letters = [i for i in filled if text[i].isalpha()] or filled
    if not filled or not found.is_upright(letters[0]):
        return None
    samples = [letters[0], letters[len(letters) // 2], letters[-1]]
    types = [found.type_of(i) for i in dict.fromkeys(samples)]
    size = statistics.median(one[0] for one in types)
    bold, italic = (2 * sum(one[k] for one in types) > len(types) for k in (1, 2))
    boxes = [found.box(i) for i in (filled[0], samples[1], filled[-1])]
    text = "".join(text[i] for i in part)
    if not rtl.has_letters(text):
        text = accents.attach_accents(text, lambda i: found.box(part[i]))
    if not (text := to_clean(text)):
        return None
    return Line(
        text,
        size,
        bold,
        italic,
        min(box[0] for box in boxes),
        max(box[2] for box in boxes),
        found.origin(letters[0])[1],
        found.is_white(samples[1]),
    )


def to_clean(text: str) -> str:
    """Return a line with clean characters and single spaces; a hyphen at its end is kept."""
    folded = cleaning.fold_characters(re.sub("[\x02\ufffe\u00ad]$", "-", text))
    return cleaning.collapse_shadow(" ".join(folded.split()))


def _read_with_pdfminer(path: Path, numbers: Sequence[int]) -> list[TypedPage]:
    """Return the pages that pdfium cannot read, if pdfminer.six can read them."""
    if not numbers:
        return []
    try:
        with layout.deadline(SECOND_SECONDS):
            return [_from_layout(page) for page in layout.read_layout(path, list(numbers))]
    except Exception:  # noqa: BLE001 - a damaged file can raise anything in pdfminer.six
        return []  # the text read by pdfium is still used


def _from_layout(page: LTPage) -> TypedPage:
    shown = [
        line
        for box in page
        if isinstance(box, LTTextContainer)
        for line in box
        if isinstance(line, LTTextLineHorizontal)
    ]
    lines = tuple(filter(None, map(_from_layout_line, shown)))
    unreadable = quality.unreadable_share("".join(line.get_text() for line in shown))
    return TypedPage(lines, lines, page.width, page.height, unreadable)


def _from_layout_line(line: LTTextLineHorizontal) -> Line | None:
    shown = [c for c in line if isinstance(c, LTChar) and not c.get_text().isspace()]
    text = to_clean(rtl.to_logical(line.get_text()))
    if not shown or not text:  # for example a font without a map to characters
        return None
    sizes = sorted(round(c.size, 1) for c in shown)
    middle = shown[len(shown) // 2]
    return Line(
        text,
        sizes[len(sizes) // 2],
        is_bold(middle.fontname),
        is_italic(middle.fontname),
        line.x0,
        line.x1,
        middle.matrix[5],
    )


def body_size(pages: Iterable[TypedPage]) -> float:
    """Return the size of most characters of the pages; 0 if there are none."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
    return max(sizes, key=lambda size: sizes[size]) if sizes else 0.0
