"""Find text that readers cannot see: in the colour of the page, or too small to be read.

Programs still read such text, which may be addressed to them. White text alone is no evidence, as
it is used on dark boxes: the page is rendered, and text is hidden if nothing is visible there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from papersette import files
from papersette.fulltext.typography import Line, TypedPage

TINY = 1.0
"""Size in points below which letters are dots; labels of scaled-down figures are larger."""
FEWEST_WORDS = 4
"""Least number of words of a line that may be a message; labels and numbers have fewer."""
MOST_PAGES = 3
"""Largest number of pages that are rendered."""
LARGEST = 1500
"""Longer side of a rendered page, in pixels."""
DIFFERENCE = 24
"""Least difference of brightness, out of 255, between visible letters and the page."""
EXCERPT = 160

Pixels = NDArray[np.uint8]


class Hidden(NamedTuple):
    """Hidden text on one page."""

    page: int
    """Number of the page, from 1."""
    kind: str
    """How the text is hidden: "white" or "tiny"."""
    excerpt: str


def find_hidden(path: Path, pages: Sequence[TypedPage]) -> list[Hidden]:
    """Return the hidden text of each page of a PDF that has any."""
    found = [*_find_tiny(pages), *_find_white(path, pages)]
    return sorted(set(found))


def _find_tiny(pages: Sequence[TypedPage]) -> Iterator[Hidden]:
    for number, page in enumerate(pages, start=1):
        lines = [line.text for line in page.lines if 0 < line.size < TINY and _says(line)]
        if lines:
            yield Hidden(number, "tiny", " ".join(lines)[:EXCERPT])


def _says(line: Line) -> bool:
    return sum(word.isalpha() for word in line.text.split()) >= FEWEST_WORDS


def _find_white(path: Path, pages: Sequence[TypedPage]) -> Iterator[Hidden]:
    asked = [
        number
        for number, page in enumerate(pages)
        if any(line.white and _says(line) for line in page.lines)
    ][:MOST_PAGES]
    if not asked:
        return
    import pypdfium2

    document = pypdfium2.PdfDocument(path if files.is_utf8(path) else path.read_bytes())
    with contextlib.closing(document):
        for number in asked:
            lines = _find_unseen(document[number], pages[number])
            if lines:
                yield Hidden(number + 1, "white", " ".join(lines)[:EXCERPT])


def _find_unseen(page: Any, typed: TypedPage) -> list[str]:
    """Return the invisible white lines; none if no other line is visible either."""
    if page.get_rotation():
        return []
    left, bottom, _, _ = page.get_cropbox()
    scale = min(1.0, LARGEST / max(*page.get_size(), 1.0))
    image: Pixels = page.render(scale=scale, grayscale=True).to_numpy()
    others = [line for line in typed.lines if not line.white]
    if not any(_is_seen(image, line, left, bottom, scale) for line in others):
        return []
    return [
        line.text
        for line in typed.lines
        if line.white and _says(line) and not _is_seen(image, line, left, bottom, scale)
    ]


def _is_seen(image: Pixels, line: Line, left: float, bottom: float, scale: float) -> bool:
    """Return whether the part of a page with a line has more than one brightness."""
    height = image.shape[0]
    top = height - int((line.baseline + 0.9 * line.size - bottom) * scale)
    base = height - int((line.baseline - 0.3 * line.size - bottom) * scale)
    start, end = (int((x - left) * scale) for x in (line.left, line.right))
    part = image[max(0, top) : max(0, base) + 1, max(0, start) : max(0, end) + 1]
    return not part.size or int(part.max()) - int(part.min()) >= DIFFERENCE
