"""Reads the raw pages of one file: a list with the text of each page, as the engine gives it.

The rule: an engine raises `Unreadable` with a reason that a reader understands, and nothing else. pdfium reads first
(fast); pdfminer.six, pure Python, reads what pdfium can't or where it is the only one wanted. docs/fulltext.md has the why.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from pdfminer.layout import LTTextContainer
from pdfminer.pdfdocument import PDFPasswordIncorrect

from papersette.fulltext import accents, layout, quality

logging.getLogger("pdfminer").setLevel(
    logging.CRITICAL
)  # what it would log becomes a reason in problems

MAX_PAGES = 2000
"""Of one paper; the rest is left out and said so. The longest thesis fits, a page tree that never ends does not."""


SECOND_READINGS = 60
"""Pages at the front of a file that get a second reading; a scanned book would take an hour."""


SECOND_SECONDS = 20
"""For all of them together: they must not cost what pdfium has read of the others."""


class RawPage(NamedTuple):
    """The text of a page as an engine gives it, and which engine that was."""

    text: str
    engine: str


class Unreadable(Exception):
    """This file has no pages that can be read; the text says why."""


def read_text(path: Path) -> list[RawPage]:
    """The pages of a text file: a form feed parts them, as pdftotext writes."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")  # Smerity's dump is Latin-1
    pages = text.split("\f")
    kept = pages[:-1] if len(pages) > 1 and not pages[-1].strip() else pages
    return [RawPage(page, "text") for page in kept]


def read_pdfium(path: Path) -> list[str]:
    """Raises `Unreadable` also where pypdfium2 is not installed: it comes as a binary, which not every machine has."""
    try:
        import pypdfium2
    except ImportError:
        raise Unreadable(
            "wants pypdfium2, which is not installed here; build with --engine pdfminer"
        ) from None
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(_pdfium_reason(str(error))) from None
    with contextlib.closing(document):
        return [_pdfium_page(document, number) for number in range(min(len(document), MAX_PAGES))]


def _pdfium_page(document: Any, number: int) -> str:
    """The text of a page; "" where it is damaged, which costs that page alone."""
    try:
        textpage = document[number].get_textpage()
        return accents.put_in_place(textpage.get_text_range(), textpage.get_charbox)
    except RuntimeError:  # what pypdfium2's errors are
        return ""


def _pdfium_reason(error: str) -> str:
    if "password" in error.lower():
        return "is encrypted with a password; save a copy without it"
    return f"is no PDF that can be opened ({error})"


def read_pdfminer(path: Path, numbers: list[int] | None = None) -> list[str]:
    """Of stock pdfminer.six; all_texts reads the text of pages that are wrapped in a form, as some publishers make them."""
    try:
        return [_page_text(page) for page in layout.read_layout(path, numbers, MAX_PAGES)]
    except PDFPasswordIncorrect:
        raise Unreadable("is encrypted with a password; save a copy without it") from None
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - pdfminer.six lets the accidents of a damaged file through as what they are
        reason = f"{type(error).__name__}: {error}"
        raise Unreadable(f"is no PDF that can be opened ({reason[:120]})") from None


def _page_text(page: object) -> str:
    boxes = page if hasattr(page, "__iter__") else ()
    return "\n".join(box.get_text() for box in boxes if isinstance(box, LTTextContainer))


def read_by_pdfminer(path: Path) -> list[RawPage]:
    return [RawPage(page, "pdfminer") for page in read_pdfminer(path)]


def read_best(path: Path) -> list[RawPage]:
    """Pages by pdfium; pages that it returns empty or as rubbish, and files that it cannot open, by pdfminer.six."""
    try:
        pages = read_pdfium(path)
    except Unreadable as error:
        if "password" in str(error):
            raise
        return read_by_pdfminer(path)
    bad = [number for number, page in enumerate(pages) if _is_bad(page)][:SECOND_READINGS]
    others = dict(zip(bad, _second_reading(path, bad), strict=False)) if bad else {}
    return [_better(page, others.get(number, "")) for number, page in enumerate(pages)]


def _is_bad(page: str) -> bool:
    return quality.is_empty(page) or quality.rubbish(page) > quality.BAD_PAGE


def _second_reading(path: Path, numbers: list[int]) -> list[str]:
    with contextlib.suppress(Unreadable, TimeoutError), layout.deadline(SECOND_SECONDS):
        return read_pdfminer(path, numbers)
    return []


def _better(page: str, other: str) -> RawPage:
    """The second reading where it has text and less rubbish than the first."""
    if quality.is_empty(other) or (
        not quality.is_empty(page) and quality.rubbish(other) >= quality.rubbish(page)
    ):
        return RawPage(page, "pdfium")
    return RawPage(other, "pdfminer")


def _pdfium_version() -> str:
    """Return the versions of pypdfium2 and of the pdfium it brings: builds of pypdfium2 may bring another."""
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
    f"pypdfium2 {_pdfium_version()}, pdfminer.six {metadata.version('pdfminer.six')}, reading 4"
)
"""Changes when the raw pages of the same bytes may change: part of the cache's key."""
