"""Read the raw text of each page of one file, as the PDF engine returns it.

An engine raises only `Unreadable`, with a reason for the user. pdfium is fast and reads first;
pdfminer.six is pure Python and reads pages that pdfium cannot read. docs/fulltext.md explains this
choice.
"""

from __future__ import annotations

import contextlib
import logging
import re
import statistics
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from pdfminer.layout import LTChar, LTTextContainer, LTTextLine
from pdfminer.pdfdocument import PDFPasswordIncorrect

from papersette import files
from papersette.fulltext import layout, quality, rtl
from papersette.fulltext.characters import Characters

# The warnings of pdfminer.six become reasons in the table `problems`.
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)

MAX_PAGES = 2000
"""Largest number of pages per file: more than any thesis has, but it ends a cyclic page tree."""

ENOUGH = MAX_PAGES + 1
"""Pages that an engine reads at most: one more than is used, which shows that there are more."""

SECOND_READINGS = 60
"""Pages of a file that the second engine reads at most; a scanned book would take an hour."""

SECOND_SECONDS = 20
"""Time limit in seconds for these pages together; after it the first engine's text is used."""


class RawPage(NamedTuple):
    """The text of a page and the name of the engine that read it."""

    text: str
    engine: str


class Unreadable(Exception):
    """The file has no readable pages; the message says why."""


