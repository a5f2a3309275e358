"""Read the volume, the issue and the pages of a paper."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from papersette.sources.values import EMPTY, to_text

NAMED_NUMBER = re.compile(r"^(?:vol(?:ume)?|issue|no|number)\b\.?\s*(?=\d)", re.I)
NAMED_PAGES = re.compile(r"^p(?:p|ages?)?\b\.?\s*(?=\w)", re.I)
PAGE = r"(?:[A-Za-z]{0,3}\d[\w.:]*|[ivxlcdm]+)"
"""A page number: 12, S12, e1004, 7:12 or xii."""
HYPHEN = re.compile(rf"(?<!\w)({PAGE})\s*[-\u2010\u2011]\s*(?={PAGE}\b)", re.I)
DASH = re.compile(r"\s*(?:-{2,}|[\u2012-\u2015\u2212])\s*")
NO_PAGES = EMPTY | {"na", "no"}
"""What stands for unknown pages, as in Wiley's "n/a-n/a" and "no-no"."""


def to_issue(value: Any) -> str | None:
    """Return a volume or an issue as text, without the word before its number.

    >>> to_issue(12.0), to_issue("Vol. 12"), to_issue("3-4"), to_issue("No. 3"), to_issue("")
    ('12', '12', '3-4', '3', None)
    """
    text = NAMED_NUMBER.sub("", to_text(value) or "")
    return re.sub(r"^(\d+)\.0$", r"\1", text) or None


def to_pages(first: Any, last: Any = None) -> str | None:
    """Return pages as "12–20", or an article number; None if there are none.

    Args:
        first: The first page, all pages, or an article number.
        last: The last page, if the source gives it apart.

    >>> to_pages("12--20"), to_pages("S3", "S9"), to_pages("pp. 1-5, 7"), to_pages("e1004")
    ('12–20', 'S3–S9', '1–5, 7', 'e1004')
    >>> to_pages("04-1--04-9"), to_pages("47-"), to_pages("5", 5), to_pages("n/a-n/a")
    ('04-1–04-9', '47', '5', None)
    """
    begin, end = _to_range(first), _to_range(last)
    if not begin or not end or "–" in begin:
        return begin or end
    return end if "–" in end or begin == end else f"{begin}–{end}"


def are_counts(cells: Iterable[Any]) -> bool:
    """Return whether the cells of a column of pages are only numbers: the papers' lengths.

    >>> are_counts(["12", None, 8]), are_counts(["12", "7-9"]), are_counts([])
    (True, False, False)
    """
    texts = [text for cell in cells if (text := to_text(cell))]
    return bool(texts) and all(map(str.isdecimal, texts))


def _to_range(value: Any) -> str | None:
    """Return pages with an en dash between the first and the last.

    A hyphen between numbers is a dash only where no dash is written.
    """
    text = DASH.sub("–", NAMED_PAGES.sub("", to_text(value) or ""))
    text = text if "–" in text else HYPHEN.sub(r"\1–", text)
    text = re.sub(r"^(\d+)\.0$", r"\1", text.strip(" –-+,.?"))
    first, _, last = text.partition("–")
    if set(re.split("[-–]", text.lower())) <= NO_PAGES:
        return None
    return first if first == last else text
