"""Reads the identifiers of papers from their addresses: DOI and arXiv."""

from __future__ import annotations

import re
from urllib.parse import unquote

from papersette.exports.rows import PaperRow

DOI = re.compile(r"https?://(?:dx\.)?doi\.org/(10\.\d{4,9}/[^?#\s]+)", re.IGNORECASE)
ARXIV = re.compile(
    r"https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/"
    r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?/?",
)


def to_doi(paper: PaperRow) -> str | None:
    """Return the paper's DOI, or else the one in its address, if any.

    >>> to_doi({"doi": None, "url": "https://doi.org/10.1000%2Fxyz", "pdf_url": None})
    '10.1000/xyz'
    """
    if doi := paper.get("doi"):
        return doi
    found = DOI.fullmatch(unquote(paper["url"] or ""))
    return found[1] if found else None


def to_arxiv_id(paper: PaperRow) -> str | None:
    """Return the arXiv id, without version, in one of the paper's addresses, if any.

    >>> to_arxiv_id({"url": "https://openreview.net/x", "pdf_url": "https://arxiv.org/pdf/1809.11096v2"})
    '1809.11096'
    """
    found = (ARXIV.fullmatch(url) for url in (paper["url"], paper["pdf_url"]) if url)
    return next((match[1] for match in found if match), None)
