"""Writes CSL JSON, for Zotero and citation processors."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from papersette.exports.identifiers import to_doi
from papersette.exports.rows import Batches, PaperRow, to_names
from papersette.exports.volumes import to_venue_name
from papersette.names import parse_with_family

MEDIA_TYPE = "application/vnd.citationstyles.csl+json; charset=utf-8"
EXTENSION = "csl.json"
TYPES = {"conference": "paper-conference", "journal": "article-journal", "book": "chapter"}


async def write(batches: Batches) -> AsyncIterator[str]:
    before = "["
    async for papers in batches:
        for paper in papers:
            yield before + json.dumps(to_item(paper), ensure_ascii=False, indent=1)
            before = ",\n"
    yield "]" if before == ",\n" else "[]"


def to_item(paper: PaperRow) -> dict[str, Any]:
    item = {
        "id": paper["paper_id"],
        "citation-key": paper["citation_key"],
        "type": TYPES.get(paper["venue_kind"] or "", "article"),
        "title": paper["title"],
        "author": [to_name(*one) for one in to_names(paper)],
        "container-title": to_venue_name(paper),
        "volume": paper["volume"],
        "issue": paper["issue"],
        "page": (paper["pages"] or "").replace("–", "-"),
        "issued": to_date(str(paper["published"] or paper["year"] or "")),
        "abstract": paper["abstract"],
        "keyword": "; ".join(paper["tags"]),
        "language": paper["language"],
        "DOI": to_doi(paper),
        "URL": paper["url"] or paper["pdf_url"],
    }
    return {key: value for key, value in item.items() if value}


def to_date(published: str) -> dict[str, list[list[int]]] | None:
    """Return an ISO date, which may lack the day or month, as a CSL date.

    >>> to_date("2019-05-06"), to_date("")
    ({'date-parts': [[2019, 5, 6]]}, None)
    """
    parts = [int(part) for part in published.split("-") if part.isdecimal()]
    return {"date-parts": [parts]} if parts else None


def to_name(name: str, family: str | None = None) -> dict[str, str]:
    """Return a CSL name with separate particles; organisations and single names are literal.

    >>> to_name("Laurens van der Maaten")
    {'family': 'Maaten', 'given': 'Laurens', 'non-dropping-particle': 'van der'}
    """
    parsed = parse_with_family(name, family)
    if not parsed.given:
        return {"literal": name}
    parts = {
        "family": parsed.bare_family,
        "given": parsed.given,
        "non-dropping-particle": parsed.particles,
        "suffix": parsed.suffix,
    }
    return {key: value for key, value in parts.items() if value}
