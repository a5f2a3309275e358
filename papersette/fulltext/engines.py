"""Reads the raw pages of one file: a list with the text of each page, as the engine gives it.

The rule: an engine raises `Unreadable` with a reason that a reader understands, and nothing else. pdfium reads first
(fast); pdfminer.six, pure Python, reads what pdfium can't or where it is the only one wanted. docs/fulltext.md has the why.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTTextContainer
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.psexceptions import PSException

MAX_PAGES = 2000
"""Of one paper; the rest is left out and said so. The longest thesis fits, a page tree that never ends does not."""


class Unreadable(Exception):
    """This file has no pages that can be read; the text says why."""


def read_text(path: Path) -> list[str]:
    """The pages of a text file: a form feed parts them, as pdftotext writes."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")  # Smerity's dump is Latin-1
    pages = text.split("\f")
    return pages[:-1] if len(pages) > 1 and not pages[-1].strip() else pages


def read_pdfium(path: Path) -> list[str]:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(_pdfium_reason(str(error))) from None
    with contextlib.closing(document):
        return list(_pdfium_pages(document))


def _pdfium_pages(document: pypdfium2.PdfDocument) -> Iterator[str]:
    for number in range(min(len(document), MAX_PAGES)):
        try:
            page = document[number]
            yield page.get_textpage().get_text_bounded()
        except pypdfium2.PdfiumError:
            yield ""  # one damaged page costs that page


def _pdfium_reason(error: str) -> str:
    if "password" in error.lower():
        return "is encrypted with a password; save a copy without it"
    return f"is no PDF that can be opened ({error})"


def read_pdfminer(path: Path) -> list[str]:
    """Of stock pdfminer.six; all_texts reads the text of pages that are wrapped in a form, as some publishers make them."""
    try:
        return [_page_text(page) for page in extract_pages(path, maxpages=MAX_PAGES, laparams=LAParams(all_texts=True))]
    except PDFPasswordIncorrect:
        raise Unreadable("is encrypted with a password; save a copy without it") from None
    except (PSException, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError) as error:
        # pdfminer.six lets the accidents of a damaged file through as what they are
        raise Unreadable(f"is no PDF that can be opened ({type(error).__name__}: {error})") from None


def _page_text(page: object) -> str:
    boxes = page if hasattr(page, "__iter__") else ()
    return "\n".join(box.get_text() for box in boxes if isinstance(box, LTTextContainer))


def read_pdf(path: Path) -> list[str]:
    """The pages by pdfium, or by pdfminer.six where pdfium finds no text at all or cannot open the file."""
    try:
        pages = read_pdfium(path)
    except Unreadable as error:
        if "password" in str(error):
            raise
        return read_pdfminer(path)
    return pages if any(page.strip() for page in pages) else read_pdfminer(path)


ENGINES: dict[str, Callable[[Path], list[str]]] = {"pdfium": read_pdf, "pdfminer": read_pdfminer}
VERSION = f"pdfium {pypdfium2.PDFIUM_INFO}, reading 1"
"""Changes when the raw pages of the same bytes may change: part of the cache's key."""