def read_text(path: Path) -> list[RawPage]:
    """Return the pages of a text file, separated by form feeds as in pdftotext's output."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")  # Smerity's dump is Latin-1
    pages = text.split("\f")
    kept = pages[:-1] if len(pages) > 1 and not pages[-1].strip() else pages
    return [RawPage(rtl.restore(page), "text") for page in kept[:ENOUGH]]


def read_pdfium(path: Path) -> list[str]:
    """Return the text of each page, read by pdfium.

    Raises `Unreadable`, even if pypdfium2 is not installed: some platforms have no wheel of it.
    """
    try:
        import pypdfium2
    except ImportError:
        raise Unreadable(
            "needs pypdfium2, which is not installed; build with --engine pdfminer"
        ) from None
    try:
        document = pypdfium2.PdfDocument(path if files.is_utf8(path) else path.read_bytes())
    except pypdfium2.PdfiumError as error:
        raise Unreadable(_pdfium_reason(str(error), path)) from None
    with contextlib.closing(document):
        found, count = rtl.Document(), min(len(document), ENOUGH)
        return [_pdfium_page(document, number, found) for number in range(count)]


def _pdfium_page(document: Any, number: int, found: rtl.Document) -> str:
    """Return the text of a page; "" if the page is damaged."""
    try:
        return Characters(document, number).read(found)
    except RuntimeError:  # the base class of the errors of pypdfium2
        return ""


def _pdfium_reason(error: str, path: Path) -> str:
    if "password" in error.lower():
        return "is encrypted with a password; save a copy without it"
    return to_reason(error, path)


def to_reason(error: str, path: Path) -> str:
    """Return why a file cannot be opened: what it is, if it is no PDF, and the remedy."""
    with path.open("rb") as file:
        start = file.read(1024)
    what = f"it is damaged or incomplete ({error[:120]}); get another copy"
    if not start.strip():
        what = "it is empty; get another copy"
    elif start.startswith(b"PK\x03\x04"):
        what = "it is a ZIP archive or an office document; unpack it, or export it as PDF"
    elif re.match(rb"\s*<(?:!doctype|html|\?xml)", start, re.IGNORECASE):
        what = "it is a web page; download the PDF that the page links to"
    elif b"%PDF-" not in start:
        what = "it has no PDF header, so that it is another kind of file; get another copy"
    return f"cannot be opened as a PDF: {what}"


def read_pdfminer(path: Path, numbers: list[int] | None = None) -> list[str]:
    """Return the text of the pages with these numbers, from 0, or all, read by pdfminer.six."""
    try:
        found = rtl.Document()
        return [_page_text(page, found) for page in layout.read_layout(path, numbers, ENOUGH)]
    except PDFPasswordIncorrect:
        raise Unreadable("is encrypted with a password; save a copy without it") from None
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a damaged file can raise anything in pdfminer.six
        reason = f"{type(error).__name__}: {error}"
        raise Unreadable(to_reason(reason, path)) from None


def _page_text(page: object, found: rtl.Document) -> str:
    boxes = [box for box in _children(page) if isinstance(box, LTTextContainer)]
    text = "\n".join(box.get_text() for box in boxes)
    return _in_order(boxes) if found.is_ordered_here(text) else text


def _children(box: object) -> Iterable[object]:
    return box if isinstance(box, Iterable) else ()


def _in_order(boxes: Iterable[object]) -> str:
    """Return the text of boxes with right-to-left letters in reading order, from top to bottom."""
    lines = [line for box in boxes for line in _children(box) if isinstance(line, LTTextLine)]
    shown = [[c for c in line if isinstance(c, LTChar)] for line in lines]
    glyphs = [
        [rtl.Glyph(c.get_text(), c.x0, c.x1, c.x0, c.matrix[5]) for c in line if c.get_text()]
        for line in sorted(filter(None, shown), key=lambda line: -line[0].matrix[5])
    ]
    size = statistics.median([c.size for line in shown for c in line] or [0.0])
    ordered = rtl.order_lines(glyphs, size, add_spaces=True)
    return "\n".join("".join(g.text for g in line) for line in ordered)


def read_by_pdfminer(path: Path) -> list[RawPage]:
    """Return all pages, read only by pdfminer.six."""
    return [RawPage(page, "pdfminer") for page in read_pdfminer(path)]


def read_best(path: Path) -> list[RawPage]:
    """Return pages read by pdfium, or by pdfminer.six if pdfium fails or returns bad text."""
    try:
        pages = read_pdfium(path)
    except Unreadable as error:
        if "password" in str(error):
            raise
        return read_by_pdfminer(path)
    bad = [number for number, page in enumerate(pages) if _is_bad(page)][:SECOND_READINGS]
    try:
        others = dict(zip(bad, _second_reading(path, bad), strict=False)) if bad else {}
    except MemoryError:
        if all(map(quality.is_empty, pages)):
            raise
        others = {}  # pdfium's pages are still used
    return [_better(page, others.get(number, "")) for number, page in enumerate(pages)]


def _is_bad(page: str) -> bool:
    return quality.is_empty(page) or quality.unreadable_share(page) > quality.BAD_PAGE


def _second_reading(path: Path, numbers: list[int]) -> list[str]:
    with contextlib.suppress(Unreadable, TimeoutError), layout.deadline(SECOND_SECONDS):
        return read_pdfminer(path, numbers)
    return []


def _better(page: str, other: str) -> RawPage:
    """Return the second reading if it has text and fewer unreadable characters than the first."""
    if quality.is_empty(other) or (
        not quality.is_empty(page)
        and quality.unreadable_share(other) >= quality.unreadable_share(page)
    ):
        return RawPage(page, "pdfium")
    return RawPage(other, "pdfminer")


def _pdfium_version() -> str:
    """Return the versions of pypdfium2 and of pdfium, which differs between builds of it."""
    try:
        import pypdfium2
    except ImportError:
        return "none"
    return f"{metadata.version('pypdfium2')} ({pypdfium2.PDFIUM_INFO})"


ENGINES: dict[str, Callable[[Path], list[RawPage]]] = {
    "pdfium": read_best,
    "pdfminer": read_by_pdfminer,
}
VERSION = (
    f"pypdfium2 {_pdfium_version()}, pdfminer.six {metadata.version('pdfminer.six')}, reading 6"
)
"""Part of the cache's key; changed when the raw pages of the same file may change."""
