"""Measure the quality of extracted text, and describe extraction problems with their remedy.

The measures apply to raw text, because cleaning removes unreadable characters: `unreadable_share`
to one page, `to_warning` to a file. papersette/database/text_quality.py measures on the finished
indexes whether the words of a page are words of the corpus.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import islice

BAD_PAGE = 0.1
"""Share of unreadable characters above which a page is read again by another engine, and a file is
reported as a problem."""
FEW_LETTERS = 20
"""Letters below which a page counts as empty, such as a full-page figure or a scan."""

NO_TEXT = (
    "has no text: scanned pages? Set “ocr: true” in the catalog, or run ocrmypdf on it, "
    "and build again"
)
EMPTY = "has no text: the file is empty; remove it, or save its text again"
NO_MAP = (
    "has fonts without a Unicode map: {share:.0%} of its characters cannot be read; "
    "get another copy, or run ocrmypdf --force-ocr"
)
SCANNED_PARTLY = (
    "has no text on {empty} of its {pages} pages: partly scanned? ocrmypdf can add what is missing"
)


def unreadable_share(page: str) -> float:
    """Return the share of unreadable characters: unmapped glyphs, private use, control characters.

    >>> unreadable_share("text (cid:12)(cid:13)") > 0.3
    True
    """
    glyphs = page.count("(cid:") and len(GLYPH.findall(page))
    suspects = Counter("".join(SUSPECT.findall(page)))
    bad = glyphs + sum(count for c, count in suspects.items() if _is_unreadable(c))
    if not bad:
        return 0.0
    rest = "".join((GLYPH.sub("", page) if glyphs else page).split())
    return bad / max(1, len(rest) + glyphs)


def _is_unreadable(c: str) -> bool:
    return not c.isspace() and (
        c < " " or c == "\ufffd" or unicodedata.category(c) in {"Co", "Cn", "Cc"}
    )


GLYPH = re.compile(r"\(cid:\d+\)")
SUSPECT = re.compile("[^\n\x02\x20-\x7f]+")
"""Characters that may be unreadable. U+0002 is pdfium's mark for a hyphen at the end of a line."""


def is_empty(page: str) -> bool:
    """Return whether the page has too few letters to count as text."""
    return sum(1 for _ in islice(LETTER.finditer(page), FEW_LETTERS)) < FEW_LETTERS


LETTER = re.compile(r"[^\W\d_]")


def to_warning(pages: list[str]) -> str | None:
    """Return a description of what is wrong with the raw pages of a file, or None."""
    empty = sum(map(is_empty, pages))
    if len(pages) >= 4 and empty > len(pages) / 2:
        return SCANNED_PARTLY.format(empty=empty, pages=len(pages))
    share = unreadable_share("\n".join(pages))
    return NO_MAP.format(share=share) if share > BAD_PAGE else None
