"""How far the text of a file can be trusted, and what is wrong with it, in words that say what to do.

The rule: measured on raw text, before cleaning hides what was rubbish. `rubbish` judges one page; `doubt` a whole file.
Whether its words are words of the corpus is asked of the finished indexes (papersette/garbled.py).
"""

from __future__ import annotations

import re
import unicodedata

BAD_PAGE = 0.1
"""Share of rubbish above which another engine gets a try at a page, and a file is told as a problem."""
FEW_LETTERS = 20
"""A page with fewer letters has no text to speak of; a full-page figure has none, a scan has none on every page."""

NO_TEXT = "has no text: scanned pages? Set “ocr: true” in the catalog, or run ocrmypdf on it, and build again"
NO_MAP = "has fonts without a Unicode map: {share:.0%} of its characters cannot be read; get another copy, or run ocrmypdf --force-ocr"
SCANNED_PARTLY = (
    "has no text on {empty} of its {pages} pages: partly scanned? ocrmypdf can add what is missing"
)


def rubbish(page: str) -> float:
    """The share of a raw page's characters that say nothing: unmapped glyphs, private use, control characters.

    >>> rubbish("text (cid:12)(cid:13)") > 0.3
    True
    """
    glyphs = re.findall(r"\(cid:\d+\)", page)
    rest = re.sub(r"\(cid:\d+\)|\s", "", page)
    bad = sum(
        c == "\ufffd"
        or (c >= "\x80" and unicodedata.category(c) in {"Co", "Cn", "Cc"})
        or c in CONTROLS
        for c in rest
    )
    return (bad + len(glyphs)) / max(1, len(rest) + len(glyphs))


CONTROLS = frozenset(map(chr, range(32))) - {"\x02"}
"""U+0002 is pdfium's mark for a hyphen at the end of a line, and no rubbish."""


def is_empty(page: str) -> bool:
    return len(re.findall(r"[^\W\d_]", page)) < FEW_LETTERS


def doubt(pages: list[str]) -> str | None:
    """What is wrong with the raw pages of a file, or None."""
    empty = sum(map(is_empty, pages))
    if len(pages) >= 4 and empty > len(pages) / 2:
        return SCANNED_PARTLY.format(empty=empty, pages=len(pages))
    share = rubbish("\n".join(pages))
    return NO_MAP.format(share=share) if share > BAD_PAGE else None
