"""Reads the layout of one page of a PDF, and renders it; runs in the worker processes of `workers`.

Lengths are in points, from the upper left corner of the page as shown: rotated and cropped.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from papersette import files

MOST_CHARACTERS = 60_000
"""Largest number of characters of a page that get a box; a poster has fewer."""
MOST_PIXELS = 12_000_000
"""Largest number of pixels of an image, whatever the size of the page."""
FEW_COLOURS = 4096
"""Largest number of colours of a page of text and drawings; a photograph has more."""
PALETTE = 64
"""Number of colours of the image of a text page: letters look the same, at half a WebP's size."""
NEARLY_WHITE = 247


PdfBox = tuple[float, float, float, float]
"""(left, bottom, right, top) of a box in the PDF's own coordinates."""


class NoPageError(Exception):
    """The file has no such page, or the page cannot be read; the message says why."""


class Box(NamedTuple):
    """A rectangle on a page, in points."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Layout:
    """The characters of a page and where they are."""

    width: float
    height: float
    pages: int
    """Number of pages of the file."""
    text: str
    """One character for each box, in the order of the page's content; "\\n" ends a line."""
    boxes: tuple[Box | None, ...]
    """A box for each character; None for characters that are not printed."""


def read_layout(path: Path, number: int) -> Layout:
    """Return the layout of a page, counted from 1. Raises `NoPageError`."""
    with _open_page(path, number) as (document, page):
        to_shown = _to_transformation(page)
        characters, boxes = [], []
        for character, box in _read_characters(page):
            characters.append(character)
            boxes.append(box and to_shown(box))
        width, height = page.get_size()
        return Layout(width, height, len(document), "".join(characters), tuple(boxes))


def render(path: Path, number: int, width: int) -> tuple[str, bytes]:
    """Return (media type, image) of a page, counted from 1. Raises `NoPageError`.

    Args:
        path: Path of the PDF.
        number: Number of the page.
        width: Width of the image in pixels; the image is smaller if the page is very long.
    """
    with _open_page(path, number) as (_, page):
        points = page.get_size()
        scale = min(width / points[0], (MOST_PIXELS / (points[0] * points[1])) ** 0.5)
        image = page.render(scale=scale).to_pil().convert("RGB")
    return _encode(image)


@contextlib.contextmanager
def _open_page(path: Path, number: int) -> Iterator[tuple[Any, Any]]:
    import pypdfium2  # no wheel exists for some platforms; their sites show the text instead

    try:
        files.check_file(path)
        document = pypdfium2.PdfDocument(path if files.is_utf8(path) else path.read_bytes())
    except (files.Unusable, pypdfium2.PdfiumError) as error:
        raise NoPageError(f"the file cannot be opened as a PDF ({error})") from None
    with contextlib.closing(document):
        if not 1 <= number <= len(document):
            raise NoPageError(f"the file has {len(document)} pages")
        try:
            page = document[number - 1]
            if min(page.get_size()) <= 0:
                raise NoPageError("the page has no size")
            yield document, page
        except pypdfium2.PdfiumError as error:
            raise NoPageError(f"the page cannot be read ({error})") from None


def _to_transformation(page: Any) -> Callable[[PdfBox], Box]:
    """Return the function that maps a box of the PDF, in which y grows upwards, to the page shown.

    pdfium maps points to whole pixels of a device; mapping three points to a large device gives the
    transformation.
    """
    import ctypes

    from pypdfium2 import raw

    scale = 1000
    width, height = (round(side * scale) for side in page.get_size())

    def to_device(x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, across, down)
        return across.value / scale, down.value / scale

    x0, y0 = to_device(0, 0)
    (ax, ay), (bx, by) = ((x - x0, y - y0) for x, y in (to_device(1, 0), to_device(0, 1)))

    def to_shown(box: PdfBox) -> Box:
        left, bottom, right, top = box
        corners = [
            (x0 + ax * x + bx * y, y0 + ay * x + by * y)
            for x in (left, right)
            for y in (bottom, top)
        ]
        across, down = zip(*corners, strict=True)
        return Box(min(across), min(down), max(across), max(down))

    return to_shown


def _read_characters(page: Any) -> Iterator[tuple[str, PdfBox | None]]:
    """Yield each character of a page with its box, which is as high as its line."""
    from pypdfium2 import raw

    text = page.get_textpage()
    for index in range(min(text.count_chars(), MOST_CHARACTERS)):
        code = raw.FPDFText_GetUnicode(text, index)
        if code == 0x0D:
            continue
        character = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        if character.isspace():
            yield ("\n" if character == "\n" else " "), None
        else:
            yield character, text.get_charbox(index, loose=True)


def _encode(image: Any) -> tuple[str, bytes]:
    """Return an image as PNG with a palette if it has few colours, else as WebP."""
    from PIL import Image

    written = io.BytesIO()
    if image.getcolors(FEW_COLOURS) is None:
        image.save(written, "WEBP", quality=75, method=0)
        return "image/webp", written.getvalue()
    flat = image.quantize(PALETTE, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    white = [255 if level > NEARLY_WHITE else level for level in flat.getpalette()]
    flat.putpalette(white)  # averaging colours made white slightly grey
    flat.save(written, "PNG")
    return "image/png", written.getvalue()
